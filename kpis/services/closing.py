"""Verbs of the roof: closing periods, and settings that change figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import connection, transaction
from django.db.models import Min

from crm.models import Organization, User
from crm.periods import Calendar, Grain, Period, periods_between
from kpis.calendars import fill_calendar
from kpis.catalogue import CATALOGUE
from kpis.engine import is_clean, rebuild
from kpis.engine.locks import CLOSING, hold_rebuilds, lock, wait_for_all
from kpis.models import DAY_GRAIN, CustomerFact, Rollup, Snapshot
from kpis.readings import Query, Value, read
from kpis.readings.rules import Changes, changes_between, reason_in_english, rules_of, who_changed

CLOSED_GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)


@dataclass(frozen=True)
class Closing:
    """One look at all closed periods: when it is, and by which rules."""

    organization: Organization
    at: datetime
    authors: dict[tuple, User | None] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.organization.day_of(self.at)

    @cached_property
    def rules(self) -> dict[str, Any]:
        return rules_of(self.organization)

    def who_changed(self, changes: Changes) -> User | None:
        """Asked once of all figures that the same change restates."""
        asked = tuple((change["rule"], repr(change["before"])) for change in changes)
        if asked not in self.authors:
            self.authors[asked] = who_changed(self.organization, changes)
        return self.authors[asked]


def close_periods(*, at: datetime) -> int:
    """Write the as-reported value of every period that closed, and a revision where a closed one changed.

    Waits for a clean state, so that nothing half computed is kept. Returns the number of revisions written.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # Read before it is asked what is dirty: a change of its rules marks what it changes.
        closing = Closing(Organization.current(), at)
        if not lock(cursor, CLOSING, wait=False):
            return 0
        hold_rebuilds(cursor)
        if not is_clean():
            return 0
        return sum(close_grain(closing, calendar, grain) for calendar in Calendar for grain in CLOSED_GRAINS)


def close_grain(closing: Closing, calendar: Calendar, grain: Grain) -> int:
    """The closed periods of one grain, from the first data on."""
    organization = closing.organization
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
    last = closing.today - timedelta(days=organization.closing_days + 1)
    if first is None or first > last:
        return 0
    periods = tuple(periods_between(first, last, calendar, grain, organization.calendar_rules))
    tables = read(list(CATALOGUE.values()), Query(periods, closing.today))
    known = {
        (kept.kpi, kept.start): kept
        for kept in Snapshot.objects.filter(calendar=calendar, grain=grain).latest_revisions()
        if CATALOGUE.get(kept.kpi) and kept.version == CATALOGUE[kept.kpi].version
    }
    fresh, same = [], []
    for key, table in tables.items():
        for value in table.total:
            kept = known.get((key, value.period.start))
            if value.state == "closed" and (revision := revise(key, value, kept, closing)):
                fresh.append(revision)
            elif kept and kept.rules != closing.rules:
                same.append(kept.pk)
    Snapshot.objects.bulk_create(fresh)
    # What other rules say the same of: if it changes later, that is not why.
    Snapshot.objects.filter(pk__in=same).update(rules=closing.rules)
    return len(fresh)


def revise(key: str, value: Value, kept: Snapshot | None, closing: Closing) -> Snapshot | None:
    """The next revision of a closed value; None while it is what was kept."""
    now = (value.numerator, value.denominator, value.value)
    if kept and (kept.numerator, kept.denominator, kept.value) == now:
        return None
    changes = changes_between(CATALOGUE[key], kept.rules, closing.rules) if kept else []
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
        rules=closing.rules,
        changes=changes,
        reason=reason_in_english(changes) if kept else "",
        by=closing.who_changed(changes),
        recorded_at=closing.at,
    )


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
