"""Deleting: only what nothing else hangs on, and its own parts go with it."""

import pytest

from crm.dependents import dependents_of
from customers.models import Answer, Customer, Order, OrderLine, Product, Survey, Ticket, TicketEvent
from customers.services.merging import merge_customers
from leads import services
from leads.models import Activity, Lead, LeadEvent, Opportunity, StageChange, Touch
from tests.api_client import Api
from tests.factories.campaigns import make_channel, make_landing_page, make_session
from tests.factories.crm import make_token
from tests.factories.customers import NOON, make_customer, make_order, make_product
from tests.factories.leads import A_DAY, make_lead, make_opportunity, stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client):
    return Api(client, make_token(name="shop"))


def delete(api, path, **headers):
    return api.send("delete", path, b"", headers)


def an_answer(**facts):
    return Answer.objects.create(survey=Survey.objects.get(slug="nps"), score=5, answered_at=NOON, **facts)


def two_answers(customer):
    an_answer(customer=customer)
    an_answer(customer=customer, external_id="1", source="shop")


def an_activity(**facts):
    return Activity.objects.create(kind="call", **facts)


def a_product_of_an_opportunity():
    product = make_product()
    make_opportunity().products.add(product)
    return product


# What hangs on a customer, and what is said of it.
ON_A_CUSTOMER = {
    "an order": (lambda row: make_order(customer=row), "orders (1)"),
    "a lead": (lambda row: make_lead(customer=row), "leads (1)"),
    "an opportunity": (lambda row: make_opportunity(customer=row), "opportunities (1)"),
    "a ticket": (lambda row: Ticket.objects.create(customer=row), "tickets (1)"),
    "answers": (two_answers, "answers (2)"),
    "an activity": (lambda row: an_activity(customer=row), "activities (1)"),
    "a merged record": (lambda row: merge_customers(make_customer(), into=row, by=None, at=NOON), "customers (1)"),
}
# Other records with what hangs on them: (the resource, what makes the record, what is said of it)
ON_OTHERS = {
    "a lead's activity": ("leads", lambda: an_activity(lead=make_lead()).lead, "activities (1)"),
    "a lead's opportunity": ("leads", lambda: make_opportunity(lead=make_lead()).lead, "opportunities (1)"),
    "an order's answer": ("orders", lambda: an_answer(order=make_order()).order, "answers (1)"),
    "a product sold": ("products", lambda: make_order([(1, 5, make_product())]).lines.get().product, "order lines (1)"),
    "a product offered": ("products", a_product_of_an_opportunity, "opportunities (1)"),
    "a channel": ("channels", lambda: make_lead(channel=make_channel()).channel, "leads (1)"),
    "a page": ("landing-pages", lambda: make_session(landing_page=make_landing_page()).landing_page, "sessions (1)"),
    "a survey": ("surveys", lambda: an_answer().survey, "answers (1)"),
}


@pytest.mark.parametrize("case", ON_A_CUSTOMER)
def test_a_customer_on_whom_something_hangs_is_not_deleted(case, api):
    hang, what = ON_A_CUSTOMER[case]
    customer = make_customer()
    hang(customer)

    assert_refused(api, "customers", customer, what)


@pytest.mark.parametrize("case", ON_OTHERS)
def test_what_something_hangs_on_is_not_deleted(case, api):
    resource, make, what = ON_OTHERS[case]

    assert_refused(api, resource, make(), what)


def assert_refused(api, resource, row, what):
    response = delete(api, f"/{resource}/{row.pk}/")

    assert (response.status_code, response.json()["code"]) == (409, "conflict")
    assert response.json()["detail"] == (
        f"Other records hang on this one: {what}. Delete or move them first; leads and customers can be archived."
    )
    assert type(row).objects.filter(pk=row.pk).exists()


def test_a_record_goes_with_its_own_parts(api):
    lead = make_lead()
    Touch.objects.create(lead=lead, at=A_DAY)
    opportunity = make_opportunity()
    services.move_opportunity(opportunity, stage=stage("demo"), by=None, at=A_DAY)
    opportunity.products.add(make_product())
    opportunity.orders.add(make_order())
    ticket = Ticket.objects.create()
    TicketEvent.objects.create(ticket=ticket, kind="opened", at=NOON)
    order = make_order()

    statuses = [
        delete(api, path).status_code
        for path in (
            f"/leads/{lead.pk}/",
            f"/opportunities/{opportunity.pk}/",
            f"/tickets/{ticket.pk}/",
            f"/orders/{order.pk}/",
        )
    ]

    assert statuses == [204] * 4
    gone = (Lead, LeadEvent, Touch, Opportunity, StageChange, Ticket, TicketEvent)
    assert [model.objects.count() for model in gone] == [0] * 7
    assert (Order.objects.count(), OrderLine.objects.count(), Product.objects.count()) == (1, 1, 1)


def test_its_last_image_is_kept(api):
    customer = make_customer(name="Ali")

    delete(api, f"/customers/{customer.pk}/")

    history = Customer._meta.get_field("history").related_model
    assert list(history.objects.filter(id=customer.pk).values_list("pgh_label", "name")) == [("delete", "Ali")]


def test_twice_it_is_not_found(api):
    key = make_customer().pk

    assert [delete(api, f"/customers/{key}/").status_code for _ in range(2)] == [204, 404]


def test_not_what_somebody_changed_meanwhile(api):
    key = make_customer().pk
    seen = api.get(f"/customers/{key}/")["ETag"]
    api.patch(f"/customers/{key}/", {"name": "b"})

    assert delete(api, f"/customers/{key}/", **{"If-Match": seen}).status_code == 412
    assert delete(api, f"/customers/{key}/", **{"If-Match": api.get(f"/customers/{key}/")["ETag"]}).status_code == 204


def test_a_token_that_only_reads_deletes_nothing(client):
    api = Api(client, make_token(scopes=["customers:read"]))
    key = make_customer().pk

    assert delete(api, f"/customers/{key}/").json()["code"] == "insufficient-scope"
    assert Customer.objects.count() == 1


def test_the_schema_tells_of_it(api):
    paths = api.get("/schema/").json()["paths"]
    deletable = {path for path, methods in paths.items() if "delete" in methods}

    assert "/api/v1/customers/{id}/" in deletable
    assert "/api/v1/users/{id}/" not in deletable
    told = paths["/api/v1/orders/{id}/"]["delete"]
    assert told["summary"] == "Delete one of orders that nothing hangs on (managers, administrators and integrations)"
    assert {"204", "403", "404", "409", "412"} <= told["responses"].keys()


def test_nothing_hangs_on_what_stands_alone():
    assert dependents_of(make_customer()) == {}
