"""Customers with contracts, worked by hand. The threshold is 180 days, the month Mehr 1404 (23 September to 22 October 2025)."""

from datetime import date, timedelta

import pytest
from django.db import connection

from campaigns.models import Channel
from crm.periods import Calendar, Grain
from customers.models import Contract, Customer, Order, OrderLine
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from kpis.readings import Query
from kpis.readings.cohorts import Cohorts
from kpis.readings.rows import list_rows
from tests.factories.customers import make_contract, make_customer, make_order
from tests.factories.kpis import tehran
from tests.kpis.catalogue.conftest import LONG_AFTER
from tests.kpis.proof import assert_right, card, parts, periods_of

pytestmark = pytest.mark.django_db
JANUARY = date(2025, 1, 1)
BASE = ["new_customers", "lost_customers", "reactivated_customers", "active_customers", "net_customer_growth", "churn_rate"]
BASE += ["retention_rate", "customers_total", "average_customer_tenure", "repeat_purchase_rate", "customer_engagement_rate"]


def signed(count, *spans, **facts):
    """Customers with contracts over these days."""
    made = Customer.objects.bulk_create(Customer(name=f"Subscriber {i}", **facts) for i in range(count))
    Contract.objects.bulk_create(
        Contract(customer=customer, starts_on=first, ends_on=last) for customer in made for first, last in spans
    )
    return made


def values(*keys, day=date(2025, 9, 23), today=LONG_AFTER):
    return tuple(card(key, day, today=today).value for key in keys)


def test_who_comes_stays_and_leaves_with_a_contract():
    signed(6, (JANUARY, None))  # stay
    signed(2, (JANUARY, date(2025, 9, 30)))  # the last day is one of theirs: lost on 1 October
    signed(1, (JANUARY, date(2025, 9, 22)))  # still there on the evening before Mehr, lost on its first day
    signed(1, (JANUARY, date(2025, 9, 21)))  # lost on the day before
    signed(1, (JANUARY, date(2025, 10, 22)))  # there on the last evening of Mehr, lost on the first day of Aban
    signed(3, (date(2025, 9, 25), None))
    signed(5, (JANUARY, None), is_test=True)
    make_contract(starts_on=JANUARY, is_trial=True)
    make_customer()  # no contract, no order

    assert_right(BASE)
    # 6 + 2 + 1 + 1 = 10 on the evening before; 3 come, 2 + 1 leave
    assert values("new_customers", "lost_customers", "net_customer_growth", "active_customers") == (3, 3, 0, 10)
    churn = card("churn_rate", today=LONG_AFTER)
    assert (churn.numerator, churn.denominator) == (3, 10)
    assert values("new_customers", "customers_total", day=date(2024, 12, 25)) == (11, 11)
    assert values("lost_customers", day=date(2025, 9, 1)) == (1,)
    assert values("lost_customers", day=date(2025, 10, 23)) == (1,)
    # as of 29 September only the first of them is gone
    assert values("lost_customers", "active_customers", today=date(2025, 9, 29)) == (1, 12)


def test_contracts_that_meet_are_one_span():
    signed(1, (JANUARY, date(2025, 9, 30)), (date(2025, 10, 1), None))  # the next day
    signed(1, (JANUARY, date(2025, 9, 30)), (date(2025, 9, 15), date(2026, 9, 30)))  # one within the other's time
    signed(1, (JANUARY, date(2026, 3, 1)), (date(2025, 2, 1), date(2025, 9, 30)))  # one within the other
    signed(1, (JANUARY, date(2025, 9, 30)), (date(2025, 10, 2), None))  # a day without: lost on the 1st, back on the 2nd

    assert_right(BASE)
    assert values("lost_customers", "reactivated_customers", "active_customers", "new_customers") == (1, 1, 4, 0)
    churn = card("churn_rate", today=LONG_AFTER)
    assert (churn.numerator, churn.denominator) == (0, 4)  # left and came back within Mehr: no churn


def test_orders_and_contracts_keep_a_customer_together():
    """An order of 10 April keeps its customer to 6 October: they are lost on the 7th."""
    lost_on = {
        (JANUARY, date(2025, 9, 30)): date(2025, 10, 7),  # the contract ends before that
        (JANUARY, date(2025, 10, 15)): date(2025, 10, 16),  # and after it
        (date(2025, 10, 7), date(2025, 10, 9)): date(2025, 10, 10),  # begins on the very day
    }
    customers = [signed(1, span)[0] for span in lost_on]
    (late,) = signed(1, (date(2025, 10, 8), date(2025, 10, 20)))  # a day too late
    for customer in (*customers, late):
        make_order(customer=customer, placed_at=tehran(2025, 4, 10))

    assert_right(BASE)
    query = Query(periods_of(Calendar.JALALI, Grain.MONTH, date(2025, 9, 23), date(2025, 9, 23)), LONG_AFTER)
    rows = list_rows(CATALOGUE["lost_customers"], "numerator", query).results
    expected = {(customer.pk, day) for customer, day in zip(customers, lost_on.values(), strict=True)}
    assert {(row.id, row.day) for row in rows} == expected | {(late.pk, date(2025, 10, 7)), (late.pk, date(2025, 10, 21))}
    assert values("lost_customers", "reactivated_customers", "active_customers") == (5, 1, 0)
    churned = list_rows(CATALOGUE["churn_rate"], "numerator", query).results
    assert sorted(row.id for row in churned) == [*(customer.pk for customer in customers), late.pk]


def test_a_customer_is_acquired_by_the_earlier_of_contract_and_order():
    (contract_first,) = signed(1, (date(2025, 9, 1), date(2025, 9, 30)))
    (order_first,) = signed(1, (date(2025, 9, 25), None))
    for customer, day in ((contract_first, (2025, 9, 24)), (order_first, (2025, 9, 1))):
        order = make_order(customer=customer, placed_at=tehran(*day), lines=())
        OrderLine.objects.create(order=order, position=0, quantity=1, unit_price=500)

    assert_right([*BASE, "new_customer_revenue", "lifetime_sales_per_customer", "customer_acquisition_cost"])
    # both came in Shahrivar; only one of them ordered in it
    assert values("new_customers", "new_customer_revenue", day=date(2025, 9, 1)) == (2, 500)
    assert values("new_customers", "new_customer_revenue", "revenue") == (0, 0, 500)


def test_behavioural_loyalty_is_about_orders():
    subscribers = signed(3, (date(2025, 9, 1), None))
    signed(1, (date(2025, 9, 1), None))  # never orders
    first = tehran(2025, 9, 25)
    for customer, days in zip(subscribers, (365, 366, None), strict=True):
        for moment in (first, first + timedelta(days=days)) if days else (first,):
            make_order(customer=customer, placed_at=moment)

    assert_right(BASE)
    # acquired in Shahrivar, all four; one came back within a year of the first order
    value = card("repeat_purchase_rate", date(2025, 9, 1), today=LONG_AFTER)
    assert (value.numerator, value.denominator) == (1, 4)
    assert card("repeat_purchase_rate", today=LONG_AFTER).reason == "no_denominator"
    # cohorts are of first orders: the three stand in Mehr
    months = periods_of(Calendar.JALALI, Grain.MONTH, date(2025, 9, 1), date(2025, 9, 23))
    cohorts = Cohorts(Query(months, date(2025, 10, 1)))
    assert [cohort.size for cohort in cohorts.table()] == [0, 3]
    (_, mehr) = months
    assert [(member.customer.pk, member.first_day) for member in cohorts.people(mehr, mehr)] == [
        (customer.pk, date(2025, 9, 25)) for customer in subscribers
    ]


def test_tenure_of_customers_with_contracts():
    signed(1, (JANUARY, date(2025, 3, 31)))  # 1 January to 1 April: 90 days
    signed(1, (JANUARY, None))  # 294 days to 22 October, and more

    assert_right(BASE)
    # 90 days both are here, then half of them: 90 + (294 − 90) ÷ 2 = 192
    assert values("average_customer_tenure") == (192,)


def test_by_channel_and_by_who_has_no_orders():
    shop = Channel.objects.create(slug="shop", name="Shop")
    signed(2, (date(2025, 9, 25), None), channel=shop)
    signed(1, (date(2025, 9, 25), None))

    assert_right(BASE)
    assert parts("new_customers", Dimension.CHANNEL) == {shop.pk: 2, 0: 1}
    assert parts("active_customers", Dimension.CHANNEL) == {shop.pk: 2, 0: 1}
    assert [card(key).reason for key in ("active_customers", "orders")] == ["", "no_data"]


def truncate():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE customers_contract CASCADE")


def give_away():
    Contract.objects.update(customer=make_customer())


def merge():
    survivor = make_customer()
    make_order(customer=survivor, placed_at=tehran(2024, 12, 22))
    gone = Contract.objects.get().customer
    Contract.objects.update(customer=survivor)
    Customer.objects.filter(pk=gone.pk).update(merged_into=survivor)


# What is done to a contract of 1 January to 30 September 2025: (acquired before Mehr, active before Mehr, lost in Mehr)
NOBODY = (None, None, None)  # no data, as in a company that never had a customer
CHANGES = {
    "ends earlier": (lambda: Contract.objects.update(ends_on=date(2025, 8, 1)), (1, 0, 0)),
    "has no end": (lambda: Contract.objects.update(ends_on=None), (1, 1, 0)),
    "begins later": (lambda: Contract.objects.update(starts_on=date(2025, 9, 24)), (None, None, 1)),  # nothing is known before
    "was a trial": (lambda: Contract.objects.update(is_trial=True), NOBODY),
    "deleted": (lambda: Contract.objects.all().delete(), NOBODY),
    "truncated": (truncate, NOBODY),
    "of somebody else": (give_away, (1, 1, 1)),
    "of a test": (lambda: Customer.objects.update(is_test=True), NOBODY),
    "of one who became another": (merge, (1, 1, 1)),
    "beside an order": (
        lambda: Order.objects.create(
            customer=Customer.objects.get(), placed_at=tehran(2025, 9, 1), status="paid", currency="IRR"
        ),
        (1, 1, 0),
    ),
    "beyond every calendar": (lambda: Contract.objects.update(starts_on=date(2061, 1, 1), ends_on=date(9999, 12, 31)), NOBODY),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_a_contract_reaches_the_figures(name):
    change, expected = CHANGES[name]
    make_contract(starts_on=JANUARY, ends_on=date(2025, 9, 30))
    assert_right(BASE)
    assert values("lost_customers") == (1,)

    change()

    assert_right(BASE)
    (total, active) = values("customers_total", "active_customers", day=date(2025, 9, 1))
    assert (total, active, *values("lost_customers")) == expected


def test_as_long_as_nobody_is_lost_that_is_none_and_no_want_of_data():
    signed(2, (JANUARY, None))

    assert_right(BASE)
    assert values("lost_customers", "active_customers", "churn_rate") == (0, 2, 0)
