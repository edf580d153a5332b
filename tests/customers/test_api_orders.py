"""Orders over HTTP: amounts worked by hand."""

from datetime import date
from decimal import Decimal

import pytest

from campaigns.models import Channel
from crm.models import ExchangeRate
from customers.models import Customer, Order, OrderLine, Product
from tests.factories.crm import make_user

pytestmark = pytest.mark.django_db
LINE = {"sku": "A", "name": "Tea", "quantity": 2, "unit_price": "100000"}


def order(**facts):
    return {
        "external_id": "1001",
        "placed_at": "2025-10-01T10:00:00+03:30",
        "status": "paid",
        "lines": [LINE],
        **facts,
    }


def test_a_new_order_is_created_with_customer_and_product(api):
    customer = {"external_id": "c-1", "name": "مریم کاظمی", "phone": "۰۹۱۲۳۴۵۶۷۸۹", "email": "Maryam@Example.com"}

    response = api.post("/orders/", order(customer=customer))

    assert response.status_code == 201, response.content
    body = response.json()
    assert (body["net_amount"], body["total"], body["currency"], body["source"]) == ("200000", "200000", "IRR", "shop")
    assert body["placed_at"] == "2025-10-01T10:00:00+03:30"
    row = Order.objects.get(pk=body["id"])
    assert (row.net_amount, row.cost_amount, row.unknown_costs) == (Decimal(200000), 0, 1)
    buyer = Customer.objects.get()
    assert (buyer.phone, buyer.email, buyer.external_id, buyer.source) == ("+989123456789", "maryam@example.com", "c-1", "shop")
    assert row.customer == buyer
    assert Product.objects.get().sku == "A"


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"status": "fulfilled", "number": "N-1", "source_version": 7, "shipping": "250000.00", "tax": 9000, "total": "459000"},
        {"currency": "EUR", "rate": "51234.5", "lines": [{"sku": "A", "quantity": 3, "unit_price": "10.25", "unit_cost": "4.1"}]},
        {"discount": "100", "lines": [{"name": "بدون کد", "quantity": 1, "unit_price": 1000, "class": "upsell"}, LINE]},
        {"customer": {"phone": "09123456789"}, "owner": "rep@example.com", "channel": "store"},
        {"utm": {"source": "instagram", "medium": "cpc"}, "placed_at": "2025-10-01 10:00:00.123456"},
        {"refunds": [{"external_id": "r-1", "amount": "50000", "refunded_at": "2025-10-02T10:00:00+03:30"}]},
    ],
    ids=["plain", "all sums", "foreign", "discount", "references", "touch", "refund"],
)
def test_a_new_order_is_answered_as_it_reads(api, facts):
    """What is answered without reading again is what is stored."""
    make_user("rep", email="rep@example.com")
    Channel.objects.create(slug="store", name="Store", kind="store")

    created = api.post("/orders/", order(**facts))

    assert created.status_code == 201, created.content
    read = api.get(f"/orders/{created.json()['id']}/")
    assert (created.json(), created["ETag"]) == (read.json(), read["ETag"])


def test_the_same_order_again_changes_nothing(api):
    first = api.post("/orders/", order())
    before = list(Order.objects.values()), list(OrderLine.objects.values())

    again = api.post("/orders/", order())

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (list(Order.objects.values()), list(OrderLine.objects.values())) == before


def test_bulk_reports_each_entry(api):
    api.post("/orders/", order(external_id="old", source_version="5"))
    entries = [
        order(external_id="new"),
        order(external_id="old", source_version=4),
        order(external_id="bad", lines=[{"sku": "A", "quantity": 0, "unit_price": 1}]),
        order(external_id="twice"),
        order(external_id="twice"),
    ]

    response = api.post("/orders/bulk/", {"items": entries})

    assert response.status_code == 200, response.content
    results = response.json()["results"]
    assert [result["status"] for result in results] == ["created", "stale", "error", "error", "error"]
    assert results[2]["errors"][0]["pointer"] == "/lines/0/quantity"
    assert [error["code"] for result in results[3:] for error in result["errors"]] == ["duplicate", "duplicate"]
    assert set(Order.objects.values_list("external_id", flat=True)) == {"old", "new"}


def test_an_order_is_in_a_currency_there_is(api):
    """The Toman is one here. What was stored in another is read, and written on, as before."""
    foreign = {"rate": "7", "lines": [LINE]}
    statuses = {code: api.post("/orders/", order(external_id=code, currency=code, **foreign)) for code in ("AFN", "abc", "XXX")}
    api.post("/orders/", order(external_id="IRT", currency="irt"))

    assert {code: answer.status_code for code, answer in statuses.items()} == {"AFN": 201, "abc": 400, "XXX": 400}
    [error] = statuses["abc"].json()["errors"]
    assert (error["pointer"], error["code"]) == ("/currency", "invalid-currency")
    assert Order.objects.values_list("currency", "net_amount").get(external_id="IRT") == ("IRT", 2_000_000)

    Order.objects.filter(external_id="AFN").update(currency="ABC")
    row = statuses["AFN"].json()["id"]
    assert api.patch(f"/orders/{row}/", {"status": "fulfilled"}).status_code == 200
    assert api.get(f"/orders/{row}/").json()["currency"] == "ABC"
    ExchangeRate.objects.create(currency="ABC", day=date(2025, 9, 1), rate=7)
    assert api.post("/orders/", order(external_id="new", currency="ABC")).status_code == 201
