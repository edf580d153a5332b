"""Days that explain a dip or a peak by themselves, worked out from the calendars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.jalali import from_jalali, to_jalali
from crm.periods import Grain, Period

# Month and day of the Jalali year; the first two are marked on months too.
YEARLY: tuple[tuple[tuple[int, int], Promise], ...] = (
    ((1, 1), _("Nowruz")),
    ((9, 30), _("Yalda")),
    ((1, 13), _("Sizdah Bedar")),
    ((7, 1), _("Schools begin")),
)
ON_MONTHS = 2
# The first of Ramadan of the lunar years from 1423 on as Iran kept it: the Calendar Center of the University of Tehran,
# by way of github.com/roozbehp/qamari. It is the moon that is seen which decides, so that no rule knows the years to come.
FIRST_RAMADAN = 1423
RAMADANS = (
    *(date(2002, 11, 7), date(2003, 10, 27), date(2004, 10, 16), date(2005, 10, 5), date(2006, 9, 25)),
    *(date(2007, 9, 13), date(2008, 9, 2), date(2009, 8, 22), date(2010, 8, 12), date(2011, 8, 2)),
    *(date(2012, 7, 21), date(2013, 7, 10), date(2014, 6, 29), date(2015, 6, 18), date(2016, 6, 7)),
    *(date(2017, 5, 27), date(2018, 5, 17), date(2019, 5, 7), date(2020, 4, 25), date(2021, 4, 14)),
    *(date(2022, 4, 3), date(2023, 3, 23), date(2024, 3, 12), date(2025, 3, 2), date(2026, 2, 19)),
)
# 1 Muharram of the lunar year 1, and the days from a 1 Muharram to the first of Ramadan.
LUNAR_EPOCH, TO_RAMADAN = date(622, 7, 19), timedelta(days=236)
WEDNESDAY, FRIDAY = 2, 4
Occasion = tuple[date, Promise]


def occasions_of(periods: Sequence[Period], today: date) -> list[Occasion]:
    """Those that came in some periods, of days, weeks or months, until today; longer periods hold too many."""
    grain, first, last = periods[0].grain, periods[0].start, min(periods[-1].end, today)
    if grain not in (Grain.DAY, Grain.WEEK, Grain.MONTH):
        return []
    found = [each for year in range(to_jalali(first)[0], to_jalali(last)[0] + 1) for each in occasions_in(year, grain)]
    return sorted(((day, name) for day, name in found if first <= day <= last), key=lambda each: each[0])


def occasions_in(year: int, grain: Grain) -> Iterator[Occasion]:
    """The occasions of a Jalali year."""
    yield from ((day, _("Ramadan begins")) for day in ramadans_in(year))
    yearly = YEARLY[:ON_MONTHS] if grain is Grain.MONTH else YEARLY
    for (month, day), name in yearly:
        yield from_jalali(year, month, day), name
    if grain is not Grain.MONTH:
        yield fire_festival(year), _("Chaharshanbe Suri")
        yield black_friday(from_jalali(year, 9, 1).year), _("Black Friday")


def fire_festival(year: int) -> date:
    """The evening before the last Wednesday of a Jalali year."""
    last = from_jalali(year + 1, 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - WEDNESDAY) % 7 + 1)


def black_friday(year: int) -> date:
    """The day after the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(FRIDAY - 1 - first.weekday()) % 7 + 3 * 7 + 1)


def ramadans_in(year: int) -> list[date]:
    """The first days of Ramadan of a Jalali year: one, or two where the first comes early enough."""
    first, following = from_jalali(year, 1, 1), from_jalali(year + 1, 1, 1)
    lunar = (first - LUNAR_EPOCH).days * 30 // 10631 + 1  # thirty lunar years have 10,631 days
    return [day for day in map(ramadan, range(lunar - 1, lunar + 3)) if first <= day < following]


def ramadan(lunar: int) -> date:
    """As it was kept, else by arithmetic."""
    place = lunar - FIRST_RAMADAN
    return RAMADANS[place] if 0 <= place < len(RAMADANS) else by_arithmetic(lunar)


def by_arithmetic(lunar: int) -> date:
    """The first of Ramadan by the tabular calendar: of all years that are known it was that day or the one after."""
    return LUNAR_EPOCH + timedelta(days=354 * (lunar - 1) + (11 * lunar + 3) // 30) + TO_RAMADAN
