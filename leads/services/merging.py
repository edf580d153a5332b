"""Two records of one person become one."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import User
from leads.models import Lead, LeadEvent, Touch
from leads.services.leads import note_event

TOUCH = ("channel_id", "lead_source_id", "campaign_id", "landing_page_id", "social_network_id")
FILLED_UP = ("name", "company", "phone", "email", "owner_id", "customer_id", "utm", "visitor", "notes")
EARLIEST = ("mql_at", "sql_at", "converted_at")


@transaction.atomic
def merge_leads(lead: Lead, *, into: Lead, by: User | None, at: datetime) -> Lead:
    """`lead` disappears into `into`, which counts from the earlier day of the two and keeps what both knew."""
    rows = {row.pk: row for row in Lead.objects.select_for_update().filter(pk__in=[lead.pk, into.pk]).order_by("pk")}
    if {lead.pk, into.pk} - rows.keys():
        raise Lead.DoesNotExist
    lead, into = rows[lead.pk], rows[into.pk]
    if lead.merged_into_id == into.pk:
        return into
    _require_mergeable(lead, into)
    _join_touches(lead, into)
    _join_facts(lead, into)
    into.save()
    for related in (lead.activities, lead.opportunities, lead.quotes):
        related.update(lead=into)
    lead.merged.update(merged_into=into)
    lead.merged_into = into
    lead.save(update_fields=["merged_into", "updated_at"])
    note_event(lead, LeadEvent.Kind.MERGED, by=by, at=at, detail=f"→ #{into.pk}")
    note_event(into, LeadEvent.Kind.MERGED, by=by, at=at, detail=f"← #{lead.pk}")
    return into


def _require_mergeable(lead: Lead, into: Lead) -> None:
    if lead.pk == into.pk:
        raise ValidationError(_("A lead cannot be merged into itself."), code="conflict")
    if lead.merged_into_id or into.merged_into_id:
        raise ValidationError(_("This lead was merged into another one."), code="conflict")
    if lead.customer_id and into.customer_id and lead.customer_id != into.customer_id:
        raise ValidationError(_("The two leads belong to two customers: merge the customers first."), code="conflict")
    if (lead.is_test, lead.is_spam) != (into.is_test, into.is_spam):
        raise ValidationError(
            _("Only one of the two is a test or spam: it would begin or cease to count. Mark both alike first."), code="conflict"
        )


def _join_touches(lead: Lead, into: Lead) -> None:
    """The earlier lead's touch stays the first one; the other becomes a later touch."""
    first, later = sorted((lead, into), key=lambda each: (each.created_at, each.pk))
    later_touch = {column: getattr(later, column) for column in TOUCH}
    first_touch = {column: getattr(first, column) for column in TOUCH}
    lead.touches.update(lead=into)
    if any(later_touch.values()) and later_touch != first_touch:
        Touch.objects.create(lead=into, at=later.created_at, **later_touch)
    if any(first_touch.values()):
        for column, value in first_touch.items():
            setattr(into, column, value)


def _join_facts(lead: Lead, into: Lead) -> None:
    for column in FILLED_UP:
        if not getattr(into, column):
            setattr(into, column, getattr(lead, column))
    for column in EARLIEST:
        known = [value for value in (getattr(lead, column), getattr(into, column)) if value]
        setattr(into, column, min(known, default=None))
    into.created_at = min(lead.created_at, into.created_at)
    if into.disqualified_at and not lead.disqualified_at:
        into.disqualified_at, into.disqualified_reason = None, ""
