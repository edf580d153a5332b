"""2,000 visits of a made-up shop in 2017, of whom some filled a cart, checked out and bought (teaching data).

The oracle counts users: rows repeat, some exactly, and a user has carts in one month only. So each user is one cart, from
the first time something was put in to the first purchase; all purchases come within 74 minutes of the visit, which is in
time for us too. A visit is a session. Checkout is no step of ours, nor is the time to a purchase a KPI.
"""

import pytest

from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db, pytest.mark.slow]

SPAN = ("2017-01-01", "2017-12-31")


def first_times(rows, column):
    times = {}
    for row in rows:
        times[row["user_id"]] = min(times.get(row["user_id"], row[column]), row[column])
    return times


@pytest.fixture(scope="module")
def shop(data_set, founded):
    data = data_set("cart_funnel")
    visits = first_times(data.table("visits.csv"), "visit_time")
    carts, bought = first_times(data.table("cart.csv"), "cart_time"), first_times(data.table("purchase.csv"), "purchase_time")
    with founded(data, zone="UTC", currency="USD", shuffled=2017) as company:
        sent = [{"external_id": user, "visitor": user, "started_at": at} for user, at in visits.items()]
        assert company.load("sessions", sent) == {"created": 2000}
        sent = [
            {"external_id": user, "visitor": user, "created_at": at, "completed_at": bought.get(user)}
            for user, at in carts.items()
        ]
        assert company.load("carts", sent) == {"created": 348}
        company.settle()
        yield company


def test_cart_abandonment_month_by_month(shop):
    months = {key: figure for key, figure in shop.figures("cart_abandonment_rate", *SPAN).items() if figure.denominator}

    assert list(months) == list(shop.oracle["cart_users_by_month"])
    for month, expected in shop.oracle["cart_users_by_month"].items():
        assert months[month].denominator == expected["cart"]
        assert months[month].numerator == expected["cart"] - expected["bought"]
        assert months[month].value * 100 == near(expected["abandonment_pct"])


def test_cart_abandonment_in_all(shop):
    year = shop.figures("cart_abandonment_rate", *SPAN, grain="year")["2017"]

    assert year.value * 100 == near(shop.oracle["cart_abandonment_pct_users"])
    assert year.denominator == shop.oracle["funnel_users"]["cart"]
    assert shop.figures("recovered_carts", *SPAN, grain="year")["2017"].value == 0


def test_visits(shop):
    assert shop.figures("sessions", *SPAN, grain="year")["2017"].value == shop.oracle["distinct_users"]["visits"]


def test_carts_have_the_channel_of_their_visitors_visit(shop):
    """Nobody says where they came from: all visits are direct ones, and so are the carts of those visitors."""
    (part,) = shop.members("cart_abandonment_rate", "channel", *SPAN, grain="year").items()

    assert (part[0][0], part[1].denominator) == ("Direct", 348)
