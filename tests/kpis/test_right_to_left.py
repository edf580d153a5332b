"""Figures of a Persian page: formulas run as formulas, signs stand at one side, answers say who gave them."""

import csv
import io
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from model_bakery import baker

from campaigns.models import Campaign, Channel, Expense
from crm.preferences import Preferences
from customers.models import Answer, Survey
from kpis.catalogue import CATALOGUE
from kpis.engine import drain
from kpis.readings.words import percent_text, value_text
from tests.factories.customers import make_customer
from tests.factories.leads import make_lead

pytestmark = pytest.mark.django_db
MEHR = datetime(2025, 9, 23, 6, tzinfo=UTC)  # 1 Mehr 1404, 9:30 in Tehran
NEVER = {"source": None, "external_id": None}


@pytest.fixture
def persian(browse, sara):
    sara.language = "fa"
    sara.save(update_fields=["language"])
    return browse(sara)


@pytest.fixture
def campaign():
    """One campaign that cost 1000 rials and brought four leads in Mehr: 250 rials a lead."""
    channel = baker.make(Channel, slug="ads", **NEVER)
    campaign = baker.make(Campaign, name="Mehr", channel=channel, goal="leads", **NEVER)
    day = MEHR.date()
    baker.make(
        Expense,
        kind="ads",
        campaign=campaign,
        channel=None,
        lead_source=None,
        amount=1_000,
        valid_from=day,
        valid_to=day,
        **NEVER,
    )
    for _ in range(4):
        make_lead(at=MEHR, campaign=campaign, channel=channel)
    drain(at=datetime(2026, 1, 1, tzinfo=UTC))
    return campaign


def table_of(response):
    text = b"".join(response.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def answer(score, **facts):
    survey, _ = Survey.objects.get_or_create(slug="year", defaults={"name": "Yearly", "kind": "nps"})
    return baker.make(Answer, survey=survey, score=score, answered_at=MEHR, **NEVER, **facts)


def test_a_formula_is_not_turned_around_by_its_units(persian, campaign):
    page = persian.get("/kpis/cost_per_lead/?period=1404-07")

    # 100 Toman ÷ 4 = 25 Toman, read from the right as the words above it: each operand is isolated and whole.
    assert page.context["card"].formula_filled == "\u2068۱۰۰\u00a0تومان\u2069 ÷ \u2068۴\u2069 = \u2068۲۵\u00a0تومان\u2069"
    assert "<br><strong>\u2068۱۰۰\u00a0تومان" in page.content.decode()


def test_a_signed_figure_keeps_its_sign_at_the_left(sara):
    sara.language = "fa"
    prefs = Preferences(sara, "fa")

    assert value_text(CATALOGUE["nps"], Decimal(-17), prefs) == "\u2066−۱۷\u2069"
    assert value_text(CATALOGUE["nps"], Decimal(44), prefs) == "\u2066+۴۴\u2069"
    assert value_text(CATALOGUE["nps"], Decimal(0), prefs) == "۰"


def test_a_percent_sign_stands_at_one_side_of_its_number_whatever_is_beside_it(sara):
    sara.language = "fa"
    prefs = Preferences(sara, "fa")

    assert value_text(CATALOGUE["churn_rate"], Decimal("0.05"), prefs) == "\u2066۵٫۰٪\u2069"
    assert percent_text(Decimal("0.5"), prefs, 0) == "\u2066۵۰٪\u2069"


def test_an_answer_says_who_gave_it_and_leads_to_where_it_stands(persian):
    customer = make_customer(name="Omid")
    survey = answer(10, customer=customer).survey
    answer(3)
    drain(at=datetime(2026, 1, 1, tzinfo=UTC))

    rows = persian.get("/kpis/nps/?period=1404-07&side=denominator").context["row_list"]

    assert [(row["customer"], row["label"], row["score"], row["url"]) for row in rows] == [
        ("Omid", "Yearly", "۱۰", f"/surveys/{survey.pk}/?answered=2025-09-23..2025-09-23&score=10"),
        ("", "Yearly", "۳", f"/surveys/{survey.pk}/?answered=2025-09-23..2025-09-23&score=3"),
    ]


def test_a_file_names_its_unit_and_has_no_codes(persian, campaign):
    (row,) = table_of(persian.get("/kpis/cost_per_lead/csv/?what=breakdown&by=campaign&period=1404-07"))

    assert (row["مقدار (تومان)"], row["صورت (تومان)"], row["مخرج"]) == ("25.000000000000", "100.00", "4")
    assert (row["سهم"], row["کیفیت"], row["وضعیت"]) == ("1", "دقیق", "بسته")


def test_a_share_has_as_many_decimals_as_a_value(browse, sara):
    channel = baker.make(Channel, slug="ads", name="Ads", **NEVER)
    make_lead(at=MEHR, channel=channel)
    make_lead(at=MEHR)
    make_lead(at=MEHR)
    drain(at=datetime(2026, 1, 1, tzinfo=UTC))

    rows = table_of(browse(sara).get("/kpis/leads/csv/?what=breakdown&by=channel&period=1404-07"))

    # One lead of three came by the channel.
    assert [row["Share"] for row in rows] == ["0.333333333333", "0.666666666667"]


def test_each_file_has_a_name_of_its_own(browse, sara):
    names = {browse(sara).get(f"/kpis/leads/csv/?what={what}")["Content-Disposition"] for what in ("trend", "breakdown", "rows")}

    assert len(names) == 3


def test_a_member_opens_its_figure_of_the_same_period(browse, sara, campaign):
    client = browse(sara)
    (part,) = client.get("/kpis/cost_per_lead/?period=1404-07&by=campaign").context["parts"]

    assert part["url"] == f"?period=1404-07&campaign={campaign.pk}"
    assert client.get(f"/kpis/cost_per_lead/{part['url']}").context["now"].value == 250


def test_a_wrong_address_is_named_in_the_readers_language(persian):
    page = persian.get("/kpis/?period=abc&compare=none")

    assert page.status_code == 400
    assert '<bdi dir="ltr" class="strong">period=abc</bdi>' in page.content.decode()
    assert "نشانی چیزی می‌خواهد که نیست" in page.content.decode()
    assert page.context["without_url"] == "/kpis/?compare=none"


@pytest.mark.parametrize(
    ("address", "found"), [("?by=lead_source", "by=lead_source"), ("?compare=moon", "compare=moon"), ("?side=left", "side=left")]
)
def test_a_wrong_parameter_is_found_by_name_or_content(browse, sara, address, found):
    page = browse(sara).get(f"/kpis/nps/{address}")

    assert (page.status_code, f"{page.context['name']}={page.context['found']}") == (400, found)


@pytest.mark.parametrize(("who", "first"), [("sara", "/kpis/"), ("omid", "/today/")])
def test_the_bar_of_a_phone_begins_with_ones_home(browse, request, who, first):
    page = browse(request.getfixturevalue(who)).get("/kpis/")

    assert page.context["thumbs"][0].url == first
    assert len(page.context["thumbs"]) == 4
    assert {item.url for item in page.context["thumbs"]} & {item.url for item in page.context["beyond"]} == set()


def test_a_phone_offers_whatever_one_may_begin(browse, omid, hana):
    bars = [browse(user).get("/kpis/").content.decode().split('<nav class="bottom-bar"')[1] for user in (omid, hana)]

    offered = [re.findall(r'<a class="menu-item" href="([^"]+)"', bar.split("</nav>")[0]) for bar in bars]
    of_all = ["/customers/new/", "/tickets/new/"]
    of_sellers = ["/leads/new/", "/opportunities/new/", "/orders/new/", "/activities/new/"]
    assert offered == [[*of_sellers, *of_all], ["/orders/new/", *of_all]]
