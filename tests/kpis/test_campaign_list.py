"""The list of campaigns: all of them with the sums of a period, where a marketer begins; and what their pages ask."""

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from crm.models import User
from crm.navigation import home_of
from kpis.engine import drain
from tests.conftest import make_user
from tests.kpis.proof import NOW
from tests.kpis.test_campaigns import MONTH, four, leads_of, make_campaign  # noqa: F401 -- the fixture's name is its use
from tests.kpis.test_company_pages import questions

pytestmark = pytest.mark.django_db
URL = "/campaigns/"


@pytest.fixture
def lena(db):
    return make_user("Lena", User.Role.MARKETER, "all", None)


def table(response):
    return {row["name"]: [strip_tags(cell["text"]) for cell in row["cells"]] for row in response.context["rows"]}


@pytest.mark.usefixtures("four")
def test_every_campaign_stands_with_what_it_came_to(browse, lena):
    """In Toman: Autumn 900 for 3 leads, 2 of them converted, is 450 a converted lead; Expo 1,000 for 5 and 1."""
    idle = make_campaign("Idle")

    response = browse(lena).get(URL + MONTH)

    assert [str(column["label"]) for column in response.context["columns"]] == [
        "Spend",
        "Leads",
        "Converted leads",
        "Cost per converted lead",
        "Net revenue",
    ]
    assert list(table(response)) == ["Autumn", "Expo", "Old", "Film", "Idle"]
    assert table(response)["Autumn"][1:3] == ["3", "2"]
    assert table(response)["Idle"][3] == "—"
    last = response.context["rows"][-1]
    assert (last["leads_url"], last["status"]) == (f"/leads/?campaign={idle.pk}", "Running")
    assert last["url"] == reverse("kpis:campaign-detail", args=[idle.pk])


@pytest.mark.usefixtures("four")
def test_it_is_sorted_by_any_column(browse, lena):
    client = browse(lena)

    found = [list(table(client.get(f"{URL}{MONTH}&sort={sort}"))) for sort in ("leads", "revenue", "-spend")]

    assert [names[0] for names in found[:2]] == ["Expo", "Autumn"]
    assert found[2][-1] == "Expo"  # of a sum the largest is the best, and turned it is the last
    assert client.get(f"{URL}?sort=mqls").status_code == 400  # no column of this page


def test_a_marketer_begins_here(browse, lena, sara, omid, hana):
    assert home_of(lena) == URL
    assert browse(lena).get("/", follow=True).request["PATH_INFO"] == URL
    assert [browse(user).get(URL).status_code for user in (sara, omid, hana, None)] == [200, 200, 403, 302]
    in_menu = ['href="/campaigns/"' in browse(user).get("/kpis/").content.decode() for user in (lena, omid)]
    assert in_menu == [True, False]


@pytest.mark.usefixtures("four")
def test_a_rep_sees_no_costs(browse, omid):
    response = browse(omid).get(URL + MONTH)

    assert [str(column["label"]) for column in response.context["columns"]] == ["Leads", "Converted leads", "Net revenue"]
    assert "spent" not in response.content.decode()


@pytest.mark.parametrize("who", ["sara", "omid"])
def test_the_report_and_a_campaigns_page_ask_few_questions(browse, request, who):
    """As many for eleven campaigns as for one."""
    user = request.getfixturevalue(who)
    client, asked = browse(user), {}
    for count in (1, 11):
        for n in range(count):
            campaign = make_campaign(f"{count} {n}", 100)
            leads_of(campaign, 2, converted=1, owner=user)
        drain(at=NOW)
        addresses = (f"/reports/campaigns/{MONTH}", f"/campaigns/{campaign.pk}/?rows=leads")
        asked[count] = [len(questions(client, address)) for address in addresses]

    assert asked[11] == asked[1]
    assert max(asked[1]) <= 20
