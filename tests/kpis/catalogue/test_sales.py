"""Sales, one worked example per KPI. Days are of Mehr 1404 unless a row says otherwise."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.models import Team, User
from customers.models import Category, Customer, Order, OrderLine, Product, Refund, RefundLine
from kpis.definitions import Dimension
from leads.models import Opportunity, Stage
from tests.factories.kpis import tehran
from tests.kpis.catalogue.conftest import LONG_AFTER, near
from tests.kpis.proof import card, parts

pytestmark = pytest.mark.django_db
MEHR, ABAN = tehran(2025, 9, 25), tehran(2025, 10, 25)


def buy(*lines, customer=None, placed_at=MEHR, status="paid", **facts):
    """An order with lines of (quantity, unit price) or with more facts as a dict behind them."""
    order = Order.objects.create(customer=customer, placed_at=placed_at, status=status, currency="IRR", **facts)
    for position, (quantity, unit_price, *more) in enumerate(lines):
        rest = more[0] if more else {}
        OrderLine.objects.create(order=order, position=position, quantity=quantity, unit_price=unit_price, **rest)
    return order


def give_back(order, amount, refunded_at=MEHR, cost=0):
    refund = Refund.objects.create(order=order, amount=amount, refunded_at=refunded_at)
    RefundLine.objects.create(refund=refund, line=order.lines.first(), quantity=1, amount=amount, cost_amount=cost)


def test_revenue(refresh):
    buy((3, 100_000), (1, 50_000, {"discount": 20_000}))  # 330,000
    buy((1, 80_000), status="fulfilled", tax=7_200, shipping=30_000)  # 80,000: without tax and shipping
    buy((1, 60_000, {"order_discount": 5_000}))  # 55,000
    buy((2, Decimal("10.25"), {"rate": 1000}))  # 20.50 foreign units at 1,000: 20,500
    for status in ("draft", "pending", "cancelled"):
        buy((1, 999_999), status=status)
    buy((1, 40_000), placed_at=tehran(2025, 9, 22, 23, 59))  # a minute before Mehr
    older = buy((2, 100_000), placed_at=tehran(2025, 9, 1))
    give_back(older, 100_000)  # −100,000 on its own day
    give_back(older, 50_000, ABAN)
    refresh()

    # 330,000 + 80,000 + 55,000 + 20,500 − 100,000 = 385,500; Shahrivar 40,000 + 200,000; Aban −50,000
    value = card("revenue", today=LONG_AFTER)
    assert (value.value, value.sample_size, value.lower, value.quality) == (385_500, 4, None, "exact")
    assert card("revenue", date(2025, 9, 1)).value == 240_000
    assert card("revenue", date(2025, 10, 25), today=LONG_AFTER).value == -50_000


@pytest.mark.parametrize(("amount", "converted"), [("0.50", "0.62"), ("0.70", "0.88"), ("0.54", "0.68")])
def test_converted_amounts_are_rounded_half_to_even(refresh, amount, converted):
    """At a rate of 1.25: 0.625 and 0.875 lie in the middle and go to the even neighbour, 0.675 too."""
    buy((1, Decimal(amount), {"rate": Decimal("1.25")}))
    refresh()

    assert card("revenue").value == Decimal(converted)


def test_revenue_moves_with_the_order_but_not_with_a_note(refresh):
    order = buy((1, 70_000))
    refresh()
    order.refresh_from_db()

    order.number = "A note on a sold order"
    order.save()
    refresh()
    assert (card("revenue").value, card("revenue", date(2025, 10, 25), today=LONG_AFTER).value) == (70_000, 0)

    order.placed_at = ABAN
    order.save()
    refresh()
    assert (card("revenue").value, card("revenue", date(2025, 10, 25), today=LONG_AFTER).value) == (None, 70_000)


def test_orders(refresh):
    for status in ("paid", "paid", "fulfilled", "draft", "pending", "cancelled"):
        buy((1, 1000), status=status)
    buy()  # without lines, and without a customer: an order all the same
    buy((1, 1000), customer=Customer.objects.create(is_test=True))
    buy((1, 1000), customer=Customer.objects.create(is_spam=True))
    give_back(buy((1, 1000)), 1000)  # given back wholly: still an order
    refresh()

    # 2 paid + 1 fulfilled + 1 without lines + 1 returned
    assert card("orders").value == 5


def test_orders_by_product_and_category_may_exceed_the_whole(refresh):
    tea, rice = Category.objects.create(name="Tea"), Category.objects.create(name="Rice")
    green, black, white = (Product.objects.create(sku=sku, category=c) for sku, c in (("G", tea), ("B", tea), ("W", rice)))
    buy((1, 10, {"product": green}), (1, 20, {"product": black}), (1, 30, {"product": white}))
    buy((1, 5, {"product": green}), (2, 5, {"product": green}), (1, 1))
    refresh()

    # two orders; both have green tea; the second has a line of no product, thus of no category
    assert card("orders").value == 2
    assert parts("orders", Dimension.PRODUCT) == {green.pk: 2, black.pk: 1, white.pk: 1, 0: 1}
    assert parts("orders", Dimension.CATEGORY) == {tea.pk: 2, rice.pk: 1, 0: 1}
    # money adds up: 10 + 5 + 10, 20, 30, 1
    assert parts("revenue", Dimension.PRODUCT) == {green.pk: 25, black.pk: 20, white.pk: 30, 0: 1}


def test_average_order_value(refresh):
    buy((1, 100_000))
    give_back(buy((1, 60_000)), 10_000)
    buy((1, 900_000), status="cancelled")
    refresh()

    # (100,000 + 60,000 − 10,000) ÷ 2
    value = card("average_order_value")
    assert (value.numerator, value.denominator, value.value) == (150_000, 2, 75_000)


def test_an_average_without_orders_is_no_zero(refresh):
    give_back(buy((1, 60_000), placed_at=tehran(2025, 9, 1)), 10_000)
    refresh()

    value = card("average_order_value")

    assert (value.numerator, value.denominator, value.value, value.reason) == (-10_000, 0, None, "no_denominator")


def test_sales_per_customer(refresh):
    sara, ali = Customer.objects.create(name="Sara"), Customer.objects.create(name="Ali")
    for _ in range(3):
        buy((1, 100_000), customer=sara)
    buy((1, 200_000), customer=ali)
    buy((1, 100_000))  # money of nobody known
    buy((1, 70_000), customer=ali, placed_at=tehran(2025, 9, 1))
    refresh()

    # (3 × 100,000 + 200,000 + 100,000) ÷ 2 customers; Shahrivar 70,000 ÷ 1
    value = card("sales_per_customer")
    assert (value.numerator, value.denominator, value.value) == (600_000, 2, 300_000)
    assert card("sales_per_customer", date(2025, 9, 1)).value == 70_000


def test_a_customer_of_two_sellers_counts_once_in_total_and_once_for_each(refresh):
    team = Team.objects.create(name="East")
    sellers = [User.objects.create_user(f"{i}@example.com", team=team) for i in range(2)]
    sara = Customer.objects.create(name="Sara", owner=sellers[0])
    for owner in (None, sellers[1]):
        buy((1, 50_000), customer=sara, owner=owner)
    refresh()

    assert card("sales_per_customer").value == 100_000
    assert parts("sales_per_customer", Dimension.OWNER) == {sellers[0].pk: 50_000, sellers[1].pk: 50_000}
    assert parts("sales_per_customer", Dimension.TEAM) == {team.pk: 100_000}


def test_gross_margin(refresh):
    buy((10, 100, {"unit_cost": 60}))  # 1,000 that cost 600
    refresh()

    # (1,000 − 600) ÷ 1,000 = 40 %
    value = card("gross_margin")
    assert (value.numerator, value.denominator, value.value, value.quality) == (400, 1000, Decimal("0.4"), "exact")


def test_gross_margin_of_goods_sold_below_cost_and_partly_returned(refresh):
    loss = buy((1, 100, {"unit_cost": 130}))
    refresh()
    assert card("gross_margin").value == Decimal("-0.3")

    give_back(loss, 100, cost=130)
    buy((1, 500, {"unit_cost": 400}), (1, 300))  # the second cost is not known
    refresh()

    # net 100 − 100 + 800 = 800; cost 130 − 130 + 400 = 400; 400 ÷ 800, with a cost missing
    value = card("gross_margin")
    assert (value.numerator, value.denominator, value.value, value.quality) == (400, 800, Decimal("0.5"), "incomplete")


def test_gross_margin_is_not_for_everybody(refresh):
    buy((10, 100, {"unit_cost": 60}))
    refresh()
    rep, manager = (User(email=f"{role}@example.com", role=role, visibility="all") for role in ("rep", "manager"))

    assert (card("gross_margin", viewer=rep).value, card("gross_margin", viewer=rep).reason) == (None, "not_visible")
    assert card("gross_margin", viewer=manager).value == Decimal("0.4")


def test_win_rate(refresh):
    stage = Stage.objects.get(kind="won")
    spam = Customer.objects.create(is_spam=True)
    ends = [{"won_at": MEHR}] * 7 + [{"lost_at": MEHR}] * 3  # 7 of 10
    ends += [{}] * 5 + [{"won_at": tehran(2025, 9, 1)}] * 2 + [{"won_at": MEHR, "customer": spam}]
    Opportunity.objects.bulk_create(Opportunity(name="Deal", stage=stage, **facts) for facts in ends)
    refresh()

    # open ones and those of another month do not count; Wilson of 7 in 10: .396778 to .892209
    value = card("win_rate")
    assert (value.numerator, value.denominator, value.value) == (7, 10, Decimal("0.7"))
    assert [value.lower, value.upper] == near(0.396778, 0.892209)


def test_win_rate_of_nothing_won(refresh):
    lost = Stage.objects.get(kind="lost")
    Opportunity.objects.bulk_create(Opportunity(name="Deal", stage=lost, lost_at=MEHR) for _ in range(20))
    refresh()

    # a real 0 of 20: 0 to .161125
    value = card("win_rate")
    assert (value.value, value.reason) == (0, "")
    assert [value.lower, value.upper] == near(0, 0.161125)


def test_a_reopened_deal_has_no_close_and_a_second_close_is_the_only_one(refresh):
    deal = Opportunity.objects.create(name="Deal", stage=Stage.objects.get(kind="won"), won_at=MEHR)
    refresh()
    assert card("win_rate").value == 1

    Opportunity.objects.filter(pk=deal.pk).update(won_at=None)
    refresh()
    assert card("win_rate").reason == "no_data"  # no deal of the company's is closed

    Opportunity.objects.filter(pk=deal.pk).update(lost_at=MEHR + timedelta(days=2))
    refresh()
    assert (card("win_rate").value, card("win_rate").denominator) == (0, 1)


def test_a_deal_of_two_products_counts_once_for_each(refresh):
    tea, rice = (Product.objects.create(sku=sku) for sku in ("T", "R"))
    won, lost = (Stage.objects.get(kind=kind) for kind in ("won", "lost"))
    Opportunity.objects.create(name="Both", stage=won, won_at=MEHR).products.set([tea, rice])
    Opportunity.objects.create(name="Tea", stage=lost, lost_at=MEHR).products.set([tea])
    refresh()

    assert card("win_rate").value == Decimal("0.5")
    assert parts("win_rate", Dimension.PRODUCT) == {tea.pk: Decimal("0.5"), rice.pk: 1}
