"""Verbs of the roof: closing periods, and settings that change figures."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Min

from crm.models import Organization, User
from crm.periods import Calendar, Grain, Period, periods_between
from kpis.calendars import fill_calendar
from kpis.catalogue import CATALOGUE
from kpis.definitions import Kpi
from kpis.engine import is_clean, rebuild
from kpis.engine.locks import CLOSING, hold_rebuilds, lock, wait_for_all
from kpis.models import DAY_GRAIN, Credit, CustomerFact, Rollup, Snapshot
from kpis.readings import Query, Value, read

CLOSED_GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)


def close_periods(*, at: datetime, by: User | None = None) -> int:
    """Write the as-reported value of every period that closed, and a revision where a closed one changed.

    Waits for a clean state, so that nothing half computed is kept. Returns the number of revisions written.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # Read before it is asked what is dirty: a change of its rules marks what it changes.
        organization = Organization.current()
        if not lock(cursor, CLOSING, wait=False):
            return 0
        hold_rebuilds(cursor)
        if not is_clean():
            return 0
        today = organization.day_of(at)
        written = 0
        for calendar in Calendar:
            for grain in CLOSED_GRAINS:
                written += close_grain(organization, calendar, grain, today=today, at=at, by=by)
    return written


def close_grain(
    organization: Organization, calendar: Calendar, grain: Grain, *, today: date, at: datetime, by: User | None
) -> int:
    """The closed periods of one grain, from the first data on."""
    first = min(
        [
            day
            for day in (
                Rollup.objects.filter(grain=DAY_GRAIN, dimension=0).aggregate(first=Min("start"))["first"],
                CustomerFact.objects.order_by("first_day").values_list("first_day", flat=True).first(),
            )
            if day
        ],
        default=None,
    )
    last = today - timedelta(days=organization.closing_days + 1)
    if first is None or first > last:
        return 0
    periods = tuple(periods_between(first, last, calendar, grain, organization.calendar_rules))
    tables = read(list(CATALOGUE.values()), Query(periods, today))
    known = {
        (kept.kpi, kept.start): kept
        for kept in Snapshot.objects.filter(calendar=calendar, grain=grain).latest_revisions()
        if CATALOGUE.get(kept.kpi) and kept.version == CATALOGUE[kept.kpi].version
    }
    model, fresh, same = organization.attribution_model, [], []
    for key, table in tables.items():
        for value in table.total:
            kept = known.get((key, value.period.start))
            if value.state == "closed" and (revision := revise(key, value, kept, model=model, at=at, by=by)):
                fresh.append(revision)
            elif kept and kept.attribution != model:
                same.append(kept.pk)
    Snapshot.objects.bulk_create(fresh)
    # What another model says the same of: if it changes later, that is not why.
    Snapshot.objects.filter(pk__in=same).update(attribution=model)
    return len(fresh)


def revise(key: str, value: Value, kept: Snapshot | None, *, model: str, at: datetime, by: User | None) -> Snapshot | None:
    """The next revision of a closed value; None while it is what was kept."""
    now = (value.numerator, value.denominator, value.value)
    if kept and (kept.numerator, kept.denominator, kept.value) == now:
        return None
    period: Period = value.period
    return Snapshot(
        kpi=key,
        version=CATALOGUE[key].version,
        calendar=period.calendar,
        grain=period.grain,
        start=period.start,
        revision=kept.revision + 1 if kept else 1,
        numerator=value.numerator,
        denominator=value.denominator,
        value=value.value,
        attribution=model,
        reason=reason_of(kept, model) if kept else "",
        by=by,
        recorded_at=at,
    )


def is_credited(kpi: Kpi) -> bool:
    """Whether the company's figure is made of credits, whose sums are others by another model."""
    return any(term.measure.cube.rows().model is Credit for term in kpi.needed)


def reason_of(kept: Snapshot, model: str) -> str:
    if kept.attribution in ("", model) or not is_credited(CATALOGUE[kept.kpi]):
        return "records changed after the period was closed"
    return f"the definition changed: money is credited by the attribution model “{model}”, no longer by “{kept.attribution}”"


def change_calendar(organization: Organization, *, fields: Iterable[str]) -> None:
    """Save the week's or fiscal year's new start; every period sum is folded again by the drain.

    Of two who change different rules at once the second knows what the first has set.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        wait_for_all(cursor)
        organization.save(update_fields=list(fields))
        organization.refresh_from_db()
        fill_calendar(organization.calendar_rules)
        rebuild()
