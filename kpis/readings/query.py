"""What is asked: periods, a breakdown, filters, and whose eyes it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from crm.models import User
from crm.periods import Period
from kpis.definitions import Dimension, Kpi


def narrowed_owners(viewer: User | None) -> frozenset[int] | None:
    """The owners whose records a viewer sees; None where nothing is narrowed (also for the system itself)."""
    if viewer is None or viewer.sees_all:
        return None
    if not viewer.is_active:
        return frozenset()
    if viewer.sees_team:
        return frozenset(User.objects.filter(team=viewer.team).values_list("pk", flat=True))
    return frozenset({viewer.pk})


SALES_RESOURCES = frozenset({"leads", "opportunities", "activities"})


def is_hidden(kpi: Kpi, viewer: User | None) -> bool:
    """Whether a KPI needs records that the viewer's role may not see at all."""
    if viewer is None:
        return False
    resources = {term.measure.cube.resource for term in kpi.numerator + kpi.denominator}
    return (kpi.needs_costs and not viewer.may_see_costs) or (bool(resources & SALES_RESOURCES) and not viewer.may_sell)


@dataclass(frozen=True)
class Query:
    """Consecutive periods of one grain, optionally split by a dimension and filtered by members (0: unknown).

    `window` limits cohorts to conversions at most that many days after the entry day.
    """

    periods: tuple[Period, ...]
    today: date
    by: Dimension | None = None
    filters: Mapping[Dimension, int] = field(default_factory=dict)
    viewer: User | None = None
    window: int | None = None

    @property
    def dimensions(self) -> set[str]:
        return set(self.filters) | ({self.by} if self.by else set())

    @property
    def first(self) -> date:
        return self.periods[0].start

    def last_of(self, period: Period) -> date:
        """The last day that counts: a running period ends today."""
        return min(period.end, self.today)
