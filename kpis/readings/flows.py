"""What flowed in each period: from period sums where they answer, else from components, else from the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from crm.models import User
from kpis.catalogue.measures import BUYERS
from kpis.definitions import DIMENSION_CODES, Cube, Dimension, Measure, PeriodCube
from kpis.engine.folding import FOLDS, aggregate, any_left, as_expression
from kpis.models import COLUMNS, GRAIN_CODES
from kpis.readings.query import Query, narrowed_owners

# (period index, member or None for the total) -> sum
Flows = dict[tuple[int, int | None], Decimal]
DAY = 0


class Reader:
    """Reads the flows of measures for one query; the sums of all its cubes come with one statement each."""

    def __init__(self, query: Query, cubes: Iterable[Cube]) -> None:
        self.query = query
        self.codes = sorted({cube.code for cube in cubes})
        self.owners = narrowed_owners(query.viewer)
        self._sums: dict[tuple, dict] = {}

    def flows(self, measure: Measure) -> Flows:
        """The measure per period, and per member where the query is split."""
        source = self._stored_source(measure.cube)
        if self.query.window is not None or (source is None and not self._has_components(measure.cube)):
            return self._from_rows(measure, range(len(self.query.periods)))
        if source is None:
            return self._from_components(measure)
        flows = self._from_sums(measure, *source)
        if isinstance(measure.cube, PeriodCube) and self._running is not None:
            flows |= self._from_rows(measure, [self._running])
        return flows

    def before(self, measure: Measure) -> dict[int | None, Decimal]:
        """The measure over all days before the first period, per member and in total: where a stock starts from."""
        source = self._stored_source(measure.cube)
        if source is None:
            return self._rows_between(measure, date.min, self.query.first - timedelta(days=1))
        dimension, members, is_split = source
        table = self._table("before", dimension, members)
        return self._spread(table.get(measure.cube.code, {}).items(), measure, is_split)

    # -- where the numbers are -------------------------------------------------------------------------------------

    def _asked(self, cube: Cube) -> dict[Dimension, Any]:
        """The narrowings that apply to a cube: filters, and the viewer's owners where the cube knows owners."""
        asked: dict[Dimension, Any] = {name: {member} for name, member in self.query.filters.items()}
        if Dimension.TEAM in asked and Dimension.TEAM not in cube.dimensions:
            (team,) = asked.pop(Dimension.TEAM)
            asked[Dimension.OWNER] = self._members_of(team) & asked.get(Dimension.OWNER, self._members_of(team))
        knows_owner = Dimension.OWNER in cube.dimensions
        if self.owners is not None and knows_owner:
            asked[Dimension.OWNER] = asked.get(Dimension.OWNER, self.owners) & self.owners
        return asked

    def _has_components(self, cube: Cube) -> bool:
        names = {*self._asked(cube), self._split(cube)} - {None}
        return cube.stores_days and all(name in cube.dimensions for name in names)

    def _split(self, cube: Cube) -> Dimension | None:
        """The dimension to read: a team is the sum of its owners wherever parts add up."""
        if self.query.by is Dimension.TEAM and Dimension.TEAM not in cube.dimensions:
            return Dimension.OWNER
        return self.query.by

    def _stored_source(self, cube: Cube) -> tuple[Dimension | None, frozenset[int] | None, bool] | None:
        """(dimension, members, is it split) of the period sums that answer; None when two dimensions meet."""
        asked, split = self._asked(cube), self._split(cube)
        if not asked:
            return (split, None, split is not None) if split is None or split in cube.dimensions else None
        if len(asked) > 1 or (split is not None and split not in asked):
            return None
        ((name, members),) = asked.items()
        counts_once = isinstance(cube, PeriodCube) and name is Dimension.OWNER and cube is BUYERS
        if name not in cube.dimensions or (counts_once and (len(members) != 1 or split)):
            return None
        return name, frozenset(members), split is not None

    # -- period sums -----------------------------------------------------------------------------------------------

    def _from_sums(self, measure: Measure, dimension: Dimension | None, members: frozenset[int] | None, is_split: bool) -> Flows:
        table = self._table("whole", dimension, members).get(measure.cube.code, {})
        running = self._table("running", dimension, members).get(measure.cube.code, {}) if self._running is not None else {}
        flows: Flows = {}
        for index, period in enumerate(self.query.periods):
            if index == self._running and isinstance(measure.cube, PeriodCube):
                continue
            if index == self._running:
                found = running.get(None, {}).items()
            else:
                found = table.get(period.start, {}).items() if period.start <= self.query.today else ()
            for member, amount in self._spread(found, measure, is_split).items():
                flows[index, member] = amount
        return flows

    @cached_property
    def _running(self) -> int | None:
        """The index of the period that today cuts, if any."""
        today = self.query.today
        return next((i for i, period in enumerate(self.query.periods) if period.start <= today < period.end), None)

    def _spread(self, found: Iterable[tuple[int, tuple]], measure: Measure, is_split: bool) -> dict[int | None, Decimal]:
        """Members and their total from (member, sums) pairs; owners become teams where teams are asked."""
        column = int(measure.cube.column(measure.fold)[1:]) - 1
        amounts: dict[int | None, Decimal] = defaultdict(Decimal)
        for member, sums in found:
            amounts[None] += sums[column]
            if is_split:
                amounts[self._shown(member, measure.cube)] += sums[column]
        return dict(amounts)

    def _shown(self, member: int, cube: Cube) -> int:
        if self.query.by is Dimension.TEAM and Dimension.TEAM not in cube.dimensions:
            return self._team_of.get(member, 0)
        return member

    def _table(self, which: str, dimension: Dimension | None, members: frozenset[int] | None) -> dict:
        """Sums of all cubes: {cube: {start: {member: sums}}}, or {cube: {member: sums}} for what was before."""
        key = (which, dimension, members)
        if key not in self._sums:
            self._sums[key] = self._load(which, dimension, members)
        return self._sums[key]

    def _load(self, which: str, dimension: Dimension | None, members: frozenset[int] | None) -> dict:
        periods, grain = self.query.periods, GRAIN_CODES[self.query.periods[0].calendar, self.query.periods[0].grain]
        condition, params = "r.start = ANY(%s)", [[period.start for period in periods]]
        start = "r.start"
        if which == "running":
            running = periods[self._running]
            condition, params, start, grain = "r.start BETWEEN %s AND %s", [running.start, self.query.today], "NULL::date", DAY
        elif which == "before":
            condition, params, start = "r.start < %s", [self.query.first], "NULL::date"
        narrowing = "" if members is None else " AND r.member = ANY(%s)"
        sql = (
            f"SELECT r.cube, {start}, r.member, {', '.join(f'sum(r.{name})' for name in FOLDS)} FROM kpis_rollup r"
            f" WHERE r.cube = ANY(%s) AND r.grain = %s AND r.dimension = %s AND {condition}{narrowing} GROUP BY 1, 2, 3"
            f" HAVING {any_left()}"
        )
        values = [self.codes, grain, DIMENSION_CODES[dimension.value if dimension else ""], *params]
        with connection.cursor() as cursor:
            cursor.execute(sql, values + ([] if members is None else [list(members)]))
            rows = cursor.fetchall()
        table: dict = {}
        for code, begin, member, *sums in rows:
            target = table.setdefault(code, {})
            (target if which == "before" else target.setdefault(begin, {}))[member] = tuple(sums)
        return table

    # -- components and rows ---------------------------------------------------------------------------------------

    def _from_components(self, measure: Measure) -> Flows:
        """Two dimensions meet: sum the stored days."""
        cube, split = measure.cube, self._split(measure.cube)
        asked = self._asked(cube)
        narrowing = "".join(f" AND d.{COLUMNS[name]} = ANY(%s)" for name in asked)
        member = f"d.{COLUMNS[split]}" if split else "NULL::bigint"
        starts, ends = [p.start for p in self.query.periods], [self.query.last_of(p) for p in self.query.periods]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT p.i - 1, {member}, sum(d.{cube.column(measure.fold)})"
                " FROM unnest(%s::date[], %s::date[]) WITH ORDINALITY p (first_day, last_day, i)"
                " JOIN kpis_component d ON d.day BETWEEN p.first_day AND p.last_day"
                f" WHERE d.cube = %s{narrowing} GROUP BY 1, 2",
                [starts, ends, cube.code, *(sorted(members) for members in asked.values())],
            )
            rows = cursor.fetchall()
        flows: Flows = defaultdict(Decimal)
        for index, found, amount in rows:
            flows[index, None] += amount
            if split:
                flows[index, self._shown(found, cube)] += amount
        return dict(flows)

    def _from_rows(self, measure: Measure, indexes: Iterable[int]) -> Flows:
        flows: Flows = {}
        for index in indexes:
            period = self.query.periods[index]
            last = self.query.last_of(period)
            if period.start > last:
                continue
            for member, amount in self._rows_between(measure, period.start, last).items():
                flows[index, member] = amount
        return flows

    def _rows_between(self, measure: Measure, first: date, last: date) -> dict[int | None, Decimal]:
        """The measure folded from its rows between two days, by the relation that drill-downs list."""
        rows = self.narrow(measure.rows(first, last), measure.cube)
        found = rows.order_by().aggregate(amount=aggregate(measure.definition))["amount"]
        amounts: dict[int | None, Decimal] = {None: Decimal(found)} if found else {}
        if self.query.by:
            split = self.query.by if self.query.by in measure.cube.dimensions else self._split(measure.cube)
            member = Coalesce(self._path(measure.cube, split), Value(0))
            for row in rows.order_by().values(split_member=member).annotate(amount=aggregate(measure.definition)):
                shown = self._shown(row["split_member"], measure.cube)
                amounts[shown] = amounts.get(shown, Decimal(0)) + Decimal(row["amount"])
        return amounts

    def narrow(self, rows: Any, cube: Cube) -> Any:
        """Rows that the filters and the viewer's rights leave."""
        for number, (name, members) in enumerate(self._asked(cube).items()):
            alias = f"narrow_{number}"
            rows = rows.alias(**{alias: Coalesce(self._path(cube, name), Value(0))}).filter(**{f"{alias}__in": sorted(members)})
        return rows

    def _path(self, cube: Cube, name: Dimension) -> Any:
        return as_expression(cube.dimensions.get(name) or cube.live[name])

    @cached_property
    def _team_of(self) -> dict[int, int]:
        return dict(User.objects.filter(team__isnull=False).values_list("pk", "team_id"))

    def _members_of(self, team: int) -> frozenset[int]:
        if team == 0:
            return frozenset({0, *User.objects.filter(team__isnull=True).values_list("pk", flat=True)})
        return frozenset(pk for pk, of in self._team_of.items() if of == team)


def windowed(measure: Measure, window: tuple[str, str], days: int) -> Measure:
    """The same measure, of conversions at most some days after the entry day."""
    entry, conversion = window
    fold, limit = measure.definition, Q(**{f"{conversion}__lte": F(entry) + days})
    where = limit if fold.where is None else fold.where & limit
    cube = replace(measure.cube, folds={measure.fold: replace(fold, where=where)})
    return Measure(cube, measure.fold)
