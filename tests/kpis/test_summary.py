"""Many KPIs at once: what the overview reads of every period, and what only of two."""

from datetime import date
from decimal import Decimal

import pytest

from crm.models import Organization
from crm.periods import parse_period
from kpis.catalogue import CATALOGUE
from kpis.engine import drain
from kpis.readings.summary import Choice, Compare, overview, summarise
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW

pytestmark = pytest.mark.django_db
KPIS = [CATALOGUE[key] for key in ("orders", "new_customer_revenue")]


def choice_of_mehr():
    return Choice(parse_period("1404-07"), Compare.PREVIOUS, {}, date(2025, 11, 1), None, Organization.current())


def sell():
    """One customer of Mehr buys for 2,000, one of Shahrivar for 500 and again in Mehr, one of Mordad for 70."""
    first, second, third = (make_customer() for _ in range(3))
    for customer, amount, month, day in ((first, 2000, 9, 25), (second, 500, 9, 1), (second, 900, 10, 1), (third, 70, 8, 1)):
        make_order([(1, amount)], customer=customer, placed_at=tehran(2025, month, day))
    drain(at=NOW)


def test_an_overview_has_trends_of_what_is_stored_and_rows_of_two_periods():
    sell()

    found = overview(KPIS, choice_of_mehr(), CATALOGUE["orders"])

    orders, newcomers = found["orders"], found["new_customer_revenue"]
    assert [value.numerator for value in orders.trend] == [0] * 10 + [1, 1, 2]
    assert orders.then.numerator == 1
    # the 900 of Mehr were paid by a customer of Shahrivar
    assert [value.value for value in newcomers.trend] == [Decimal(2000)]
    assert newcomers.then.value == Decimal(500)


def test_what_is_charted_has_its_trend_although_only_rows_can_tell():
    sell()

    found = overview(KPIS, choice_of_mehr(), CATALOGUE["new_customer_revenue"])

    assert [value.value for value in found["new_customer_revenue"].trend] == [0] * 10 + [70, 500, 2000]
    assert found == summarise(KPIS, choice_of_mehr())
