"""Orders through the API that say which opportunity they are the outcome of."""

import pytest

from customers.models import Order
from tests.api_client import Api
from tests.factories.crm import make_token
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import make_opportunity

pytestmark = pytest.mark.django_db
LINES = [{"name": "Tea", "quantity": 2, "unit_price": "500"}]


@pytest.fixture
def theirs(nima):
    return make_customer(name="Pars", owner=nima)


@pytest.fixture
def deal(omid, theirs):
    """Omid's own, with a customer of Nima's."""
    return make_opportunity(owner=omid, customer=theirs)


@pytest.fixture
def api(client, omid):
    return Api(client, make_token(omid, name="phone"))


def sold():
    return list(Order.objects.order_by("pk").values_list("customer", "owner", "net_amount"))


def refusals(response):
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


@pytest.mark.parametrize("named", ["", "customer"])
def test_a_rep_sells_to_the_customer_of_a_colleague_on_their_own_deal(api, omid, theirs, deal, named):
    response = api.post("/orders/", {"opportunity": deal.pk, "lines": LINES} | ({"customer": theirs.pk} if named else {}))

    assert response.status_code == 201, response.content
    assert (sold(), list(deal.orders.values_list("pk", flat=True))) == ([(theirs.pk, omid.pk, 1000)], [response.json()["id"]])


def test_without_the_deal_the_customer_stays_a_colleagues(api, theirs):
    response = api.post("/orders/", {"customer": theirs.pk, "lines": LINES})

    assert (response.status_code, refusals(response), sold()) == (400, [("/customer", "invalid-reference")], [])


@pytest.mark.parametrize("wish", ["another's deal", "no deal", "another buyer"])
def test_what_is_refused_writes_nothing(api, omid, theirs, deal, wish):
    sent = {
        "another's deal": {"opportunity": make_opportunity(owner=theirs.owner, customer=theirs).pk},
        "no deal": {"opportunity": 0},
        "another buyer": {"opportunity": deal.pk, "customer": make_customer(owner=omid).pk},
    }[wish]

    response = api.post("/orders/", {"lines": LINES} | sent)

    field = {"another buyer": ("/customer", "conflict"), "no deal": ("/opportunity", "out-of-range")}
    assert response.status_code in {400, 409}
    assert (refusals(response), sold()) == ([field.get(wish, ("/opportunity", "invalid-reference"))], [])


def test_in_bulk_each_item_is_judged_by_its_own_deal(api, omid, nima, theirs, deal):
    other = make_opportunity(owner=nima, customer=theirs)
    mine = make_customer(name="Arya", owner=omid)
    items = [
        {"external_id": "1", "opportunity": deal.pk, "lines": LINES},
        {"external_id": "2", "opportunity": other.pk, "lines": LINES},
        {"external_id": "3", "customer": mine.pk, "lines": LINES},
        {"external_id": "4", "customer": theirs.pk, "lines": LINES},
    ]

    results = api.post("/orders/bulk/", {"items": items}).json()["results"]
    again = api.post("/orders/bulk/", {"items": items[:1]}).json()["results"]

    assert [result["status"] for result in results] == ["created", "error", "created", "error"]
    assert [result["status"] for result in again] == ["unchanged"]
    assert (sold(), deal.orders.count()) == ([(theirs.pk, omid.pk, 1000), (mine.pk, omid.pk, 1000)], 1)


def test_a_stored_order_is_linked_and_keeps_its_owner(client, sara, nima, theirs, deal):
    order = make_order(customer=theirs, owner=nima)
    other = make_order(customer=make_customer())
    api = Api(client, make_token(sara, name="desk"))

    linked = api.patch(f"/orders/{order.pk}/", {"opportunity": deal.pk})
    refused = api.patch(f"/orders/{other.pk}/", {"opportunity": deal.pk})

    assert (linked.status_code, refused.status_code, refusals(refused)) == (200, 409, [("/customer", "conflict")])
    order.refresh_from_db()
    assert (list(deal.orders.all()), order.owner) == ([order], nima)
    assert [row["id"] for row in api.get("/orders/", opportunity=deal.pk).json()["results"]] == [order.pk]


def test_a_deal_without_a_customer_leaves_the_buyer_to_the_order(api, omid):
    mine, deal = make_customer(owner=omid), make_opportunity(owner=omid)

    api.post("/orders/", {"opportunity": deal.pk, "customer": mine.pk, "lines": LINES})

    assert (sold(), deal.orders.count()) == ([(mine.pk, omid.pk, 1000)], 1)
