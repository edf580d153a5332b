"""Spans of days as they stand in an address: `this-month`, `1404-07`, `2025-09-23..2025-10-22`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.periods import BETWEEN, Calendar, DateError, Grain, Period, parse_period, period_of
from crm.preferences import Preferences
from crm.typed_dates import parse_date

# token: (name, grain, how many periods back)
NAMED: dict[str, tuple[Promise, Grain, int]] = {
    "today": (_("Today"), Grain.DAY, 0),
    "yesterday": (_("Yesterday"), Grain.DAY, 1),
    "this-week": (_("This week"), Grain.WEEK, 0),
    "last-week": (_("Last week"), Grain.WEEK, 1),
    "this-month": (_("This month"), Grain.MONTH, 0),
    "last-month": (_("Last month"), Grain.MONTH, 1),
    "this-quarter": (_("This season"), Grain.QUARTER, 0),
    "this-year": (_("This year"), Grain.YEAR, 0),
    "last-year": (_("Last year"), Grain.YEAR, 1),
}


@dataclass(frozen=True)
class Span:
    """Whole local days, both included, with a name for people."""

    token: str
    start: date
    end: date
    label: str


def span_of(token: str, prefs: Preferences, today: date) -> Span | None:
    """The span behind a token; None where there is none, as addresses are also typed by hand."""
    rules, calendar = prefs.organization.calendar_rules, Calendar(prefs.calendar)
    if token in NAMED:
        name, grain, back = NAMED[token]
        period = period_of(today, calendar, grain, rules)
        for _step in range(back):
            period = period_of(period.start - timedelta(days=1), calendar, grain, rules)
        return Span(token, period.start, period.end, str(name))
    try:
        if BETWEEN in token:
            return _between(token, prefs, today)
        period = parse_period(token, rules)
    except DateError:
        return None
    return Span(token, period.start, period.end, period.label(prefs.language, latin_digits=prefs.latin_digits))


def choices_of(chosen: Span | None) -> list[tuple[str, Promise | str]]:
    """The spans that have a name, and the one that is chosen where it is none of them."""
    named: list[tuple[str, Promise | str]] = [(token, name) for token, (name, _grain, _back) in NAMED.items()]
    return named if chosen is None or chosen.token in NAMED else [*named, (chosen.token, chosen.label)]


def _between(token: str, prefs: Preferences, today: date) -> Span | None:
    calendar = Calendar(prefs.calendar)
    start, end = (parse_date(text, calendar, today) for text in token.split(BETWEEN, 1))
    if end < start:
        return None
    period = Period(calendar, Grain.RANGE if start < end else Grain.DAY, start, end)
    return Span(token, start, end, period.label(prefs.language, latin_digits=prefs.latin_digits))
