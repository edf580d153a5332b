"""An order between what was sent and what is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import UNSET

from crm.inputs.items import Item
from customers.models import Order, OrderLine, Refund
from customers.services.orders.inputs import OrderIn

ZERO, ONE = Decimal(0), Decimal(1)
# The columns of an order that are compared and written, with what they hold where nothing was said.
DEFAULTS: dict[str, Any] = {
    "external_id": None,
    "source": None,
    "created_at": None,
    "number": "",
    "customer_id": None,
    "placed_at": None,
    "status": Order.Status.PENDING.value,
    "currency": "",
    "rate": ONE,
    "discount": ZERO,
    "tax": ZERO,
    "shipping": ZERO,
    "owner_id": None,
    "campaign_id": None,
    "channel_id": None,
    "utm": None,
    "source_version": None,
    "net_amount": ZERO,
    "cost_amount": ZERO,
    "unknown_costs": 0,
}
COLUMNS = tuple(DEFAULTS)
LINE_COLUMNS = (
    "product_id", "name", "quantity", "unit_price", "discount", "order_discount", "tax", "unit_cost", "rate", "line_class",
)  # fmt: skip


@dataclass(slots=True)
class LineDraft:
    """One line with everything that is frozen when it is written."""

    position: int
    sku: str
    name: str
    quantity: int
    unit_price: Decimal
    discount: Decimal
    tax: Decimal
    line_class: str
    # What the line comes to before the order's discount, in the order's currency.
    amount: Decimal
    unit_cost: Decimal | None = None
    has_own_cost: bool = False
    order_discount: Decimal = ZERO
    product_id: int | None = None
    rate: Decimal = ONE
    net: Decimal = ZERO
    row: OrderLine | None = None
    pk: int | None = None


@dataclass(slots=True)
class Part:
    """What of a refund falls on one line; quantity 0 where the amount was only spread."""

    line: LineDraft
    quantity: int
    amount: Decimal

    @property
    def cost(self) -> Decimal:
        return self.quantity * (self.line.unit_cost or ZERO)


@dataclass(slots=True)
class RefundDraft:
    """One refund, in the base currency."""

    external_id: str | None
    amount: Decimal
    tax: Decimal
    shipping: Decimal
    refunded_at: datetime
    parts: list[Part]
    row: Refund | None = None


@dataclass(slots=True)
class Draft:
    """One order: what was sent, the stored row if there is one, and the columns to be."""

    item: Item
    data: OrderIn
    values: dict[str, Any]
    lines: list[LineDraft] = field(default_factory=list)
    has_new_lines: bool = False
    placed_at: datetime | None = None
    refunds: list[RefundDraft] | None = None
    recorded_at: datetime | None = None

    @property
    def row(self) -> Order | None:
        return self.item.row

    @property
    def pk(self) -> int | None:
        return self.item.pk if self.item.row is None else self.item.row.pk

    @property
    def is_sound(self) -> bool:
        return self.item.is_sound

    def take(self, name: str) -> None:
        """A column as it was sent; null empties it."""
        given = getattr(self.data, name)
        if given is not UNSET:
            self.values[name] = DEFAULTS[name] if given is None else given
