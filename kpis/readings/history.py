"""What closed periods reported first, by which targets it was judged, and what they were restated to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from crm.periods import Period
from crm.slips import history_of
from kpis.definitions import Kpi
from kpis.models import Snapshot, Target
from kpis.models.scope import MEMBERS
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


@dataclass(frozen=True)
class Judged:
    """What a closed period reported first, and the company's target that stood then."""

    value: Decimal
    target: Decimal


def judged_first(kpis: Sequence[Kpi], periods: Sequence[Period]) -> dict[tuple[str, str], Judged]:
    """Of closed periods of one calendar that had a target when they were reported, by KPI and key of the period."""
    keys, known = {(period.grain, period.start): period.key for period in periods}, {kpi.key: kpi for kpi in kpis}
    asked = {
        "kpi__in": known,
        "calendar": periods[0].calendar,
        "grain__in": {period.grain for period in periods},
        "start__in": {period.start for period in periods},
    }
    reported = {
        (row.kpi, row.grain, row.start): row
        for row in Snapshot.objects.filter(revision=1, value__isnull=False, **asked)
        if (row.grain, row.start) in keys and was_judged(known[row.kpi], row)
    }
    found: dict[tuple[str, str], Judged] = {}
    for target, until in company_targets(asked) if reported else ():
        row = reported.get((target.kpi, target.grain, target.start))
        if row and target.recorded_at <= row.recorded_at and (until is None or until > row.recorded_at):
            found.setdefault((row.kpi, keys[row.grain, row.start]), Judged(row.value, target.value))
    return found


def company_targets(asked: Mapping[str, Any]) -> Iterator[tuple[Any, datetime | None]]:
    """As they stood until they were changed or deleted, in that order, then as they stand."""
    of_company = dict.fromkeys((f"{name}__isnull" for name in MEMBERS), True)
    for image in history_of(Target).objects.filter(**of_company, **asked).order_by("pgh_id"):
        yield image, image.pgh_created_at
    for target in Target.objects.filter(**of_company, **asked):
        yield target, None


def was_judged(kpi: Kpi, reported: Snapshot) -> bool:
    """By today's definition, and of what stands on too few nothing was said."""
    is_enough = not kpi.minimum_sample or (reported.denominator or 0) >= kpi.minimum_sample
    return reported.version == kpi.version and is_enough
