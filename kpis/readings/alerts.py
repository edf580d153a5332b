"""Whether a bell rings: only on what a sample and an interval leave no doubt about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from enum import StrEnum
from itertools import pairwise

from campaigns.models import LandingPage
from crm.models import Organization
from crm.periods import Calendar, Grain, Period, period_of
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension, Kpi
from kpis.models.alert import AlertRule, Condition
from kpis.readings.change import IN_POINTS
from kpis.readings.exact import PRECISION, rounded
from kpis.readings.pages import Landed, bounds, flagged
from kpis.readings.query import Query
from kpis.readings.targets import is_judged
from kpis.readings.values import Value, read

PREVIEWED_DAYS = 90


class Verdict(StrEnum):
    RINGS = "rings"
    QUIET = "quiet"
    UNDECIDED = "undecided"  # no figure, too few, or both sides of the bound are possible: what was said before stands


@dataclass(frozen=True)
class Ringing:
    """A crossing: the value that crossed, the one before it, and the bound; of a landing page's alarm also the page."""

    value: Value
    before: Value
    bound: Decimal
    page: LandingPage | None = None


def verdict(rule: AlertRule, kpi: Kpi, now: Value, before: Value) -> Verdict:
    if not is_sure(kpi, now) or (rule.is_change and not is_sure(kpi, before)):
        return Verdict.UNDECIDED
    is_upward = rule.condition in (Condition.ABOVE, Condition.RISES)
    sign = 1 if is_upward else -1
    if not rule.is_change:
        edge = now.lower if is_upward else now.upper
        is_certain = edge is None or sign * (edge - rule.bound) > 0
        return decided(is_beyond=sign * (now.value - rule.bound) > 0, is_certain=is_certain)
    size = change_of(kpi, now, before)
    if size is None:
        return Verdict.UNDECIDED
    return decided(is_beyond=sign * size >= rule.bound, is_certain=sign * certain_change(now, before, sign) > 0)


def decided(is_beyond: bool, is_certain: bool) -> Verdict:
    if not is_beyond:
        return Verdict.QUIET
    return Verdict.RINGS if is_certain else Verdict.UNDECIDED


def is_sure(kpi: Kpi, value: Value) -> bool:
    return is_judged(kpi, value) and not value.is_stale


def change_of(kpi: Kpi, now: Value, before: Value) -> Decimal | None:
    """Rates and scores change in points; the rest as a share of what was there, which is nothing from zero or below."""
    if kpi.unit in IN_POINTS:
        return now.value - before.value
    if before.value <= 0:
        return None
    with localcontext(prec=PRECISION):
        return (now.value - before.value) / before.value


def certain_change(now: Value, before: Value, sign: int) -> Decimal:
    """The end of the difference's interval that lies nearer to no change, from the intervals of both (Newcombe)."""
    difference = now.value - before.value
    ends = (now.lower, before.upper) if sign > 0 else (now.upper, before.lower)
    if None in ends:
        return difference
    with localcontext(prec=PRECISION):
        doubt = ((now.value - ends[0]) ** 2 + (ends[1] - before.value) ** 2).sqrt()
        return difference - sign * doubt


def values_of(rule: AlertRule, periods: Sequence[Period], today: date) -> list[Value]:
    """The values of a rule's scope as its user may see them."""
    kpi = CATALOGUE[rule.kpi]
    query = Query(tuple(periods), today, filters=rule.filters, viewer=rule.user)
    return read([kpi], query)[kpi.key].total


def last_complete(rule: AlertRule, today: date, organization: Organization) -> Period:
    return period_of(today, Calendar(rule.calendar), Grain(rule.grain), organization.calendar_rules).previous()


def crossings(rule: AlertRule, values: Sequence[Value]) -> Iterator[Ringing]:
    """The crossings among consecutive values, beginning in silence; the first value is only what came before."""
    kpi, is_ringing = CATALOGUE[rule.kpi], False
    for before, now in pairwise(values):
        found = verdict(rule, kpi, now, before)
        if found is Verdict.RINGS and not is_ringing:
            yield Ringing(now, before, rule.bound)
        is_ringing = is_ringing if found is Verdict.UNDECIDED else found is Verdict.RINGS


def preview(rule: AlertRule, today: date, organization: Organization) -> list[Ringing]:
    """How often it would have rung in the periods that ended in the last ninety days."""
    first, period = today - timedelta(days=PREVIEWED_DAYS), last_complete(rule, today, organization)
    periods = [period]
    while period.end >= first:
        period = period.previous()
        periods.append(period)
    if rule.is_of_pages:
        return list(crossings_of_pages(alarms_of(rule, periods[::-1], today)))
    return list(crossings(rule, values_of(rule, periods[::-1], today)))


def alarms_of(rule: AlertRule, periods: Sequence[Period], today: date) -> list[dict[int, Ringing] | None]:
    """The landing pages in alarm in each period after the first, which is only what came before.

    None where there is no figure or it is behind: what was said before stands.
    """
    kpi = CATALOGUE[rule.kpi]
    query = Query(tuple(periods), today, by=Dimension.LANDING_PAGE, filters=rule.filters, viewer=rule.user)
    table = read([kpi], query)[kpi.key]
    pages = LandingPage.objects.in_bulk(table.members)
    return [
        None if total.value is None or total.is_stale else alarms_in(index, table.members, pages)
        for index, total in enumerate(table.total)
        if index
    ]


def alarms_in(index: int, values: Mapping[int, Sequence[Value]], pages: Mapping[int, LandingPage]) -> dict[int, Ringing]:
    """As the report of landing pages has them, from the sums that are stored."""
    counts = {page: each[index] for page, each in values.items() if each[index].denominator}
    landed = flagged([Landed(pages[page], int(now.denominator), int(now.numerator)) for page, now in counts.items()])
    _many, middle = bounds(landed)
    bound = rounded(Decimal(repr(middle)))
    ringing = {one.page.pk: one.page for one in landed if one.is_alarm}
    return {key: Ringing(counts[key], values[key][index - 1], bound, page) for key, page in ringing.items()}


def crossings_of_pages(alarms: Sequence[Mapping[int, Ringing] | None]) -> Iterator[Ringing]:
    """Each page rings by itself, beginning in silence."""
    before: Mapping[int, Ringing] = {}
    for now in alarms:
        if now is not None:
            yield from (now[page] for page in now if page not in before)
            before = now
