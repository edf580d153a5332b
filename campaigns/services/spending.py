"""Expenses entered by hand, one at a time and with a way back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.models import Expense
from crm import slips
from crm.inputs.rates import Rates
from crm.models import Organization, User
from crm.money import convert

# Over so many days an expense can be spread.
LONGEST_DAYS = 3660
TOO_LARGE = Decimal(10) ** 18
EDITABLE = frozenset({"kind", "campaign", "channel", "lead_source", "amount", "is_estimate", "valid_from", "valid_to", "note"})


def priced_at(amount: Decimal, currency: str, rate: Decimal) -> dict[str, Any]:
    """The columns of an amount in its own currency: as it was entered, and in the base currency."""
    return {"currency": currency, "currency_amount": amount, "rate": rate, "amount": convert(amount, rate)}


def priced_on(day: date, amount: Decimal, currency: str, rates: Rates) -> dict[str, Any]:
    """The same at the rate of that day, where the currency has one."""
    rate = rates.fixed(currency) or rates.on(currency, day)
    if rate is None:
        text = _("There is no exchange rate of %(currency)s for this day: it is entered in the settings.")
        raise ValidationError({"currency": ValidationError(text, "rate-missing", {"currency": currency})})
    return _require_small(priced_at(amount, currency, rate))


@transaction.atomic
def enter_expense(
    *, by: User, at: datetime, currency: str = "", source: str | None = None, external_id: str | None = None, **facts: Any
) -> Expense:
    """A new expense, in the base currency where none is named. A known (`source`, `external_id`) answers with the one it has."""
    _require_known(facts)
    _require_span(facts["valid_from"], facts["valid_to"])
    organization = Organization.current()
    rates = Rates(organization)
    made = {"created_at": at, **facts}
    made |= priced_on(facts["valid_from"], facts["amount"], currency or organization.currency, rates)
    if external_id is None:
        return Expense.objects.create(source=source, **made)
    return Expense.objects.get_or_create(source=source, external_id=external_id, defaults=made)[0]


@transaction.atomic
def edit_expense(expense: Expense, *, by: User, at: datetime, seen: datetime | None = None, **changes: Any) -> Expense:
    """Another amount (in its own currency, at the rate it has), other days or another place.

    `seen` is the state the writer had before them; sent twice it is one change.
    """
    _require_known(changes)
    expense = _lock(expense)
    wished = _columns(expense, changes)
    changed = [column for column, value in wished.items() if getattr(expense, column) != value]
    if changed and seen is not None and expense.updated_at != seen:
        raise _conflict()
    for column in changed:
        setattr(expense, column, wished[column])
    _require_span(expense.valid_from, expense.valid_to)
    if changed:
        expense.save(update_fields=[*changed, "updated_at"])
    return expense


def _columns(expense: Expense, changes: dict[str, Any]) -> dict[str, Any]:
    """An amount that is the one it has leaves the columns of the amount as they are."""
    wished = {name: value for name, value in changes.items() if name != "amount"}
    amount = changes.get("amount")
    if amount is None or amount == expense.own_amount:
        return wished
    return wished | _require_small(priced_at(amount, expense.currency or Organization.current().currency, expense.rate))


def _require_small(priced: dict[str, Any]) -> dict[str, Any]:
    if priced["amount"] >= TOO_LARGE:
        raise ValidationError({"amount": ValidationError(_("An amount has at most 18 digits."), code="amount-too-large")})
    return priced


@transaction.atomic
def remove_expense(expense: Expense, *, by: User, at: datetime) -> slips.Removal:
    """One that never was; what is kept of it leads back."""
    return slips.remove(_lock(expense))


def last_change(pk: int) -> int | None:
    """The key of the newest image that the history keeps of an expense."""
    return slips.last_change(Expense, pk)


def way_back(change: slips.Change, *, by: User, at: datetime) -> str:
    return slips.way_back(Expense, change, by=by, at=at)


def way_back_of_entered(expenses: Collection[Expense], *, by: User, at: datetime) -> str:
    return slips.way_back_of_new(Expense, [expense.pk for expense in expenses], by=by, at=at)


@transaction.atomic
def take_back_change(way: str, *, by: User, at: datetime) -> Expense:
    """The expense as it was before its last change or its removal; `way` is what `way_back` gave to whoever made it."""
    row = slips.row_before(Expense.objects.visible_to(by), way, by=by, at=at)
    if row is None:
        raise _conflict()
    row.save()
    return row


@transaction.atomic
def take_back_entered(way: str, *, by: User, at: datetime) -> tuple[int, int]:
    """Remove expenses that somebody has just entered together; how many went, and how many stay as they were changed since."""
    left, touched = slips.left_of_new(Expense, way, by=by, at=at)
    rows = Expense.objects.visible_to(by).filter(pk__in=left)
    kept = rows.filter(pk__in=touched).count()
    gone, _of_each = rows.exclude(pk__in=touched).delete()
    return gone, kept


def removed_expense(pk: int, user: User) -> Expense | None:
    """One that is gone, as it was last: whoever was still at it is told so."""
    return slips.removed_row(Expense, pk) if user.is_active and user.may_see_costs else None


def _require_known(facts: dict[str, Any]) -> None:
    unknown = set(facts) - EDITABLE
    if unknown:
        raise TypeError(f"an expense cannot be given {', '.join(sorted(unknown))}")


def _require_span(first: date, last: date) -> None:
    if last < first:
        raise ValidationError({"valid_to": ValidationError(_("The first day comes after the last."), code="out-of-range")})
    if (last - first).days > LONGEST_DAYS:
        raise ValidationError({"valid_to": ValidationError(_("An expense lasts ten years at most."), code="out-of-range")})


def _lock(expense: Expense) -> Expense:
    locked = Expense.objects.select_for_update(of=("self",)).filter(pk=expense.pk).first()
    if locked is None:
        raise ValidationError(_("This expense was removed in the meantime."), code="gone")
    return locked


def _conflict() -> ValidationError:
    return ValidationError(
        _("Somebody changed this expense in the meantime: open it again and repeat your change."), code="conflict"
    )
