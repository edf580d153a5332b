"""The funnel of one cohort: how far the leads created in a period have come by now, and how long each step took.

The steps of each lead are stored, and how many leads of a day or a month came to each step (engine/funnel.py). Who reached a
later step counts in the earlier ones, too, so that no step is larger than the one before. Times do not add up: a median is
that of the leads of the period who have a moment of both steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from crm import confidence
from crm.models import Organization
from kpis.catalogue.cubes.funnel import REACHED
from kpis.catalogue.marks import DEFERRED
from kpis.catalogue.measures import LEADS_CREATED
from kpis.definitions import At, Dimension
from kpis.engine.funnel import MOMENTS
from kpis.funnel import LAST, MATURING_DAYS, STEPS, Step
from kpis.models import DirtyCustomer, DirtyLead, DirtyParent, FunnelFact
from kpis.readings.exact import rounded_interval
from kpis.readings.flows import Reader
from kpis.readings.narrowing import Narrowing
from kpis.readings.query import Query
from kpis.readings.sources import visible
from leads.models import Lead

FILTERS = (*LEADS_CREATED.dimensions, Dimension.TEAM)
GROWTH = 8


@dataclass(frozen=True)
class StepFigures:
    """How many leads came to a step; of the first step nothing was lost and nothing had to be waited for."""

    step: Step
    count: int
    first: int
    previous: int
    since_previous: timedelta | None = None
    since_first: timedelta | None = None

    @property
    def dropped(self) -> int:
        """Those who reached the step before and not this one."""
        return self.previous - self.count

    @property
    def share_of_first(self) -> Decimal | None:
        return Decimal(self.count) / self.first if self.first else None

    @property
    def share_of_previous(self) -> Decimal | None:
        return Decimal(self.count) / self.previous if self.previous else None

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        """Of the share of the step before."""
        found = confidence.wilson(self.count, self.previous)
        return rounded_interval(found)


@dataclass(frozen=True)
class Person:
    """A lead, how far it came, and when it came to each step (None where a later one only implies it)."""

    lead: Lead
    reached: Step
    moments: tuple[datetime | None, ...]


@dataclass(frozen=True)
class Funnel:
    """The leads created in the only period of a query, narrowed as the query says; `by` splits them."""

    query: Query

    @property
    def is_hidden(self) -> bool:
        """Leads are not for everybody."""
        return self.query.viewer is not None and not self.query.viewer.may_sell

    @property
    def state(self) -> str:
        end, today = self.query.periods[0].end, self.query.today
        if today <= end + timedelta(days=Organization.current().closing_days):
            return "open"
        return "maturing" if today <= end + timedelta(days=MATURING_DAYS) else "closed"

    @cached_property
    def narrowing(self) -> Narrowing:
        return Narrowing(self.query)

    def cohort(self) -> QuerySet:
        """The leads as the KPI “leads” counts and lists them."""
        (span,) = self.query.spans
        rows = self.narrowing.narrow(LEADS_CREATED.rows_between(*span), LEADS_CREATED, span[0])
        return visible(rows, self.query)

    def relation(self, leads: QuerySet) -> tuple[str, list[Any]]:
        """FROM some leads (c) and their steps (p)."""
        sql, params = leads.order_by().values_list("pk").query.sql_with_params()
        return f"FROM ({sql}) c (id) JOIN {FunnelFact._meta.db_table} p ON p.lead_id = c.id", [*params]

    @cached_property
    def counts(self) -> dict[int | None, list[int]]:
        """How many leads came to each step, by member where the query is split, else under None."""
        if self.is_hidden:
            return {}
        reader = Reader(self.query, [(REACHED[step.value], At.FLOW) for step in STEPS])
        flows = [reader.flows(REACHED[step.value]) for step in STEPS]
        return {member: [int(flow.get((0, member), 0)) for flow in flows] for _, member in flows[0]}

    @cached_property
    def times(self) -> list[tuple[timedelta | None, timedelta | None]]:
        """The median times of each step since the one before and since the first, from the steps of the leads themselves."""
        if self.is_hidden or not self.query.begun:
            return [(None, None)] * len(STEPS)
        (span,) = self.query.spans
        rows = visible(self.narrowing.narrow(REACHED.rows_between(*span), REACHED, span[0]), self.query)
        sql, params = rows.order_by().values_list(*MOMENTS).query.sql_with_params()
        medians = ", ".join(median(number, before) for number in range(1, LAST + 1) for before in (number - 1, 0))
        ((*found,),) = fetch(f"SELECT {medians} FROM ({sql}) p ({', '.join(MOMENTS)})", [*params])
        return [(None, None), *zip(found[::2], found[1::2], strict=True)]

    def counted(self) -> list[StepFigures]:
        """All leads of the cohort, without the times that they took."""
        return figures_of([sum(column) for column in zip(*self.counts.values(), strict=True)] or [0] * len(STEPS))

    def steps(self) -> list[StepFigures]:
        """All leads of the cohort."""
        pairs = zip(self.counted(), self.times, strict=True)
        return [replace(figures, since_previous=near, since_first=far) for figures, (near, far) in pairs]

    def members(self) -> dict[int, list[StepFigures]]:
        """By the dimension of the query, the largest first."""
        split = {member: figures_of(counts) for member, counts in self.counts.items() if member is not None}
        return dict(sorted(split.items(), key=lambda pair: (-pair[1][0].count, pair[0])))

    def people(self, step: Step, *, dropped: bool = False, after: int = 0, limit: int = 50) -> list[Person]:
        """Leads by number, after one: who reached a step, or who came to the one before and no further."""
        if self.is_hidden or not self.query.begun:
            return []
        number = STEPS.index(step)
        condition = f"p.reach = {number - 1}" if dropped else f"p.reach >= {number}"
        rows: list[tuple] = []
        for leads in self.portions(after, limit):
            sql, params = self.relation(leads)
            rows += fetch(
                f"SELECT c.id, p.reach, {', '.join(MOMENTS)} {sql} WHERE {condition} ORDER BY c.id LIMIT %s",
                [*params, limit - len(rows)],
            )
            if len(rows) == limit:
                break
        found = Lead.objects.in_bulk([row[0] for row in rows])
        return [Person(found[key], STEPS[reach], tuple(moments)) for key, reach, *moments in rows if key in found]

    def portions(self, after: int, size: int) -> Iterator[QuerySet]:
        """The leads by number, in ever larger portions: most pages end in the first, so the rest need not be looked at."""
        cohort = self.cohort().order_by("pk")
        while True:
            numbers = cohort.filter(pk__gt=after).values_list("pk", flat=True)[:size]
            last = max(numbers, default=None)
            if last is None:
                return
            yield cohort.filter(pk__gt=after, pk__lte=last)
            after, size = last, size * GROWTH

    def everybody(self, step: Step, *, dropped: bool = False, page: int = 1000) -> Iterator[Person]:
        """All of them, page by page: a file may be longer than memory."""
        after = 0
        while found := self.people(step, dropped=dropped, after=after, limit=page):
            yield from found
            after = found[-1].lead.pk


def is_stale() -> bool:
    """Whether leads wait to be computed again: themselves, with their customers, or with what either hangs on."""
    parents = DirtyParent.objects.filter(mark__in=[key for key, mark in DEFERRED.items() if not mark.cubes])
    return any(rows.exists() for rows in (DirtyLead.objects, DirtyCustomer.objects, parents))


def median(number: int, before: int) -> str:
    return f"percentile_cont(0.5) WITHIN GROUP (ORDER BY at_{number} - at_{before})"


def figures_of(counts: Sequence[int]) -> list[StepFigures]:
    """From how many came to each step."""
    return [
        StepFigures(step, count, counts[0], counts[max(number - 1, 0)])
        for number, (step, count) in enumerate(zip(STEPS, counts, strict=True))
    ]


def days_of(time: timedelta | None) -> Decimal | None:
    """Exact to a millionth of a day."""
    if time is None:
        return None
    return (Decimal(time // timedelta(microseconds=1)) / 86_400_000_000).quantize(Decimal("1e-6"))


def fetch(sql: str, params: list[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
