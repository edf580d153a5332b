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
from customers.models import Order
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
    """Whoever may work on an opportunity may sell to its customer, also where they are a colleague's."""
    deals = deals_of(sound(items), caller)
    concerned = [item for item in sound(items) if item.index in deals]
    stored, said = stored_orders(concerned, caller), described(concerned, caller)
    people = people_of(said.values(), deals.values())
    leads = set()
    for item in concerned:
        deal, order = deals[item.index], stored.get(item.index)
        is_theirs = is_buyer(item, deal, said.get(item.index), people)
        if deal.customer_id:
            begin(item, deal, order, is_theirs=is_theirs)
        elif is_theirs and is_to_become(deal) and not (order and order.customer_id):
            item.data = msgspec.structs.replace(item.data, customer=UNSET)
            leads.add(item.index)
    write_orders([item for item in items if not item.failures], caller)
    link(items, deals)
    for item in items:
        if item.index in leads and item.status in {states.CREATED, states.UPDATED}:
            sell_to_lead(deals[item.index], Order.objects.get(pk=item.pk))
            item.as_stored = None


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
    """The buyer of the deal, and for a new order its owner; another buyer's order is not its outcome."""
    is_theirs = is_theirs or item.data.customer is None
    if not is_theirs or (order and order.customer_id not in (None, deal.customer_id)):
        item.refuse("/customer", "conflict", ANOTHER)
        return
    item.data = msgspec.structs.replace(item.data, customer=UNSET)
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
