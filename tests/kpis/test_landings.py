"""Visitors who landed, counted once in each period: what is stored, what moves it, and what tells that it is wrong."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F

from campaigns.models import Session
from customers.models import Cart, Customer, Order
from kpis.catalogue.cubes.landing import LANDINGS
from kpis.definitions import DIMENSION_CODES, Dimension
from kpis.engine import drain, find_drift
from kpis.engine.customers import drain_customers
from kpis.engine.drift import dirty_visitors
from kpis.engine.landings import drain_visitors, drift_of_landings
from kpis.models import DirtyCustomer, DirtyVisitor, LandingDay, Rollup
from leads.models import Lead
from tests.factories.campaigns import make_channel, make_landing_page, make_session
from tests.factories.customers import make_cart, make_customer, make_order
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW, assert_right

pytestmark = pytest.mark.django_db
MEHR = tehran(2025, 9, 24)
DAY = timedelta(days=1)


@pytest.fixture
def page():
    return make_landing_page(title="Tea")


def land(page, at=MEHR, **facts):
    return make_session(landing_page=page, started_at=at, **facts)


def stored(grain, dimension="", member=0):
    """{first day of a period: (visitors, converted)}."""
    rows = Rollup.objects.filter(cube=LANDINGS.code, grain=grain, dimension=DIMENSION_CODES[dimension], member=member)
    return {start: (int(m1), int(m2)) for start, m1, m2 in rows.exclude(m1=0, m2=0).values_list("start", "m1", "m2")}


def test_a_visitor_is_one_in_a_period_and_on_a_page(page):
    """Ann lands on 24 September and 5 October, both in Mehr, and converts the second time, on another page; Bob has no name."""
    other, channel = make_landing_page(), make_channel()
    land(page, visitor="ann")
    land(page, MEHR + timedelta(minutes=5), visitor="ann", channel=channel)
    land(other, tehran(2025, 10, 5), visitor="ann", converted_at=tehran(2025, 10, 5))
    land(page)
    land(page, is_bot=True)
    drain(at=NOW)

    days = {date(2025, 9, 24): (2, 0), date(2025, 10, 5): (1, 1)}
    assert stored(0) == days
    assert stored(2) == {date(2025, 9, 1): (2, 0), date(2025, 10, 1): (1, 1)}  # September and October
    assert stored(5) == {date(2025, 9, 23): (2, 1)}  # Mehr
    assert stored(4) == {date(2025, 1, 1): (2, 1)}
    assert stored(5, Dimension.LANDING_PAGE, page.pk) == {date(2025, 9, 23): (2, 0)}
    assert stored(5, Dimension.LANDING_PAGE, other.pk) == {date(2025, 9, 23): (1, 1)}
    assert stored(5, Dimension.CHANNEL, channel.pk) == {date(2025, 9, 23): (1, 0)}
    assert stored(5, Dimension.CHANNEL) == {date(2025, 9, 23): (2, 1)}
    assert_right(["landing_page_conversion_rate"])

    # Without the first day, October's is the one that counts in Mehr
    Session.objects.filter(started_on=date(2025, 9, 24)).delete()
    drain(at=NOW)
    assert (stored(0), stored(5)) == ({date(2025, 10, 5): (1, 1)}, {date(2025, 9, 23): (1, 1)})
    assert find_drift() == []


def settle():
    """Drain what landings hang on, and nothing else: what is not marked may not differ, before and after it."""
    for _ in range(2):
        with connection.cursor() as cursor:
            assert list(drift_of_landings(cursor, dirty_visitors([]), 20)) == []
        while drain_customers(at=NOW):
            pass
        while drain_visitors(at=NOW):
            pass
    assert not DirtyVisitor.objects.exists()
    assert not DirtyCustomer.objects.filter(part=DirtyCustomer.Part.FACTS).exists()


WRITES = {
    "another day": (lambda: Session.objects.filter(visitor="ann").update(started_at=MEHR + DAY), {"vann": [1, False]}),
    "a robot": (lambda: Session.objects.filter(visitor="ann").update(is_bot=True), {"vann": None}),
    "no page": (lambda: Session.objects.filter(visitor="ann").update(landing_page=None), {"vann": None}),
    "another name": (lambda: Session.objects.filter(visitor="ann").update(visitor="eve"), {"vann": None, "veve": [0, False]}),
    "a conversion": (lambda: Session.objects.filter(visitor="ann").update(converted_at=MEHR), {"vann": [0, True]}),
    "one in another visit": (lambda: make_session(visitor="ann", started_at=MEHR, converted_at=MEHR + DAY), {"vann": [0, True]}),
    "a visit deleted": (lambda: Session.objects.filter(visitor="ann").delete(), {"vann": None}),
    "a lead": (lambda: Lead.objects.create(name="Ann", visitor="ann", created_at=MEHR + DAY), {"vann": [0, True]}),
    "a lead of another": (lambda: Lead.objects.update(visitor="ann"), {"vann": [0, True], "vbob": [0, False]}),
    "spam": (lambda: Lead.objects.update(is_spam=True), {"vbob": [0, False]}),
    "a later lead": (lambda: Lead.objects.update(created_at=MEHR + 2 * DAY), {"vbob": [0, False]}),
    "a lead who ordered": (lambda: Lead.objects.update(created_at=MEHR - DAY, customer=buyer()), {}),
    "a lead deleted": (lambda: Lead.objects.all().delete(), {"vbob": [0, False]}),
    "a cart": (lambda: make_cart(visitor="ann", created_at=MEHR, completed_at=MEHR + DAY), {"vann": [0, True]}),
    "a cart of a buyer": (lambda: Cart.objects.update(visitor="ann"), {"vann": [0, True], "vdan": [0, False]}),
    "a cart of nobody": (lambda: Cart.objects.update(customer=None), {"vdan": [0, False]}),
    "a cart deleted": (lambda: Cart.objects.all().delete(), {"vdan": [0, False]}),
    "not paid": (lambda: Order.objects.update(status="pending"), {"vdan": [0, False]}),
    "ordered later": (lambda: Order.objects.update(placed_at=MEHR + 2 * DAY), {"vdan": [0, False]}),
    "ordered by another": (lambda: Order.objects.update(customer=make_customer()), {"vdan": [0, False]}),
    "an order more": (lambda: make_order(customer=buyer(), placed_at=MEHR), {}),
    "an order deleted": (lambda: Order.objects.all().delete(), {"vdan": [0, False]}),
    "a test": (lambda: Customer.objects.update(is_test=True), {"vdan": [0, False]}),
}


def buyer():
    return Customer.objects.get(name="buyer")


def test_each_write_moves_the_landings_it_tells(page):
    """Ann only came, Bob left his name, Dan ordered as the customer of an old cart; all landed on 24 September."""
    for name in ("ann", "bob", "dan"):
        land(page, visitor=name)
    Lead.objects.create(name="Bob", visitor="bob", created_at=MEHR)
    make_cart(visitor="dan", created_at=MEHR - 30 * DAY, customer=make_customer(name="buyer"))
    make_order(customer=buyer(), placed_at=MEHR + DAY)
    settle()

    for name, (change, moved) in WRITES.items():
        with transaction.atomic():
            change()
            settle()
            expected = {"vann": [0, False], "vbob": [0, True], "vdan": [0, True]} | moved
            rows = LandingDay.objects.values_list("visitor", "day", "is_converted")
            found = {visitor: [(day - MEHR.date()).days, is_converted] for visitor, day, is_converted in rows}
            assert found == {visitor: facts for visitor, facts in expected.items() if facts}, name
            transaction.set_rollback(True)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE customers_cart CASCADE")
    settle()
    assert not LandingDay.objects.get(visitor="vdan").is_converted


def test_what_differs_without_a_mark_is_drift(page):
    land(page, visitor="ann")
    drain(at=NOW)
    assert find_drift() == []

    Session.objects.update(converted_at=MEHR)
    assert find_drift() == []  # marked
    DirtyVisitor.objects.all().delete()
    assert find_drift() == ["landings: wrong for visitor vann"]

    Session.objects.update(converted_at=None)
    drain(at=NOW)
    Rollup.objects.filter(cube=LANDINGS.code, dimension=0, grain=2).update(m1=F("m1") + 1)
    assert find_drift() == ["landings: grain 2, 2025-09-01, dimension 0/0 differs by (Decimal('-1'), Decimal('0'))"]
