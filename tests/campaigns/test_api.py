"""Campaigns, channels, sources, landing pages and expenses over HTTP."""

from datetime import date
from decimal import Decimal

import pytest

from campaigns.models import Campaign, Channel, Expense, LeadSource, SocialNetwork
from crm.models import ExchangeRate
from tests.api_client import Api
from tests.factories.crm import make_token, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client):
    return Api(client, make_token(name="shop"))


def test_a_channel_is_known_by_its_slug(api):
    first = api.post("/channels/", {"slug": "Google", "name": "گوگل", "kind": "search"})
    again = api.post("/channels/", {"slug": "google", "name": "Google"})

    assert (first.status_code, again.status_code) == (201, 200)
    row = Channel.objects.get()
    assert (row.slug, row.name, row.kind, row.is_marketing) == ("google", "Google", "search", True)
    assert api.get(f"/channels/{row.pk}/").json()["slug"] == "google"


@pytest.mark.parametrize(("kind", "is_marketing"), [("direct", False), ("store", False), ("social", True)])
def test_a_direct_channel_is_no_marketing_unless_said(api, kind, is_marketing):
    api.post("/channels/", {"name": "Some Place", "kind": kind})
    api.post("/channels/", {"slug": "other", "name": "x", "kind": kind, "is_marketing": True})

    assert list(Channel.objects.order_by("pk").values_list("slug", "is_marketing")) == [
        ("some-place", is_marketing),
        ("other", True),
    ]


def test_a_social_network_is_made_as_it_is_named(api):
    body = api.post("/channels/", {"slug": "insta", "name": "x", "social_network": "Instagram"}).json()

    assert body["social_network"] == "instagram"
    assert SocialNetwork.objects.values_list("slug", "name").get() == ("instagram", "Instagram")


@pytest.mark.parametrize("path", ["/channels/", "/lead-sources/", "/social-networks/"])
def test_no_second_row_of_one_name(api, path):
    """In any spelling, beside a stored one or in one call; a name without a slug is the one that is called so."""
    api.post(path, {"slug": "ketab", "name": "کتاب یلدا"})

    second = api.post(path, {"slug": "book", "name": "كتاب\u200cيلدا"})
    other = api.post(path, {"slug": "book", "name": "Book"}).json()
    renamed = api.patch(f"{path}{other['id']}/", {"name": "کتاب یلدا"})
    same = api.post(path, {"name": "كتاب يلدا"})
    pens = [{"slug": "pen", "name": "Pen"}, {"slug": "stift", "name": "Pen"}]
    twice = api.post(f"{path}bulk/", {"items": pens}).json()["results"]

    for refused in (second, renamed):
        [error] = refused.json()["errors"]
        assert (refused.status_code, error["pointer"], error["code"]) == (409, "/name", "duplicate")
        assert error["detail"] == "There is one of this name already: “کتاب یلدا”, by the slug ketab."
    assert (same.status_code, same.json()["slug"], same.json()["name"]) == (200, "ketab", "کتاب یلدا")
    assert [result["errors"] for result in twice] == [is_twin("/name", 1), is_twin("/name", 0)]


def is_twin(pointer, index):
    text = f"This is the same as item {index} of this call: neither is written."
    return [{"pointer": pointer, "code": "duplicate", "detail": text}]


def test_each_of_two_alike_in_one_call_names_the_other(api):
    """By the key that they were sent with; names that only make the same slug are no two alike."""
    items = [{"name": "Expo 11"}, {"name": "Pen"}, {"name": "=11"}, {"name": "pen"}, {"name": "11"}]
    keyed = [{"slug": "a", "external_id": "1"}, {"slug": "a"}, {"slug": "c", "external_id": "1"}]

    bare, named = (api.post("/lead-sources/bulk/", {"items": each}).json()["results"] for each in (items, keyed))

    assert [result["errors"] for result in bare] == [[], is_twin("/name", 3), [], is_twin("/name", 1), []]
    assert [result["errors"] for result in named] == [
        [*is_twin("/external_id", 2), *is_twin("/slug", 1)], is_twin("/slug", 0), is_twin("/external_id", 0),
    ]  # fmt: skip
    assert [LeadSource.objects.get(pk=bare[index]["id"]).slug for index in (0, 2, 4)] == ["expo-11", "11", "11-2"]


def test_two_that_have_one_name_already_are_still_written(api):
    rows = [Channel.objects.create(slug=slug, name="کتاب", kind="other") for slug in ("a", "b")]

    kept = api.patch(f"/channels/{rows[1].pk}/", {"name": "كتاب", "kind": "store"})

    assert (kept.status_code, kept.json()["kind"]) == (200, "store")


def test_a_name_gets_a_slug_of_its_own(api):
    """Signs count in a name and not in its slug."""
    bodies = [api.post("/lead-sources/", {"name": name}).json() for name in ("11", "=1+1", "11")]

    assert [(body["slug"], body["name"]) for body in bodies] == [("11", "11"), ("11-2", "=1+1"), ("11", "11")]


def test_what_a_visit_names_is_found_by_its_name_too(api):
    Channel.objects.create(slug="wa", name="Paid social", kind="social")
    SocialNetwork.objects.create(slug="ig", name="INSTAGRAM")

    made = api.post("/leads/", {"name": "Ali", "utm": {"source": "instagram", "medium": "cpc"}}).json()

    assert (made["channel"], made["social_network"]) == ("wa", "ig")


def test_a_key_and_a_slug_of_two_records_contradict(api):
    api.post("/channels/", {"slug": "a", "name": "a", "external_id": "1"})
    api.post("/channels/", {"slug": "b", "name": "b", "external_id": "2"})

    response = api.post("/channels/", {"slug": "b", "external_id": "1"})

    assert (response.status_code, response.json()["code"]) == (409, "duplicate")


def test_a_campaign_and_its_days(api):
    Channel.objects.create(slug="google", name="Google")
    data = {"name": "نوروز", "channel": "google", "starts_on": "1404-01-01", "ends_on": "1404-01-13", "budget": "۱٬۰۰۰٬۰۰۰"}

    response = api.post("/campaigns/?calendar=jalali", data)
    turned = api.patch(f"/campaigns/{response.json()['id']}/", {"ends_on": "2025-03-20"})

    body = response.json()
    assert (body["starts_on"], body["ends_on"], body["budget"]) == ("2025-03-21", "2025-04-02", "1000000")
    assert (body["goal"], body["goal_event"], body["channel"]) == ("leads", "opportunity", "google")
    assert [(error["pointer"], error["code"]) for error in turned.json()["errors"]] == [("/ends_on", "out-of-range")]
    assert Campaign.objects.get().ends_on == date(2025, 4, 2)


TARGETS = {
    "target_leads": 300,
    "target_mqls": 90,
    "target_sqls": None,
    "target_converted": 60,
    "target_lead_conversion_rate": "0.2",
    "target_cost_per_lead": "250000",
    "target_cost_per_converted_lead": "1250000",
    "target_new_customers": 20,
    "target_orders": 25,
    "target_revenue": "300000000",
    "target_romi_short": "-0.1",
    "target_romi_long": "1.5",
}


def test_a_campaign_and_what_it_is_to_come_to(api):
    sent = TARGETS | {"target_cost_per_lead": "۲۵۰٬۰۰۰", "target_romi_long": 1.5}

    made = api.post("/campaigns/", {"name": "A", "budget": "75000000", **sent}).json()
    freed = api.patch(f"/campaigns/{made['id']}/", {"target_leads": None}).json()
    rep = Api(api.client, make_token(make_user("rep"), name="rep")).get(f"/campaigns/{made['id']}/").json()

    assert {name: made[name] for name in TARGETS} == TARGETS
    assert {name: freed[name] for name in TARGETS} == TARGETS | {"target_leads": None}
    # What something costs, or should, is not for reps.
    hidden = ("budget", "target_cost_per_lead", "target_cost_per_converted_lead", "target_romi_short", "target_romi_long")
    assert [rep[name] for name in hidden] == [None] * 5
    assert (rep["target_revenue"], rep["target_lead_conversion_rate"]) == ("300000000", "0.2")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("target_leads", -1, "out-of-range"),
        ("target_leads", 2**63, "out-of-range"),
        ("target_leads", "3", "wrong-type"),
        ("target_lead_conversion_rate", "-0.1", "negative"),
        ("target_lead_conversion_rate", "0.1234567890123", "precision"),
        ("target_cost_per_lead", "0.5", "precision"),
        ("target_revenue", "-1", "negative"),
        ("target_revenue", 10**18, "amount-too-large"),
        ("target_romi_long", "much", "invalid-amount"),
        ("target_reach", 1, "unknown-field"),
    ],
)
def test_a_target_that_cannot_be_is_refused(api, name, value, code):
    answer = api.post("/campaigns/", {"name": "A", name: value})

    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(f"/{name}", code)]
    assert (answer.status_code, Campaign.objects.count()) == (400, 0)


def test_an_expense_is_kept_in_both_currencies(api):
    ExchangeRate.objects.create(currency="USD", day=date(2025, 9, 1), rate=1000)
    days = {"valid_from": "2025-10-01", "valid_to": "2025-10-31"}
    items = [
        {"external_id": "1", "kind": "ads", "amount": "31000010", **days},
        {"external_id": "2", "kind": "salary", "amount": "100", "currency": "IRT", **days},
        {"external_id": "3", "kind": "content", "amount": "2.5", "currency": "USD", **days},
        {"external_id": "4", "kind": "content", "amount": "1", "currency": "EUR", "rate": "1200", **days},
        {"external_id": "5", "kind": "content", "amount": "1", "currency": "GBP", **days},
        {"external_id": "6", "kind": "content", "amount": "0.5", **days},
    ]

    results = api.post("/expenses/bulk/", {"items": items}).json()["results"]

    assert [result["errors"][0]["code"] for result in results if result["errors"]] == ["rate-missing", "precision"]
    assert list(Expense.objects.order_by("pk").values_list("amount", "currency_amount", "rate")) == [
        (31_000_010, 31_000_010, 1),
        (1_000, 100, 10),
        (2_500, Decimal("2.5"), 1_000),
        (1_200, 1, 1_200),
    ]


def test_an_expense_keeps_its_rate(api):
    ExchangeRate.objects.create(currency="USD", day=date(2025, 9, 1), rate=1000)
    data = {"external_id": "1", "kind": "ads", "amount": 2, "currency": "USD", "valid_from": "2025-10-01"}
    api.post("/expenses/", data)
    before = list(Expense.objects.values())
    ExchangeRate.objects.update(rate=5)

    again = api.post("/expenses/", data)

    assert again.status_code == 200
    assert list(Expense.objects.values()) == before
    changed = api.patch(f"/expenses/{again.json()['id']}/", {"amount": 3}).json()
    assert (changed["amount"], changed["base_amount"], changed["valid_to"]) == ("3", "3000", "2025-10-01")


def test_an_expense_names_a_new_source_and_is_deleted(api):
    body = api.post(
        "/expenses/", {"kind": "ads", "amount": 1, "valid_from": "2025-10-01", "lead_source": "نمایشگاه پاییز"}
    ).json()

    assert LeadSource.objects.get(slug="نمایشگاه-پاییز").name == "نمایشگاه پاییز"
    assert body["lead_source"] == "نمایشگاه-پاییز"
    LeadSource.objects.filter(slug="exhibition").update(name="نمایشگاه")
    assert api.patch(f"/expenses/{body['id']}/", {"lead_source": "نمایشگاه"}).json()["lead_source"] == "exhibition"
    gone = api.send("delete", f"/expenses/{body['id']}/", b"")
    assert (gone.status_code, Expense.objects.count()) == (204, 0)


def test_a_landing_page_is_known_by_its_address(api):
    statuses = [api.post("/landing-pages/", {"url": "https://example.com/a", "title": title}).status_code for title in "ab"]

    assert statuses == [201, 200]


@pytest.mark.parametrize("path", ["/campaigns/", "/channels/", "/landing-pages/", "/lead-sources/", "/social-networks/"])
def test_reps_read_reference_data(client, path):
    client.force_login(make_user("rep"))

    assert Api(client).get(path).status_code == 200
