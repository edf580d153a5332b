from datetime import date

import pytest

from crm import jalali

NOWRUZ = {
    1403: date(2024, 3, 20),
    1404: date(2025, 3, 21),
    1405: date(2026, 3, 21),
    1406: date(2027, 3, 21),
    1407: date(2028, 3, 20),
    1408: date(2029, 3, 20),
    1409: date(2030, 3, 21),
}


@pytest.mark.parametrize(("year", "day"), NOWRUZ.items())
def test_the_year_starts_at_nowruz(year, day):
    assert jalali.from_jalali(year, 1, 1) == day
    assert jalali.to_jalali(day) == (year, 1, 1)


@pytest.mark.parametrize("parts", [(1404, 12, 30), (1405, 12, 30), (1404, 7, 31), (1404, 13, 1), (1404, 0, 1), (1404, 1, 0)])
def test_a_day_that_does_not_exist_is_refused(parts):
    with pytest.raises(ValueError, match=r"."):
        jalali.from_jalali(*parts)


def test_leap_years_have_a_thirtieth_of_esfand():
    assert [year for year in range(1399, 1410) if jalali.is_leap(year)] == [1399, 1403, 1408]
    assert jalali.from_jalali(1403, 12, 30) == date(2025, 3, 20)


def test_month_lengths():
    assert [jalali.month_length(1404, month) for month in range(1, 13)] == [31] * 6 + [30] * 5 + [29]
    assert jalali.month_length(1403, 12) == 30


def test_seasons_of_1405():
    starts = [jalali.from_jalali(1405, month, 1) for month in (1, 4, 7, 10)]

    assert starts == [date(2026, 3, 21), date(2026, 6, 22), date(2026, 9, 23), date(2026, 12, 22)]


def test_names_in_both_languages():
    assert jalali.month_name(7, "fa") == "مهر"
    assert jalali.month_name(5, "fa-ir") == "مرداد"
    assert jalali.month_name(7, "en") == "Mehr"
    assert jalali.weekday_name(date(2024, 9, 22), "fa") == "یکشنبه"
    assert jalali.weekday_name(date(2024, 9, 22), "en") == "Sunday"


def test_every_table_is_complete():
    for language in ("fa", "en"):
        assert len(set(jalali.MONTHS[language])) == 12
        assert len(set(jalali.GREGORIAN_MONTHS[language])) == 12
        assert len(set(jalali.SEASONS[language])) == 4
        assert len(set(jalali.WEEKDAYS[language])) == 7
