"""Many KPIs at once: what the overview reads of every period, and what only of two."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.models import Organization
from crm.periods import parse_period
from customers.models import Ticket
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from kpis.engine import drain
from kpis.readings.summary import Choice, Compare, overview, summarise
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW

pytestmark = pytest.mark.django_db
KPIS = [CATALOGUE[key] for key in ("orders", "median_time_to_resolution")]


def choice_of_mehr():
    """Of nobody's records: of an owner and a team at once there are no medians but those of rows."""
    nobody = {Dimension.OWNER: 0, Dimension.TEAM: 0}
    return Choice(parse_period("1404-07"), Compare.PREVIOUS, nobody, date(2025, 11, 1), None, Organization.current())


def sell():
    """Two orders of Mehr, one of Shahrivar, one of Mordad; a ticket of each month, solved after four hours, two and one."""
    customer = make_customer()
    for month, day in ((9, 25), (9, 1), (10, 1), (8, 1)):
        make_order(customer=customer, placed_at=tehran(2025, month, day))
    for month, hours in ((10, 4), (9, 2), (8, 1)):
        asked = tehran(2025, month, 1, 8)
        Ticket.objects.create(customer=customer, created_at=asked, resolved_at=asked + timedelta(hours=hours))
    drain(at=NOW)


def test_an_overview_has_trends_of_what_is_stored_and_rows_of_two_periods():
    sell()

    found = overview(KPIS, choice_of_mehr(), CATALOGUE["orders"])

    orders, tickets = found["orders"], found["median_time_to_resolution"]
    # Nothing was recorded before Mordad.
    assert [value.numerator for value in orders.trend] == [None] * 10 + [1, 1, 2]
    assert orders.then.numerator == 1
    assert [value.value for value in tickets.trend] == [Decimal(4)]
    assert tickets.then.value == Decimal(2)


def test_what_is_charted_has_its_trend_although_only_rows_can_tell():
    sell()

    found = overview(KPIS, choice_of_mehr(), CATALOGUE["median_time_to_resolution"])

    assert [value.value for value in found["median_time_to_resolution"].trend] == [None] * 10 + [1, 2, 4]
    assert found == summarise(KPIS, choice_of_mehr())
