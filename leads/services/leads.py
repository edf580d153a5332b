"""What is done with a lead before it is an opportunity. Doors decide who may; nothing here asks again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.models import Campaign, Channel, LandingPage, LeadSource, SocialNetwork
from crm.models import User
from leads.models import Lead, LeadEvent

QUALIFIED_AT = {Lead.Stage.MQL: "mql_at", Lead.Stage.SQL: "sql_at"}
EDITABLE = frozenset(
    {"name", "company", "phone", "email", "channel", "lead_source", "campaign", "landing_page", "social_network", "notes", "utm"}
    | {"customer", "is_test", "is_spam"}
)


@transaction.atomic
def register_lead(
    *,
    by: User | None,
    at: datetime,
    name: str = "",
    company: str = "",
    phone: str = "",
    email: str = "",
    channel: Channel | None = None,
    lead_source: LeadSource | None = None,
    campaign: Campaign | None = None,
    landing_page: LandingPage | None = None,
    social_network: SocialNetwork | None = None,
    owner: User | None = None,
    source: str | None = None,
    external_id: str | None = None,
    **facts: Any,
) -> Lead:
    """A new lead, created at that moment. A known (`source`, `external_id`) is answered with the lead it has.

    `phone` and `email` are expected clean; `facts` are further columns, such as `notes` or `utm`.
    """
    if not (name or company or phone or email or lead_source):
        raise ValidationError(_("Give at least a name, a company, a phone, an e-mail address or a source."), code="required")
    columns = {"name": name, "company": company, "phone": phone, "email": email, "channel": channel, "lead_source": lead_source}
    columns |= {"campaign": campaign, "landing_page": landing_page, "social_network": social_network, "owner": owner}
    columns["channel"] = channel or (campaign.channel if campaign else None)
    columns |= facts
    if external_id is None:
        lead, is_new = Lead.objects.create(source=source, created_at=at, **columns), True
    else:
        lead, is_new = Lead.objects.get_or_create(source=source, external_id=external_id, defaults={"created_at": at, **columns})
    if is_new:
        note_event(lead, LeadEvent.Kind.CREATED, by=by, at=at)
    return lead


@transaction.atomic
def edit_lead(lead: Lead, *, by: User | None, at: datetime, **changes: Any) -> Lead:
    """New values for describing columns; states and dates have verbs of their own."""
    unknown = set(changes) - EDITABLE
    if unknown:
        raise TypeError(f"edit_lead() cannot change {', '.join(sorted(unknown))}")
    lead = lock_lead(lead)
    changed = [column for column, value in changes.items() if getattr(lead, column) != value]
    for column in changed:
        setattr(lead, column, changes[column])
    if not (lead.name or lead.company or lead.phone or lead.email or lead.lead_source_id):
        raise ValidationError(_("Give at least a name, a company, a phone, an e-mail address or a source."), code="required")
    if changed:
        lead.save(update_fields=[*changed, "updated_at"])
    return lead


@transaction.atomic
def qualify_lead(lead: Lead, *, stage: str, by: User | None, at: datetime) -> Lead:
    """Marketing (`mql`) or sales (`sql`) accept the lead. The first time counts: a second call changes nothing."""
    if stage not in QUALIFIED_AT:
        raise ValidationError(_("A lead is qualified as MQL or SQL."), code="invalid-stage")
    lead = lock_lead(lead)
    column = QUALIFIED_AT[Lead.Stage(stage)]
    if getattr(lead, column):
        return lead
    require_not_disqualified(lead)
    setattr(lead, column, at)
    lead.save(update_fields=[column, "updated_at"])
    note_event(lead, LeadEvent.Kind(stage), by=by, at=at)
    return lead


@transaction.atomic
def unqualify_lead(lead: Lead, *, stage: str, by: User | None, at: datetime) -> Lead:
    """Take a qualification back, as if it had been a slip of the hand."""
    if stage not in QUALIFIED_AT:
        raise ValidationError(_("A lead is qualified as MQL or SQL."), code="invalid-stage")
    lead = lock_lead(lead)
    column = QUALIFIED_AT[Lead.Stage(stage)]
    if getattr(lead, column) is None:
        return lead
    setattr(lead, column, None)
    lead.save(update_fields=[column, "updated_at"])
    note_event(lead, LeadEvent.Kind.REOPENED, by=by, at=at, detail=stage)
    return lead


@transaction.atomic
def disqualify_lead(lead: Lead, *, reason: str, by: User | None, at: datetime) -> Lead:
    """Close a lead that will not become an opportunity; it still counts as a lead."""
    lead = lock_lead(lead)
    if lead.disqualified_at:
        return lead
    if not reason.strip():
        raise ValidationError(_("Say why this is no lead."), code="required")
    if lead.converted_at:
        raise ValidationError(
            _("This lead is an opportunity already: lose the opportunity, or undo the conversion."), code="conflict"
        )
    lead.disqualified_at, lead.disqualified_reason = at, reason.strip()[:200]
    lead.save(update_fields=["disqualified_at", "disqualified_reason", "updated_at"])
    note_event(lead, LeadEvent.Kind.DISQUALIFIED, by=by, at=at, detail=lead.disqualified_reason)
    return lead


@transaction.atomic
def reopen_lead(lead: Lead, *, by: User | None, at: datetime) -> Lead:
    """Take a disqualification back."""
    lead = lock_lead(lead)
    if lead.disqualified_at is None:
        return lead
    lead.disqualified_at, lead.disqualified_reason = None, ""
    lead.save(update_fields=["disqualified_at", "disqualified_reason", "updated_at"])
    note_event(lead, LeadEvent.Kind.REOPENED, by=by, at=at)
    return lead


@transaction.atomic
def assign_lead(lead: Lead, *, owner: User | None, by: User | None, at: datetime) -> Lead:
    """Give a lead to somebody, or to nobody."""
    lead = lock_lead(lead)
    if lead.owner_id == (owner.pk if owner else None):
        return lead
    if owner and not owner.is_active:
        raise ValidationError(_("This person no longer works here."), code="invalid-owner")
    lead.owner = owner
    lead.save(update_fields=["owner", "updated_at"])
    note_event(lead, LeadEvent.Kind.ASSIGNED, by=by, at=at, detail=str(owner or ""))
    return lead


@transaction.atomic
def archive_lead(lead: Lead, *, by: User | None, at: datetime) -> Lead:
    """Take a lead out of the lists; figures keep counting it."""
    lead = lock_lead(lead)
    if lead.is_archived:
        return lead
    lead.is_archived = True
    lead.save(update_fields=["is_archived", "updated_at"])
    note_event(lead, LeadEvent.Kind.ARCHIVED, by=by, at=at)
    return lead


@transaction.atomic
def restore_lead(lead: Lead, *, by: User | None, at: datetime) -> Lead:
    """Bring an archived lead back into the lists."""
    lead = lock_lead(lead)
    if not lead.is_archived:
        return lead
    lead.is_archived = False
    lead.save(update_fields=["is_archived", "updated_at"])
    note_event(lead, LeadEvent.Kind.REOPENED, by=by, at=at, detail="archived")
    return lead


def lock_lead(lead: Lead) -> Lead:
    """The lead as it is now, held until the end of the transaction. A merged one is not changed any more."""
    lead = Lead.objects.select_for_update().get(pk=lead.pk)
    if lead.merged_into_id:
        raise ValidationError(_("This lead was merged into another one."), code="conflict")
    return lead


def require_not_disqualified(lead: Lead) -> None:
    if lead.disqualified_at:
        raise ValidationError(_("This lead was disqualified: reopen it first."), code="conflict")


def note_event(lead: Lead, kind: str, *, by: User | None, at: datetime, detail: str = "") -> LeadEvent:
    return LeadEvent.objects.create(lead=lead, kind=kind, at=at, by=by, detail=detail[:200])
