"""Customers, one worked example per KPI. The threshold is 180 days, the month Mehr 1404 (23 September to 22 October 2025)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Campaign, Channel, Expense
from customers.models import Answer, Customer, Order, Survey
from kpis.definitions import Dimension
from tests.factories.kpis import tehran
from tests.kpis.catalogue.conftest import LONG_AFTER, near
from tests.kpis.proof import card, parts

pytestmark = pytest.mark.django_db
LONG_AGO = tehran(2025, 1, 1)  # lost on 30 June
SPRING = tehran(2025, 4, 10)  # lost on 7 October, in Mehr
SUMMER = tehran(2025, 9, 1)
MEHR = tehran(2025, 9, 25)


def people(count, *moments, status="paid", **facts):
    """Customers who ordered at these moments."""
    made = Customer.objects.bulk_create(Customer(name=f"Customer {i}", **facts) for i in range(count))
    Order.objects.bulk_create(
        Order(customer=customer, placed_at=moment, status=status, currency="IRR") for customer in made for moment in moments
    )
    return made


def test_new_customers(refresh):
    people(3, MEHR)
    people(2, MEHR, MEHR + timedelta(days=3))  # twice in the month: new once
    people(4, SUMMER, MEHR)  # came before
    people(1, LONG_AGO, MEHR)  # came back after having been lost: not new
    people(5, MEHR, status="pending")
    people(2, MEHR, is_test=True)
    people(6)  # never bought
    refresh()

    # 3 + 2; exact Poisson of 5: 1.6235 to 11.6683
    value = card("new_customers", today=LONG_AFTER)
    assert (value.value, card("new_customers", date(2025, 9, 1)).value) == (5, 4)
    assert [value.lower, value.upper] == pytest.approx([Decimal("1.6235"), Decimal("11.6683")], abs=Decimal("0.0001"))


def test_two_records_of_one_person_are_one_customer_from_the_earlier_day(refresh):
    kept, gone = people(1, MEHR) + people(1, SUMMER)
    Order.objects.filter(customer=gone).update(customer=kept)
    Customer.objects.filter(pk=gone.pk).update(merged_into=kept)
    refresh()

    assert (card("new_customers").value, card("new_customers", date(2025, 9, 1)).value) == (0, 1)


def test_lost_customers(refresh):
    people(4, SPRING)  # 10 April + 180 days = 7 October
    people(2, SPRING, SUMMER)  # the gap was bridged
    people(3, tehran(2025, 4, 25))  # lost on 22 October, the last day
    people(5, tehran(2025, 4, 26))  # lost on 23 October, in Aban
    refresh()

    assert card("lost_customers", today=LONG_AFTER).value == 4 + 3
    assert card("lost_customers", date(2025, 10, 23), today=LONG_AFTER).value == 5
    # on 1 October nobody of them is lost yet
    assert card("lost_customers", today=date(2025, 10, 1)).value == 0


def test_reactivated_customers(refresh):
    people(2, LONG_AGO, MEHR)
    people(3, SUMMER, MEHR)  # were never away
    people(1, MEHR - timedelta(days=180), MEHR)  # exactly the threshold: was not away either
    people(1, MEHR - timedelta(days=181), MEHR)
    refresh()

    assert card("reactivated_customers").value == 2 + 1


def test_net_customer_growth_and_active_customers(refresh):
    people(185, SUMMER)
    people(15, SPRING)
    people(30, MEHR)
    people(5, LONG_AGO, tehran(2025, 10, 1))
    refresh()

    # 200 at the start; 30 new + 5 returned − 15 lost = +20; 220 at the end
    growth, active = card("net_customer_growth", today=LONG_AFTER), card("active_customers", today=LONG_AFTER)
    assert (growth.value, active.value) == (20, 220)
    assert growth.operands == (30, 5, 15)
    assert (growth.sample_size, active.sample_size) == (None, 220)  # a difference is no number of customers
    assert card("active_customers", date(2025, 9, 1)).value == 200
    # as of 30 September: nobody lost or returned yet
    assert card("active_customers", today=date(2025, 9, 30)).value == 200 + 30


def test_active_customers_by_channel_add_up(refresh):
    shop = Channel.objects.create(slug="shop", name="Shop")
    people(3, SUMMER, channel=shop)
    people(2, SUMMER)
    refresh()

    assert parts("active_customers", Dimension.CHANNEL) == {shop.pk: 3, 0: 2}


def test_churn_rate(refresh):
    people(194, SUMMER)
    people(5, SPRING)  # lost in the month
    people(1, SPRING, tehran(2025, 10, 20))  # left on the 7th and came back on the 20th: no churn
    people(40, MEHR)  # new ones are in neither side
    refresh()

    # 5 of 200 = 2.5 %, Wilson 1.07 % to 5.72 %
    value = card("churn_rate", today=LONG_AFTER)
    assert (value.numerator, value.denominator, value.value) == (5, 200, Decimal("0.025"))
    assert [value.lower, value.upper] == pytest.approx([Decimal("0.0107"), Decimal("0.0572")], abs=Decimal("0.00005"))
    assert card("lost_customers", today=LONG_AFTER).value == 6


def test_churn_of_a_base_that_is_not_there_yet(refresh):
    people(2, MEHR)
    refresh()

    value = card("churn_rate")

    assert (value.numerator, value.denominator, value.reason) == (0, 0, "no_denominator")


def test_repeat_purchase_rate(refresh):
    people(119, MEHR, MEHR + timedelta(days=30))
    people(1, MEHR, MEHR + timedelta(days=365))  # the last day that counts
    people(1, MEHR, MEHR + timedelta(days=366))
    people(3, MEHR, MEHR + timedelta(hours=1))  # the same day is no second order day
    people(276, MEHR)
    people(50, SUMMER, MEHR)  # acquired before
    refresh()

    # 120 of 400 = 30 %, Wilson 0.257168 to 0.346637
    value = card("repeat_purchase_rate", today=LONG_AFTER)
    assert (value.numerator, value.denominator, value.value, value.state) == (120, 400, Decimal("0.3"), "closed")
    assert [value.lower, value.upper] == near(0.257168, 0.346637)
    # a year and a day after the month it is decided
    assert card("repeat_purchase_rate", today=date(2026, 10, 22)).state == "maturing"
    assert card("repeat_purchase_rate", today=date(2026, 10, 23)).state == "closed"


def test_customer_acquisition_cost(refresh):
    mehr = {"valid_from": date(2025, 9, 23), "valid_to": date(2025, 10, 22)}
    for kind in ("ads", "salary", "commission", "content", "technical", "maintenance"):
        Expense.objects.create(kind=kind, amount=5_000_000, **mehr)
    Expense.objects.create(kind="operating", amount=77, **mehr)
    Expense.objects.create(kind="retention", amount=77, **mehr)
    people(60, MEHR)
    people(9, SUMMER, MEHR)
    refresh()

    # 6 × 5,000,000 ÷ 60 = 500,000
    value = card("customer_acquisition_cost", today=LONG_AFTER)
    assert (value.numerator, value.denominator, value.value) == (30_000_000, 60, 500_000)


def test_an_expense_is_spread_to_the_last_rial(refresh):
    """31,000,010 over the 31 days from 14 September: ten days of 1,000,001, then 21 of 1,000,000; nine of them in Shahrivar."""
    Expense.objects.create(kind="ads", amount=31_000_010, valid_from=date(2025, 9, 14), valid_to=date(2025, 10, 14))
    people(1, SUMMER)
    people(1, MEHR)
    refresh()

    assert card("customer_acquisition_cost", date(2025, 9, 1), today=LONG_AFTER).numerator == 9 * 1_000_001
    assert card("customer_acquisition_cost", today=LONG_AFTER).numerator == 1_000_001 + 21 * 1_000_000


def test_acquisition_cost_stands_under_the_channel_of_the_campaign(refresh):
    mail, shop = (Channel.objects.create(slug=slug, name=slug) for slug in ("mail", "shop"))
    campaign = Campaign.objects.create(name="Autumn", channel=mail)
    day = {"valid_from": date(2025, 9, 23), "valid_to": date(2025, 9, 23)}
    Expense.objects.create(kind="ads", amount=100, campaign=campaign, **day)  # its campaign's channel
    Expense.objects.create(kind="ads", amount=60, campaign=campaign, channel=shop, **day)  # its own
    Expense.objects.create(kind="salary", amount=7, is_estimate=True, **day)  # of no channel
    people(2, MEHR, channel=mail)
    people(3, MEHR, channel=shop)
    refresh()

    assert parts("customer_acquisition_cost", Dimension.CHANNEL) == {mail.pk: 50, shop.pk: 20, 0: "no_denominator"}
    assert parts("customer_acquisition_cost", Dimension.CAMPAIGN) == {campaign.pk: "no_denominator", 0: Decimal("1.4")}
    # 167 ÷ 5, partly estimated
    value = card("customer_acquisition_cost")
    assert (value.value, value.quality) == (Decimal("33.4"), "estimated")


def test_without_expenses_acquisition_costs_nothing_is_not_what_it_says(refresh):
    people(2, MEHR)
    refresh()

    assert (card("customer_acquisition_cost").value, card("customer_acquisition_cost").reason) == (None, "no_data")


def test_attitudinal_loyalty(refresh):
    again, stars = (Survey.objects.create(slug=f"own-{kind}", name=kind, kind=kind) for kind in ("loyalty", "csat"))
    for of, score, moment, count in ((again, 5, MEHR, 4), (again, 4, MEHR, 3), (again, 3, MEHR, 3), (again, 1, SUMMER, 9)):
        for i in range(count):
            Answer.objects.create(survey=of, score=score, answered_at=moment, source=f"{score}", external_id=str(i))
    Answer.objects.create(survey=stars, score=5, answered_at=MEHR, source="stars", external_id="1")
    refresh()

    # 4 + 3 of 10, Wilson .396778 to .892209
    value = card("attitudinal_loyalty")
    assert (value.numerator, value.denominator, value.value) == (7, 10, Decimal("0.7"))
    assert [value.lower, value.upper] == near(0.396778, 0.892209)
