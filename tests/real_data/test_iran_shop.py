"""12,085 orders of an Iranian shop in Rial, 1 Farvardin to 31 Ordibehesht 1398.

Loaded shuffled, by the Gregorian dates of the file, and then once more, in another order, by their Jalali dates and clock
times, which are Tehran's: that changes no order, so both say the same moments. `active_customers` of a month are our
distinct buyers (the denominator of `sales_per_customer`); `repeat_order_share` is (orders − new) ÷ orders.
Not comparable: `jalali_month_to_month` (who bought in one month and not in the next; our churn has a threshold of days).
"""

from collections import Counter
from datetime import datetime
from decimal import Decimal

import pytest

from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db, pytest.mark.slow]

MONTHS = {"Farvardin": 1, "Ordibehesht": 2}
JALALI = ("1398-01-01", "1398-02-31")
GREGORIAN = ("2019-03-01", "2019-05-31")


def order_of(row, placed_at):
    amount = str(int(Decimal(row["total_purchase"])))  # some amounts are written as 4.00E+05
    return {
        "external_id": row["order_id"],
        "customer": {"external_id": row["customer_id"]},
        "placed_at": placed_at,
        "status": "paid",
        "currency": "IRR",
        "lines": [{"name": "Purchase", "quantity": 1, "unit_price": amount}],
    }


def jalali_moment(row):
    year, month, day = row["shamsy_date"].split("-")
    return f"{year}-{MONTHS[month]:02}-{int(day):02}T{moment_of(row):%H:%M}"


def moment_of(row):
    return datetime.strptime(row["created_ts"], "%m/%d/%Y %H:%M")  # noqa: DTZ007  the shop's own clock


@pytest.fixture(scope="module")
def table(data_set):
    return data_set("iran_shop_1398").table("CS_04_months_1-2.csv")


@pytest.fixture(scope="module")
def shop(data_set, table, founded):
    with founded(data_set("iran_shop_1398"), zone="Asia/Tehran", currency="IRR", shuffled=5) as company:
        orders = [order_of(row, moment_of(row).isoformat()) for row in table]
        assert company.load("orders", orders) == {"created": 12085}
        company.refresh()
        orders = [order_of(row, jalali_moment(row)) for row in table]
        assert company.load("orders", orders, calendar="jalali") == {"unchanged": 12085}
        company.settle()
        yield company


def test_jalali_months(shop):
    cards = ("revenue", "orders", "average_order_value", "sales_per_customer", "new_customers")
    read = {card: shop.figures(card, *JALALI, calendar="jalali") for card in cards}
    assert list(read["revenue"]) == list(shop.oracle["per_jalali_month"])
    for month, expected in shop.oracle["per_jalali_month"].items():
        revenue, orders, average, per_customer, new = (read[card][month] for card in cards)
        assert [revenue.start, revenue.end] == shop.oracle["jalali_month_boundaries"][month]
        assert revenue.value == expected["revenue_rial"]
        assert orders.value == expected["orders"]
        assert average.value == near(expected["aov_rial"])
        assert new.value == expected["new_customers"]
        assert per_customer.denominator == expected["active_customers"]
        assert orders.value / per_customer.denominator == near(expected["orders_per_active_customer"])
        assert 100 * (orders.value - new.value) / orders.value == near(expected["repeat_order_share_pct"])


def test_gregorian_months_of_the_same_orders(shop, table):
    """March to May 2019 cut the two Jalali months elsewhere: by the file's own dates, and with the same sum."""
    orders, amounts = Counter(), Counter()
    for row in table:
        month = f"{moment_of(row):%Y-%m}"
        orders[month] += 1
        amounts[month] += int(Decimal(row["total_purchase"]))
    assert len(orders) == 3
    revenue = shop.figures("revenue", *GREGORIAN)
    assert {month: figure.value for month, figure in revenue.items()} == amounts
    assert {month: figure.value for month, figure in shop.figures("orders", *GREGORIAN).items()} == orders
    jalali = shop.figures("revenue", *JALALI, calendar="jalali")
    assert sum(figure.value for figure in revenue.values()) == sum(figure.value for figure in jalali.values()) == 4_052_020_000


def test_a_customer_is_new_once_in_either_calendar(shop):
    jalali = shop.figures("new_customers", *JALALI, calendar="jalali")
    gregorian = shop.figures("new_customers", *GREGORIAN)
    year = shop.figures("sales_per_customer", *JALALI, grain="year", calendar="jalali")["1398"]
    news = [sum(figure.value for figure in read.values()) for read in (jalali, gregorian)]
    assert news == [5781, 5781]
    assert year.denominator == 5781


def test_days_of_a_month_add_up_to_it(shop):
    days = shop.figures("revenue", *JALALI, grain="day", calendar="jalali")
    assert len(days) == 62
    for month, expected in shop.oracle["per_jalali_month"].items():
        assert sum(figure.value for key, figure in days.items() if key.startswith(month)) == expected["revenue_rial"]
