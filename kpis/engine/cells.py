"""Day cells: the stored sums of one cube on the dirty days of a bucket of days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from kpis.catalogue.measures import CUBE_BY_CODE
from kpis.definitions import DIMENSION_CODES, Cube
from kpis.engine.crossing import adding_crossed, carrying_crossed, fold_all, replacing_crossed
from kpis.engine.folding import Statement, carry, replacing
from kpis.engine.locks import CELL, lock, own_transaction
from kpis.engine.percentiles import rewrite_percentiles
from kpis.models import DAY_GRAIN, CrossDay, Rollup

# So many new rows of a day are folded with all others of it.
MANY = 2_000
MARKS = "SELECT id, first_day, last_day, keys FROM kpis_dirtyday WHERE cube = %s AND bucket = ANY(%s)"
# Beside the marks that were looked at: those of new rows of a folded day, which the fold has seen if it sees the mark.
CONSUME = """
    consumed AS (DELETE FROM kpis_dirtyday WHERE cube = %s AND bucket = ANY(%s)
                    AND (id = ANY(%s) OR (keys IS NOT NULL AND first_day = ANY(%s))))
"""
STORED = f"""
    SELECT EXISTS (SELECT FROM {Rollup._meta.db_table} WHERE cube = %s AND grain = %s AND dimension = ANY(%s) AND start = ANY(%s))
        OR EXISTS (SELECT FROM {CrossDay._meta.db_table} WHERE cube = %s AND start = ANY(%s))
"""
REFRESHED = """
    INSERT INTO kpis_refresh (cube, bucket, computed_at) SELECT %s, bucket, %s FROM unnest(%s::int[]) AS bucket ORDER BY 2
    ON CONFLICT (cube, bucket) DO UPDATE SET computed_at = EXCLUDED.computed_at
"""


@dataclass(frozen=True)
class Marks:
    """The dirty days of some cells: `days` to be folded anew, and keys of rows that are new on otherwise clean `days_of_new`."""

    cube: int
    buckets: list[int]
    ids: list[int]
    days: list[date]
    days_of_new: list[date]
    keys: list[int]

    @classmethod
    def of(cls, cube: int, buckets: list[int], rows: Iterable[tuple[int, date, date, list[int] | None]]) -> Marks:
        marks, new = list(rows), defaultdict(set)
        for _, day, _, keys in marks:
            if keys is not None:
                new[day].update(keys)
        full = [(day, day) for day, keys in new.items() if len(keys) > MANY]
        days = days_of([*((first, last) for _, first, last, keys in marks if keys is None), *full])
        for day in new.keys() & set(days):
            del new[day]
        return cls(cube, buckets, [mark[0] for mark in marks], days, sorted(new), sorted(set().union(*new.values())))


def drain_cells(code: int, buckets: Sequence[int], *, at: datetime, wait: bool = False) -> int | None:
    """Bring the dirty days of some cells of one cube up to date; how many cells, or None when others hold all of them.

    The locks come first. One statement then takes the marks away and reads the rows, in one snapshot: whoever sees a row
    sees its mark, so a row whose mark stays was not counted, and a row whose mark is gone was counted once.
    """
    with own_transaction() as cursor:
        held = [bucket for bucket in sorted(buckets) if lock(cursor, CELL, code * 100_000 + bucket, wait=wait)]
        if not held:
            return None
        cursor.execute(MARKS, [code, held])
        marks = Marks.of(code, held, cursor.fetchall())
        if not marks.ids:
            return 0
        refold(cursor, CUBE_BY_CODE[code], marks)
        rewrite_percentiles(cursor, CUBE_BY_CODE[code], [*marks.days, *marks.days_of_new])
        cursor.execute(REFRESHED, [code, at, held])
        cursor.execute("DELETE FROM kpis_failure WHERE cube = %s AND bucket = ANY(%s)", [code, held])
    return len(held)


def days_of(ranges: Iterable[tuple[date, date]]) -> list[date]:
    """The days of some ranges, each once, in order."""
    return sorted({first + timedelta(days=n) for first, last in set(ranges) for n in range((last - first).days + 1)})


def refold(cursor: Any, cube: Cube, marks: Marks) -> None:
    """Fold the marked days anew, add the rows that are new on other days, and carry the difference to all periods."""
    terms = [Statement(CONSUME, (marks.cube, marks.buckets, marks.ids, marks.days))]
    deltas, crossed = [], []
    if marks.days:
        terms.append(fold_all(cube, on_days(cube, marks.days), "fresh"))
        is_new = not is_stored(cursor, cube, marks.days)
        deltas.append("fresh" if is_new else "replaced")
        if not is_new:
            terms.append(replacing(cube, marks.days))
        if cube.is_crossed:
            terms.append(adding_crossed(cube, "fresh") if is_new else replacing_crossed(cube, marks.days))
            crossed.append("fresh_crossed" if is_new else "moved")
    if marks.days_of_new:
        new = cube.rows().filter(**{f"{cube.new_rows_by}__in": marks.keys, f"{cube.day}__in": marks.days_of_new})
        terms.append(fold_all(cube, new, "added"))
        deltas.append("added")
        if cube.is_crossed:
            terms.append(adding_crossed(cube, "added"))
            crossed.append("added_crossed")
    if crossed:
        terms.append(carrying_crossed(cube, crossed))
    carry(cursor, cube, terms, deltas)


def is_stored(cursor: Any, cube: Cube, days: list[date]) -> bool:
    """Whether anything is stored of some days, which are then compared with it; only a cell's holder writes its days."""
    codes = [0, *(DIMENSION_CODES[dimension] for dimension in cube.dimensions)]
    cursor.execute(STORED, [cube.code, DAY_GRAIN, codes, days, cube.code, days])
    (found,) = cursor.fetchone()
    return found


def on_days(cube: Cube, days: list[date]) -> QuerySet:
    """The cube's rows of some days."""
    first, last = days[0], days[-1]
    whole = (last - first).days + 1 == len(days)
    rows = cube.rows().filter(**({f"{cube.day}__range": (first, last)} if whole else {f"{cube.day}__in": days}))
    if cube.span:
        start, end = cube.span
        rows = rows.filter(**{f"{start}__lte": last, f"{end}__gte": first})
    return rows
