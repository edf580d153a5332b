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
