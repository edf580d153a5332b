from decimal import Decimal

import pytest

from crm.currencies import CURRENCIES
from crm.money import (
    CURRENCY_DIGITS,
    DISPLAY_UNITS,
    AmountError,
    convert,
    format_money,
    format_number,
    format_percent,
    format_points,
    parse_amount,
    spread,
    unit_of,
)

RIAL = Decimal(1)
CENT = Decimal("0.01")


def decimals(*numbers):
    return [Decimal(number) for number in numbers]


def test_the_smallest_unit_of_a_currency():
    assert (unit_of("IRR"), unit_of("IRT"), unit_of("USD")) == (Decimal(1), Decimal(1), Decimal("0.01"))
    digits = {"IRR": 0, "IRT": 0, "IQD": 0, "JPY": 0, "EUR": 2, "HRK": 2, "KWD": 3}
    assert {code: CURRENCY_DIGITS[code] for code in digits} == digits


def test_the_currencies_there_are():
    """The Toman has no code of its own in the world; Croatia had one until 2023. XAU is gold, XXX nothing."""
    asked = ["IRR", "IRT", "USD", "AFN", "HRK", "ABC", "RIA", "XAU", "XXX", "usd", ""]

    assert [code for code in asked if code in CURRENCIES] == ["IRR", "IRT", "USD", "AFN", "HRK"]


def test_a_month_of_expense_adds_up_to_the_last_rial():
    # 31,000,010 over 31 days: a million a day, and ten rials for the first ten days.
    parts = spread(Decimal(31_000_010), [1] * 31, RIAL)

    assert parts == [Decimal(1_000_001)] * 10 + [Decimal(1_000_000)] * 21


@pytest.mark.parametrize(
    ("amount", "weights", "unit", "parts"),
    [
        (Decimal(1_000_001), [1, 1, 1], RIAL, decimals(333_334, 333_334, 333_333)),
        (Decimal(1_000_001), [4, 2, 1], RIAL, decimals(571_429, 285_715, 142_857)),
        (Decimal(1_000_000), [4, 1, 1, 4], RIAL, decimals(400_000, 100_000, 100_000, 400_000)),
        (Decimal(1_000_000), decimals("0.4", "0.1", "0.1", "0.4"), RIAL, decimals(400_000, 100_000, 100_000, 400_000)),
        (Decimal(-10), [1, 1, 1], RIAL, decimals(-4, -3, -3)),
        (Decimal(10), [0, 0], RIAL, decimals(5, 5)),
        (Decimal(10), [0, 3, 0], RIAL, decimals(0, 10, 0)),
        (Decimal("10.05"), [1, 1], CENT, decimals("5.03", "5.02")),
        (Decimal(0), [1, 2], RIAL, decimals(0, 0)),
        (Decimal(1), [1, 2], RIAL, decimals(0, 1)),
        # Finer than the unit: 80.4 and 20.1, so the first part takes the half rial.
        (Decimal("100.50"), [4, 1], RIAL, decimals("80.50", "20")),
        (Decimal("123456789012345678.99"), [1, 1], CENT, decimals("61728394506172839.50", "61728394506172839.49")),
    ],
)
def test_spread_by_largest_remainder(amount, weights, unit, parts):
    assert spread(amount, weights, unit) == parts
    assert sum(parts) == amount


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_weights_that_make_no_shares_are_refused(weights):
    with pytest.raises(ValueError, match=r"weight|spread"):
        spread(Decimal(10), weights, RIAL)


def test_conversion_rounds_once_and_half_to_even():
    assert convert(Decimal("0.125"), Decimal(1)) == Decimal("0.12")
    assert convert(Decimal("0.135"), Decimal(1)) == Decimal("0.14")
    assert convert(Decimal("19.99"), Decimal(600_000)) == Decimal("11994000.00")
    # 12345678901234567.89 × 1234567.123456 = 15241569288208591207068.4404…
    assert convert(Decimal("12345678901234567.89"), Decimal("1234567.123456")) == Decimal("15241569288208591207068.44")


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("123", "123"),
        ("۱۲۳", "123"),
        ("١٢٣", "123"),
        ("۱۲۳٫۵", "123.5"),
        ("۱٬۲۵۰٬۰۰۰", "1250000"),
        ("۱۲٬۵۰۰", "12500"),
        ("۱۲٫۵", "12.5"),
        ("-5", "-5"),
        ("\u22125", "-5"),
        (" 1250.00 ", "1250"),
        ("0.250", "0.25"),
        ("999999999999999999.99", "999999999999999999.99"),
        ("0000000000000000000007", "7"),
    ],
)
def test_amounts_are_read_in_any_digits(text, amount):
    assert parse_amount(text) == Decimal(amount)
    assert parse_amount(text, form=True) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("12,500", "12500"), ("1,250", "1250"), ("۱۲،۵۰۰", "12500"), ("12 500", "12500"), ("1,250.5", "1250.5"), ("۱۲/۵", "12.5")],
)
def test_forms_also_take_what_their_reader_can_check(text, amount):
    assert parse_amount(text, form=True) == Decimal(amount)
    with pytest.raises(AmountError) as error:
        parse_amount(text)
    assert error.value.code == "invalid-amount"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "invalid-amount"),
        ("NaN", "invalid-amount"),
        ("Infinity", "invalid-amount"),
        ("1e5", "invalid-amount"),
        ("1_000", "invalid-amount"),
        ("+5", "invalid-amount"),
        ("--5", "invalid-amount"),
        ("1,25", "invalid-amount"),
        ("1,250٬000", "invalid-amount"),
        ("12٬50", "invalid-amount"),
        (".5", "invalid-amount"),
        ("²", "invalid-amount"),
        ("1.250", "ambiguous-amount"),
        ("1.005", "precision"),
        ("1000000000000000000", "amount-too-large"),
        ("9" * 5000, "amount-too-large"),
    ],
)
@pytest.mark.parametrize("form", [False, True])
def test_what_is_no_amount_is_refused(text, code, form):
    with pytest.raises(AmountError) as error:
        parse_amount(text, form=form)

    assert error.value.code == code


def test_a_currency_without_decimals_takes_none():
    with pytest.raises(AmountError) as error:
        parse_amount("۱۲۳٫۵", decimals=0)

    assert error.value.code == "precision"
    assert parse_amount("1250.00", decimals=0) == 1250


@pytest.mark.parametrize("text", ["999999999999999999.999999999999", "-999999999999999999.999999999999"])
def test_every_digit_is_kept(text):
    assert format(parse_amount(text, decimals=12), "f") == text


@pytest.mark.parametrize(
    ("unit", "persian", "english"),
    [
        ("rial", "۱۲٬۵۰۰٬۰۰۰ ریال", "12,500,000 Rial"),
        ("toman", "۱٬۲۵۰٬۰۰۰ تومان", "1,250,000 Toman"),
        ("thousand_toman", "۱٬۲۵۰ هزار تومان", "1,250 thousand Toman"),
        ("million_toman", "۱٫۲۵ میلیون تومان", "1.25 million Toman"),
        ("million_rial", "۱۲٫۵ میلیون ریال", "12.5 million Rial"),
        ("USD", "۱۲٬۵۰۰٬۰۰۰٫۰۰ USD", "12,500,000.00 USD"),
        ("IRT", "۱۲٬۵۰۰٬۰۰۰ تومان", "12,500,000 Toman"),
    ],
)
def test_money_is_shown_with_its_unit_after_it(unit, persian, english):
    assert format_money(Decimal(12_500_000), unit, "fa") == persian
    assert format_money(Decimal(12_500_000), unit, "en") == english


def test_the_minus_stands_before_the_number():
    assert format_money(Decimal(-125_000), "rial", "fa") == "−۱۲۵٬۰۰۰ ریال"
    assert format_money(Decimal(-125_005), "toman", "en") == "−12,500.5 Toman"


def test_latin_digits_in_persian_for_readers_who_ask():
    assert format_money(Decimal(1234567), "rial", "fa", latin_digits=True) == "1,234,567 ریال"
    assert format_percent(Decimal("0.25"), "fa", latin_digits=True) == "25.0%"


def test_every_display_unit_has_both_names():
    assert {key: int(unit.factor) for key, unit in DISPLAY_UNITS.items()} == {
        "rial": 1,
        "toman": 10,
        "thousand_toman": 10_000,
        "million_toman": 10_000_000,
        "million_rial": 1_000_000,
    }
    assert all(unit.name("fa") != unit.name("en") for unit in DISPLAY_UNITS.values())


@pytest.mark.parametrize(
    ("number", "persian", "english"),
    [
        (Decimal("1234567.8"), "۱٬۲۳۴٬۵۶۷٫۸", "1,234,567.8"),
        (0, "۰", "0"),
        (-3, "−۳", "−3"),
        (Decimal("-0.001"), "۰", "0"),
        (Decimal("0.125"), "۰٫۱۳", "0.13"),
        (12.0, "۱۲", "12"),
        (100, "۱۰۰", "100"),
        (Decimal("1E+3"), "۱٬۰۰۰", "1,000"),
        (None, "—", "—"),
        (float("nan"), "—", "—"),
    ],
)
def test_numbers(number, persian, english):
    assert format_number(number, "fa") == persian
    assert format_number(number, "en") == english


def test_a_fixed_number_of_decimals():
    assert format_number(Decimal(6), "en", decimals=2) == "6.00"
    assert format_number(Decimal("6.5"), "en", decimals=0) == "7"


def test_percentages():
    assert format_percent(Decimal("0.25"), "fa") == "۲۵٫۰٪"
    assert format_percent(Decimal("0.25"), "en") == "25.0%"
    assert format_percent(Decimal("-0.32"), "fa", decimals=0) == "−۳۲٪"
    assert format_percent(Decimal("1.2"), "en") == "120.0%"
    assert format_percent(None, "fa") == "—"


def test_rates_change_in_points_with_a_sign():
    assert format_points(Decimal("0.032"), "en") == "+3.2 points"
    assert format_points(Decimal("-0.009"), "fa") == "−۰٫۹ واحد درصد"
    assert format_points(Decimal("0.00001"), "fa") == "۰٫۰ واحد درصد"
    assert format_points(None, "en") == "—"
