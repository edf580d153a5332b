"""500 real posts of a company's Facebook page in 2014 (UCI 368, with blanks filled).

The oracle's engagement by reach is our `social_engagement_rate`, and its mean of posts our mean per post, whose rates have
six places each. Posts say their month, but not their day: they are sent on the 15th. Types, each paid or not, stand as
campaigns and categories as networks, so that there is something to split by. Not comparable: engaged users (not kept); the
set's own total of interactions, which in one row is not the sum of its parts (ours is that sum).
"""

from decimal import Decimal

import pytest

from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db, pytest.mark.slow]

SPAN = ("2014-01-01", "2014-12-31")
REACH, IMPRESSIONS = "Lifetime_Post_Total_Reach", "Lifetime _Post_Total_Impressions"
TYPES = ("Link", "Photo", "Status", "Video")
PAID = ("0", "1")
CATEGORIES = ("1", "2", "3")
CAMPAIGNS = [f"{kind}/{paid}" for kind in TYPES for paid in PAID]


def whole(text):
    return int(Decimal(text))


def posts_of(data):
    for number, row in enumerate(data.table("dataset_Facebook.csv")):
        yield {
            "external_id": str(number),
            "social_network": row["Category"],
            "campaign": {"external_id": f"{row['Type']}/{whole(row['Paid'])}"},
            "posted_at": f"2014-{whole(row['Post_Month']):02}-15T{whole(row['Post_Hour']) % 24:02}:00:00",
            "reach": whole(row[REACH]),
            "impressions": whole(row[IMPRESSIONS]),
            "likes": whole(row["like"]),
            "comments": whole(row["comment"]),
            "shares": whole(row["share"]),
        }


@pytest.fixture(scope="module")
def page(data_set, founded):
    data = data_set("fb_post_metrics")
    with founded(data, zone="UTC", currency="USD", shuffled=2014) as company:
        assert company.load("social-networks", [{"slug": name, "name": name} for name in CATEGORIES]) == {"created": 3}
        assert company.load("campaigns", [{"external_id": name, "name": name} for name in CAMPAIGNS]) == {"created": 8}
        assert company.load("social-posts", posts_of(data)) == {"created": 500}
        company.settle()
        yield company


def agrees(figure, expected):
    assert (figure.numerator, figure.denominator) == (expected["interactions"], expected["reach"])
    assert figure.value * 100 == near(expected["engagement_rate_by_reach_pct"])


def test_engagement_in_all(page):
    agrees(page.figures("social_engagement_rate", *SPAN, grain="year")["2014"], page.oracle["overall"])


def test_engagement_month_by_month(page):
    months = page.figures("social_engagement_rate", *SPAN)

    for number, expected in page.oracle["by_Post_Month"].items():
        agrees(months[f"2014-{int(number):02}"], expected)


def test_engagement_by_category(page):
    parts = page.members("social_engagement_rate", "social_network", *SPAN, grain="year")

    assert {name for name, _ in parts} == page.oracle["by_Category"].keys()
    for name, expected in page.oracle["by_Category"].items():
        agrees(parts[name, "2014"], expected)


@pytest.mark.parametrize("column", ["Type", "Paid"])
def test_engagement_by_type_and_paid_is_that_of_its_campaigns_together(page, column):
    parts = page.members("social_engagement_rate", "campaign", *SPAN, grain="year")

    for name, expected in page.oracle[f"by_{column}"].items():
        found = [part for (campaign, _), part in parts.items() if name in campaign.split("/")]
        interactions, reach = sum(part.numerator for part in found), sum(part.denominator for part in found)
        assert (interactions, reach) == (expected["interactions"], expected["reach"])
        assert 100 * interactions / reach == near(expected["engagement_rate_by_reach_pct"])


def test_the_mean_of_posts(page):
    months = page.figures("social_engagement_rate_per_post", *SPAN)
    year = page.figures("social_engagement_rate_per_post", *SPAN, grain="year")["2014"]

    found = [(year, page.oracle["overall"])]
    found += [(months[f"2014-{int(number):02}"], expected) for number, expected in page.oracle["by_Post_Month"].items()]
    for figure, expected in found:
        assert figure.denominator == expected["posts"]
        # rates of six places: half a millionth at most, so 0.00005 in percent
        assert figure.value * 100 == pytest.approx(Decimal(expected["mean_of_post_rates_pct"]), abs=Decimal("0.00005"))
