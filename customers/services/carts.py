"""Carts as shops write them: set-wise."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from msgspec import UNSET, UnsetType

from campaigns.models import Channel, Session
from crm.inputs.caller import Caller
from crm.inputs.fields import KeyReference, Moment, Money, Name, RecordIn, Reference
from crm.inputs.items import Item
from crm.inputs.rates import is_too_fine
from crm.inputs.references import Target
from crm.inputs.upsert import Recipe, upsert
from customers.models import Cart, Customer, Order
from customers.services.buyers import follow_merges


class CartIn(RecordIn):
    """What somebody meant to buy; the amount is in the base currency. An order says who and when."""

    visitor: Name | UnsetType | None = UNSET
    customer: Reference | UnsetType | None = UNSET
    channel: KeyReference | UnsetType | None = UNSET
    completed_at: Moment | UnsetType | None = UNSET
    order: Reference | UnsetType | None = UNSET
    amount: Money | UnsetType = UNSET


def complete_carts(items: list[Item], caller: Caller) -> None:
    follow_merges(items)
    for item in items:
        amount = item.values.get("amount", Decimal(0))
        if is_too_fine(amount, caller.organization.currency):
            item.refuse("/amount", "precision")
    take_from_orders(items)
    for item in items:
        customer = item.values.get("customer_id", getattr(item.row, "customer_id", None))
        if customer is None and not caller.user.sees_all:
            item.refuse("/customer", "required")
    take_channels(items, caller)


def take_from_orders(items: list[Item]) -> None:
    """A cart that became an order is completed, and its buyer's, unless it says otherwise."""
    named = [item for item in items if item.values.get("order_id")]
    orders = Order.objects.in_bulk({item.values["order_id"] for item in named}) if named else {}
    for item in named:
        order, row = orders[item.values["order_id"]], item.row
        if item.data.completed_at is UNSET and getattr(row, "completed_at", None) is None:
            item.values["completed_at"] = order.placed_at
        if item.data.customer is UNSET and getattr(row, "customer_id", None) is None:
            item.values["customer_id"] = order.customer_id


def take_channels(items: list[Item], caller: Caller) -> None:
    """Without a channel of its own, that of the visitor's last session before; a later one is noticed by a trigger."""
    of_visitors = [item for item in items if item.values.get("visitor")]
    for item in of_visitors:
        item.keep("channel_id")
    bare = [item for item in of_visitors if item.row is None and item.values.get("channel_id") is None]
    if not bare:
        return
    sessions = Session.objects.filter(visitor__in={item.values["visitor"] for item in bare}, channel__isnull=False)
    by_visitor: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for visitor, at, channel in sessions.order_by("started_at", "pk").values_list("visitor", "started_at", "channel"):
        by_visitor[visitor].append((at, channel))
    for item in bare:
        known = by_visitor[item.values["visitor"]]
        index = bisect_right(known, item.values.get("created_at") or caller.at, key=lambda entry: entry[0])
        if index:
            item.values["channel_id"] = known[index - 1][1]


CARTS = Recipe(
    model=Cart,
    struct=CartIn,
    references={"customer": Target(Customer), "channel": Target(Channel, natural="slug"), "order": Target(Order)},
    history=("created_at", "completed_at"),
    completes=complete_carts,
)


def write_carts(items: list[Item], caller: Caller) -> None:
    upsert(CARTS, items, caller)
