"""What nothing was spent on costs nothing a lead: the least of all, which says nothing and is never told as the best."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from campaigns.models import Campaign, Expense
from crm.periods import parse_period
from crm.services import create_token
from kpis.catalogue import CATALOGUE
from kpis.engine import drain
from kpis.models import AlertRule, Target
from kpis.readings.alerts import Verdict, verdict
from kpis.readings.values import Value
from tests.api_client import Api
from tests.factories.leads import make_lead
from tests.kpis.test_kpi_files import rows_of

pytestmark = pytest.mark.django_db
MEHR, BEFORE = datetime(2025, 9, 23, 9, tzinfo=UTC), datetime(2025, 9, 1, 9, tzinfo=UTC)  # 1 Mehr, 10 Shahrivar 1404
PAGE = "/kpis/cost_per_converted_lead/"


@pytest.fixture
def campaigns():
    """In Mehr 600 rials for two converted leads of autumn, nothing for three of summer, which cost 300 for one before."""
    autumn, summer = (Campaign.objects.create(name=name) for name in ("Autumn", "Summer"))
    Expense.objects.create(kind="ads", campaign=autumn, amount=600, valid_from=MEHR.date(), valid_to=MEHR.date())
    for campaign in (autumn, autumn, summer, summer, summer):
        make_lead(at=MEHR, campaign=campaign, converted_at=MEHR)
    Expense.objects.create(kind="ads", campaign=summer, amount=300, valid_from=BEFORE.date(), valid_to=BEFORE.date())
    make_lead(at=BEFORE, campaign=summer, converted_at=BEFORE)
    drain(at=datetime(2026, 1, 1, tzinfo=UTC))
    return autumn, summer


def test_it_stands_last_and_says_so_on_the_page_and_in_the_file(browse, sara, campaigns):
    page = browse(sara).get(f"{PAGE}?period=1404-07&by=campaign")
    rows = rows_of(browse(sara).get(f"{PAGE}csv/?what=breakdown&period=1404-07&by=campaign"))

    # 600 ÷ 2 = 300 rials, 30 toman; 0 ÷ 3 is 0, though summer is the larger one
    told = [(part["label"], part["now"].value, str(part["no_spend"])) for part in page.context["parts"]]
    assert told == [("Autumn", 300, ""), ("Summer", 0, "nothing was spent")]
    assert [(row["Campaign"], float(row["Value (Toman)"]), row["Quality"]) for row in rows] == [
        ("Autumn", 30, "exact"),
        ("Summer", 0, "nothing was spent"),
    ]
    assert "A cost for which nothing was spent says nothing and stands at the end" in page.content.decode()
    assert page.context["bars"] is None  # nothing to draw beside autumn's


def test_alone_it_is_no_good_news(browse, sara, campaigns):
    """Summer by itself, which cost 300 ÷ 1 in the month before: a fall to nothing has no verdict."""
    card = browse(sara).get(f"{PAGE}?period=1404-07&campaign={campaigns[1].pk}").context["card"]

    assert (card.quality_text, card.caution, card.change["text"], card.change["tone"]) == (
        "nothing was spent", "nothing was spent", "−100.0%", ""
    )  # fmt: skip


def test_a_limit_is_not_kept_where_nothing_was_spent(browse, sara, campaigns, now):
    """At most 400 rials, 40 toman a lead: autumn's 300 keep to it, summer's 0 say nothing; in Persian and by the API, too."""
    limit = {"kpi": "cost_per_converted_lead", "calendar": "jalali", "grain": "month", "start": MEHR.date(), "value": 400}
    for campaign in campaigns:
        Target.objects.create(campaign=campaign, **limit)
    client, (autumn, summer) = browse(sara), campaigns
    token, token.secret = create_token(sara, scopes=["kpis:read"], at=now, name="costs")
    asked = {"calendar": "jalali", "grain": "month", "from": "1404-07-01", "to": "1404-07-30", "by": "campaign"}

    kept, free = (client.get(f"{PAGE}?period=1404-07&campaign={one.pk}").context["card"].target for one in campaigns)
    api = Api(browse(), token)
    values = api.get("/kpis/cost_per_converted_lead/values/", **asked).json()["results"]
    report = api.get("/reports/campaigns/", period="1404-07").json()["results"]
    sheet = f"/targets/?year=1404&calendar=jalali&group=marketing&scope=campaign&member={summer.pk}"
    persian = reading_persian(client, sara, sheet)

    assert (kept.text, str(kept.standing_text), kept.percent) == ("30 Toman of at most 40 Toman", "reached", 75)
    assert (free.text, str(free.standing_text), free.tone, free.percent) == ("Target: at most 40 Toman", "no data", "muted", 0)
    told = {(each["dimension"] or {}).get("id"): (each["is_without_spend"], each["target"]) for each in values}
    assert (told[autumn.pk][0], told[autumn.pk][1]["standing"]) == (False, "reached")
    assert (told[summer.pk][0], told[summer.pk][1]["standing"]) == (True, "unknown")
    assert {each["campaign"]: each["figures"]["without_spend"] for each in report} == {
        autumn.pk: [], summer.pk: ["cost_per_lead", "cost_per_converted_lead"]
    }  # fmt: skip
    assert "</svg>داده‌ای نیست</span>" in persian
    rule = AlertRule(kpi="cost_per_converted_lead", condition="below", bound=100)
    nothing = Value(parse_period("1404-07"), value=Decimal(0))
    assert verdict(rule, CATALOGUE["cost_per_converted_lead"], nothing, nothing) is Verdict.UNDECIDED


def reading_persian(client, user, address):
    user.language = "fa"
    user.save(update_fields=["language"])
    return client.get(address).content.decode()
