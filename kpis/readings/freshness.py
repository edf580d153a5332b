"""How fresh the stored sums are: what is dirty, when cells were computed, and which cubes have data at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from crm.periods import Period
from kpis.catalogue.marks import DEFERRED
from kpis.catalogue.measures import ACQUIRED
from kpis.definitions import Cube, Measure, PeriodCube
from kpis.models import BUCKET_DAYS, EPOCH, GRAIN_CODES
from kpis.readings.query import Query

# In the place of a cube: the row names the mark of a changed parent.
CHANGED = -1
DAY, YEAR = GRAIN_CODES["gregorian", "day"], GRAIN_CODES["gregorian", "year"]
# Sums of what has come and gone stay as nothing, where a rebuild would write none: both are no data.
IS_ANY = "(m1, m2, m3, m4, m5, m6) <> (0, 0, 0, 0, 0, 0)"
STATES = f"""
WITH period AS (SELECT a, z, i - 1 AS i FROM unnest(%s::date[], %s::date[]) WITH ORDINALITY p (a, z, i))
SELECT 'computed', r.cube, p.i, max(r.computed_at) FROM period p
  JOIN kpis_refresh r ON r.bucket = 0
    OR r.bucket BETWEEN (p.a - DATE '{EPOCH}') / {BUCKET_DAYS} AND (p.z - DATE '{EPOCH}') / {BUCKET_DAYS} GROUP BY 2, 3
 UNION ALL
SELECT DISTINCT 'dirty', d.cube, p.i, NULL::timestamptz FROM period p
  JOIN kpis_dirtyday d ON d.first_day <= p.z AND d.last_day >= p.a
 UNION ALL SELECT 'customers', 0, 0, NULL WHERE EXISTS (SELECT 1 FROM kpis_dirtycustomer)
 UNION ALL SELECT 'visitors', 0, 0, NULL WHERE EXISTS (SELECT 1 FROM kpis_dirtyvisitor)
 UNION ALL SELECT DISTINCT mark, {CHANGED}, 0, NULL::timestamptz FROM kpis_dirtyparent
 UNION ALL
SELECT 'filled', f.cube, (SELECT start - DATE '{EPOCH}' FROM kpis_rollup
  WHERE cube = f.cube AND grain = {DAY} AND dimension = 0 AND {IS_ANY} ORDER BY start LIMIT 1), NULL::timestamptz
  FROM (SELECT DISTINCT cube FROM kpis_rollup WHERE grain = {YEAR} AND dimension = 0 AND {IS_ANY}) f
"""

STATE = f"""
SELECT coalesce(sum(extract(epoch FROM computed_at)), 0) FROM kpis_refresh WHERE bucket = 0
    OR bucket BETWEEN (%s - DATE '{EPOCH}') / {BUCKET_DAYS} AND (%s - DATE '{EPOCH}') / {BUCKET_DAYS}
"""


def state_of(period: Period) -> str:
    """Another one after each time that something of a period was computed.

    The last time alone would not do: what began earlier may end later.
    """
    with connection.cursor() as cursor:
        cursor.execute(STATE, [period.start, period.end])
        (sum_of_times,) = cursor.fetchone()
    return str(sum_of_times)


@dataclass(frozen=True)
class Freshness:
    """Keys are (cube, period index); dirty customers and changed parents make everything that hangs on them stale."""

    computed: Mapping[tuple[int, int], datetime]
    dirty: frozenset[tuple[int, int]]
    has_dirty_customers: bool
    has_dirty_visitors: bool
    changed: frozenset[int]
    filled: frozenset[int]
    # The first of which anything at all is recorded; a cube whose days are not stored has them from others.
    first_day: date | None

    @classmethod
    def of(cls, query: Query) -> Freshness:
        with connection.cursor() as cursor:
            cursor.execute(STATES, [list(days) for days in zip(*query.spans, strict=True)])
            rows = cursor.fetchall()
        kinds = {kind for kind, *_ in rows}
        filled = {cube: first for kind, cube, first, _ in rows if kind == "filled"}
        first = min((day for day in filled.values() if day is not None), default=None)
        marks = [DEFERRED[mark] for mark, cube, *_ in rows if cube == CHANGED and mark in DEFERRED]
        return cls(
            computed={(cube, index): at for kind, cube, index, at in rows if kind == "computed"},
            dirty=frozenset((cube, index) for kind, cube, index, _ in rows if kind == "dirty"),
            has_dirty_customers="customers" in kinds or any(mark.of_customers for mark in marks),
            has_dirty_visitors="visitors" in kinds,
            changed=frozenset(cube.code for mark in marks for cube in mark.cubes),
            filled=frozenset(filled),
            first_day=None if first is None else EPOCH + timedelta(days=first),
        )

    def is_filled(self, cube: Cube) -> bool:
        """Whether anything of it counts at all."""
        return cube.code in self.filled

    def is_before_all(self, last: date) -> bool:
        """Whether what ended on a day was over before anything was recorded: not even that nothing came is known."""
        return self.first_day is not None and last < self.first_day

    def is_stale(self, measure: Measure, index: int) -> bool:
        cube = measure.cube
        own = (cube.code, index) in self.dirty if cube.stores_days else self.has_dirty_customers
        return own or (has_own_facts(cube) and self.has_dirty_visitors) or cube.code in self.changed

    def computed_at(self, measure: Measure, index: int) -> datetime | None:
        return self.computed.get((computed_with(measure.cube), index))


def computed_with(cube: Cube) -> int:
    """Facts of customers are computed together, under the code of their first cube."""
    return cube.code if cube.stores_days or has_own_facts(cube) else ACQUIRED.code


def has_own_facts(cube: Cube) -> bool:
    """Whether it is of facts that are drained by themselves, as the days of visitors are."""
    return isinstance(cube, PeriodCube) and cube.told_by is not None
