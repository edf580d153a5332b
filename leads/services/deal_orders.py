"""Orders that say which opportunity they are the outcome of: written as any other, and linked to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import partial
from itertools import takewhile

import msgspec
from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from crm.inputs import items as states
from crm.inputs.caller import Caller
from crm.inputs.columns import insert_rows
from crm.inputs.fields import Reference
from crm.inputs.items import Item, sound
from crm.inputs.references import Target, find, key_of
from crm.inputs.upsert import key_of as source_key_of
from crm.inputs.upsert import refuse_repeated, visible_keys
from customers.models import Order
from customers.services.buyers import CustomerIn
from customers.services.identity import complete
from customers.services.orders import OrderIn, stored_orders, try_orders, write_orders
from leads.models import Opportunity
from leads.services.deal_buyers import (
    another_buyer,
    described,
    found_in,
    has_buyer,
    is_buyer,
    people_of,
    settle_buyer,
)
from leads.services.outcomes import LINKS, deals_of_orders, hold_deals, is_elsewhere, is_of_another

DEAL = Target(Opportunity)
# What saying whose an opportunity is takes, also where an order says it.
SCOPE = "opportunities:write"
# By the item's place: its opportunity, and the stored order that it is about.
Deals = dict[int, Opportunity]
Orders = dict[int, Order]
WRITTEN = frozenset({states.CREATED, states.UPDATED, states.UNCHANGED})


class DealOrderIn(OrderIn):
    """An order with its lines and refunds. On an update, lines and refunds that are sent replace the stored ones.

    With an `opportunity` the buyer is the opportunity's customer, whosever customer that is, else the one its lead is or
    becomes: leave `customer` out, give its id, or describe the same person by external id, phone or e-mail. Where it has
    neither, who buys is its customer from then on. An order belongs to one opportunity: null takes it from there.
    An opportunity without a customer gets its own by such an order, so a token needs `opportunities:write` for that, too;
    with `orders:write` alone the order is refused with `insufficient-scope`, also where it is stored and says who buys only now.
    """

    opportunity: Reference | UnsetType | None = UNSET


def write_deal_orders(items: list[Item], caller: Caller) -> None:
    """Whoever may work on an opportunity may sell to its customer, also where they are a colleague's.

    Orders that leave their buyer to it come first: what they say of somebody, others in the call are recognised by.
    Orders are held before opportunities, as by whoever changes one that is stored.
    """
    naming = [item for item in sound(items) if item.data.opportunity is not UNSET]
    if not naming:
        write_others(items, caller)
        return
    refuse_repeated(sound(items), caller)
    orders = stored(sound(items), caller)
    linked = deals_of_orders([order.pk for order in orders.values()])
    before = {index: linked[order.pk] for index, order in orders.items() if order.pk in linked}
    deals = deals_of(naming, before, caller)
    freed = to_free(naming, before, caller)
    check_scope(deals, naming, orders, caller)
    sell([item for item in sound(items) if item.index in deals and has_buyer(deals[item.index])], deals, orders, caller)
    open_items = [item for item in sound(items) if item.index in deals]
    others = [item for item in sound(items) if item.index not in deals]
    if others:
        write_others(others, caller)
    unlink(freed)
    while open_items:
        open_items = open_deals(open_items, deals, orders, caller)


def write_others(items: list[Item], caller: Caller) -> None:
    """Orders that name no opportunity. Who buys for one that had nobody is its customer, as where the order names it."""
    opened: dict[int, int] = {}
    write_orders(items, caller, partial(keep_buyers, opened=opened, caller=caller))
    if opened:
        held = hold_deals(opened.values())
        settle([item for item in items if item.index in opened], {index: held[deal] for index, deal in opened.items()}, caller)


def keep_buyers(moved: dict[Item, int | None], opened: dict[int, int], caller: Caller) -> None:
    """An order that is the outcome of an opportunity does not become somebody else's behind its back.

    `opened` gets the opportunities that had nobody, by the places of the orders that say who it is.
    """
    linked = deals_of_orders({item.row.pk for item in moved if item.data.opportunity is not None})
    buyers = dict(Opportunity.objects.filter(pk__in=linked.values()).values_list("pk", "customer")) if linked else {}
    for item, customer in moved.items():
        deal = linked.get(item.row.pk)
        if deal is None:
            continue
        if buyers[deal] not in {None, customer}:
            item.refuse("/customer", "conflict", is_of_another(deal))
        elif buyers[deal] is None and customer is not None:
            if caller.may(SCOPE):
                opened[item.index], buyers[deal] = deal, customer
            else:
                item.refuse("/customer", "insufficient-scope", scope_text())


def check_scope(deals: Deals, items: list[Item], orders: Orders, caller: Caller) -> None:
    """Whoever may write orders alone does not say whose an opportunity is, nor who its lead has become."""
    if caller.may(SCOPE):
        return
    for item in sound(items):
        deal = deals.get(item.index)
        if deal and not deal.customer_id and (has_buyer(deal) or names_buyer(item, orders.get(item.index))):
            item.refuse("/opportunity", "insufficient-scope", scope_text())


def scope_text() -> str:
    text = _(
        "The opportunity has no customer yet, and this order would be the one to say who that is: that needs the scope"
        " %(scope)s as well. Set the customer of the opportunity first, or use a token with both."
    )
    return text % {"scope": SCOPE}


def open_deals(items: list[Item], deals: Deals, orders: Orders, caller: Caller) -> list[Item]:
    """Of each opportunity without anybody behind it the first order that names its buyer; the others that are left for them."""
    by_deal: dict[int, list[Item]] = defaultdict(list)
    for item in items:
        by_deal[deals[item.index].pk].append(item)
    naming = {deal: [item for item in group if names_buyer(item, orders.get(item.index))] for deal, group in by_deal.items()}
    refuse_before_the_first(naming.values(), caller)
    first, later = [], []
    for deal, group in by_deal.items():
        opener = next(iter(sound(naming[deal])), None)
        first += sound(group) if opener is None else [opener]
        later += [item for item in sound(group) if opener and item is not opener]
    write_orders(first, caller)
    link(first, deals)
    settle(first, deals, caller)
    sell([item for item in later if has_buyer(deals[item.index])], deals, orders, caller)
    return sound(later)


def refuse_before_the_first(groups: Collection[list[Item]], caller: Caller) -> None:
    """Those before the first one of each group that can be written become what they would alone, all in one go."""
    several = [item for group in groups if len(group) > 1 for item in group]
    tried = try_orders(several, caller) if several else {}
    for group in groups:
        for item in takewhile(lambda item: item.index in tried, group):
            outcome = tried[item.index]
            item.failures, item.status, item.pk = outcome.failures, outcome.status, outcome.pk


def names_buyer(item: Item, order: Order | None) -> bool:
    said = item.data.customer
    if isinstance(said, CustomerIn):
        return any((said.external_id, said.name, said.phone, said.email))
    return isinstance(said, int) or bool(said is UNSET and order and order.customer_id)


def sell(items: list[Item], deals: Deals, orders: Orders, caller: Caller) -> None:
    """The orders whose buyer is for their opportunity to say; what they say of that buyer is kept."""
    if not items:
        return
    said = described(items, caller)
    named = {item.data.customer for item in items if isinstance(item.data.customer, int)}
    named |= {orders[item.index].customer_id for item in items if item.index in orders}
    people = people_of(said.values(), [deals[item.index] for item in items], named)
    for item in items:
        deal, order, who = deals[item.index], orders.get(item.index), said.get(item.index)
        if is_buyer(item, deal, who, order, people):
            leave_to(deal, item, order, people.survivor(item.data.customer) if isinstance(item.data.customer, int) else None)
        else:
            item.refuse("/customer", "conflict", another_buyer(deal, found_in(item, who, order)))
    write_orders(sound(items), caller)
    link(items, deals)
    settle(items, deals, caller)
    written = [item for item in items if item.index in said and item.status in WRITTEN]
    complete([(deals[item.index].customer_id, said[item.index]) for item in written], caller)


def stored(items: list[Item], caller: Caller) -> Orders:
    """The orders that are known already and that the caller may see, held."""
    found = {item.index: item.row for item in items if isinstance(item.row, Order)}
    keys = {key: item.index for item in items if item.row is None and (key := source_key_of(item, caller))}
    rows = stored_orders(keys.keys()) if keys else []
    visible = visible_keys(Order, rows, caller)
    return found | {keys[row.source, row.external_id]: row for row in rows if row.pk in visible}


def deals_of(items: list[Item], before: dict[int, int], caller: Caller) -> Deals:
    """The opportunity of each item that names one, held; `before` is the one that its order belongs to already.

    To say that one again is nothing new, and may be said by whoever sees the order.
    """
    named = {item: key_of(item.data.opportunity, DEAL, caller) for item in sound(items) if item.data.opportunity is not None}
    found = find(set(named.values()), DEAL, caller) if named else {}
    held = hold_deals(set(found.values())) if found else {}
    deals = {}
    for item, key in named.items():
        known = before.get(item.index)
        if key in found and known in (None, found[key]):
            deals[item.index] = held[found[key]]
        elif key in found:
            item.refuse("/opportunity", "conflict", is_elsewhere(known))
        elif key != ("id", known):
            item.refuse("/opportunity", "invalid-reference")
    return deals


def to_free(items: list[Item], before: dict[int, int], caller: Caller) -> list[Item]:
    """Those whose order is to be no opportunity's any more: for who may work on the one it is of."""
    leaving = [item for item in sound(items) if item.data.opportunity is None and item.index in before]
    deals = {before[item.index] for item in leaving}
    seen = set(Opportunity.objects.visible_to(caller.user).filter(pk__in=deals).values_list("pk", flat=True)) if deals else set()
    for item in leaving:
        if before[item.index] not in seen:
            item.refuse("/opportunity", "not-allowed")
    return sound(leaving)


def unlink(items: list[Item]) -> None:
    """It was another sale after all."""
    written = [item for item in items if item.status in WRITTEN]
    LINKS.objects.filter(order__in=[item.pk for item in written]).delete()
    for item in written:
        item.settle(states.UPDATED, item.pk)


def leave_to(deal: Opportunity, item: Item, order: Order | None, named: int | None) -> None:
    """The buyer is for the deal to say; so is the owner of a new order that names none."""
    item.data = msgspec.structs.replace(item.data, customer=UNSET)
    if deal.customer_id or named:
        item.values["customer_id"] = deal.customer_id or named
    if order is None and deal.owner_id:
        item.values["owner_id"] = deal.owner_id


def link(items: Iterable[Item], deals: Deals) -> None:
    written = {item.pk: item for item in items if item.index in deals and item.status in WRITTEN}
    known = deals_of_orders(written)
    new = [item for pk, item in written.items() if pk not in known]
    insert_rows([LINKS(opportunity=deals[item.index], order_id=item.pk) for item in new])
    for item in new:
        item.as_stored = None
        if item.status == states.UNCHANGED:
            item.settle(states.UPDATED, item.pk)


def settle(items: list[Item], deals: Deals, caller: Caller) -> None:
    """Who bought is the customer of an opportunity that had none."""
    written = [item for item in items if item.status in WRITTEN and not deals[item.index].customer_id]
    rows = Order.objects.select_related("customer").in_bulk([item.pk for item in written]) if written else {}
    for item in written:
        settle_buyer(deals[item.index], rows[item.pk], by=caller.user)
