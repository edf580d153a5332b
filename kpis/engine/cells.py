"""Day cells: the components of one cube on the dirty days of one bucket of days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from kpis.catalogue.measures import CUBE_BY_CODE
from kpis.definitions import Cube
from kpis.engine.folding import replace_components
from kpis.engine.locks import CELL, lock


def drain_cell(code: int, bucket: int, *, at: datetime, wait: bool = False) -> bool | None:
    """Recompute the dirty days of one cell; None when another worker holds it, False when it was clean.

    The order matters: lock, take the marks (snapshot 1), read the rows (snapshot 2). Every mark taken was committed
    before snapshot 1, so its rows are in snapshot 2; rows that are not have a mark that stays.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if not lock(cursor, CELL, code * 100_000 + bucket, wait=wait):
            return None
        cursor.execute("DELETE FROM kpis_dirtyday WHERE cube = %s AND bucket = %s RETURNING first_day, last_day", [code, bucket])
        days = days_of(cursor.fetchall())
        if not days:
            return False
        refold(cursor, CUBE_BY_CODE[code], days)
        cursor.execute(
            "INSERT INTO kpis_refresh (cube, bucket, computed_at) VALUES (%s, %s, %s)"
            " ON CONFLICT (cube, bucket) DO UPDATE SET computed_at = EXCLUDED.computed_at",
            [code, bucket, at],
        )
        cursor.execute("DELETE FROM kpis_failure WHERE cube = %s AND bucket = %s", [code, bucket])
    return True


def days_of(ranges: Iterable[tuple[date, date]]) -> list[date]:
    """The days of some ranges, each once, in order."""
    return sorted({first + timedelta(days=n) for first, last in set(ranges) for n in range((last - first).days + 1)})


def refold(cursor: Any, cube: Cube, days: list[date]) -> None:
    """Replace the components of some days and carry the difference to the period sums."""
    rows = cube.rows().filter(**{f"{cube.day}__in": days})
    if cube.span:
        start, end = cube.span
        rows = rows.filter(**{f"{start}__lte": days[-1], f"{end}__gte": days[0]})
    replace_components(cursor, cube, days, rows)
