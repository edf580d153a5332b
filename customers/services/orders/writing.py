"""Writing orders, one or a thousand, in a handful of statements."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from django.db.models import F, Prefetch, prefetch_related_objects
from msgspec import UNSET

from campaigns.models import Campaign, Channel
from campaigns.services import derive_touches
from crm.inputs import items as states
from crm.inputs.arrays import array
from crm.inputs.caller import Caller
from crm.inputs.failures import Refused
from crm.inputs.fields import Utm
from crm.inputs.items import Item, sound
from crm.inputs.rates import Rates
from crm.inputs.references import PEOPLE, Target, resolve
from crm.inputs.upsert import check_moment, check_source, kept_source, key_of, refuse_repeated, visible_keys
from crm.statements import prepared_cursor
from customers.models import Order, OrderLine
from customers.services.buyers import Buyer, check_buyers, set_buyers
from customers.services.identity import Touch, touch_first
from customers.services.orders import rows
from customers.services.orders.draft import COLUMNS, DEFAULTS, Draft
from customers.services.orders.inputs import OrderIn, RefundIn
from customers.services.orders.pricing import price, set_costs
from customers.services.orders.refunds import carried, check_sum, plan_refund, plan_refunds
from customers.services.products import find_or_make_products

REFERENCES = {"owner": PEOPLE, "campaign": Target(Campaign), "channel": Target(Channel, natural="slug")}
FIND = "SELECT id, source, external_id FROM customers_order WHERE source = ANY(%s::text[]) AND external_id = ANY(%s::text[])"
RANK = ("draft", "pending", "paid", "fulfilled", "cancelled")
Judge = Callable[[dict[Item, int | None]], None]
PARTS = (Prefetch("lines", OrderLine.objects.annotate(sku=F("product__sku")).order_by("position")), "refunds__lines")


def write_orders(items: list[Item], caller: Caller, judge: Judge | None = None) -> None:
    """Create or update orders. Nothing is written for those that are refused, stale or the same as before.

    `judge` may refuse that stored orders become somebody's, or nobody's, whose they were not; it is asked with the new one of
    each.
    """
    drafts = plan_orders(items, caller)
    derive_touches([(draft.values, draft.data.utm or None) for draft in drafts if has_new_touch(draft)])
    set_customers(drafts, caller)
    moved = {draft.item: draft.values["customer_id"] for draft in drafts if draft.is_sound and has_other_customer(draft)}
    if judge and moved:
        judge(moved)
    drafts = [draft for draft in drafts if draft.is_sound]
    names = {line.sku: line.name for draft in drafts if draft.has_new_lines for line in draft.lines if line.sku}
    products = find_or_make_products(names, caller)
    for draft in drafts:
        set_costs(draft, products)
    rows.save(drafts)
    touch_customers(drafts)
    for draft in drafts:
        if draft.row is None and not draft.refunds:
            draft.item.as_stored = partial(rows.as_stored, draft)


def plan_orders(items: list[Item], caller: Caller) -> list[Draft]:
    """The orders as they are to be, but for their buyers and costs; those that do not add up are refused."""
    refuse_repeated(sound(items), caller)
    find_orders(sound(items), caller)
    for item in sound(items):
        check_version(item)
    for name, target in REFERENCES.items():
        resolve(sound(items), name, target, caller)
    rates = Rates(caller.organization)
    drafts = [draft_of(item, caller) for item in sound(items)]
    for draft in drafts:
        check_rights(draft, caller)
        price(draft, caller, rates)
        if draft.is_sound:
            plan_refunds(draft, caller)
    return [draft for draft in drafts if draft.is_sound]


def try_orders(items: list[Item], caller: Caller) -> dict[int, Item]:
    """Those that would not be written, by their place, with what would become of them. Nothing is written."""
    tried = [Item(item.index, item.data, values=dict(item.values), row=item.row) for item in items]
    check_buyers(buyers_of(plan_orders(tried, caller)), caller)
    return {item.index: item for item in tried if not item.is_sound}


def has_other_customer(draft: Draft) -> bool:
    return draft.row is not None and draft.row.customer_id != draft.values["customer_id"]


def find_orders(items: list[Item], caller: Caller) -> None:
    """The stored orders with everything they are compared with, locked in one order of ids."""
    found = [item.row for item in items if item.row is not None]
    searching = {key: item for item in items if item.row is None and (key := key_of(item, caller))}
    if searching:
        known = stored_orders(searching.keys())
        visible = visible_keys(Order, known, caller)
        for row in known:
            item = searching[row.source, row.external_id]
            if row.pk in visible:
                item.row = row
                found.append(row)
            else:
                item.refuse("/external_id", "duplicate")
    if found:
        prefetch_related_objects(found, *PARTS)


def stored_orders(keys: Collection[tuple[str, str]]) -> list[Order]:
    """The orders with these keys, locked. Mostly there are none, which a statement with two arrays finds out fastest."""
    with prepared_cursor() as cursor:
        cursor.execute(FIND, [array({source for source, _ in keys}), array(external_id for _, external_id in keys)])
        found = [pk for pk, source, external_id in cursor.fetchall() if (source, external_id) in keys]
    return list(Order.objects.filter(pk__in=found).select_for_update().order_by("pk")) if found else []


def check_version(item: Item) -> None:
    """The last version at the source wins, whatever arrives last; of one version, the further state."""
    if item.row is None or not item.data.source_version or not item.row.source_version:
        return
    sent, stored = version_of(item.data.source_version), version_of(item.row.source_version)
    if type(sent) is not type(stored):
        return
    is_behind = item.data.status is not UNSET and RANK.index(item.data.status) < RANK.index(item.row.status)
    if sent < stored or (sent == stored and is_behind):
        item.settle(states.STALE, item.row.pk)


def version_of(text: str) -> int | datetime:
    return int(text) if text.isdigit() else datetime.fromisoformat(text)


def draft_of(item: Item, caller: Caller) -> Draft:
    """The columns as sent, over those stored, over the defaults."""
    data, row = item.data, item.row
    values = dict(DEFAULTS) if row is None else {name: getattr(row, name) for name in COLUMNS}
    draft = Draft(item, data, values)
    for name in ("number", "status", "source_version"):
        draft.take(name)
    values["external_id"] = data.external_id or values["external_id"]
    values["source"] = kept_source(row, data, caller)
    check_source(item, values["source"])
    if data.utm is not UNSET:
        values["utm"] = utm_of(data.utm)
    draft.placed_at = data.placed_at or data.created_at or values["placed_at"] or caller.at
    values["placed_at"] = values["created_at"] = draft.placed_at
    if row is None and caller.default_owner:
        values["owner_id"] = caller.default_owner.pk
    values |= item.values
    return draft


def utm_of(utm: Utm | None) -> dict[str, Any] | None:
    return (msgspec.to_builtins(utm) or None) if utm is not None else None


def has_new_touch(draft: Draft) -> bool:
    """Only what the order says anew is looked at: a stored one keeps what was derived for it."""
    if draft.row is None:
        return bool(draft.data.utm or draft.values["campaign_id"])
    return draft.row.utm != draft.values["utm"] or draft.row.campaign_id != draft.values["campaign_id"]


def check_rights(draft: Draft, caller: Caller) -> None:
    """Required fields, dates that lie ahead, and what this caller may not state."""
    item, data = draft.item, draft.data
    if item.row is None and data.lines is UNSET:
        item.refuse("/lines", "required")
    for name in ("placed_at", "created_at"):
        if getattr(data, name) is not UNSET:
            check_moment(item, name, getattr(data, name), caller)
    if not caller.user.may_see_costs and data.lines is not UNSET:
        for position, line in enumerate(data.lines):
            if line.unit_cost is not UNSET:
                item.refuse(f"/lines/{position}/unit_cost", "not-allowed")
    if item.values.get("owner_id", 0) is None and not caller.user.sees_all:
        item.refuse("/owner", "required")


def set_customers(drafts: list[Draft], caller: Caller) -> None:
    buyers = buyers_of(drafts)
    set_buyers(buyers, caller)
    for draft, buyer in zip(drafts, buyers, strict=True):
        draft.values["customer_id"] = buyer.customer_id


def buyers_of(drafts: list[Draft]) -> list[Buyer]:
    return [
        Buyer(
            draft.item, draft.data.customer, draft.values["source"], draft.placed_at, draft.values["customer_id"], touch_of(draft)
        )
        for draft in drafts
    ]


def touch_of(draft: Draft) -> Touch:
    return draft.values["channel_id"], draft.values["campaign_id"], draft.values.get("social_network_id")


def touch_customers(drafts: list[Draft]) -> None:
    """What the earliest order of each customer says about where they came from."""
    touches: dict[int, tuple[Touch, datetime]] = {}
    for draft in sorted(drafts, key=lambda draft: draft.placed_at):
        customer = draft.values["customer_id"]
        if customer and any(touch_of(draft)) and draft.item.status in {states.CREATED, states.UPDATED}:
            touches.setdefault(customer, (touch_of(draft), draft.placed_at))
    touch_first(touches)


def add_refund(order: Order, data: RefundIn, caller: Caller) -> Order:
    """One more refund of a stored order, or a new version of the one with the same key."""
    prefetch_related_objects([order], *PARTS)
    item = Item(0, OrderIn(), row=order)
    draft = draft_of(item, caller)
    price(draft, caller, Rates(caller.organization))
    stored = list(order.refunds.all())
    again = [row for row in stored if data.external_id and row.external_id == data.external_id]
    draft.refunds = [carried(draft, row, caller) for row in stored if row not in again]
    plan_refund(draft, data, "", again, caller)
    check_sum(draft)
    if item.failures:
        raise Refused(item.failures)
    set_costs(draft, {})
    rows.save([draft])
    return order
