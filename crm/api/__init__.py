"""The floor under every JSON endpoint: who calls, what they sent, and the shape of answers and errors."""
