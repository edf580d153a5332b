"""Advisory locks of the engine; held to the end of the transaction, taken before its first snapshot that matters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

# First keys of PostgreSQL's two-key advisory locks; the second is the cell, or 0.
CELL, CUSTOMERS, PARENTS, CLOSING, SNAPSHOTS, LEADS, PREDICTIONS, VISITORS, PERCENTILES, SALES, REBUILD, JUDGING = range(
    7301, 7313
)


@contextmanager
def own_transaction() -> Iterator[Any]:
    """A cursor for one piece of work.

    Its statements are many and short, so compiling each would cost more than it saves; what they look up by key is mostly
    in memory, where a planner told of spinning disks would read whole tables instead; and their groups are far fewer than
    it can know, so that hashing them takes half the time of sorting all rows.

    Nothing is begun anew under it: see `wait_for_all`.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL jit = off; SET LOCAL random_page_cost = 1.1; SET LOCAL hash_mem_multiplier = 8;"
            f"SELECT pg_advisory_xact_lock_shared({REBUILD}, 0)"
        )
        yield cursor


def hold_rebuilds(cursor: Any) -> None:
    """Whoever begins all sums anew waits for this transaction."""
    cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, 0)", [REBUILD])


def wait_for_all(cursor: Any) -> None:
    """Let every piece of work end, and none begin before this transaction ends: for whoever empties the tables under them.

    The tables' own locks would do it too, but workers take those in many orders, and one of the two would die of it.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [REBUILD])


def lock(cursor: Any, kind: int, key: int = 0, *, wait: bool) -> bool:
    """Take the lock; False when another session has it and `wait` is off."""
    if wait:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [kind, key])
        return True
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [kind, key])
    return cursor.fetchone()[0]


@contextmanager
def share(kind: int) -> Iterator[bool]:
    """Whether the lock is held beside others who share it, by the session: what is done under it has transactions of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock_shared(%s, 0)", [kind])
        is_held = cursor.fetchone()[0]
    try:
        yield is_held
    finally:
        if is_held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock_shared(%s, 0)", [kind])
