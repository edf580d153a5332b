"""Merged customers count once, under the survivor, at the earliest day."""

from datetime import date
from decimal import Decimal

import pytest

from campaigns.models import Channel
from customers.models import Answer, Customer, Survey, Ticket
from customers.services.merging import merge_customers, undo_merge
from kpis.models import CustomerFact
from leads.models import Opportunity, Stage
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.factories.leads import make_lead
from tests.kpis.proof import NOW, assert_right, value_of

pytestmark = pytest.mark.django_db
SHAHRIVAR, MEHR = date(2025, 8, 23), date(2025, 9, 23)  # the first days of these months of 1404
ORDERED = tehran(2025, 9, 24), tehran(2025, 8, 24)
SHOWN = ("new_customers", "active_customers", "orders", "revenue")


@pytest.fixture
def pair():
    """One who came by A and bought 100 in Mehr, and one who came by B and bought 300 in Shahrivar."""
    return [
        a_customer(slug, price, ordered, created=tehran(2025, month, 1))
        for slug, price, ordered, month in (("a", 100, ORDERED[0], 7), ("b", 300, ORDERED[1], 6))
    ]


def a_customer(slug, price, ordered, *, created):
    channel = Channel.objects.create(slug=slug, name=slug)
    customer = make_customer(name=slug, channel=channel, created_at=created)
    lead = make_lead(name=slug, customer=customer, channel=channel, at=created)
    won = Stage.objects.get(kind="won")
    Opportunity.objects.create(
        name=slug, lead=lead, customer=customer, stage=won, amount=price, created_at=created, won_at=ordered
    )
    make_order(customer=customer, placed_at=ordered, lines=[(1, price)])
    Ticket.objects.create(customer=customer, created_at=ordered, resolved_at=ordered)
    Answer.objects.create(customer=customer, survey=Survey.objects.get(slug="nps"), score=9, answered_at=ordered)
    return customer


def figures(*days):
    """Those of each month, once everything was compared: every card in total and by every dimension, and what is stored."""
    assert_right()
    return {day: tuple(value_of(key, day) for key in SHOWN) for day in days}


def test_they_count_once_at_the_earliest_day_and_twice_again_after_an_undo(pair):
    customer, into = pair
    apart = {SHAHRIVAR: (1, 1, 1, 300), MEHR: (1, 2, 1, 100)}
    # One customer, new in Shahrivar, who bought again in Mehr; no order and no sum is lost.
    together = {SHAHRIVAR: (1, 1, 1, 300), MEHR: (0, 1, 1, 100)}

    def told():
        return figures(SHAHRIVAR, MEHR)

    assert told() == apart
    merge_customers(customer, into=into, by=None, at=NOW)
    assert told() == together
    fact = CustomerFact.objects.get()
    assert (fact.customer_id, fact.first_day, fact.last_day) == (into.pk, date(2025, 8, 24), date(2025, 9, 24))
    undo_merge(customer, by=None, at=NOW)
    assert told() == apart


def test_into_the_later_one_they_count_from_the_earlier_day_too(pair):
    """The survivor came later: it takes over the earlier first touch with the earlier day."""
    into, customer = pair

    merge_customers(customer, into=into, by=None, at=NOW)

    assert figures(SHAHRIVAR) == {SHAHRIVAR: (1, 1, 1, Decimal(300))}
    fact = CustomerFact.objects.get()
    assert (fact.customer_id, fact.first_day, fact.channel_id) == (into.pk, date(2025, 8, 24), customer.channel_id)
    assert Customer.objects.get(pk=into.pk).created_at == tehran(2025, 6, 1)
