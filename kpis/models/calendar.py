"""Which periods a day belongs to, as a table, so that SQL never computes a calendar."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models

# (calendar, grain) -> code of the stored tables. Days and weeks are the same in both calendars. Never renumber.
GRAIN_CODES: Mapping[tuple[str, str], int] = {
    ("gregorian", "day"): 0,
    ("jalali", "day"): 0,
    ("gregorian", "week"): 1,
    ("jalali", "week"): 1,
    ("gregorian", "month"): 2,
    ("gregorian", "quarter"): 3,
    ("gregorian", "year"): 4,
    ("jalali", "month"): 5,
    ("jalali", "quarter"): 6,
    ("jalali", "year"): 7,
    ("gregorian", "fiscal_quarter"): 8,
    ("jalali", "fiscal_quarter"): 8,
    ("gregorian", "fiscal_year"): 9,
    ("jalali", "fiscal_year"): 9,
}
DAY_GRAIN, WEEK_GRAIN = 0, 1
# Which grains are summed from days, and which longer ones from each of those: their periods are unions of its periods.
PARENT_GRAINS: Mapping[int, tuple[int, ...]] = {1: (), 2: (3, 4), 5: (6, 7), 8: (9,)}


class CalendarDay(models.Model):
    """A day, a grain, and the first and last day of the period of that grain the day lies in."""

    pk = models.CompositePrimaryKey("day", "grain")
    day = models.DateField()
    grain = models.PositiveSmallIntegerField()
    start = models.DateField()
    last = models.DateField()

    def __str__(self) -> str:
        return f"{self.day}/{self.grain}"
