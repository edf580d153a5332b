"""Campaigns, channels, sources, landing pages and expenses."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from campaigns.models import Campaign, Channel, Expense, LandingPage, LeadSource, SocialNetwork
from campaigns.services import (
    write_campaigns,
    write_channels,
    write_expenses,
    write_landing_pages,
    write_lead_sources,
    write_social_networks,
)
from campaigns.services.inputs import CampaignIn, ChannelIn, ExpenseIn, LandingPageIn, NamedIn
from crm.api.output import Column, Output, plain
from crm.api.resource import Resource, equals, refers
from crm.inputs.caller import Caller
from crm.permissions import may_keep_reference_data


class VariantOut(Struct):
    """`lever` says what it changes of the first one."""

    key: str
    name: str
    lever: str | None


def variants_of(page: LandingPage, _caller: Caller) -> list[VariantOut]:
    return [VariantOut(variant.key, variant.name, variant.lever or None) for variant in page.variants.all()]


def cost_of(name: str) -> Column:
    """What only those see who see costs."""
    return Column(name, Decimal | None, lambda row, caller: plain(getattr(row, name)) if caller.user.may_see_costs else None)


CAMPAIGNS = Resource(
    name="campaigns",
    model=Campaign,
    struct=CampaignIn,
    write=write_campaigns,
    required=("name",),
    may_write=may_keep_reference_data,
    output=Output(
        Campaign,
        [
            *("name", "channel", "goal", "goal_event", "starts_on", "ends_on", "status", "owner"),
            *("target_leads", "target_mqls", "target_sqls", "target_converted", "target_lead_conversion_rate"),
            *("target_new_customers", "target_orders", "target_revenue"),
        ],
        [cost_of(name) for name in Campaign.COSTS],
    ),
    filters={
        "name": equals("name"),
        "status": equals("status", Campaign.Status.values),
        "goal": equals("goal", Campaign.Goal.values),
        "channel": refers("channel", "slug"),
        "owner": refers("owner", "email"),
    },
)
CHANNELS = Resource(
    name="channels",
    model=Channel,
    struct=ChannelIn,
    write=write_channels,
    required=("slug", "name"),
    may_write=may_keep_reference_data,
    output=Output(Channel, ["slug", "name", "kind", "social_network", "is_marketing"]),
    filters={"slug": equals("slug"), "kind": equals("kind", Channel.Kind.values)},
)
LEAD_SOURCES = Resource(
    name="lead-sources",
    model=LeadSource,
    struct=NamedIn,
    write=write_lead_sources,
    required=("slug",),
    may_write=may_keep_reference_data,
    output=Output(LeadSource, ["slug", "name"]),
    filters={"slug": equals("slug")},
)
SOCIAL_NETWORKS = Resource(
    name="social-networks",
    model=SocialNetwork,
    struct=NamedIn,
    write=write_social_networks,
    required=("slug",),
    may_write=may_keep_reference_data,
    output=Output(SocialNetwork, ["slug", "name"]),
    filters={"slug": equals("slug")},
)
LANDING_PAGES = Resource(
    name="landing-pages",
    model=LandingPage,
    struct=LandingPageIn,
    write=write_landing_pages,
    required=("url",),
    may_write=may_keep_reference_data,
    rows=lambda rows: rows.prefetch_related("variants"),
    output=Output(LandingPage, ["url", "title", "published_on"], [Column("variants", list[VariantOut], variants_of)]),
    filters={"url": equals("url")},
)
EXPENSES = Resource(
    name="expenses",
    model=Expense,
    struct=ExpenseIn,
    write=write_expenses,
    required=("kind", "amount", "valid_from"),
    may_write=lambda user: user.may_see_costs,
    may_read=lambda user: user.may_see_costs,
    may_delete=lambda user: user.may_see_costs,
    output=Output(
        Expense,
        ["kind", "campaign", "channel", "lead_source", "currency", "rate", "is_estimate", "valid_from", "valid_to", "note"],
        [
            Column("amount", str, lambda row, _caller: plain(row.own_amount)),
            Column("base_amount", str, lambda row, _caller: plain(row.amount)),
        ],
    ),
    filters={
        "kind": equals("kind", Expense.Kind.values),
        "campaign": refers("campaign"),
        "channel": refers("channel", "slug"),
        "lead_source": refers("lead_source", "slug"),
    },
)
