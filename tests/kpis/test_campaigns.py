"""The report card of campaigns and the page of one: figures by hand, their rows, who sees them, and in how few clicks."""

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.utils import timezone

from campaigns.models import Campaign, Channel, Expense, SocialNetwork, SocialPost
from crm.services import create_token
from customers.models import OrderLine
from kpis.engine import drain
from kpis.readings.campaigns import BY_KEY, Campaigns, Life
from kpis.readings.query import Query
from leads.models import Lead
from tests.api_client import Api
from tests.factories.campaigns import make_landing_page, make_session
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.factories.leads import make_lead
from tests.kpis.proof import NOW, TODAY, Calendar, Grain, card, periods_of
from tests.kpis.test_company_pages import period_before
from tests.spreadsheets import csv_rows

pytestmark = pytest.mark.django_db
MEHR = tehran(2025, 9, 25)
MONTH = "?period=1404-07"
DAYS = (date(2025, 9, 23), date(2025, 9, 30))


def make_campaign(name, spend=0, days=DAYS, **facts):
    made = Campaign.objects.create(name=name, starts_on=days[0], ends_on=days[1], **facts)
    if spend:
        Expense.objects.create(kind="ads", amount=spend, campaign=made, valid_from=days[0], valid_to=days[1])
    return made


def leads_of(campaign, count, *, at=MEHR, converted=0, owner=None):
    made = [make_lead(at=at, campaign=campaign, owner=owner, name=f"{campaign} {n}") for n in range(count)]
    Lead.objects.filter(pk__in=[lead.pk for lead in made[:converted]]).update(converted_at=MEHR, mql_at=MEHR)
    return made


def sale(campaign, at, price, cost, customer=None):
    order = make_order(lines=(), customer=customer or make_customer(campaign=campaign), placed_at=at)
    OrderLine.objects.create(order=order, position=0, quantity=1, unit_price=price, unit_cost=cost)
    return order


@pytest.fixture
def four():
    """Of Mehr 1404: Autumn 9,000 for 3 leads, 2 of them converted; Expo 10,000 for 5 and 1; Old nothing, for a lead of the
    month before; Film, which is not for leads, 1,000. One order of 12,000 that cost 4,000 by Autumn."""
    autumn, expo = make_campaign("Autumn", 9_000), make_campaign("Expo", 10_000)
    old = make_campaign("Old", 700, days=(date(2025, 8, 1), date(2025, 8, 10)))
    film = make_campaign("Film", 1_000, goal="awareness")
    leads_of(autumn, 3, converted=2)
    leads_of(expo, 5, converted=1)
    leads_of(old, 1, at=tehran(2025, 9, 1), converted=1)
    leads_of(None, 2, converted=2)
    sale(autumn, MEHR, 12_000, 4_000)
    drain(at=NOW)
    return autumn, expo, old, film


def campaigns_of(viewer=None):
    return Campaigns(Query(periods_of(Calendar.JALALI, Grain.MONTH, MEHR.date(), MEHR.date()), TODAY, viewer=viewer))


def values(campaigns, sums, *keys):
    return [campaigns.value(BY_KEY[key], sums) for key in keys]


# -- the report --------------------------------------------------------------------------------------------------------


def test_what_a_converted_lead_costs(four):
    autumn, expo, old, film = (each.pk for each in four)
    found = campaigns_of()

    asked = ("spend", "leads", "mqls", "converted", "cost_per_lead", "cost_per_converted_lead")
    # 9,000 ÷ 3 and ÷ 2; 10,000 ÷ 5 and ÷ 1; nothing ÷ 1; of the film there are no leads, and they are not its goal.
    assert {key: values(found, sums, *asked) for key, sums in found.by_campaign.items()} == {
        autumn: [9_000, 3, 2, 2, 3_000, 4_500],
        expo: [10_000, 5, 1, 1, 2_000, 10_000],
        old: [0, 0, 1, 1, None, 0],
        film: [1_000, 0, 0, 0, None, None],
    }
    # (12,000 − 4,000 − 9,000) ÷ 9,000 within Mehr
    assert values(found, found.by_campaign[autumn], "orders", "revenue", "romi_short") == [1, 12_000, Decimal("-0.111111111111")]
    # Together 20,000 ÷ 4, and 19,000 of those that want leads ÷ 8.
    together = found.together(found.by_campaign)
    assert values(found, together, "cost_per_converted_lead", "cost_per_lead") == [5_000, 2_375]


def test_the_return_of_all_is_that_of_the_sums_and_of_those_with_spend_apart(browse, api_of, sara, four):
    old = four[2]
    sale(old, MEHR, 5_000, 2_000)
    drain(at=NOW)
    found, long = campaigns_of(), BY_KEY["romi_long"]

    # Old was paid for in another month, and its year is not over: (8,000 + 3,000 − 20,000) ÷ 20,000, as on the KPI's own page
    total = found.value(long, found.together(found.by_campaign))
    # Autumn, Expo and Film alone: (8,000 − 20,000) ÷ 20,000; in the short term Old's days are over, so nothing is apart
    paid = [found.value_of_paid(BY_KEY[key], found.by_campaign) for key in ("romi_long", "romi_short", "cost_per_lead")]

    assert (total, paid) == (Decimal("-0.45"), [Decimal("-0.6"), None, None])
    assert card("romi_long").value == total
    cells = {str(cell["label"]): cell for cell in browse(sara).get(f"/reports/campaigns/{MONTH}").context["total"]}
    assert [cells[f"ROMI, {term} term"]["paid"] for term in ("long", "short")] == ["−60.0%", ""]
    pages = [browse(sara).get(f"{place}{MONTH}").content.decode() for place in ("/reports/campaigns/", "/campaigns/")]
    assert ["“with spend” leaves these out" in text for text in pages] == [True, False]  # as the list shows no return
    report = api_of(sara).get("/reports/campaigns/", period="1404-07").json()
    assert (report["total"]["romi_long"], report["with_spend"]) == ("-0.45", {"romi_short": None, "romi_long": "-0.6"})


def test_what_cost_nothing_does_not_come_first(four):
    autumn, expo, old, film = (each.pk for each in four)
    cost = BY_KEY["cost_per_converted_lead"]

    assert campaigns_of().ranked(cost) == [autumn, expo, old, film]
    assert campaigns_of().ranked(cost, is_turned=True) == [expo, autumn, old, film]
    assert campaigns_of().ranked(BY_KEY["leads"]) == [expo, autumn, old, film]


def test_every_number_of_the_report_opens_its_rows(browse, sara, four):
    client = browse(sara)
    (row,) = [row for row in client.get(f"/reports/campaigns/{MONTH}").context["rows"] if row["name"] == "Autumn"]

    found = {}
    for cell in row["cells"]:
        opened = client.get(cell["url"].partition("#")[0]).context
        found[str(cell["label"])] = (opened["row_total"], opened["row_sum"])

    # One expense of 9,000 rials, three leads, two that converted; an order of 12,000 with a margin of 8,000.
    assert found == {
        "Spend": ("1", "900 Toman"),
        "Leads": ("3", "3"),
        "MQL": ("2", "2"),
        "SQL": ("0", "0"),
        "Converted leads": ("2", "2"),
        "Lead conversion rate": ("2", "2"),
        "Cost per lead": ("3", "3"),
        "Cost per converted lead": ("2", "2"),
        "New customers": ("1", "1"),
        "Orders": ("1", "1"),
        "Net revenue": ("1", "1,200 Toman"),
        "ROMI, short term": ("2", "−100 Toman"),
        "ROMI, long term": ("2", "−100 Toman"),
    }


def test_a_rate_of_a_few_leads_says_so(browse, sara, four):
    """Autumn has 3 leads and one order, Expo 5 leads: fewer than the 30 of which a rate or a return is judged."""
    page = browse(sara).get(f"/reports/campaigns/{MONTH}")

    (autumn,) = [row["cells"] for row in page.context["rows"] if row["name"] == "Autumn"]
    (old,) = [row["cells"] for row in page.context["rows"] if row["name"] == "Old"]
    assert [str(cell["caution"]) for cell in old if cell["caution"]] == ["nothing was spent"]
    told = [[cell["caution"] for cell in cells if cell["caution"]] for cells in (autumn, page.context["total"])]
    one = "Small sample (n = 1)"
    assert told == [["Small sample (n = 3)", one, one], ["Small sample (n = 8)", one, one]]
    assert "Small sample (n = 3)" in page.content.decode()
    assert [page.content.decode().count(f"Goal: {goal} (Opportunity)") for goal in ("Leads", "Awareness")] == [3, 1]


def test_the_report_is_sorted_by_any_column(browse, sara, four):
    client = browse(sara)

    orders = {
        sort: [row["name"] for row in client.get(f"/reports/campaigns/{MONTH}&sort={sort}").context["rows"]]
        for sort in ("leads", "-leads", "spend")
    }

    assert orders == {
        "leads": ["Expo", "Autumn", "Old", "Film"],
        "-leads": ["Old", "Film", "Autumn", "Expo"],
        "spend": ["Expo", "Autumn", "Film", "Old"],
    }
    assert client.get("/reports/campaigns/?sort=name").status_code == 400


def test_the_report_is_narrowed_to_a_channel_and_saved_as_a_file(browse, api_of, sara, four):
    channel = Channel.objects.create(slug="own-ads", name="Ads")
    Campaign.objects.filter(name="Expo").update(channel=channel)
    client = browse(sara)

    page = client.get(f"/reports/campaigns/{MONTH}&channel={channel.pk}&export=csv")

    (line,) = csv.DictReader(io.StringIO(b"".join(page.streaming_content).decode().removeprefix("\ufeff")))
    assert (line["Campaign"], Decimal(line["Cost per converted lead (Toman)"])) == ("Expo", 1_000)
    assert (line["Goal"], line["Counts as reached"]) == ("Leads", "Opportunity")
    report = {
        each: api_of(sara).get("/reports/campaigns/", period="1404-07", channel=each).json() for each in (channel.slug, "null")
    }
    told = {each: (len(found["results"]), found["total"]["spend"], found["total"]["leads"]) for each, found in report.items()}
    assert told == {channel.slug: (1, "10000", "5"), "null": (3, "10000", "3")}  # Autumn 9,000 and 3 leads, Film 1,000, Old


def test_costs_are_not_for_reps_and_leads_not_for_support(browse, omid, sara, hana, four):
    leads_of(four[0], 1, converted=1, owner=omid)
    drain(at=NOW)

    page = browse(omid).get(f"/reports/campaigns/{MONTH}").context
    own, whole = (csv_rows(browse(user).get(f"/reports/campaigns/{MONTH}&export=csv")) for user in (omid, sara))

    # The file is in the order of the page, and what that says of a part beside the whole stands there too.
    rows = browse(sara).get(f"/reports/campaigns/{MONTH}&sort=-leads").context["rows"]
    turned = csv_rows(browse(sara).get(f"/reports/campaigns/{MONTH}&sort=-leads&export=csv"))
    assert [row["Campaign"] for row in turned] == [row["name"] for row in rows] != [row["Campaign"] for row in whole]
    assert (own[0]["Quality"], "Quality" in whole[0]) == (str(page["partial"]), False)
    assert own[0]["Quality"].startswith("Of leads, customers and orders only those you may see")
    assert [str(column["label"]) for column in page["columns"]] == [
        "Leads", "MQL", "SQL", "Converted leads", "Lead conversion rate", "New customers", "Orders", "Net revenue",
    ]  # fmt: skip
    assert [[str(cell["text"]) for cell in row["cells"]][:4] for row in page["rows"]] == [
        ['<data value="1">1</data>', '<data value="1">1</data>', '<data value="0">0</data>', '<data value="1">1</data>']
    ]
    assert browse(hana).get("/reports/campaigns/").status_code == 403
    assert browse(hana).get(f"/campaigns/{four[0].pk}/").status_code == 403
    assert browse().get(f"/campaigns/{four[0].pk}/").url.startswith("/account/login/")


def links(response, pattern):
    return [unescape(found) for found in re.findall(rf'href="([^"]*{pattern}[^"]*)"', response.content.decode())]


def test_the_cheapest_converted_lead_and_who_it_is_are_four_clicks_away(browse, sara):
    """Overview → Reports → the report card → the month → the number: no address is typed."""
    at = timezone.now() - timedelta(days=1)
    month = period_before(at)
    moment = tehran(month.start.year, month.start.month, 5)
    for name, spend, count in (("Dear", 9_000, 1), ("Cheap", 4_000, 2)):
        campaign = make_campaign(name, spend, days=(month.start, month.end))
        for n in range(count):
            lead = make_lead(at=moment, campaign=campaign, name=f"{name} {n}")
            Lead.objects.filter(pk=lead.pk).update(converted_at=moment)
    drain(at=timezone.now())
    client = browse(sara)

    reports = client.get(links(client.get("/kpis/"), "/reports/")[0])
    report = client.get(links(reports, "/reports/campaigns/")[0])
    last_month = next(link.url for link in report.context["earlier"] if link.label == month.label("en"))
    first = client.get(f"/reports/campaigns/{last_month}").context["rows"][0]
    opened = client.get(links(client.get(f"/reports/campaigns/{last_month}"), "cost_per_converted_lead/")[0].partition("#")[0])

    assert first["name"] == "Cheap"
    assert {row["label"] for row in opened.context["row_list"]} == {"Cheap 0", "Cheap 1"}


@pytest.fixture
def api_of(browse, now):
    def of(user):
        token, token.secret = create_token(user, scopes=["kpis:read"], at=now, name="report")
        return Api(browse(), token)

    return of


def test_the_report_by_the_api(api_of, sara, omid, hana, four):
    autumn = four[0]
    api = api_of(sara)

    month = api.get("/reports/campaigns/", period="1404-07").json()
    lives = api.get("/reports/campaigns/").json()

    first = month["results"][0]
    assert (first["campaign"], first["name"], first["starts_on"]) == (autumn.pk, "Autumn", "2025-09-23")
    assert first["figures"] == {
        "spend": "9000", "leads": "3", "mqls": "2", "sqls": "0", "converted": "2",
        "lead_conversion_rate": "0.666666666667", "cost_per_lead": "3000", "cost_per_converted_lead": "4500",
        "new_customers": "1", "orders": "1", "revenue": "12000",
        "romi_short": "-0.111111111111", "romi_long": "-0.111111111111", "without_spend": [],
    }  # fmt: skip
    assert (month["period"], month["total"]["cost_per_converted_lead"], month["stale"]) == ("1404-07", "5000", False)
    # With the 700 and the lead of the old one: 20,700 ÷ 4, and 19,700 ÷ 9.
    assert (lives["period"], lives["total"]["cost_per_converted_lead"], lives["total"]["cost_per_lead"]) == (
        None, "5175", "2188.888888888889",
    )  # fmt: skip
    assert api_of(omid).get("/reports/campaigns/").json()["results"] == []
    assert api_of(hana).get("/reports/campaigns/").status_code == 403
    assert [api.get("/reports/campaigns/", **wrong).status_code for wrong in ({"period": "x"}, {"by": "owner"})] == [400, 400]


# -- one campaign ------------------------------------------------------------------------------------------------------


def test_a_campaign_is_judged_over_its_whole_life(four, sara):
    """Autumn ends on 30 September: an order on 30 October still returns to it in the short term, one a day later does not."""
    autumn, _expo, old, _film = four
    sale(autumn, tehran(2025, 10, 30), 10_000, 0)
    sale(autumn, tehran(2025, 10, 31), 5_000, 0)
    drain(at=NOW)
    campaigns = Campaigns.of_lives(sara, date(2025, 11, 10))

    life = Life(autumn, campaigns)

    # (8,000 + 10,000 − 9,000) ÷ 9,000; (8,000 + 15,000 − 9,000) ÷ 9,000
    assert values(campaigns, life.sums, "orders", "revenue", "romi_short", "romi_long") == [
        3, 27_000, Decimal(1), Decimal("1.555555555556"),
    ]  # fmt: skip
    # Its window closed on 30 October; a year from 23 September 2025 has not passed.
    assert [life.is_maturing(BY_KEY[key]) for key in ("romi_short", "romi_long", "leads")] == [False, True, False]
    # Only the old one had ended before: 700 for one converted lead.
    assert values(campaigns, life.earlier, "cost_per_lead", "cost_per_converted_lead") == [700, 700]
    assert Life(old, campaigns).earlier is None


def test_the_rows_behind_a_campaigns_number_come_to_it(four, sara):
    life = Life(four[0], Campaigns.of_lives(sara, TODAY))

    wrong = {
        key: (page.amount, life.sums[figure.rows])
        for key, figure in BY_KEY.items()
        if (page := life.rows(figure, after="", limit=50)).amount != life.sums[figure.rows]
    }

    assert wrong == {}


def test_the_page_of_a_campaign(browse, sara, four):
    autumn = four[0]
    Campaign.objects.filter(pk=autumn.pk).update(budget=18_000)
    client = browse(sara)

    page = client.get(f"/campaigns/{autumn.pk}/?rows=converted")

    assert (page.context["budget"], page.context["is_over"]) == ("50%", True)
    assert {row["label"] for row in page.context["row_list"]} == {"Autumn 0", "Autumn 1"}
    assert [str(lead) for lead in page.context["leads"]] == ["Autumn 2", "Autumn 1", "Autumn 0"]
    assert [client.get(f"/campaigns/{autumn.pk}/?{wrong}").status_code for wrong in ("rows=x", "rows=leads&after=x")] == [
        400,
        400,
    ]
    assert client.get("/campaigns/999999/").status_code == 404
    rows = csv_rows(client.get(f"/campaigns/{autumn.pk}/{page.context['files']['csv']}"))
    assert {row["Name"] for row in rows} == {"Autumn 0", "Autumn 1"}
    assert client.get(f"/campaigns/{autumn.pk}/?export=csv").status_code == 400


def test_the_tables_of_a_campaigns_page_are_files_with_all_their_rows(browse, sara, omid, four, monkeypatch):
    monkeypatch.setattr("kpis.views.campaign.LATEST", 2)
    autumn, network = four[0], SocialNetwork.objects.create(slug="x", name="Instagram")
    for likes in (1, 2, 3):
        counts = {"reach": 100, "likes": likes, "comments": 10, "shares": 20}
        SocialPost.objects.create(
            campaign=autumn, social_network=network, posted_at=MEHR, external_id=f"p{likes}", source="x", **counts
        )
    landing, lead = make_landing_page(title="Offer"), Lead.objects.get(name="Autumn 0")
    make_session(started_at=MEHR, landing_page=landing, campaign=autumn, converted_at=MEHR)
    make_session(started_at=MEHR, landing_page=landing, campaign=autumn)
    client = browse(sara)
    page = client.get(f"/campaigns/{autumn.pk}/")

    files = {
        name: csv_rows(client.get(f"{page.wsgi_request.path}{urls['csv']}")) for name, urls in page.context["tables"].items()
    }

    shown = {name: len(page.context[name]) for name in ("landings", "leads", "expenses", "posts")}
    assert shown == {"landings": 1, "leads": 2, "expenses": 1, "posts": 2}
    assert [(row["Page"], row["Visitors"], row["Conversions"], row["Rate"]) for row in files["landings"]] == [
        ("Offer", "2", "1", "0.5")
    ]
    assert (
        [row["Name"] for row in files["leads"]]
        == ["Autumn 2", "Autumn 1", "Autumn 0"]
        == [*map(str, page.context["leads"]), str(lead)]
    )
    # 9,000 Rial are 900 Toman
    (expense,) = files["expenses"]
    assert (expense["Kind"], Decimal(expense["Amount (Toman)"]), expense["Last day (ISO)"]) == ("Ads", 900, "2025-09-30")
    assert [row["Likes, comments, shares"] for row in files["posts"]] == ["33", "32", "31"]
    refused = [
        browse(omid).get(f"/campaigns/{autumn.pk}/?export=csv&table={name}").status_code for name in ("expenses", "posts", "x")
    ]
    assert (refused, csv_rows(browse(omid).get(f"/campaigns/{autumn.pk}/?export=csv&table=leads"))) == ([400] * 3, [])


def test_an_expense_that_is_entered_in_the_pages_changes_what_a_lead_costs(browse, sara, omid):
    """4 leads of a campaign. 2,000 tomans are 20,000 rials: 5,000 a lead; with 1,200 tomans more (20,000 + 12,000) ÷ 4."""
    campaign, client = make_campaign("Autumn"), browse(sara)
    leads_of(campaign, 4)
    drain(at=NOW)
    address = "/kpis/cost_per_lead/?period=1404-07"
    missing = [browse(who).get(address).context["card"].reason_url for who in (sara, omid)]
    entered = {"kind": "ads", "campaign": campaign.pk, "valid_from": "1404/07/03"}
    found = []
    for amount in ("2000", "1200"):
        assert client.post(missing[0], entered | {"amount": amount}).status_code == 302
        drain(at=NOW)
        found.append(client.get(address).context["now"].value)

    assert (missing, found) == (["/campaigns/expenses/new/", ""], [5_000, 8_000])
