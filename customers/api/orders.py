"""Orders and their refunds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec import Struct

from crm.api.output import Column, Output, plain, shown
from crm.api.resource import NUMBER, SEARCH, Action, Resource, equals, moment, refers
from crm.inputs.caller import Caller
from customers.models import Order, OrderLine
from customers.services.orders import PARTS, OrderIn, RefundIn, add_refund, write_orders


class OrderLineOut(Struct, rename={"line_class": "class"}):
    """A line as it is stored: costs frozen, its share of the order's discount beside its own."""

    id: int
    sku: str | None
    name: str
    quantity: int
    unit_price: str
    discount: str
    order_discount: str
    tax: str
    unit_cost: str | None
    line_class: str
    net_amount: str


class RefundLineOut(Struct):
    sku: str | None
    quantity: int
    amount: str


class RefundOut(Struct):
    """A refund, in the base currency."""

    id: int
    external_id: str | None
    amount: str
    tax: str
    shipping: str
    refunded_at: str
    lines: list[RefundLineOut]


def lines_of(order: Order, caller: Caller) -> list[OrderLineOut]:
    return [line_of(order, line, caller) for line in order.lines.all()]


def line_of(order: Order, line: OrderLine, caller: Caller) -> OrderLineOut:
    cost = line.unit_cost if caller.user.may_see_costs else None
    if cost is not None and order.rate != 1:
        cost = round(cost / order.rate, 2)
    return OrderLineOut(
        id=line.pk,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price=plain(line.unit_price),
        discount=plain(line.discount),
        order_discount=plain(line.order_discount),
        tax=plain(line.tax),
        unit_cost=plain(cost),
        line_class=line.line_class,
        net_amount=plain(line.net_amount),
    )


def refunds_of(order: Order, caller: Caller) -> list[RefundOut]:
    skus = {line.pk: line.sku for line in order.lines.all()}
    return [
        RefundOut(
            id=refund.pk,
            external_id=refund.external_id,
            amount=plain(refund.amount),
            tax=plain(refund.tax),
            shipping=plain(refund.shipping),
            refunded_at=shown(refund.refunded_at, caller),
            lines=[RefundLineOut(skus.get(part.line_id), part.quantity, plain(part.amount)) for part in refund.lines.all()],
        )
        for refund in order.refunds.all()
    ]


def total_of(order: Order, caller: Caller) -> str:
    """What the buyer pays, in the order's currency."""
    lines = order.lines.all()
    goods = sum((line.quantity * line.unit_price - line.discount for line in lines), Decimal(0)) - order.discount
    return plain(goods + (order.tax or sum((line.tax for line in lines), Decimal(0))) + order.shipping)


def cost_of(order: Order, caller: Caller) -> str | None:
    return plain(order.cost_amount) if caller.user.may_see_costs else None


def refund(order: Order, data: Any, caller: Caller) -> Order:
    return add_refund(order, data, caller)


ORDERS = Resource(
    name="orders",
    model=Order,
    struct=OrderIn,
    write=write_orders,
    required=("lines",),
    needs_key=True,
    rows=lambda rows: rows.prefetch_related(*PARTS),
    output=Output(
        Order,
        [
            *(
                "number",
                "customer",
                "placed_at",
                "status",
                "currency",
                "rate",
                "discount",
                "tax",
                "shipping",
                "owner",
                "campaign",
            ),
            *("channel", "utm", "source_version", "fulfilled_at", "net_amount"),
        ],
        [
            Column("cost_amount", Decimal | None, cost_of),
            Column("total", Decimal, total_of),
            Column("lines", list[OrderLineOut], lines_of),
            Column("refunds", list[RefundOut], refunds_of),
        ],
    ),
    filters={
        "number": NUMBER,
        "status": equals("status", Order.Status.values),
        "customer": refers("customer"),
        "owner": refers("owner", "email"),
        "campaign": refers("campaign"),
        "channel": refers("channel", "slug"),
        "search": SEARCH,
        "placed_from": moment("placed_from", "placed_at__gte"),
        "placed_before": moment("placed_before", "placed_at__lt"),
    },
    actions=(Action("refunds", "Add a refund", RefundIn, refund, status=201),),
)
