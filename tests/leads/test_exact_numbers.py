"""A number that is typed whole leads to what is called so, before all that only contains it."""

import pytest
from django.urls import reverse

from customers.models import Customer, Order, Ticket
from leads.models import Lead, Quote
from leads.search import exactly, results
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import make_lead, make_opportunity, make_quote

pytestmark = pytest.mark.django_db


@pytest.fixture
def arya(omid):
    return make_customer(name="Arya", phone="+989123870000", owner=omid)


def rows(text, user):
    return [called.row for called in exactly(text, user)]


def test_each_kind_by_its_number_or_ours_in_digits_of_any_script(omid, arya):
    deal = make_opportunity(owner=omid, customer=arya)
    order = make_order(customer=arya, number="70387", owner=omid)
    quote = make_quote(opportunity=deal, number="70387")
    ours = make_quote(pk=70387, opportunity=deal)
    ticket = Ticket.objects.create(subject="Late", owner=omid, source="desk", external_id="70387")
    make_order(customer=arya, number="703870", owner=omid)
    make_lead(name="Ali", phone="+989127038700", owner=omid)

    for text in ("70387", "۷۰۳۸۷"):
        assert rows(text, omid) == [order, *sorted((quote, ours), key=lambda row: -row.pk), ticket]
    assert rows("#70387", omid) == [ours]
    assert rows("Late", omid) == []


def test_what_is_called_so_stands_before_what_has_that_key_and_another_number(omid, arya):
    order = make_order(pk=429, customer=arya, number="D-0429", owner=omid)
    quote = make_quote(pk=429, opportunity=make_opportunity(owner=omid, customer=arya))

    assert rows("#۴۲۹", omid) == [quote, order]
    assert rows("D-0429", omid) == [order]


def test_a_lead_and_a_customer_by_ours_and_who_was_merged_by_none(omid, arya):
    lead = make_lead(pk=70387, name="Ali", owner=omid)
    assert (rows("70387", omid), rows(f"#{arya.pk}", omid)) == ([lead], [arya])

    Lead.objects.filter(pk=lead.pk).update(merged_into=make_lead(name="Reza", owner=omid))
    assert rows("70387", omid) == []


def test_they_stand_first_and_once(browse, omid, arya):
    order = make_order(customer=arya, number="387-1", owner=omid)
    client = browse(omid)

    found = results("387-1", omid, 5)
    assert ([called.row for called in found["exact"]], found["orders"]) == ([order], [])
    for url in (reverse("search"), reverse("kpis:palette")):
        page = client.get(url, {"q": "387-1"}, headers={"HX-Request": "true"}).content.decode()
        assert page.count(reverse("customers:order-detail", args=[order.pk])) == 1
        assert 'Number <bdi dir="ltr">387-1</bdi>' in page
    page = client.get(reverse("search"), {"q": "387"}).content.decode()
    assert page.index("Arya") < page.index("387-1")  # a part of a number is no number


def test_nobody_finds_what_they_do_not_see(omid, nima, hana, arya):
    make_order(customer=arya, number="70387", owner=omid)
    make_quote(opportunity=make_opportunity(owner=omid, customer=arya), number="70387")

    assert (rows("70387", nima), [type(row) for row in rows("70387", hana)]) == ([], [Order])
    assert [type(row) for row in rows("70387", omid)] == [Order, Quote]


def test_a_request_is_shown_alone_with_a_way_back_to_all(browse, omid):
    wanted, _other = (Ticket.objects.create(subject=subject, owner=omid) for subject in ("Late", "Broken"))

    page = browse(omid).get(reverse("customers:ticket-list"), {"state": "all", "number": wanted.pk})

    assert list(page.context["rows"]) == [wanted]
    assert [chip.text for chip in page.context["chips"]] == [f"Number: {wanted.pk}"]
    assert Customer.objects.count() == 0
