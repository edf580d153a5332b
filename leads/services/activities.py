"""Calls, meetings, notes: what is done with people, and what is planned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import User
from customers.models import Customer
from leads.models import Activity, Lead, Opportunity


@transaction.atomic
def log_activity(
    *,
    by: User | None,
    at: datetime,
    kind: str,
    lead: Lead | None = None,
    opportunity: Opportunity | None = None,
    customer: Customer | None = None,
    owner: User | None = None,
    due_at: datetime | None = None,
    done_at: datetime | None = None,
    booked_at: datetime | None = None,
    source: str | None = None,
    external_id: str | None = None,
    **texts: Any,
) -> Activity:
    """Something done, or with `due_at` something planned. Demos and consultations are booked the moment they are written.

    What is planned with a converted lead is a next step of its opportunity.
    """
    if kind not in Activity.Kind.values:
        raise ValidationError(_("This kind of activity is not known."), code="invalid-kind")
    if not (lead or opportunity or customer):
        raise ValidationError(_("Say whom the activity is about."), code="required")
    if due_at is None and done_at is None:
        done_at = at
    if done_at is None and opportunity is None and lead is not None:
        opportunity = _deal_of(lead)
    if booked_at is None and kind in Activity.DEMONSTRATIONS:
        booked_at = at
    columns: dict[str, Any] = {"kind": kind, "lead": lead, "opportunity": opportunity, "customer": customer, "owner": owner or by}
    columns |= {"due_at": due_at, "done_at": done_at, "booked_at": booked_at, "created_at": at, **texts}
    if external_id is None:
        return Activity.objects.create(source=source, **columns)
    return Activity.objects.get_or_create(source=source, external_id=external_id, defaults=columns)[0]


@transaction.atomic
def complete_activity(activity: Activity, *, by: User | None, at: datetime, outcome: str = "") -> Activity:
    """A planned activity was done; the first time counts."""
    activity = _lock(activity)
    if activity.done_at:
        return activity
    activity.done_at, activity.outcome = at, (outcome or activity.outcome)[:50]
    activity.save(update_fields=["done_at", "outcome", "updated_at"])
    return activity


@transaction.atomic
def finish_activity(
    activity: Activity,
    *,
    by: User | None,
    at: datetime,
    outcome: str = "",
    body: str = "",
    next_kind: str = "",
    next_due_at: datetime | None = None,
) -> Activity | None:
    """Done, with what came of it, and the next step where one is planned. Finished twice, nothing is planned twice."""
    activity = _lock(activity)
    if activity.done_at:
        return None
    activity.body = "\n".join(filter(None, (activity.body, body)))
    activity.save(update_fields=["body", "updated_at"])
    complete_activity(activity, by=by, at=at, outcome=outcome)
    if next_due_at is None:
        return None
    about = {"lead": activity.lead, "opportunity": activity.opportunity, "customer": activity.customer}
    return log_activity(by=by, at=at, kind=next_kind or activity.kind, owner=activity.owner, due_at=next_due_at, **about)


@transaction.atomic
def log_contact(
    *,
    by: User,
    at: datetime,
    kind: str = Activity.Kind.CALL,
    lead: Lead | None = None,
    opportunity: Opportunity | None = None,
    customer: Customer | None = None,
    outcome: str = "",
    body: str = "",
    next_kind: str = "",
    next_due_at: datetime | None = None,
    source: str | None = None,
    external_id: str | None = None,
) -> list[Activity]:
    """Something done with somebody, a call mostly, that was not planned, and the next step where one is.

    With the same key it is one.
    """
    key: dict[str, str | None] = {"source": source, "external_id": external_id}
    about: dict[str, Any] = {"lead": lead, "opportunity": opportunity, "customer": customer}
    done = log_activity(by=by, at=at, kind=kind, outcome=outcome, body=body, **about, **key)
    if next_due_at is None:
        return [done]
    key["external_id"] = f"{external_id}-next" if external_id else None
    return [done, log_activity(by=by, at=at, kind=next_kind or kind, due_at=next_due_at, **about, **key)]


@transaction.atomic
def reopen_activity(activity: Activity, *, by: User | None, at: datetime, follow_up: Activity | None = None) -> Activity:
    """It was not done after all, and what was planned after it is not either. What was never planned stays done."""
    activity = _lock(activity)
    if activity.done_at is None or activity.due_at is None:
        return activity
    if follow_up is not None and _follows(follow_up, activity):
        follow_up.delete()
    activity.done_at, activity.outcome = None, ""
    if activity.opportunity is None and activity.lead is not None:
        activity.opportunity = _deal_of(activity.lead)
    activity.save(update_fields=["done_at", "outcome", "opportunity", "updated_at"])
    return activity


@transaction.atomic
def reschedule_activity(activity: Activity, *, due_at: datetime, by: User | None, at: datetime) -> Activity:
    """Later, or earlier."""
    activity = _lock(activity)
    if activity.done_at:
        raise ValidationError(_("This activity is done already."), code="conflict")
    if activity.due_at != due_at:
        activity.due_at = due_at
        activity.save(update_fields=["due_at", "updated_at"])
    return activity


def _deal_of(lead: Lead) -> Opportunity | None:
    """The newest open opportunity of a converted lead."""
    return lead.opportunities.open().order_by("pk").last() if lead.converted_at else None


def _follows(follow_up: Activity, activity: Activity) -> bool:
    """Planned the moment the other one was done, about the same people, and not done itself.

    Where the lead was converted since, what was planned has gone on with its opportunity.
    """
    is_same = all(getattr(follow_up, name) == getattr(activity, name) for name in ("lead_id", "customer_id"))
    is_same = is_same and activity.opportunity_id in (None, follow_up.opportunity_id)
    return is_same and follow_up.done_at is None and follow_up.created_at == activity.done_at


def _lock(activity: Activity) -> Activity:
    return Activity.objects.select_for_update().get(pk=activity.pk)
