"""Tickets, surveys, their invitations and answers."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from crm.api.output import Column, Output
from crm.api.resource import Action, Resource, equals, moment, refers
from crm.inputs.caller import Caller
from crm.inputs.failures import Failure, Refused
from crm.inputs.references import Target, find, key_of
from crm.permissions import may_keep_reference_data
from customers.models import Answer, Customer, Invitation, InvitationSkip, Survey, Ticket
from customers.services.invitations import InvitationIn, InviteIn, plan_invitations, write_invitations
from customers.services.support import AnswerIn, SurveyIn, TicketIn, write_answers, write_surveys, write_tickets


class SubjectOut(Struct):
    type: str
    id: int


def subject_of(answer: Answer, _caller: Caller) -> SubjectOut | None:
    keys: dict[str, Any] = {"order": answer.order_id, "product": answer.product_id, "ticket": answer.ticket_id}
    return next((SubjectOut(kind, key) for kind, key in keys.items() if key), None)


def product_of(ticket: Ticket, _caller: Caller) -> str | None:
    return ticket.product.sku if ticket.product else None


def invite(survey: Survey, data: InviteIn, caller: Caller) -> Survey:
    """Only those whom the caller sees."""
    target = Target(Customer)
    keys = [key_of(value, target, caller) for value in data.customers]
    found = find(set(keys), target, caller)
    missing = [Failure(f"/customers/{index}", "invalid-reference") for index, key in enumerate(keys) if key not in found]
    if missing:
        raise Refused(missing)
    plan_invitations(survey, Customer.objects.filter(pk__in=found.values()), at=caller.at)
    return survey


TICKETS = Resource(
    name="tickets",
    model=Ticket,
    struct=TicketIn,
    write=write_tickets,
    rows=lambda rows: rows.select_related("product"),
    output=Output(
        Ticket,
        ["customer", "owner", "priority", "subject", "first_response_at", "resolved_at", "reopened_at"],
        [Column("product", str | None, product_of)],
    ),
    filters={
        "priority": equals("priority", Ticket.Priority.values),
        "customer": refers("customer"),
        "owner": refers("owner", "email"),
        "resolved_from": moment("resolved_from", "resolved_at__gte"),
        "resolved_before": moment("resolved_before", "resolved_at__lt"),
    },
)
SURVEYS = Resource(
    name="surveys",
    model=Survey,
    struct=SurveyIn,
    write=write_surveys,
    required=("slug", "kind"),
    may_write=may_keep_reference_data,
    output=Output(Survey, ["slug", "name", "kind", "question"]),
    filters={"slug": equals("slug"), "kind": equals("kind", Survey.Kind.values)},
    actions=(Action("invite", "Plan invitations for those who may be asked now", InviteIn, invite),),
)
INVITATIONS = Resource(
    name="survey-invitations",
    model=Invitation,
    struct=InvitationIn,
    write=write_invitations,
    required=("survey", "customer"),
    output=Output(Invitation, ["survey", "customer", "order", "ticket", "sent_at", "delivered_at", "answered_at"]),
    filters={
        "survey": refers("survey", "slug"),
        "customer": refers("customer"),
        "delivered_from": moment("delivered_from", "delivered_at__gte"),
        "delivered_before": moment("delivered_before", "delivered_at__lt"),
    },
)
SKIPS = Resource(
    name="survey-skips",
    model=InvitationSkip,
    output=Output(InvitationSkip, ["survey", "customer", "reason", "at"]),
    filters={
        "survey": refers("survey", "slug"),
        "customer": refers("customer"),
        "reason": equals("reason", InvitationSkip.Reason.values),
    },
)
ANSWERS = Resource(
    name="survey-answers",
    model=Answer,
    struct=AnswerIn,
    write=write_answers,
    required=("score",),
    output=Output(
        Answer,
        ["survey", "invitation", "customer", "score", "answered_at", "comment"],
        [Column("subject", SubjectOut | None, subject_of)],
    ),
    filters={
        "survey": refers("survey", "slug"),
        "invitation": refers("invitation"),
        "customer": refers("customer"),
        "answered_from": moment("answered_from", "answered_at__gte"),
        "answered_before": moment("answered_before", "answered_at__lt"),
    },
)
