"""How long customers stay, as of the ends of months and of today: kept with the facts of customers."""

from datetime import date, timedelta

import pytest

from campaigns.models import Channel
from customers.models import Order
from kpis.engine import drain, find_drift, rebuild
from kpis.engine.customers import drain_customers
from kpis.models import Lifetime, Tenure, TenureEvening
from tests.factories.customers import make_customer
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW, TODAY, assert_right

pytestmark = pytest.mark.django_db
CHANNEL = 1
TENURES = ["average_customer_tenure", "naive_customer_tenure"]
LOST_ON = date(2025, 6, 30)


def buy(customer, *day):
    return Order.objects.create(customer=customer, placed_at=tehran(*day), status="paid", currency="IRR")


@pytest.fixture
def mail():
    """Of this channel one bought on new year's day and was lost 180 days later; of none another on 20 September."""
    found = Channel.objects.create(slug="mail", name="Mail")
    buy(make_customer(channel=found), 2025, 1, 1)
    buy(make_customer(), 2025, 9, 20)
    drain(at=NOW)
    return found


def stored(*day):
    """{(dimension, member): days} of an evening."""
    rows = Tenure.objects.filter(day=date(*day)).values_list("dimension", "member", "tenure")
    return {(dimension, member): tenure for dimension, member, tenure in rows}


def test_ends_of_months_and_today_are_stored(mail):
    # from January to September in one calendar, from Dey to Shahrivar in the other, and today; then with what it is compared:
    # 1 September and 1 July, the first days of a month and a quarter; 24 September, the fifth of a week; 9 Shahrivar and 9 Tir
    # are ends of months, and a year before there was nobody
    assert TenureEvening.objects.count() == 9 + 9 + 1 + 3
    assert not TenureEvening.objects.filter(is_dirty=True).exists()
    # here for 31 + 28 + 31 + 30 + 30 = 150 days; nobody else had come
    assert stored(2025, 5, 31) == {(0, 0): 150, (CHANNEL, mail.pk): 150}
    assert stored(2025, 6, 30) == {(0, 0): 180, (CHANNEL, mail.pk): 180}
    # one stayed 11 days so far, the other left after 180: all who were seen so long left then
    assert stored(2025, 10, 1) == {(0, 0): 180, (CHANNEL, mail.pk): 180, (CHANNEL, 0): 11}
    assert_right(TENURES)


def test_another_day_comes_and_one_goes(mail):
    drain(at=NOW + timedelta(days=1))

    assert (stored(2025, 10, 1), stored(2025, 10, 2)[CHANNEL, 0]) == ({}, 12)
    # 2 September and 2 July, 25 September, and, as 10 Shahrivar and 10 Tir, 1 September and 1 July
    assert TenureEvening.objects.count() == 9 + 9 + 1 + 5
    drain(at=NOW + timedelta(days=30))  # October has ended, and so has Mehr
    assert (stored(2025, 10, 22)[CHANNEL, 0], stored(2025, 10, 31)[CHANNEL, 0]) == (32, 41)
    assert find_drift() == []
    drain(at=NOW)  # and back, as a clock may be set
    assert (stored(2025, 10, 1)[CHANNEL, 0], stored(2025, 10, 22), TenureEvening.objects.count()) == (11, {}, 22)
    assert find_drift() == []


def test_only_evenings_on_which_something_changed_are_computed_again(mail):
    early = Order.objects.order_by("placed_at").first()
    buy(early.customer, 2025, 5, 1)  # now lost on 28 October
    drain_customers(at=NOW)

    ends = [date(2025, *day) for day in ((7, 1), (7, 22), (7, 31), (8, 22), (8, 31), (9, 1), (9, 22), (9, 24), (9, 30))]
    dirty = TenureEvening.objects.filter(is_dirty=True).order_by("day").values_list("day", flat=True)
    assert list(dirty) == [LOST_ON, *ends, TODAY]
    assert find_drift() == []
    # 180 days to the end of June, and 31 of July
    assert_right(["average_customer_tenure", "customer_lifetime_value_revenue"])
    assert stored(2025, 7, 31)[0, 0] == 211

    # who buys again while active is lost later; of no evening so far is anything else known
    buy(early.customer, 2025, 9, 30)
    drain_customers(at=NOW)
    assert not TenureEvening.objects.filter(is_dirty=True).exists()

    Order.objects.filter(customer=early.customer).delete()
    assert_right(TENURES)
    assert (stored(2025, 5, 31), stored(2025, 10, 1)) == ({}, {(0, 0): 11, (CHANNEL, 0): 11})


def test_who_came_back_has_stayed_since_the_beginning(mail):
    early = Order.objects.order_by("placed_at").first()
    buy(early.customer, 2025, 9, 1)
    assert_right(TENURES)

    # lost from 30 June to August, and here again: 273 days from 1 January to 1 October, the other one 11
    assert (stored(2025, 8, 31)[0, 0], stored(2025, 10, 1)[0, 0]) == (180, 273)
    rebuild()
    drain(at=NOW)
    assert (stored(2025, 8, 31)[0, 0], stored(2025, 10, 1)[0, 0], find_drift()) == (180, 273, [])


def test_what_differs_is_drift(mail):
    Lifetime.objects.filter(left_after=180).update(customers=3)
    Tenure.objects.filter(day=LOST_ON, dimension=0).update(tenure=181)

    wrong = [f"lifetimes: channel {mail.pk}, 180 differs by -2", "tenure: 2025-06-30, dimension 0/0 is wrong"]
    assert find_drift() == wrong
    TenureEvening.objects.filter(day=LOST_ON).update(is_dirty=True)
    assert find_drift() == wrong[:1]
