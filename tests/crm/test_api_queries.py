"""A longer page is as many queries as a short one, whatever its rows point to; and so is a longer bulk call."""

from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from model_bakery import baker

from campaigns.models import Campaign, Channel, Expense, LandingPage, LeadSource, SocialNetwork, SocialPost
from crm.api.openapi import collect
from crm.models import Team, User
from customers.models import (
    Answer,
    Cart,
    Contract,
    Customer,
    Invitation,
    InvitationSkip,
    Order,
    OrderLine,
    Product,
    Refund,
    RefundLine,
    Survey,
    Ticket,
)
from kpis.models import Alert, AlertRule, Annotation, Target
from leads.models import Activity, Opportunity, Quote, QuoteLine, Stage
from tests.api_client import Api
from tests.factories.campaigns import make_channel, make_landing_page, make_session
from tests.factories.crm import make_token, make_user
from tests.factories.customers import NOON, make_product

pytestmark = pytest.mark.django_db
PLAIN = {"source": None, "external_id": None}
OTHER_STAGES = ["demo", "pro-forma", "negotiation"]
FIRST_TOUCH = ["channel", "lead_source", "campaign", "landing_page", "social_network"]


def filled(model, *references, **facts):
    """A row that points to a new row by each of these."""
    plain = {} if model in (User, Team) else PLAIN
    return baker.make(model, _fill_optional=list(references), **plain, **facts)


def an_opportunity(number):
    stage = Stage.objects.filter(kind="open")[number]
    row = filled(Opportunity, "lead", "customer", "owner", stage=stage, won_at=None, lost_at=None)
    row.products.set([make_product(), make_product()])
    return row


def an_order(_number):
    order = filled(Order, "customer", "owner", "campaign", "channel", placed_at=NOON, currency="IRR")
    lines = [
        OrderLine.objects.create(order=order, position=place, product=make_product(), quantity=1, unit_price=100)
        for place in (1, 2)
    ]
    refund = baker.make(Refund, order=order, refunded_at=NOON, amount=1, **PLAIN)
    RefundLine.objects.create(refund=refund, line=lines[0], quantity=1, amount=1)


def a_quote(_number):
    quote = filled(Quote, "opportunity", "lead", "customer", "owner", currency="IRR", accepted_at=None, declined_at=None)
    for place in (1, 2):
        QuoteLine.objects.create(quote=quote, position=place, product=make_product(), quantity=1, unit_price=100)


def a_session(_number):
    page = make_landing_page(variants=["a"])
    facts = {"channel": make_channel(), "landing_page": page, "variant": page.variants.get()}
    make_session(["/", "/tea/"], social_network=baker.make(SocialNetwork, **PLAIN), **facts)


def a_target(number):
    start = {"calendar": "gregorian", "grain": "month", "start": date(2025, number + 1, 1)}
    filled(Target, "person", "set_by", kpi="leads", value=number, **start)


def an_alert(number):
    facts = {"calendar": "gregorian", "grain": "month", "condition": "above", "bound": 1}
    rule = filled(AlertRule, "person", user=User.objects.get(role="admin"), kpi="leads", **facts)
    for month in (1, 2):
        baker.make(Alert, rule=rule, calendar="gregorian", grain="month", start=date(2025, month, 1), value=number, bound=1)


MAKERS = {
    "targets": a_target,
    "alerts": an_alert,
    "annotations": lambda number: filled(
        Annotation, is_shared=True, kpi="", day=date(2025, 1, number + 1), user=make_user("rep")
    ),
    "campaigns": lambda _: filled(Campaign, "channel", "owner", starts_on=None, ends_on=None),
    "channels": lambda _: filled(Channel, "social_network"),
    "lead-sources": lambda _: filled(LeadSource),
    "social-networks": lambda _: filled(SocialNetwork),
    "landing-pages": lambda number: filled(LandingPage, url=f"https://shop.example/{number}"),
    "expenses": lambda _: filled(
        Expense, "campaign", "channel", "lead_source", valid_from=date(2025, 10, 1), valid_to=date(2025, 10, 2), amount=1
    ),
    "customers": lambda _: filled(Customer, "owner", *FIRST_TOUCH),
    "products": lambda _: filled(Product, "category"),
    "orders": an_order,
    "tickets": lambda _: filled(Ticket, "customer", "owner", "product"),
    "surveys": lambda _: filled(Survey),
    "survey-invitations": lambda _: filled(Invitation, "survey", "customer", "order", "ticket"),
    "survey-skips": lambda _: baker.make(InvitationSkip, survey=filled(Survey), customer=filled(Customer), at=NOON),
    "survey-answers": lambda _: filled(Answer, "survey", "customer", "product", score=5, answered_at=NOON),
    "leads": lambda number: an_opportunity(number).lead,
    "opportunities": an_opportunity,
    "activities": lambda _: filled(Activity, "lead", "opportunity", "customer", "owner"),
    "quotes": a_quote,
    "carts": lambda _: filled(Cart, "customer", "channel", "order"),
    "contracts": lambda _: filled(Contract, "customer", starts_on=date(2025, 10, 1), ends_on=None),
    "sessions": a_session,
    "social-posts": lambda _: filled(SocialPost, "social_network", "campaign"),
    "users": lambda _: make_user(team=baker.make(Team)),
    "teams": lambda _: baker.make(Team),
}


def queries_of(act):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = act()
    assert response.status_code == 200, response.content
    return len(captured), response.json()["results"]


@pytest.fixture
def api(client):
    return Api(client, make_token(make_user("admin")))


def test_every_list_is_in_the_table():
    _, resources = collect(["crm.api.people", *settings.API_MODULES])

    assert {resource.name for resource in resources} == MAKERS.keys()


@pytest.mark.parametrize("name", MAKERS)
def test_a_list_of_three_asks_no_more_than_a_list_of_one(name, api):
    MAKERS[name](0)
    api.get(f"/{name}/", limit=1)  # what a process learns once and keeps

    few, one = queries_of(lambda: api.get(f"/{name}/", limit=1))
    MAKERS[name](1), MAKERS[name](2)
    many, three = queries_of(lambda: api.get(f"/{name}/", limit=3))

    assert (len(one), len(three)) == (1, 3)
    assert many == few


def test_the_one_record_of_an_address_asks_no_more_for_its_relatives(api):
    """An order's parts are read whole, however many there are."""
    an_order(0)
    order = Order.objects.get()
    api.get(f"/orders/{order.pk}/")
    with CaptureQueriesContext(connection) as short:
        api.get(f"/orders/{order.pk}/")
    for place in (3, 4, 5):
        OrderLine.objects.create(order=order, position=place, product=make_product(), quantity=1, unit_price=100)
    with CaptureQueriesContext(connection) as long:
        api.get(f"/orders/{order.pk}/")

    assert len(long) == len(short)


def leads(count, **facts):
    return [{"external_id": f"l{number}", "name": "Ali", "lead_source": "site", **facts} for number in range(count)]


def deals(count, **facts):
    return [
        {"external_id": f"o{number}", "name": "Deal", "amount": 10, "created_at": "2025-09-01T10:00:00Z", **facts}
        for number in range(count)
    ]


BULK = {
    "new leads": ("leads", leads, {}, None),
    "leads given to others": ("leads", leads, {}, lambda number: {"owner": User.objects.filter(role="rep")[number].email}),
    "new opportunities": ("opportunities", deals, {}, None),
    "new won opportunities": ("opportunities", deals, {"won_at": "2025-09-20T10:00:00Z"}, None),
    "opportunities that are won": ("opportunities", deals, {}, lambda _: {"won_at": "2025-09-20T10:00:00Z"}),
    "opportunities that move": (
        "opportunities",
        deals,
        {},
        lambda number: {"stage": OTHER_STAGES[number]},
    ),
}


@pytest.mark.parametrize("case", BULK)
def test_a_bulk_call_of_three_asks_no_more_than_one_of_one(case, api):
    resource, entries, facts, change = BULK[case]
    for _ in range(3):
        make_user("rep")
    api.post(f"/{resource}/bulk/", {"items": [{**entries(1)[0], "external_id": "first"}]})
    counts = []
    for size in (1, 3):
        items = [{**entry, "external_id": f"{size}-{number}"} for number, entry in enumerate(entries(size, **facts))]
        if change is not None:
            api.post(f"/{resource}/bulk/", {"items": items})
            items = [{**item, **change(number)} for number, item in enumerate(items)]
        count, results = queries_of(lambda items=items: api.post(f"/{resource}/bulk/", {"items": items}))
        assert {result["status"] for result in results} == {"updated" if change else "created"}
        counts.append(count)

    assert counts[0] == counts[1]
