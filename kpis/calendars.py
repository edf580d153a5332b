"""The table of calendar days: filled once, and again when the week's or the fiscal year's start changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import connection

from crm.periods import Calendar, CalendarRules, Grain, period_of
from kpis.models import GRAIN_CODES

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2060, 12, 31)
ONE_DAY = timedelta(days=1)


def calendar_days(rules: CalendarRules) -> Iterator[tuple[date, int, date, date]]:
    """(day, grain, first day, last day) of the period of each grain that each day lies in."""
    for code in sorted(set(GRAIN_CODES.values())):
        calendar, grain = next(pair for pair, known in GRAIN_CODES.items() if known == code)
        period = period_of(FIRST_DAY, Calendar(calendar), Grain(grain), rules)
        while period.start <= LAST_DAY:
            day = period.start  # of the first one also what is before the first day: longer periods are found by it
            while day <= min(period.end, LAST_DAY):
                yield day, code, period.start, period.end
                day += ONE_DAY
            if grain == Grain.DAY:
                yield from ((one, code, one, one) for one in days_after(period.start))
                break
            period = period.next()


def days_after(day: date) -> Iterator[date]:
    while day < LAST_DAY:
        day += ONE_DAY
        yield day


def fill_calendar(rules: CalendarRules) -> None:
    """Replace the table; figures by week or fiscal year must be rebuilt after it.

    Who is reading goes on by the days of before: a table that is truncated is empty also for those that came earlier.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kpis_calendarday")
        with cursor.copy("COPY kpis_calendarday (day, grain, start, last) FROM STDIN") as copy:
            for row in calendar_days(rules):
                copy.write_row(row)
