"""Writing once: idempotency keys, versions, pages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from crm.models import IdempotencyKey
from crm.services import forget_idempotency_keys
from customers.models import Order
from leads.models import Lead
from tests.api_client import Api
from tests.factories.crm import make_token

pytestmark = pytest.mark.django_db


def an_order(**facts):
    lines = [{"sku": "A", "quantity": 1, "unit_price": 100}]
    return {"external_id": "1", "placed_at": "2025-10-01T10:00:00Z", "lines": lines, **facts}


@pytest.fixture
def api(client):
    return Api(client, make_token(name="shop"))


def code(response):
    return response.status_code, response.json()["code"]


def test_an_order_needs_a_key(api):
    response = api.send("post", "/orders/", b"{}", {})

    assert code(response) == (400, "idempotency-key-missing")


@pytest.mark.parametrize("key", ["a" * 256, "a\x00b", "کلید", "a\nb"])
def test_a_key_is_short_printable_ascii(api, key):
    response = api.post("/orders/", an_order(), key=key)

    assert response.status_code == 400
    assert Order.objects.count() == 0


def test_the_same_request_gets_the_first_answer_again(api):
    first = api.post("/orders/", an_order(external_id=None), key="k")

    again = api.post("/orders/", an_order(external_id=None), key="k")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert again.content == first.content
    assert Order.objects.count() == 1


def test_a_key_is_not_used_for_another_request(api):
    api.post("/orders/", an_order(), key="k")

    response = api.post("/orders/", an_order(status="paid"), key="k")

    assert code(response) == (422, "idempotency-key-reused")
    assert Order.objects.get().status == "pending"


def test_a_refused_request_leaves_its_key_free(api):
    refused = api.post("/orders/", an_order(lines=[]), key="k")

    accepted = api.post("/orders/", an_order(), key="k")

    assert (refused.status_code, accepted.status_code) == (400, 201)


def test_keys_are_each_callers_own(api, client):
    api.post("/orders/", an_order(), key="k")

    other = Api(client, make_token(name="other")).post("/orders/", an_order(status="paid"), key="k")

    assert other.status_code == 201
    assert Order.objects.count() == 2


def test_a_key_is_kept_for_72_hours(api):
    api.post("/orders/", an_order(external_id=None), key="k")
    IdempotencyKey.objects.update(created_at=F("created_at") - timedelta(hours=73))

    again = api.post("/orders/", an_order(external_id=None), key="k")

    assert "Idempotent-Replayed" not in again
    assert Order.objects.count() == 2


def test_old_keys_are_forgotten(api):
    api.post("/orders/", an_order(), key="old")
    IdempotencyKey.objects.update(created_at=F("created_at") - timedelta(hours=73))
    api.post("/orders/", an_order(), key="new")

    assert forget_idempotency_keys(at=IdempotencyKey.objects.get(key="new").created_at) == 1
    assert [kept.key for kept in IdempotencyKey.objects.all()] == ["new"]


def test_an_older_version_than_the_stored_is_refused(api):
    created = api.post("/leads/", {"name": "a"})
    path = f"/leads/{created.json()['id']}/"
    changed = api.patch(path, {"name": "b"}, headers={"If-Match": created["ETag"]})

    late = api.patch(path, {"name": "c"}, headers={"If-Match": created["ETag"]})

    assert changed.status_code == 200
    assert changed["ETag"] != created["ETag"]
    assert code(late) == (412, "precondition-failed")
    assert Lead.objects.get().name == "b"


def test_an_unchanged_record_keeps_its_version(api):
    created = api.post("/leads/", {"name": "a", "external_id": "1"})

    again = api.post("/leads/", {"name": "a", "external_id": "1"})

    assert (created.status_code, again.status_code) == (201, 200)
    assert again["ETag"] == created["ETag"]


def test_pages_follow_one_another_in_both_directions(api):
    Lead.objects.bulk_create(Lead(name=f"n{number}") for number in range(5))

    first = api.get("/leads/", limit=2).json()
    second = api.client.get(first["next"], headers=api.headers(None)).json()
    third = api.client.get(second["next"], headers=api.headers(None)).json()
    back = api.client.get(third["previous"], headers=api.headers(None)).json()

    names = [[lead["name"] for lead in page["results"]] for page in (first, second, third, back)]
    assert names == [["n4", "n3"], ["n2", "n1"], ["n0"], ["n2", "n1"]]
    assert (first["previous"], third["next"]) == (None, None)


def test_a_page_stays_in_place_while_records_are_added(api):
    Lead.objects.bulk_create(Lead(name=f"n{number}") for number in range(3))
    first = api.get("/leads/", limit=2).json()
    Lead.objects.create(name="late")

    second = api.client.get(first["next"], headers=api.headers(None)).json()

    assert [lead["name"] for lead in second["results"]] == ["n0"]


def test_a_list_is_a_constant_number_of_queries(api, django_assert_max_num_queries):
    for number in range(3):
        api.post("/orders/", an_order(external_id=str(number)))

    with django_assert_max_num_queries(8):
        body = api.get("/orders/").json()

    assert len(body["results"]) == 3


def test_bulk_with_atomic_writes_all_or_nothing(api):
    items = [{"name": "a"}, {"name": 5}]

    body = api.post("/leads/bulk/", {"items": items, "atomic": True}).json()

    assert [(result["status"], result["errors"][0]["code"]) for result in body["results"]] == [
        ("error", "not-applied"),
        ("error", "wrong-type"),
    ]
    assert Lead.objects.count() == 0


def test_bulk_without_atomic_writes_what_is_good(api):
    body = api.post("/leads/bulk/", {"items": [{"name": "a"}, {"name": 5}, 7]}).json()

    assert [result["status"] for result in body["results"]] == ["created", "error", "error"]
    assert [lead.name for lead in Lead.objects.all()] == ["a"]


@pytest.mark.parametrize(
    ("data", "pointer"),
    [({}, "/items"), ({"items": {}}, "/items"), ({"items": [], "atomic": 1}, "/atomic"), ({"items": [], "all": 1}, "/all")],
)
def test_bulk_takes_items_and_atomic_only(api, data, pointer):
    response = api.post("/leads/bulk/", data)

    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert response.status_code == 400


def test_a_record_stays_its_sources(api, client):
    key = api.post("/leads/", {"name": "a"}).json()["id"]
    other = Api(client, make_token(name="other"))

    body = other.patch(f"/leads/{key}/", {"name": "b"}).json()
    moved = other.patch(f"/leads/{key}/", {"source": "import", "external_id": "7"}).json()

    assert (body["source"], moved["source"], moved["external_id"]) == ("shop", "import", "7")
    assert api.get("/leads/", source="import", external_id="7").json()["results"] == [moved]


@pytest.mark.parametrize("path", ["/leads/", "/orders/"])
def test_a_key_of_another_record_is_refused(api, path):
    data = an_order() if path == "/orders/" else {"name": "a"}
    keys = [api.post(path, {**data, "external_id": text}).json()["id"] for text in ("1", "2")]

    response = api.patch(f"{path}{keys[1]}/", {"external_id": "1"})

    assert code(response) == (409, "duplicate")


@pytest.mark.parametrize(("given", "query"), [("2025-10-01", ""), ("۲۰۲۵-۱۰-۰۱", ""), ("1404-07-09", "?calendar=jalali")])
def test_a_day_alone_is_its_first_moment_here(api, given, query):
    """1 October 2025 is 9 Mehr 1404; it begins in Tehran at 20:30 UTC of the evening before."""
    response = api.post(f"/leads/{query}", {"name": "a", "created_at": given})

    assert response.status_code == 201
    assert Lead.objects.get().created_at == datetime(2025, 9, 30, 20, 30, tzinfo=UTC)
