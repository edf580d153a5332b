"""One dashboard: many KPIs for one period, the periods before it, and what it is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from crm.models import Organization, User
from crm.periods import Period
from kpis.definitions import Dimension, Kpi
from kpis.readings.query import Query
from kpis.readings.snapshot import one_snapshot
from kpis.readings.targets import Targets, targets_of
from kpis.readings.values import Value, read_in_snapshot, state_of, told_of_all

TREND = 13


class Compare(StrEnum):
    PREVIOUS = "previous"
    LAST_YEAR = "last-year"
    NONE = "none"
    CUSTOM = "custom"


@dataclass(frozen=True)
class Choice:
    """What a page shows: everything that stands in its address."""

    period: Period
    compare: Compare
    filters: Mapping[Dimension, int]
    today: date
    viewer: User | None
    organization: Organization
    # The earlier period that was chosen to be compared with, of the same length.
    against: Period | None = None
    # Of a cohort, the most days after its entry that a conversion counts.
    window: int | None = None

    @property
    def other(self) -> Period | None:
        """The period it is compared with."""
        match self.compare:
            case Compare.PREVIOUS:
                return self.period.previous()
            case Compare.LAST_YEAR:
                return self.period.same_last_year()
        return self.against

    @property
    def cut_days(self) -> int | None:
        """While the period runs, how many first days of the other one are compared; None: all of them."""
        return None if self.other is None else self.period.days_compared(self.other, self.today)

    @property
    def other_last(self) -> date | None:
        """The last day that counts of the other period: it is cut to the days that have passed of this one."""
        if self.other is None or self.cut_days is None:
            return None
        return self.other.start + timedelta(days=self.cut_days - 1)

    def trend_query(self, count: int) -> Query:
        """The period and those before it."""
        periods = [self.period]
        while len(periods) < count:
            periods.append(periods[-1].previous())
        return Query(tuple(periods[::-1]), self.today, filters=self.filters, viewer=self.viewer, window=self.window)

    def compared_query(self, count: int) -> tuple[Query, int | None]:
        """The trend, and with it the other period, whose index comes along, where the trend does not hold it whole."""
        query = self.trend_query(count)
        if self.other is None:
            return query, None
        if self.other_last is None and self.other in query.periods:
            return query, query.periods.index(self.other)
        cuts = {count: self.other_last} if self.other_last else {}
        return replace(query, periods=(*query.periods, self.other), cuts=cuts), count


@dataclass(frozen=True)
class Reading:
    """One KPI on a dashboard; without values where the filters have no meaning for it. Each period may have a target."""

    kpi: Kpi
    trend: Sequence[Value]
    then: Value | None = None
    targets: Sequence[Decimal | None] = (None,)

    @property
    def now(self) -> Value:
        return self.trend[-1]

    @property
    def target(self) -> Decimal | None:
        return self.targets[-1]


def summarise(kpis: Sequence[Kpi], choice: Choice, count: int = TREND, *, is_brief: bool = False) -> dict[str, Reading]:
    """All KPIs from one snapshot, the period compared with among them.

    `is_brief`: what only rows can tell is told of the period and the one compared with, and has no trend.
    """
    able = [kpi for kpi in kpis if set(choice.filters) <= set(kpi.dimensions)]
    query, other = choice.compared_query(count)
    if is_brief:
        query = replace(query, told=frozenset({count - 1, other} - {None}))
    with one_snapshot():
        tables = read_in_snapshot(able, query, organization=choice.organization)
        # Targets are set for what converts at any time.
        targets = targets_of(able, query.periods[:count], choice.filters, choice.viewer) if choice.window is None else {}
        trended = told_of_all(able, query)
    found = {kpi.key: unfit_reading(kpi, query, count, choice.organization) for kpi in kpis}
    for kpi in able:
        places = slice(0 if kpi.key in trended else count - 1, count)
        # What is fitted is known of the ends of periods, not of a part of one.
        then = None if kpi.is_fitted and choice.cut_days else other
        found[kpi.key] = reading_of(kpi, tables[kpi.key].total, places, then, targets)
    return found


def unfit_reading(kpi: Kpi, query: Query, count: int, organization: Organization) -> Reading:
    """Of a KPI that has no meaning with the filters of a query."""
    states = [(period, state_of(kpi, period, query, organization)) for period in query.periods[:count]]
    return Reading(kpi, [Value(period, reason="not_applicable", state=state) for period, state in states])


def overview(kpis: Sequence[Kpi], choice: Choice, charted: Kpi) -> dict[str, Reading]:
    """As `summarise`, brief but for the KPI that is charted: thirteen periods of rows are for a KPI's own page."""
    with one_snapshot():
        found = summarise(kpis, choice, is_brief=True)
        return found if len(found[charted.key].trend) > 1 else found | summarise([charted], choice)


def reading_of(kpi: Kpi, values: Sequence[Value], places: slice, other: int | None, targets: Targets) -> Reading:
    trend = values[places]
    wanted = [targets.get((kpi.key, value.period.start)) for value in trend]
    return Reading(kpi, trend, None if other is None else values[other], wanted)


def year_before(kpi: Kpi, choice: Choice, periods: Sequence[Period]) -> list[Value]:
    return years_before([kpi], choice, periods)[kpi.key]


def years_before(kpis: Sequence[Kpi], choice: Choice, periods: Sequence[Period]) -> dict[str, list[Value]]:
    """The same periods of the year before, oldest first; the last cut as the running one is."""
    before = tuple(period.same_last_year() for period in periods)
    cuts = {len(before) - 1: choice.other_last} if choice.other_last else {}
    query = Query(before, choice.today, filters=choice.filters, viewer=choice.viewer, window=choice.window, cuts=cuts)
    with one_snapshot():
        tables = read_in_snapshot(kpis, query, organization=choice.organization)
        return {key: table.total for key, table in tables.items()}
