"""Whose purchase an order of an opportunity is: its customer's, described in whatever words, else the one's its lead becomes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.db.models.functions import Coalesce

from crm.inputs.caller import Caller
from crm.inputs.items import Item
from crm.inputs.upsert import source_of
from crm.models import User
from customers.models import Customer, Order
from customers.services.buyers import Buyer, CustomerIn
from customers.services.identity import Identity
from leads.models import Lead, Opportunity
from leads.services.conversion import find_or_make_customer


@dataclass
class People:
    """Who carries which key, whether the caller sees them or not; a merged record's keys are its survivor's."""

    holders: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    sources: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    names: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    survivors: dict[int, int] = field(default_factory=dict)

    def are(self, who: Identity, customer: int | None, lead: Lead | None) -> bool:
        """Whether a description fits a customer, or the lead that is or becomes that customer.

        As with every order: the external id decides, then the phone, then the e-mail. With a name alone it has to be theirs.
        A lead's keys say nothing of its opportunity's customer where somebody else carries them.
        """
        theirs = set(Identity("", "", "", lead.phone, lead.email).all_keys()) if lead else set()
        for key in who.all_keys():
            holders = self.holders[key]
            if customer in holders or (key in theirs and not (customer and holders)):
                return True
            is_other = key[0] == "x" and customer is not None and who.source in self.sources[customer]
            if holders or is_other:
                return False
        known = set(self.names[customer]) if customer else set()
        known |= {lead.name, lead.company} if lead else set()
        return not who.has_key and who.name in known - {""}


def described(items: Iterable[Item], caller: Caller) -> dict[int, Identity]:
    """What the items say about their buyers, by their place; a description without a key or a name says nothing."""
    said = [item for item in items if isinstance(item.data.customer, CustomerIn)]
    buyers = {item.index: Buyer(item, item.data.customer, source_of(item.data, caller), caller.at).identity for item in said}
    return {index: who for index, who in buyers.items() if who.has_key or who.name}


def people_of(items: Iterable[Item], identities: Iterable[Identity], deals: Iterable[Opportunity]) -> People:
    """Those described, and the customers of the opportunities, in one statement, where any item says who bought."""
    wanted, people = list(identities), People()
    if not wanted and not any(isinstance(item.data.customer, int) for item in items):
        return people
    customers = {deal.customer_id or (deal.lead.customer_id if deal.lead else None) for deal in deals} - {None}
    condition = Q(pk__in=customers) | Q(merged_into__in=customers)
    condition |= Q(phone__in={who.phone for who in wanted} - {""}) | Q(email__in={who.email for who in wanted} - {""})
    external = [who for who in wanted if who.external_id]
    condition |= Q(external_id__in={who.external_id for who in external}, source__in={who.source for who in external})
    rows = Customer.objects.filter(condition).values_list(
        "pk", Coalesce("merged_into_id", "pk"), "source", "external_id", "name", "phone", "email"
    )
    for own, pk, source, external_id, name, phone, email in rows:
        people.survivors[own] = pk
        for key in Identity(source or "", external_id or "", name, phone, email).all_keys():
            people.holders[key].add(pk)
        people.names[pk].add(name)
        people.sources[pk] |= {source} if external_id else set()
    return people


def is_buyer(item: Item, deal: Opportunity, who: Identity | None, people: People) -> bool:
    """Whether an order leaves its buyer to the opportunity: says nothing, names its customer, or describes the same person."""
    named, customer = item.data.customer, deal.customer_id or (deal.lead.customer_id if deal.lead else None)
    customer = people.survivors.get(customer, customer)
    if who:
        return people.are(who, customer, deal.lead)
    return not isinstance(named, int) or people.survivors.get(named, named) == customer


def is_to_become(deal: Opportunity) -> bool:
    """Its lead is somebody, though not a customer of this opportunity yet."""
    lead = deal.lead
    return bool(lead and not lead.merged_into_id and any((lead.customer_id, lead.name, lead.company, lead.phone, lead.email)))


def sell_to_lead(deal: Opportunity, order: Order, *, by: User) -> None:
    """The lead's customer, who may be a colleague's or new, is the opportunity's from now on, and the order's."""
    lead = Lead.objects.select_for_update().get(pk=deal.lead_id)
    customer = find_or_make_customer(lead, at=order.placed_at, seen_by=by)
    lead.customer = customer
    lead.save(update_fields=["customer", "updated_at"])
    deal.customer = order.customer = customer.merged_into or customer
    deal.save(update_fields=["customer", "updated_at"])
    order.save(update_fields=["customer", "updated_at"])
