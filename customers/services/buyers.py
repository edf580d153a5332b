"""The customer of an order, ticket or answer: given by id, or described and found or made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from crm.inputs.caller import Caller
from crm.inputs.fields import DEMO_SOURCE, Email, ExternalId, Name, Phone, RealSourceName
from crm.inputs.items import Item
from customers.models import Customer
from customers.services.identity import NO_TOUCH, Identity, Known, Register, Touch, look_up, open_register, save


class CustomerIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """Who bought: found by external id, then phone, then e-mail, else made."""

    external_id: ExternalId | UnsetType | None = UNSET
    source: RealSourceName | UnsetType = UNSET
    name: Name | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET


@dataclass(slots=True)
class Buyer:
    """What one record says about its customer; `customer_id` is the stored one until another is found."""

    item: Item
    sent: int | CustomerIn | UnsetType | None
    source: str | None
    at: datetime
    customer_id: int | None = None
    touch: Touch = NO_TOUCH

    @property
    def identity(self) -> Identity:
        sent = self.sent
        # Who is described with a sample order is no sample.
        own = "" if self.source == DEMO_SOURCE else self.source
        source = (own or "manual") if sent.source is UNSET else sent.source
        return Identity(source, sent.external_id or "", sent.name or "", sent.phone or "", sent.email or "")


def follow_merges(items: list[Item]) -> None:
    """A customer that was merged into another one is that other one."""
    named = [item for item in items if item.values.get("customer_id")]
    merged = Customer.objects.filter(pk__in={item.values["customer_id"] for item in named}, merged_into__isnull=False)
    survivors = dict(merged.values_list("pk", "merged_into_id")) if named else {}
    for item in named:
        item.values["customer_id"] = survivors.get(item.values["customer_id"], item.values["customer_id"])


def set_buyers(buyers: list[Buyer], caller: Caller) -> None:
    """Find everybody's customer in a few queries; unknown and invisible ids are refused alike."""
    find_named(buyers, caller)
    described = [(buyer, buyer.identity) for buyer in buyers if isinstance(buyer.sent, CustomerIn)]
    if described:
        identify(described, caller)
    for buyer in buyers:
        if buyer.sent is None:
            buyer.customer_id = None


def check_buyers(buyers: list[Buyer], caller: Caller) -> None:
    """Refuse whom the caller may not name, and write nobody."""
    find_named(buyers, caller)
    described = [(buyer, buyer.identity) for buyer in buyers if isinstance(buyer.sent, CustomerIn)]
    if described and not caller.user.sees_all:
        register = Register()
        look_up(register, [who for _, who in described], caller)
        for buyer, who in described:
            if (known := register.find(who)) and not known.is_visible:
                buyer.item.refuse("/customer", "invalid-reference")


def find_named(buyers: list[Buyer], caller: Caller) -> None:
    """Those who are named by their id."""
    by_id = [buyer for buyer in buyers if isinstance(buyer.sent, int)]
    if by_id:
        visible = Customer.objects.visible_to(caller.user).filter(pk__in={buyer.sent for buyer in by_id})
        survivors = {pk: merged_into or pk for pk, merged_into in visible.values_list("pk", "merged_into_id")}
        for buyer in by_id:
            buyer.customer_id = survivors.get(buyer.sent)
            if buyer.customer_id is None:
                buyer.item.refuse("/customer", "invalid-reference")


def identify(described: list[tuple[Buyer, Identity]], caller: Caller) -> None:
    """By their keys; a buyer with nothing but a name is a new customer, once."""
    register = open_register([who for _, who in described if who.has_key], caller)
    chosen: list[tuple[Buyer, Known]] = []
    for buyer, who in sorted(described, key=lambda pair: pair[0].at):
        if not who.has_key and (buyer.customer_id or not who.name):
            continue
        known = register.find(who)
        if known is not None and not known.is_visible:
            buyer.item.refuse("/customer", "invalid-reference")
            continue
        if known is None:
            known = register.make(who, buyer.at)
            known.touch = buyer.touch
        else:
            register.fill(known, who)
        chosen.append((buyer, known))
    save(register, caller)
    for buyer, known in chosen:
        buyer.customer_id = known.pk
