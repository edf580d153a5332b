"""Every touch of a person, in whatever order we hear of it."""

from datetime import timedelta

import pytest

from campaigns.models import Campaign
from leads.models import Touchpoint
from leads.services import merge_leads
from tests.api_client import Api
from tests.factories.campaigns import NOON, make_channel, make_landing_page, make_session
from tests.factories.crm import make_token, make_user
from tests.factories.customers import make_cart, make_customer, make_order
from tests.factories.leads import make_lead

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def channels():
    return [make_channel(slug=slug) for slug in ("first", "second", "third")]


def touches(**of):
    rows = Touchpoint.objects.filter(**of).order_by("at", "kind")
    return [(row.kind, (row.at - NOON) // HOUR, row.channel.slug if row.channel else None) for row in rows]


def test_a_lead_brings_its_own_fields_and_its_later_sessions(channels):
    first, second, third = channels
    customer, page = make_customer(), make_landing_page()
    # heard of before the lead
    make_session(visitor="v1", started_at=NOON + 2 * HOUR, channel=third)
    lead = make_lead(at=NOON, channel=first, visitor="v1", customer=customer)
    make_session(visitor="v1", started_at=NOON + HOUR, channel=second, landing_page=page)
    # the one in which the lead was made, a robot, somebody else
    make_session(visitor="v1", started_at=NOON - HOUR, channel=second)
    make_session(visitor="v1", started_at=NOON + HOUR, channel=second, is_bot=True)
    make_session(visitor="v2", started_at=NOON + HOUR, channel=second)
    make_session(started_at=NOON + HOUR, channel=second)

    expected = [("lead", 0, "first"), ("session", 1, "second"), ("session", 2, "third")]
    assert touches(customer=customer) == touches(lead=lead) == expected
    assert Touchpoint.objects.get(landing_page=page).person == lead.pk


def test_a_session_is_one_touch_however_many_leads_of_a_customer_name_its_visitor(channels):
    """By the lead that named it first, whose it was before either was converted."""
    customer, other = make_customer(), make_lead(at=NOON, visitor="v1")
    later = make_lead(at=NOON + 2 * HOUR, visitor="v1", customer=customer)
    earlier = make_lead(at=NOON, visitor="v1", customer=customer)
    for hours in (1, 3):
        make_session(visitor="v1", started_at=NOON + hours * HOUR, channel=channels[0])

    expected = [("session", 1, "first"), ("session", 3, "first")]
    assert touches(customer=customer) == touches(lead=earlier) == touches(lead=other) == expected
    assert touches(lead=later) == []


def test_only_what_came_before_an_order_is_credited_for_it(channels):
    customer = make_customer()
    make_lead(at=NOON, channel=channels[0], visitor="v1", customer=customer)
    for hours in (1, 2, 3):
        make_session(visitor="v1", started_at=NOON + hours * HOUR, channel=channels[1])

    rows = Touchpoint.objects.filter(customer=customer).until(NOON + 2 * HOUR)

    assert [(row.at - NOON) // HOUR for row in rows] == [0, 1, 2]


def test_an_order_touches_with_what_it_says_of_itself(channels):
    customer = make_customer()
    campaign = Campaign.objects.create(name="autumn")
    make_lead(at=NOON, channel=channels[0], customer=customer)
    make_order(customer=customer, placed_at=NOON + HOUR, channel=channels[1])
    make_order(customer=customer, placed_at=NOON + 2 * HOUR, campaign=campaign)
    make_order(customer=customer, placed_at=NOON + 3 * HOUR)
    make_order(placed_at=NOON + HOUR, channel=channels[1])

    assert touches(customer=customer) == [("lead", 0, "first"), ("order", 1, "second"), ("order", 2, None)]
    assert touches(customer=None) == []


def test_an_order_over_http_is_a_touch(client):
    order = {"external_id": "1", "placed_at": "2025-10-01T13:00:00Z", "customer": {"phone": "09120000001"}}
    order |= {"lines": [{"sku": "A", "quantity": 1, "unit_price": 1}], "utm": {"source": "instagram", "medium": "cpc"}}

    Api(client, make_token()).post("/orders/", order)

    # the customer's own first touch is the same one, and not told twice
    assert touches() == [("order", 1, "paid-social")]


def test_a_merged_lead_is_a_later_touch_and_its_visitor_one_of_the_survivors(channels):
    first, second, third = channels
    into = make_lead(at=NOON, channel=first, visitor="v1")
    lead = make_lead(at=NOON + HOUR, channel=second, visitor="v2")
    make_session(visitor="v2", started_at=NOON + 2 * HOUR, channel=third)
    make_session(visitor="v1", started_at=NOON + 3 * HOUR, channel=third)

    merge_leads(lead, into=into, by=None, at=NOON + 5 * HOUR)

    expected = [("lead", 0, "first"), ("touch", 1, "second"), ("session", 2, "third"), ("session", 3, "third")]
    assert touches(lead=into) == touches() == expected


def test_a_cart_tells_whose_visits_these_are(channels):
    customer = make_customer()
    make_cart(visitor="v1", customer=customer, created_at=NOON)
    make_cart(visitor="v1", customer=customer, created_at=NOON + 4 * HOUR)
    make_session(visitor="v1", started_at=NOON + HOUR, channel=channels[0])
    assert touches(customer=customer) == [("session", 1, "first")]

    # a lead says the same, and is not told twice
    make_lead(at=NOON, visitor="v1", customer=customer)
    assert touches(customer=customer) == [("session", 1, "first")]


def test_a_customer_of_whom_nothing_else_is_known_has_the_touch_of_the_import(channels):
    customer = make_customer(channel=channels[0], created_at=NOON)

    assert touches(customer=customer) == [("customer", 0, "first")]
    make_order(customer=customer, placed_at=NOON + HOUR, channel=channels[1])
    assert touches(customer=customer) == [("order", 1, "second")]


def test_touches_are_seen_with_their_person(channels):
    rep = make_user("rep")
    lead = make_lead(owner=rep, channel=channels[0])
    customer = make_customer(owner=rep, channel=channels[0])
    make_lead(channel=channels[0])
    make_customer(channel=channels[0])

    assert {row.person for row in Touchpoint.objects.visible_to(rep)} == {lead.pk, customer.pk}
    assert Touchpoint.objects.visible_to(make_user("manager", visibility="all")).count() == 4
