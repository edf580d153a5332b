"""Customers who did something in a period and are active at its end: kept with the facts of customers."""

from datetime import date

import pytest
from django.db.models import F

from customers.models import Answer, Contract, Order, Survey, Ticket
from kpis.catalogue.cubes.base import ENGAGED
from kpis.engine import drain, find_drift
from kpis.models import CustomerContact, DirtyCustomer, Rollup
from tests.factories.customers import make_customer
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW, assert_right, card

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    """Bought on new year's day, was lost 180 days later on 30 June, and wrote when lost; a contract from 1 to 31 October."""
    found = make_customer()
    Order.objects.create(customer=found, placed_at=tehran(2025, 1, 1), status="paid", currency="IRR")
    Ticket.objects.create(customer=found, created_at=tehran(2025, 9, 24))
    Contract.objects.create(customer=found, starts_on=date(2025, 10, 1), ends_on=date(2025, 10, 31))
    return found


def counted():
    """(grain, first day) of the periods in which one customer counts."""
    rows = Rollup.objects.filter(cube=ENGAGED.code, dimension=0).exclude(m1=0)
    assert set(rows.values_list("m1", flat=True)) <= {1}
    return set(rows.values_list("grain", "start"))


def test_a_day_counts_in_the_periods_at_whose_end_the_customer_is_active(customer):
    drain(at=NOW)

    # The order's day, its Saturday week, January, its quarter; Dey 1403, its quarter and year (twice: the fiscal ones are these).
    # Gregorian 2025 ends long after the loss.
    bought = {(0, date(2025, 1, 1)), (1, date(2024, 12, 28)), (2, date(2025, 1, 1)), (3, date(2025, 1, 1))}
    bought |= {(5, date(2024, 12, 21)), (6, date(2024, 12, 21)), (7, date(2024, 3, 20)), (8, date(2024, 12, 21))}
    bought |= {(9, date(2024, 3, 20))}
    # The ticket was written by one who was lost: of its periods only Mehr 1404 ends within the contract.
    assert counted() == bought | {(5, date(2025, 9, 23))}

    # An answer of the same week comes in its place, and counts where it did; one of October counts in October too.
    survey = Survey.objects.create(slug="own-nps", name="NPS", kind="nps")
    answer = Answer.objects.create(survey=survey, customer=customer, score=7, answered_at=tehran(2025, 9, 25))
    drain(at=NOW)
    assert counted() == bought | {(5, date(2025, 9, 23))}
    Answer.objects.update(answered_at=tehran(2025, 10, 5))
    assert_right(["customer_engagement_rate"])
    october = {(0, date(2025, 10, 5)), (1, date(2025, 10, 4)), (2, date(2025, 10, 1)), (5, date(2025, 9, 23))}
    assert counted() == bought | october

    answer.delete()
    Ticket.objects.all().delete()
    drain(at=NOW)
    assert counted() == bought
    assert not CustomerContact.objects.exists()


def test_what_differs_without_a_mark_is_drift(customer):
    drain(at=NOW)
    assert find_drift() == []

    Ticket.objects.create(customer=customer, created_at=tehran(2025, 10, 2))
    assert find_drift() == []  # marked
    DirtyCustomer.objects.all().delete()
    assert find_drift() == [f"days of engagement: wrong for customer {customer.pk}"]

    Ticket.objects.filter(created_on=date(2025, 10, 2)).delete()
    drain(at=NOW)
    Rollup.objects.filter(cube=ENGAGED.code, dimension=0, grain=2).update(m1=F("m1") + 1)
    assert find_drift() == ["engaged: grain 2, 2025-01-01, dimension 0/0 differs by -1"]


def test_a_running_period_is_the_whole_one_apart_from_who_leaves_in_the_rest_of_it():
    """1 October, 9 Mehr: customers of before Mehr, by the days on which their orders keep them no longer."""

    def buy(*days, customer=None):
        found = customer or make_customer()
        for month, day in days:
            Order.objects.create(customer=found, placed_at=tehran(2025, month, day), status="paid", currency="IRR")
        return found

    def shown():
        cards = [card(key) for key in ("churn_rate", "customer_engagement_rate")]
        return [(value.numerator, value.denominator) for value in cards]

    Ticket.objects.create(customer=buy((4, 10)), created_at=tehran(2025, 9, 25))  # wrote on 3 Mehr; lost on 7 October
    lost = buy((3, 30))  # on 26 September
    buy((3, 28), (9, 30))  # on 24 September, and came back
    buy((4, 20))  # on 17 October
    assert_right(["churn_rate", "retention_rate", "customer_engagement_rate"])

    # of 4 active before Mehr one is lost by now, though 3 are by its end; of the 3 here now two did something
    assert shown() == [(1, 4), (2, 3)]
    assert Rollup.objects.get(cube=31, dimension=0, grain=5, start=date(2025, 9, 23)).m1 == 3

    # what is known of later days changes nothing of today
    buy((10, 5), customer=lost)
    assert_right(["churn_rate", "retention_rate", "customer_engagement_rate"])
    assert shown() == [(1, 4), (2, 3)]
