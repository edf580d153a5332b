"""Tickets and survey answers as integrations write them: set-wise."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.db.models import Q
from django.utils.translation import gettext as _
from msgspec import UNSET, Struct, UnsetType

from crm.inputs import items as states
from crm.inputs.caller import Caller
from crm.inputs.columns import insert_rows
from crm.inputs.fields import (
    ExternalId,
    Id,
    KeyReference,
    LongText,
    Moment,
    Name,
    Person,
    RecordIn,
    Reference,
    Slug,
    SourceName,
    Title,
)
from crm.inputs.items import Item, refuse_alike, sound
from crm.inputs.references import PEOPLE, Target, find
from crm.inputs.upsert import Recipe, upsert
from customers.models import Answer, Invitation, Order, Product, Survey, Ticket, TicketEvent
from customers.services.buyers import Buyer, CustomerIn, set_buyers
from customers.services.invitations import check_invited, note_answers, take_from_invitations

PRODUCT = Target(Product, natural="sku")
SUBJECTS = {"order": Target(Order), "product": Target(Product), "ticket": Target(Ticket)}
EVENTS = {
    "created_at": TicketEvent.Kind.OPENED,
    "first_response_at": TicketEvent.Kind.RESPONDED,
    "resolved_at": TicketEvent.Kind.RESOLVED,
    "reopened_at": TicketEvent.Kind.REOPENED,
}


class TicketIn(RecordIn):
    """A request for support and when what happened to it."""

    customer: Id | CustomerIn | UnsetType | None = UNSET
    owner: Person | UnsetType | None = UNSET
    priority: Literal["urgent", "high", "normal", "low"] | UnsetType = UNSET
    product: KeyReference | UnsetType | None = UNSET
    subject: Title | UnsetType | None = UNSET
    first_response_at: Moment | UnsetType | None = UNSET
    resolved_at: Moment | UnsetType | None = UNSET
    reopened_at: Moment | UnsetType | None = UNSET


class SurveyIn(RecordIn):
    """A survey of one of the four kinds."""

    slug: Slug | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    kind: Literal["nps", "csat", "csat-words", "loyalty"] | UnsetType = UNSET
    question: LongText | UnsetType | None = UNSET


class SubjectIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """What an answer is about."""

    type: Literal["order", "product", "ticket"]
    id: Id | UnsetType = UNSET
    external_id: ExternalId | UnsetType = UNSET
    source: SourceName | UnsetType = UNSET


class AnswerIn(RecordIn):
    """One answer: one per invitation, else a later one of the same customer, survey, subject and day takes its place."""

    invitation: Reference | UnsetType | None = UNSET
    survey: KeyReference | UnsetType = UNSET
    customer: Id | CustomerIn | UnsetType | None = UNSET
    subject: SubjectIn | UnsetType | None = UNSET
    score: int | UnsetType = UNSET
    answered_at: Moment | UnsetType = UNSET
    comment: LongText | UnsetType | None = UNSET


def set_customers(items: list[Item], caller: Caller, moment: str) -> None:
    """The customers of tickets and answers, found or made as those of orders are."""
    sent = [item for item in items if item.data.customer is not UNSET]
    buyers = [
        Buyer(
            item,
            item.data.customer,
            item.values["source"],
            item.values.get(moment) or caller.at,
            item.row.customer_id if item.row else None,
        )
        for item in sent
    ]
    set_buyers(buyers, caller)
    for buyer in buyers:
        buyer.item.values["customer_id"] = buyer.customer_id


def complete_tickets(items: list[Item], caller: Caller) -> None:
    set_customers(sound(items), caller, "created_at")


def note_ticket_events(items: list[Item], caller: Caller) -> None:
    """Every dated change of a ticket is a row of its own."""
    insert_rows(
        [
            TicketEvent(ticket_id=item.pk, kind=kind, at=getattr(item.row, name), by=None if caller.token else caller.user)
            for item in items
            for name, kind in EVENTS.items()
            if getattr(item.row, name) and (item.status == states.CREATED or name in item.before)
        ]
    )


def complete_surveys(items: list[Item], caller: Caller) -> None:
    """Scores stay on the scale that they were given on."""
    for item in items:
        if item.row is None:
            item.values.setdefault("name", item.values["slug"])
        elif item.values.get("kind", item.row.kind) != item.row.kind and item.row.answers.exists():
            item.refuse("/kind", "conflict", _("Answers were given on the scale of its kind, which stays: make another survey."))


def complete_answers(items: list[Item], caller: Caller) -> None:
    set_subjects(sound(items), caller)
    take_from_invitations(sound(items))
    for item in sound(items):
        if item.row is None and item.values.get("survey_id") is None:
            item.refuse("/survey", "required")
    check_scores(sound(items))
    set_customers(sound(items), caller, "answered_at")
    check_invited(sound(items))
    for item in sound(items):
        if item.row is None:
            item.values.setdefault("answered_at", item.values.get("created_at", caller.at))
        if "answered_at" in item.values:
            item.values["created_at"] = item.values["answered_at"]
    find_earlier_answers(sound(items), caller)


def set_subjects(items: list[Item], caller: Caller) -> None:
    for kind, target in SUBJECTS.items():
        keys: dict[int, Any] = {}
        for item in items:
            subject = item.data.subject
            if subject is not UNSET:
                item.values[f"{kind}_id"] = None
            if subject and subject.type == kind:
                source = caller.source or "" if subject.source is UNSET else subject.source
                keys[item.index] = ("id", subject.id) if subject.id is not UNSET else ("external", source, subject.external_id)
        found = find(set(keys.values()), target, caller) if keys else {}
        for item in items:
            if item.index in keys:
                item.values[f"{kind}_id"] = found.get(keys[item.index])
                if item.values[f"{kind}_id"] is None:
                    item.refuse("/subject", "invalid-reference")


def check_scores(items: list[Item]) -> None:
    """A score lies on its survey's scale."""
    surveys = {survey.pk: survey for survey in Survey.objects.all()} if items else {}
    for item in items:
        lowest, highest = surveys[item.values.get("survey_id") or item.row.survey_id].scale
        score = item.values.get("score", item.row.score if item.row else None)
        if not lowest <= score <= highest:
            item.refuse("/score", "out-of-range")


def day_key(values: dict[str, Any], day: date) -> tuple[Any, ...]:
    return (values["survey_id"], values["customer_id"], *(values.get(f"{kind}_id") for kind in SUBJECTS), day)


def find_earlier_answers(items: list[Item], caller: Caller) -> None:
    """Without a key of its own, an answer belongs to its customer, survey, subject and day: the latest wins."""
    keys: dict[Item, tuple[Any, ...]] = {}
    for item in items:
        is_keyed = item.data.external_id or item.values.get("invitation_id")
        if item.row is None and not is_keyed and item.values.get("customer_id"):
            keys[item] = day_key(item.values, caller.organization.day_of(item.values["answered_at"]))
    if not keys:
        return
    refuse_alike(keys, "/customer")
    keyed = {key: item for item, key in keys.items()}
    condition = Q(customer__in={key[1] for key in keyed}, answered_on__in={key[-1] for key in keyed})
    condition &= Q(external_id=None, invitation=None)
    for row in Answer.objects.filter(condition).select_for_update(of=("self",)).order_by("pk"):
        values = {name: getattr(row, name) for name in ("survey_id", "customer_id", "order_id", "product_id", "ticket_id")}
        item = keyed.get(day_key(values, row.answered_on))
        if item is not None and item.is_sound:
            item.row = row
            if item.values["answered_at"] < row.answered_at:
                item.settle(states.STALE, row.pk)


TICKETS = Recipe(
    model=Ticket,
    struct=TicketIn,
    references={"owner": PEOPLE, "product": PRODUCT},
    apart=frozenset({"customer"}),
    history=tuple(EVENTS),
    completes=complete_tickets,
    follows=note_ticket_events,
)
SURVEYS = Recipe(model=Survey, struct=SurveyIn, natural="slug", required=("slug", "kind"), completes=complete_surveys)
ANSWERS = Recipe(
    model=Answer,
    struct=AnswerIn,
    references={"survey": Target(Survey, natural="slug"), "invitation": Target(Invitation)},
    apart=frozenset({"customer", "subject"}),
    required=("score",),
    history=("answered_at", "created_at"),
    completes=complete_answers,
    follows=note_answers,
)


def write_tickets(items: list[Item], caller: Caller) -> None:
    upsert(TICKETS, items, caller)


def write_surveys(items: list[Item], caller: Caller) -> None:
    upsert(SURVEYS, items, caller)


def write_answers(items: list[Item], caller: Caller) -> None:
    upsert(ANSWERS, items, caller)
