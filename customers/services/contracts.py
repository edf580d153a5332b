"""Contracts: as integrations write them, set-wise, and by hand, one at a time and with a way back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from crm import slips
from crm.inputs import items as states
from crm.inputs.caller import Caller
from crm.inputs.fields import Day, Money, Name, RecordIn, Reference
from crm.inputs.items import Item
from crm.inputs.rates import is_too_fine
from crm.inputs.references import Target
from crm.inputs.upsert import Recipe, span_is_turned, upsert
from crm.models import User
from crm.permissions import may_delete
from customers.models import Contract, Customer
from customers.services.buyers import follow_merges
from customers.services.merging import follow_unmerge
from customers.services.sales import SOURCE

EDITABLE = frozenset({"plan", "starts_on", "ends_on", "monthly_amount", "is_trial"})


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


def note_writers(items: list[Item], caller: Caller) -> None:
    """A contract that somebody had entered by hand is no longer theirs alone."""
    changed = [item.pk for item in items if item.status == states.UPDATED]
    Contract.objects.filter(pk__in=changed, written_by__isnull=False).update(written_by=None)


CONTRACTS = Recipe(
    model=Contract,
    struct=ContractIn,
    references={"customer": Target(Customer)},
    required=("customer", "starts_on"),
    completes=complete_contracts,
    follows=note_writers,
)


def write_contracts(items: list[Item], caller: Caller) -> None:
    upsert(CONTRACTS, items, caller)


@transaction.atomic
def enter_contract(
    *, customer: Customer, by: User, at: datetime, source: str | None = None, external_id: str | None = None, **facts: Any
) -> Contract:
    """A new contract. A known (`source`, `external_id`) answers with the contract it has."""
    _require_span(facts["starts_on"], facts.get("ends_on"))
    made = {"customer": customer, "created_at": at, "written_by": by, **facts}
    if external_id is None:
        return Contract.objects.create(source=source, **made)
    return Contract.objects.get_or_create(source=source, external_id=external_id, defaults=made)[0]


@transaction.atomic
def edit_contract(contract: Contract, *, by: User, at: datetime, seen: datetime | None = None, **changes: Any) -> Contract:
    """Other days, another plan or amount. `seen` is the state the writer had before them; sent twice it is one change."""
    unknown = set(changes) - EDITABLE
    if unknown:
        raise TypeError(f"edit_contract() cannot change {', '.join(sorted(unknown))}")
    contract = _lock(contract)
    changed = [column for column, value in changes.items() if getattr(contract, column) != value]
    if changed and seen is not None and contract.updated_at != seen:
        raise _conflict()
    for column in changed:
        setattr(contract, column, changes[column])
    _require_span(contract.starts_on, contract.ends_on)
    if changed:
        contract.written_by = by
        contract.save(update_fields=[*changed, "written_by", "updated_at"])
    return contract


@transaction.atomic
def remove_contract(contract: Contract, *, by: User, at: datetime) -> slips.Removal:
    """One that never was, or was entered by mistake just now; what is kept of it leads back."""
    contract = _lock(contract)
    if not may_remove(contract, by, at):
        raise ValidationError(_("A contract is ended, not removed: ask a manager."), code="not-allowed")
    return slips.remove(contract)


def may_remove(contract: Contract, by: User, at: datetime) -> bool:
    """What was entered just now also by those who may not delete."""
    is_new = contract.source == SOURCE and contract.recorded_at > at - slips.SLIP
    return may_delete(by) or (is_new and _is_own(contract, by) and _is_as_entered(contract))


def _is_own(contract: Contract, by: User) -> bool:
    """Entered by them, and in nobody else's hands since, even where it is again as it was."""
    return contract.written_by_id == by.pk and not contract.history.exclude(written_by=by.pk).exists()


def _is_as_entered(contract: Contract) -> bool:
    """Never changed, or every change of it taken back."""
    first = contract.history.order_by("pgh_id").first()
    return first is None or all(getattr(first, name) == getattr(contract, name) for name in EDITABLE | {"customer_id"})


def last_change(pk: int) -> int | None:
    """The key of the newest image that the history keeps of a contract."""
    return slips.last_change(Contract, pk)


def way_back(change: slips.Change, *, by: User, at: datetime) -> str:
    return slips.way_back(Contract, change, by=by, at=at)


@transaction.atomic
def take_back_change(way: str, *, customer: Customer, by: User, at: datetime) -> Contract:
    """The contract as it was before its last change or its removal; `way` is what `way_back` gave to whoever made it."""
    row = slips.row_before(Contract.objects.visible_to(by), way, by=by, at=at)
    if row is None or row.customer_id != customer.pk or customer.merged_into_id:
        raise _conflict()
    follow_unmerge(row, "customer")
    row.written_by = by
    row.save()
    return row


def removed_contract(pk: int, user: User) -> Contract | None:
    """One that is gone, as it was last, for those who may see its customer: whoever was still at it is told so."""
    row = slips.removed_row(Contract, pk)
    may_see = row and Customer.objects.visible_to(user).filter(pk=row.customer_id).exists()
    return row if may_see else None


def _lock(contract: Contract) -> Contract:
    locked = Contract.objects.select_for_update().filter(pk=contract.pk).first()
    if locked is None:
        raise ValidationError(_("This contract was removed in the meantime."), code="gone")
    return locked


def _require_span(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise ValidationError({"ends_on": ValidationError(_("The first day comes after the last."), code="out-of-range")})


def _conflict() -> ValidationError:
    return ValidationError(
        _("Somebody changed this contract in the meantime: open it again and repeat your change."), code="conflict"
    )
