"""Who is asked, who is not and why; and the invitations that other tools sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from msgspec import UNSET, Meta, Struct, UnsetType

from crm.inputs import items as states
from crm.inputs.caller import Caller
from crm.inputs.fields import KeyReference, Moment, RecordIn, Reference
from crm.inputs.items import Item, refuse_alike
from crm.inputs.references import Target
from crm.inputs.upsert import Recipe, upsert
from crm.models import Organization
from customers.models import Answer, Customer, Invitation, InvitationSkip, Order, Survey, Ticket
from customers.services.buyers import follow_merges

Reason = InvitationSkip.Reason
# What is asked about the whole of a customer's time, and so not too early and not too often.
OF_THE_WHOLE = {Survey.Kind.NPS, Survey.Kind.LOYALTY}
MOST_INVITED = 1_000


class InvitationIn(RecordIn):
    """An invitation that somebody sent; when it was answered follows from the answer."""

    survey: KeyReference | UnsetType = UNSET
    customer: Reference | UnsetType = UNSET
    order: Reference | UnsetType | None = UNSET
    ticket: Reference | UnsetType | None = UNSET
    sent_at: Moment | UnsetType | None = UNSET
    delivered_at: Moment | UnsetType | None = UNSET


class InviteIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """Whom to ask."""

    customers: Annotated[list[Reference], Meta(min_length=1, max_length=MOST_INVITED)]


@dataclass(frozen=True)
class Plan:
    """Who will be asked, and who not."""

    invited: list[Invitation]
    skipped: list[InvitationSkip]


@transaction.atomic
def plan_invitations(survey: Survey, customers: QuerySet[Customer], *, at: datetime) -> Plan:
    """An invitation for everybody who may be asked now, and for the others the reason why not."""
    # Two plans at once would ask somebody twice: the second waits and sees what the first one planned.
    survey = Survey.objects.select_for_update().get(pk=survey.pk)
    organization = Organization.current()
    invited, skipped = [], []
    for customer in with_past(customers, survey).order_by("pk"):
        reason = reason_against(customer, survey, organization, at=at)
        if reason:
            skipped.append(InvitationSkip(survey=survey, customer=customer, reason=reason, at=at))
        else:
            invited.append(Invitation(survey=survey, customer=customer, created_at=at))
    return Plan(Invitation.objects.bulk_create(invited), InvitationSkip.objects.bulk_create(skipped))


def may_invite(survey: Survey, customer: Customer, *, at: datetime) -> bool:
    """Whether this customer may be asked now; nothing is written."""
    customer = with_past(Customer.objects.filter(pk=customer.pk), survey).get()
    return reason_against(customer, survey, Organization.current(), at=at) is None


def with_past(customers: QuerySet[Customer], survey: Survey) -> QuerySet[Customer]:
    """Each customer with all that decides whether they may be asked."""

    def latest(rows: QuerySet[Any], *columns: str) -> Subquery:
        moment = Max(Coalesce(*columns) if len(columns) > 1 else columns[0])
        return Subquery(rows.filter(customer=OuterRef("pk")).order_by().values("customer").annotate(at=moment).values("at"))

    orders = Order.objects.counted().filter(customer=OuterRef("pk")).order_by().values("customer")
    kind = {"survey__kind": survey.kind}
    return customers.annotate(
        first_order_at=Subquery(orders.annotate(at=Min("placed_at")).values("at")),
        first_delivery_at=Subquery(orders.annotate(at=Min("fulfilled_at")).values("at")),
        last_asked_at=latest(Invitation.objects.filter(**kind), "sent_at", "created_at"),
        last_answered_at=latest(Answer.objects.filter(**kind), "answered_at"),
        has_open_ticket=Exists(Ticket.objects.open().filter(customer=OuterRef("pk"))),
    )


def reason_against(customer: Any, survey: Survey, organization: Organization, *, at: datetime) -> str | None:
    """Why a customer with their past is not asked now; the first reason that holds."""
    if not customer.is_counted:
        return Reason.LEFT_OUT
    if not (customer.phone or customer.email):
        return Reason.UNREACHABLE
    if survey.kind not in OF_THE_WHOLE:
        return None
    if customer.first_order_at is None:
        return Reason.NO_ORDER
    if at < earliest(customer, organization):
        return Reason.TOO_EARLY
    pause = timedelta(days=organization.nps_interval_days)
    if any(last and at < last + pause for last in (customer.last_asked_at, customer.last_answered_at)):
        return Reason.ASKED_LATELY
    return Reason.OPEN_TICKET if customer.has_open_ticket else None


def earliest(customer: Any, organization: Organization) -> datetime:
    """So many days after the first order, and so many after the first delivery where one is known."""
    moment = customer.first_order_at + timedelta(days=organization.nps_first_order_days)
    if customer.first_delivery_at is None:
        return moment
    return max(moment, customer.first_delivery_at + timedelta(days=organization.nps_first_delivery_days))


def complete_invitations(items: list[Item], caller: Caller) -> None:
    """What arrived was sent."""
    follow_merges(items)
    for item in items:
        if item.values.get("delivered_at") and not item.values.get("sent_at", getattr(item.row, "sent_at", None)):
            item.values["sent_at"] = item.values["delivered_at"]


INVITATIONS = Recipe(
    model=Invitation,
    struct=InvitationIn,
    references={
        "survey": Target(Survey, natural="slug"),
        "customer": Target(Customer),
        "order": Target(Order),
        "ticket": Target(Ticket),
    },
    required=("survey", "customer"),
    history=("created_at", "sent_at", "delivered_at"),
    completes=complete_invitations,
)


def write_invitations(items: list[Item], caller: Caller) -> None:
    upsert(INVITATIONS, items, caller)


# Answers to invitations


def take_from_invitations(items: list[Item]) -> None:
    """An answer to an invitation is of its customer, to its survey and about its subject; there is one at most."""
    named = [item for item in items if item.values.get("invitation_id")]
    if not named:
        return
    invitations = Invitation.objects.in_bulk({item.values["invitation_id"] for item in named})
    answers = Answer.objects.filter(invitation__in=invitations).select_for_update(of=("self",)).order_by("pk")
    stored = {answer.invitation_id: answer for answer in answers}
    refuse_alike({item: item.values["invitation_id"] for item in named}, "/invitation")
    for item in named:
        invitation = invitations[item.values["invitation_id"]]
        take_from(invitation, item)
        match_answer(item, stored.get(invitation.pk))


def take_from(invitation: Invitation, item: Item) -> None:
    values = item.values
    if values.setdefault("survey_id", invitation.survey_id) != invitation.survey_id:
        item.refuse("/survey", "conflict")
    if item.data.customer is UNSET:
        values["customer_id"] = invitation.customer_id
    if item.data.subject is UNSET:
        values |= {"order_id": invitation.order_id, "ticket_id": invitation.ticket_id}


def match_answer(item: Item, known: Answer | None) -> None:
    """The stored answer is written again, unless the sent one has a key of its own."""
    if known is None or (item.row is not None and item.row.pk == known.pk):
        return
    if item.row is not None or item.data.external_id:
        item.refuse("/invitation", "duplicate")
        return
    item.row = known
    if item.values.get("answered_at") and item.values["answered_at"] < known.answered_at:
        item.settle(states.STALE, known.pk)


def check_invited(items: Iterable[Item]) -> None:
    """Nobody answers in another one's place."""
    named = {item.values["invitation_id"]: item for item in items if item.values.get("invitation_id")}
    for pk, customer in Invitation.objects.filter(pk__in=named).values_list("pk", "customer_id") if named else ():
        if named[pk].values.get("customer_id", customer) != customer:
            named[pk].refuse("/customer", "conflict")


def note_answers(items: list[Item], caller: Caller) -> None:
    """When an invitation was answered stands on it; what was answered has arrived."""
    keys = {item.row.invitation_id for item in items} | {item.before.get("invitation_id") for item in items}
    if keys - {None}:
        answered = Subquery(Answer.objects.filter(invitation=OuterRef("pk")).values("answered_at"))
        Invitation.objects.filter(pk__in=keys - {None}).update(
            answered_at=answered, delivered_at=Coalesce("delivered_at", "sent_at", answered)
        )
