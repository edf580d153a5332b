"""One dashboard: many KPIs for one period, the periods before it, and what it is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from crm.models import Organization, User
from crm.periods import Period
from kpis.definitions import Dimension, Kpi
from kpis.readings.freshness import Freshness
from kpis.readings.query import Query
from kpis.readings.snapshot import one_snapshot
from kpis.readings.values import Table, Value, read_in_snapshot

TREND = 13


class Compare(StrEnum):
    PREVIOUS = "previous"
    LAST_YEAR = "last-year"
    NONE = "none"


@dataclass(frozen=True)
class Choice:
    """What a page shows: everything that stands in its address."""

    period: Period
    compare: Compare
    filters: Mapping[Dimension, int]
    today: date
    viewer: User | None
    organization: Organization

    @property
    def other(self) -> Period | None:
        """The period it is compared with."""
        match self.compare:
            case Compare.PREVIOUS:
                return self.period.previous()
            case Compare.LAST_YEAR:
                return self.period.same_last_year()
        return None

    @property
    def cut_days(self) -> int | None:
        """While the period runs, how many first days of the other one are compared; None: all of them."""
        if self.other is None or not self.period.is_running(self.today):
            return None
        elapsed = self.period.elapsed(self.today).days
        return elapsed if elapsed < min(self.other.days, self.period.days) else None

    @property
    def other_query(self) -> Query | None:
        """Reads the other period, cut to the days that have passed of this one."""
        if self.other is None:
            return None
        until = self.today if self.cut_days is None else self.other.start + timedelta(days=self.cut_days - 1)
        return Query((self.other,), until, filters=self.filters, viewer=self.viewer)

    def trend_query(self, count: int) -> Query:
        periods = [self.period]
        while len(periods) < count:
            periods.append(periods[-1].previous())
        return Query(tuple(periods[::-1]), self.today, filters=self.filters, viewer=self.viewer)


@dataclass(frozen=True)
class Reading:
    """One KPI on a dashboard; without values where the filters have no meaning for it."""

    kpi: Kpi
    trend: Sequence[Value]
    then: Value | None = None

    @property
    def now(self) -> Value:
        return self.trend[-1]


def summarise(kpis: Sequence[Kpi], choice: Choice, count: int = TREND) -> dict[str, Reading]:
    """All KPIs from one snapshot: one reading of the trend, one of the period compared with where it is none of those."""
    able = [kpi for kpi in kpis if set(choice.filters) <= set(kpi.dimensions)]
    query = choice.trend_query(count)
    with one_snapshot():
        freshness = Freshness.of(query)
        tables = read_in_snapshot(able, query, organization=choice.organization, freshness=freshness)
        others = compared(able, choice, query, tables, freshness)
    return {
        kpi.key: Reading(kpi, tables[kpi.key].total, others.get(kpi.key)) if kpi.key in tables else unfit(kpi, query)
        for kpi in kpis
    }


def compared(
    kpis: Sequence[Kpi], choice: Choice, query: Query, tables: Mapping[str, Table], freshness: Freshness
) -> dict[str, Value]:
    """The values of the period compared with, from the trend where it holds it whole; nobody asks how fresh they are."""
    if choice.other is None:
        return {}
    if choice.cut_days is None and choice.other in query.periods:
        index = query.periods.index(choice.other)
        return {key: table.total[index] for key, table in tables.items()}
    found = read_in_snapshot(kpis, choice.other_query, organization=choice.organization, freshness=freshness)
    return {key: table.total[0] for key, table in found.items()}


def unfit(kpi: Kpi, query: Query) -> Reading:
    return Reading(kpi, [Value(period, reason="not_applicable") for period in query.periods])


def year_before(kpi: Kpi, choice: Choice, periods: Sequence[Period]) -> list[Value]:
    """The same periods of the year before, oldest first; those cut as the running one is."""
    before = tuple(period.same_last_year() for period in periods)
    query = Query(before, choice.today, filters=choice.filters, viewer=choice.viewer)
    with one_snapshot():
        values = read_in_snapshot([kpi], query, organization=choice.organization)[kpi.key].total
        if choice.cut_days is None or choice.other_query is None:
            return values
        cut = replace(choice.other_query, periods=before[-1:])
        last = read_in_snapshot([kpi], cut, organization=choice.organization)[kpi.key].total
    return [*values[:-1], *last]
