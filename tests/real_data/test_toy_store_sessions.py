"""The first 2,544 visits of the fictitious toy shop, 19 March to 4 April 2012, with all pages they saw.

The oracle's channels are ours by these translations: a source it calls an engine was paid for (`utm_medium` cpc), and
the two engines, which do not exist, stand as real ones where they only referred. A visit is bounced that saw one page;
ours is engaged that saw two, lasted more than ten seconds (to its last page) or converted: each the other's rest here.
A cart is a visit that saw /cart, completed by the visit's order, minutes later. The oracle counts conversions per visit,
so visits are sent without their visitor: each then is one of its own. Its count of a page's views stands beside our
sessions that began there.
Not comparable: devices (not kept), revenue per channel (an order's channel is its customer's first touch).
"""

import json
from collections import defaultdict

import pytest

from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db, pytest.mark.slow]

SPAN = ("2012-03-19", "2012-04-04")
COMPLETE = 2544
ENGINES = {"https://www.gsearch.com": "https://www.google.com/", "https://www.bsearch.com": "https://www.bing.com/"}
HOME = "https://toys.example.com/home"


def given(text):
    return text not in ("", "NULL")


def complete(rows):
    return [row for row in rows if int(row["website_session_id"]) <= COMPLETE]


def sessions_of(data, orders):
    views = defaultdict(list)
    for view in complete(data.table("website_pageviews.csv")):
        views[view["website_session_id"]].append({"path": view["pageview_url"], "at": view["created_at"]})
    for session in complete(data.table("website_sessions.csv")):
        key = session["website_session_id"]
        item = {"external_id": key, "started_at": session["created_at"], "page_views": views[key]}
        if given(session["utm_source"]):
            item["utm"] = {"source": session["utm_source"], "medium": "cpc", "campaign": session["utm_campaign"]}
        if given(session["http_referer"]):
            item["referrer"] = ENGINES[session["http_referer"]]
        yield item | ({"converted_at": orders[key]} if key in orders else {})


def carts_of(data, orders):
    created = {}
    for view in complete(data.table("website_pageviews.csv")):
        if view["pageview_url"] == "/cart":
            created.setdefault(view["website_session_id"], view["created_at"])
    for key, at in created.items():
        yield {"external_id": key, "created_at": at, "completed_at": orders.get(key)}


@pytest.fixture(scope="module")
def shop(data_set, founded):
    data = data_set("toy_store")
    data.oracle = json.loads((data.folder / "oracle_sessions.json").read_text(encoding="utf-8"))
    orders = {order["website_session_id"]: order["created_at"] for order in complete(data.table("orders.csv"))}
    with founded(data, zone="UTC", currency="USD") as company:
        assert company.load("landing-pages", [{"external_id": "home", "url": HOME}]) == {"created": 1}
        assert company.load("sessions", sessions_of(data, orders)) == {"created": COMPLETE}
        assert company.load("carts", carts_of(data, orders)) == {"created": 303}
        company.settle()
        yield company


def test_visits_day_by_day(shop):
    days = shop.figures("sessions", *SPAN, grain="day")

    assert {day: figure.value for day, figure in days.items()} == shop.oracle["sessions_per_day"]


def test_visits_by_channel(shop):
    parts = shop.members("sessions", "channel", *SPAN, grain="year")
    paid = [found for name, found in shop.oracle["channels"].items() if name.startswith("paid_search")]

    assert {name: part.value for (name, _), part in parts.items()} == {
        "Direct": shop.oracle["channels"]["direct"]["sessions"],
        "Organic search": shop.oracle["channels"]["organic_search"]["sessions"],
        "Paid search": sum(found["sessions"] for found in paid),
    }
    assert shop.figures("organic_sessions", *SPAN, grain="year")["2012"].value == 15
    assert shop.figures("social_sessions", *SPAN, grain="year")["2012"].value == 0


def test_pages_and_engagement(shop):
    pages = shop.figures("pages_per_session", *SPAN, grain="year")["2012"]
    engaged = shop.figures("site_engagement_rate", *SPAN, grain="year")["2012"]

    assert (pages.numerator, pages.denominator) == (shop.oracle["pageviews"], shop.oracle["sessions"])
    assert 100 - engaged.value * 100 == near(str(shop.oracle["bounce_pct"]))


def test_cart_abandonment(shop):
    carts = shop.figures("cart_abandonment_rate", *SPAN, grain="year")["2012"]

    assert carts.denominator == shop.oracle["funnel_sessions"]["/cart"]
    assert carts.value * 100 == near(str(shop.oracle["cart_abandonment_pct"]))
    assert carts.state == ("closed", "exact", False)
    assert shop.figures("recovered_carts", *SPAN, grain="year")["2012"].value == 0


def test_the_landing_page(shop):
    found = shop.figures("landing_page_conversion_rate", *SPAN, grain="year")["2012"]
    expected = shop.oracle["landing_pages"]["/home"]

    assert (found.numerator, found.denominator) == (expected["orders"], expected["sessions"])
    assert found.value * 100 == near(str(expected["conversion_pct"]))


def test_top_pages(shop):
    (home,) = shop.get("/reports/top-pages/", **dict(zip(("from", "to"), SPAN, strict=True)))["results"]

    assert [home["path"], home["sessions"]] == ["/home", shop.oracle["sessions"]]
    assert [home["path"], home["views"]] == shop.oracle["top_pages"][0]


def test_the_rows_behind_the_numbers(shop):
    assert len(shop.rows("cart_abandonment_rate", "2012")) == 303 - 79
    assert len(shop.rows("organic_sessions", "2012")) == 15
