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
from tests.kpis.proof import NOW, assert_right

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
    assert find_drift() == [f"days of tickets and answers: wrong for customer {customer.pk}"]

    Ticket.objects.filter(created_on=date(2025, 10, 2)).delete()
    drain(at=NOW)
    Rollup.objects.filter(cube=ENGAGED.code, dimension=0, grain=2).update(m1=F("m1") + 1)
    assert find_drift() == ["engaged: grain 2, 2025-01-01, dimension 0/0 differs by -1"]
