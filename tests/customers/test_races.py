"""Two people, or one press sent twice, at one customer at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import ClassVar
from uuid import uuid4

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from customers.models import Customer, Invitation, Order, OrderLine, Survey
from customers.services.invitations import plan_invitations
from customers.services.merging import merge_customers
from customers.services.sales import SaleLine, place_order
from customers.tasks import follow
from tests.api_client import Api
from tests.factories.crm import make_token, make_user
from tests.factories.customers import NOON, make_customer, make_order
from tests.kpis.sessions import at_the_same_time, session

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.slow]
PRESSES = 4
NEW_ORDER = """
    INSERT INTO customers_order (number, customer_id, placed_at, status, currency, rate, discount, tax, shipping,
                                 net_amount, cost_amount, unknown_costs)
    VALUES ('', %s, %s, 'paid', 'IRR', 1, 0, 0, 0, 0, 0, 0)
"""


@pytest.fixture
def db(written_db):
    """The other connections must see the rows; by its name it says that a database is wanted."""
    return written_db


def browser_of(user):
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def a_sale(token):
    line = {"lines-0-name": "Thing", "lines-0-quantity": "1", "lines-0-unit_price": "1000"}
    return {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "status": "paid", "token": str(token), **line}


class TestOrderForm:
    def test_sent_again_before_the_first_one_is_saved_it_is_one_order(self):
        manager, customer, token = make_user("manager", visibility="all"), make_customer(), uuid4()
        url = reverse("customers:customer-order", args=[customer.pk])
        browser = browser_of(manager)
        # Typed in Toman, as a new user reads money: 1,000 Toman are 10,000 Rial.
        lines = [SaleLine(quantity=1, unit_price=Decimal(10_000), name="Thing")]

        with ExitStack() as company:
            with transaction.atomic():
                order = place_order(by=manager, at=NOON, customer=customer, lines=lines, key=str(token))
                again = company.enter_context(at_the_same_time(lambda: browser.post(url, a_sale(token))))
            response = again.result(timeout=60)

        assert (response.status_code, response["Location"]) == (302, reverse("customers:order-detail", args=[order.pk]))
        assert (Order.objects.count(), OrderLine.objects.count()) == (1, 1)

    def test_pressed_several_times_at_once_it_is_one_order(self):
        manager, customer, token = make_user("manager", visibility="all"), make_customer(), uuid4()
        url = reverse("customers:customer-order", args=[customer.pk])
        barrier = Barrier(PRESSES)

        def press(_number):
            browser = browser_of(manager)
            barrier.wait()
            try:
                return browser.post(url, a_sale(token))
            finally:
                connections.close_all()

        with ThreadPoolExecutor(PRESSES) as pool:
            responses = list(pool.map(press, range(PRESSES)))

        page = reverse("customers:order-detail", args=[Order.objects.get().pk])
        assert [(response.status_code, response["Location"]) for response in responses] == [(302, page)] * PRESSES


class TestCustomerDeletedMeanwhile:
    """The order has found its customer; before it is committed the row is deleted, and perhaps written again."""

    ORDER: ClassVar = {"external_id": "1", "lines": [{"name": "Tea", "quantity": 1, "unit_price": 100}]}
    AGAIN = """
        INSERT INTO customers_customer (id, name, kind, phone, email, national_id, is_test, is_spam, is_archived)
        VALUES (%s, 'b', 'person', '+989121112233', '', '', false, false, false)
    """

    def write(self, path, body, *, is_written_again):
        customer, api = make_customer(phone="+989121112233"), Api(Client(), make_token(name="shop"))
        with session() as other:
            other.execute("DELETE FROM customers_customer WHERE id = %s", [customer.pk])
            if is_written_again:
                other.execute(self.AGAIN, [customer.pk])
            with at_the_same_time(lambda: api.post(path, body(customer.pk))) as answer:
                other.commit()
        return customer.pk, answer.result()

    def test_an_order_is_of_the_row_that_is_there_now(self):
        pk, response = self.write("/orders/", lambda key: {**self.ORDER, "customer": key}, is_written_again=True)

        assert (response.status_code, response.json()["customer"]) == (201, pk)
        assert [order.customer.name for order in Order.objects.all()] == ["b"]

    def test_of_nobody_any_more_it_is_refused(self):
        _pk, response = self.write("/orders/", lambda key: {**self.ORDER, "customer": key}, is_written_again=False)

        errors = [(error["pointer"], error["code"]) for error in response.json()["errors"]]
        assert (response.status_code, errors) == (400, [("/customer", "invalid-reference")])
        assert Order.objects.count() == 0

    def test_known_by_phone_it_is_somebody_new(self):
        order = {**self.ORDER, "customer": {"phone": "09121112233"}}
        _pk, response = self.write("/orders/", lambda _key: order, is_written_again=False)

        assert response.status_code == 201
        assert Order.objects.get().customer == Customer.objects.get()

    def test_in_bulk_each_entry_is_for_itself(self):
        _pk, response = self.write(
            "/orders/bulk/",
            lambda key: {"items": [{**self.ORDER, "customer": key}, {**self.ORDER, "external_id": "2"}]},
            is_written_again=False,
        )

        results = [(result["status"], [error["code"] for error in result["errors"]]) for result in response.json()["results"]]
        assert results == [("error", ["invalid-reference"]), ("created", [])]


def test_planned_twice_at_once_a_customer_is_asked_once():
    customer = make_customer(phone="+989121112233")
    make_order(customer=customer, placed_at=NOON)
    survey = Survey.objects.get(slug="nps")

    def plan():
        return plan_invitations(survey, Customer.objects.filter(pk=customer.pk), at=NOON + timedelta(days=60))

    with ExitStack() as company:
        with transaction.atomic():
            mine = plan()
            waiting = company.enter_context(at_the_same_time(plan))
        theirs = waiting.result(timeout=60)

    assert ([row.customer for row in mine.invited], [row.reason for row in theirs.skipped]) == ([customer], ["asked_lately"])
    assert Invitation.objects.count() == 1


class TestMerge:
    def test_each_into_the_other_at_once_one_of_them_stays(self):
        one, other, api = make_customer(), make_customer(), Api(Client(), make_token(name="shop"))

        with ExitStack() as company:
            with transaction.atomic():
                merge_customers(one, into=other, by=None, at=NOON)
                answer = company.enter_context(
                    at_the_same_time(lambda: api.post(f"/customers/{other.pk}/merge/", {"into": one.pk}))
                )
            response = answer.result(timeout=60)

        assert (response.status_code, response.json()["code"]) == (409, "conflict")
        assert list(Customer.objects.filter(merged_into=None)) == [other]

    def test_an_order_that_is_written_meanwhile_follows(self):
        """Its customer was looked up before the merge, and it is committed after it."""
        customer, into = make_customer(), make_customer()

        with session() as shop:
            shop.execute(NEW_ORDER, [customer.pk, NOON])
            merge_customers(customer, into=into, by=None, at=NOON)
            shop.commit()
        assert Order.objects.get().customer == customer
        follow()

        assert Order.objects.get().customer == into
