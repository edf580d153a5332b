from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm.periods import (
    DEFAULT_RULES,
    NAMED_GRAINS,
    Calendar,
    CalendarRules,
    DateError,
    Grain,
    day_bounds,
    last_periods,
    local_day,
    localise,
    parse_period,
    period_of,
    periods_between,
)
from crm.typed_dates import parse_date

GREGORIAN, JALALI = Calendar.GREGORIAN, Calendar.JALALI
TEHRAN = "Asia/Tehran"
# 13 Mehr 1404, a Sunday.
DAY = date(2025, 10, 5)

PERIODS = [
    (GREGORIAN, Grain.DAY, "2025-10-05", (date(2025, 10, 5), date(2025, 10, 5))),
    (GREGORIAN, Grain.WEEK, "2025-10-04/W", (date(2025, 10, 4), date(2025, 10, 10))),
    (GREGORIAN, Grain.MONTH, "2025-10", (date(2025, 10, 1), date(2025, 10, 31))),
    (GREGORIAN, Grain.QUARTER, "2025-Q4", (date(2025, 10, 1), date(2025, 12, 31))),
    (GREGORIAN, Grain.YEAR, "2025", (date(2025, 1, 1), date(2025, 12, 31))),
    (JALALI, Grain.DAY, "1404-07-13", (date(2025, 10, 5), date(2025, 10, 5))),
    (JALALI, Grain.WEEK, "1404-07-12/W", (date(2025, 10, 4), date(2025, 10, 10))),
    (JALALI, Grain.MONTH, "1404-07", (date(2025, 9, 23), date(2025, 10, 22))),
    (JALALI, Grain.QUARTER, "1404-Q3", (date(2025, 9, 23), date(2025, 12, 21))),
    (JALALI, Grain.YEAR, "1404", (date(2025, 3, 21), date(2026, 3, 20))),
    (JALALI, Grain.FISCAL_QUARTER, "FY1404-Q3", (date(2025, 9, 23), date(2025, 12, 21))),
    (JALALI, Grain.FISCAL_YEAR, "FY1404", (date(2025, 3, 21), date(2026, 3, 20))),
]


@pytest.mark.parametrize(("calendar", "grain", "key", "bounds"), PERIODS)
def test_the_period_of_a_day(calendar, grain, key, bounds):
    period = period_of(DAY, calendar, grain)

    assert period.key == key
    assert (period.start, period.end) == bounds
    assert parse_period(key) == period


@pytest.mark.parametrize(
    ("key", "persian", "english"),
    [
        ("2025-10-05", "۵ اکتبر ۲۰۲۵", "5 October 2025"),
        ("2025-10-04/W", "هفتهٔ ۴ اکتبر ۲۰۲۵", "Week of 4 October 2025"),
        ("2025-10", "اکتبر ۲۰۲۵", "October 2025"),
        ("2025-Q4", "سه‌ماههٔ چهارم ۲۰۲۵", "Q4 2025"),
        ("2025", "۲۰۲۵", "2025"),
        ("1404-07-13", "۱۳ مهر ۱۴۰۴", "13 Mehr 1404"),
        ("1404-07-12/W", "هفتهٔ ۱۲ مهر ۱۴۰۴", "Week of 12 Mehr 1404"),
        ("1404-07", "مهر ۱۴۰۴", "Mehr 1404"),
        ("1404-Q1", "بهار ۱۴۰۴", "Spring 1404"),
        ("1404-Q3", "پاییز ۱۴۰۴", "Autumn 1404"),
        ("1404", "۱۴۰۴", "1404"),
        ("FY1404-Q3", "سه‌ماههٔ سوم سال مالی ۱۴۰۴", "Q3 of fiscal year 1404"),
        ("FY1404", "سال مالی ۱۴۰۴", "Fiscal year 1404"),
        ("1404-07-03..1404-07-20", "۳ تا ۲۰ مهر ۱۴۰۴", "3 to 20 Mehr 1404"),
        ("1404-07-30..1404-08-01", "۳۰ مهر تا ۱ آبان ۱۴۰۴", "30 Mehr to 1 Aban 1404"),
        ("2025-12-31..2026-01-02", "۳۱ دسامبر ۲۰۲۵ تا ۲ ژانویه ۲۰۲۶", "31 December 2025 to 2 January 2026"),
    ],
)
def test_labels_in_both_languages(key, persian, english):
    assert parse_period(key).label("fa") == persian
    assert parse_period(key).label("en") == english


def test_labels_keep_latin_digits_for_readers_who_ask():
    assert period_of(DAY, JALALI, Grain.MONTH).label("fa", latin_digits=True) == "مهر 1404"


@pytest.mark.parametrize("key", ["۱۴۰۴-۰۷", "١٤٠٤-٠٧", " 1404-07 "])
def test_keys_may_be_typed_in_any_digits(key):
    assert parse_period(key).key == "1404-07"


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "invalid-period"),
        ("2025-1", "invalid-period"),
        ("2025-Q5", "invalid-period"),
        ("FY1404-07", "invalid-period"),
        ("1404-07-02..1404-07-01", "invalid-period"),
        ("1404-07..1404-08", "invalid-period"),
        ("1404-07-01..2025-10-05", "invalid-period"),
        ("1404-07-01..1404-07-02..1404-07-03", "invalid-period"),
        ("1404-07-01..", "invalid-period"),
        ("2023-01-01..2026-01-01", "invalid-period"),  # 1,097 days
        ("1404-12-29..1404-12-30", "no-such-day"),
        ("1404-07/W", "invalid-period"),
        ("2025-10-05/W", "invalid-period"),  # a Sunday; weeks start on Saturday
        ("1404-12-30", "no-such-day"),
        ("1404-13", "no-such-day"),
        ("2025-02-29", "no-such-day"),
        ("0000", "date-out-of-range"),
        ("9999", "date-out-of-range"),
        ("FY2025", "other-calendar"),
    ],
)
def test_a_bad_key_is_refused(key, code):
    with pytest.raises(DateError) as error:
        parse_period(key)

    assert error.value.code == code


def test_a_key_of_the_other_calendar_is_refused():
    with pytest.raises(DateError) as error:
        parse_period("1404-07", calendar=GREGORIAN)

    assert error.value.code == "other-calendar"
    assert parse_period("1404-07", calendar=JALALI).key == "1404-07"


def test_the_week_starts_where_the_organisation_says():
    monday = CalendarRules(week_start=0)

    assert period_of(DAY, GREGORIAN, Grain.WEEK, monday).key == "2025-09-29/W"
    assert parse_period("2025-09-29/W", monday).end == DAY
    # A Saturday is the first day of its own week.
    assert period_of(date(2025, 10, 4), GREGORIAN, Grain.WEEK).start == date(2025, 10, 4)
    assert period_of(date(2025, 10, 3), GREGORIAN, Grain.WEEK).start == date(2025, 9, 27)


def test_a_range_is_followed_by_as_many_days_and_stands_beside_those_of_the_year_before():
    found = parse_period("1403-12-20..1403-12-30")

    assert (found.days, found.start, found.end) == (11, date(2025, 3, 10), date(2025, 3, 20))
    assert (found.previous().key, found.next().key) == ("1403-12-09..1403-12-19", "1404-01-01..1404-01-11")
    assert found.same_last_year().key == "1402-12-20..1402-12-29"  # 1402 has no 30 Esfand
    assert parse_period("2023-01-01..2025-12-31").days == 1096
    assert parse_period("1404-07-13..1404-07-13") == parse_period("1404-07-13")


@pytest.mark.parametrize("rules", [DEFAULT_RULES, CalendarRules(0, GREGORIAN, 2, 29), CalendarRules(6, JALALI, 12, 30)])
@pytest.mark.parametrize("grain", NAMED_GRAINS)
@pytest.mark.parametrize("calendar", Calendar)
def test_periods_leave_no_gap_and_never_overlap(calendar, grain, rules):
    period = period_of(date(2023, 12, 20), calendar, grain, rules)
    while period.end < date(2025, 4, 10):
        following = period.next()

        assert following.start == period.end + timedelta(days=1)
        assert following.previous() == period
        assert period_of(period.start, calendar, grain, rules) == period
        assert period_of(period.end, calendar, grain, rules) == period
        assert parse_period(period.key, rules) == period
        period = following


def test_the_previous_month_is_the_one_before_and_not_thirty_days_back():
    mehr = parse_period("1404-07")

    assert mehr.previous().key == "1404-06"
    assert (mehr.previous().days, mehr.days) == (31, 30)
    assert parse_period("1404-01").previous().key == "1403-12"
    assert parse_period("1403-12").days == 30
    assert parse_period("2025-01").previous().key == "2024-12"
    assert parse_period("1404-12").next().key == "1405-01"


@pytest.mark.parametrize(
    ("key", "year_before"),
    [
        ("1404-07", "1403-07"),
        ("1404-Q3", "1403-Q3"),
        ("1404", "1403"),
        ("FY1404-Q3", "FY1403-Q3"),
        ("2025-Q4", "2024-Q4"),
        ("1403-12-30", "1402-12-29"),
        ("2024-02-29", "2023-02-28"),
        ("2025-10-04/W", "2024-10-05/W"),
    ],
)
def test_the_same_period_of_last_year(key, year_before):
    assert parse_period(key).same_last_year().key == year_before


def test_a_fiscal_year_is_named_after_the_year_it_starts_in():
    october = CalendarRules(fiscal_calendar=GREGORIAN, fiscal_month=10)

    assert period_of(date(2025, 9, 30), JALALI, Grain.FISCAL_YEAR, october).key == "FY2024"
    year = period_of(date(2026, 9, 30), JALALI, Grain.FISCAL_YEAR, october)
    assert (year.key, year.start, year.end) == ("FY2025", date(2025, 10, 1), date(2026, 9, 30))
    assert year.calendar is GREGORIAN
    assert parse_period("FY2025-Q2", october).start == date(2026, 1, 1)


def test_a_fiscal_year_from_a_day_that_some_years_lack():
    leap_day = CalendarRules(fiscal_calendar=GREGORIAN, fiscal_month=2, fiscal_day=29)

    assert parse_period("FY2023", leap_day).end == date(2024, 2, 28)
    assert parse_period("FY2025", leap_day).start == date(2025, 2, 28)
    assert parse_period("FY2025", leap_day).same_last_year().key == "FY2024"


def test_a_running_period_is_cut_at_today():
    mehr = parse_period("1404-07")
    today = date(2025, 10, 5)

    assert mehr.is_running(today)
    assert mehr.elapsed(today).end == today
    assert mehr.elapsed(today).days == 13
    assert mehr.previous().first_days(13).end == date(2025, 9, 4)
    assert mehr.elapsed(today).key == "1404-07"
    assert mehr.elapsed(today).next() == mehr.next()


def test_a_past_period_is_not_cut_and_a_coming_one_has_no_days():
    mehr = parse_period("1404-07")

    assert mehr.elapsed(date(2026, 1, 1)) == mehr
    assert mehr.elapsed(date(2025, 9, 1)).days == 0
    assert not mehr.is_running(date(2025, 10, 23))
    assert date(2025, 10, 22) in mehr
    assert date(2025, 10, 23) not in mehr


def test_whole_periods_that_touch_a_range():
    keys = [period.key for period in periods_between(date(2025, 10, 22), date(2025, 11, 22), JALALI, Grain.MONTH)]

    assert keys == ["1404-07", "1404-08", "1404-09"]
    assert periods_between(date(2025, 10, 2), date(2025, 10, 1), JALALI, Grain.MONTH) == []


def test_the_last_periods_end_with_the_running_one():
    keys = [period.key for period in last_periods(3, date(2025, 4, 1), JALALI, Grain.MONTH)]

    assert keys == ["1403-11", "1403-12", "1404-01"]
    assert last_periods(0, DAY, JALALI, Grain.MONTH) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("۱۴۰۴/۷/۱", date(2025, 9, 23)),
        ("1404-7-1", date(2025, 9, 23)),
        ("14040701", date(2025, 9, 23)),
        ("2025-09-23", date(2025, 9, 23)),
        ("20250923", date(2025, 9, 23)),
        ("۷/۱", date(2025, 9, 23)),
        ("امروز", date(2025, 10, 5)),
        ("فردا", date(2025, 10, 6)),
        ("دیروز", date(2025, 10, 4)),
        ("Tomorrow", date(2025, 10, 6)),
        ("+3", date(2025, 10, 8)),
        ("+۳", date(2025, 10, 8)),
        ("-5", date(2025, 9, 30)),
        # Nowruz 1405 is 2026-03-21, and 30 Aban comes 6 * 31 + 30 + 29 = 245 days later
        ("۳۰ آبان ۱۴۰۵", date(2026, 11, 21)),
        ("30 Aban 1405", date(2026, 11, 21)),
        ("30 aban, 1405", date(2026, 11, 21)),
        ("۱ مهر", date(2025, 9, 23)),
        ("١ دي ١٤٠٤", date(2025, 12, 22)),
        ("۲ امرداد ۱۴۰۴", date(2025, 7, 24)),
        ("23 September 2025", date(2025, 9, 23)),
        ("۲۳ سپتامبر ۲۰۲۵", date(2025, 9, 23)),
    ],
)
def test_typed_dates(text, day):
    assert parse_date(text, JALALI, DAY) == day


def test_month_and_day_are_read_in_the_calendar_of_the_reader():
    assert parse_date("7/1", GREGORIAN, DAY) == date(2025, 7, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1404/12/30", "no-such-day"),
        ("1404/7/31", "no-such-day"),
        ("2025-02-29", "no-such-day"),
        ("مهر", "invalid-date"),
        ("", "invalid-date"),
        ("04/07/01", "invalid-date"),
        ("۳۱ آبان ۱۴۰۵", "no-such-day"),
        ("30 Aban 2026", "other-calendar"),
        ("30 Abban 1405", "invalid-date"),
        ("1404/07/012", "invalid-date"),
        ("۳۰ آبان ۱۴۰۵ نام", "more-than-a-date"),
        ("+9999", "invalid-date"),
        ("9999-12-31", "date-out-of-range"),
    ],
)
def test_a_date_that_cannot_be_read_is_refused(text, code):
    with pytest.raises(DateError) as error:
        parse_date(text, JALALI, DAY)

    assert error.value.code == code


def test_the_local_day_turns_at_midnight_of_the_zone():
    assert local_day(datetime(2024, 7, 1, 20, 29, 59, tzinfo=UTC), TEHRAN) == date(2024, 7, 1)
    assert local_day(datetime(2024, 7, 1, 20, 30, tzinfo=UTC), ZoneInfo(TEHRAN)) == date(2024, 7, 2)
    # Summer time until 2022: four and a half hours.
    assert local_day(datetime(2021, 7, 1, 19, 30, tzinfo=UTC), TEHRAN) == date(2021, 7, 2)


def test_a_moment_without_an_offset_has_no_local_day():
    with pytest.raises(ValueError, match="without an offset"):
        local_day(datetime(2024, 7, 1, 12, 0), TEHRAN)  # noqa: DTZ001 -- the refused case


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2022, 3, 22), 23), (date(2022, 9, 21), 25), (date(2024, 3, 22), 24), (date(2022, 3, 21), 24)]
)
def test_the_length_of_a_day_comes_from_the_zone(day, hours):
    start, end = day_bounds(day, TEHRAN)

    assert end - start == timedelta(hours=hours)
    assert local_day(start, TEHRAN) == day
    assert local_day(start - timedelta(microseconds=1), TEHRAN) == day - timedelta(days=1)
    assert local_day(end - timedelta(microseconds=1), TEHRAN) == day


def test_a_time_the_clocks_skipped_takes_the_offset_from_before():
    # 2022-03-22 began at 01:00: half past midnight never was.
    moment = localise(datetime(2022, 3, 22, 0, 30), TEHRAN)  # noqa: DTZ001 -- naive by intent

    assert moment == datetime(2022, 3, 21, 21, 0, tzinfo=UTC)
    assert moment.isoformat() == "2022-03-22T01:30:00+04:30"


def test_a_time_that_came_twice_takes_the_offset_from_before():
    # On 2022-09-21 the hour from 23:00 came twice.
    moment = localise(datetime(2022, 9, 21, 23, 30), TEHRAN)  # noqa: DTZ001 -- naive by intent

    assert moment == datetime(2022, 9, 21, 19, 0, tzinfo=UTC)
    assert local_day(moment, TEHRAN) == date(2022, 9, 21)


def test_an_ordinary_time_keeps_its_clock():
    moment = localise(datetime(2025, 10, 5, 10, 0), TEHRAN)  # noqa: DTZ001 -- naive by intent

    assert moment.isoformat() == "2025-10-05T10:00:00+03:30"
