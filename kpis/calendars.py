"""The table of calendar days: filled once, and again when the week's or the fiscal year's start changes."""

from __future__ import annotations

from datetime import date, timedelta
from django.db import connection

from crm.periods import CalendarRules, calendar_row

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2060, 12, 31)
# (column of crm.periods.calendar_row, code of kpis.models.GRAIN_CODES), grouped here because both are stored.
COLUMNS = (
    ("day", 0),
    ("week", 1),
    ("gregorian_month", 2),
    ("gregorian_quarter", 3),
    ("gregorian_year", 4),
    ("jalali_month", 5),
    ("jalali_quarter", 6),
    ("jalali_year", 7),
    ("fiscal_quarter", 8),
    ("fiscal_year", 9),
)


def calendar_days(rules: CalendarRules) -> list[tuple[date, int, date, date]]:
    """(day, grain, first day, last day) of every period of every day of the table."""
    days = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    starts = {day: calendar_row(day, rules) for day in days}
    rows = []
    for column, grain in COLUMNS:
        last_of: dict[date, date] = {}
        for day in days:
            last_of[starts[day][column]] = day
        rows += [(day, grain, starts[day][column], last_of[starts[day][column]]) for day in days]
    return rows


def fill_calendar(rules: CalendarRules) -> None:
    """Replace the table; figures by week or fiscal year must be rebuilt after it."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE kpis_calendarday")
        with cursor.copy("COPY kpis_calendarday (day, grain, start, last) FROM STDIN") as copy:
            for row in calendar_days(rules):
                copy.write_row(row)
