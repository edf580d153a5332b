"""Medians and other percentiles of all periods but years: no sums, so that those around a changed day are worked out from rows.

Kept with the sums of the cube that counts the same rows: its marks tell which days have changed. Years are read from the rows
when they are asked for: to work out two calendars' years at every change would take several times as long as all else of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import F

from crm.periods import Calendar, Grain
from kpis.catalogue.cubes.deals import SALES_CYCLES
from kpis.catalogue.cubes.support import RESOLUTION_TIMES, TICKETS_RESOLVED
from kpis.catalogue.measures import OPPORTUNITIES_CLOSED
from kpis.definitions import DIMENSION_CODES, Cube, PeriodCube
from kpis.engine.crossing import listed
from kpis.engine.folding import Statement, contribution, folds_of, member
from kpis.engine.locks import PERCENTILES, lock
from kpis.models import GRAIN_CODES, Rollup

TABLE = Rollup._meta.db_table
# By the cube whose days are marked where theirs have changed.
SPREADS: Mapping[Cube, PeriodCube] = {OPPORTUNITIES_CLOSED: SALES_CYCLES, TICKETS_RESOLVED: RESOLUTION_TIMES}
SPREAD_GRAINS = (Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.FISCAL_QUARTER)
STORED = listed(str(code) for code in sorted({GRAIN_CODES[calendar, grain] for calendar in Calendar for grain in SPREAD_GRAINS}))
# The periods in which some days lie: of each day also the day itself.
AROUND = f"SELECT DISTINCT grain, start, last FROM kpis_calendarday WHERE day = ANY(%s) AND grain IN ({STORED})"
WHICH = "(grain, start) IN (SELECT * FROM unnest(%s::int[], %s::date[]))"


def rewrite_percentiles(cursor: Any, cube: Cube, days: Sequence[date]) -> None:
    """The periods of some days of a cube, worked out anew.

    Under a lock of their own, as they can lie in several cells: who has it reads what everybody before them has written.
    """
    if (spread := SPREADS.get(cube)) is None or not days:
        return
    lock(cursor, PERCENTILES, spread.code, wait=True)
    cursor.execute(AROUND, [list(days)])
    periods = cursor.fetchall()
    which = [[grain for grain, *_ in periods], [start for _, start, _ in periods]]
    around = {start + timedelta(days=n) for _, start, last in periods for n in range((last - start).days + 1)}
    found = percentiles(spread, sorted(around), which)
    columns = listed(("grain", "dimension", "start", "member", *folds_of(spread)))
    cursor.execute(f"DELETE FROM {TABLE} WHERE cube = {spread.code} AND {WHICH}", which)
    cursor.execute(f"INSERT INTO {TABLE} (cube, {columns}) SELECT {spread.code}, {columns} FROM ({found.sql}) q", found.params)


def percentiles(spread: PeriodCube, days: Sequence[date] | None = None, which: Sequence[list] = ()) -> Statement:
    """SELECT (grain, dimension, start, member, m1 …) of all periods, or of those `which` lie in some days: (grains, starts)."""
    rows = spread.rows() if days is None else spread.rows().filter(**{f"{spread.day}__in": days})
    periods = f"(SELECT * FROM kpis_calendarday WHERE {WHICH})" if which else "kpis_calendarday"
    values = {f"member_{dimension}": member(spread, dimension) for dimension in spread.spread_by}
    values |= {f"fold_{name}": contribution(fold) for name, fold in spread.folds.items()}
    sql, params = rows.order_by().values(fold_day=F(spread.day), **values).query.sql_with_params()
    names = {DIMENSION_CODES[dimension]: f"q.member_{dimension.value}" for dimension in spread.spread_by}
    code = "".join(f" WHEN grouping({name}) = 0 THEN {code}" for code, name in names.items())
    who = "".join(f" WHEN grouping({name}) = 0 THEN {name}" for name in names.values())
    sets = listed(["(c.grain, c.start)", *(f"(c.grain, c.start, {name})" for name in names.values())])
    folds = listed(
        f"percentile_cont({fold.percentile}) WITHIN GROUP (ORDER BY q.fold_{name})::numeric AS {column}"
        for (name, fold), column in zip(spread.folds.items(), folds_of(spread), strict=True)
    )
    return Statement(
        f"SELECT c.grain, CASE{code} ELSE 0 END AS dimension, c.start, (CASE{who} ELSE 0 END)::bigint AS member, {folds}"
        f" FROM ({sql}) q JOIN {periods} c ON c.day = q.fold_day AND c.grain IN ({STORED}) GROUP BY GROUPING SETS ({sets})",
        (*params, *which),
    )


# -- drift -----------------------------------------------------------------------------------------------------------


def drift_of_percentiles(cursor: Any, cube: Cube, dirty: Sequence[date]) -> Iterator[str]:
    """Every period that has no dirty day, against all its rows."""
    if (spread := SPREADS.get(cube)) is None:
        return
    found, used = percentiles(spread), folds_of(spread)
    cursor.execute(
        f"""
        SELECT q.grain, q.dimension, q.start, q.member FROM (
            SELECT grain, dimension, start, member FROM ({found.sql}) e
              FULL JOIN (SELECT * FROM {TABLE} WHERE cube = {spread.code}) s USING (grain, dimension, start, member)
             WHERE ({listed(used, "e.")}) IS DISTINCT FROM ({listed(used, "s.")})) q
         WHERE NOT EXISTS (SELECT FROM kpis_calendarday c
                            WHERE c.grain = q.grain AND c.start = q.start AND c.day = ANY(%s::date[]))
         ORDER BY 1, 3, 2, 4 LIMIT 20
        """,
        [*found.params, list(dirty)],
    )
    yield from (f"{spread.key}: grain {row[0]}, {row[2]}, dimension {row[1]}/{row[3]} is wrong" for row in cursor.fetchall())
