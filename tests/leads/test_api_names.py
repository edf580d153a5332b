"""Channels and lead sources as leads name them over HTTP: found however their name is written."""

import pytest

from campaigns.models import Channel, LeadSource
from tests.api_client import Api
from tests.factories.crm import make_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client):
    return Api(client, make_token(name="shop"))


def make(api, **data):
    return api.post("/leads/", {"name": "Ali", **data}).json()


@pytest.mark.parametrize(
    ("texts", "slugs"),
    [
        (("Trade Fair", "trade-fair", "trade fair", "TRADE FAIR!"), ["trade-fair"] * 4),
        # Arabic letters, a joiner for a space, no space at all, a vowel.
        (("کتاب یلدا", "كتاب يلدا", "کتاب\u200cیلدا", "کتابیلدا", "کِتاب یلدا"), ["کتاب-یلدا"] * 5),
        (("11", "=1+1", "=1+1", "11"), ["11", "11-2", "11-2", "11"]),
        (("C", "C#", "c#"), ["c", "c-2", "c-2"]),
    ],
)
def test_a_sources_name_is_the_same_source_in_any_spelling(api, texts, slugs):
    bodies = [make(api, lead_source=text) for text in texts]
    at_once = api.post("/leads/bulk/", {"items": [{"name": "Ali", "lead_source": f"new {text}"} for text in texts]}).json()

    assert [body["lead_source"] for body in bodies] == slugs
    assert {result["status"] for result in at_once["results"]} == {"created"}
    assert LeadSource.objects.filter(name__startswith="new").count() == len(set(slugs))


def test_a_source_with_another_name_is_still_called_by_its_first(api):
    first = make(api, lead_source="Google & Bing")
    LeadSource.objects.filter(slug=first["lead_source"]).update(name="جست‌وجو")

    bodies = [make(api, lead_source=text) for text in ("Google & Bing", "جستوجو", "google-bing")]

    assert {body["lead_source"] for body in bodies} == {first["lead_source"]} == {"google-bing"}


def test_signs_tell_sources_apart(api):
    names = ("Expo 12", "Expo 1-2", "Expo 1 2", "Expo 1.2", "Plan C", "Plan C++")

    slugs = [make(api, lead_source=text)["lead_source"] for text in names]

    assert slugs == ["expo-12", *["expo-1-2"] * 3, "plan-c", "plan-c-2"]


def test_signs_alone_are_no_name_unless_a_source_has_them(api):
    LeadSource.objects.create(slug="leadsource-1", name="!!!")

    found = make(api, lead_source="!!!")
    refused = api.post("/leads/", {"name": "Ali", "lead_source": "???"}).json()["errors"]

    assert found["lead_source"] == "leadsource-1"
    [error] = refused
    assert (error["pointer"], error["code"]) == ("/lead_source", "no-name")
    assert error["detail"] == "This is no name: write a letter or a digit at least."


def test_a_channel_is_found_by_its_name_and_none_is_made(api):
    Channel.objects.create(slug="google", name="گوگل")

    bodies = [make(api, channel=text) for text in ("گوگل", "گوگـل", "Google")]
    refused = api.post("/leads/", {"name": "Ali", "channel": "???"}).json()["errors"]

    assert [body["channel"] for body in bodies] == ["google"] * 3
    assert ([error["code"] for error in refused], Channel.objects.count()) == (["invalid-reference"], 1)
