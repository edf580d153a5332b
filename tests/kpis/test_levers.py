"""The alarm of a landing page and its five levers: why it rings, what was tried, and what moved."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from campaigns.models import Variant
from campaigns.services import start_ab_test
from kpis.abtests import Arm, Effect, Trial
from tests.factories.campaigns import make_landing_page, make_session
from tests.factories.kpis import tehran

pytestmark = pytest.mark.django_db
MEHR = tehran(2025, 9, 25)
MONTH = "?period=1404-07"


def visits(page, key, visitors, conversions, at=MEHR):
    variant = page.variants.get(key=key) if key else None
    for number in range(visitors):
        won = {"converted_at": at} if number < conversions else {}
        make_session(started_at=at, landing_page=page, variant=variant, **won)


def effect(control, *others):
    """Of the first of the others, given as (visitors, conversions)."""
    trial = Trial(None, tuple(Arm(n, "abcdefgh"[n], "", *arm) for n, arm in enumerate((control, *others))))
    return trial.effect(trial.arms[1])


# -- what one variant did ----------------------------------------------------------------------------------------------


def test_the_sheets_own_numbers():
    """p is .007420 of 200 and 250 among 1,000 each, .152918 of 100 and 120."""
    assert effect((1000, 200), (1000, 250)) is Effect.BETTER
    assert effect((1000, 250), (1000, 200)) is Effect.WORSE
    assert effect((1000, 100), (1000, 120)) is Effect.UNSURE


def test_many_tries_need_more_certainty():
    """.007420 × 6 is .0445, × 7 is .0519; variants that nobody has seen do not count."""
    others = [(1000, 225)] * 6
    assert effect((1000, 200), (1000, 250), *others[:5]) is Effect.BETTER
    assert effect((1000, 200), (1000, 250), *others) is Effect.UNSURE
    assert effect((1000, 200), (1000, 250), (0, 0), (0, 0)) is Effect.BETTER


def test_what_nothing_can_be_said_of():
    assert effect((29, 3), (40, 20)) is Effect.TOO_LITTLE
    assert effect((100, 3), (0, 0)) is Effect.TOO_LITTLE
    assert effect((1000, 200), (800, 200)) is Effect.MISMATCH  # one in a thousand at most 930 to 1,070 of 2,000


# -- starting one ------------------------------------------------------------------------------------------------------


def test_a_page_without_variants_is_its_own_first_one():
    page = make_landing_page()

    variant = start_ab_test(page, lever="cta_text", name="  Get  the\x00 price ")
    second = start_ab_test(page, lever="copy")

    assert (variant.key, variant.name, variant.lever, second.key) == ("b", "Get the price", "cta_text", "c")
    assert list(page.variants.values_list("key", "lever")) == [("a", ""), ("b", "cta_text"), ("c", "copy")]


def test_no_lever_is_no_test():
    page = make_landing_page()

    with pytest.raises(ValidationError, match="what the new version changes"):
        start_ab_test(page, lever="everything")

    assert not Variant.objects.exists()


# -- the page ----------------------------------------------------------------------------------------------------------


def shown(client, page):
    return {lever["key"]: lever["tries"] for lever in client.get(f"/kpis/landing-pages/{page.pk}/{MONTH}").context["levers"]}


def test_it_says_why_the_alarm_rings(browse, sara):
    """100 visitors and 20 conversions beside three pages with 5 of 10: the middle is 50 %, the upper bound 28.9 %."""
    busy = make_landing_page(title="Busy")
    visits(busy, "", 100, 20)
    for _ in range(3):
        visits(make_landing_page(), "", 10, 5)
    quiet = make_landing_page()
    client = browse(sara)

    found = client.get(f"/kpis/landing-pages/{busy.pk}/{MONTH}").context
    listed = client.get(f"/kpis/landing-pages/{MONTH}").context["pages"][0]

    # Of 10, 10, 10 and 100 visitors the upper quarter begins at 32.5.
    assert (found["is_alarm"], found["visitors"], found["many"], found["rate"], found["middle"]) == (
        True, "100", "33", "20.0%", "50.0%",
    )  # fmt: skip
    assert found["range"].endswith("28.9%")
    assert listed["levers_url"] == f"/kpis/landing-pages/{busy.pk}/{MONTH}"
    assert client.get(f"/kpis/landing-pages/{quiet.pk}/{MONTH}").context["is_silent"] is True
    assert client.get("/kpis/landing-pages/99999/").status_code == 404


def test_it_shows_which_levers_moved(browse, sara):
    """Of 40 visitors 4 convert as it is, 20 with other words, 5 with another colour; a shorter form was shown to nobody."""
    page = make_landing_page()
    for lever in ("cta_text", "cta_colour", "short_form"):
        start_ab_test(page, lever=lever)
    visits(page, "a", 40, 4)
    visits(page, "b", 40, 20)
    visits(page, "c", 40, 5)

    found = shown(browse(sara), page)

    assert {key: [(each["key"], each["word"]) for each in tries] for key, tries in found.items()} == {
        "cta_colour": [("c", "not yet certain")],
        "cta_text": [("b", "moved it up")],
        "copy": [],
        "short_form": [("d", "too few visitors yet")],
        "social_proof": [],
    }
    assert found["short_form"][0]["gain"] == ""


def test_a_version_is_compared_from_the_day_on_that_it_was_shown(browse, sara):
    """200 visitors came before it: they are no sign that it was shown too rarely."""
    page = make_landing_page()
    start_ab_test(page, lever="copy")
    visits(page, "a", 200, 100, at=MEHR - timedelta(days=1))
    visits(page, "a", 40, 4)
    visits(page, "b", 40, 20)

    (tried,) = shown(browse(sara), page)["copy"]

    assert tried["word"] == "moved it up"


def test_who_keeps_campaigns_starts_a_test(browse, sara, omid):
    page = make_landing_page()
    client = browse(sara)

    client.post(f"/kpis/landing-pages/{page.pk}/start/", {"lever": "social_proof", "name": "Stars"})
    refused = client.post(f"/kpis/landing-pages/{page.pk}/start/", {"lever": "x"}, follow=True)

    assert list(page.variants.values_list("key", "name", "lever")) == [("a", "As it is", ""), ("b", "Stars", "social_proof")]
    assert "Choose what the new version changes." in refused.content.decode()
    assert browse(omid).get(f"/kpis/landing-pages/{page.pk}/").status_code == 403
    assert browse(omid).post(f"/kpis/landing-pages/{page.pk}/start/", {"lever": "copy"}).status_code == 403
    assert page.variants.count() == 2
