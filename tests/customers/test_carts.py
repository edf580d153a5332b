"""Carts and contracts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from customers.models import Cart, Contract
from tests.api_client import Api
from tests.factories.campaigns import NOON, make_channel, make_session
from tests.factories.crm import make_user
from tests.factories.customers import make_cart, make_contract, make_customer, make_order

pytestmark = pytest.mark.django_db


def make(api, path, **data):
    response = api.post(path, data)
    assert response.status_code == 201, response.content
    return response.json()


def cart(**facts):
    return {"external_id": "c1", "created_at": "2025-10-01T12:00:00Z", "amount": "250000", **facts}


def statuses(api, path, *items):
    return [result["status"] for result in api.post(f"{path}bulk/", {"items": list(items)}).json()["results"]]


def errors(response):
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


def test_a_cart_is_created_completed_and_left_alone(api):
    body = make(api, "/carts/", **cart(visitor="v1"))

    assert (body["amount"], body["visitor"], body["completed_at"], body["order"]) == ("250000", "v1", None, None)
    assert statuses(api, "/carts/", cart()) == ["unchanged"]
    assert statuses(api, "/carts/", cart(completed_at="2025-10-01T20:30:00Z")) == ["updated"]
    row = Cart.objects.get()
    assert (row.created_on, row.completed_on) == (date(2025, 10, 1), date(2025, 10, 2))
    assert row.history.count() == 1


def test_an_order_says_who_and_when(api):
    customer = make_customer(source="shop", external_id="7")
    order = make_order(customer=customer, source="shop", external_id="1", placed_at=NOON + timedelta(hours=1))

    body = make(api, "/carts/", **cart(order={"external_id": "1"}))
    said = make(api, "/carts/", **cart(external_id="c2", order=order.pk, customer=None, completed_at="2025-10-01T12:10:00Z"))

    assert (body["order"], body["customer"], body["completed_at"]) == (order.pk, customer.pk, "2025-10-01T16:30:00+03:30")
    assert (said["customer"], said["completed_at"]) == (None, "2025-10-01T15:40:00+03:30")


def test_a_cart_has_its_visitors_last_channel_before_it(api):
    early, late, after = make_channel(), make_channel(), make_channel()
    for channel, hours in ((late, -1), (early, -5), (after, 1)):
        make_session(visitor="v1", channel=channel, started_at=NOON + timedelta(hours=hours))
    make_session(visitor="v1", started_at=NOON)

    found = [
        make(api, "/carts/", **facts)["channel"]
        for facts in (
            cart(visitor="v1"),
            cart(external_id="2", visitor="v1", channel=early.slug),
            cart(external_id="3", visitor="v2"),
            cart(external_id="4"),
        )
    ]

    assert found == [late.slug, early.slug, None, None]
    again = api.post("/carts/bulk/", {"items": [cart(visitor="v1", channel=None)]}).json()["results"]
    assert [result["status"] for result in again] == ["unchanged"]


def test_a_session_that_is_heard_of_later_brings_its_channel(api):
    early, late, own = make_channel(slug="early"), make_channel(slug="late"), make_channel()
    mine = make_cart(visitor="v1")
    given, other = make_cart(visitor="v1", channel=own), make_cart(visitor="v2")
    sessions = [
        {"external_id": name, "visitor": "v1", "started_at": f"2025-10-01T{hour}:00:00Z", "channel": channel}
        for name, hour, channel in (("a", "08", "early"), ("b", "11", "late"), ("c", "13", "early"))
    ]

    assert statuses(api, "/sessions/", *sessions) == ["created"] * 3

    for row in (mine, given, other):
        row.refresh_from_db()
    assert (mine.channel, given.channel, other.channel) == (late, own, None)
    assert early.carts.count() == 0


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"amount": "-1"}, [("/amount", "negative")]),
        ({"amount": "0.5"}, [("/amount", "precision")]),
        ({"customer": 999_999}, [("/customer", "invalid-reference")]),
        ({"order": {"external_id": "none"}}, [("/order", "invalid-reference")]),
        ({"completed_at": "2101-01-01T00:00:00Z"}, [("/completed_at", "date-out-of-range")]),
        ({"items": []}, [("/items", "unknown-field")]),
    ],
)
def test_what_is_wrong_with_a_cart_is_named(api, facts, expected):
    assert errors(api.post("/carts/", cart(**facts))) == expected
    assert Cart.objects.count() == 0


def test_carts_of_test_customers_do_not_count():
    real = [make_cart(), make_cart(customer=make_customer())]
    make_cart(customer=make_customer(is_test=True))
    make_cart(customer=make_customer(is_spam=True))

    assert set(Cart.objects.counted()) == set(real)


def test_whose_a_cart_is(client):
    rep = make_user("rep")
    mine = make_cart(customer=make_customer(owner=rep))
    make_cart(customer=make_customer(owner=make_user("rep")))
    make_cart()
    client.force_login(rep)

    assert [row["id"] for row in Api(client).get("/carts/").json()["results"]] == [mine.pk]
    assert Api(client).post("/carts/", {"customer": mine.customer_id}).status_code == 403
    assert Cart.objects.count() == 3


def test_a_team_manager_writes_no_cart_that_they_would_not_see(client):
    client.force_login(make_user("manager"))

    assert errors(Api(client).post("/carts/", {"amount": 1})) == [("/customer", "required")]
    assert Cart.objects.count() == 0


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("path", ["/carts/", "/contracts/"])
def test_a_list_takes_the_same_queries(api, count, path, django_assert_num_queries):
    for _ in range(count):
        make_cart(customer=make_customer(), channel=make_channel(), order=make_order())
        make_contract()
    api.get(path)

    # token with the organisation, rows
    with django_assert_num_queries(2):
        assert len(api.get(path).json()["results"]) == count


# Contracts


def contract(**facts):
    return {"external_id": "k1", "customer": {"external_id": "7"}, "plan": "Gold", "starts_on": "2025-03-21", **facts}


def test_a_contract_and_its_days(api):
    customer = make_customer(source="shop", external_id="7")
    body = api.post(
        "/contracts/?calendar=jalali", contract(starts_on="1404-01-01", ends_on="1404-12-29", monthly_amount=5)
    ).json()

    assert (body["customer"], body["starts_on"], body["ends_on"]) == (customer.pk, "2025-03-21", "2026-03-20")
    assert (body["plan"], body["monthly_amount"], body["is_trial"]) == ("Gold", "5", False)
    assert statuses(api, "/contracts/", contract()) == ["unchanged"]
    assert statuses(api, "/contracts/", contract(ends_on=None)) == ["updated"]
    assert Contract.objects.get().ends_on is None


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"customer": {"external_id": "8"}}, [("/customer", "invalid-reference")]),
        ({"customer": None}, [("/customer", "wrong-type")]),
        ({"starts_on": "2025-13-01"}, [("/starts_on", "no-such-day")]),
        ({"ends_on": "2025-03-20"}, [("/ends_on", "out-of-range")]),
        ({"monthly_amount": "0.5"}, [("/monthly_amount", "precision")]),
        ({"is_trial": "yes"}, [("/is_trial", "wrong-type")]),
    ],
)
def test_what_is_wrong_with_a_contract_is_named(api, facts, expected):
    make_customer(source="shop", external_id="7")

    assert errors(api.post("/contracts/", contract(**facts))) == expected
    assert Contract.objects.count() == 0


def test_a_contract_has_a_customer_and_a_first_day(api):
    assert errors(api.post("/contracts/", {"plan": "Gold"})) == [("/customer", "required"), ("/starts_on", "required")]


def test_trials_never_count():
    real = make_contract()
    make_contract(is_trial=True)
    make_contract(customer=make_customer(is_test=True))

    assert list(Contract.objects.counted()) == [real]


def test_a_rep_sees_and_writes_contracts_of_their_customers(client):
    rep = make_user("rep")
    mine, other = make_customer(owner=rep), make_customer(owner=make_user("rep"))
    make_contract(customer=other)
    client.force_login(rep)
    api = Api(client)

    made = api.post("/contracts/", {"customer": mine.pk, "starts_on": "2025-01-01"})
    refused = api.post("/contracts/", {"customer": other.pk, "starts_on": "2025-01-01"})

    assert (made.status_code, errors(refused)) == (201, [("/customer", "invalid-reference")])
    assert [row["customer"] for row in api.get("/contracts/").json()["results"]] == [mine.pk]
    assert Contract.objects.count() == 2


def test_the_database_refuses_a_contract_that_ends_before_it_starts():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_contract(ends_on=date(2024, 12, 31))


def test_a_cart_is_created_on_the_organisations_day():
    # 20:29Z is 23:59 in Tehran, 20:30Z the next day
    days = [Cart.objects.get(pk=make_cart(created_at=datetime(2025, 10, 1, 20, m, tzinfo=UTC)).pk).created_on for m in (29, 30)]

    assert days == [date(2025, 10, 1), date(2025, 10, 2)]


def test_a_thousand_carts_take_as_many_statements_as_ten(api, django_assert_max_num_queries):
    make_session(visitor="v1", channel=make_channel(), started_at=NOON - timedelta(hours=1))
    order = make_order()
    items = [cart(external_id=str(number), visitor=f"v{number}", order=order.pk) for number in range(1_000)]

    with django_assert_max_num_queries(15):
        results = api.post("/carts/bulk/", {"items": items}).json()["results"]

    assert {result["status"] for result in results} == {"created"}
    assert Cart.objects.filter(channel__isnull=False).count() == 1


@pytest.mark.parametrize("path", ["/carts/", "/contracts/", "/survey-invitations/"])
def test_a_merged_customer_is_the_one_it_was_merged_into(api, path):
    survivor = make_customer()
    merged = make_customer(source="shop", external_id="7", merged_into=survivor)
    facts = {"/contracts/": {"starts_on": "2025-01-01"}, "/survey-invitations/": {"survey": "nps"}}.get(path, {})

    found = [make(api, path, customer=customer, **facts)["customer"] for customer in (merged.pk, {"external_id": "7"})]

    assert found == [survivor.pk, survivor.pk]
