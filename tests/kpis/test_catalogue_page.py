"""The list of all KPIs, with what each needs and what is aimed at."""

import pytest
from django.utils import timezone

from crm.models import Organization
from crm.periods import Calendar, Grain, period_of
from crm.services import create_token
from kpis.catalogue import CATALOGUE
from kpis.definitions import Unit
from kpis.models import Target
from tests.api_client import Api
from tests.kpis.test_views import leads_on, settle, text_of

pytestmark = pytest.mark.django_db


def test_every_kpi_stands_in_it_with_its_formula(browse, omid):
    page = text_of(browse(omid).get("/kpis/catalog/"))

    for kpi in CATALOGUE.values():
        assert str(kpi.name) in page


def test_it_says_of_each_what_it_needs_and_what_is_aimed_at(browse, sara):
    month = period_of(Organization.current().day_of(timezone.now()), Calendar(sara.calendar), Grain.MONTH)
    Target.objects.create(kpi="churn_rate", calendar=sara.calendar, grain="month", start=month.start, value="0.05")

    groups = browse(sara).get("/kpis/catalog/").context["groups"]
    rows = {row["kpi"].key: row for group in groups for row in group["rows"]}

    about = ("unit", "direction", "cadence", "smallest", "needs", "target")
    assert [rows["churn_rate"][name] for name in about] == ["%", "lower", "Monthly", "30", "orders", "5.0%"]
    assert [rows["orders"][name] for name in about] == ["count", "higher", "Monthly", "", "orders", "—"]
    # Of money to money it is the number of orders behind it.
    assert {kpi.minimum_sample for kpi in CATALOGUE.values() if kpi.unit is Unit.PERCENT} == {30}


def test_what_foretells_is_reviewed_more_often_than_what_takes_a_year(browse, sara):
    token, token.secret = create_token(sara, scopes=["kpis:read"], at=timezone.now())

    cards = Api(browse(), token).get("/kpis/").json()["results"]

    told = {card["key"]: card["cadence"] for card in cards}
    asked = (
        "leads",
        "open_tickets",
        "nps",
        "revenue",
        "customer_lifetime_value",
        "romi_short",
        "romi_long",
        "repeat_purchase_rate",
    )
    assert [told[key] for key in asked] == ["weekly", *["monthly"] * 3, "quarterly", "monthly", "quarterly", "quarterly"]
    assert "<dt>Review</dt><dd>Weekly</dd>" in browse(sara).get("/kpis/leads/").content.decode()


def test_what_lacks_data_says_so(browse, sara):
    leads_on(1)
    settle()

    rows = {row["kpi"].key: row for group in browse(sara).get("/kpis/catalog/").context["groups"] for row in group["rows"]}

    assert rows["leads"]["is_computed"]
    assert rows["revenue"]["reason_text"] == "No data yet: needs orders"


def test_answers_are_entered_at_their_survey_and_invitations_by_the_api_alone(browse, hana):
    asked = ("nps", "csat", "csat_mean", "attitudinal_loyalty", "survey_response_rate")

    urls = [browse(hana).get(f"/kpis/{key}/").context["card"].reason_url for key in asked]

    assert urls == [*["/surveys/"] * 4, "/api/v1/docs"]
