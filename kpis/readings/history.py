"""What closed periods reported first, and what they were restated to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from crm.periods import Period
from kpis.definitions import Kpi
from kpis.models import Snapshot
from kpis.readings.query import Query


def revisions_of(kpi: Kpi, query: Query) -> dict[date, list[Snapshot]]:
    """Revisions by period start, oldest first; only of the whole company's undivided figure, the one that is kept."""
    is_whole = not query.filters and query.window is None and (query.viewer is None or query.viewer.sees_all)
    if not is_whole:
        return {}
    period = query.periods[0]
    kept = (
        Snapshot.objects.filter(
            kpi=kpi.key,
            version=kpi.version,
            calendar=period.calendar,
            grain=period.grain,
            start__in=[period.start for period in query.periods],
        )
        .select_related("by")
        .order_by("start", "revision")
    )
    found: dict[date, list[Snapshot]] = {}
    for snapshot in kept:
        found.setdefault(snapshot.start, []).append(snapshot)
    return found


def reported_first(kpis: Sequence[Kpi], periods: Sequence[Period]) -> dict[tuple[str, str], Decimal]:
    """What closed periods of one calendar reported, by KPI and key of the period: what their targets were judged by."""
    keys = {(period.grain, period.start): period.key for period in periods}
    kept = Snapshot.objects.filter(
        kpi__in=[kpi.key for kpi in kpis],
        calendar=periods[0].calendar,
        grain__in={period.grain for period in periods},
        start__in={period.start for period in periods},
        revision=1,
        value__isnull=False,
    )
    known = {kpi.key: kpi for kpi in kpis}
    return {
        (row.kpi, keys[row.grain, row.start]): row.value
        for row in kept
        if (row.grain, row.start) in keys and was_judged(known[row.kpi], row)
    }


def was_judged(kpi: Kpi, reported: Snapshot) -> bool:
    """By today's definition, and of what stands on too few nothing was said."""
    is_enough = not kpi.minimum_sample or (reported.denominator or 0) >= kpi.minimum_sample
    return reported.version == kpi.version and is_enough
