"""A merge of customers is undone: what was nobody's before it and became theirs by a sale of the one who comes back.

Whose a record was is told by its history, which knows transactions: these are really committed.
"""

import pytest
from django.core.exceptions import ValidationError

from customers.services.merging import merge_customers, undo_merge
from leads import services
from leads.models import Opportunity
from tests.factories.customers import NOON, make_customer, make_order
from tests.factories.leads import A_DAY, make_lead, make_opportunity


@pytest.fixture
def db(written_db):
    """Everything here is written for good, and taken out again."""
    return written_db


@pytest.fixture
def pair(db):
    """The one who is merged, and comes back; and the other one."""
    return make_customer(name="Ali"), make_customer(name="Ali M.")


def customers_of(*rows):
    for row in rows:
        row.refresh_from_db()
    return [row.customer for row in rows]


def test_a_deal_and_its_lead_go_with_the_order_by_which_they_became_theirs(pair):
    gone, survivor = pair
    lead, order = make_lead(name="Ali"), make_order(customer=gone)
    deal = make_opportunity(lead=lead)
    merge_customers(gone, into=survivor, by=None, at=NOON)
    services.link_order(deal, order=order, by=None, at=A_DAY)
    joined = customers_of(deal, lead, order)

    undo_merge(gone, by=None, at=NOON)

    assert (joined, customers_of(deal, lead, order)) == ([survivor] * 3, [gone] * 3)


def test_one_that_was_the_survivors_before_stays_whatever_it_was_in_between(pair):
    gone, survivor = pair
    deal, order = make_opportunity(customer=survivor), make_order(customer=gone)
    merge_customers(gone, into=survivor, by=None, at=NOON)
    for customer in (None, survivor):
        Opportunity.objects.filter(pk=deal.pk).update(customer=customer)
    services.link_order(deal, order=order, by=None, at=A_DAY)

    with pytest.raises(ValidationError, match="did not come with the merged record"):
        undo_merge(gone, by=None, at=NOON)
    assert customers_of(deal, order) == [survivor, survivor]
