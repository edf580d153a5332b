"""Retention: of the customers whose first order was in a month, how many ordered in each month after it.

Read from the stored cells where at most one dimension is asked for, else from the stored days of the customers concerned;
never from the orders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Sum

from crm import confidence
from crm.periods import Grain, Period, period_of
from customers.models import Customer
from kpis.catalogue.measures import ACQUIRED
from kpis.definitions import DIMENSION_CODES, Dimension
from kpis.engine.cohorts import DIMENSIONS
from kpis.models import GRAIN_CODES, CohortCell, CustomerDay, DirtyCustomer
from kpis.readings.exact import rounded_interval
from kpis.readings.narrowing import Narrowing
from kpis.readings.query import Query
from kpis.readings.sources import visible

FILTERS = (*DIMENSIONS, Dimension.TEAM)


@dataclass(frozen=True)
class Cell:
    """How many of a cohort ordered in a month; while the month runs, up to now."""

    since: int
    month: Period
    count: int
    size: int
    is_running: bool

    @property
    def share(self) -> Decimal | None:
        return Decimal(self.count) / self.size if self.size else None

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        found = confidence.wilson(self.count, self.size)
        return rounded_interval(found)


@dataclass(frozen=True)
class Cohort:
    """The customers whose first order was in a month, and the months since, that one included."""

    period: Period
    size: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Member:
    """A customer of a cohort."""

    customer: Customer
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Cohorts:
    """The cohorts of the months of a query."""

    query: Query

    @cached_property
    def narrowing(self) -> Narrowing:
        return Narrowing(self.query)

    @cached_property
    def asked(self) -> dict[Dimension, frozenset[int]]:
        return self.narrowing.asked(ACQUIRED)

    @property
    def is_stale(self) -> bool:
        return DirtyCustomer.objects.exists()

    @property
    def is_stored(self) -> bool:
        return len(self.asked) <= 1 and set(self.asked) <= set(DIMENSIONS)

    @cached_property
    def grain(self) -> int:
        return GRAIN_CODES[self.query.periods[0].calendar, Grain.MONTH]

    @cached_property
    def counts(self) -> dict[tuple[date, date], int]:
        """{(first day of the cohort, first day of the month): customers}."""
        counts: dict[tuple[date, date], int] = defaultdict(int)
        for cohort, month, customers in self.stored() if self.is_stored else self.counted():
            counts[cohort, month] += customers
        return counts

    def stored(self) -> QuerySet:
        """The cells of one dimension; there are no more of them than pairs of months and members."""
        name, members = next(iter(self.asked.items()), ("", frozenset({0})))
        cells = CohortCell.objects.filter(
            grain=self.grain,
            dimension=DIMENSION_CODES[name],
            cohort__gte=self.query.periods[0].start,
            cohort__lte=self.query.periods[-1].start,
            member__in=members,
        )
        return cells.order_by().values("cohort", "month").annotate(n=Sum("customers")).values_list("cohort", "month", "n")

    def counted(self) -> list[tuple[date, date, int]]:
        """The same from the days of the customers that several dimensions leave."""
        facts = self.facts(self.query.periods[0].start, self.query.periods[-1].end).order_by()
        sql, params = facts.values_list("pk", "first_order_day").query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT a.start, c.start, count(DISTINCT f.id)
                  FROM ({sql}) f (id, day) JOIN kpis_customerday k ON k.fact_id = f.id
                  JOIN kpis_calendarday a ON a.day = f.day AND a.grain = %s
                  JOIN kpis_calendarday c ON c.day = k.day AND c.grain = a.grain
                 GROUP BY 1, 2
                """,
                [*params, self.grain],
            )
            return cursor.fetchall()

    def facts(self, first: date, last: date) -> QuerySet:
        """The facts of the visible customers whose first order was in some days."""
        facts = ACQUIRED.rows().filter(first_order_day__gte=first, first_order_day__lte=last)
        return visible(self.narrowing.narrow(facts, ACQUIRED, first), self.query)

    def table(self, most: int | None = None) -> list[Cohort]:
        """The cohorts, the oldest first, each with at most so many months after its own."""
        return [self.cohort(period, most) for period in self.query.periods if period.start <= self.query.today]

    def cohort(self, period: Period, most: int | None) -> Cohort:
        size = self.counts.get((period.start, period.start), 0)
        cells: list[Cell] = []
        month = period
        while month.start <= self.query.today and (most is None or len(cells) <= most):
            count = self.counts.get((period.start, month.start), 0)
            cells.append(Cell(len(cells), month, count, size, month.is_running(self.query.today)))
            month = month.next()
        return Cohort(period, size, tuple(cells))

    def people(self, cohort: Period, month: Period, *, absent: bool = False, after: int = 0, limit: int = 50) -> list[Member]:
        """Customers of a cohort by number, after one: who ordered in a month, or who did not."""
        days = CustomerDay.objects.filter(fact=OuterRef("pk"), day__gte=month.start, day__lte=month.end)
        facts = self.facts(cohort.start, cohort.end).filter(~Exists(days) if absent else Exists(days), pk__gt=after)
        rows = list(facts.order_by("pk").values_list("pk", "first_order_day", "last_day")[:limit])
        customers = Customer.objects.in_bulk([key for key, *_days in rows])
        return [Member(customers[key], first, last) for key, first, last in rows if key in customers]

    def everybody(self, cohort: Period, month: Period, *, absent: bool = False, page: int = 1000) -> Iterator[Member]:
        """All of them, page by page: a file may be longer than memory."""
        after = 0
        while found := self.people(cohort, month, absent=absent, after=after, limit=page):
            yield from found
            after = found[-1].customer.pk


def averages(cohorts: Sequence[Cohort]) -> list[Cell | None]:
    """Of each number of months since, all cohorts whose month is over: Σ customers ÷ Σ sizes."""
    longest = max((len(cohort.cells) for cohort in cohorts), default=0)
    found: list[Cell | None] = []
    for since in range(longest):
        cells = [cohort.cells[since] for cohort in cohorts if len(cohort.cells) > since]
        done = [cell for cell in cells if not cell.is_running]
        whole = done and replace(done[0], count=sum(cell.count for cell in done), size=sum(cell.size for cell in done))
        found.append(whole or None)
    return found


def month_of(day: date, like: Period) -> Period:
    """The month of a day in the calendar of a period."""
    return period_of(day, like.calendar, Grain.MONTH, like.rules)
