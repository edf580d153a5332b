"""What nothing was spent on costs nothing a lead: the least of all, which says nothing and is never told as the best."""

from datetime import UTC, datetime

import pytest

from campaigns.models import Campaign, Expense
from kpis.engine import drain
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
