"""NPS period by period, with the three groups it is made of: the score alone does not say how many stand behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from crm import confidence
from crm.periods import Period
from customers.models import Survey
from kpis.catalogue.cubes.asking import INVITATIONS
from kpis.catalogue.measures import ANSWERS
from kpis.definitions import At, Dimension
from kpis.readings.exact import rounded_interval
from kpis.readings.flows import Reader
from kpis.readings.narrowing import Narrowing
from kpis.readings.query import Query
from kpis.readings.sources import visible

# Who says what: the names of the fields of `Answers`.
GROUPS: Mapping[str, Q] = {
    "promoters": ANSWERS["promoters"].definition.where,
    "passives": Q(score__range=(7, 8)),
    "detractors": ANSWERS["detractors"].definition.where,
}
FILTERS = (*ANSWERS.dimensions, Dimension.TEAM)


@dataclass(frozen=True)
class Answers:
    """The answers of a period; while it runs, up to now."""

    period: Period
    promoters: int
    passives: int
    detractors: int
    is_running: bool

    @property
    def count(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> Decimal | None:
        return Decimal(100 * (self.promoters - self.detractors)) / self.count if self.count else None

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        found = confidence.nps_interval(self.promoters, self.detractors, self.count)
        return rounded_interval(found)


def answers_of(query: Query) -> list[Answers]:
    """Of each period of a query, the oldest first: the rows that the KPI “nps” counts and lists."""
    return [answers_in(query, index) for index in query.begun]


def stored_answers(query: Query) -> list[Answers]:
    """The same as they are stored, with no question to the rows where one filter narrows at most."""
    measures = {name: ANSWERS[name] for name in ("promoters", "detractors", "nps")}
    reader = Reader(query, [(measure, At.FLOW) for measure in measures.values()])
    flows = {name: reader.flows(measure) for name, measure in measures.items()}
    found = []
    for index in query.begun:
        promoters, detractors, count = (int(flows[name].get((index, None), 0)) for name in measures)
        period = query.periods[index]
        passives = count - promoters - detractors
        found.append(Answers(period, promoters, passives, detractors, is_running=period.is_running(query.today)))
    return found


def answers_in(query: Query, index: int) -> Answers:
    period = query.periods[index]
    query = replace(query, periods=(period,))
    sums = rows_of(query).aggregate(**{group: Count("pk", filter=where) for group, where in GROUPS.items()})
    return Answers(period, is_running=period.is_running(query.today), **sums)


def rows_of(query: Query) -> QuerySet:
    """Of the only period of a query."""
    (span,) = query.spans
    return visible(Narrowing(query).narrow(ANSWERS["nps"].rows(*span), ANSWERS, span[0]), query).order_by()


@dataclass(frozen=True)
class Invited:
    """The invitations to NPS surveys that were delivered in a period, and how many of those have been answered by now."""

    delivered: int
    answered: int

    @property
    def rate(self) -> Decimal | None:
        return Decimal(self.answered) / self.delivered if self.delivered else None


def invited(query: Query) -> list[Invited]:
    """Of each period of a query, the oldest first, as they are stored of each survey."""
    surveys = list(Survey.objects.filter(kind=Survey.Kind.NPS).values_list("pk", flat=True))
    reader = Reader(replace(query, by=Dimension.SURVEY), [(INVITATIONS[fold], At.FLOW) for fold in ("count", "answered")])
    flows = [reader.flows(INVITATIONS[fold]) for fold in ("count", "answered")]
    return [Invited(*(sum(int(flow.get((i, each), 0)) for each in surveys) for flow in flows)) for i in query.begun]


def comments(query: Query, most: int) -> QuerySet:
    """The last answers that say why, of the only period of a query."""
    return rows_of(query).exclude(comment="").order_by("-answered_at", "-pk")[:most]


def answers_by(query: Query, group: str) -> QuerySet:
    """The answers of a group, the one entered last first."""
    return rows_of(query).filter(GROUPS[group]).order_by("-pk")


def answerers(query: Query, group: str) -> QuerySet:
    """The last answer of each known customer that makes them one of a group, by the customer's number."""
    rows = rows_of(query).filter(GROUPS[group], customer__isnull=False)
    return rows.order_by("customer_id", "-answered_at", "-pk").distinct("customer_id")


def change(found: Sequence[Answers], index: int) -> Decimal | None:
    """Points since the period before; none where one of the two has no answers."""
    now, before = found[index].score, found[index - 1].score if index else None
    return None if now is None or before is None else now - before
