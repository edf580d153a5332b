"""Periods of local days in either calendar, their public keys, and the border between moments and local days."""

from __future__ import annotations

import calendar as gregorian
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from crm import jalali
from crm.text import to_latin_digits, to_persian_digits

ONE_DAY = timedelta(days=1)
# Years before this are Jalali wherever a key or a typed date does not say.
FIRST_GREGORIAN_YEAR = 1700
LAST_GREGORIAN_YEAR = 9998
QUARTER_ORDINALS = ("اول", "دوم", "سوم", "چهارم")

KEY = re.compile(
    r"(?P<fiscal>FY)?(?P<year>\d{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>\d\d)(?:-(?P<day>\d\d)(?P<week>/W)?)?)?",
    re.ASCII,
)


class DateError(ValueError):
    """A date or a period key that cannot be read; `code` says why, `facts` what was found."""

    def __init__(self, code: str, message: str, **facts: str) -> None:
        super().__init__(message)
        self.code, self.facts = code, facts


class Calendar(StrEnum):
    GREGORIAN = "gregorian"
    JALALI = "jalali"


class Grain(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FISCAL_QUARTER = "fiscal_quarter"
    FISCAL_YEAR = "fiscal_year"
    # Days that somebody chose: no name, no place among others of its kind, and no sums of its own.
    RANGE = "range"

    @property
    def is_fiscal(self) -> bool:
        return self in (Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR)


# Those of which every day lies in one.
NAMED_GRAINS = tuple(grain for grain in Grain if grain is not Grain.RANGE)
LONGEST_RANGE, BETWEEN = 1096, ".."

KEYS = {
    Grain.DAY: "{year:04}-{month:02}-{day:02}",
    Grain.WEEK: "{year:04}-{month:02}-{day:02}/W",
    Grain.MONTH: "{year:04}-{month:02}",
    Grain.QUARTER: "{year:04}-Q{quarter}",
    Grain.YEAR: "{year:04}",
    Grain.FISCAL_QUARTER: "FY{year:04}-Q{quarter}",
    Grain.FISCAL_YEAR: "FY{year:04}",
}
LABELS = {
    "fa": {
        Grain.DAY: "{day}",
        Grain.WEEK: "هفتهٔ {day}",
        Grain.MONTH: "{month}",
        Grain.QUARTER: "سه‌ماههٔ {ordinal} {year}",
        Grain.YEAR: "{year}",
        Grain.FISCAL_QUARTER: "سه‌ماههٔ {ordinal} سال مالی {year}",
        Grain.FISCAL_YEAR: "سال مالی {year}",
        Grain.RANGE: "{first} تا {last}",
    },
    "en": {
        Grain.DAY: "{day}",
        Grain.WEEK: "Week of {day}",
        Grain.MONTH: "{month}",
        Grain.QUARTER: "Q{quarter} {year}",
        Grain.YEAR: "{year}",
        Grain.FISCAL_QUARTER: "Q{quarter} of fiscal year {year}",
        Grain.FISCAL_YEAR: "Fiscal year {year}",
        Grain.RANGE: "{first} to {last}",
    },
}


@dataclass(frozen=True)
class CalendarRules:
    """What an organisation decides about its calendar. `week_start` counts as date.weekday() does: Saturday is 5."""

    week_start: int = 5
    fiscal_calendar: Calendar = Calendar.JALALI
    fiscal_month: int = 1
    fiscal_day: int = 1


DEFAULT_RULES = CalendarRules()


@dataclass(frozen=True)
class Period:
    """A run of whole local days, `end` included. Fiscal periods always carry the fiscal calendar."""

    calendar: Calendar
    grain: Grain
    start: date
    end: date
    rules: CalendarRules = DEFAULT_RULES

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def year(self) -> int:
        """The year the period is named after: for a fiscal one, the year its fiscal year starts in."""
        if self.grain.is_fiscal:
            return fiscal_year_of(self.start, self.rules)
        return parts(self.start, self.calendar)[0]

    @property
    def quarter(self) -> int:
        if self.grain is Grain.FISCAL_QUARTER:
            return fiscal_quarter_of(self.start, self.rules)
        return (parts(self.start, self.calendar)[1] + 2) // 3

    @property
    def key(self) -> str:
        if self.grain is Grain.RANGE:
            return BETWEEN.join(period_of(day, self.calendar, Grain.DAY).key for day in (self.start, self.end))
        _, month, day = parts(self.start, self.calendar)
        return KEYS[self.grain].format(year=self.year, quarter=self.quarter, month=month, day=day)

    def label(self, language: str, *, latin_digits: bool = False) -> str:
        """The period's name for people. Persian digits in Persian unless the reader asked for Latin ones."""
        language = jalali.language_key(language)
        pattern = LABELS[language][self.grain]
        if self.grain is Grain.QUARTER and self.calendar is Calendar.JALALI:
            pattern = "{season} {year}"
        name = pattern.format(
            day=day_title(self.start, self.calendar, language),
            first=first_title(self.start, self.end, self.calendar, language),
            last=day_title(self.end, self.calendar, language),
            month=month_title(self.start, self.calendar, language),
            quarter=self.quarter,
            ordinal=QUARTER_ORDINALS[self.quarter - 1],
            season=jalali.SEASONS[language][self.quarter - 1],
            year=self.year,
        )
        return to_persian_digits(name) if language == "fa" and not latin_digits else name

    def next(self) -> Period:
        if self.grain is Grain.RANGE:
            return replace(self, start=self.end + ONE_DAY, end=self.end + timedelta(days=self.days))
        whole = period_of(self.start, self.calendar, self.grain, self.rules)
        return period_of(whole.end + ONE_DAY, self.calendar, self.grain, self.rules)

    def previous(self) -> Period:
        """The one before; of a range, as many days."""
        if self.grain is Grain.RANGE:
            return replace(self, start=self.start - timedelta(days=self.days), end=self.start - ONE_DAY)
        return period_of(self.start - ONE_DAY, self.calendar, self.grain, self.rules)

    def same_last_year(self) -> Period:
        """The same named period a year before; a week goes back 52 weeks, so that weekdays stay side by side."""
        if self.grain is Grain.RANGE:
            return replace(self, start=year_before(self.start, self.calendar), end=year_before(self.end, self.calendar))
        if self.grain is Grain.WEEK:
            day = self.start - timedelta(weeks=52)
        elif self.grain.is_fiscal:
            day = fiscal_start(self.year - 1, self.rules, self.quarter if self.grain is Grain.FISCAL_QUARTER else 1)
        else:
            day = year_before(self.start, self.calendar)
        return period_of(day, self.calendar, self.grain, self.rules)

    def is_running(self, today: date) -> bool:
        return today in self

    def elapsed(self, today: date) -> Period:
        """The part that has passed, today included; of no days when the period is still to come."""
        return replace(self, end=max(min(self.end, today), self.start - ONE_DAY))

    def first_days(self, count: int) -> Period:
        """The first days only: what a running period of `count` elapsed days is compared with."""
        return replace(self, end=min(self.end, self.start + timedelta(days=count - 1)))

    def days_compared(self, other: Period, today: date) -> int | None:
        """While it runs, how many first days of another period it is compared with; None: all of them."""
        elapsed = self.elapsed(today).days
        return elapsed if self.is_running(today) and elapsed < min(other.days, self.days) else None


def parts(day: date, calendar: Calendar) -> tuple[int, int, int]:
    """Year, month and day of the month in a calendar."""
    return jalali.to_jalali(day) if calendar is Calendar.JALALI else (day.year, day.month, day.day)


def day_from(calendar: Calendar, year: int, month: int, day: int) -> date:
    """The inverse of `parts`; ValueError for a day that does not exist."""
    return jalali.from_jalali(year, month, day) if calendar is Calendar.JALALI else date(year, month, day)


def day_near(calendar: Calendar, year: int, month: int, day: int) -> date:
    """As `day_from`, with months past 12 running into the next years, and the last day for one past the month's end."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    is_jalali = calendar is Calendar.JALALI
    length = jalali.month_length(year, month) if is_jalali else gregorian.monthrange(year, month)[1]
    return day_from(calendar, year, month, min(day, length))


def year_before(day: date, calendar: Calendar) -> date:
    """The day of that name a year before; the last of its month where that month was shorter."""
    year, month, day_of_month = parts(day, calendar)
    return day_near(calendar, year - 1, month, day_of_month)


def month_title(day: date, calendar: Calendar, language: str) -> str:
    """«مهر 1403», "Mehr 1403": always with Latin digits, which the caller turns."""
    year, month, _ = parts(day, calendar)
    names = jalali.MONTHS if calendar is Calendar.JALALI else jalali.GREGORIAN_MONTHS
    return f"{names[jalali.language_key(language)][month - 1]} {year}"


def day_title(day: date, calendar: Calendar, language: str) -> str:
    """«1 مهر 1403», "1 Mehr 1403": always with Latin digits, which the caller turns."""
    return f"{parts(day, calendar)[2]} {month_title(day, calendar, language)}"


def first_title(first: date, last: date, calendar: Calendar, language: str) -> str:
    """How the first day of a range is called, without what its last day says, too: "3", "3 Mehr", "3 Mehr 1403"."""
    (year, month, day), (last_year, last_month, _) = parts(first, calendar), parts(last, calendar)
    if (year, month) == (last_year, last_month):
        return str(day)
    title = day_title(first, calendar, language)
    return title.removesuffix(f" {year}") if year == last_year else title


def fiscal_start(year: int, rules: CalendarRules, quarter: int = 1) -> date:
    """First day of a quarter of the fiscal year that starts in `year`; quarter 5 is the start of the next one."""
    return day_near(rules.fiscal_calendar, year, rules.fiscal_month + 3 * (quarter - 1), rules.fiscal_day)


def fiscal_year_of(day: date, rules: CalendarRules) -> int:
    year = parts(day, rules.fiscal_calendar)[0]
    return year if day >= fiscal_start(year, rules) else year - 1


def fiscal_quarter_of(day: date, rules: CalendarRules) -> int:
    year = fiscal_year_of(day, rules)
    return max(quarter for quarter in (1, 2, 3, 4) if fiscal_start(year, rules, quarter) <= day)


def period_of(day: date, calendar: Calendar, grain: Grain, rules: CalendarRules = DEFAULT_RULES) -> Period:
    """The period of that grain that a day belongs to; of a named grain, as a day is in any number of ranges."""
    calendar, grain = Calendar(calendar), Grain(grain)
    if grain.is_fiscal:
        return _fiscal_period_of(day, grain, rules)
    start, after = day, day + ONE_DAY
    if grain is Grain.WEEK:
        start = day - timedelta(days=(day.weekday() - rules.week_start) % 7)
        after = start + timedelta(days=7)
    elif grain is not Grain.DAY:
        year, month, _ = parts(day, calendar)
        months = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}[grain]
        first_month = month - (month - 1) % months
        start = day_near(calendar, year, first_month, 1)
        after = day_near(calendar, year, first_month + months, 1)
    return Period(calendar, grain, start, after - ONE_DAY, rules)


def _fiscal_period_of(day: date, grain: Grain, rules: CalendarRules) -> Period:
    year = fiscal_year_of(day, rules)
    first, following = 1, 5
    if grain is Grain.FISCAL_QUARTER:
        first = fiscal_quarter_of(day, rules)
        following = first + 1
    start, after = fiscal_start(year, rules, first), fiscal_start(year, rules, following)
    return Period(rules.fiscal_calendar, grain, start, after - ONE_DAY, rules)


def range_of(first: Period, last: Period) -> Period:
    """From a day to another, both included; a range of one day is that day."""
    if {first.grain, last.grain} != {Grain.DAY} or first.calendar != last.calendar:
        raise DateError("invalid-period", "A range is two days of one calendar, such as 2025-10-01..2025-10-20.")
    if last.start < first.start:
        raise DateError("invalid-period", f"{first.key} comes after {last.key}.")
    found = replace(first, grain=Grain.RANGE, end=last.end)
    if found.days > LONGEST_RANGE:
        raise DateError("invalid-period", f"That is a range of {found.days} days; at most {LONGEST_RANGE} are read.")
    return first if found.days == 1 else found


def parse_period(key: str, rules: CalendarRules = DEFAULT_RULES, calendar: Calendar | None = None) -> Period:
    """The period behind a public key. A year before 1700 is a Jalali one; `calendar` refuses keys of the other."""
    if key.count(BETWEEN) == 1:
        first, last = (parse_period(day, rules, calendar) for day in key.split(BETWEEN))
        return range_of(first, last)
    text = to_latin_digits(key.strip()).upper()
    match = KEY.fullmatch(text)
    if not match or (match["fiscal"] and match["month"]):
        examples = "2025-10, 2025-Q4, FY1404 or 1404-07-01..1404-07-20"
        raise DateError("invalid-period", f"“{key[:40]}” is not a period. Write {examples}.")
    year, month, day = int(match["year"]), int(match["month"] or 1), int(match["day"] or 1)
    own = calendar_of_year(year)
    if match["fiscal"]:
        return _parse_fiscal(text, year, match["quarter"], rules)
    if calendar is not None and own is not calendar:
        raise DateError("other-calendar", f"{text} is a period of the {own} calendar, not of the {calendar} one.")
    if match["quarter"]:
        month = 3 * int(match["quarter"]) - 2
    first = existing_day(own, year, month, day)
    period = period_of(first, own, grain_of_key(match), rules)
    if period.start != first:
        raise DateError("invalid-period", f"{text} is not the first day of a week.")
    return period


def _parse_fiscal(text: str, year: int, quarter: str | None, rules: CalendarRules) -> Period:
    if calendar_of_year(year) is not rules.fiscal_calendar:
        raise DateError("other-calendar", f"{text} is not a fiscal period: fiscal years here are {rules.fiscal_calendar}.")
    grain = Grain.FISCAL_QUARTER if quarter else Grain.FISCAL_YEAR
    return _fiscal_period_of(fiscal_start(year, rules, int(quarter or 1)), grain, rules)


def grain_of_key(match: re.Match[str]) -> Grain:
    if match["week"]:
        return Grain.WEEK
    if match["quarter"]:
        return Grain.QUARTER
    if match["day"]:
        return Grain.DAY
    return Grain.MONTH if match["month"] else Grain.YEAR


def calendar_of_year(year: int) -> Calendar:
    return Calendar.JALALI if year < FIRST_GREGORIAN_YEAR else Calendar.GREGORIAN


def existing_day(calendar: Calendar, year: int, month: int, day: int) -> date:
    """As `day_from`, with an error that names the day in its own calendar."""
    if year == 0 or year > LAST_GREGORIAN_YEAR:
        raise DateError("date-out-of-range", f"The year {year} is out of range.")
    try:
        return day_from(calendar, year, month, day)
    except ValueError:
        raise DateError("no-such-day", f"{year:04}-{month:02}-{day:02} is no day of the {calendar} calendar.") from None


def periods_between(
    first: date, last: date, calendar: Calendar, grain: Grain, rules: CalendarRules = DEFAULT_RULES
) -> list[Period]:
    """The whole periods that touch the days from `first` to `last`, oldest first."""
    periods: list[Period] = []
    day = first
    while day <= last:
        periods.append(period_of(day, calendar, grain, rules))
        day = periods[-1].end + ONE_DAY
    return periods


def last_periods(count: int, today: date, calendar: Calendar, grain: Grain, rules: CalendarRules = DEFAULT_RULES) -> list[Period]:
    """The period that today belongs to and those before it, oldest first."""
    periods: list[Period] = []
    while len(periods) < count:
        periods.append(periods[-1].previous() if periods else period_of(today, calendar, grain, rules))
    return periods[::-1]


def as_zone(zone: tzinfo | str) -> tzinfo:
    return ZoneInfo(zone) if isinstance(zone, str) else zone


def local_day(moment: datetime, zone: tzinfo | str) -> date:
    """The day of an aware moment on the clocks of the zone."""
    if moment.tzinfo is None:
        raise ValueError("A moment without an offset has no local day.")
    return moment.astimezone(as_zone(zone)).date()


def localise(naive: datetime, zone: tzinfo | str) -> datetime:
    """The moment behind a time without offset. One that was skipped or came twice takes the offset from before the change."""
    moment = naive.replace(tzinfo=as_zone(zone), fold=0).astimezone(UTC)
    # With a plain offset: Python never calls a repeated hour of a zone equal to a moment in UTC.
    offset = moment.astimezone(as_zone(zone)).utcoffset() or timedelta()
    return moment.astimezone(timezone(offset))


def day_bounds(day: date, zone: tzinfo | str) -> tuple[datetime, datetime]:
    """First moment of a local day and of the day after, in UTC: Python would take differences in one zone by the wall clock."""
    start, after = (localise(datetime.combine(each, time.min), zone).astimezone(UTC) for each in (day, day + ONE_DAY))
    return start, after
