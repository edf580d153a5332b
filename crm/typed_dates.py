"""Days as people type or paste them: in digits of either calendar, with the month's name, or by a word for a near day."""

from __future__ import annotations

import re
from datetime import date, timedelta

from crm.jalali import GREGORIAN_MONTHS, MONTHS
from crm.periods import Calendar, DateError, calendar_of_year, existing_day, parts
from crm.text import SPACES_AND_INVISIBLE, fold, to_latin_digits

RELATIVE_DAYS = {"امروز": 0, "فردا": 1, "پس‌فردا": 2, "دیروز": -1, "today": 0, "tomorrow": 1, "yesterday": -1}
MAX_RELATIVE_DAYS = 3660
RELATIVE_DATE = re.compile(r"[+-]\d{1,4}", re.ASCII)
TYPED_DATE = re.compile(r"(?:(?P<year>\d{4})[/.-])?(?P<month>\d{1,2})[/.-](?P<day>\d{1,2})", re.ASCII)
COMPACT_DATE = re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)", re.ASCII)
# Folded names of months -> their calendar and number; Mordad has an older form.
NAMES = {
    fold(name): (calendar, number)
    for calendar, months in ((Calendar.JALALI, MONTHS), (Calendar.GREGORIAN, GREGORIAN_MONTHS))
    for names in months.values()
    for number, name in enumerate(names, 1)
} | {fold("امرداد"): (Calendar.JALALI, 5)}
# The word between is looked up in the names above.
NAMED_DATE = re.compile(r"(?P<day>\d{1,2})\s*(?P<name>[^\W\d_]+)(?:[\s،,]*(?P<year>\d{4}))?")
# A date inside of a longer text: no digit and no sign of a date goes on at either end.
DATE_WITHIN = tuple(
    re.compile(rf"(?<![\d/.-]){form.pattern}(?![\d/.-])", form.flags) for form in (TYPED_DATE, COMPACT_DATE, NAMED_DATE)
)


def parse_date(text: str, calendar: Calendar, today: date) -> date:
    """A typed day: a full date of either calendar, month and day of this year, a word for a near day, or +3."""
    text = text.strip(SPACES_AND_INVISIBLE)
    typed = to_latin_digits(text).lower()
    if typed in RELATIVE_DAYS:
        return today + timedelta(days=RELATIVE_DAYS[typed])
    if RELATIVE_DATE.fullmatch(typed) and abs(int(typed)) <= MAX_RELATIVE_DAYS:
        return today + timedelta(days=int(typed))
    if match := TYPED_DATE.fullmatch(typed) or COMPACT_DATE.fullmatch(typed):
        return day_in_digits(match, calendar, today)
    match = NAMED_DATE.fullmatch(typed)
    if match and fold(match["name"]) in NAMES:
        return day_by_name(match, today)
    raise unreadable(text, typed)


def day_in_digits(match: re.Match[str], calendar: Calendar, today: date) -> date:
    month, day = int(match["month"]), int(match["day"])
    if not match["year"]:
        return existing_day(calendar, parts(today, calendar)[0], month, day)
    year = int(match["year"])
    return existing_day(calendar_of_year(year), year, month, day)


def day_by_name(match: re.Match[str], today: date) -> date:
    """“30 Aban 1405”: the month says which calendar it is, and a year of the other one contradicts it."""
    calendar, month = NAMES[fold(match["name"])]
    if not match["year"]:
        return existing_day(calendar, parts(today, calendar)[0], month, int(match["day"]))
    year = int(match["year"])
    if calendar_of_year(year) is not calendar:
        raise DateError("other-calendar", f"{match['name']} is a month of the {calendar} calendar, and {year} no year of it.")
    return existing_day(calendar, year, month, int(match["day"]))


def unreadable(text: str, typed: str) -> DateError:
    """Why a text is no date; where a date stands in it, by what stands beside it. Digits keep their places."""
    for form in DATE_WITHIN:
        match = form.search(typed)
        if match and ("name" not in match.groupdict() or fold(match["name"]) in NAMES):
            found = text[match.start() : match.end()]
            rest = f"{text[: match.start()].strip()} {text[match.end() :].strip()}".strip()[:40]
            return DateError("more-than-a-date", f"“{found}” is a date, but “{rest}” stands beside it.", found=found, rest=rest)
    return DateError("invalid-date", f"“{text[:40]}” is not a date. Write 1404/07/01 or 2025-09-23.", found=text[:40])
