"""Writers, workers that are killed in mid-work, and an auditor who looks at one snapshot after another (see run.py)."""
