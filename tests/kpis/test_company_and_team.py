"""Figures that set what the whole company spent against the records of one team: they say so, and are never called exact."""

from datetime import UTC, datetime

import pytest

from campaigns.models import Campaign, Expense
from crm.models import User
from kpis.engine import drain
from tests.factories.leads import make_lead
from tests.kpis.test_kpi_files import rows_of

pytestmark = pytest.mark.django_db
MEHR = datetime(2025, 9, 23, 9, tzinfo=UTC)  # 1 Mehr 1404
WHAT = ("what=trend", "what=breakdown&by=campaign")
AGAINST = "the whole company against the records you may see"


@pytest.fixture
def cost(omid, nima):
    """600 rials for three leads, two of them of Omid's team."""
    campaign, day = Campaign.objects.create(name="Autumn"), MEHR.date()
    Expense.objects.create(kind="ads", campaign=campaign, amount=600, valid_from=day, valid_to=day)
    for owner in (omid, omid, nima):
        make_lead(at=MEHR, campaign=campaign, owner=owner)
    drain(at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(("who", "value", "words"), [("sara", 200, "exact"), ("mina", 300, AGAINST)])
@pytest.mark.usefixtures("cost")
def test_a_team_managers_cost_per_lead_says_what_it_is_of(browse, request, who, value, words):
    client = browse(request.getfixturevalue(who))
    page = client.get("/kpis/cost_per_lead/?period=1404-07")

    # 600 ÷ 3 for the company; 600 ÷ 2 where one lead is not to be seen
    assert page.context["now"].value == value
    assert page.context["card"].quality_text.startswith(words)
    files = [rows_of(client.get(f"/kpis/cost_per_lead/csv/?period=1404-07&{what}"))[-1] for what in WHAT]
    assert [(float(row["Value (Toman)"]), row["Quality"]) for row in files] == [(value / 10, words)] * 2


@pytest.mark.usefixtures("cost")
def test_what_is_of_the_team_alone_is_exact(browse, mina):
    page = browse(mina).get("/kpis/leads/?period=1404-07")

    assert (page.context["now"].value, page.context["now"].quality) == (2, "exact")


@pytest.mark.usefixtures("cost")
def test_a_month_is_closed_for_those_too_who_may_not_see_its_figure(browse, sara, omid):
    pages = [browse(who).get("/kpis/cost_per_lead/?period=1404-07").context for who in (sara, omid)]

    assert [(page["now"].reason, str(page["state"])) for page in pages] == [("", "closed"), ("not_visible", "closed")]


def test_a_manager_without_a_team_is_told_why_there_is_nothing_to_see(browse, mina, sara):
    User.objects.filter(pk=mina.pk).update(team=None)
    mina.refresh_from_db()

    places = [(mina, "/kpis/"), (mina, "/campaigns/"), (mina, "/kpis/nps-seasons/"), (sara, "/kpis/")]
    pages = [browse(who).get(address).content.decode() for who, address in places]

    assert ["You are in no team yet" in page for page in pages] == [True, True, True, False]
