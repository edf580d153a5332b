"""8,070 made-up visits of January and February 2026 with what was done in them, and an A/B test of the users.

A source is said as a shop's site would: by the medium or by the page people came from. A cart is a visit with
add_to_cart, completed where the visit has a purchase (within minutes); it says no channel, so it has its visitor's visit's.
The oracle counts a visit's cart in the month in which the visit began, and so do we, as no visit runs over the end of a
month between its start and its cart. Every visit lands on one page in the variant of its user; a user converts by a
purchase in any of their visits, at once and so within our 24 hours. Not comparable: devices, checkout, views of items.
"""

from collections import defaultdict

import pytest

from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db, pytest.mark.slow]

SPAN = ("2026-01-01", "2026-02-28")
PAGE = "https://shop.example.com/"
CHANNELS = {
    "direct": "Direct",
    "organic_search": "Organic search",
    "paid_search": "Paid search",
    "referral": "Referral",
    "social": "Social",
}
FROM = {
    "direct": {},
    "organic_search": {"referrer": "https://www.google.com/"},
    "paid_search": {"utm": {"source": "google", "medium": "cpc"}},
    "referral": {"referrer": "https://blog.example.org/post"},
    "social": {"referrer": "https://www.instagram.com/"},
}


def visits_of(data):
    """{visit: {event: when it first happened}} and each visit's first row."""
    times, rows = defaultdict(dict), {}
    for row in data.table("events_sample.csv"):
        key, event, at = row["session_id"], row["event_name"], row["event_timestamp"]
        rows.setdefault(key, row)
        times[key][event] = min(times[key].get(event, at), at)
    return times, rows


@pytest.fixture(scope="module")
def shop(data_set, founded):
    data = data_set("clickstream_synth")
    times, rows = visits_of(data)
    sessions = [
        {
            "external_id": key,
            "visitor": rows[key]["user_id"],
            "started_at": min(found.values()),
            "landing_page": PAGE,
            "variant": rows[key]["ab_group"],
            "converted_at": found.get("purchase"),
            **FROM[rows[key]["traffic_source"]],
        }
        for key, found in times.items()
    ]
    carts = [
        {
            "external_id": key,
            "visitor": rows[key]["user_id"],
            "created_at": found["add_to_cart"],
            "completed_at": found.get("purchase"),
        }
        for key, found in times.items()
        if "add_to_cart" in found
    ]
    with founded(data, zone="UTC", currency="USD", shuffled=2026) as company:
        page = {"external_id": "home", "url": PAGE, "variants": [{"key": "A"}, {"key": "B"}]}
        assert company.load("landing-pages", [page]) == {"created": 1}
        assert company.load("sessions", sessions) == {"created": 8070}
        assert company.load("carts", carts) == {"created": 1501}
        company.settle()
        yield company


def test_visits_by_source(shop):
    parts = shop.members("sessions", "channel", *SPAN, grain="year")

    assert {name: part.value for (name, _), part in parts.items()} == {
        CHANNELS[source]: found["sessions"] for source, found in shop.oracle["by_source"].items()
    }
    organic = shop.figures("organic_sessions", *SPAN, grain="year")["2026"]
    assert organic.value == shop.oracle["by_source"]["organic_search"]["sessions"]
    social = shop.figures("social_session_share", *SPAN, grain="year")["2026"]
    assert social.value * 100 == near(shop.oracle["source_share_of_sessions_pct"]["social"])


def test_visits_and_carts_month_by_month(shop):
    visits, carts = shop.figures("sessions", *SPAN), shop.figures("cart_abandonment_rate", *SPAN)

    for month, expected in shop.oracle["by_month"].items():
        assert visits[month].value == expected["sessions"]
        assert carts[month].denominator == expected["add_to_cart"]
        assert carts[month].value * 100 == near(expected["cart_abandonment_pct"])


def test_cart_abandonment_by_source(shop):
    parts = shop.members("cart_abandonment_rate", "channel", *SPAN, grain="year")

    assert {name for name, _ in parts} == set(CHANNELS.values())
    for source, expected in shop.oracle["by_source"].items():
        part = parts[CHANNELS[source], "2026"]
        assert part.denominator == expected["add_to_cart"]
        assert part.value * 100 == near(expected["cart_abandonment_pct"])
    whole = shop.figures("cart_abandonment_rate", *SPAN, grain="year")["2026"]
    assert whole.value * 100 == near(shop.oracle["overall"]["cart_abandonment_pct"])


def test_the_test_of_variants(shop):
    (trial,) = shop.get("/reports/ab-tests/", **dict(zip(("from", "to"), SPAN, strict=True)))["results"]
    expected = shop.oracle["ab_users"]

    assert {arm["key"]: [arm["visitors"], arm["conversions"]] for arm in trial["variants"]} == {
        key: expected[key] for key in "AB"
    }
    assert round(float(trial["z"]), 6) == float(expected["z"])
    assert round(float(trial["p_value"]), 6) == float(expected["p_two_sided"])
    # 942 and 1,058: χ² = 2 × 58² ÷ 1,000 = 6.728, p = .0095, which is no mismatch yet
    assert (trial["verdict"], trial["winner"], trial["srm_p_value"][:6]) == ("no_winner", None, "0.0094")


def test_each_visitor_counts_once(shop):
    found = shop.figures("landing_page_conversion_rate", *SPAN, grain="year")["2026"]

    assert found.denominator == shop.oracle["overall"]["users"]
    assert found.numerator == sum(shop.oracle["ab_users"][key][1] for key in "AB")
    months = shop.figures("landing_page_conversion_rate", *SPAN)
    # as the oracle's users of each month, who are more together than over both
    assert [months[month].denominator for month in months] == [each["users"] for each in shop.oracle["by_month"].values()]
