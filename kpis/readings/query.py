"""What is asked: periods, a breakdown, filters, and whose eyes it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from crm.models import User
from crm.periods import Grain, Period
from kpis.definitions import Dimension, Kpi, Measure, Term
from kpis.models import GRAIN_CODES


def narrowed_owners(viewer: User | None) -> frozenset[int] | None:
    """The owners whose records a viewer sees; None where nothing is narrowed (also for the system itself)."""
    if viewer is None or viewer.sees_all:
        return None
    if not viewer.is_active:
        return frozenset()
    if viewer.sees_team:
        return viewer.teammates
    return frozenset({viewer.pk})


@dataclass(frozen=True)
class Query:
    """Some periods of one grain, optionally split by a dimension and filtered by members (0: unknown).

    `window` limits cohorts to conversions at most that many days after the entry day. `cuts` names the last day that
    counts of some periods (by index): what a running period is compared with is cut as short as that one is. `told` are the
    periods of which rows are read where only rows can tell; of the others such a figure is worth nothing.
    """

    periods: tuple[Period, ...]
    today: date
    by: Dimension | None = None
    filters: Mapping[Dimension, int] = field(default_factory=dict)
    viewer: User | None = None
    window: int | None = None
    cuts: Mapping[int, date] = field(default_factory=dict)
    told: frozenset[int] | None = None

    @property
    def dimensions(self) -> set[str]:
        return set(self.filters) | ({self.by} if self.by else set())

    @cached_property
    def spans(self) -> tuple[tuple[date, date], ...]:
        """The first and the last day that counts of each period: a running one ends today."""
        return tuple(
            (period.start, min(period.end, self.cuts.get(index, self.today))) for index, period in enumerate(self.periods)
        )

    @property
    def is_of_ranges(self) -> bool:
        """Whether its periods are days that somebody chose: nothing is stored of them but their days."""
        return self.periods[0].grain is Grain.RANGE

    @cached_property
    def begun(self) -> tuple[int, ...]:
        """The periods of which a day has come."""
        return tuple(index for index, (first, last) in enumerate(self.spans) if first <= last)

    @cached_property
    def unfinished(self) -> frozenset[int]:
        """The periods of which some days count and some do not; and all ranges, as they are read in the same way."""
        if self.is_of_ranges:
            return frozenset(self.begun)
        return frozenset(index for index in self.begun if self.spans[index][1] < self.periods[index].end)

    def window_of(self, kpi: Kpi) -> int | None:
        """The most days after its entry that a conversion counts, where that is asked of a cohort."""
        return self.window if kpi.takes_window else None

    def measure_of(self, kpi: Kpi, term: Term) -> Measure:
        """What a term of a KPI measures: by what it is split and narrowed by, within the window that is asked for."""
        measure, window = term.measure_for(self.dimensions), self.window_of(kpi)
        return measure.within(window) if window is not None and term in kpi.numerator else measure

    @property
    def grain_code(self) -> int:
        """Of the sums that are stored of such periods; days are as good as any where there are none."""
        period = self.periods[0]
        return GRAIN_CODES[period.calendar, Grain.DAY if self.is_of_ranges else period.grain]

    @cached_property
    def anchors(self) -> frozenset[int]:
        """The periods that do not follow a whole one: there a running sum starts from all earlier days."""
        nexts = [None if i in self.cuts else period.end + timedelta(days=1) for i, period in enumerate(self.periods)]
        return frozenset(i for i, period in enumerate(self.periods) if i == 0 or period.start != nexts[i - 1])
