"""Customers, tickets and survey answers as integrations write them: set-wise."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from campaigns.models import Campaign, Channel, LandingPage, LeadSource, SocialNetwork
from crm.inputs.caller import Caller
from crm.inputs.fields import Email, KeyReference, Name, NationalId, Person, Phone, RecordIn, Reference
from crm.inputs.items import Item, is_merged
from crm.inputs.references import PEOPLE, Target
from crm.inputs.upsert import Recipe, upsert
from customers.models import Customer

TOUCH = {
    "channel": Target(Channel, natural="slug"),
    "lead_source": Target(LeadSource, natural="slug", creates=True),
    "campaign": Target(Campaign),
    "landing_page": Target(LandingPage, natural="url"),
    "social_network": Target(SocialNetwork, natural="slug", creates=True),
}


class CustomerRecordIn(RecordIn):
    """A customer; the first touch is normally derived from the lead or the first order."""

    name: Name | UnsetType | None = UNSET
    company: Name | UnsetType | None = UNSET
    kind: Literal["person", "company"] | UnsetType = UNSET
    phone: Phone | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    national_id: NationalId | UnsetType | None = UNSET
    owner: Person | UnsetType | None = UNSET
    channel: KeyReference | UnsetType | None = UNSET
    lead_source: KeyReference | UnsetType | None = UNSET
    campaign: Reference | UnsetType | None = UNSET
    landing_page: KeyReference | UnsetType | None = UNSET
    social_network: KeyReference | UnsetType | None = UNSET
    is_test: bool | UnsetType = UNSET
    is_spam: bool | UnsetType = UNSET


def complete_customers(items: list[Item], caller: Caller) -> None:
    """Somebody must be recognisable by something; a merged record is not written any more."""
    for item in items:
        row, values = item.row, item.values
        if row is not None and row.merged_into_id:
            item.refuse("", "conflict", is_merged(row))
        known = [values.get(name, getattr(row, name, "")) for name in ("name", "phone", "email", "external_id")]
        if not any(known):
            item.refuse("/name", "required")


CUSTOMERS = Recipe(model=Customer, struct=CustomerRecordIn, references={"owner": PEOPLE, **TOUCH}, completes=complete_customers)


def write_customers(items: list[Item], caller: Caller) -> None:
    upsert(CUSTOMERS, items, caller)
