"""The same change for many leads at once, and the way back: each lead to what stood there before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from crm.models import User
from leads.models import BulkChange, Lead, LeadEvent

MOST_AT_ONCE = 5000
Field = BulkChange.Field
KINDS = {
    Field.OWNER: LeadEvent.Kind.ASSIGNED,
    Field.MQL: LeadEvent.Kind.MQL,
    Field.SQL: LeadEvent.Kind.SQL,
    Field.ARCHIVED: LeadEvent.Kind.ARCHIVED,
}


def assign_leads(keys: Collection[int], *, owner: User | None, by: User, at: datetime) -> BulkChange | None:
    """Give them to somebody, or to nobody."""
    if owner and not owner.is_active:
        raise ValidationError(_("This person no longer works here."), code="invalid-owner")
    return _change(keys, Field.OWNER, owner.pk if owner else None, by=by, at=at, detail=str(owner or ""))


def qualify_leads(keys: Collection[int], *, stage: str, by: User, at: datetime) -> BulkChange | None:
    """Those that are open and not qualified yet; the others keep their day."""
    fields = {Lead.Stage.MQL.value: Field.MQL, Lead.Stage.SQL.value: Field.SQL}
    if stage not in fields:
        raise ValidationError(_("A lead is qualified as MQL or SQL."), code="invalid-stage")
    return _change(keys, fields[stage], at, by=by, at=at)


def set_campaign_of_leads(keys: Collection[int], *, campaign: Campaign | None, by: User, at: datetime) -> BulkChange | None:
    return _change(keys, Field.CAMPAIGN, campaign.pk if campaign else None, by=by, at=at)


def archive_leads(keys: Collection[int], *, by: User, at: datetime) -> BulkChange | None:
    return _change(keys, Field.ARCHIVED, True, by=by, at=at)


@transaction.atomic
def undo_bulk_change(change: BulkChange, *, by: User, at: datetime) -> BulkChange:
    """Leads that somebody changed again in the meantime keep what they have now."""
    change = BulkChange.objects.select_for_update().get(pk=change.pk)
    if change.undone_at:
        return change
    rows = Lead.objects.filter(pk__in=[int(key) for key in change.before], merged_into=None).select_for_update().order_by("pk")
    untouched = [lead for lead in rows if getattr(lead, change.field) == change.new_value]
    by_old = defaultdict(list)
    for lead in untouched:
        by_old[change.before[str(lead.pk)]].append(lead)
    for old, leads in by_old.items():
        Lead.objects.filter(pk__in=[lead.pk for lead in leads]).update(**{change.field: old, "updated_at": at})
        _note_undo(Field(change.field), old, leads, by=by, at=at)
    change.undone_at = at
    change.save(update_fields=["undone_at"])
    return change


@transaction.atomic
def _change(
    keys: Collection[int], field: BulkChange.Field, value: Any, *, by: User, at: datetime, detail: str = ""
) -> BulkChange | None:
    """None where nothing was different."""
    if len(keys) > MOST_AT_ONCE:
        raise ValidationError(_("These are too many leads for one go: narrow the list with a filter."), code="too-many")
    rows = Lead.objects.filter(pk__in=keys, merged_into=None).select_for_update().order_by("pk")
    changed = [lead for lead in rows if _applies(lead, field, value)]
    if not changed:
        return None
    before = {str(lead.pk): getattr(lead, field) for lead in changed}
    Lead.objects.filter(pk__in=[lead.pk for lead in changed]).update(**{field: value, "updated_at": at})
    if kind := KINDS.get(field):
        _note(changed, kind, by=by, at=at, detail=detail)
    new = at.isoformat() if field in {Field.MQL, Field.SQL} else value
    return BulkChange.objects.create(by=by, at=at, field=field, before=before, value={"new": new})


def _applies(lead: Lead, field: BulkChange.Field, value: Any) -> bool:
    if field in {Field.MQL, Field.SQL}:
        return getattr(lead, field) is None and lead.is_open
    return getattr(lead, field) != value


def _note(leads: Iterable[Lead], kind: str, *, by: User, at: datetime, detail: str = "") -> None:
    LeadEvent.objects.bulk_create(LeadEvent(lead=lead, kind=kind, at=at, by=by, detail=detail[:200]) for lead in leads)


def _note_undo(field: BulkChange.Field, old: Any, leads: list[Lead], *, by: User, at: datetime) -> None:
    """The same words as when a single lead is taken back."""
    if field == Field.OWNER:
        _note(leads, LeadEvent.Kind.ASSIGNED, by=by, at=at, detail=str(User.objects.filter(pk=old).first() or ""))
    elif field == Field.ARCHIVED:
        _note(leads, LeadEvent.Kind.REOPENED, by=by, at=at, detail="archived")
    elif field in {Field.MQL, Field.SQL}:
        _note(leads, LeadEvent.Kind.REOPENED, by=by, at=at, detail=field.removesuffix("_at"))
