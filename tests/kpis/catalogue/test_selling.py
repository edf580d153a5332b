"""Selling more and beside, one worked example per KPI. Days are of Mehr 1404 unless a row says otherwise."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from customers.models import Category, OrderLine
from kpis.definitions import Dimension
from kpis.engine import selling
from kpis.engine.selling import drain_sales
from tests.factories.customers import make_customer, make_order, make_product
from tests.factories.kpis import tehran
from tests.kpis.catalogue.conftest import LONG_AFTER
from tests.kpis.proof import NOW, card, parts

pytestmark = pytest.mark.django_db
MEHR, SHAHRIVAR, ABAN = tehran(2025, 9, 25), tehran(2025, 8, 25), tehran(2025, 10, 25)


def goods(name, tier=None, family="", category=None):
    return make_product(name=name, tier=tier, family=family, category=category)


def buy(customer, *products, at=MEHR, flags=()):
    order = make_order([(1, 100, product) for product in products], customer=customer, placed_at=at)
    for position, flag in enumerate(flags):
        OrderLine.objects.filter(order=order, position=position).update(line_class=flag)
    return order


def test_upsell_rate(refresh):
    small, large, other = goods("Small", 1, "phone"), goods("Large", 2, "phone"), goods("Other", 5, "tablet")
    climber, loyal, flagged, newcomer = (make_customer() for _ in range(4))
    for customer in (climber, loyal, flagged):
        buy(customer, small, at=SHAHRIVAR)
    buy(climber, large)  # a higher tier of the family: up-sell
    buy(climber, large, at=MEHR + timedelta(days=1))  # the same as the last time: none
    buy(loyal, other)  # a higher tier of another family, of which they had none
    buy(flagged, small, flags=("upsell",))  # the seller says so
    buy(flagged, large, at=MEHR + timedelta(days=1), flags=("base",))  # and here that it is none
    buy(newcomer, large, flags=("upsell",))  # a first order has no up-sell
    refresh()

    # 2 of the five orders of customers who had ordered before
    value = card("upsell_rate")
    assert (value.numerator, value.denominator, value.value) == (2, 5, Decimal("0.4"))

    # an order of Mordad for the large one leaves nothing to climb to
    buy(climber, large, at=tehran(2025, 8, 1))
    refresh()
    assert (card("upsell_rate").numerator, card("upsell_rate").denominator) == (1, 5)


def test_cross_sell_rate(refresh):
    tea, rice = Category.objects.create(name="Tea"), Category.objects.create(name="Rice")
    green, black, white = goods("Green", category=tea), goods("Black", category=tea), goods("White", category=rice)
    regular, newcomer = make_customer(), make_customer()
    buy(regular, green, at=SHAHRIVAR)
    buy(regular, black)  # of a category they know
    buy(regular, white, at=MEHR + timedelta(days=1))  # never bought before: cross-sell
    buy(regular, white, at=MEHR + timedelta(days=2))  # known by now
    buy(newcomer, white)  # the first order of all: nothing is beside it
    buy(newcomer, green, white, at=MEHR + timedelta(days=1))  # rice was added on, and tea is new to them
    buy(None, green, white)  # added on, whoever it was
    buy(None, green, black)
    buy(None, green, black, flags=("", "cross_sell"))  # the seller says so
    buy(None, green, white, flags=("", "base"))  # and here that it is none
    refresh()

    # the third, the sixth, and two of nobody's: 4 of 9 orders
    value = card("cross_sell_rate")
    assert (value.numerator, value.denominator) == (4, 9)
    # tea: the newcomer's and nobody's flagged one of 6 orders with tea; rice: 3 of 6 orders with rice
    assert parts("cross_sell_rate", Dimension.CATEGORY) == {
        tea.pk: Decimal("0.333333333333"),
        rice.pk: Decimal("0.5"),
    }
    assert card("cross_sell_rate", today=LONG_AFTER).reason == ""


def test_a_line_has_one_class_and_up_sell_wins(refresh):
    tea, rice = Category.objects.create(name="Tea"), Category.objects.create(name="Rice")
    small, large = goods("Small", 1, "box", tea), goods("Large", 2, "box", rice)
    customer = make_customer()
    buy(customer, small, at=SHAHRIVAR)
    buy(customer, large)  # a higher tier, and of a new category
    refresh()

    assert (card("upsell_rate").value, card("cross_sell_rate").value) == (1, 0)
    assert parts("upsell_rate", Dimension.CATEGORY) == {rice.pk: 1}


# -- what is stored, compared by other words ---------------------------------------------------------------------------

# What goes wrong where the computing says this instead of that.
BROKEN = {
    "a past that holds the order itself": ("AND 1 PRECEDING", "AND CURRENT ROW"),
    "a tier as high as the best": ("tier > best", "tier >= best"),
    "a first order that climbs": ("is_repeat AND (line_class", "(line_class"),
    "a family that is nobody's": ("p.customer_id, r.family", "r.family"),
    "a category known from a first order only": ("is_repeat AND bought = 0", "is_repeat AND bought < 2"),
    "an own category that is the last line's": ("l.position, l.id", "l.position DESC, l.id DESC"),
    "lines of two classes": ("NOT is_upsell AND", "TRUE AND"),
}


@pytest.fixture
def sales(db):
    """Of two customers: what one of them bought of a family and a category says nothing of the other."""
    tea, rice = Category.objects.create(name="Tea"), Category.objects.create(name="Rice")
    small, large = goods("Small", 1, "box", tea), goods("Large", 2, "box", rice)
    climber, other = make_customer(), make_customer()
    buy(other, small, large, at=tehran(2025, 8, 1), flags=("", "upsell"))
    buy(climber, small, at=SHAHRIVAR)
    buy(climber, small, large)
    buy(climber, large, at=MEHR + timedelta(days=1))
    buy(climber, small, at=MEHR + timedelta(days=2))


def wrong_customers():
    """Whom the check finds, once they are computed."""
    drain_sales(at=NOW)
    with connection.cursor() as cursor:
        cursor.execute(selling.CHECK)
        return cursor.fetchall()


def test_what_is_computed_rightly_is_no_drift(sales):
    assert wrong_customers() == []


@pytest.mark.parametrize(("old", "new"), BROKEN.values(), ids=BROKEN)
def test_what_is_computed_wrongly_is_drift(sales, monkeypatch, old, new):
    assert old in selling.WRITE
    monkeypatch.setattr(selling, "WRITE", selling.WRITE.replace(old, new))

    assert wrong_customers() != []
