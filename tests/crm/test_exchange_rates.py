"""Exchange rates in the settings: typed in the reader's unit and calendar, each from its day on, and what was counted stays."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.inputs.rates import Rates
from crm.models import ExchangeRate, Organization, User
from tests.toasts import toasts

pytestmark = pytest.mark.django_db

URL = "/settings/exchange-rates/"
NEW = {"currency": "usd", "day": "۱۴۰۴/۷/۱", "rate": "۸۵٬۰۰۰٫۵"}


@pytest.fixture
def page(browse, monkeypatch, now):
    monkeypatch.setattr(timezone, "now", lambda: now)  # 1 Mehr 1404
    return browse(User.objects.create_superuser("root@example.com", name="Root", language="en", calendar="jalali"))


def kept(code="USD"):
    return list(ExchangeRate.objects.filter(currency=code).order_by("day").values_list("day", "rate"))


def test_they_are_kept_by_administrators_alone(browse, sara):
    row = ExchangeRate.objects.create(currency="EUR", day=date(2025, 9, 1), rate=1)
    ways = ["", "new/", f"{row.pk}/", f"{row.pk}/history/", f"{row.pk}/remove/", "restore/"]

    assert [browse(sara).post(URL + way, NEW).status_code for way in ways] == [403] * 6
    assert [browse(sara).get(URL + way).status_code for way in ways[:4]] == [403] * 4


def test_one_is_typed_in_tomans_kept_in_rials_deleted_and_brought_back(page):
    added = page.post(f"{URL}new/", NEW)
    # 1 Mehr 1404; 85,000.5 Toman
    expected = [(date(2025, 9, 23), Decimal(850_005))]
    assert (added.url, kept()) == (f"{URL}?currency=USD", expected)

    [*_before, (text, undo)] = toasts(page.post(f"{URL}{ExchangeRate.objects.get().pk}/remove/"))
    assert (text, kept()) == ("The rate of USD was deleted.", [])
    User.objects.update(money_unit="rial")
    forged = [page.post(way) for way in (f"{URL}restore/", f"{undo}x")]
    assert ([toasts(answer)[-1][0] for answer in forged], kept()) == (["Only your own change can be taken back."] * 2, [])
    page.post(undo)
    assert kept() == expected


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "day"),  # there is one of that day
        ({"currency": "irr"}, "currency"),
        ({"currency": "IRT"}, "currency"),
        ({"currency": "US1"}, "currency"),
        ({"currency": "abc"}, "currency"),
        ({"rate": "0"}, "rate"),
        ({"rate": "1" * 13}, "rate"),
    ],
)
def test_what_is_no_rate_is_refused_at_its_field(page, sent, field):
    ExchangeRate.objects.create(currency="USD", day=date(2025, 9, 23), rate=7)

    answer = page.post(f"{URL}new/", NEW | sent)

    assert (list(answer.context["form"].errors), kept()) == ([field], [(date(2025, 9, 23), 7)])


def test_what_was_taken_without_being_a_currency_stays_in_use(page):
    """And what is read of it is not touched; Django's own pages refuse a new one, too."""
    ExchangeRate.objects.create(currency="ABC", day=date(2025, 9, 1), rate=7)

    page.post(f"{URL}new/", NEW | {"currency": "abc"})
    forms = [page.post("/admin/crm/exchangerate/add/", {"currency": code, "day": "1404-07-01", "rate": "7"}) for code in ("ABD",)]

    assert [day for day, _rate in kept("ABC")] == [date(2025, 9, 1), date(2025, 9, 23)]
    assert [list(form.context["adminform"].errors) for form in forms] == [["currency"]]


def test_one_that_has_counted_is_changed_once_that_was_read(page):
    row = ExchangeRate.objects.create(currency="USD", day=date(2025, 9, 1), rate=Decimal("850000.00000001"))
    shown = page.get(f"{URL}{row.pk}/").context["form"]
    sent = {"day": shown["day"].value(), "rate": "90000", "seen": shown["seen"].value()}

    asked = page.post(f"{URL}{row.pk}/", sent)
    assert (asked.context["asks"], kept()) == (True, [(row.day, row.rate)])
    page.post(f"{URL}{row.pk}/", sent | {"anyway": "1"})

    assert (shown["rate"].value(), kept()) == ("85,000.000000001", [(row.day, Decimal(900_000))])
    entry, *_earlier = page.get(f"{URL}{row.pk}/history/").context["entries"]
    assert [str(each) for each in entry["changes"][0].values()][1:] == ["85,000.000000001 Toman", "90,000 Toman"]


def test_the_newest_of_a_currency_stands_first_with_the_days_it_counts_for(page):
    for code, day, rate in (("USD", 1, 800), ("EUR", 2, 900), ("USD", 20, 810), ("USD", 24, 820)):
        ExchangeRate.objects.create(currency=code, day=date(2025, 9, day), rate=rate)

    shown = page.get(f"{URL}?currency=USD").context
    facts = [(row.day.day, row.until and row.until.day, row.text, row.is_current) for row in shown["rows"]]

    # today is 23 September
    assert facts == [(24, None, "82", False), (20, 23, "81", True), (1, 19, "80", False)]
    assert Rates(Organization.current()).on("USD", date(2025, 9, 23)) == 810
    assert [(tab["label"], tab["is_current"]) for tab in shown["tabs"]] == [("EUR", False), ("USD", True)]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "USD · 1 Mehr 1404 is already gone."), ("fa", "USD · ۱ مهر ۱۴۰۴ پیش‌تر حذف شده است.")]
)
def test_one_that_is_gone_leads_to_the_rates_of_its_currency(page, language, words):
    User.objects.update(language=language)
    row = ExchangeRate.objects.create(currency="USD", day=date(2025, 9, 23), rate=7)
    page.post(f"{URL}{row.pk}/remove/")

    answers = [page.post(f"{URL}{row.pk}/remove/"), page.get(f"{URL}{row.pk}/")]

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, f"{URL}?currency=USD")] * 2
    assert [toasts(answer)[-1][0] for answer in answers] == [words] * 2
    assert page.post(f"{URL}{row.pk + 1}/remove/").status_code == 404
