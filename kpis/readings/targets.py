"""How far a value is from what it should be: a property of the KPI says whether more or less is good.

A flow that still runs is measured by the working days that have passed; a rate or a stock has no such pace.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from enum import StrEnum

from crm.models import Organization, User
from crm.periods import Period
from kpis.definitions import Dimension, Direction, Kind, Kpi, Unit
from kpis.models import TARGET_GRAINS, Scope, Target
from kpis.models.scope import COLUMNS
from kpis.readings.exact import PRECISION
from kpis.readings.values import Value

Filters = Mapping[Dimension, int]
# The targets of some KPIs by KPI and first day.
Targets = Mapping[tuple[str, date], Decimal]


class Standing(StrEnum):
    REACHED = "reached"  # and the period is over, or there is nothing left to do
    ON_PACE = "on_pace"
    BEHIND = "behind"
    MISSED = "missed"
    WITHIN = "within"  # so far: of a rate or a stock that still runs, which may leave it again
    OUTSIDE = "outside"  # not yet, or no more
    UNKNOWN = "unknown"  # there is no figure, it stands on too few, nothing was spent, or the period has not begun


@dataclass(frozen=True)
class Attainment:
    """`share` of the target (more is better, whichever way the KPI goes) is none where a share would mean nothing.

    `expected` is what a running flow should have come to by today, after `passed` of its `working` days.
    """

    target: Decimal
    standing: Standing
    share: Decimal | None = None
    expected: Decimal | None = None
    passed: int | None = None
    working: int | None = None


def adds_up(kpi: Kpi) -> bool:
    """Whether the figure of a year is the sum of its months': only then is there a pace, and sums to check."""
    return kpi.kind is Kind.FLOW


def attainment(kpi: Kpi, value: Value, target: Decimal, today: date, organization: Organization) -> Attainment:
    if not is_judged(kpi, value) or value.period.start > today:
        return Attainment(target, Standing.UNKNOWN)
    is_over = value.period.end < today
    share = share_of(kpi, value.value, target)
    if is_over:
        return Attainment(target, Standing.REACHED if is_as_good(kpi, value.value, target) else Standing.MISSED, share)
    if not adds_up(kpi):
        return Attainment(target, Standing.WITHIN if is_as_good(kpi, value.value, target) else Standing.OUTSIDE, share)
    period, rest = value.period, (organization.business_days, organization.holidays)
    working, passed = working_days(period.start, period.end, *rest), working_days(period.start, today, *rest)
    with localcontext(prec=PRECISION):
        expected = target * passed / working if working else target
    return Attainment(target, standing_of(kpi, value.value, target, expected), share, expected, passed, working)


def is_judged(kpi: Kpi, value: Value) -> bool:
    """Not what stands on too few, nor a cost of nothing: no limit was kept where nothing was spent."""
    return value.value is not None and not value.is_small_sample(kpi) and not value.is_without_spend(kpi)


def standing_of(kpi: Kpi, value: Decimal, target: Decimal, expected: Decimal) -> Standing:
    """Of a running flow: what has been collected stays, and so does what has been spent."""
    if kpi.direction is Direction.UP and value >= target:
        return Standing.REACHED
    if kpi.direction is Direction.DOWN and value > target:
        return Standing.MISSED
    return Standing.ON_PACE if is_as_good(kpi, value, expected) else Standing.BEHIND


def is_as_good(kpi: Kpi, value: Decimal, wanted: Decimal) -> bool:
    return value >= wanted if kpi.direction is Direction.UP else value <= wanted


def share_of(kpi: Kpi, value: Decimal, target: Decimal) -> Decimal | None:
    """25 of 28 is 89 %; where less is good, 5 against 4 is 80 %. From nothing or below it there are no shares.

    Nor are there of a score from −100 to 100: its nothing is in the middle.
    """
    if kpi.unit is Unit.SCORE:
        return None
    part, whole = (value, target) if kpi.direction is Direction.UP else (target, value)
    if whole <= 0 or part < 0:
        return None
    with localcontext(prec=PRECISION):
        return part / whole


def working_days(first: date, last: date, weekdays: Collection[int], holidays: Collection[date] = ()) -> int:
    """The days from one to another, both included, that are worked on: neither off in each week nor a holiday."""
    days = (last - first).days + 1
    if days <= 0:
        return 0
    weeks, rest = divmod(days, 7)
    usual = weeks * len(set(weekdays)) + sum((first + timedelta(days=day)).weekday() in weekdays for day in range(rest))
    return usual - sum(first <= day <= last and day.weekday() in weekdays for day in set(holidays))


def scope_for(filters: Filters, viewer: User | None) -> tuple[Scope, int | None] | None:
    """Whose target a figure is measured by: that of exactly those records which it counts."""
    if len(filters) > 1 or any(member == 0 or name not in set(Scope) for name, member in filters.items()):
        return None
    named = next(((Scope(name), member) for name, member in filters.items()), None)
    if viewer is None or viewer.sees_all:
        return named or (Scope.COMPANY, None)
    own = (Scope.TEAM, viewer.team_id) if viewer.sees_team else (Scope.OWNER, viewer.pk)
    if named is None or named == own:
        return own
    # A narrowed viewer's channel is not the company's channel, but a person of the team is that person.
    return named if named[0] is Scope.OWNER else None


def targets_of(kpis: Iterable[Kpi], periods: Sequence[Period], filters: Filters, viewer: User | None) -> Targets:
    """The targets that the values of some periods of one grain are measured by."""
    scope = scope_for(filters, viewer)
    if scope is None or periods[0].grain not in TARGET_GRAINS:
        return {}
    rows = Target.objects.of_periods(periods).of_scope(*scope).filter(kpi__in=[kpi.key for kpi in kpis])
    if viewer is not None:
        rows = rows.visible_to(viewer)
    return {(key, start): value for key, start, value in rows.values_list("kpi", "start", "value")}


def member_targets(
    kpi: Kpi, by: Dimension, periods: Sequence[Period], viewer: User | None
) -> dict[tuple[int | None, date], Decimal]:
    """The same of each member of a breakdown, by member and first day."""
    if by not in set(Scope) or periods[0].grain not in TARGET_GRAINS:
        return {}
    rows = Target.objects.of_periods(periods).filter(kpi=kpi.key, **{f"{COLUMNS[Scope(by)]}__isnull": False})
    if viewer is not None:
        rows = rows.visible_to(viewer)
    return {(row.member, row.start): row.value for row in rows if scope_for({by: row.member}, viewer) == (Scope(by), row.member)}
