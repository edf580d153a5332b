"""One database snapshot for a whole reading, so that a dashboard never mixes versions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from kpis.engine.drain import STORED


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Every query inside sees the same state; inside a transaction that has begun, that one's rules hold.

    All sums are held from the start: one who empties them for a rebuild empties them for earlier snapshots, too, and what
    is read afterwards would be nothing, without a mark to say so.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;LOCK TABLE {', '.join(STORED)} IN ACCESS SHARE MODE"
            )
        yield
