"""What customers are worth, one worked example per KPI. The threshold is 180 days, the month Mehr 1404."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Channel, Expense
from crm.models import Organization, User
from customers.models import Customer, Order
from kpis.catalogue.value import CUSTOMER_LIFETIME_VALUE, payback
from kpis.definitions import Dimension
from kpis.engine.lifetimes import restricted_mean
from kpis.models import Prediction, PredictionFit
from kpis.readings.models import amounts_of
from tests.factories.customers import make_order, make_product
from tests.factories.kpis import tehran
from tests.kpis.catalogue.conftest import LONG_AFTER
from tests.kpis.proof import NOW, card, parts

pytestmark = pytest.mark.django_db
# The last day of Mehr, and the 365 days to it: 23 October 2024 to 22 October 2025.
END = tehran(2025, 10, 22)


def test_the_area_under_the_curve():
    """Left after 3, 6 and 6, still here after 8 and 10."""
    lives = {3: (1, 0), 6: (2, 0), 8: (0, 1), 10: (0, 1)}

    # all for 3 days, 4 of 5 for 3 more, 2 of 4 of those for the last 4: 3 + 0.8 × 3 + 0.4 × 4 = 7
    assert restricted_mean(lives) == 7
    # the last one leaves on the longest day: 3 + 2.4 + 0.4 × 2 + 0.4 × 2
    assert restricted_mean({3: (1, 0), 6: (2, 0), 8: (0, 1), 10: (1, 0)}) == 7
    # 1 stays 5 days, of the other nothing is known after 2
    assert restricted_mean({2: (0, 1), 5: (1, 0)}) == 5


def buy_on(*days_before_end, **facts):
    customer = Customer.objects.create(name="Customer", **facts)
    for days in days_before_end:
        Order.objects.create(customer=customer, placed_at=END - timedelta(days=days), status="paid", currency="IRR")
    return customer


def test_average_customer_tenure(refresh):
    Organization.objects.update(inactivity_days=2)
    mail = Channel.objects.create(slug="mail", name="Mail")
    buy_on(21, 20)  # bought on two days and was lost 3 days after the first
    buy_on(30, 28, 26)  # 6
    buy_on(40, 38, 36)  # 6
    buy_on(8, 6, 4, 2, 1, channel=mail)  # here for 8 days so far
    buy_on(10, 8, 6, 4, 2, 1, 0, channel=mail)  # for 10
    buy_on(100, is_test=True)
    refresh()

    # the example above: 7 days, of five customers; of the two still here 10, as nobody was seen to leave
    value = card("average_customer_tenure", today=LONG_AFTER)
    assert (value.value, value.numerator, value.denominator, value.quality) == (7, None, 5, "estimated")
    assert card("average_customer_tenure", today=LONG_AFTER, filters={Dimension.CHANNEL: mail.pk}).value == 10
    # beside it (3 + 6 + 6 + 8 + 10) ÷ 5, and of the two still here (8 + 10) ÷ 2
    assert card("naive_customer_tenure", today=LONG_AFTER).value == Decimal("6.6")
    assert card("naive_customer_tenure", today=LONG_AFTER, filters={Dimension.CHANNEL: mail.pk}).value == 9
    assert card("average_customer_tenure", date(2024, 1, 1)).reason == "no_data"


def test_a_lost_customer_who_came_back_has_stayed_since_the_beginning(refresh):
    buy_on(400, 20)  # lost after 180 days, and here again
    refresh()

    assert card("average_customer_tenure", today=LONG_AFTER).value == 400
    # at the end of Shahrivar they were still lost; at that of Mehr 1403 they had been here for the 34 days since 27 Shahrivar
    assert card("average_customer_tenure", date(2025, 9, 10), today=LONG_AFTER).value == 180
    assert card("average_customer_tenure", date(2024, 10, 1), today=LONG_AFTER).value == 34


def year_of_business(refresh):
    """Two customers, active at both ends of the year, who order twice each; one more who came in the year and stayed."""
    mail = Channel.objects.create(slug="mail", name="Mail")
    goods = make_product(unit_cost=60)
    for days in ((500, 360, 200, 100), (500, 350, 190, 90)):
        customer = buy_on(500, channel=mail)
        for each in days[1:]:
            make_order([(10, 100, goods)], customer=customer, placed_at=END - timedelta(days=each))
    newcomer = Customer.objects.create(name="New")
    make_order([(10, 100, goods)], customer=newcomer, placed_at=END - timedelta(days=100))
    year = {"valid_from": date(2024, 10, 23), "valid_to": date(2025, 10, 22)}
    Expense.objects.create(kind="ads", amount=3650, **year)
    Expense.objects.create(kind="retention", amount=365, channel=mail, **year)
    Expense.objects.create(kind="operating", amount=99_999, **year)
    Expense.objects.create(kind="ads", amount=77, valid_from=date(2024, 10, 22), valid_to=date(2024, 10, 22))  # a day before
    refresh()


def test_customer_lifetime_value(refresh):
    year_of_business(refresh)

    # 7 orders of 1,000 each, margin 40 % = 2,800; active 2 and 3, in the mean 2.5; nobody left: the longest tenure, 500 days
    # (2,800 − 365) ÷ 2.5 × 500 ÷ 365 − 3,650 ÷ 1 = 974 × 1.369863 − 3,650 = −2,315.753425
    value = card("customer_lifetime_value", today=LONG_AFTER)
    assert value.value == Decimal("-2315.753424657534")
    assert (value.quality, value.numerator, value.denominator) == ("estimated", None, 3)
    # 7,000 ÷ 2.5 × 500 ÷ 365
    assert card("customer_lifetime_value_revenue", today=LONG_AFTER).value == Decimal("3835.616438356164")
    # −2,315.753425 ÷ 3,650
    assert card("clv_to_cac", today=LONG_AFTER).value == Decimal("-0.634452993057")
    # 3,650 ÷ (2,800 ÷ 12 ÷ 2.5) = 3,650 ÷ 93.333333
    assert card("cac_payback_months", today=LONG_AFTER).value == Decimal("39.107142857143")


def test_customer_lifetime_value_of_a_channel_that_won_nobody(refresh):
    year_of_business(refresh)

    # the two of the mail channel were acquired before the year; what they cost cannot be said
    mail = Channel.objects.get(slug="mail").pk
    assert parts("clv_to_cac", Dimension.CHANNEL)[mail] == "no_denominator"
    assert parts("customer_lifetime_value_revenue", Dimension.CHANNEL).keys() == {mail, 0}


def test_oracles_of_lifetime_value():
    """The numbers of the sheet: 250,000 × 4 × .40 × 3 − 50,000 × 3 − 300,000 = 750,000, and 500 ÷ (100 × .75) months."""
    sums = {
        "orders": Decimal(4 * 10),
        "revenue": Decimal(1_000_000 * 10),
        "goods": Decimal(600_000 * 10),
        "retention": Decimal(50_000 * 10),
        "bases": Decimal(20),
        "tenure": Decimal(3 * 365),
        "acquisition": Decimal(300_000 * 4),
        "acquired": Decimal(4),
    }
    assert CUSTOMER_LIFETIME_VALUE.model.compute(sums) == 750_000
    assert amounts_of(CUSTOMER_LIFETIME_VALUE.model, sums) == (250_000, 4, Decimal("0.4"), 3, 50_000, 3, 300_000)
    # 24,000 of 20 customers' year are 100 a month, three quarters of it margin
    month = {"orders": Decimal(240), "revenue": Decimal(24_000), "goods": Decimal(6_000), "bases": Decimal(40)}
    assert payback(month | {"acquisition": Decimal(500), "acquired": Decimal(1)}).quantize(Decimal("0.01")) == Decimal("6.67")


def test_payback_of_a_year_of_refunds_alone():
    """50 went back for goods worth 80, so 30 are margin of 1.5 customers: 1.6667 a month, and 5 take 3 months to come back."""
    sums = {"orders": Decimal(0), "revenue": Decimal(-50), "goods": Decimal(-80), "bases": Decimal(3)}

    assert payback(sums | {"acquisition": Decimal(5), "acquired": Decimal(1)}).quantize(Decimal("1e-9")) == 3


def test_cac_payback_months(refresh):
    """CAC 500, a customer's month brings 100 of which 75 are margin: 6.67 months."""
    buyer = buy_on(480, 364, 300, 200)
    make_order([(12, 100, make_product(unit_cost=25))], customer=buyer, placed_at=END - timedelta(days=150))
    Expense.objects.create(kind="ads", amount=500, valid_from=date(2025, 1, 1), valid_to=date(2025, 1, 1))
    refresh()
    assert card("cac_payback_months", today=LONG_AFTER).reason == "no_denominator"  # nobody new

    # the newcomer is not active at the year's start: bases 1 and 2, in the mean 1.5; margin 900 ÷ 12 ÷ 1.5 = 50
    buy_on(10)
    refresh()
    value = card("cac_payback_months", today=LONG_AFTER)
    assert value.value == 10
    # in the year to the end of Shahrivar, too, it was one customer without a newcomer
    assert card("cac_payback_months", date(2025, 9, 1)).reason == "no_denominator"


def test_models_of_costs_are_not_for_everybody_and_missing_costs_say_so(refresh):
    year_of_business(refresh)
    rep = User(role="rep", visibility="all")
    assert [card(key, viewer=rep).reason for key in ("customer_lifetime_value", "clv_to_cac", "cac_payback_months")] == [
        "not_visible"
    ] * 3
    assert card("customer_lifetime_value_revenue", viewer=rep).value is not None

    make_order([(1, 100)], customer=Customer.objects.first(), placed_at=END)
    refresh()
    assert card("customer_lifetime_value", today=LONG_AFTER).quality == "incomplete"


def test_clv_predicted(refresh):
    """At the end of Mehr 300 and 100 are expected of two customers; at that of Shahrivar 50 had been of the first alone."""
    mail = Channel.objects.create(slug="mail", name="Mail")
    first, second = buy_on(90), buy_on(5, channel=mail)
    refresh()
    expected = {date(2025, 9, 22): [(first, 50)], date(2025, 10, 22): [(first, 300), (second, 100)]}
    for day, values in expected.items():
        facts = {"checksum": 0, "customers": len(values), "repeaters": 0, "history_days": 90, "yearly_rate": 0}
        fit = PredictionFit.objects.create(day=day, fitted_at=NOW, checked_on=day, **facts)
        for customer, value in values:
            own = {"last_day": day, "orders": 1, "alive": 1, "order_margin": value, "value": value, "unknown_costs": 0}
            Prediction.objects.create(fit=fit, fact_id=customer.pk, **own)

    value = card("clv_predicted", today=LONG_AFTER)
    assert (value.value, value.numerator, value.denominator, value.quality) == (200, 400, 2, "estimated")
    assert card("clv_predicted", today=LONG_AFTER, filters={Dimension.CHANNEL: mail.pk}).value == 100
    # nothing newer was fitted by the ninth of Mehr, nor anything at all by the end of Mordad
    assert card("clv_predicted").value == 50
    assert card("clv_predicted", date(2025, 8, 1)).reason == "not_fitted"


def test_without_expenses_nobody_knows_the_lifetime_value(refresh):
    buy_on(10)
    refresh()

    assert card("customer_lifetime_value").reason == "no_data"
