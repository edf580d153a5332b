"""Two callers at once: what one of them holds, the other one meets. Needs real transactions."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from crm.api.writing import Key
from crm.inputs.caller import Caller
from crm.models import IdempotencyKey, Organization
from customers.models import Customer, Order, Product
from tests.api_client import Api
from tests.factories.crm import make_token

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.slow]
WRITERS = 6


@pytest.fixture
def db(written_db):
    """The other connections must see the rows; by its name it says that a database is wanted."""
    return written_db


def an_order(**facts):
    lines = [{"sku": "A", "quantity": 1, "unit_price": 100}, {"sku": "B", "quantity": 1, "unit_price": 100}]
    return {"external_id": "1", "placed_at": "2025-10-01T10:00:00Z", "lines": lines, **facts}


def at_once(work):
    """The answers of several threads that start together."""
    barrier = Barrier(WRITERS)

    def run(number):
        barrier.wait()
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(run, range(WRITERS)))


def test_a_running_request_holds_its_key():
    token = make_token(name="shop")
    api = Api(Client(), token)
    caller = Caller(token.user, Organization.current(), timezone.now())
    key = Key(caller, "/api/v1/orders/", "k", "")

    def hold():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [key.lock])

    def let_go():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key.lock])
        connections.close_all()

    with ThreadPoolExecutor(1) as other:
        other.submit(hold).result()
        response = api.post("/orders/", an_order(), key="k")
        other.submit(let_go).result()

    assert (response.status_code, response.json()["code"]) == (409, "idempotency-in-progress")
    assert response["Retry-After"] == "1"
    assert api.post("/orders/", an_order(), key="k").status_code == 201


def test_one_key_at_once_makes_one_order():
    token = make_token(name="shop")

    responses = at_once(lambda _: Api(Client(), token).post("/orders/", an_order(external_id=None), key="k"))

    assert {response.status_code for response in responses} <= {201, 409}
    assert (Order.objects.count(), IdempotencyKey.objects.count()) == (1, 1)


def test_one_external_id_at_once_makes_one_order():
    token = make_token(name="shop")

    responses = at_once(lambda _: Api(Client(), token).post("/orders/", an_order(customer={"phone": "09120000001"})))

    assert sorted(response.status_code for response in responses) == [200] * (WRITERS - 1) + [201]
    assert (Order.objects.count(), Customer.objects.count(), Product.objects.count()) == (1, 1, 2)


def test_one_phone_at_once_makes_one_customer():
    token = make_token(name="shop")

    responses = at_once(
        lambda n: Api(Client(), token).post("/orders/", an_order(external_id=str(n), customer={"phone": "09120000001"}))
    )

    assert {response.status_code for response in responses} == {201}
    assert (Order.objects.count(), Customer.objects.count()) == (WRITERS, 1)


def test_bulk_calls_in_opposite_order_all_arrive():
    token = make_token(name="shop")
    Api(Client(), token).post("/customers/bulk/", {"items": [{"external_id": str(n), "name": "a"} for n in range(20)]})

    def write(number):
        ids = range(20) if number % 2 else reversed(range(20))
        items = [{"external_id": str(n), "name": f"by {number}"} for n in ids]
        return Api(Client(), token).post("/customers/bulk/", {"items": items})

    responses = at_once(write)

    assert {response.status_code for response in responses} == {200}
    assert {result["status"] for response in responses for result in response.json()["results"]} == {"updated"}
    assert len(set(Customer.objects.values_list("name", flat=True))) == 1


def test_one_new_customer_in_two_bulks_is_one():
    token = make_token(name="shop")
    items = [{"external_id": str(n), "name": "a"} for n in range(10)]

    responses = at_once(lambda _: Api(Client(), token).post("/customers/bulk/", {"items": items}))

    assert {response.status_code for response in responses} == {200}
    statuses = [result["status"] for response in responses for result in response.json()["results"]]
    assert (statuses.count("created"), statuses.count("unchanged")) == (10, 10 * (WRITERS - 1))


def test_a_database_that_only_reads_is_read():
    token = make_token(name="shop")
    api = Api(Client(), token)
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        read, written = api.get("/orders/"), api.post("/orders/", an_order())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")

    assert read.status_code == 200
    assert (written.status_code, written.json()["code"], written["Retry-After"]) == (503, "service-unavailable", "5")
    assert Order.objects.count() == 0


def test_a_held_row_is_not_waited_for_for_ever():
    token = make_token(name="shop")
    api = Api(Client(), token)
    key = api.post("/orders/", an_order()).json()["id"]

    def hold():
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT FROM customers_order WHERE id = %s FOR UPDATE", [key])

    with connection.cursor() as cursor, ThreadPoolExecutor(1) as other:
        other.submit(hold).result()
        cursor.execute("SET statement_timeout = '100ms'")
        try:
            response = api.patch(f"/orders/{key}/", {"status": "paid"})
        finally:
            cursor.execute("RESET statement_timeout")
            other.submit(connections.close_all).result()

    assert (response.status_code, response.json()["code"]) == (503, "service-unavailable")
