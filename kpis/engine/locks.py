"""Advisory locks of the engine; held to the end of the transaction, taken before its first snapshot that matters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

# First keys of PostgreSQL's two-key advisory locks; the second is the cell, or 0.
CELL, CUSTOMERS, PARENTS, CLOSING, SNAPSHOTS, LEADS, PREDICTIONS, VISITORS, PERCENTILES, SALES = range(7301, 7311)


@contextmanager
def own_transaction() -> Iterator[Any]:
    """A cursor for one piece of work.

    Its statements are many and short, so compiling each would cost more than it saves; what they look up by key is mostly
    in memory, where a planner told of spinning disks would read whole tables instead; and their groups are far fewer than
    it can know, so that hashing them takes half the time of sorting all rows.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off; SET LOCAL random_page_cost = 1.1; SET LOCAL hash_mem_multiplier = 8")
        yield cursor


def lock(cursor: Any, kind: int, key: int = 0, *, wait: bool) -> bool:
    """Take the lock; False when another session has it and `wait` is off."""
    if wait:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [kind, key])
        return True
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [kind, key])
    return cursor.fetchone()[0]
