"""Profit, one worked example per KPI. Days are of Mehr 1404 unless a row says otherwise."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Channel, Expense
from crm.models import User
from customers.models import Refund
from kpis.definitions import Dimension
from tests.factories.customers import make_customer, make_order, make_product
from tests.factories.kpis import tehran
from tests.kpis.catalogue.conftest import LONG_AFTER
from tests.kpis.proof import card, parts

pytestmark = pytest.mark.django_db
MEHR, SHAHRIVAR, ABAN = tehran(2025, 9, 25), tehran(2025, 8, 25), tehran(2025, 10, 25)
DAYS_OF_MEHR = {"valid_from": date(2025, 9, 23), "valid_to": date(2025, 10, 22)}


def test_new_customer_revenue_and_its_share(refresh):
    mail = Channel.objects.create(slug="mail", name="Mail")
    new, old = make_customer(channel=mail), make_customer()
    first = make_order([(1, 300)], customer=new, placed_at=MEHR)
    make_order([(1, 200)], customer=new, placed_at=MEHR + timedelta(days=2))  # of the same month
    make_order([(1, 900)], customer=new, placed_at=ABAN)  # no longer new
    make_order([(1, 50)], customer=old, placed_at=SHAHRIVAR)
    make_order([(1, 450)], customer=old, placed_at=MEHR)
    make_order([(1, 150)], placed_at=MEHR)  # of nobody known
    Refund.objects.create(order=first, amount=100, refunded_at=MEHR + timedelta(days=1))
    Refund.objects.create(order=first, amount=30, refunded_at=ABAN)
    refresh()

    # 300 + 200 − 100 = 400, of 400 + 450 + 150 = 1,000
    value = card("new_customer_revenue", today=LONG_AFTER)
    assert (value.value, value.sample_size) == (400, 2)
    share = card("new_customer_revenue_share", today=LONG_AFTER)
    assert (share.numerator, share.denominator, share.value) == (400, 1000, Decimal("0.4"))
    assert parts("new_customer_revenue", Dimension.CHANNEL) == {mail.pk: 400}
    # Aban: 900 − 30 of an old customer by now
    assert card("new_customer_revenue", date(2025, 10, 25), today=LONG_AFTER).value == 0
    assert card("new_customer_revenue", date(2025, 9, 1)).value == 50


def test_operating_expenses(refresh):
    mail = Channel.objects.create(slug="mail", name="Mail")
    for kind, amount, facts in (
        ("ads", 300, {"channel": mail}),
        ("operating", 6000, {}),
        ("retention", 90, {"is_estimate": True}),
    ):
        Expense.objects.create(kind=kind, amount=amount, **DAYS_OF_MEHR, **facts)
    Expense.objects.create(kind="salary", amount=60, valid_from=date(2025, 9, 8), valid_to=date(2025, 10, 7))  # half of it
    refresh()

    # 300 + 6,000 + 90 + 30; after nine days 90 + 1,800 + 27 + 18
    value = card("operating_expenses", today=LONG_AFTER)
    assert (value.value, value.quality, value.sample_size) == (6420, "estimated", None)
    kinds = {kind: code for code, kind in enumerate(Expense.Kind.values, start=1)}
    by_kind = parts("operating_expenses", Dimension.KIND)
    assert by_kind == {kinds["ads"]: 90, kinds["operating"]: 1800, kinds["retention"]: 27, kinds["salary"]: 18}
    assert parts("operating_expenses", Dimension.CHANNEL) == {mail.pk: 90, 0: 1845}
    assert card("operating_expenses", viewer=User(role="rep", visibility="all")).reason == "not_visible"


def test_profit_margin(refresh):
    make_order([(10, 100, make_product(unit_cost=60))], placed_at=MEHR)  # 1,000 that cost 600
    Expense.objects.create(kind="operating", amount=200, **DAYS_OF_MEHR)
    Expense.objects.create(kind="ads", amount=50, **DAYS_OF_MEHR)
    refresh()

    # (1,000 − 600 − 250) ÷ 1,000 = 15 %, while the gross margin is 40 %
    value = card("profit_margin", today=LONG_AFTER)
    assert (value.numerator, value.denominator, value.value, value.quality) == (150, 1000, Decimal("0.15"), "exact")
    assert card("gross_margin", today=LONG_AFTER).value == Decimal("0.4")


def test_profit_margin_of_a_loss(refresh):
    make_order([(1, 100, make_product(unit_cost=120))], placed_at=MEHR)
    Expense.objects.create(kind="operating", amount=10, **DAYS_OF_MEHR)
    refresh()

    # (100 − 120 − 10) ÷ 100
    assert card("profit_margin", today=LONG_AFTER).value == Decimal("-0.3")


def test_profit_margin_without_expenses_says_that_they_are_missing(refresh):
    make_order([(1, 100)], placed_at=MEHR)
    refresh()

    assert card("profit_margin").reason == "no_data"


def test_lifetime_sales_per_customer(refresh):
    first, second = make_customer(), make_customer()
    make_order([(1, 600)], customer=first, placed_at=tehran(2024, 5, 1))
    make_order([(1, 500)], customer=second, placed_at=MEHR)
    returned = make_order([(1, 200)], customer=second, placed_at=MEHR)
    Refund.objects.create(order=returned, amount=100, refunded_at=ABAN)
    refresh()

    # Shahrivar 600 ÷ 1; Mehr (600 + 500 + 200) ÷ 2; Aban 1,200 ÷ 2
    assert card("lifetime_sales_per_customer", date(2025, 9, 1)).value == 600
    value = card("lifetime_sales_per_customer", today=LONG_AFTER)
    assert (value.numerator, value.denominator, value.value) == (1300, 2, 650)
    assert card("lifetime_sales_per_customer", date(2025, 10, 25), today=LONG_AFTER).value == 600
    assert card("lifetime_sales_per_customer", date(2024, 1, 1)).reason == "no_data"
