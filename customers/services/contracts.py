"""Contracts as integrations write them: set-wise."""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from crm.inputs.caller import Caller
from crm.inputs.fields import Day, Money, Name, RecordIn, Reference
from crm.inputs.items import Item
from crm.inputs.rates import is_too_fine
from crm.inputs.references import Target
from crm.inputs.upsert import Recipe, span_is_turned, upsert
from customers.models import Contract, Customer
from customers.services.buyers import follow_merges


class ContractIn(RecordIn):
    """A span of days in which somebody is a customer without ordering; both days are included, no last day is no end."""

    customer: Reference | UnsetType = UNSET
    plan: Name | UnsetType | None = UNSET
    starts_on: Day | UnsetType = UNSET
    ends_on: Day | UnsetType | None = UNSET
    monthly_amount: Money | UnsetType = UNSET
    is_trial: bool | UnsetType = UNSET


def complete_contracts(items: list[Item], caller: Caller) -> None:
    follow_merges(items)
    for item in items:
        amount = item.values.get("monthly_amount")
        if amount is not None and is_too_fine(amount, caller.organization.currency):
            item.refuse("/monthly_amount", "precision")
        if span_is_turned(item, "starts_on", "ends_on"):
            item.refuse("/ends_on", "out-of-range")


CONTRACTS = Recipe(
    model=Contract,
    struct=ContractIn,
    references={"customer": Target(Customer)},
    required=("customer", "starts_on"),
    completes=complete_contracts,
)


def write_contracts(items: list[Item], caller: Caller) -> None:
    upsert(CONTRACTS, items, caller)
