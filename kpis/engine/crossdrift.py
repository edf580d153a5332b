"""Crossed sums compared with the rows, as drift.py does it for margins: days unless they are dirty, months always."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any

from kpis.definitions import Cube
from kpis.engine.crossing import DAYS, KEY, MONTH_GRAINS, MONTHS, TOUCH, crossed_terms, fold_finest, listed, summed
from kpis.engine.folding import Statement, folds_of

FEW = 20
PERIOD_KEY = ("grain", "dimension", "start", "member", *TOUCH)


def drift_of_crossed_days(cursor: Any, cube: Cube, dirty: Sequence[date]) -> Iterator[str]:
    """The crossed sums of days against the rows."""
    rows = crossed_rows(cube)
    stored = f"SELECT start AS day, {listed((*KEY[1:], *folds_of(cube)))} FROM {DAYS} WHERE cube = {cube.code}"
    sql = differing(cube, KEY, rows.sql, stored, "day <> ALL(%s::date[])")
    cursor.execute(sql, [*rows.params, list(dirty)])
    yield from told(cursor, cube, KEY)


def drift_of_crossed_months(cursor: Any, cube: Cube) -> Iterator[str]:
    """The crossed sums of months against those of days, or of what stores no days against the facts."""
    days = Statement(f"SELECT start AS day, {listed((*KEY[1:], *folds_of(cube)))} FROM {DAYS} WHERE cube = {cube.code}")
    days = days if cube.stores_days else crossed_rows(cube)
    grouped = (
        f"SELECT c.grain, c.start, {listed(KEY[1:])}, {summed(folds_of(cube))} FROM ({days.sql}) d"
        f" JOIN kpis_calendarday c ON c.day = d.day AND c.grain IN {MONTH_GRAINS} GROUP BY c.grain, c.start, {listed(KEY[1:])}"
    )
    stored = f"SELECT * FROM {MONTHS} WHERE cube = {cube.code}"
    cursor.execute(differing(cube, PERIOD_KEY, grouped, stored), days.params)
    yield from told(cursor, cube, PERIOD_KEY)


def told(cursor: Any, cube: Cube, key: Sequence[str]) -> Iterator[str]:
    for row in cursor.fetchall():
        place = ", ".join(f"{name} {value}" for name, value in zip(key, row, strict=False))
        yield f"{cube.key}: crossed, {place} differs by {row[len(key) :]}"


@cache
def crossed_rows(cube: Cube) -> Statement:
    """All rows of a cube that have a day, in the shape of what is stored; what is asked never changes."""
    finest = fold_finest(cube, cube.rows().filter(**{f"{cube.day}__isnull": False}))
    terms = f"all_finest AS MATERIALIZED ({finest.sql}), {crossed_terms(cube, 'all')}"
    return Statement(f"WITH {terms} SELECT * FROM all_crossed", finest.params)


def differing(cube: Cube, key: Sequence[str], expected: str, stored: str, condition: str = "TRUE") -> str:
    """Where two relations of keys and sums differ."""
    used, by = folds_of(cube), listed(key)
    return (
        f"SELECT {by}, {summed(used)} FROM (SELECT {by}, {listed(used)} FROM ({expected}) e"
        f" UNION ALL SELECT {by}, {listed(used, '-')} FROM ({stored}) s) q WHERE {condition}"
        f" GROUP BY {by} HAVING {' OR '.join(f'sum({name}) <> 0' for name in used)} LIMIT {FEW}"
    )
