"""An order as a shop sends it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from crm.inputs.fields import (
    Currency,
    ExternalId,
    Id,
    KeyReference,
    Moment,
    Money,
    Name,
    Number,
    Person,
    Quantity,
    Rate,
    RecordIn,
    Reference,
    Title,
    Utm,
    Version,
)
from customers.services.buyers import CustomerIn

MOST_LINES = 10_000


class LineIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """One line: unit price before tax, discount of the whole line, amounts in the order's currency."""

    sku: Name | UnsetType | None = UNSET
    name: Title | UnsetType | None = UNSET
    quantity: Quantity
    unit_price: Money
    discount: Money | UnsetType = UNSET
    tax: Money | UnsetType = UNSET
    unit_cost: Money | UnsetType | None = UNSET
    line_class: Literal["base", "upsell", "cross_sell", ""] | UnsetType | None = msgspec.field(default=UNSET, name="class")


class RefundLineIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """What of one product came back; without an amount, its share of the line's net price.

    `position` names a line by its place on the order, from 1: for lines without a SKU, or two with the same.
    """

    sku: Name | UnsetType = UNSET
    position: Annotated[int, Meta(ge=1, le=MOST_LINES)] | UnsetType = UNSET
    quantity: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    amount: Money | UnsetType = UNSET


class RefundIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """Goods given back: `amount` without tax and shipping; without lines it is spread over the order's."""

    external_id: ExternalId | UnsetType | None = UNSET
    amount: Money | UnsetType = UNSET
    tax: Money | UnsetType = UNSET
    shipping: Money | UnsetType = UNSET
    refunded_at: Moment | UnsetType = UNSET
    lines: Annotated[list[RefundLineIn], Meta(max_length=MOST_LINES)] | UnsetType = UNSET


class OrderIn(RecordIn):
    """An order with its lines and refunds. On an update, lines and refunds that are sent replace the stored ones."""

    number: Number | UnsetType | None = UNSET
    customer: Id | CustomerIn | UnsetType | None = UNSET
    placed_at: Moment | UnsetType = UNSET
    status: Literal["draft", "pending", "paid", "fulfilled", "cancelled"] | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    rate: Rate | UnsetType = UNSET
    lines: Annotated[list[LineIn], Meta(min_length=1, max_length=MOST_LINES)] | UnsetType = UNSET
    discount: Money | UnsetType = UNSET
    tax: Money | UnsetType = UNSET
    shipping: Money | UnsetType = UNSET
    total: Money | UnsetType | None = UNSET
    owner: Person | UnsetType | None = UNSET
    campaign: Reference | UnsetType | None = UNSET
    channel: KeyReference | UnsetType | None = UNSET
    utm: Utm | UnsetType | None = UNSET
    refunds: Annotated[list[RefundIn], Meta(max_length=1_000)] | UnsetType = UNSET
    source_version: Version | UnsetType | None = UNSET
