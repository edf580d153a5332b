"""Leads, opportunities and activities over HTTP."""

from datetime import UTC, datetime

import pytest

from campaigns.models import Channel
from customers.models import Customer, Product
from leads.models import Activity, Lead, LeadEvent, Opportunity, StageChange
from tests.api_client import Api
from tests.factories.crm import make_token, make_user
from tests.factories.customers import make_customer
from tests.factories.leads import make_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client):
    return Api(client, make_token(name="shop"))


def make(api, path, **data):
    response = api.post(path, data)
    assert response.status_code == 201, response.content
    return response.json()


def events():
    return list(LeadEvent.objects.order_by("at", "pk").values_list("kind", "at__date__day"))


def code(response):
    return response.status_code, response.json()["code"]


def test_a_history_of_a_lead_is_loaded_with_its_events(api):
    body = make(
        api,
        "/leads/",
        external_id="1",
        name="علی",
        phone="۰۹۱۲۳۴۵۶۷۸۹",
        lead_source="Exhibition",
        created_at="2025-10-01T10:00:00Z",
        mql_at="2025-10-02T10:00:00Z",
        sql_at="2025-10-03T10:00:00Z",
        utm={"source": "instagram", "medium": "paid"},
    )

    assert (body["stage"], body["phone"], body["lead_source"], body["source"]) == ("sql", "+989123456789", "exhibition", "shop")
    assert (body["channel"], body["social_network"]) == ("paid-social", "instagram")
    assert events() == [("created", 1), ("mql", 2), ("sql", 3)]


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/leads/", {"name": "علی", "notes": "a\nb", "is_test": True}),
        ("/leads/", {"phone": "09123456789", "lead_source": "Trade Fair", "owner": "rep@example.com", "channel": "store"}),
        ("/leads/", {"email": "a@example.com", "utm": {"source": "instagram", "medium": "paid", "campaign": "x"}}),
        ("/leads/", {"name": "a", "external_id": "7", "created_at": "2025-10-01", "mql_at": "2025-10-02T10:00:00.5Z"}),
        ("/activities/", {"kind": "demo", "subject": "First look", "owner": "rep@example.com"}),
    ],
)
def test_what_is_new_is_answered_as_it_reads(api, path, sent):
    """What is answered without reading again is what is stored."""
    make_user("rep", email="rep@example.com")
    Channel.objects.create(slug="store", name="Store", kind="store")
    about = {"lead": Lead.objects.create(name="about").pk} if path == "/activities/" else {}

    created = api.post(path, sent | about)

    assert created.status_code == 201, created.content
    read = api.get(f"{path}{created.json()['id']}/")
    assert (created.json(), created["ETag"]) == (read.json(), read["ETag"])


def test_a_second_load_changes_and_notes_only_what_differs(api):
    lead = {"external_id": "1", "name": "a", "created_at": "2025-10-01T10:00:00Z"}
    make(api, "/leads/", **lead)

    statuses = [
        api.post("/leads/bulk/", {"items": [{**lead, **more}]}).json()["results"][0]["status"]
        for more in ({}, {"mql_at": "2025-10-02T10:00:00Z"}, {"mql_at": "2025-10-02T10:00:00Z"}, {"mql_at": None})
    ]

    assert statuses == ["unchanged", "updated", "unchanged", "updated"]
    assert [kind for kind, _ in events()] == ["created", "mql", "reopened"]


def test_a_lead_is_found_by_its_phone_and_address_in_any_spelling(api):
    key = make(api, "/leads/", name="a", phone="09120000001", email="Ali@Example.com")["id"]
    make(api, "/leads/", name="b", phone="09120000002")

    for asked in ({"phone": "0912 000 0001"}, {"phone": "۰۹۱۲۰۰۰۰۰۰۱"}, {"phone": " 989120000001"}, {"email": "ALI@example.com"}):
        assert [row["id"] for row in api.get("/leads/", **asked).json()["results"]] == [key]
    assert api.get("/leads/", phone="12").json()["errors"][0]["pointer"] == "?phone"


def test_a_lead_goes_through_its_actions(api):
    key = make(api, "/leads/", name="علی", phone="09120000001")["id"]

    qualified = api.post(f"/leads/{key}/qualify/", {"stage": "sql", "at": "2025-10-02T10:00:00Z"})
    converted = api.post(
        f"/leads/{key}/convert/", {"opportunity": {"name": "فروش", "amount": "500000"}, "at": "2025-10-03T10:00:00Z"}
    )
    late = api.post(f"/leads/{key}/disqualify/", {"reason": "no money"})

    assert [response.status_code for response in (qualified, converted)] == [200, 200]
    assert code(late) == (409, "conflict")
    body = converted.json()
    opportunity = Opportunity.objects.get(pk=body["opportunities"][0])
    assert (opportunity.name, opportunity.amount, body["stage"]) == ("فروش", 500_000, "converted")
    assert body["customer"] == Customer.objects.get().pk
    assert api.get(f"/opportunities/{opportunity.pk}/").json()["currency"] == "IRR"
    assert Lead.objects.get().converted_at == datetime(2025, 10, 3, 10, tzinfo=UTC)


def test_a_key_converts_to_no_customer_that_its_owner_does_not_see(client):
    rep = make_user("rep", visibility="own")
    hidden = make_customer(owner=make_user("rep"), phone="+989121112233")
    lead = make_lead(owner=rep, phone="+989121112233")

    body = Api(client, make_token(user=rep)).post(f"/leads/{lead.pk}/convert/", {}).json()

    assert (body["customer"] != hidden.pk, Customer.objects.get(pk=body["customer"]).owner) == (True, rep)


def test_leads_are_merged_and_then_left_alone(api):
    first, second = (make(api, "/leads/", name=name, external_id=name)["id"] for name in "ab")

    merged = api.post(f"/leads/{second}/merge/", {"into": first})
    again = api.post("/leads/", {"external_id": "b", "name": "c"})

    assert (merged.status_code, merged.json()["id"]) == (200, first)
    assert code(again) == (409, "conflict")
    assert code(api.post(f"/leads/{first}/merge/", {"into": 999_999})) == (400, "validation-error")


@pytest.mark.parametrize("action", ["qualify", "convert", "disqualify", "merge"])
def test_a_rep_does_nothing_to_others_leads(client, action):
    lead = Lead.objects.create(name="a", owner=make_user("rep"))
    client.force_login(make_user("rep"))

    response = Api(client).post(f"/leads/{lead.pk}/{action}/", {"stage": "sql", "reason": "x", "into": 1})

    assert response.status_code in {400, 404}
    lead.refresh_from_db()
    assert (lead.stage, lead.merged_into) == ("new", None)


def test_a_reps_own_action_happens_now(client):
    rep = make_user("rep")
    lead = Lead.objects.create(name="a", owner=rep)
    client.force_login(rep)
    api = Api(client)

    refused = api.post(f"/leads/{lead.pk}/qualify/", {"stage": "sql", "at": "2025-10-02T10:00:00Z"})
    accepted = api.post(f"/leads/{lead.pk}/qualify/", {"stage": "sql"})

    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [("/at", "not-allowed")]
    assert accepted.status_code == 200
    assert LeadEvent.objects.get().by == rep


# Opportunities


def changes():
    return list(StageChange.objects.order_by("at", "pk").values_list("from_stage__slug", "to_stage__slug", "amount"))


def test_an_opportunity_begins_in_the_first_stage(api):
    Product.objects.create(sku="A")

    body = make(api, "/opportunities/", name="x", amount="100", currency="IRT", products=["A"])

    assert (body["stage"], body["amount"], body["currency"], body["products"]) == ("contacted", "1000", "IRR", ["A"])
    assert changes() == [(None, "contacted", 1000)]


def test_a_won_history_is_loaded_with_its_way(api):
    body = make(api, "/opportunities/", name="x", amount=5, created_at="2025-10-01T00:00:00Z", won_at="2025-10-09T00:00:00Z")

    assert body["stage"] == "won"
    assert changes() == [(None, "contacted", 5), ("contacted", "won", 5)]


def test_a_change_of_amount_or_stage_is_a_dated_row(api):
    key = make(api, "/opportunities/", name="x", amount=5)["id"]
    for data in ({"amount": 7}, {"stage": "demo"}, {"stage": "demo", "name": "y"}):
        assert api.patch(f"/opportunities/{key}/", data).status_code == 200

    assert changes() == [(None, "contacted", 5), ("contacted", "contacted", 7), ("contacted", "demo", 7)]


def test_an_opportunity_goes_through_its_actions(api):
    path = f"/opportunities/{make(api, '/opportunities/', name='x', amount=5, created_at='2025-10-01T10:00:00Z')['id']}"

    bodies = [
        api.post(f"{path}/{action}/", data).json()
        for action, data in (
            ("stage", {"stage": "demo", "at": "2025-10-02T10:00:00Z"}),
            ("win", {"amount": 9, "at": "2025-10-03T10:00:00Z"}),
            ("reopen", {}),
            ("lose", {"reason": "price"}),
        )
    ]

    assert [(body["stage"], body["amount"]) for body in bodies] == [("demo", "5"), ("won", "9"), ("demo", "9"), ("lost", "9")]
    assert (bodies[-1]["lost_reason"], bodies[1]["won_at"]) == ("price", "2025-10-03T13:30:00+03:30")


@pytest.mark.parametrize("stage", ["won", "lost"])
def test_closing_takes_its_verb(api, stage):
    key = make(api, "/opportunities/", name="x")["id"]

    responses = [
        api.patch(f"/opportunities/{key}/", {"stage": stage}),
        api.post(f"/opportunities/{key}/stage/", {"stage": stage}),
    ]

    assert [code(response) for response in responses] == [(409, "conflict")] * 2
    assert Opportunity.objects.get().is_open


@pytest.mark.parametrize("stage", ["", "no-such", 999_999, {"external_id": "demo"}])
def test_a_stage_must_exist(api, stage):
    response = api.post("/opportunities/", {"name": "x", "stage": stage})

    assert [error["pointer"] for error in response.json()["errors"]] == ["/stage"]
    assert (response.status_code, Opportunity.objects.count()) == (400, 0)


def test_unknown_products_are_named(api):
    response = api.post("/opportunities/", {"name": "x", "products": ["A"]})

    assert [error["pointer"] for error in response.json()["errors"]] == ["/products/0"]
    assert Opportunity.objects.count() == 0


@pytest.mark.parametrize("is_opportunity_first", [True, False])
def test_what_was_planned_with_converted_leads_goes_on_with_their_opportunities(api, is_opportunity_first):
    """Of three leads two are converted, one of them to a deal that is lost by now: one step goes on, and what is done stays."""
    leads = [{"external_id": key, "name": key} for key in "abc"]
    keys = {row["external_id"]: row for row in leads}
    api.post("/leads/bulk/", {"items": leads})
    steps = [
        {"external_id": f"{kind}-{key}", "kind": kind, "lead": {"external_id": key}, "due_at": "2026-11-20T10:00:00Z"}
        for key, kind in [("a", "call"), ("b", "call"), ("c", "call")]
    ]
    done = {"external_id": "note-a", "kind": "note", "lead": {"external_id": "a"}}
    api.post("/activities/bulk/", {"items": [*steps, done]})
    converted = [keys["a"] | {"converted_at": "2025-10-03T10:00:00Z"}, keys["b"] | {"converted_at": "2025-10-03T10:00:00Z"}]
    deals = [{"external_id": key, "name": key, "lead": {"external_id": key}} for key in "abc"]
    deals[1]["lost_at"] = "2025-10-04T10:00:00Z"

    calls = [("/leads/bulk/", converted), ("/opportunities/bulk/", deals)]
    for path, items in reversed(calls) if is_opportunity_first else calls:
        api.post(path, {"items": items})

    goes_on = Activity.objects.exclude(opportunity=None)
    assert list(goes_on.values_list("external_id", "opportunity__external_id")) == [("call-a", "a")]


# Activities


def test_an_activity_is_about_somebody(api):
    lead = make(api, "/leads/", name="a", external_id="1")["id"]

    done = make(api, "/activities/", kind="call", lead={"external_id": "1"})
    planned = make(api, "/activities/", kind="demo", lead=lead, due_at="2026-11-20T10:00:00Z")
    nobody = api.post("/activities/", {"kind": "call"})

    assert (done["lead"], bool(done["done_at"]), planned["done_at"], bool(planned["booked_at"])) == (lead, True, None, True)
    assert code(nobody) == (400, "validation-error")
    assert Activity.objects.count() == 2


def test_an_activity_is_written_again_by_its_key(api):
    lead = make(api, "/leads/", name="a")["id"]
    demo = {
        "external_id": "1",
        "kind": "demo",
        "lead": lead,
        "due_at": "2025-10-05T10:00:00Z",
        "booked_at": "2025-10-01T10:00:00Z",
    }
    first = make(api, "/activities/", **demo)

    statuses = [
        api.post("/activities/bulk/", {"items": [{**demo, **more}]}).json()["results"][0]["status"]
        for more in ({}, {"outcome": "no_show"}, {"outcome": "no_show"}, {"kind": "lunch"})
    ]

    assert statuses == ["unchanged", "updated", "unchanged", "error"]
    row = Activity.objects.get()
    assert (row.pk, row.outcome, row.done_at, row.booked_at) == (
        first["id"],
        "no_show",
        None,
        datetime(2025, 10, 1, 10, tzinfo=UTC),
    )


def test_nothing_is_done_in_the_future(api):
    lead = make(api, "/leads/", name="a")["id"]

    response = api.post(
        "/activities/", {"kind": "call", "lead": lead, "done_at": f"{datetime.now(UTC).year + 1}-01-01T10:00:00Z"}
    )

    assert [(error["pointer"], error["code"]) for error in response.json()["errors"]] == [("/done_at", "future-date")]
    assert Activity.objects.count() == 0


@pytest.mark.parametrize("path", ["/activities/", "/quotes/"])
def test_what_sellers_do_is_not_for_support(client, path):
    client.force_login(make_user("support"))
    lead = Lead.objects.create(name="a")

    statuses = [Api(client).get(path).status_code, Api(client).post(path, {"kind": "call", "lead": lead.pk}).status_code]

    assert (statuses, Activity.objects.count()) == ([403, 403], 0)


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_activities_takes_the_same_queries(api, count, django_assert_num_queries):
    for number in range(count):
        Activity.objects.create(kind="call", lead=Lead.objects.create(name=str(number)), owner=make_user("rep"))
    api.get("/activities/")

    # token with the organisation, activities with their owners
    with django_assert_num_queries(2):
        assert len(api.get("/activities/").json()["results"]) == count


def test_a_lead_says_which_visitor_it_was(api):
    body = make(api, "/leads/", name="a", visitor="v1")

    assert (body["visitor"], Lead.objects.get().visitor) == ("v1", "v1")


def test_lists_are_filtered(api):
    Channel.objects.create(slug="google", name="Google")
    make(api, "/leads/", name="مریم", channel="google", created_at="2025-10-01T10:00:00Z")
    make(api, "/leads/", name="علي", created_at="2025-10-05T10:00:00Z")

    def names(**parameters):
        return [lead["name"] for lead in api.get("/leads/", **parameters).json()["results"]]

    assert names(channel="google") == ["مریم"]
    assert names(search="علی") == ["علي"]
    assert names(created_from="2025-10-05T13:30:00+03:30") == ["علي"]
    # 13 Mehr 1404 is 5 October 2025: a day begins at its midnight in Tehran, which is 20:30 UTC of the day before.
    assert names(created_before="1404-07-13", calendar="jalali") == ["مریم"]
    assert names(created_from="2025-10-05") == ["علي"]
    assert api.get("/leads/", created_from="2025-10-05+03:30").status_code == 400
    assert names(source="shop") == ["علي", "مریم"]


def test_whatever_day_a_deal_is_said_to_have_been_closed_on_it_leaves_the_pipeline(api):
    """Closed before it was written down, or before the last of its moves; what came in and left adds up to nothing."""
    made = {"name": "x", "amount": 5, "created_at": "2025-10-05T00:00:00Z"}
    make(api, "/opportunities/", **made, lost_at="2025-10-01T00:00:00Z")
    later = make(api, "/opportunities/", **made)
    api.patch(f"/opportunities/{later['id']}/", {"stage": "contacted"})

    closed = api.patch(f"/opportunities/{later['id']}/", {"won_at": "2025-10-02T00:00:00Z"})

    assert closed.status_code == 200
    last = [
        Opportunity.objects.get(pk=pk).changes.last().to_stage.kind for pk in Opportunity.objects.values_list("pk", flat=True)
    ]
    assert sorted(last) == ["lost", "won"]
