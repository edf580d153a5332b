"""3,000 orders of a Brazilian marketplace, October 2016 to August 2018, with statuses and reviews.

The oracle counts every order but cancelled and unavailable ones: delivered is our `fulfilled`, everything on its way there
(shipped, invoiced, processing) is paid, cancelled and unavailable are `cancelled`. Of these, 24 have no items; an order
without lines is refused here, and counts nowhere there. Freight is shipping, which is no revenue of ours: the figures
to compare with are `revenue_items_centavos` (the averages are taken from it). A customer is a `customer_unique_id`.
Reviews are answers of the CSAT survey on the day they were created; `top2box` is our rate, `mean` our mean score. Churn is
the oracle's own definition with a threshold of 180 days: active at the start of a month means an order in the 180 days
before it. Not comparable: figures with freight, payments, orders per customer and items per order (no KPI), revenue by
state (no dimension), `repeat_purchase_rate_pct` (no window of 365 days), the other shares of the scores (no KPI), RFM by
NTILE (ours keeps ties together), and M with what stands on it, because the oracle's has the freight in it.
"""

from collections import defaultdict
from decimal import Decimal

import pytest

from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db, pytest.mark.slow]

STATUS = {"delivered": "fulfilled", "canceled": "cancelled", "unavailable": "cancelled"}
SPAN = ("2016-10-01", "2018-08-31")
# two months without orders are no months of the oracle
EMPTY = dict.fromkeys(("revenue_items_centavos", "orders", "active_customers", "new_customers"), 0)


def orders_of(data):
    people = {row["customer_id"]: row["customer_unique_id"] for row in data.table("olist_customers_dataset.csv.gz")}
    lines, freight = defaultdict(list), defaultdict(Decimal)
    for item in data.table("olist_order_items_dataset.csv.gz"):
        lines[item["order_id"]].append({"sku": item["product_id"], "quantity": 1, "unit_price": item["price"]})
        freight[item["order_id"]] += Decimal(item["freight_value"])
    for row in data.table("olist_orders_dataset.csv.gz"):
        yield {
            "external_id": row["order_id"],
            "customer": {"external_id": people[row["customer_id"]]},
            "placed_at": row["order_purchase_timestamp"],
            "status": STATUS.get(row["order_status"], "paid"),
            "currency": "BRL",
            "lines": lines[row["order_id"]],
            "shipping": str(freight[row["order_id"]]),
        }


def reviews_of(data, orders):
    """A review of an order that could not be taken is an answer of its customer, about nothing."""
    by_key = {order["external_id"]: order for order in orders}
    for row in data.table("olist_order_reviews_dataset.csv.gz"):
        order = by_key[row["order_id"]]
        subject = {"type": "order", "external_id": row["order_id"]} if order["lines"] else None
        yield {
            "external_id": f"{row['review_id']}/{row['order_id']}",
            "survey": "csat",
            "customer": order["customer"],
            "subject": subject,
            "score": int(row["review_score"]),
            "answered_at": row["review_creation_date"],
        }


@pytest.fixture(scope="module")
def marketplace(data_set, founded):
    """Sent shuffled, and then once more."""
    data = data_set("olist_orders")
    orders = list(orders_of(data))
    answers = list(reviews_of(data, orders))
    with founded(data, zone="UTC", currency="BRL", shuffled=11) as company:
        without_items = sum(data.oracle["orders_without_items_by_status"].values())
        assert company.load("orders", orders) == {"created": 3000 - without_items, "/lines too-few": without_items}
        assert company.load("survey-answers", answers) == {"created": 2993}
        company.refresh()
        assert company.load("survey-answers", answers) == {"unchanged": 2993}
        assert company.load("orders", orders)["unchanged"] == 3000 - without_items
        company.settle()
        yield company


def money(centavos):
    return Decimal(centavos) / 100


def test_orders_and_customers_month_by_month(marketplace):
    cards = ("revenue", "orders", "average_order_value", "sales_per_customer", "new_customers")
    read = {card: marketplace.figures(card, *SPAN) for card in cards}
    assert len(read["orders"]) == 23
    for month, orders in read["orders"].items():
        expected = marketplace.oracle["per_month"].get(month, EMPTY)
        revenue, _, average, per_customer, new = (read[card][month] for card in cards)
        assert revenue.value == money(expected["revenue_items_centavos"])
        assert orders.value == expected["orders"]
        assert new.value == expected["new_customers"]
        assert per_customer.denominator == expected["active_customers"]
        if not expected["orders"]:
            assert (average.value, average.answered["reason"]) == (None, "no_denominator")
            continue
        assert average.value * 100 == near(Decimal(expected["revenue_items_centavos"]) / expected["orders"])
        assert per_customer.value * 100 == near(Decimal(expected["revenue_items_centavos"]) / expected["active_customers"])


def test_orders_in_all(marketplace):
    years = {card: marketplace.figures(card, *SPAN, grain="year").values() for card in ("revenue", "orders", "new_customers")}
    assert sum(year.value for year in years["revenue"]) == money(marketplace.oracle["total"]["items_only_centavos"])
    assert sum(year.value for year in years["orders"]) == marketplace.oracle["rows"]["counted_orders"]
    assert sum(year.value for year in years["new_customers"]) == sum(marketplace.oracle["customers_by_order_count"].values())


def test_cancelled_orders_are_kept_and_count_nowhere(marketplace):
    stored = marketplace.records("orders", status="cancelled")
    by_status, empty = marketplace.oracle["orders_by_status"], marketplace.oracle["orders_without_items_by_status"]
    assert len(stored) == sum(by_status[name] - empty[name] for name in ("canceled", "unavailable"))
    counted = {row["id"] for row in marketplace.rows("orders", "2017")}
    assert counted
    assert counted.isdisjoint(order["id"] for order in stored)


def test_satisfaction_by_the_day_of_the_review(marketplace):
    figures = marketplace.figures("csat", *SPAN)
    for month, expected in marketplace.oracle["csat_per_month_of_review_creation"].items():
        assert figures[month].denominator == figures[month].sample_size == expected["n"]
        assert figures[month].numerator == expected["dist"]["4"] + expected["dist"]["5"]
        assert figures[month].value * 100 == near(expected["top2box_pct"])
    years = marketplace.figures("csat", *SPAN, grain="year").values()
    satisfied, answers = sum(year.numerator for year in years), sum(year.denominator for year in years)
    assert answers == marketplace.oracle["csat"]["n"]
    assert 100 * satisfied / answers == near(marketplace.oracle["csat"]["top2box_pct"])


def test_the_mean_score_by_the_day_of_the_review(marketplace):
    figures = marketplace.figures("csat_mean", *SPAN)
    assert list(figures) == list(marketplace.oracle["csat_per_month_of_review_creation"])
    for month, expected in marketplace.oracle["csat_per_month_of_review_creation"].items():
        assert figures[month].denominator == figures[month].sample_size == expected["n"]
        assert figures[month].numerator == sum(int(score) * count for score, count in expected["dist"].items())
        assert figures[month].value == near(expected["mean"])
    years = marketplace.figures("csat_mean", *SPAN, grain="year").values()
    scores, answers = sum(year.numerator for year in years), sum(year.denominator for year in years)
    assert scores / answers == near(marketplace.oracle["csat"]["mean"])


def test_churn_with_a_threshold_of_180_days(marketplace):
    churn = marketplace.figures("churn_rate", "2017-03-01", "2018-08-31")
    active = marketplace.figures("active_customers", "2017-03-01", "2018-08-31")
    assert list(churn) == list(marketplace.oracle["churn_180d"])
    for month, expected in marketplace.oracle["churn_180d"].items():
        assert churn[month].denominator == expected["active_start"]
        assert churn[month].numerator == expected["churned"]
        assert churn[month].value * 100 == near(expected["churn_pct"])
        assert active[month].value == expected["active_end"]


def test_the_rows_behind_churn_are_those_customers(marketplace):
    expected = marketplace.oracle["churn_180d"]["2018-07"]
    lost = {row["id"] for row in marketplace.rows("churn_rate", "2018-07")}
    active = {row["id"] for row in marketplace.rows("churn_rate", "2018-07", side="denominator")}
    assert (len(lost), len(active)) == (expected["churned"], expected["active_start"])
    assert lost < active


def test_rfm_by_percentile_cuts(marketplace):
    """Orders strictly before 1 September 2018 are those up to 31 August, included; of all time.

    The oracle counts R in whole days of 24 hours before midnight: an order of 31 August is 0 days ago there and here.
    """
    expected = marketplace.oracle["rfm_2018-09-01_percentile_cuts"]

    found = marketplace.get("/reports/rfm/", as_of="2018-08-31", window="all")

    assert found["customers"] == expected["customers"]
    assert found["scores"]["r"] == expected["R"]["counts"]
    assert found["scores"]["f"] == expected["F"]["counts"]
    cells = defaultdict(int)
    for scores, count in expected["score_cells"].items():
        cells[scores[:2]] += count
    assert found["segments"]["cant_lose"] == cells["15"] + cells["25"]
    assert found["segments"]["loyal"] == sum(cells[scores] for scores in ("34", "35", "44", "45"))
    assert found["segments"]["champion"] == cells["54"] + cells["55"]
    assert found["segments"]["new"] == cells["51"]
