"""JSON endpoints of leads, opportunities, activities, quotes and orders."""

from __future__ import annotations

from typing import Any

from crm.api.endpoints import routes
from crm.api.output import Column, Output
from crm.api.resource import EMAIL, PHONE, Action, Resource, equals, flag, moment, refers
from crm.inputs.caller import Caller
from crm.inputs.verbs import MergeIn, Verb
from crm.permissions import may_sell
from leads.api import verbs
from leads.api.orders import DEAL_ORDERS
from leads.api.quotes import QUOTES
from leads.models import Activity, Lead, Opportunity
from leads.services.bulk import write_activities, write_leads, write_opportunities
from leads.services.inputs import (
    ActivityIn,
    ConvertIn,
    DisqualifyIn,
    LeadIn,
    LoseIn,
    OpportunityIn,
    QualifyIn,
    ReopenIn,
    StageIn,
    WinIn,
)


def opportunity_keys(lead: Lead, _caller: Caller) -> list[int]:
    return sorted(opportunity.pk for opportunity in lead.opportunities.all())


def skus(opportunity: Opportunity, _caller: Caller) -> list[str]:
    return sorted(product.sku for product in opportunity.products.all())


def currency_of(_opportunity: Opportunity, caller: Caller) -> str:
    """Amounts are kept in the base currency, whatever they were sent in."""
    return caller.organization.currency


def stage_of(row: Any, _caller: Caller) -> str:
    return row.stage


OWNED: dict[str, Any] = {"owner": refers("owner", "email"), "customer": refers("customer")}

LEADS = Resource(
    name="leads",
    model=Lead,
    struct=LeadIn,
    write=write_leads,
    may_write=may_sell,
    may_read=may_sell,
    rows=lambda rows: rows.prefetch_related("opportunities"),
    output=Output(
        Lead,
        [
            *(
                "name",
                "company",
                "phone",
                "email",
                "channel",
                "lead_source",
                "campaign",
                "landing_page",
                "social_network",
                "owner",
            ),
            *("mql_at", "sql_at", "converted_at", "disqualified_at", "disqualified_reason", "utm", "visitor", "customer"),
            *("is_test", "is_spam", "is_archived", "merged_into", "notes"),
        ],
        [Column("stage", str, stage_of), Column("opportunities", list[int], opportunity_keys)],
    ),
    filters={
        **OWNED,
        "phone": PHONE,
        "email": EMAIL,
        "channel": refers("channel", "slug"),
        "lead_source": refers("lead_source", "slug"),
        "campaign": refers("campaign"),
        "is_archived": flag("is_archived"),
        "converted_from": moment("converted_from", "converted_at__gte"),
        "converted_before": moment("converted_before", "converted_at__lt"),
    },
    actions=(
        Action("qualify", "Accept a lead as MQL or SQL", QualifyIn, verbs.qualify),
        Action("convert", "Turn a lead into an opportunity", ConvertIn, verbs.convert),
        Action("disqualify", "Close a lead that will not become an opportunity", DisqualifyIn, verbs.disqualify),
        Action("merge", "Merge a lead into another one", MergeIn, verbs.merge, holds=False),
        Action("archive", "Take a lead out of the lists; figures keep counting it", Verb, verbs.archive),
        Action("restore", "Bring an archived lead back", Verb, verbs.restore),
    ),
)
OPPORTUNITIES = Resource(
    name="opportunities",
    model=Opportunity,
    struct=OpportunityIn,
    write=write_opportunities,
    required=("name",),
    may_write=may_sell,
    may_read=may_sell,
    rows=lambda rows: rows.prefetch_related("products"),
    output=Output(
        Opportunity,
        [
            "name",
            "lead",
            "customer",
            "owner",
            "amount",
            "stage",
            "expected_close_on",
            "won_at",
            "lost_at",
            "lost_reason",
        ],
        [Column("currency", str, currency_of), Column("products", list[str], skus)],
    ),
    filters={
        **OWNED,
        "stage": refers("stage", "slug"),
        "lead": refers("lead"),
        "won_from": moment("won_from", "won_at__gte"),
        "won_before": moment("won_before", "won_at__lt"),
        "lost_from": moment("lost_from", "lost_at__gte"),
        "lost_before": moment("lost_before", "lost_at__lt"),
    },
    actions=(
        Action("stage", "Move to another open stage", StageIn, verbs.move),
        Action("win", "Close as won", WinIn, verbs.win),
        Action("lose", "Close as lost", LoseIn, verbs.lose),
        Action("reopen", "Take the close away", ReopenIn, verbs.reopen),
    ),
)
ACTIVITIES = Resource(
    name="activities",
    model=Activity,
    struct=ActivityIn,
    write=write_activities,
    required=("kind",),
    may_write=may_sell,
    may_read=may_sell,
    output=Output(
        Activity,
        ["kind", "lead", "opportunity", "customer", "owner", "booked_at", "due_at", "done_at", "outcome", "subject", "body"],
    ),
    filters={
        **OWNED,
        "kind": equals("kind", Activity.Kind.values),
        "lead": refers("lead"),
        "opportunity": refers("opportunity"),
        "due_from": moment("due_from", "due_at__gte"),
        "due_before": moment("due_before", "due_at__lt"),
        "done_from": moment("done_from", "done_at__gte"),
        "done_before": moment("done_before", "done_at__lt"),
    },
)

RESOURCES = [LEADS, OPPORTUNITIES, ACTIVITIES, QUOTES, DEAL_ORDERS]
urlpatterns = routes(*RESOURCES)
