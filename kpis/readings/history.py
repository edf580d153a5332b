"""What closed periods reported first, and what they were restated to."""

from __future__ import annotations

from datetime import date

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
