"""Revenue of customers acquired in the same period: kept with the facts of customers."""

from datetime import date

import pytest
from django.db.models import F

from crm.periods import Calendar, Grain
from customers.models import Refund
from kpis.catalogue import CATALOGUE
from kpis.catalogue.cubes.newcomers import NEWCOMERS_ORDERS, NEWCOMERS_REFUNDS
from kpis.definitions import DIMENSION_CODES
from kpis.engine import drain, find_drift
from kpis.models import Cross, DirtyCustomer, NewcomerDay, Rollup
from kpis.readings import Query, read
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW, assert_right, periods_of

pytestmark = pytest.mark.django_db
KEYS = ["new_customer_revenue", "new_customer_revenue_share"]


@pytest.fixture
def customer():
    """Came on 1 February 2025 (13 Bahman 1403) with 300, and bought for 200 in March, before the Jalali year ended."""
    found = make_customer()
    make_order([(1, 300)], customer=found, placed_at=tehran(2025, 2, 1))
    make_order([(1, 200)], customer=found, placed_at=tehran(2025, 3, 10))
    make_order([(1, 70)], customer=found, placed_at=tehran(2026, 3, 1))  # in no period with the first
    return found


def sums(cube):
    """{(grain, first day): its sums}."""
    rows = Rollup.objects.filter(cube=cube.code, dimension=0).exclude(m1=0, m2=0)
    return {(grain, start): tuple(found) for grain, start, *found in rows.values_list("grain", "start", "m1", "m2")}


def test_a_day_counts_in_the_periods_in_which_the_customer_came(customer):
    drain(at=NOW)

    # The day, its Saturday week (1 February was one), February and Bahman saw the first order only.
    alone = [(0, date(2025, 2, 1)), (1, date(2025, 2, 1)), (2, date(2025, 2, 1)), (5, date(2025, 1, 20))]
    # January to March, 2025, winter 1403 and 1403, which are the fiscal ones, saw both.
    both = [(3, date(2025, 1, 1)), (4, date(2025, 1, 1)), (6, date(2024, 12, 21)), (7, date(2024, 3, 20))]
    both += [(8, date(2024, 12, 21)), (9, date(2024, 3, 20))]
    expected = dict.fromkeys(alone, (1, 300)) | dict.fromkeys(both, (2, 500))
    assert sums(NEWCOMERS_ORDERS) == expected
    assert sums(NEWCOMERS_REFUNDS) == {}

    # Given back in January, before all that is known of the customer: only what also holds February saw that.
    order = customer.orders.order_by("placed_at")[0]
    refund = Refund.objects.create(order=order, amount=40, refunded_at=tehran(2025, 1, 25))
    drain(at=NOW)
    assert sums(NEWCOMERS_ORDERS) == expected
    # 25 January is of Bahman, too, as the first order is.
    assert sums(NEWCOMERS_REFUNDS) == dict.fromkeys([*both, (5, date(2025, 1, 20))], (40, 0))
    assert_right(KEYS)

    refund.delete()
    customer.orders.all()[0].delete()
    drain(at=NOW)
    assert sums(NEWCOMERS_REFUNDS) == {}


def test_what_an_owner_sold_to_newcomers_of_a_channel_is_summed_together(customer):
    drain(at=NOW)

    year = {"cube": NEWCOMERS_ORDERS.code, "grain": 4, "channel_id": customer.channel_id or 0}
    assert [tuple(row) for row in Cross.objects.filter(**year, dimension=0).values_list("m1", "m2")] == [(2, 500)]
    owners = Cross.objects.filter(**year, dimension=DIMENSION_CODES["owner"]).values_list("member", "m1", "m2")
    assert list(owners) == [(customer.owner_id or 0, 2, 500)]


def test_a_running_period_is_read_from_its_rows_only_where_more_is_known_of_later_days(customer):
    drain(at=NOW)
    Rollup.objects.filter(cube=NEWCOMERS_ORDERS.code, dimension=0, grain=4).update(m2=F("m2") + 1000)
    years = periods_of(Calendar.GREGORIAN, Grain.YEAR, date(2025, 1, 1), date(2025, 1, 1))
    kpi = CATALOGUE[KEYS[0]]

    found = [read([kpi], Query(years, today))[kpi.key].total[0].value for today in (date(2025, 2, 15), date(2025, 12, 1))]

    # By February the 300, although March is known; by December nothing follows, and the year's own sums tell: 500 + 1,000.
    assert found == [300, 1500]


def test_what_differs_without_a_mark_is_drift(customer):
    drain(at=NOW)
    assert find_drift() == []

    order = customer.orders.order_by("placed_at")[0]
    Refund.objects.create(order=order, amount=40, refunded_at=tehran(2025, 2, 2))
    assert find_drift() == []  # marked
    DirtyCustomer.objects.all().delete()
    assert find_drift() == [f"first sales and refunds: wrong for customer {customer.pk}"]

    DirtyCustomer.objects.create(customer_id=customer.pk)
    drain(at=NOW)
    assert NewcomerDay.objects.get(day=date(2025, 2, 2)).refunded == 40
    Rollup.objects.filter(cube=NEWCOMERS_ORDERS.code, dimension=0, grain=2).update(m2=F("m2") + 1)
    (found,) = find_drift()
    assert found.startswith(f"newcomers: kpis_rollup, cube {NEWCOMERS_ORDERS.code}, grain 2, 2025-02-01, dimension 0/0")
