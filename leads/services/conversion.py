"""A lead becomes an opportunity, with a customer behind it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from crm.models import User
from customers.models import Customer
from customers.services.identity import Identity, hold_keys
from leads.models import Activity, Lead, LeadEvent, Opportunity
from leads.services.leads import lock_lead, note_event, require_not_disqualified
from leads.services.opportunities import edit_opportunity, open_opportunity

# More than one survivor is found among so many, or there is none.
RESEMBLING = 50


@transaction.atomic
def convert_lead(
    lead: Lead,
    *,
    by: User | None,
    at: datetime,
    seen_by: User | None = None,
    opportunity_name: str | None = None,
    amount: Decimal | None = None,
    customer: Customer | None = None,
) -> Opportunity:
    """The lead's opportunity: one that it has already, with what was given, or a new one. The first conversion stays: a
    converted lead answers with the opportunity it has.

    The customer is the given one, else the lead's own or its opportunity's, else the only one with its phone whom `seen_by`
    (or `by`) may see, else the only one with its e-mail address, else a new one that keeps the lead's first touch. What is
    planned with the lead goes on with the opportunity.
    """
    lead = lock_lead(lead)
    known = lead.opportunities.order_by("pk").first()
    if lead.converted_at and known:
        return known
    require_not_disqualified(lead)
    lead.customer = customer or lead.customer or (known.customer if known else None)
    lead.customer = find_or_make_customer(lead, at=at, seen_by=seen_by or by)
    is_first = lead.converted_at is None
    lead.converted_at = lead.converted_at or at
    lead.save(update_fields=["customer", "converted_at", "updated_at"])
    if is_first:
        note_event(lead, LeadEvent.Kind.CONVERTED, by=by, at=at)
    if known:
        given = {"name": opportunity_name, "amount": amount, "customer": known.customer or lead.customer}
        changes = {column: value for column, value in given.items() if value is not None}
        opportunity = edit_opportunity(known, by=by, at=at, **changes)
    else:
        facts = {"lead": lead, "customer": lead.customer, "owner": lead.owner}
        opportunity = open_opportunity(by=by, at=at, name=opportunity_name or str(lead), amount=amount or Decimal(0), **facts)
    carry_plans([lead.pk])
    return opportunity


def carry_plans(leads: Collection[int]) -> None:
    """What is planned with converted leads goes on with the opportunity of each, its first that is open."""
    if not leads:
        return
    opportunities = Opportunity.objects.open().filter(lead=OuterRef("lead")).order_by("pk").values("pk")[:1]
    plans = Activity.objects.planned().filter(lead__in=leads, lead__converted_at__isnull=False, opportunity=None)
    plans.filter(Exists(opportunities)).update(opportunity=Subquery(opportunities), updated_at=Now())


@transaction.atomic
def undo_conversion(lead: Lead, *, by: User | None, at: datetime) -> Lead:
    """Take a conversion back while nobody has worked on the opportunity that it made; one of before stays. The customer stays
    known, and what is planned stays planned with the lead."""
    lead = lock_lead(lead)
    if lead.converted_at is None:
        return lead
    for opportunity in lead.opportunities.filter(created_at__gte=lead.converted_at).select_for_update():
        opportunity.activities.planned().filter(lead=lead).update(opportunity=None, updated_at=Now())
        if not _is_untouched(opportunity):
            raise ValidationError(
                _("The opportunity has been worked on: lose it instead of undoing the conversion."), code="conflict"
            )
        opportunity.delete()
    lead.converted_at = None
    lead.save(update_fields=["converted_at", "updated_at"])
    note_event(lead, LeadEvent.Kind.UNCONVERTED, by=by, at=at)
    return lead


def customer_of(lead: Lead, *, seen_by: User | None, or_first: bool = False) -> Customer | None:
    """The customer a lead belongs to by its phone, else by its e-mail, merged ones as their survivor: of those whom
    somebody may see, or of all. Two candidates are none, unless, as with every order, the first of them will do.
    """
    standing = Customer.objects.visible_to(seen_by) if seen_by else Customer.objects.all()
    for column in ("phone", "email"):
        value = getattr(lead, column)
        rows = Customer.objects.filter(**{column: value}) if value else Customer.objects.none()
        known = set(rows.values_list(Coalesce("merged_into_id", "pk"), flat=True)[:RESEMBLING])
        found = list(standing.filter(pk__in=known).order_by("pk")[:2]) if known else []
        if len(found) == 1 or (found and or_first):
            return found[0]
    return None


def find_or_make_customer(lead: Lead, *, at: datetime, seen_by: User | None, or_first: bool = False) -> Customer:
    """The lead's own customer, else the one it is recognised as, else a new one.

    Two leads of one phone may be converted at the same moment: the second one waits, and finds the first one's customer.
    """
    if lead.customer:
        return lead.customer
    hold_keys([Identity(source="", external_id="", name=lead.name, phone=lead.phone, email=lead.email)])
    return customer_of(lead, seen_by=seen_by, or_first=or_first) or _new_customer(lead, at=at)


def _new_customer(lead: Lead, *, at: datetime) -> Customer:
    touch = {name: getattr(lead, name) for name in ("channel", "lead_source", "campaign", "landing_page", "social_network")}
    return Customer.objects.create(
        name=lead.name or lead.company,
        company=lead.company if lead.name else "",
        kind=Customer.Kind.COMPANY if lead.company and not lead.name else Customer.Kind.PERSON,
        phone=lead.phone,
        email=lead.email,
        owner=lead.owner,
        created_at=at,
        is_test=lead.is_test,
        is_spam=lead.is_spam,
        **touch,
    )


def _is_untouched(opportunity: Opportunity) -> bool:
    if not opportunity.is_open or opportunity.changes.count() > 1:
        return False
    return not any(rows.exists() for rows in (opportunity.activities, opportunity.quotes, opportunity.orders))
