"""The opportunities that were open on one evening: by stage, in total and by member, and one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, QuerySet, Sum

from crm.models import User
from kpis.catalogue.cubes.deals import PIPELINE
from kpis.catalogue.deals import PIPELINE_VALUE
from kpis.definitions import Dimension
from kpis.readings.narrowing import Narrowing
from kpis.readings.query import Query
from kpis.readings.sources import as_exact, sources_of
from leads.models import Opportunity, Stage, StageChange

FILTERS = (Dimension.OWNER, Dimension.TEAM)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Sums:
    """So many opportunities, what they were worth, and that by the probability that each had."""

    deals: int = 0
    value: Decimal = ZERO
    weighted: Decimal = ZERO

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.deals + other.deals, self.value + other.value, self.weighted + other.weighted)


# By the key of the stage.
ByStage = Mapping[int, Sums]


@dataclass(frozen=True)
class Deal:
    """One open opportunity as it stood that evening, and since when it stood so."""

    opportunity: Opportunity
    stage: Stage
    since: date
    amount: Decimal
    probability: Decimal

    @property
    def owner(self) -> User | None:
        """Whose it is now, as the figures have it: its customer's owner's where it has none itself."""
        opportunity = self.opportunity
        return opportunity.owner or (opportunity.customer.owner if opportunity.customer else None)

    @property
    def weighted(self) -> Decimal:
        return self.amount * self.probability


@dataclass(frozen=True)
class Pipeline:
    """Of the evening of the query's only period, by the relation that the KPI lists its rows from.

    It is read from the dated changes themselves, so it is never behind; what is stored of the KPI comes to the same.
    """

    query: Query

    @cached_property
    def stages(self) -> list[Stage]:
        return Stage.objects.filter(kind=Stage.Kind.OPEN).with_what_stands(self.by_stage)

    @property
    def rows(self) -> QuerySet[StageChange]:
        """The change that each was at; none where the viewer may not see opportunities."""
        sources = sources_of(PIPELINE_VALUE, "numerator", self.query)
        return sources[0].rows if sources else StageChange.objects.none()

    @cached_property
    def members(self) -> dict[int | None, ByStage]:
        """By member and stage where the query is split, else under None."""
        narrowing = Narrowing(self.query)
        rows = self.rows.order_by().values("to_stage", member=narrowing.member(PIPELINE))
        rows = rows.annotate(count=Count("pk"), summed=as_exact(Sum("value")), by_chance=as_exact(Sum("weighted")))
        found: dict[int | None, dict[int, Sums]] = defaultdict(lambda: defaultdict(Sums))
        for stage, member, *sums in rows.values_list("to_stage", "member", "count", "summed", "by_chance"):
            found[narrowing.shown(member, PIPELINE) if self.query.by else None][stage] += Sums(*sums)
        return dict(found)

    @cached_property
    def by_stage(self) -> ByStage:
        """All members together."""
        found: dict[int, Sums] = defaultdict(Sums)
        for stages in self.members.values():
            for stage, sums in stages.items():
                found[stage] += sums
        return found

    def total(self, stage: Stage | None = None) -> Sums:
        """All of them, or those in one stage."""
        return together(self.by_stage.values()) if stage is None else self.by_stage.get(stage.pk, Sums())

    def deals(self, stage: Stage | None = None, *, after: int = 0, limit: int = 50) -> list[Deal]:
        """By number, after one."""
        rows = self.rows if stage is None else self.rows.filter(to_stage=stage)
        found = rows.filter(opportunity_id__gt=after).order_by("opportunity_id")
        found = found.select_related("opportunity__owner", "opportunity__customer__owner", "to_stage")
        return [Deal(row.opportunity, row.to_stage, row.day, row.amount, row.probability) for row in found[:limit]]


def together(stages: Iterable[Sums]) -> Sums:
    return sum(stages, Sums())
