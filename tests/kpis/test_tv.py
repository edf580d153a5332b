"""The screen on the wall: what stands on which screen, what is never on it, and who comes next."""

from datetime import UTC, date, datetime, timedelta

import pytest

from customers.models import Answer, Survey
from kpis.catalogue import CATALOGUE
from kpis.dashboards import LEADERS
from kpis.engine import drain
from kpis.models import Annotation
from kpis.services import set_pins
from tests.factories.campaigns import make_channel
from tests.factories.leads import make_lead
from tests.kpis.test_company_pages import questions
from tests.kpis.test_dashboards import make_dashboard, row

pytestmark = pytest.mark.django_db
MEHR = datetime(2025, 9, 23, 6, tzinfo=UTC)  # 1 Mehr 1404, 9:30 in Tehran
DRAINED = datetime(2026, 1, 1, tzinfo=UTC)


def screens(response):
    return [
        [("card" in tile and tile["card"].key, tile["shape"]) for tile in screen]
        for screen, _place in response.context["screens"]
    ]


def test_the_overview_shows_four_cards_a_screen_then_a_line_the_funnel_and_who_promotes(browse, sara):
    """Without any data all are cards that say why; with leads the first trend and the funnel are drawn."""
    set_pins(sara, ["leads", *LEADERS[:4]])
    make_lead(at=MEHR)
    make_lead(at=MEHR - timedelta(days=40))
    Answer.objects.create(survey=Survey.objects.get(kind="nps"), score=9, answered_at=MEHR)
    drain(at=DRAINED)

    page = browse(sara).get("/kpis/?tv=1&period=1404-07")

    kinds = [[shape for _key, shape in screen] for screen in screens(page)]
    assert (kinds[:3], kinds[4]) == ([["card"] * 4, ["card"], ["line"]], ["promoters"])
    assert [key for key, _shape in screens(page)[0]] == ["leads", *LEADERS[:3]]
    assert next(place for _screen, place in page.context["screens"]) == "1 of 5"
    assert (page.context["forced_theme"], page.context["next_url"]) == ("dark", "/kpis/?tv=1&period=1404-07")


def test_nobody_is_named_on_it(browse, sara, omid):
    """A breakdown by owner is left out, a filter by owner is not named, notes are not shown."""
    Annotation.objects.create(user=sara, day=date(2025, 9, 24), text="Aryan called", kpi="leads", is_shared=True)
    shop = make_channel(slug="shop", name="Shop")
    make_lead(at=MEHR, owner=omid, channel=shop, name="Parvin")
    drain(at=DRAINED)
    board = make_dashboard(sara, row("leads", "line"), row("leads", "bar", "owner"), row("leads", "table", "channel"))

    page = browse(sara).get(f"/kpis/dashboards/{board.pk}/?period=1404-07&owner={omid.pk}&channel={shop.pk}&tv=1")

    text = page.content.decode()
    assert screens(page) == [[("leads", "line")], [("leads", "table")]]
    assert page.context["is_shortened"] is True
    assert page.context["words"] == "Mehr 1404 · vs Shahrivar 1404 · Channel: \u2068Shop\u2069 · of one owner"
    assert [name for name in ("Omid", "Sara", "Aryan", "Parvin") if name in text] == []
    assert "Shop" in text


def test_dashboards_take_turns_and_those_that_are_gone_are_passed_over(browse, sara, omid):
    """The ring of this one, the overview, and one that is nobody else's: each knows of the others."""
    first, second = make_dashboard(sara, visibility="everyone"), make_dashboard(sara, channel="null", visibility="everyone")
    hidden = make_dashboard(sara)
    settings = "every=20&refresh=1&theme=light"
    client, address = browse(omid), f"/kpis/dashboards/{first.pk}/?grain=month&tv=1&{settings}"

    page = client.get(f"{address}&also={hidden.pk},{second.pk}&also=overview&also={first.pk}&also=99999999999")
    after = client.get(page.context["next_url"])
    last = client.get(after.context["next_url"])

    assert page.context["next_url"] == (
        f"/kpis/dashboards/{second.pk}/?grain=month&channel=null&compare=previous&tv=1&{settings}&also=overview%2C{first.pk}"
    )
    assert after.context["next_url"] == f"/kpis/?tv=1&{settings}&also={first.pk}%2C{second.pk}"
    assert last.context["next_url"].startswith(f"/kpis/dashboards/{first.pk}/?grain=month&compare=previous&tv=1&")
    assert page.context["exit_url"] == f"/kpis/dashboards/{first.pk}/?grain=month"
    assert [value for value, _label, _is in page.context["others"]] == ["overview", str(second.pk)]


def test_a_page_names_its_screen_by_the_length_of_a_period_that_runs(browse, sara):
    client = browse(sara)

    running = client.get("/kpis/?compare=none&chart=leads").context["tv_url"]
    past = client.get("/kpis/?period=1404-07").context["tv_url"]

    assert running == "/kpis/?compare=none&grain=month&tv=1"
    assert past == "/kpis/?period=1404-07&tv=1"


@pytest.mark.parametrize("query", ["tv=2", "query=x"])
def test_a_parameter_that_the_page_does_not_know_changes_nothing(browse, sara, query):
    page = browse(sara).get(f"/kpis/?period=1404-07&{query}")

    assert (page.status_code, page.context["tv_url"]) == (200, "/kpis/?period=1404-07&tv=1")


@pytest.mark.parametrize("query", ["every=0", "every=121", "every=x", "refresh=61", "theme=pink", "also=x", "also=1,-2"])
def test_settings_that_say_nothing_sensible_are_refused(browse, sara, query):
    assert browse(sara).get(f"/kpis/?tv=1&{query}").status_code == 400


def test_it_is_for_those_who_may_see_the_page(browse, sara, nima):
    board = make_dashboard(sara, visibility="team")

    assert browse(nima).get(f"/kpis/dashboards/{board.pk}/?grain=month&tv=1").status_code == 404
    assert browse().get("/kpis/?tv=1").url.startswith("/account/login/")


def test_many_figures_ask_as_many_questions_as_a_few(browse, sara):
    make_lead(at=MEHR)
    drain(at=DRAINED)
    client = browse(sara)
    few = make_dashboard(sara, row("leads"))
    many = make_dashboard(sara, *(row(key, shape) for key in list(CATALOGUE)[:8] for shape in ("card", "line", "table")))

    asked = [len(questions(client, f"/kpis/dashboards/{board.pk}/?period=1404-07&tv=1")) for board in (few, many)]

    assert max(asked) <= 15
