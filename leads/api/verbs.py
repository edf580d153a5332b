"""The actions on one lead, opportunity or quote: each asks a service."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import UNSET

from crm.inputs.caller import Caller
from crm.inputs.failures import Failure, Refused
from crm.inputs.fields import FieldError, check_not_future
from crm.inputs.rates import is_too_fine
from crm.inputs.references import Target, find, key_of
from crm.models import User
from customers.models import Customer
from leads.models import Lead, Opportunity, Quote, Stage
from leads.services import conversion, leads, merging, opportunities, quotes
from leads.services.inputs import (
    AcceptIn,
    ConvertIn,
    DeclineIn,
    DisqualifyIn,
    LoseIn,
    MergeIn,
    QualifyIn,
    ReopenIn,
    StageIn,
    Verb,
    WinIn,
)


def moment_of(data: Verb, caller: Caller) -> datetime:
    """When it happened: now, unless the caller may say otherwise."""
    if data.at is UNSET:
        return caller.at
    if not caller.may_give_history:
        raise Refused([Failure("/at", "not-allowed")])
    try:
        check_not_future(data.at, caller)
    except FieldError as error:
        raise Refused([Failure("/at", error.code)]) from None
    return data.at


def facts(data: Verb, caller: Caller) -> dict[str, Any]:
    by: User | None = None if caller.token else caller.user
    return {"by": by, "at": moment_of(data, caller)}


def referred(value: Any, target: Target, pointer: str, caller: Caller) -> Any:
    key = key_of(value, target, caller)
    found = find({key}, target, caller)
    if key not in found:
        raise Refused([Failure(pointer, "invalid-reference")])
    return target.model.objects.get(pk=found[key])


def amount_of(given: Any, pointer: str, caller: Caller) -> Any:
    if given is UNSET or given is None:
        return None
    if is_too_fine(given, caller.organization.currency):
        raise Refused([Failure(pointer, "precision")])
    return given


def qualify(lead: Lead, data: QualifyIn, caller: Caller) -> Lead:
    return leads.qualify_lead(lead, stage=data.stage, **facts(data, caller))


def convert(lead: Lead, data: ConvertIn, caller: Caller) -> Lead:
    part = data.opportunity or None
    customer = referred(data.customer, Target(Customer), "/customer", caller) if data.customer else None
    conversion.convert_lead(
        lead,
        opportunity_name=part.name if part and part.name else None,
        amount=amount_of(part.amount, "/opportunity/amount", caller) if part else None,
        customer=customer,
        **facts(data, caller),
    )
    return lead


def disqualify(lead: Lead, data: DisqualifyIn, caller: Caller) -> Lead:
    return leads.disqualify_lead(lead, reason=data.reason, **facts(data, caller))


def merge(lead: Lead, data: MergeIn, caller: Caller) -> Lead:
    return merging.merge_leads(lead, into=referred(data.into, Target(Lead), "/into", caller), **facts(data, caller))


def move(opportunity: Opportunity, data: StageIn, caller: Caller) -> Opportunity:
    stage = referred(data.stage, Target(Stage, natural="slug"), "/stage", caller)
    if stage.kind != Stage.Kind.OPEN:
        raise Refused([Failure("/stage", "conflict")])
    return opportunities.move_opportunity(opportunity, stage=stage, **facts(data, caller))


def win(opportunity: Opportunity, data: WinIn, caller: Caller) -> Opportunity:
    return opportunities.win_opportunity(opportunity, amount=amount_of(data.amount, "/amount", caller), **facts(data, caller))


def lose(opportunity: Opportunity, data: LoseIn, caller: Caller) -> Opportunity:
    return opportunities.lose_opportunity(opportunity, reason=data.reason, **facts(data, caller))


def reopen(opportunity: Opportunity, data: ReopenIn, caller: Caller) -> Opportunity:
    stage = referred(data.stage, Target(Stage, natural="slug"), "/stage", caller) if data.stage else None
    return opportunities.reopen_opportunity(opportunity, stage=stage, **facts(data, caller))


def send(quote: Quote, data: Verb, caller: Caller) -> Quote:
    return quotes.send_quote(quote, **facts(data, caller))


def accept(quote: Quote, data: AcceptIn, caller: Caller) -> Quote:
    return quotes.accept_quote(quote, caller=caller, at=moment_of(data, caller), status=data.status)


def decline(quote: Quote, data: DeclineIn, caller: Caller) -> Quote:
    return quotes.decline_quote(quote, reason=data.reason or "", **facts(data, caller))
