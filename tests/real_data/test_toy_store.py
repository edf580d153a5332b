"""32,313 orders of a fictitious toy shop with costs and refunds, March 2012 to March 2015.

The oracle's *gross* is our net revenue while no refund is known, its *net* ours once the refunds are; so the orders are
loaded first, shuffled and then once more in another order, without refunds, and the refunds after them. Its margin and
average order value know no refunds, so they are read at the first step. An order's items are lines of one piece with their
own cost; `customers` of a month are our distinct buyers (the denominator of `sales_per_customer`). An item beside the first
one is sent as cross-sold; products have no categories, so nothing else is inferred to be, and the oracle's orders of more
than one item are our cross-sold ones.
Not comparable: `repeat_purchase_rate_pct` (ours has a window of 365 days and counts order days), the rates of refunds per
item and the matrix of products bought together (no KPI of ours). Its visits are test_toy_store_sessions.py's.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

import pytest

from tests.real_data.company import Company
from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db, pytest.mark.slow]

SPAN = ("2012-03-01", "2015-03-31")


def orders_of(data):
    lines = defaultdict(list)
    for item in data.table("order_items.csv"):
        kind = "base" if item["is_primary_item"] == "1" else "cross_sell"
        line = {"sku": item["product_id"], "quantity": 1, "unit_price": item["price_usd"], "unit_cost": item["cogs_usd"]}
        lines[item["order_id"]].append(line | {"class": kind})
    for order in data.table("orders.csv"):
        yield {
            "external_id": order["order_id"],
            "customer": {"external_id": order["user_id"]},
            "placed_at": order["created_at"],
            "status": "fulfilled",
            "currency": "USD",
            "lines": lines[order["order_id"]],
            "total": order["price_usd"],
        }


def refunds_of(data):
    products = {item["order_item_id"]: item["product_id"] for item in data.table("order_items.csv")}
    refunds = defaultdict(list)
    for refund in data.table("order_item_refunds.csv"):
        line = {"sku": products[refund["order_item_id"]], "quantity": 1, "amount": refund["refund_amount_usd"]}
        amount = {"external_id": refund["order_item_refund_id"], "amount": refund["refund_amount_usd"]}
        refunds[refund["order_id"]].append(amount | {"refunded_at": refund["created_at"], "lines": [line]})
    return [{"external_id": order, "refunds": found} for order, found in refunds.items()]


def returned_cost(data):
    costs = {item["order_item_id"]: Decimal(item["cogs_usd"]) for item in data.table("order_items.csv")}
    return sum(costs[refund["order_item_id"]] for refund in data.table("order_item_refunds.csv"))


CARDS = ("revenue", "orders", "average_order_value", "gross_margin", "sales_per_customer", "new_customers", "cross_sell_rate")


@dataclass
class Shop:
    """The company after its refunds, and what was read before them."""

    company: Company
    sold: dict
    sold_by_year: dict
    returned_cost: Decimal

    @property
    def oracle(self):
        return self.company.oracle


@pytest.fixture(scope="module")
def shop(data_set, founded):
    data = data_set("toy_store")
    with founded(data, zone="UTC", currency="USD", shuffled=12) as company:
        assert company.load("orders", orders_of(data)) == {"created": 32313}
        assert company.load("orders", orders_of(data)) == {"unchanged": 32313}
        company.refresh()
        sold = {card: company.figures(card, *SPAN) for card in CARDS}
        sold_by_year = {card: company.figures(card, *SPAN, grain="year") for card in CARDS}
        refunds = refunds_of(data)
        assert company.load("orders", refunds) == {"updated": len(refunds)}
        company.settle()
        yield Shop(company, sold, sold_by_year, returned_cost(data))


def money(cents):
    return Decimal(cents) / 100


def test_orders_month_by_month(shop):
    assert list(shop.sold["revenue"]) == list(shop.oracle["per_month"])
    for month, expected in shop.oracle["per_month"].items():
        sold = {card: figures[month] for card, figures in shop.sold.items()}
        assert sold["revenue"].value == money(expected["gross_cents"])
        assert sold["orders"].value == expected["orders"]
        assert sold["average_order_value"].value * 100 == near(expected["aov_cents"])
        assert sold["gross_margin"].numerator == money(expected["gross_cents"] - expected["cogs_cents"])
        assert sold["gross_margin"].value * 100 == near(expected["gross_margin_pct"])
        assert sold["gross_margin"].state == ("closed", "exact", False)
        assert sold["sales_per_customer"].denominator == expected["customers"]
        assert sold["new_customers"].value == expected["new_customers"]
        assert sold["cross_sell_rate"].value * 100 == near(expected["cross_sell_order_pct"])


def test_orders_in_all(shop):
    total, years = shop.oracle["total"], shop.sold_by_year

    def added(card, side="numerator"):
        return sum(getattr(figure, side) for figure in years[card].values())

    assert added("revenue") == money(total["gross_cents"])
    assert added("orders") == shop.oracle["rows"]["orders"]
    assert added("new_customers") == shop.oracle["rows"]["customers"]
    assert added("gross_margin") == money(total["gross_cents"] - total["cogs_cents"])
    assert 100 * added("gross_margin") / added("gross_margin", "denominator") == near(total["gross_margin_pct"])
    assert 100 * added("cross_sell_rate") / added("cross_sell_rate", "denominator") == near(total["cross_sell_order_pct"])
    assert 100 * added("average_order_value") / added("average_order_value", "denominator") == near(total["aov_cents"])


def test_net_revenue_after_refunds(shop):
    net = shop.company.figures("revenue", *SPAN)
    for month, expected in shop.oracle["per_month"].items():
        assert net[month].value == money(expected["net_cents"])
        assert shop.sold["revenue"][month].value - net[month].value == money(expected["refund_cents_by_refund_month"])
    years = shop.company.figures("revenue", *SPAN, grain="year")
    assert sum(figure.value for figure in years.values()) == money(shop.oracle["total"]["net_cents"])


@pytest.mark.parametrize("card", ["orders", "new_customers"])
def test_refunds_change_no_count(shop, card):
    now = shop.company.figures(card, *SPAN)
    assert {month: figure.value for month, figure in now.items()} == {
        month: figure.value for month, figure in shop.sold[card].items()
    }


def test_returned_goods_take_their_cost_back(shop):
    """Where the oracle is silent: price and cost of the returned pieces leave the margin of the refund's month."""
    margin = shop.company.figures("gross_margin", *SPAN, grain="year")
    revenue = shop.company.figures("revenue", *SPAN, grain="year")
    for year, figure in margin.items():
        assert figure.denominator == revenue[year].value
    sold, kept = (sum(each.numerator for each in part.values()) for part in (shop.sold_by_year["gross_margin"], margin))
    assert sold - kept == money(shop.oracle["total"]["refund_cents"]) - shop.returned_cost


def test_products_add_up_to_the_whole(shop):
    total = shop.company.figures("revenue", *SPAN, grain="quarter")
    parts = shop.company.members("revenue", "product", *SPAN, grain="quarter")
    assert {product for product, _ in parts} == {"1", "2", "3", "4"}
    for quarter, figure in total.items():
        assert sum(part.value for (_, key), part in parts.items() if key == quarter) == figure.value


def test_the_rows_behind_a_month_are_its_orders_and_refunds(shop):
    rows = shop.company.rows("revenue", "2012-12")
    expected = shop.oracle["per_month"]["2012-12"]
    assert sum(row["type"] == "order" for row in rows) == expected["orders"]
    assert sum(Decimal(row["amount"]) for row in rows) == money(expected["net_cents"])
