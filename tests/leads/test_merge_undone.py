"""A merge of customers is undone: what came of a sale since goes where the sale goes."""

import pytest
from django.core.exceptions import ValidationError

from customers.models import Cart, Order
from customers.services.merging import merge_customers, undo_merge
from leads import services
from tests.factories.customers import NOON, make_customer, make_order
from tests.factories.leads import A_DAY, make_lead, make_opportunity

pytestmark = pytest.mark.django_db
LINES = [{"name": "Tea", "quantity": 2, "unit_price": "500"}]


@pytest.fixture
def gone(omid):
    """The one who is merged, and comes back."""
    return make_customer(name="Ali", owner=omid)


@pytest.fixture
def survivor(omid):
    return make_customer(name="Ali M.", owner=omid)


def merge(gone, survivor):
    merge_customers(gone, into=survivor, by=None, at=NOON)


def customers_of(*rows):
    for row in rows:
        row.refresh_from_db()
    return [row.customer for row in rows]


def test_an_order_for_a_deal_goes_back_with_it_and_can_be_sent_again(api, omid, gone, survivor):
    deal = make_opportunity(owner=omid, customer=gone)
    sent = {"external_id": "1", "opportunity": deal.pk, "lines": LINES}
    merge(gone, survivor)
    first = api.post("/orders/", sent)

    undo_merge(gone, by=None, at=NOON)
    again = api.post("/orders/", sent)

    assert (first.status_code, first.json()["customer"]) == (201, survivor.pk)
    assert (again.status_code, again.json()["customer"]) == (200, gone.pk), again.content
    assert customers_of(deal, Order.objects.get()) == [gone, gone]


def test_so_does_whatever_hangs_on_it_and_nothing_else(gone, survivor):
    """The lead's deal, its order, and the cart of that; from the other end the deal in which an order of theirs ended."""
    lead, order = make_lead(customer=gone), make_order(customer=gone)
    merge(gone, survivor)
    lead.refresh_from_db()
    deal = services.convert_lead(lead, by=None, at=A_DAY)
    sold, free = make_order(customer=survivor), make_order(customer=survivor)
    services.link_order(deal, order=sold, by=None, at=A_DAY)
    cart = Cart.objects.create(customer=survivor, order=sold)
    other = services.link_order(make_opportunity(customer=survivor), order=order, by=None, at=A_DAY)

    undo_merge(gone, by=None, at=NOON)

    assert customers_of(lead, deal, sold, cart, order, other, free) == [*[gone] * 6, survivor]


def test_what_was_the_survivors_own_is_taken_from_the_deal_first(gone, survivor):
    deal, own = make_opportunity(customer=gone), make_order(customer=survivor, number="R-1")
    merge(gone, survivor)
    services.link_order(deal, order=own, by=None, at=A_DAY)

    with pytest.raises(ValidationError, match="Order R-1 did not come with the merged record") as refused:
        undo_merge(gone, by=None, at=NOON)
    kept = customers_of(deal, own)
    services.unlink_order(deal, order=own, by=None, at=A_DAY)
    undo_merge(gone, by=None, at=NOON)

    assert (refused.value.code, kept) == ("conflict", [survivor, survivor])
    assert customers_of(deal, own) == [gone, survivor]
