"""Rows for tests: plain functions over model-bakery, one per model, with plain values and no surprises."""
