"""The window of a cohort, asked by address: on the page of its KPI, in its files, on paper and by the API."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.models import Organization
from crm.periods import parse_period
from crm.services import create_token
from kpis.catalogue import CATALOGUE
from kpis.forms.mailings import initial_of
from kpis.models import Delivery, Mailing, Target
from kpis.readings.summary import Choice, Compare, summarise
from kpis.services.mailings import message_of_delivery
from leads.models import Lead
from tests.api_client import Api
from tests.factories.campaigns import make_channel
from tests.factories.mailings import DUE
from tests.kpis.test_kpi_files import rows_of
from tests.kpis.test_people import saved
from tests.kpis.test_views import MEHR, leads_on, settle, text_of

pytestmark = pytest.mark.django_db
COHORT = "/kpis/lead_conversion_rate_cohort/"


@pytest.fixture
def leads():
    """Four of 1 Mehr by one channel: converted after 5 days, after 30 days, never and never."""
    found = leads_on(1, 1, 1, 1, channel=make_channel(slug="fair", name="Fair"))
    for lead, days in zip(found[:2], (5, 30), strict=True):
        Lead.objects.filter(pk=lead.pk).update(converted_at=MEHR + timedelta(days=days))
    settle()
    return found


def chosen_in(page):
    (select,) = [select for select in page.context["selects"] if select["name"] == "window"]
    return [(value, label) for value, label, is_chosen in select["options"] if is_chosen]


def test_the_page_its_parts_its_rows_and_its_files_have_the_same_window(browse, sara, leads):
    client = browse(sara)
    page = client.get(COHORT + "?period=1404-07&window=29&by=channel")
    files = {what: rows_of(client.get(f"{COHORT}csv/?period=1404-07&window=29&what={what}")) for what in ("trend", "rows")}

    assert (page.context["now"].numerator, page.context["now"].denominator) == (1, 4)
    assert [(part["label"], part["now"].numerator) for part in page.context["parts"]] == [("Fair", 1)]
    assert [row["url"] for row in page.context["row_list"]] == [f"/leads/{leads[0].pk}/"]
    assert (files["trend"][-1]["Value"][:4], [row["Number"] for row in files["rows"]]) == ("0.25", [str(leads[0].pk)])
    assert "window=29" in page.context["files"]["trend"]["csv"]
    assert "window=29" in page.context["steps"]["previous_url"]
    assert chosen_in(page) == [("29", "at most 29 days after entry")]
    assert [address for address in (page.context["clear_url"], page.context["twins"][0].url) if "window" in address] == []
    assert client.get(f"{COHORT}pdf/?period=1404-07&window=29").status_code == 200


def test_the_mail_of_a_page_has_its_window(browse, sara, leads, printed):
    """One of four within 29 days, where two have converted by now; in the form and in the link of the mail, too."""
    client = browse(sara)
    page = client.get(COHORT + "?period=1404-07&window=29")
    asked = client.get("/reports/mail/new/" + page.context["mail_query"]).context["form"].initial
    kept = {name: value for name, value in asked.items() if value is not None} | {"cadence": "month", "hour": "8"}
    sara.language = "fa"
    sara.save(update_fields=["language"])
    refused = client.post("/reports/mail/new/", kept | {"page": "overview", "window": "۲۹"})

    client.post("/reports/mail/new/", kept | {"window": "۲۹"})
    mailing = Mailing.objects.get()
    message = written_of(mailing)

    assert asked["window"] == 29
    assert refused.context["form"].errors["window"] == ["این صفحه پنجرهٔ تبدیل ندارد."]
    assert initial_of(mailing)["window"] == 29
    assert "window=29" in message.body
    assert page.context["now"].value == Decimal("0.25")
    assert "\u2066۲۵٫۰٪\u2069" in printed


def test_and_is_narrowed_to_its_team(browse, sara, omid, leads, printed):
    """Of the five leads of Mehr one is Omid's, who is in the team."""
    leads_on(1, owner=omid)
    settle()
    client = browse(sara)
    page = client.get(f"/kpis/leads/?period=1404-07&team={omid.team_id}")
    asked = client.get("/reports/mail/new/" + page.context["mail_query"]).context["form"].initial
    kept = {name: value for name, value in asked.items() if value is not None} | {"cadence": "month", "hour": "8"}

    client.post("/reports/mail/new/", kept)
    refused = client.post("/reports/mail/new/", kept | {"page": "overview"}).context["form"].errors
    message = written_of(Mailing.objects.get())

    assert list(refused) == ["team"]
    assert f"team={omid.team_id}" in message.body
    assert (page.context["now"].value, printed.count("1") > 0, "5" in printed) == (1, True, False)


def written_of(mailing):
    delivery = Delivery(recipient=mailing.recipients.get(), calendar="jalali", grain="month", start=MEHR.date())
    return message_of_delivery(delivery, DUE)


def test_a_brief_reading_has_no_trend_of_what_only_rows_can_tell_within_a_window(sara, leads):
    kpi = CATALOGUE["lead_conversion_rate_cohort"]
    choice = Choice(parse_period("1404-07"), Compare.PREVIOUS, {}, DUE.date(), sara, Organization.current(), window=29)

    brief = summarise([kpi], choice, is_brief=True)[kpi.key]

    assert [value.numerator for value in brief.trend] == [1]


def test_without_one_every_conversion_counts(browse, sara, leads):
    page = browse(sara).get(COHORT + "?period=1404-07&window=")

    assert page.context["now"].numerator == 2
    assert chosen_in(page) == [("", "Window: none")]
    assert "after entry" not in text_of(page)


def test_a_target_is_for_what_converts_at_any_time(browse, sara, leads):
    Target.objects.create(kpi="lead_conversion_rate_cohort", calendar="jalali", grain="month", start=MEHR.date(), value="0.5")
    client = browse(sara)

    found = {window: client.get(f"{COHORT}?period=1404-07{window}").context["card"].target for window in ("", "&window=30")}

    assert (found[""] is None, found["&window=30"]) == (False, None)


@pytest.mark.parametrize(
    "asked", ["lead_conversion_rate_cohort/?window=soon", "lead_conversion_rate_cohort/?window=-1",
              "lead_conversion_rate_cohort/?window=3661", "repeat_purchase_rate/?window=366", "leads/?window=7",
              "cart_abandonment_rate/?window=1", "leads/csv/?window=7"],
)  # fmt: skip
def test_one_that_cannot_be_is_refused_by_its_name(browse, sara, asked):
    page = browse(sara).get(f"/kpis/{asked}")

    assert page.status_code == 400
    assert f"window={asked.partition('window=')[2]}" in page.content.decode()


def test_only_cohorts_offer_one_and_as_far_as_their_formula_goes(browse, sara):
    selects = {
        key: [option[0] for each in browse(sara).get(f"/kpis/{key}/").context["selects"] if each["name"] == "window"
              for option in each["options"]]
        for key in ("leads", "cart_abandonment_rate", "repeat_purchase_rate")
    }  # fmt: skip

    assert selects == {"leads": [], "cart_abandonment_rate": [], "repeat_purchase_rate": ["", "7", "30", "90", "180", "365"]}


def test_the_api_says_why_a_window_is_refused(browse, sara, leads):
    token, token.secret = create_token(sara, scopes=["*"], at=timezone.now())
    api, month = Api(browse(), token), {"period": "1404-07", "calendar": "jalali"}

    def refusal(key):
        return api.get(f"/kpis/{key}/values/", window="7").json()["errors"][0]["detail"]

    assert refusal("cart_abandonment_rate") == "window “7”: The formula of this KPI has a window of its own."
    assert refusal("revenue") == "window “7”: Only cohort KPIs take a window."
    assert api.get("/kpis/repeat_purchase_rate/values/", window="366").status_code == 400
    rows = api.get("/kpis/lead_conversion_rate_cohort/rows/", window="29", **month).json()
    assert (rows["total"], rows["amount"]) == (1, "1")


@pytest.mark.parametrize(("side", "said"), [("numerator", "Mehr 1404 · up to day 29 after entry"), ("denominator", "Mehr 1404")])
def test_a_list_of_the_people_behind_it_says_the_window_where_it_narrows_them(browse, sara, leads, side, said):
    address = f"kpi/?kpi=lead_conversion_rate_cohort&period=1404-07&window=29&side={side}"
    people_list, members = saved(browse(sara), sara, address)

    assert people_list.said.endswith(said)
    assert members == {lead.pk for lead in (leads[:1] if side == "numerator" else leads)}
