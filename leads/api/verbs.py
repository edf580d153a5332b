"""The actions on one lead, opportunity or quote: each asks a service."""

from __future__ import annotations

from crm.api.verbs import amount_of, facts, moment_of, referred
from crm.inputs.caller import Caller
from crm.inputs.failures import Failure, Refused
from crm.inputs.references import Target
from crm.inputs.verbs import MergeIn, Verb
from customers.models import Customer
from leads.models import Lead, Opportunity, Quote, Stage
from leads.services import conversion, leads, merging, opportunities, quotes
from leads.services.inputs import AcceptIn, ConvertIn, DeclineIn, DisqualifyIn, LoseIn, QualifyIn, ReopenIn, StageIn, WinIn


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
        seen_by=caller.user,
        **facts(data, caller),
    )
    return lead


def disqualify(lead: Lead, data: DisqualifyIn, caller: Caller) -> Lead:
    return leads.disqualify_lead(lead, reason=data.reason, **facts(data, caller))


def merge(lead: Lead, data: MergeIn, caller: Caller) -> Lead:
    return merging.merge_leads(lead, into=referred(data.into, Target(Lead), "/into", caller), **facts(data, caller))


def archive(lead: Lead, data: Verb, caller: Caller) -> Lead:
    return leads.archive_lead(lead, **facts(data, caller))


def restore(lead: Lead, data: Verb, caller: Caller) -> Lead:
    return leads.restore_lead(lead, **facts(data, caller))


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
