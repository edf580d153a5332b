"""Whose purchase an order of an opportunity is: its customer's, described in whatever words, else the one's its lead becomes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from crm.inputs.caller import Caller
from crm.inputs.items import Item
from crm.inputs.upsert import source_of
from crm.models import User
from crm.templatetags.crm_format import key_apart
from crm.text import fold
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

    def survivor(self, pk: int | None) -> int | None:
        return self.survivors.get(pk, pk)

    def parties(self, deal: Opportunity) -> tuple[int | None, Lead | None]:
        """The customer of an opportunity, and its lead where that is (or may become) the same one."""
        lead = deal.lead
        of_lead = self.survivor(lead.customer_id) if lead else None
        customer = self.survivor(deal.customer_id) or of_lead
        return customer, lead if of_lead in {None, customer} else None

    def are(self, who: Identity, customer: int | None, lead: Lead | None) -> bool:
        """Whether a description fits a customer, or the lead that is or becomes that customer.

        As with every order: the external id decides, then the phone, then the e-mail. With a name alone it has to be theirs,
        and so it has where nothing else is known of the lead.
        A lead's keys say nothing of its opportunity's customer where somebody else carries them.
        """
        theirs = keys_of(lead)
        for key in who.all_keys():
            holders = self.holders[key]
            if customer in holders or (key in theirs and not (customer and holders)):
                return True
            is_other = key[0] == "x" and customer is not None and who.source in self.sources[customer]
            if holders or is_other:
                return False
        is_unknown = customer is None and not theirs
        return (is_unknown or not who.has_key) and self.are_called(who.name, customer, lead)

    def are_called(self, name: str, customer: int | None, lead: Lead | None) -> bool:
        """A name of their own; their lead's is one only as long as no other customer is called so."""
        said = fold(name)
        if not said or said in self.names[customer or 0]:
            return bool(said)
        return said in names_of(lead) and not (customer and is_name_of_another(name, customer))

    def is_one(self, pk: int, customer: int | None, lead: Lead | None) -> bool:
        """Whether somebody who is known is that customer, or before there is one the lead: by a key, else by name."""
        if customer:
            return self.survivor(pk) == customer
        theirs = keys_of(lead)
        if theirs:
            return any(self.survivor(pk) in self.holders[key] for key in theirs)
        return bool(self.names[self.survivor(pk) or 0] & names_of(lead))


def keys_of(lead: Lead | None) -> set[str]:
    return set(Identity("", "", "", lead.phone, lead.email).all_keys()) if lead else set()


def names_of(lead: Lead | None) -> set[str]:
    return {fold(name) for name in (lead.name, lead.company) if name} if lead else set()


def is_name_of_another(name: str, customer: int) -> bool:
    others = Customer.objects.filter(merged_into=None).exclude(pk=customer).search(name)
    return any(fold(each) == fold(name) for each in others.values_list("name", flat=True))


def described(items: Iterable[Item], caller: Caller) -> dict[int, Identity]:
    """What the items say about their buyers, by their place; a description without a key or a name says nothing."""
    said = [item for item in items if isinstance(item.data.customer, CustomerIn)]
    buyers = {item.index: Buyer(item, item.data.customer, source_of(item.data, caller), caller.at).identity for item in said}
    return {index: who for index, who in buyers.items() if who.has_key or who.name}


def people_of(identities: Iterable[Identity], deals: Iterable[Opportunity], named: Iterable[int | None] = ()) -> People:
    """Those described or named by their id, and the customers of the opportunities, in one statement, where any item says who."""
    wanted, people = list(identities), People()
    asked = set(named) - {None}
    if not wanted and not asked:
        return people
    behind = (pk for deal in deals for pk in (deal.customer_id, deal.lead.customer_id if deal.lead else None))
    customers = {*asked, *behind} - {None}
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
        people.names[pk].add(fold(name))
        people.sources[pk] |= {source} if external_id else set()
    return people


def is_buyer(item: Item, deal: Opportunity, who: Identity | None, order: Order | None, people: People) -> bool:
    """Whether an order leaves its buyer to the opportunity: says nothing, names its customer, or describes the same person.

    An order that is stored must not be another's either.
    """
    parties, named = people.parties(deal), item.data.customer
    if order and order.customer_id and not people.is_one(order.customer_id, *parties):
        return False
    if who:
        return people.are(who, *parties)
    return not isinstance(named, int) or people.is_one(named, *parties)


def is_to_become(deal: Opportunity) -> bool:
    """Its lead is somebody, though not a customer of this opportunity yet."""
    lead = deal.lead
    return bool(lead and not lead.merged_into_id and any((lead.customer_id, lead.name, lead.company, lead.phone, lead.email)))


def has_buyer(deal: Opportunity) -> bool:
    """Whether it is said who buys; else it is for the order to say."""
    return bool(deal.customer_id) or is_to_become(deal)


def another_buyer(deal: Opportunity, found: str) -> str:
    """Why somebody is not the buyer, and what to do about it."""
    if deal.customer_id:
        text = _(
            "This is not the customer of the opportunity: %(found)s. Leave the customer out, or describe the opportunity's own."
        )
    else:
        text = _(
            "This is not the lead of the opportunity: %(found)s. Leave the customer out to sell to the lead,"
            " or set the customer of the opportunity first."
        )
    return text % {"found": found}


def found_in(item: Item, who: Identity | None, order: Order | None) -> str:
    """Who is meant, in the words of the caller."""
    if who:
        return ", ".join(filter(None, (who.external_id, who.phone, who.email, who.name)))
    named = item.data.customer
    return key_apart(named if isinstance(named, int) or order is None else order.customer_id)


def settle_buyer(deal: Opportunity, order: Order, *, by: User | None) -> None:
    """Who buys is the opportunity's customer from now on, and its lead's: somebody who is known already, or becomes it."""
    lead = Lead.objects.select_for_update().get(pk=deal.lead_id) if deal.lead_id else None
    customer = order.customer
    if customer is None and is_to_become(deal):
        customer = find_or_make_customer(lead, at=order.placed_at, seen_by=by, or_first=True)
    if customer is None:
        return
    customer = customer.merged_into or customer
    if lead and not lead.customer_id:
        lead.customer = customer
        lead.save(update_fields=["customer", "updated_at"])
    deal.customer = customer
    deal.save(update_fields=["customer", "updated_at"])
    if order.customer_id != customer.pk:
        order.customer = customer
        order.save(update_fields=["customer", "updated_at"])
