"""Typed input of every writing door: what a field may hold, whom it refers to, and how many records are written at once."""
