"""Two people at one lead or opportunity at the same moment. The first one's transaction is open when the second begins."""

from contextlib import ExitStack
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse

from customers.models import Customer, Order
from customers.services.merging import merge_customers
from customers.services.sales import SaleLine, place_order
from leads import services
from leads.models import Activity, Lead, Opportunity, StageChange
from tests.api_client import Api
from tests.factories.crm import make_token, make_user
from tests.factories.customers import make_customer
from tests.factories.leads import A_DAY, make_lead, make_opportunity, make_quote
from tests.kpis.sessions import at_the_same_time

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.slow]
PHONE = "+989121112233"


@pytest.fixture
def db(written_db):
    """The other connections must see the rows; by its name it says that a database is wanted."""
    return written_db


def while_open(first, second):
    """Both results: `second` begins while the transaction of `first` is not committed yet."""
    with ExitStack() as company:
        with transaction.atomic():
            mine = first()
            theirs = company.enter_context(at_the_same_time(second))
        return mine, theirs.result(timeout=60)


def win(opportunity):
    return lambda: services.win_opportunity(opportunity, by=None, at=A_DAY, amount=Decimal(70))


def lose(opportunity):
    return lambda: services.lose_opportunity(opportunity, by=None, at=A_DAY, reason="Price")


class TestTwoLeadsOfOnePhone:
    @pytest.mark.parametrize("keys", [{"phone": PHONE}, {"email": "ali@example.com"}], ids=["phone", "email"])
    def test_converted_at_once_they_are_one_customer(self, keys):
        one, other = make_lead(**keys), make_lead(name="A. Moradi", **keys)

        opportunities = while_open(
            lambda: services.convert_lead(one, by=None, at=A_DAY), lambda: services.convert_lead(other, by=None, at=A_DAY)
        )

        customer = Customer.objects.get()
        assert [each.customer_id for each in opportunities] == [customer.pk, customer.pk]
        assert set(Lead.objects.values_list("customer", flat=True)) == {customer.pk}

    def test_one_that_buys_meanwhile_is_the_same_customer(self):
        """The shop's order finds the customer whom the conversion is making."""
        lead, api = make_lead(phone=PHONE), Api(Client(), make_token(name="shop"))
        order = {"external_id": "1", "placed_at": "2025-10-01T10:00:00Z", "customer": {"phone": PHONE}}
        order["lines"] = [{"sku": "A", "quantity": 1, "unit_price": 100}]

        _opportunity, response = while_open(
            lambda: services.convert_lead(lead, by=None, at=A_DAY), lambda: api.post("/orders/", order)
        )

        assert (response.status_code, response.json()["customer"]) == (201, Customer.objects.get().pk)

    def test_of_other_phones_they_do_not_wait_for_one_another(self):
        one, other = make_lead(phone=PHONE), make_lead(phone="+989121112255")

        while_open(lambda: services.convert_lead(one, by=None, at=A_DAY), lambda: services.convert_lead(other, by=None, at=A_DAY))

        assert Customer.objects.count() == 2


class TestOneLeadTwice:
    def test_converted_at_once_it_has_one_opportunity(self):
        lead = make_lead(phone=PHONE)

        mine, theirs = while_open(
            lambda: services.convert_lead(lead, by=None, at=A_DAY), lambda: services.convert_lead(lead, by=None, at=A_DAY)
        )

        assert mine == theirs == Opportunity.objects.get()

    def test_merged_into_one_another_at_once_one_of_them_stays(self):
        """Each is to disappear into the other; the second merge meets a lead that is gone."""
        one, other = make_lead(phone=PHONE), make_lead(phone=PHONE)
        api = Api(Client(), make_token(name="shop"))

        _survivor, response = while_open(
            lambda: services.merge_leads(one, into=other, by=None, at=A_DAY),
            lambda: api.post(f"/leads/{other.pk}/merge/", {"into": one.pk}),
        )

        assert (response.status_code, response.json()["code"]) == (409, "conflict")
        assert list(Lead.objects.filter(merged_into=None)) == [other]


def test_an_entry_that_is_changed_while_it_is_taken_back_stays(db):
    omid = make_user("Omid")
    call = services.log_activity(by=omid, at=A_DAY, kind="call", lead=make_lead(owner=omid), body="wants")
    way = services.way_back_of_noted([call], by=omid, at=A_DAY)

    def take_back():
        with pytest.raises(ValidationError, match="it stays as it is"):
            services.take_back_noted(way, by=omid, at=A_DAY)

    while_open(lambda: services.edit_activity(call, by=omid, at=A_DAY, body="wants two"), take_back)

    assert Activity.objects.get().body == "wants two"


class TestWinAndLose:
    @pytest.mark.parametrize(
        ("first", "path", "body", "stage"),
        [(win, "lose", {"reason": "Price"}, "won"), (lose, "win", {"amount": 70}, "lost")],
        ids=["won first", "lost first"],
    )
    def test_the_api_answers_the_second_one_with_a_conflict(self, first, path, body, stage):
        opportunity, api = make_opportunity(), Api(Client(), make_token(name="shop"))

        _closed, response = while_open(first(opportunity), lambda: api.post(f"/opportunities/{opportunity.pk}/{path}/", body))

        assert (response.status_code, response.json()["code"]) == (409, "conflict")
        assert response.json()["detail"] == "This opportunity is closed: reopen it first."
        stages = StageChange.objects.order_by("id").values_list("to_stage__slug", flat=True)
        assert list(stages) == ["contacted", stage]

    @pytest.mark.parametrize("first", [win, lose], ids=["won first", "lost first"])
    def test_moved_meanwhile_it_stays_closed(self, first):
        opportunity, api = make_opportunity(), Api(Client(), make_token(name="shop"))

        closed, response = while_open(
            first(opportunity), lambda: api.post(f"/opportunities/{opportunity.pk}/stage/", {"stage": "demo"})
        )

        assert (response.status_code, response.json()["code"]) == (409, "conflict")
        assert Opportunity.objects.get().stage == closed.stage

    def test_the_page_says_it_on_the_form(self):
        """The board lost it while somebody had the form of winning open."""
        manager = make_user("manager", visibility="all", language="en")
        opportunity, browser = make_opportunity(), Client(headers={"host": "localhost"})
        browser.force_login(manager)
        url = reverse("leads:opportunity-move", args=[opportunity.pk])

        _lost, response = while_open(
            lose(opportunity), lambda: browser.post(url, {"stage": "won", "answered": "1", "amount": "70"})
        )

        assert response.status_code == 200
        assert "This opportunity is closed: reopen it first." in response.content.decode()
        assert Opportunity.objects.get().stage.slug == "lost"


def test_an_order_of_a_deal_and_a_merge_of_its_customer_wait_for_one_another():
    """The order has the deal when the merge begins, and needs the customer then; the merge takes both with it."""
    customer, into, manager = make_customer(), make_customer(), make_user("manager")
    deal = make_opportunity(customer=customer)

    with ExitStack() as company, transaction.atomic():
        services.hold_deals([deal.pk])
        company.enter_context(at_the_same_time(lambda: merge_customers(customer, into=into, by=None, at=A_DAY)))
        lines = [SaleLine(quantity=1, unit_price=Decimal(10), name="Tea")]
        order = place_order(by=manager, at=A_DAY, customer=customer, lines=lines, key="1")
        services.link_order(deal, order=order, by=manager, at=A_DAY)

    assert list(Opportunity.objects.values_list("customer", "orders__customer")) == [(into.pk, into.pk)]


class TestOneQuoteTwice:
    def accepted(self, quote):
        return lambda: Api(Client(), make_token(name=f"t{quote.pk}")).post(f"/quotes/{quote.pk}/accept/", {})

    def test_accepted_at_once_it_is_one_order(self):
        quote = make_quote(lead=make_lead(phone=PHONE))

        mine, theirs = while_open(self.accepted(quote), self.accepted(quote))

        assert mine.json()["order"] == theirs.json()["order"] == Order.objects.get().pk

    def test_of_two_versions_accepted_at_once_one_is_an_order(self):
        lead = make_lead(phone=PHONE)
        first = make_quote(lead=lead)
        second = make_quote(lead=lead, revision_of=first, original=first)

        mine, theirs = while_open(self.accepted(second), self.accepted(first))

        assert (mine.status_code, theirs.status_code, Order.objects.count()) == (200, 409, 1)
