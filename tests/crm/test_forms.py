"""Fields that read what people type."""

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from crm.forms.fields import AmountField, ClockField, DayField, EmailField, NumberField, PhoneField, TextField
from crm.forms.reader import ReaderForm
from crm.models import Organization
from crm.preferences import Preferences

pytestmark = pytest.mark.django_db


class Form(ReaderForm):
    text = TextField(required=False, max_length=10)
    phone = PhoneField(required=False)
    email = EmailField(required=False)
    amount = AmountField(label="Amount", required=False)
    day = DayField(required=False)
    clock = ClockField(required=False)
    number = NumberField(decimals=2, required=False)


@pytest.fixture
def form(omid, now):
    def make(initial=None, calendar="jalali", money_unit="toman", language="fa", **typed):
        omid.calendar, omid.money_unit, omid.language = calendar, money_unit, language
        return Form(typed or None, user=omid, prefs=Preferences(omid, language), at=now, initial=initial)

    return make


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("text", "  على ", "على"),
        ("phone", "۰۹۱۲-۳۴۵-۶۷۸۹", "+989123456789"),
        ("phone", "\u202a+98 912 345 6789\u202c", "+989123456789"),
        ("email", "ALI@Example.COM", "ali@example.com"),
        ("amount", "۱۲٬۵۰۰", Decimal(125_000)),
        ("amount", "12,500", Decimal(125_000)),
        ("day", "۱۴۰۴/۷/۱", date(2025, 9, 23)),
        ("day", "14040701", date(2025, 9, 23)),
        ("day", "\u200f۱۴۰۴/۰۷/۰۱\u200f", date(2025, 9, 23)),
        ("day", "2025-09-23", date(2025, 9, 23)),
        ("day", "فردا", date(2025, 9, 24)),
        ("day", "+3", date(2025, 9, 26)),
        ("clock", "۱۰:۳۰", time(10, 30)),
        ("clock", "9", time(9, 0)),
        ("number", "۰٫۲۵", Decimal("0.25")),
        ("amount", "", None),
        ("day", "", None),
        ("clock", "", None),
    ],
)
def test_what_is_read(form, name, typed, value):
    filled = form(**{"text": "x", name: typed})

    assert filled.is_valid()
    assert filled.cleaned_data[name] == value


@pytest.mark.parametrize(
    ("name", "typed", "text"),
    [
        ("text", "\u200c\u200c", "The text is blank."),
        ("text", "a\u202eb", "The text contains a character that cannot be stored."),
        ("phone", "0912345678", "Enter a telephone number, such as 0912 345 6789."),
        ("phone", "+44 20 12", "This number has too few digits. Write a landline with its area code."),
        ("email", "ali", "Enter an e-mail address, such as name@example.com."),
        ("amount", "-5", "An amount is not negative."),
        ("amount", "1.250", "Write 1250 or 1.25: this could mean either."),
        ("amount", "twelve", "Enter an amount in digits, such as 1250000."),
        ("number", "NaN", "Enter a number in digits, such as 120."),
        ("number", "1.255", "This number has too many decimals."),
        ("day", "1404/12/30", "There is no such day in the calendar."),
        ("day", "soon", "“soon” is not a date: write 1404/07/01, 1 Mehr 1404 or 2025-09-23."),
        ("day", "۳۰ آبان ۱۴۰۵ نام", "“۳۰ آبان ۱۴۰۵” is a date, but “نام” beside it is not part of one: take it out."),
        ("day", "on 1404/07/01 at noon", "“1404/07/01” is a date, but “on at noon” beside it is not part of one: take it out."),
        ("day", "30 Aban 2026", "The month and the year are of two calendars: write 1 Mehr 1404 or 23 September 2025."),
        # 9377 is typed for 1377 or 1397; the last day is that of 2030, five years on
        ("day", "9377-01-01", "“9377-01-01” is too far away: give a day from 1368/10/11 to 1409/10/10."),
        ("day", "1289/01/01", "“1289/01/01” is too far away: give a day from 1368/10/11 to 1409/10/10."),
        ("clock", "25:00", "Enter a time of day, such as 10:30."),
    ],
)
def test_what_is_refused_and_in_which_words(form, name, typed, text):
    filled = form(**{name: typed}, language="en")

    assert dict(filled.errors) == {name: [text]}


def test_amounts_are_typed_and_shown_in_the_readers_unit(form):
    amount = Decimal(12_500_000)

    shown = {
        unit: (str(bound.label), bound.value())
        for unit in ("rial", "toman", "million_toman")
        for bound in [form(initial={"amount": amount}, money_unit=unit)["amount"]]
    }

    assert shown == {
        "rial": ("Amount (ریال)", "۱۲٬۵۰۰٬۰۰۰"),
        "toman": ("Amount (تومان)", "۱٬۲۵۰٬۰۰۰"),
        "million_toman": ("Amount (میلیون تومان)", "۱٫۲۵"),
    }
    for unit, (_label, text) in shown.items():
        again = form(amount=text, money_unit=unit)
        assert again.is_valid()
        assert again.cleaned_data["amount"] == amount


def test_a_time_of_day_is_shown_in_the_readers_digits_and_read_again(form):
    shown = [form(initial={"clock": time(9, 30)}, language=language)["clock"].value() for language in ("fa", "en")]

    again = form(clock=shown[0])
    assert (shown, again.is_valid(), again.cleaned_data["clock"]) == (["۰۹:۳۰", "09:30"], True, time(9, 30))


@pytest.mark.parametrize(
    ("unit", "typed", "amount"),
    [
        ("rial", "۱۲٬۳۴۵٬۶۷۸", Decimal(12_345_678)),
        ("toman", "1234567.8", Decimal(12_345_678)),
        ("toman", "۱٬۲۳۴٬۵۶۷٫۸", Decimal(12_345_678)),
        ("thousand_toman", "1234.5678", Decimal(12_345_678)),
        ("million_toman", "۱٫۲۳۴۵۶۷۸", Decimal(12_345_678)),
        ("million_rial", "12.345678", Decimal(12_345_678)),
    ],
)
def test_every_unit_reaches_down_to_one_rial_and_back(form, unit, typed, amount):
    shown = form(initial={"amount": amount}, money_unit=unit)["amount"].value()

    for text in (typed, shown):
        filled = form(amount=text, money_unit=unit)
        assert filled.is_valid()
        assert filled.cleaned_data["amount"] == amount


@pytest.mark.parametrize(
    ("unit", "typed", "text"),
    [
        ("rial", "0.5", "An amount in Rial is a whole number."),
        ("rial", "۱۲٫۵", "An amount in Rial is a whole number."),
        ("toman", "0.25", "An amount in Toman has at most this many decimals: 1."),
        ("million_toman", "0.12345678", "An amount in million Toman has at most this many decimals: 7."),
    ],
)
def test_there_is_no_part_of_a_rial(form, unit, typed, text):
    filled = form(amount=typed, money_unit=unit, language="en")

    assert dict(filled.errors) == {"amount": [text]}
    assert filled.errors.as_data()["amount"][0].code == "precision"


@pytest.mark.parametrize(
    ("unit", "typed", "amount"),
    [
        ("toman", "۲ میلیارد", 20_000_000_000),
        ("toman", "۲٫۴۶ میلیارد تومان", 24_600_000_000),
        ("toman", "350 Thousand", 3_500_000),
        ("rial", "1.5 million Rial", 1_500_000),
        ("toman", "2 million toman", 20_000_000),
        ("toman", "۲ ميليون", 20_000_000),
        ("million_toman", "۲ میلیون تومان", 20_000_000),
        ("toman", "۱۲٬۵۰۰ تومان", 125_000),
    ],
)
def test_a_word_may_stand_for_zeros_and_the_unit_behind_it(form, unit, typed, amount):
    filled = form(amount=typed, money_unit=unit)

    assert (filled.is_valid(), filled.cleaned_data.get("amount")) == (True, amount)


@pytest.mark.parametrize(("unit", "typed"), [("million_toman", "2 million"), ("rial", "۲ میلیون تومان"), ("toman", "million")])
def test_what_could_mean_either_is_refused(form, unit, typed):
    assert not form(amount=typed, money_unit=unit).is_valid()


def test_a_foreign_amount_is_typed_as_it_is(omid, now):
    prefs = {"user": omid, "prefs": Preferences(omid, "en"), "at": now, "currency": "EUR"}

    cents = Form({"amount": "12.50"}, **prefs)
    too_fine = Form({"amount": "12.505"}, **prefs)

    assert cents.is_valid()
    assert (cents.cleaned_data["amount"], str(cents["amount"].label)) == (Decimal("12.50"), "Amount (EUR)")
    assert dict(too_fine.errors) == {"amount": ["An amount in EUR has at most this many decimals: 2."]}


@pytest.mark.parametrize(
    ("base", "label", "typed", "found"),
    [
        ("EUR", "Amount (EUR)", "۱٬۲۳۴٫۵ EUR", Decimal("1234.5")),
        ("EUR", "Amount (EUR)", "12.505", "An amount in EUR has at most this many decimals: 2."),
        ("JPY", "Amount (JPY)", "1 thousand", Decimal(1_000)),
        ("JPY", "Amount (JPY)", "12.5", "An amount in JPY is a whole number."),
        # The reader counts in rials, of which ten are one toman.
        ("IRT", "Amount (Rial)", "250", Decimal(25)),
        ("IRT", "Amount (Rial)", "255", "An amount in Toman is a whole number."),
    ],
)
def test_the_base_currency_decides_what_is_typed(form, base, label, typed, found):
    Organization.objects.update(currency=base)
    filled = form(amount=typed, money_unit="rial", language="en")

    filled.is_valid()
    assert filled.fields["amount"].label == label
    assert filled.errors.get("amount", [filled.cleaned_data.get("amount")]) == [found]


def test_a_day_is_shown_as_it_is_typed_in_the_readers_calendar(form):
    initial = {"day": date(2025, 9, 23)}

    assert form(initial=initial)["day"].value() == "۱۴۰۴/۰۷/۰۱"
    assert form(initial=initial, language="en")["day"].value() == "1404/07/01"
    assert form(initial=initial, calendar="gregorian")["day"].value() == "2025-09-23"


def test_a_moment_is_on_the_clocks_of_the_organisation(form):
    moment = form(text="x").moment(date(2025, 9, 23), time(10, 30))

    assert moment == datetime.fromisoformat("2025-09-23T07:00:00+00:00")
