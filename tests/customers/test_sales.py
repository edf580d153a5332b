"""Orders written, changed and taken back by hand: what is stored, worked out by a person."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from crm.models import ExchangeRate
from customers.models import Order
from customers.services.giving_back import refund_order, refund_rest, returnable_lines, take_back_refund
from customers.services.sales import SaleLine, edit_order, place_order, set_order_status
from tests.factories.customers import make_customer, make_product

pytestmark = pytest.mark.django_db

AT = datetime(2025, 9, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def tea(db):
    return make_product(sku="tea", name="Tea", unit_cost=Decimal(40))


@pytest.fixture
def sell(sara):
    """An order of 3 teas at 100 less 30, and one gift wrap at 50."""
    customer = make_customer(owner=sara)

    def place(tea, key="1", **facts):
        lines = [SaleLine(3, Decimal(100), tea, discount=Decimal(30)), SaleLine(1, Decimal(50), name="Gift wrap")]
        return place_order(**{"by": sara, "at": AT, "customer": customer, "lines": lines, "key": key} | facts)

    return place


def stored(order):
    return list(order.lines.order_by("position").values_list("name", "quantity", "net_amount", "unit_cost", "line_class"))


class TestPlacing:
    def test_lines_discounts_and_costs(self, sell, tea):
        # goods 270 + 50 = 320; the order's 32 in proportion 270:50 → 27, 5
        order = sell(tea, number="N-1", discount=Decimal(32), tax=Decimal(9), shipping=Decimal(20))

        assert stored(order) == [("", 3, 243, 40, ""), ("Gift wrap", 1, 45, None, "")]
        assert (order.net_amount, order.cost_amount, order.unknown_costs) == (288, 120, 1)
        assert (order.number, order.status, order.discount, order.tax, order.shipping) == ("N-1", "paid", 32, 9, 20)

    def test_sent_twice_it_is_one_order_and_with_other_lines_another(self, sell, tea):
        first = sell(tea)

        assert sell(tea) == first
        other, again = (sell(tea, lines=[SaleLine(1, Decimal(100), tea)]) for _ in range(2))
        assert (other, Order.objects.count()) == (again, 2)
        assert other.net_amount == 100

    def test_whatever_differs_makes_another_order_and_what_happened_since_does_not(self, sell, tea, sara, omid):
        others = [{"number": "N-2"}, {"discount": Decimal(1)}, {"tax": Decimal(1)}, {"shipping": Decimal(1)}]
        others += [{"status": "pending"}, {"owner": omid}, {"customer": make_customer(owner=sara)}]
        first = sell(tea, number="N-1", discount=Decimal("32.00"))
        set_order_status(first, status="fulfilled", by=sara, at=AT)

        placed = [sell(tea, **{"number": "N-1", "discount": Decimal(32)} | other).pk for other in [{}, *others, *others]]

        assert placed[0] == first.pk
        assert (placed[1:8], len(set(placed))) == (placed[8:], 8)

    def test_a_rep_owns_what_they_write(self, omid, tea):
        customer = make_customer(owner=omid)

        order = place_order(by=omid, at=AT, customer=customer, lines=[SaleLine(1, Decimal(5), tea)], key="1")

        assert (order.owner, order.source) == (omid, "page")

    def test_what_the_rules_of_orders_refuse_is_said_with_its_line(self, sell, tea):
        with pytest.raises(ValidationError) as caught:
            sell(tea, lines=[SaleLine(1, Decimal(5), tea), SaleLine(1, Decimal("0.5"), tea)])

        assert caught.value.messages == ["The order was not saved.", "Line 2: This currency has fewer decimals."]
        assert Order.objects.count() == 0


class TestEditing:
    def test_lines_are_replaced_and_costs_stay_frozen(self, sell, tea, sara):
        order = sell(tea)
        tea.unit_cost = Decimal(90)
        tea.save()

        edited = edit_order(order, by=sara, at=AT, lines=[SaleLine(2, Decimal(100), tea, line_class="upsell")], number="N-2")

        # the cost of 40 was that of the day of the sale
        assert stored(edited) == [("", 2, 200, 40, "upsell")]
        assert (edited.number, edited.net_amount, edited.cost_amount, edited.placed_at) == ("N-2", 200, 80, AT)

    def test_words_for_a_thing_keep_its_own_cost(self, sell, tea, omid):
        order = sell(tea)
        order.lines.filter(position=1).update(unit_cost=Decimal(7))

        lines = [SaleLine(3, Decimal(100), tea), SaleLine(2, Decimal(50), name="Gift wrap")]
        edited = edit_order(order, by=omid, at=AT, lines=lines)

        assert stored(edited) == [("", 3, 300, 40, ""), ("Gift wrap", 2, 100, 7, "")]

    def test_what_somebody_else_changed_is_not_written_over(self, sell, tea, sara):
        order = sell(tea)
        seen = order.updated_at
        edit_order(order, by=sara, at=AT, lines=[SaleLine(1, Decimal(70), tea)], seen=seen)

        with pytest.raises(ValidationError, match="Somebody changed this order"):
            edit_order(order, by=sara, at=AT, lines=[SaleLine(1, Decimal(80), tea)], seen=seen)

        assert Order.objects.get().net_amount == 70

    def test_less_than_was_refunded_is_refused(self, sell, tea, sara):
        order = sell(tea)
        refund_order(order, by=sara, at=AT, quantities={0: 2}, key="r")

        with pytest.raises(ValidationError, match="The order was not saved"):
            edit_order(order, by=sara, at=AT, lines=[SaleLine(1, Decimal(100), tea)])


class TestStatus:
    @pytest.mark.parametrize("status", ["pending", "fulfilled", "cancelled", "draft"])
    def test_there_and_back(self, sell, tea, sara, status):
        order = sell(tea)

        assert set_order_status(order, status=status, by=sara, at=AT).status == status
        back = set_order_status(order, status="paid", by=sara, at=AT)
        assert (back.status, back.net_amount, back.placed_at) == ("paid", 320, AT)

    def test_an_unknown_status_is_refused(self, sell, tea, sara):
        with pytest.raises(ValidationError, match="not known"):
            set_order_status(sell(tea), status="lost", by=sara, at=AT)


class TestRefunds:
    def test_pieces_bring_their_price_and_their_cost(self, sell, tea, sara):
        refund = refund_order(sell(tea), by=sara, at=AT, quantities={0: 1, 1: 0}, key="r")

        # 270 ÷ 3 = 90; one tea cost 40
        assert (refund.amount, refund.cost_amount, refund.refunded_at) == (90, 40, AT)
        assert list(refund.lines.values_list("line__position", "quantity", "amount")) == [(0, 1, 90)]

    def test_an_amount_alone_is_spread_over_the_order(self, sell, tea, sara):
        # 32 over 270:50 → 27, 5
        refund = refund_order(
            sell(tea, tax=Decimal(3)), by=sara, at=AT, quantities={}, amount=Decimal(32), tax=Decimal(3), key="r"
        )

        assert list(refund.lines.order_by("line").values_list("quantity", "amount")) == [(0, 27), (0, 5)]
        assert (refund.amount, refund.tax, refund.shipping) == (32, 3, 0)

    def test_a_line_without_a_sku_comes_back_by_its_place(self, sell, tea, sara):
        lines = [SaleLine(1, Decimal(10), name="Wrap"), SaleLine(1, Decimal(20), name="Ribbon")]
        refund = refund_order(sell(tea, lines=lines), by=sara, at=AT, quantities={1: 1}, key="r")

        assert list(refund.lines.values_list("line__name", "quantity", "amount")) == [("Ribbon", 1, 20)]

    def test_the_rest_is_everything_not_given_back_yet(self, sell, tea, sara):
        order = sell(tea, tax=Decimal(9), shipping=Decimal(20))
        refund_order(order, by=sara, at=AT, quantities={0: 1}, tax=Decimal(2), key="r1")

        rest = refund_rest(order, by=sara, at=AT, key="r2")

        # 320 − 90; 9 − 2; the cost of two teas
        assert (rest.amount, rest.tax, rest.shipping, rest.cost_amount) == (230, 7, 20, 80)
        assert [(left.quantity, left.amount) for left in returnable_lines(order)] == [(0, 0), (0, 0)]
        with pytest.raises(ValidationError, match="was given back already"):
            refund_rest(order, by=sara, at=AT, key="r3")

    def test_the_rest_of_a_foreign_order_is_its_base_amount(self, sara, tea):
        ExchangeRate.objects.create(currency="EUR", day=AT.date(), rate=Decimal("450000.33333333"))
        order = place_order(by=sara, at=AT, customer=make_customer(), lines=[SaleLine(3, Decimal(10), tea)], key="1")
        Order.objects.filter(pk=order.pk).update(currency="EUR", rate=Decimal("450000.33333333"))
        order.lines.update(rate=Decimal("450000.33333333"))
        order.refresh_from_db()

        # 30 € × 450,000.33333333 = 13,500,009.9999999, rounded to two decimals
        assert refund_rest(order, by=sara, at=AT, key="r").amount == Decimal("13500010.00") == order.net_amount

    def test_sent_twice_it_is_one_refund_and_with_other_pieces_another(self, sell, tea, sara):
        order = sell(tea)
        facts = {"by": sara, "at": AT, "key": "r"}
        first = refund_order(order, quantities={0: 1}, **facts)

        assert refund_order(order, quantities={0: 1}, **facts) == first
        assert refund_order(order, quantities={0: 1}, shipping=Decimal(1), **facts) != first
        assert refund_order(order, quantities={1: 1}, **facts) != first
        assert sorted(order.refunds.values_list("amount", flat=True)) == [50, 90, 90]

    @pytest.mark.parametrize(
        ("sent", "text"),
        [
            ({"quantities": {}}, "Say how many pieces"),
            ({"quantities": {0: 4}}, "out of range"),
            ({"quantities": {}, "amount": Decimal(321)}, "out of range"),
        ],
    )
    def test_what_cannot_come_back(self, sell, tea, sara, sent, text):
        order = sell(tea)

        with pytest.raises(ValidationError, match=text):
            refund_order(order, by=sara, at=AT, key="r", **sent)

        assert order.refunds.count() == 0

    def test_a_refund_is_taken_back(self, sell, tea, sara):
        order = sell(tea)
        refund = refund_rest(order, by=sara, at=AT + timedelta(days=1), key="r")

        take_back_refund(refund, by=sara, at=AT)

        assert order.refunds.count() == 0
        assert [left.quantity for left in returnable_lines(order)] == [3, 1]
