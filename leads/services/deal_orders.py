"""Orders that say which opportunity they are the outcome of: written as any other, and linked to it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from msgspec import UNSET, UnsetType

from crm.inputs import items as states
from crm.inputs.caller import Caller
from crm.inputs.fields import Reference
from crm.inputs.items import Item, sound
from crm.inputs.references import Target, find, key_of
from crm.inputs.upsert import key_of as source_key_of
from crm.inputs.upsert import refuse_repeated
from customers.models import Order
from customers.services.identity import complete
from customers.services.orders import OrderIn, write_orders
from leads.models import Opportunity
from leads.services.deal_buyers import described, is_buyer, is_to_become, people_of, sell_to_lead

DEAL = Target(Opportunity)
Deals = dict[int, Opportunity]
ANOTHER = _("The customer of this opportunity is somebody else: leave the customer out, or describe the one of the opportunity.")


class DealOrderIn(OrderIn):
    """An order with its lines and refunds. On an update, lines and refunds that are sent replace the stored ones.

    With an `opportunity` the buyer is the opportunity's customer, whosever customer that is, else the one its lead is or
    becomes: leave `customer` out, give its id, or describe the same person by external id, phone or e-mail.
    """

    opportunity: Reference | UnsetType | None = UNSET


def write_deal_orders(items: list[Item], caller: Caller) -> None:
    """Whoever may work on an opportunity may sell to its customer, also where they are a colleague's.

    Orders that leave their buyer to it come first: what they say of somebody, others in the call are recognised by.
    """
    deals = deals_of(sound(items), caller)
    if deals:
        refuse_repeated(sound(items), caller)
        sell([item for item in sound(items) if item.index in deals], deals, caller)
    others = sound(items)
    if others:
        write_orders(others, caller)
        link(others, deals)


def sell(items: list[Item], deals: Deals, caller: Caller) -> None:
    """The orders whose buyer is for their opportunity to say; what they say of that buyer is kept."""
    stored, said = stored_orders(items, caller), described(items, caller)
    people = people_of(items, said.values(), deals.values())
    left, leads = [], set()
    for item in items:
        deal, order = deals[item.index], stored.get(item.index)
        is_theirs = is_buyer(item, deal, said.get(item.index), people)
        if deal.customer_id:
            begin(item, deal, order, is_theirs=is_theirs)
            left.append(item)
        elif is_theirs and is_to_become(deal) and not (order and order.customer_id):
            leave_to(deal, item, order)
            left.append(item)
            leads.add(item.index)
    write_orders(sound(left), caller)
    link(left, deals)
    for item in left:
        if item.index in leads and item.status in {states.CREATED, states.UPDATED}:
            sell_to_lead(deals[item.index], Order.objects.get(pk=item.pk), by=caller.user)
            item.as_stored = None
    written = [item for item in left if item.index in said and item.status in {states.CREATED, states.UPDATED, states.UNCHANGED}]
    complete([(deals[item.index].customer_id, said[item.index]) for item in written], caller)


def deals_of(items: list[Item], caller: Caller) -> Deals:
    """The opportunity of each item that names one, by the item's place; held still in one order of ids."""
    named = {item: key_of(item.data.opportunity, DEAL, caller) for item in items if item.data.opportunity not in (UNSET, None)}
    found = find(set(named.values()), DEAL, caller) if named else {}
    rows = (
        Opportunity.objects.filter(pk__in=set(found.values()))
        .select_related("lead")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    by_key = {row.pk: row for row in rows} if found else {}
    deals = {}
    for item, key in named.items():
        if key in found:
            deals[item.index] = by_key[found[key]]
        else:
            item.refuse("/opportunity", "invalid-reference")
    return deals


def stored_orders(items: Iterable[Item], caller: Caller) -> dict[int, Order]:
    """The orders that are known already, by the item's place."""
    found = {item.index: item.row for item in items if isinstance(item.row, Order)}
    keys = {key: item.index for item in items if item.row is None and (key := source_key_of(item, caller))}
    condition = Q(source__in={source for source, _ in keys}, external_id__in={external_id for _, external_id in keys})
    for order in Order.objects.filter(condition) if keys else ():
        if (order.source, order.external_id) in keys:
            found[keys[order.source, order.external_id]] = order
    return found


def begin(item: Item, deal: Opportunity, order: Order | None, *, is_theirs: bool) -> None:
    """The order is the customer's of the deal; another buyer's order is not its outcome."""
    if not is_theirs or (order and order.customer_id not in (None, deal.customer_id)):
        item.refuse("/customer", "conflict", ANOTHER)
        return
    leave_to(deal, item, order)
    item.values["customer_id"] = deal.customer_id


def leave_to(deal: Opportunity, item: Item, order: Order | None) -> None:
    """The buyer is for the deal to say; so is the owner of a new order that names none."""
    item.data = msgspec.structs.replace(item.data, customer=UNSET)
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
