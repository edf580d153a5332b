from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from crm.money import DISPLAY_UNITS, DisplayUnit
from crm.passwords import LengthValidator
from crm.periods import parse_period
from crm.templatetags.crm_format import format_day, format_moment
from customers.models import Customer
from leads.models import Lead


@dataclass(frozen=True)
class Reader:
    language: str = "fa"
    calendar: str = "jalali"
    unit: DisplayUnit = DISPLAY_UNITS["toman"]
    latin_digits: bool = False
    zone: str = "Asia/Tehran"


PERSIAN = Reader()
ENGLISH = Reader(language="en", calendar="gregorian", unit=DISPLAY_UNITS["rial"])
# 1 Mehr 1403, a Sunday.
DAY = date(2024, 9, 22)


def render(source, prefs=PERSIAN, **values):
    return Template("{% load crm_format %}" + source).render(Context({"prefs": prefs, **values}))


@pytest.mark.parametrize(
    ("language", "calendar", "style", "text"),
    [
        ("fa", "jalali", "long", "یکشنبه ۱ مهر ۱۴۰۳"),
        ("fa", "jalali", "medium", "۱ مهر ۱۴۰۳"),
        ("fa", "jalali", "month", "مهر ۱۴۰۳"),
        ("fa", "jalali", "short", "۱۴۰۳/۰۷/۰۱"),
        ("fa", "gregorian", "long", "یکشنبه ۲۲ سپتامبر ۲۰۲۴"),
        ("fa", "gregorian", "short", "۲۰۲۴/۰۹/۲۲"),
        ("en", "jalali", "long", "Sunday 1 Mehr 1403"),
        ("en", "jalali", "medium", "1 Mehr 1403"),
        ("en", "jalali", "short", "1403/07/01"),
        ("en", "gregorian", "medium", "22 September 2024"),
        ("en", "gregorian", "short", "2024-09-22"),
    ],
)
def test_days_in_each_language_and_calendar(language, calendar, style, text):
    assert format_day(DAY, Reader(language=language, calendar=calendar), style) == text


def test_an_unknown_style_is_an_error():
    with pytest.raises(ValueError, match="Unknown style"):
        format_day(DAY, PERSIAN, "tiny")


def test_a_moment_is_shown_on_the_clocks_of_the_reader():
    # 20:35 in UTC is already the next day in Tehran.
    late = datetime(2024, 9, 21, 20, 35, tzinfo=UTC)

    assert format_moment(late, PERSIAN) == "۱ مهر ۱۴۰۳، ۰۰:۰۵"
    assert format_moment(late, replace(ENGLISH, zone="UTC")) == "21 September 2024, 20:35"


def test_day_tag():
    assert render("{% day d %}", d=DAY) == '<time datetime="2024-09-22">۱ مهر ۱۴۰۳</time>'
    assert render('{% day d style="long" %}', ENGLISH, d=DAY) == '<time datetime="2024-09-22">Sunday 22 September 2024</time>'
    assert render("{% day d %}", d=None) == "—"


def test_day_tag_of_a_moment_takes_its_local_day():
    moment = datetime(2024, 9, 21, 20, 35, tzinfo=UTC)

    assert render("{% day d %}", d=moment) == '<time datetime="2024-09-22">۱ مهر ۱۴۰۳</time>'


def test_moment_tag():
    moment = datetime(2024, 9, 22, 7, 0, tzinfo=UTC)

    html = render("{% moment m %}", m=moment)

    assert html == '<time datetime="2024-09-22T10:30:00+03:30">۱ مهر ۱۴۰۳، ۱۰:۳۰</time>'
    assert render("{% moment m %}", m=None) == "—"


def test_money_tag_isolates_the_number():
    html = render("{% money a %}", a=Decimal("-1250000.00"))

    assert html == '<data value="-1250000.00"><bdi dir="ltr">−۱۲۵٬۰۰۰</bdi> تومان</data>'
    assert render("{% money a %}", ENGLISH, a=1250) == '<data value="1250"><bdi dir="ltr">1,250</bdi> Rial</data>'
    assert render("{% money a %}", a=None) == "—"


def test_money_tag_of_a_foreign_amount():
    html = render('{% money a currency="USD" %}', ENGLISH, a=Decimal("12.5"))

    assert html == '<data value="12.5"><bdi dir="ltr">12.50</bdi> USD</data>'


def test_number_percent_and_points_tags():
    assert render("{% number n %}", n=1234) == '<data value="1234"><bdi dir="ltr">۱٬۲۳۴</bdi></data>'
    assert render("{% number n decimals=1 %}", ENGLISH, n=6) == '<data value="6"><bdi dir="ltr">6.0</bdi></data>'
    assert render("{% percent f %}", f=Decimal("0.25")) == '<data value="0.25"><bdi dir="ltr">۲۵٫۰٪</bdi></data>'
    assert render("{% points d %}", d=Decimal("0.032")) == '<data value="0.032"><bdi dir="ltr">+۳٫۲</bdi> واحد درصد</data>'
    assert render("{% number n %}{% percent n %}{% points n %}", n=None) == "———"


def test_period_tag():
    assert render("{% period p %}", p=parse_period("1404-Q1")) == "بهار ۱۴۰۴"
    assert render("{% period p %}", replace(PERSIAN, latin_digits=True), p=parse_period("1404-Q1")) == "بهار 1404"
    assert render("{% period p %}", ENGLISH, p=parse_period("1404-Q1")) == "Spring 1404"


def test_phones_keep_latin_digits_and_their_direction():
    assert render("{% phone p %}", p="+989123456789") == '<bdi dir="ltr">0912 345 6789</bdi>'
    assert {str(model(phone="+989123456789")) for model in (Customer, Lead)} == {"0912\u00a0345\u00a06789"}
    assert render("{% phone p %}", p="") == "—"


def test_codes_are_isolated_and_escaped():
    assert render("{{ c|ltr }}", c="a<b@example.com") == '<bdi dir="ltr">a&lt;b@example.com</bdi>'


def test_a_record_that_is_called_by_our_number_keeps_its_mark_on_one_side():
    rows = [Lead(pk=2000), Lead(pk=2000, name="Ali #7")]

    assert [render("{{ row|named_apart:prefs }}", row=row) for row in rows] == ["\u2066#۲۰۰۰\u2069", "Ali #7"]
    assert render("{{ row|named_apart:prefs }}", ENGLISH, row=rows[0]) == "#2000"


def test_an_address_is_broken_before_its_marks():
    assert render("{{ c|address }}", c="a.b<c@example.com") == '<bdi dir="ltr">a<wbr>.b&lt;c<wbr>@example<wbr>.com</bdi>'


def test_fanum_follows_the_reader():
    assert render("{{ t|fanum:prefs }}", t="3 of 10") == "۳ of ۱۰"
    assert render("{{ t|fanum:prefs }}", replace(PERSIAN, latin_digits=True), t=5) == "5"
    assert render("{{ t|fanum:prefs }}", ENGLISH, t=5) == "5"


def test_fanum_without_a_reader_follows_the_language():
    with translation.override("fa"):
        assert render("{{ t|fanum }}", t=5) == "۵"
    with translation.override("en"):
        assert render("{{ t|fanum }}", t=5) == "5"


def test_how_long_a_password_has_to_be_is_counted_in_the_digits_of_the_language():
    with translation.override("fa"):
        persian = LengthValidator(12).get_help_text()
    with translation.override("en"):
        english = LengthValidator(12).get_help_text()

    assert ("۱۲" in persian, english) == (True, "Your password must contain at least 12 characters.")
