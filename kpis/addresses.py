"""What an address asks of a page of figures, read strictly: a parameter that says nothing sensible is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import TypeVar

from django.core.exceptions import BadRequest
from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from crm.models import User
from crm.pages import key_in
from crm.periods import Calendar, CalendarRules, Grain, Period, parse_period, period_of
from crm.preferences import Preferences
from kpis.calendars import FIRST_DAY
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension, Kpi, Timing
from kpis.readings.members import member_of
from kpis.readings.summary import Choice, Compare

E = TypeVar("E", bound=StrEnum)
WEEK_MARK = "/W"
FILTERS = (Dimension.CAMPAIGN, Dimension.CHANNEL, Dimension.OWNER, Dimension.PRODUCT)
# Those of reports that are not about what was sold.
FILTERS_OF_REPORTS = FILTERS[:3]
# What only the pages of single KPIs are narrowed by, those that are split by it; the others pass it on.
NARROWER = (Dimension.TEAM, Dimension.CATEGORY)
# What the addresses of the pages of figures carry to one another, and what to the page of a KPI.
CARRIED = ("period", "compare", *(name.value for name in FILTERS))
CARRIED_TO_KPIS = (*CARRIED, *(name.value for name in NARROWER))


def choice_of(
    query: Mapping[str, str], prefs: Preferences, today: date, viewer: User, names: Sequence[Dimension] = FILTERS
) -> Choice:
    filters = {name: member_asked(name, query[name]) for name in names if query.get(name)}
    period = period_asked(query, prefs, today)
    compare, against = compare_asked(query.get("compare"), period)
    return Choice(period, compare, filters, today, viewer, prefs.organization, against)


def compare_asked(text: str | None, period: Period) -> tuple[Compare, Period | None]:
    """How a period is compared, and with which other one where that is named by its key.

    An address goes on with its comparison when it walks to another period: one that is no earlier one of the same length
    there gives way to the period before, and the page says with what it compares.
    """
    if not text or text in set(Compare) - {Compare.CUSTOM}:
        return Compare(text or Compare.PREVIOUS), None
    try:
        other = period_called(text, period.rules)
    except ValueError:
        raise BadRequest(f"compare: {text[:40]}") from None
    is_alike = (other.calendar, other.grain) == (period.calendar, period.grain)
    if period.grain is Grain.RANGE:
        is_alike &= other.days == period.days and other.end < period.start
    if not is_alike or not FIRST_DAY <= other.start < period.start:
        return Compare.PREVIOUS, None
    return Compare.CUSTOM, other


def period_asked(query: Mapping[str, str], prefs: Preferences, today: date) -> Period:
    """The period of the address, in whichever calendar it is; without one the period that runs."""
    rules = prefs.organization.calendar_rules
    text = query.get("period", "")
    if not text:
        grain = enum_asked(Grain, query.get("grain"), Grain.MONTH)
        if grain is Grain.RANGE:
            raise BadRequest("grain")
        return period_of(today, Calendar(prefs.calendar), grain, rules)
    try:
        period = period_called(text, rules)
    except ValueError as error:
        raise BadRequest(f"period: {error}") from None
    if not FIRST_DAY <= period.start <= today:
        raise Http404(_("There are no figures of this period."))
    return period


def period_called(text: str, rules: CalendarRules) -> Period:
    """A week by any of its days: an address may be older than the day on which the company's weeks begin now."""
    day = parse_period(text.removesuffix(WEEK_MARK), rules)
    if day.grain is not Grain.DAY or not text.endswith(WEEK_MARK):
        return parse_period(text, rules)
    return period_of(day.start, day.calendar, Grain.WEEK, rules)


def member_asked(name: Dimension, text: str) -> int:
    member = member_of(name, text)
    if member is None:
        raise BadRequest(f"{name}: {text[:40]}")
    return member


def window_asked(query: Mapping[str, str], kpi: Kpi) -> int | None:
    """The most days after its entry that a conversion counts: of a cohort that takes a window, as far as its formula goes."""
    text = query.get("window")
    if not text:
        return None
    days = key_in(text)
    if not kpi.takes_window or days is None or days > kpi.longest_window:
        raise BadRequest(f"window: {text[:40]}")
    return days


def after_asked(query: Mapping[str, str]) -> int:
    """The key of the last row that was shown, 0 at the beginning."""
    key = key_in(query.get("after") or "0")
    if key is None:
        raise BadRequest("after")
    return key


def enum_asked(kind: type[E], text: str | None, default: E) -> E:
    if not text:
        return default
    try:
        return kind(text)
    except ValueError:
        raise BadRequest(f"{kind.__name__}: {text[:40]}") from None


def timing_asked(query: Mapping[str, str]) -> Timing | None:
    text = query.get("timing")
    if text == Timing.BOTH:
        raise BadRequest("timing")
    return enum_asked(Timing, text, Timing.BOTH) if text else None


def breakdown_asked(query: Mapping[str, str], kpi: Kpi) -> Dimension | None:
    """The dimension asked for, else the first the KPI has; of a category, its products."""
    if not kpi.dimensions:
        return None
    of_category = query.get(Dimension.CATEGORY) and Dimension.PRODUCT in kpi.dimensions
    by = enum_asked(Dimension, query.get("by"), Dimension.PRODUCT if of_category else kpi.dimensions[0])
    if by not in kpi.dimensions:
        raise BadRequest(f"by: {by}")
    return by


def unknown_filters(query: Mapping[str, str], kpi: Kpi | None, names: Sequence[Dimension] = FILTERS) -> list[Dimension]:
    """By what the address narrows a KPI that has no such dimension, or a page of many: links carry filters to other pages."""
    if kpi is None:
        return [name for name in (*FILTERS, *NARROWER) if query.get(name) and name not in names]
    return [name for name in Dimension if query.get(name) and name not in kpi.dimensions]


def refuse_unknown_filters(query: Mapping[str, str], kpi: Kpi) -> None:
    """For what has no room to say that a filter does nothing, such as a file."""
    for name in unknown_filters(query, kpi):
        raise BadRequest(f"{name}: {query[name][:40]}")


def kpi_of(key: str) -> Kpi:
    if key not in CATALOGUE:
        raise Http404
    return CATALOGUE[key]


def carried(query: QueryDict, *without: str) -> list[tuple[str, str]]:
    """Parameters that a form of this page carries on unseen."""
    return [(name, value) for name, value in query.items() if value and name not in (*without, "after")]


def periods_before(choice: Choice, count: int) -> list[Period]:
    """The period that runs today and those before it, of the grain that is shown, and the one that is shown; newest first.

    Of a range, those before it.
    """
    period = choice.period
    day = choice.today
    found = [period if period.grain is Grain.RANGE else period_of(day, period.calendar, period.grain, period.rules)]
    while len(found) <= count and found[-1].start > FIRST_DAY:
        found.append(found[-1].previous())
    return found if period in found else [period, *found]
