"""Who may call the API: tokens and their scopes, sessions and CSRF, roles and what they see."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLResolver

from crm.api.problems import PROBLEMS
from crm.api.urls import urlpatterns
from crm.inputs.failures import DETAILS
from crm.models import ApiToken
from crm.scopes import SCOPES
from customers.models import Customer
from leads.models import Lead
from tests.api_client import Api
from tests.factories.crm import make_team, make_token, make_user
from tests.factories.customers import make_customer, make_order

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def session(user):
    client = Client()
    client.force_login(user)
    return Api(client)


def code(response):
    return response.status_code, response.json()["code"]


def test_nobody_is_asked_to_sign_in(client):
    response = Api(client).get("/leads/")

    assert code(response) == (401, "not-authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header", ["Bearer nonsense", "Bearer", "Basic dXNlcjpwYXNz", "Bearer \x7f", "Token snj_1", "Bearer " + "a" * 300]
)
def test_other_credentials_are_refused(client, header):
    response = client.get("/api/v1/leads/", headers={"Authorization": header})

    assert code(response) == (401, "not-authenticated")


@pytest.mark.parametrize(
    "facts", [{"expires_at": NOW - timedelta(days=1)}, {"revoked_at": NOW - timedelta(days=1)}, {"user": "closed"}]
)
def test_a_dead_token_is_refused(client, facts):
    if "user" in facts:
        facts = {"user": make_user("integration", is_active=False)}

    response = Api(client, make_token(**facts)).get("/leads/")

    assert code(response) == (401, "not-authenticated")


def test_a_used_token_remembers_when(client):
    token = make_token()

    Api(client, token).get("/leads/")

    assert ApiToken.objects.get().last_used_at is not None


@pytest.mark.parametrize(
    ("scopes", "method", "expected"),
    [
        (["leads:read"], "get", 200),
        (["leads:read"], "post", 403),
        (["leads:write"], "post", 201),
        (["leads:write"], "get", 403),
        (["orders:read"], "get", 403),
        (["*"], "post", 201),
    ],
)
def test_a_token_does_what_its_scopes_say(client, scopes, method, expected):
    api = Api(client, make_token(scopes=scopes))

    response = api.get("/leads/") if method == "get" else api.post("/leads/", {"name": "a"})

    assert response.status_code == expected
    assert expected != 403 or response.json()["code"] == "insufficient-scope"
    assert Lead.objects.count() == (1 if expected == 201 else 0)


def test_a_session_needs_the_csrf_secret():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("admin"))

    response = Api(client).post("/leads/", {"name": "a"})

    assert code(response) == (403, "csrf-failed")
    assert Lead.objects.count() == 0


@pytest.mark.parametrize(
    ("header", "content_type", "expected"),
    [
        ("right", "application/json", (201, None)),
        ("wrong", "application/json", (403, "csrf-failed")),
        ("", "application/json", (403, "csrf-failed")),
        ("right", "application/x-www-form-urlencoded", (415, "unsupported-media-type")),
        ("right", "multipart/form-data; boundary=none", (415, "unsupported-media-type")),
    ],
)
def test_a_browser_writes_with_its_csrf_secret_in_a_header(header, content_type, expected):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("admin"))
    client.get("/api/v1/docs/")
    secret = client.cookies[settings.CSRF_COOKIE_NAME].value
    headers = {"X-CSRFToken": {"right": secret, "wrong": "a" * len(secret)}.get(header, "")}

    response = Api(client).send("post", "/leads/", '{"name": "a"}', headers, content_type)

    assert (response.status_code, response.json().get("code")) == expected
    assert Lead.objects.count() == (expected[0] == 201)


def test_a_token_needs_no_csrf_secret():
    response = Api(Client(enforce_csrf_checks=True), make_token()).post("/leads/", {"name": "a"})

    assert response.status_code == 201


def test_errors_come_in_the_readers_language(client):
    api = Api(client, make_token())

    english = api.post("/leads/", {}, headers={"Accept-Language": "en"}).json()
    persian = api.post("/leads/", {}, headers={"Accept-Language": "fa"}).json()

    assert english["errors"][0]["detail"] == "This field is required."
    assert persian["code"] == english["code"]


@pytest.mark.parametrize("path", ["/customers/", "/orders/", "/leads/"])
def test_a_rep_sees_only_their_own(path):
    team = make_team()
    omid, sara, nima = make_user("rep", team=team), make_user("manager", team=team), make_user("rep")
    mine, theirs = make_customer(owner=omid), make_customer(owner=nima)
    make_order(customer=mine)
    make_order(customer=theirs)
    for owner in (omid, nima):
        Lead.objects.create(name="x", owner=owner)

    counts = [len(session(user).get(path).json()["results"]) for user in (omid, sara, nima, make_user("admin"))]

    assert counts == [1, 1, 1, 2]


def test_records_of_others_are_not_found_and_not_changed():
    omid, nima = make_user("rep"), make_user("rep")
    theirs = make_customer(owner=nima, name="before")
    api = session(omid)
    path = f"/customers/{theirs.pk}/"

    responses = [api.get(path), api.patch(path, {"name": "after"}), api.put(path, {"name": "after"})]

    assert [code(response) for response in responses] == [(404, "not-found")] * 3
    assert Customer.objects.get().name == "before"


def test_a_reference_to_an_invisible_record_reads_like_one_to_nothing():
    omid, nima = make_user("rep"), make_user("rep")
    theirs = make_customer(owner=nima)
    api = session(omid)
    line = {"sku": "A", "quantity": 1, "unit_price": 1}

    invisible = api.post("/orders/", {"customer": theirs.pk, "lines": [line]}).json()
    unknown = api.post("/orders/", {"customer": theirs.pk + 1000, "lines": [line]}).json()

    assert invisible["errors"] == unknown["errors"]
    assert invisible["errors"][0]["code"] == "invalid-reference"


def test_a_known_key_of_an_invisible_record_is_taken():
    omid, nima = make_user("rep"), make_user("rep")
    make_customer(owner=nima, source="shop", external_id="7", name="before")

    response = session(omid).post("/customers/", {"source": "shop", "external_id": "7", "name": "after"})

    assert code(response) == (409, "duplicate")
    assert Customer.objects.get().name == "before"


@pytest.mark.parametrize(
    ("path", "data", "pointer"),
    [
        ("/leads/", {"name": "a", "created_at": "2025-10-01T00:00:00Z"}, "/created_at"),
        ("/leads/", {"name": "a", "mql_at": "2025-10-01T00:00:00Z"}, "/mql_at"),
        ("/leads/", {"name": "a", "owner": "other@example.com"}, "/owner"),
        ("/leads/", {"name": "a", "owner": None}, "/owner"),
        ("/customers/", {"name": "a", "created_at": "2025-10-01T00:00:00Z"}, "/created_at"),
        (
            "/orders/",
            {"placed_at": "2025-10-01T00:00:00Z", "lines": [{"sku": "A", "quantity": 1, "unit_price": 1}]},
            "/placed_at",
        ),
        ("/orders/", {"lines": [{"sku": "A", "quantity": 1, "unit_price": 1, "unit_cost": 1}]}, "/lines/0/unit_cost"),
    ],
)
def test_a_rep_may_not_write_history_or_for_others(path, data, pointer):
    make_user("rep", email="other@example.com")
    rep = make_user("rep")

    response = session(rep).post(path, data)

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert (Lead.objects.count(), Customer.objects.count()) == (0, 0)


def test_what_a_rep_adds_is_theirs():
    rep = make_user("rep")

    body = session(rep).post("/leads/", {"name": "a"}).json()

    assert body["owner"] == rep.email


@pytest.mark.parametrize(
    ("role", "path", "data"),
    [
        ("rep", "/products/", {"sku": "A"}),
        ("rep", "/channels/", {"slug": "a"}),
        ("support", "/campaigns/", {"name": "a"}),
        ("support", "/leads/", {"name": "a"}),
        ("rep", "/expenses/", {"kind": "ads", "amount": 1, "valid_from": "2025-10-01"}),
    ],
)
def test_roles_bound_what_is_written(role, path, data):
    response = session(make_user(role)).post(path, data)

    assert code(response) == (403, "permission-denied")


def test_costs_are_not_shown_to_reps():
    rep = make_user("rep")
    order = make_order(owner=rep)

    body = session(rep).get(f"/orders/{order.pk}/").json()

    assert (body["cost_amount"], body["lines"][0]["unit_cost"]) == (None, None)
    assert code(session(rep).get("/expenses/")) == (403, "permission-denied")


def test_colleagues_are_those_one_may_see():
    team = make_team()
    omid, sara = make_user("rep", team=team), make_user("manager", team=team)
    make_user("rep")

    seen = [{user["email"] for user in session(user).get("/users/").json()["results"]} for user in (omid, sara)]

    assert seen == [{omid.email}, {omid.email, sara.email}]
    assert "password" not in session(sara).get(f"/users/{sara.pk}/").json()


def test_the_rate_is_limited_per_token(client, settings):
    settings.API_RATE_LIMIT = 2
    api, other = Api(client, make_token()), Api(client, make_token())

    statuses = [api.get("/leads/").status_code for _ in range(6)]

    # the minute may turn once meanwhile
    assert statuses[:2] == [200, 200]
    assert 429 in statuses
    assert other.get("/leads/").status_code == 200
    refused = [response for response in (api.get("/leads/") for _ in range(3)) if response.status_code == 429]
    assert all(1 <= int(response["Retry-After"]) <= 60 for response in refused)


def test_answers_are_private(client):
    response = Api(client, make_token()).get("/leads/")

    assert response["Cache-Control"] == "private, no-store"


def addresses(patterns, base=""):
    """Every address below /api/v1/ as the schema writes it."""
    for each in patterns:
        path = base + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, path)
        else:
            bare = re.sub(r"\(\?P<key>[^)]*\)", "{id}", path.replace("^", "").replace("/?\\Z", "/"))
            yield "/api/v1/" + re.sub(r"<str:(\w+)>", r"{\1}", bare)


def test_the_schema_needs_a_caller_and_describes_every_address(client):
    assert code(client.get("/api/v1/schema/")) == (401, "not-authenticated")

    document = Api(client, make_token(scopes=["leads:read"])).get("/schema/").json()

    assert document["openapi"] == "3.1.0"
    assert document["paths"].keys() | {f"/api/v1/{name}" for name in ("schema/", "docs/", "")} == set(addresses(urlpatterns))
    assert {"get", "post"} <= document["paths"]["/api/v1/orders/"].keys()
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    references = {name.split('"')[0] for name in str(document).replace("'", '"').split("#/components/schemas/")[1:]}
    assert references <= document["components"]["schemas"].keys()


def test_the_schema_says_what_may_be_asked_for_and_what_it_takes(client):
    document = Api(client, make_token()).get("/schema/").json()
    orders, bulk = document["paths"]["/api/v1/orders/"], document["paths"]["/api/v1/orders/bulk/"]["post"]

    asked = {each["name"]: (each["schema"], each["description"]) for each in orders["get"]["parameters"]}
    assert asked["status"] == ({"type": "string", "enum": ["draft", "pending", "paid", "fulfilled", "cancelled"]}, "")
    assert asked["channel"] == ({"type": "string"}, "by id or slug")
    assert asked["opportunity"] == ({"type": "integer"}, "by id")
    assert orders["post"]["description"] == "Needs the scope `orders:write`."
    codes = {status: answer["description"] for status, answer in orders["post"]["responses"].items()}
    assert codes["409"] == "`conflict`, `duplicate`, `idempotency-in-progress`"
    assert ("`insufficient-scope`" in codes["403"], "`idempotency-key-missing`" in codes["400"]) == (True, True)
    assert [each["name"] for each in bulk["parameters"]] == ["calendar"]
    rows = document["paths"]["/api/v1/kpis/{key}/rows/"]["get"]
    assert [each["name"] for each in rows["parameters"] if each.get("required") and each["in"] == "query"] == ["period"]
    assert "`date-out-of-range`" in rows["responses"]["400"]["description"]
    assert document["components"]["schemas"]["Session"]["properties"]["is_engaged"] == {"type": "boolean"}
    text = document["info"]["description"]
    assert all(f"`{code}`" in text for code in (*PROBLEMS, *DETAILS))
    assert ("at most 1,000 and 10 MB" in text, "`limit` is 50" in text, "for 72 hours" in text) == (True, True, True)
    assert {operation["x-required-scope"] for path in document["paths"].values() for operation in path.values()} == SCOPES - {"*"}
    used = {tag for path in document["paths"].values() for operation in path.values() for tag in operation["tags"]}
    assert {tag["name"] for tag in document["tags"]} == used


def test_the_docs_are_for_those_signed_in(client):
    assert client.get("/api/v1/docs/").status_code == 302

    client.force_login(make_user("rep"))

    assert b"swagger-ui-bundle.js" in client.get("/api/v1/docs/").content
