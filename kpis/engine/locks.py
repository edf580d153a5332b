"""Advisory locks of the engine; held to the end of the transaction, taken before its first snapshot that matters."""

from __future__ import annotations

from typing import Any

# First keys of PostgreSQL's two-key advisory locks; the second is the cell, or 0.
CELL, CUSTOMERS, PARENTS, CLOSING = 7301, 7302, 7303, 7304


def lock(cursor: Any, kind: int, key: int = 0, *, wait: bool) -> bool:
    """Take the lock; False when another session has it and `wait` is off."""
    if wait:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [kind, key])
        return True
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [kind, key])
    return cursor.fetchone()[0]
