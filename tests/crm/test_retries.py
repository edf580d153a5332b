"""A write that collides with another one is done again from the start, whichever door it came through."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from customers.models import Order
from leads.models import Lead, LeadEvent, Opportunity
from tests.api_client import Api
from tests.factories.crm import make_token, make_user
from tests.factories.customers import make_customer
from tests.factories.leads import make_lead, make_opportunity
from tests.kpis.sessions import at_the_same_time, session

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.slow]
# The server refuses the first writes of a table as if they had collided; a sequence is not rolled back.
REFUSE = """
CREATE SEQUENCE collisions;
CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('collisions') <= {times} THEN
        RAISE EXCEPTION 'collided' USING ERRCODE = '{state}';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER collide AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION collide();
"""
WELCOME = """
DROP FUNCTION IF EXISTS collide() CASCADE;
DROP SEQUENCE IF EXISTS collisions;
"""
ORDER = {
    "external_id": "1",
    "placed_at": "2025-10-01T10:00:00Z",
    "lines": [{"sku": "A", "quantity": 1, "unit_price": 100}],
}


@pytest.fixture
def db(written_db):
    """The other connections must see the rows; by its name it says that a database is wanted."""
    return written_db


@pytest.fixture
def refuse():
    """Makes the server refuse the next writes of a table, and tells how many it has seen since."""

    def prepare(table, state="40001", times=2):
        with connection.cursor() as cursor:
            cursor.execute(REFUSE.format(table=table, state=state, times=times))

    yield prepare
    with connection.cursor() as cursor:
        cursor.execute(WELCOME)


@pytest.fixture
def api():
    return Api(Client(), make_token(name="shop"))


@pytest.fixture
def browser():
    client = Client(headers={"host": "localhost"})
    client.force_login(make_user("admin", is_staff=True, language="en"))
    return client


LINE = {"lines-0-name": "Thing", "lines-0-quantity": "1", "lines-0-unit_price": "10"}
SALE = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "status": "paid", **LINE}
# door: (the table whose first two writes collide, address, what is sent, the answer,
#        how many more leads, opportunities, orders and lead events there are then)
DOORS = {
    "API, create": ("leads_lead", "/leads/", {"name": "b"}, 201, (1, 0, 0, 1)),
    "API, update": ("leads_lead", "/leads/{lead}/", {"name": "b"}, 200, (0, 0, 0, 0)),
    "API, action": ("leads_lead", "/leads/{lead}/qualify/", {"stage": "mql"}, 200, (0, 0, 0, 1)),
    "API, bulk": ("leads_lead", "/leads/bulk/", {"items": [{"name": "b"}]}, 200, (1, 0, 0, 1)),
    "API, order": ("customers_order", "/orders/", ORDER, 201, (0, 0, 1, 0)),
    "page, create": ("leads_lead", "/leads/new/", {"name": "b"}, 302, (1, 0, 0, 1)),
    "page, edit": ("leads_lead", "/leads/{lead}/edit/", {"name": "b"}, 302, (0, 0, 0, 0)),
    "page, action": ("leads_lead", "/leads/{lead}/archive/", {}, 302, (0, 0, 0, 1)),
    "page, many": ("leads_lead", "/leads/bulk/", {"lead": "{lead}", "do": "archive"}, 302, (0, 0, 0, 1)),
    "page, convert": ("leads_opportunity", "/leads/{lead}/convert/", {"opportunity_name": "b"}, 302, (0, 1, 0, 1)),
    "page, move": ("leads_opportunity", "/opportunities/{opportunity}/move/", {"stage": "demo"}, 302, (0, 0, 0, 0)),
    "page, order": ("customers_order", "/customers/{customer}/orders/new/", SALE, 302, (0, 0, 1, 0)),
}


DOORS["settings, create"] = ("crm_team", "/admin/crm/team/add/", {"name": "b"}, 302, (0, 0, 0, 0))


def counts():
    return [model.objects.count() for model in (Lead, Opportunity, Order, LeadEvent)]


@pytest.mark.parametrize("state", ["40001", "40P01", "23503"])
@pytest.mark.parametrize("door", DOORS)
def test_it_is_done_again_and_done_once(door, state, api, browser, refuse):
    table, path, data, status, more = DOORS[door]
    keys = {"lead": make_lead().pk, "opportunity": make_opportunity().pk, "customer": make_customer().pk}
    send = api.post if door.startswith("API") else browser.post
    send = api.patch if door == "API, update" else send
    before = counts()
    refuse(table, state)

    response = send(path.format(**keys), {name: keys["lead"] if value == "{lead}" else value for name, value in data.items()})

    assert response.status_code == status
    assert tuple(now - then for now, then in zip(counts(), before, strict=True)) == more
    if status == 302:
        assert len(list(response.wsgi_request._messages)) == 1


def test_after_five_tries_the_caller_is_told_to_come_back(api, refuse):
    refuse("leads_lead", times=5)

    response = api.post("/leads/", {"name": "b"})
    again = api.post("/leads/", {"name": "b"})

    assert (response.status_code, response.json()["code"], response["Retry-After"]) == (503, "service-unavailable", "5")
    assert again.status_code == 201
    assert Lead.objects.count() == 1


def test_a_row_that_goes_away_each_time_it_is_referred_to_is_a_conflict_to_be_sent_again(api, refuse):
    refuse("customers_order", state="23503", times=5)

    response = api.post("/orders/", ORDER)
    again = api.post("/orders/", ORDER)

    assert (response.status_code, response["Content-Type"], response["Retry-After"]) == (409, "application/problem+json", "1")
    body = response.json()
    assert (body["code"], body["detail"]) == (
        "conflict",
        "What this refers to was changed or deleted at the same moment. Nothing was written: send it again.",
    )
    assert again.status_code == 201
    assert Order.objects.count() == 1


def test_in_bulk_it_is_said_of_the_entry_alone(api, refuse):
    """Five tries with all entries, then each entry by itself: five more for the first."""
    refuse("customers_order", state="23503", times=10)

    response = api.post("/orders/bulk/", {"items": [ORDER, {**ORDER, "external_id": "2"}]})

    first, second = response.json()["results"]
    assert (first["status"], [error["detail"][:17] for error in first["errors"]]) == ("error", ["What this refers "])
    assert (second["status"], second["errors"]) == ("created", [])
    assert [order.external_id for order in Order.objects.all()] == ["2"]


def test_a_real_deadlock_of_two_merges_is_survived(browser):
    """The page holds the first lead and wants the second; somebody holds the second and wants the first."""
    first, second = make_lead(name="a", phone="+989121112233"), make_lead(name="b", phone="+989121112233")
    merge = reverse("leads:lead-merge", args=[first.pk])

    with session() as other:
        other.execute("SET deadlock_timeout = '1h'")  # the page is the one that notices, and gives way
        other.execute("SELECT FROM leads_lead WHERE id = %s FOR UPDATE", [second.pk])
        with at_the_same_time(lambda: browser.post(merge, {"into": second.pk})) as answer:
            other.execute("UPDATE leads_lead SET notes = 'seen' WHERE id = %s", [first.pk])
            other.commit()

    assert answer.result().status_code == 302
    assert Lead.objects.get(pk=first.pk).merged_into == second
