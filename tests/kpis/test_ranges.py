"""Days that somebody chose instead of a month. That each KPI is right for them is among the oracle's tests."""

import pytest

from tests.api_client import Api
from tests.factories.crm import make_token
from tests.factories.leads import make_lead
from tests.kpis.test_views import MEHR, leads_on, settle, text_of

pytestmark = pytest.mark.django_db
FORM = "/kpis/range/?next=/kpis/revenue/%3Fperiod%3D1404-07%26compare%3Dlast-year%26after%3D9"


@pytest.fixture
def api(browse, sara):
    return Api(browse(), make_token(sara, ["kpis:read", "leads:read"]))


def chosen(client, first, last):
    return client.post(FORM, {"first": first, "last": last})


def test_days_of_any_digits_and_calendar_lead_back_to_the_page(browse, sara):
    client = browse(sara)

    shown = client.get(FORM).context["form"].initial
    back = [chosen(client, *days).headers["Location"] for days in (("۱۴۰۴/۰۷/۰۳", "2025-10-12"), ("1404-07-03", "1404-07-03"))]

    assert [str(day) for day in (shown["first"], shown["last"])] == ["2025-09-23", "2025-10-22"]
    assert back[0] == "/kpis/revenue/?compare=last-year&period=2025-09-25..2025-10-12"
    assert back[1] == "/kpis/revenue/?compare=last-year&period=2025-09-25"
    assert client.get(back[0]).context["steps"]["label"] == "25 September to 12 October 2025"


@pytest.mark.parametrize(
    ("days", "errors"),
    [
        (("1404-07-20", "1404-07-03"), {"last": "The last day comes before the first one."}),
        (("1400-01-01", "1404-01-01"), {"last": "A range has at most 1096 days: choose years instead."}),
        (("2031-01-01", "2031-01-02"), {"first": "There are no figures of this day."}),
        (("1404-07-31", "1404-08-02"), {"first": "There is no such day in the calendar."}),
    ],
)
def test_days_that_are_no_range_are_refused_with_what_was_typed(browse, sara, days, errors):
    page = chosen(browse(sara), *days)

    assert (page.status_code, page.context["form"].data["first"]) == (200, days[0])
    assert {name: found[0] for name, found in page.context["form"].errors.items()} == errors


@pytest.mark.parametrize(
    ("other", "taken"),
    [("2025-09-01..2025-09-03", True), ("2025-09-01..2025-09-04", False), ("2025-09-23..2025-09-25", False)],
)
def test_it_is_compared_with_as_many_days_before_it_and_with_no_others(browse, sara, other, taken):
    page = browse(sara).get(f"/kpis/leads/?period=2025-09-25..2025-09-27&compare={other}").context

    assert page["steps"]["label"] == "25 to 27 September 2025"
    assert [key for key, _label, is_chosen in page["earlier_periods"] if is_chosen] == [other] * taken


def test_an_address_of_elsewhere_is_not_followed(browse, sara):
    client = browse(sara)

    assert client.get("/kpis/range/?next=https://example.com/").context["cancel_url"] == "/kpis/"
    assert browse().get(FORM).status_code == 302


def test_pages_and_the_api_count_the_days_of_a_range_alone(browse, sara, api):
    """3 to 5 Mehr beside 31 Shahrivar to 2 Mehr, and beside 3 to 5 Mehr of the year before."""
    leads_on(2, 3, 3, 5, 6)
    make_lead(at=MEHR.replace(year=2024))
    settle()

    page = text_of(browse(sara).get("/kpis/leads/?period=1404-07-03..1404-07-05"))
    values = api.get("/kpis/leads/values/?grain=range&from=2025-09-25&to=2025-09-27&by=channel").json()
    rows = api.get("/kpis/leads/rows/?period=2025-09-25..2025-09-27").json()

    assert "vs 31 Shahrivar to 2 Mehr 1404 ( 1 )" in page
    assert (values["grain"], values["results"][0]["period"]["key"]) == ("range", "2025-09-25..2025-09-27")
    assert [each["value"] for each in values["results"]] == ["3", "3"]
    assert rows["total"] == 3


@pytest.mark.parametrize("query", ["grain=range", "grain=range&from=2025-10-01", "grain=range&from=2025-10-02&to=2025-10-01"])
def test_the_api_says_what_a_range_lacks(api, query):
    answer = api.get(f"/kpis/leads/values/?{query}")

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "?to" if "from" in query else "?from")


def test_an_address_that_asks_for_the_running_range_is_refused(browse, sara):
    assert browse(sara).get("/kpis/?grain=range").status_code == 400
