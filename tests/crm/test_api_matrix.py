"""Every kind of record × every address × every actor × whose record it is: who gets which answer, and what stays as it was."""

import pytest
from django.conf import settings
from django.test import Client

from crm.api.openapi import collect
from customers.models import Answer, Customer, Order, Survey, Ticket
from leads.models import Activity, Lead, Opportunity, Quote, Stage
from tests.api_client import Api
from tests.factories.crm import make_team, make_token, make_user
from tests.factories.customers import NOON

pytestmark = pytest.mark.django_db
ACTORS = ("owner", "manager", "stranger", "closed", "nobody", "token", "admin")
SEES = {
    "own": {"owner", "manager", "token", "admin"},
    "team": {"manager", "token", "admin"},
    "other": {"stranger", "token", "admin"},
    "gone": set(),
}
WITHOUT_ROLE = {"closed", "nobody"}
REPS = {"owner", "stranger"}
MAKERS = {
    "leads": lambda owner: Lead.objects.create(name="before", owner=owner),
    "customers": lambda owner: Customer.objects.create(name="before", owner=owner),
    "orders": lambda owner: Order.objects.create(owner=owner, placed_at=NOON, currency="IRR", number="before"),
    "opportunities": lambda owner: Opportunity.objects.create(owner=owner, name="before", stage=Stage.objects.first()),
    "activities": lambda owner: Activity.objects.create(
        owner=owner, kind="call", lead=Lead.objects.create(name="x"), subject="before"
    ),
    "quotes": lambda owner: Quote.objects.create(
        owner=owner, currency="IRR", number="before", lead=Lead.objects.create(name="x")
    ),
    "tickets": lambda owner: Ticket.objects.create(owner=owner, subject="before"),
    "survey-answers": lambda owner: Answer.objects.create(
        survey=Survey.objects.get(slug="nps"),
        customer=Customer.objects.create(owner=owner),
        score=5,
        answered_at=NOON,
        comment="before",
    ),
}
MODELS = {"leads": Lead, "customers": Customer, "opportunities": Opportunity, "orders": Order, "quotes": Quote}
MODELS |= {"activities": Activity, "tickets": Ticket, "survey-answers": Answer}
CHANGES = {"orders": "number", "quotes": "number", "activities": "subject", "tickets": "subject", "survey-answers": "comment"}
ACTIONS = {
    "leads": ["qualify", "convert", "disqualify", "merge", "archive", "restore"],
    "customers": ["merge", "unmerge", "archive", "restore"],
    "products": ["archive", "restore"],
    "opportunities": ["stage", "win", "lose", "reopen"],
    "orders": ["refunds"],
    "quotes": ["send", "accept", "decline"],
    "surveys": ["invite"],
}


@pytest.fixture
def actors(db):
    team = make_team()
    people = {
        "owner": make_user("rep", team=team),
        "manager": make_user("manager", team=team),
        "stranger": make_user("rep", team=make_team()),
        "closed": make_user("rep", team=team, is_active=False),
        "admin": make_user("admin"),
        "mate": make_user("rep", team=team),
    }
    found = {}
    for name, user in people.items():
        client = Client()
        client.force_login(user)
        found[name] = Api(client)
    found["nobody"], found["token"] = Api(Client()), Api(Client(), make_token())
    return people, found


def rows_of(resource, people):
    make = MAKERS[resource]
    rows = {"own": make(people["owner"]), "team": make(people["mate"]), "other": make(people["stranger"])}
    gone = make(people["owner"])
    key = gone.pk
    gone.delete()
    return {whose: row.pk for whose, row in rows.items()} | {"gone": key}


def test_every_kind_of_owned_record_is_in_the_matrix():
    _, resources = collect(settings.API_MODULES)
    owned = {resource.name for resource in resources if "owner" in {field.name for field in resource.model._meta.fields}}

    assert owned - {"campaigns"} <= MAKERS.keys()
    assert {
        name: [action.name for action in resource.actions]
        for resource in resources
        if (name := resource.name) and resource.actions
    } == ACTIONS


@pytest.mark.parametrize("resource", MAKERS)
def test_one_record_is_read_and_written_by_those_who_see_it(resource, actors):
    people, clients = actors
    keys = rows_of(resource, people)
    field = CHANGES.get(resource, "name")
    wrong = []

    for whose, key in keys.items():
        for actor in ACTORS:
            path = f"/{resource}/{key}/"
            seen = actor in SEES[whose]
            expected = 401 if actor in WITHOUT_ROLE else 200 if seen else 404
            answers = {
                "get": clients[actor].get(path),
                "patch": clients[actor].patch(path, {field: f"by {actor}"}),
                "put": clients[actor].put(path, {field: f"by {actor}"}),
            }
            wanted = {"get": expected, "patch": expected, "put": expected}
            given = {method: response.status_code for method, response in answers.items()}
            shown = answers["get"].content.decode()
            wrong += [(whose, actor, given)] if given != wanted or (not seen and "by " in shown) else []

    assert wrong == []


@pytest.mark.parametrize("resource", MAKERS)
def test_one_record_is_deleted_by_those_who_see_it_and_are_not_measured_by_it(resource, actors):
    """A rep is refused before anything is looked up: the answer tells nothing about the record."""
    people, clients = actors
    wrong = []

    for actor in ACTORS:
        keys = rows_of(resource, people)
        for whose, key in keys.items():
            status = clients[actor].send("delete", f"/{resource}/{key}/", b"").status_code
            expected = 204 if actor in SEES[whose] else 404
            expected = 401 if actor in WITHOUT_ROLE else 403 if actor in REPS else expected
            is_there = MODELS[resource].objects.filter(pk=key).exists()
            wrong += [(actor, whose, status)] if (status, is_there) != (expected, expected != 204 and whose != "gone") else []

    assert wrong == []


@pytest.mark.parametrize("resource", MAKERS)
def test_a_list_shows_what_its_reader_sees(resource, actors):
    people, clients = actors
    keys = rows_of(resource, people)

    for actor in set(ACTORS) - WITHOUT_ROLE:
        listed = {row["id"] for row in clients[actor].get(f"/{resource}/").json()["results"]}
        assert listed & set(keys.values()) == {keys[whose] for whose, seers in SEES.items() if actor in seers}


@pytest.mark.parametrize(
    ("resource", "action"), [(name, action) for name, actions in ACTIONS.items() if name in MAKERS for action in actions]
)
def test_an_action_reaches_only_visible_records(resource, action, actors):
    people, clients = actors
    keys = rows_of(resource, people)
    data = {
        "qualify": {"stage": "mql"},
        "disqualify": {"reason": "x"},
        "merge": {"into": keys["own"]},
        "stage": {"stage": "demo"},
        "lose": {"reason": "x"},
        "refunds": {"amount": 1},
    }.get(action, {})
    before = list(MODELS[resource].objects.order_by("pk").values())

    for actor, whose in [("stranger", "own"), ("owner", "team"), ("owner", "other"), ("nobody", "own"), ("closed", "own")]:
        status = clients[actor].post(f"/{resource}/{keys[whose]}/{action}/", data).status_code
        assert status == (401 if actor in WITHOUT_ROLE else 404), (actor, whose)

    assert list(MODELS[resource].objects.order_by("pk").values()) == before
