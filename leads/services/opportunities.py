"""What is done with an opportunity. Each move is a dated StageChange with the amount from then on."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import User
from customers.models import Customer
from leads.models import Lead, Opportunity, Stage, StageChange
from leads.services.offered_amounts import final_amount

EDITABLE = frozenset({"name", "amount", "currency", "expected_close_on", "owner", "customer", "lead"})

BOUGHT_BY_ANOTHER = gettext_lazy("Another customer has bought for this opportunity: take their order from it first.")
STAGE_ARCHIVED = gettext_lazy("This stage is archived: choose another one.")


@transaction.atomic
def open_opportunity(
    *,
    by: User | None,
    at: datetime,
    name: str,
    lead: Lead | None = None,
    customer: Customer | None = None,
    owner: User | None = None,
    amount: Decimal = Decimal(0),
    stage: Stage | None = None,
    expected_close_on: date | None = None,
    source: str | None = None,
    external_id: str | None = None,
    **facts: Any,
) -> Opportunity:
    """A new opportunity in an open stage, the first one unless said. A known (`source`, `external_id`) answers with its own."""
    stage = stage or Stage.objects.open().first()
    if stage is None or not stage.is_open:
        raise ValidationError(_("A new opportunity starts in an open stage."), code="invalid-stage")
    _require_amount(amount)
    columns = {"name": name.strip()[:200], "lead": lead, "customer": customer, "owner": owner, "amount": amount, "stage": stage}
    columns |= {"expected_close_on": expected_close_on, "created_at": at, **facts}
    if not columns["name"]:
        raise ValidationError(_("Give the opportunity a name."), code="required")
    if external_id is None:
        opportunity, is_new = Opportunity.objects.create(source=source, **columns), True
    else:
        opportunity, is_new = Opportunity.objects.get_or_create(source=source, external_id=external_id, defaults=columns)
    if is_new:
        _note_change(opportunity, None, by=by, at=at)
    return opportunity


@transaction.atomic
def edit_opportunity(opportunity: Opportunity, *, by: User | None, at: datetime, **changes: Any) -> Opportunity:
    """New values for describing columns; a new amount is a dated row like a move."""
    unknown = set(changes) - EDITABLE
    if unknown:
        raise TypeError(f"edit_opportunity() cannot change {', '.join(sorted(unknown))}")
    opportunity = lock_opportunity(opportunity)
    changed = [column for column, value in changes.items() if getattr(opportunity, column) != value]
    if not changed:
        return opportunity
    for column in changed:
        setattr(opportunity, column, changes[column])
    if "customer" in changed and has_orders_of_others(opportunity, opportunity.customer_id):
        raise ValidationError(BOUGHT_BY_ANOTHER, code="conflict")
    _require_amount(opportunity.amount)
    if not opportunity.name.strip():
        raise ValidationError(_("Give the opportunity a name."), code="required")
    opportunity.save(update_fields=[*changed, "updated_at"])
    if "amount" in changed:
        _note_change(opportunity, opportunity.stage, by=by, at=at)
    return opportunity


@transaction.atomic
def move_opportunity(opportunity: Opportunity, *, stage: Stage, by: User | None, at: datetime, seen: str = "") -> Opportunity:
    """To another open stage. Winning and losing have verbs of their own, as they ask for more.

    `seen` is the stage in which its mover saw it: from any other it is not moved.
    """
    opportunity = lock_opportunity(opportunity)
    if opportunity.stage_id == stage.pk:
        return opportunity
    _require_seen(opportunity, seen)
    if stage.kind == Stage.Kind.WON:
        raise ValidationError(_("Say the final amount to win an opportunity."), code="amount-required")
    if stage.kind == Stage.Kind.LOST:
        raise ValidationError(_("Say the reason to lose an opportunity."), code="reason-required")
    if stage.is_archived:
        raise ValidationError({"stage": ValidationError(STAGE_ARCHIVED, code="conflict")})
    _require_open(opportunity)
    return _move(opportunity, stage, by=by, at=at)


@transaction.atomic
def win_opportunity(opportunity: Opportunity, *, amount: Decimal | None = None, by: User | None, at: datetime) -> Opportunity:
    """Close it as won. Without a final amount it is the last word: that of its quotes, or its own."""
    opportunity = lock_opportunity(opportunity)
    if opportunity.won_at:
        return opportunity
    _require_open(opportunity)
    opportunity.won_at = at
    opportunity.amount = final_amount(opportunity) if amount is None else amount
    _require_amount(opportunity.amount)
    return _move(opportunity, Stage.objects.get(kind=Stage.Kind.WON), by=by, at=at)


@transaction.atomic
def lose_opportunity(opportunity: Opportunity, *, reason: str, by: User | None, at: datetime) -> Opportunity:
    """Close it as lost, with the reason."""
    opportunity = lock_opportunity(opportunity)
    if opportunity.lost_at:
        return opportunity
    _require_open(opportunity)
    if not reason.strip():
        raise ValidationError(_("Say the reason to lose an opportunity."), code="reason-required")
    opportunity.lost_at, opportunity.lost_reason = at, reason.strip()[:200]
    return _move(opportunity, Stage.objects.get(kind=Stage.Kind.LOST), by=by, at=at)


@transaction.atomic
def reopen_opportunity(
    opportunity: Opportunity, *, by: User | None, at: datetime, stage: Stage | None = None, seen: str = ""
) -> Opportunity:
    """Take the close away: back to the given open stage, else to the one it was closed from, else to the first.

    `seen` is as of a move: who saw it lost does not take a win away that came since.
    """
    opportunity = lock_opportunity(opportunity)
    if opportunity.is_open:
        return opportunity
    _require_seen(opportunity, seen)
    before = opportunity.changes.filter(from_stage__kind=Stage.Kind.OPEN).order_by("-at", "-id").first()
    stage = stage or (before.from_stage if before and before.from_stage.is_open else Stage.objects.open().first())
    if stage is None or not stage.is_open:
        raise ValidationError(_("An opportunity is reopened in an open stage."), code="invalid-stage")
    opportunity.won_at = opportunity.lost_at = None
    opportunity.lost_reason = ""
    return _move(opportunity, stage, by=by, at=at)


def lock_opportunity(opportunity: Opportunity) -> Opportunity:
    return Opportunity.objects.select_for_update().get(pk=opportunity.pk)


def has_orders_of_others(opportunity: Opportunity, customer: int | None) -> bool:
    """Whether somebody else than this customer has bought for it already."""
    bought = opportunity.orders.filter(customer__isnull=False)
    return (bought.exclude(customer=customer) if customer else bought).exists()


def _require_seen(opportunity: Opportunity, seen: str) -> None:
    stage = opportunity.stage
    if seen and stage.slug != seen:
        text = _("Somebody moved this opportunity in the meantime, to “%(stage)s”. It stays there: look at it again.")
        raise ValidationError(text, code="conflict", params={"stage": stage})


def _require_open(opportunity: Opportunity) -> None:
    if not opportunity.is_open:
        raise ValidationError(_("This opportunity is closed: reopen it first."), code="conflict")


def _require_amount(amount: Decimal) -> None:
    if amount < 0:
        raise ValidationError(_("An amount is not negative."), code="invalid-amount")


def _move(opportunity: Opportunity, stage: Stage, *, by: User | None, at: datetime) -> Opportunity:
    origin, opportunity.stage = opportunity.stage, stage
    opportunity.save(update_fields=["stage", "amount", "won_at", "lost_at", "lost_reason", "updated_at"])
    _note_change(opportunity, origin, by=by, at=at)
    return opportunity


def _note_change(opportunity: Opportunity, origin: Stage | None, *, by: User | None, at: datetime) -> StageChange:
    return StageChange.objects.create(
        opportunity=opportunity,
        from_stage=origin,
        to_stage=opportunity.stage,
        amount=opportunity.amount,
        probability=opportunity.stage.probability,
        at=at,
        by=by,
    )
