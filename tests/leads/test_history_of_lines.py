"""What a history tells of lines: they are written in transactions of their own, as people write them."""

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from customers.models import Order
from tests.customers.test_order_pages import typed
from tests.factories.customers import make_customer
from tests.factories.leads import make_opportunity
from tests.kpis.test_company_pages import questions

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.slow]

TEA, CUP, MUG = ({"name": name, "unit_price": price} for name, price in (("Tea", "100"), ("Cup", "50"), ("Mug", "50")))


@pytest.fixture
def db(written_db):
    """Changes are told apart by when their transactions began."""
    return written_db


def told(client, url):
    """The changes of lines, the newest first, each with who made it."""
    entries = client.get(url).context["entries"]
    lines = [(each.get("by"), [change for change in each.get("changes", ()) if "Line" in change["label"]]) for each in entries]
    return [(by, [tuple(map(strip_tags, change.values())) for change in changes]) for by, changes in lines if changes]


def send(client, url, *lines):
    form = client.get(url).context["form"]
    kept = {name: form.initial.get(name, "") for name in ("seen", "token")}
    answer = client.post(url, typed(*lines, initial=form.lines.initial_form_count(), **kept))
    assert answer.status_code == 302
    return answer.url


@pytest.mark.parametrize("kind", ["order", "quote"])
def test_lines_that_came_changed_and_went_stand_in_the_history_of_their_sale(browse, omid, sara, kind):
    arya = make_customer(name="Arya", owner=omid)
    deal = make_opportunity(customer=arya, owner=omid)
    seller, boss = browse(omid), browse(sara)
    page = send(seller, reverse(f"leads:opportunity-{kind}", args=[deal.pk]), {**TEA, "quantity": "2"})
    page = page if kind == "quote" else reverse("customers:order-detail", args=[Order.objects.get().pk])
    assert told(boss, f"{page}history/") == []

    send(seller, f"{page}edit/", {**TEA, "quantity": "3", "discount": "10"}, CUP)
    once = len(questions(boss, f"{page}history/"))
    send(boss, f"{page}edit/", {**TEA, "quantity": "3", "discount": "10"}, MUG)
    send(boss, f"{page}edit/", {**TEA, "DELETE": "on"}, MUG)

    tea, less_tea = "2 × Tea · 100 Toman", "3 × Tea · 100 Toman · Discount 10 Toman"
    cup, mug = "1 × Cup · 50 Toman", "1 × Mug · 50 Toman"
    assert told(boss, f"{page}history/") == [
        ("Sara", [("Line 1", less_tea, mug), ("Line 2", mug, "")]),
        ("Sara", [("Line 2", cup, mug)]),
        ("Omid", [("Line 1", tea, less_tea), ("Line 2", "", cup)]),
    ]
    assert len(questions(boss, f"{page}history/")) == once
