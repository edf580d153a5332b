"""Orders that say which opportunity they are the outcome of: written as any other, and linked to it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from django.db.models import Q
from msgspec import UNSET, UnsetType

from crm.inputs import items as states
from crm.inputs.caller import Caller
from crm.inputs.fields import Reference
from crm.inputs.items import Item, sound
from crm.inputs.references import Target, find, key_of
from crm.inputs.upsert import key_of as source_key_of
from customers.models import Order
from customers.services.orders import OrderIn, write_orders
from leads.models import Opportunity

DEAL = Target(Opportunity)
Deals = dict[int, Opportunity]


class DealOrderIn(OrderIn):
    """An order with its lines and refunds. On an update, lines and refunds that are sent replace the stored ones.

    With an `opportunity` the buyer is the opportunity's customer, whosever customer that is: leave `customer` out, or give
    its id.
    """

    opportunity: Reference | UnsetType | None = UNSET


def write_deal_orders(items: list[Item], caller: Caller) -> None:
    """Whoever may work on an opportunity may sell to its customer, also where they are a colleague's."""
    deals = deals_of(sound(items), caller)
    stored = stored_orders(items, deals, caller)
    for item in sound(items):
        if item.index in deals:
            begin(item, deals[item.index], stored.get(item.index))
    write_orders([item for item in items if not item.failures], caller)
    link(items, deals)


def deals_of(items: list[Item], caller: Caller) -> Deals:
    """The opportunity of each item that names one, by the item's place; held still in one order of ids."""
    named = {item: key_of(item.data.opportunity, DEAL, caller) for item in items if item.data.opportunity not in (UNSET, None)}
    found = find(set(named.values()), DEAL, caller) if named else {}
    rows = Opportunity.objects.select_for_update().filter(pk__in=set(found.values())).order_by("pk")
    by_key = {row.pk: row for row in rows} if found else {}
    deals = {}
    for item, key in named.items():
        if key in found:
            deals[item.index] = by_key[found[key]]
        else:
            item.refuse("/opportunity", "invalid-reference")
    return deals


def stored_orders(items: Iterable[Item], deals: Deals, caller: Caller) -> dict[int, Order]:
    """The orders that are known already, by the item's place."""
    concerned = [item for item in items if item.index in deals]
    found = {item.index: item.row for item in concerned if isinstance(item.row, Order)}
    keys = {key: item.index for item in concerned if item.row is None and (key := source_key_of(item, caller))}
    condition = Q(source__in={source for source, _ in keys}, external_id__in={external_id for _, external_id in keys})
    for order in Order.objects.filter(condition) if keys else ():
        if (order.source, order.external_id) in keys:
            found[keys[order.source, order.external_id]] = order
    return found


def begin(item: Item, deal: Opportunity, order: Order | None) -> None:
    """The buyer of the deal, and for a new order its owner; another buyer's order is not its outcome."""
    data = item.data
    if deal.customer_id is None:
        return
    if data.customer not in (UNSET, None, deal.customer_id) or (order and order.customer_id not in (None, deal.customer_id)):
        item.refuse("/customer", "conflict")
        return
    item.data = msgspec.structs.replace(data, customer=UNSET)
    item.values["customer_id"] = deal.customer_id
    if order is None and deal.owner_id:
        item.values["owner_id"] = deal.owner_id


def link(items: Iterable[Item], deals: Deals) -> None:
    links = Opportunity.orders.through
    written = {item.pk: item for item in items if item.index in deals and item.pk and not item.failures}
    known = set(links.objects.filter(order__in=written).values_list("opportunity_id", "order_id"))
    new = [(deals[item.index].pk, pk) for pk, item in written.items() if (deals[item.index].pk, pk) not in known]
    links.objects.bulk_create(links(opportunity_id=deal, order_id=order) for deal, order in new)
    for _deal, order in new:
        if written[order].status == states.UNCHANGED:
            written[order].settle(states.UPDATED, order)
