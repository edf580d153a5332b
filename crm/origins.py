"""Where the people of a list come from: kept as facts, said in the words, the calendar and the digits of whoever reads them.

A part is a name that somebody typed, a text of ours by its English words, a period, a month by its last evening, or a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, override

from crm.money import format_number
from crm.periods import Calendar, DateError, Grain, Period, parse_period, period_of
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day

Part = dict[str, Any]


def name(text: object) -> Part:
    return {"name": str(text)}


def words(text: Promise | str, **parts: Part) -> Part:
    """A text that is translated when it is read, with the parts that stand in it."""
    with override("en"):
        return {"words": str(text)} | ({"with": parts} if parts else {})


def period(asked: Period) -> Part:
    return {"period": asked.key}


def evening(day: date) -> Part:
    return {"evening": day.isoformat()}


def number(value: int) -> Part:
    return {"number": value}


def said(origin: Sequence[Part], prefs: Preferences) -> str:
    return " · ".join(filter(None, (say(part, prefs) for part in origin)))


def say(part: Part, prefs: Preferences) -> str:
    match part:
        case {"words": str(text), "with": dict(parts)}:
            return gettext(text) % {key: say(inner, prefs) for key, inner in parts.items()}
        case {"words": str(text)}:
            return gettext(text) if text else ""
        case {"period": str(key)}:
            return period_words(key, prefs)
        case {"evening": str(day)}:
            return evening_words(date.fromisoformat(day), prefs)
        case {"number": int(value)}:
            return format_number(value, prefs.language, latin_digits=prefs.latin_digits)
    return str(part.get("name", ""))


def period_words(key: str, prefs: Preferences) -> str:
    """By its key where the organisation has changed its years or weeks since."""
    try:
        return parse_period(key, prefs.organization.calendar_rules).label(prefs.language, latin_digits=prefs.latin_digits)
    except DateError:
        return key


def evening_words(day: date, prefs: Preferences) -> str:
    """The month that it ends in the reader's calendar, else the day."""
    month = period_of(day, Calendar(prefs.calendar), Grain.MONTH, prefs.organization.calendar_rules)
    return month.label(prefs.language, latin_digits=prefs.latin_digits) if month.end == day else format_day(day, prefs)
