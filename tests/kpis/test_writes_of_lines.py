"""Totals of orders are those of their lines, by whatever road these change."""

import pytest

from customers.models import Order, OrderLine
from tests.kpis.proof import assert_right
from tests.kpis.writing import rows, save, sql

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def change_lines_behind_a_copy(books):
    """Somebody else writes a line while this copy of the order is being edited."""
    OrderLine.objects.filter(pk=books.line.pk).update(quantity=50)
    save(books.order, number="7")


@pytest.mark.parametrize(
    "write",
    [
        change_lines_behind_a_copy,
        rows(Order, net_amount=1, cost_amount=1, unknown_costs=7),
        lambda b: save(b.line, order=Order.objects.exclude(pk=b.order.pk).get(), position=9),
        sql("TRUNCATE customers_orderline CASCADE"),
    ],
    ids=["stale copy", "written over", "line moved", "lines truncated"],
)
def test_totals_of_orders_are_always_those_of_their_lines(books, write):
    write(books)

    assert_right(["revenue", "gross_margin"])
