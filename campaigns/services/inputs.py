"""Campaigns, channels, sources, landing pages, expenses, sessions and posts as they are sent."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from crm.inputs.fields import (
    Currency,
    Day,
    Figure,
    KeyReference,
    LongText,
    Moment,
    Money,
    Name,
    Person,
    Rate,
    RecordIn,
    Reference,
    Slug,
    Title,
    Url,
    Utm,
    line,
)

MOST_VARIANTS, MOST_VIEWS = 50, 5_000
Path = line(2_000)
VariantKey = line(50)
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class ChannelIn(RecordIn):
    """Where people come from; a new one is a marketing channel unless it is direct, a store or said otherwise."""

    slug: Slug | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    kind: (
        Literal["search", "social", "display", "e-mail", "SMS", "exhibition", "store", "site", "referral", "direct", "other"]
        | UnsetType
    ) = UNSET
    social_network: KeyReference | UnsetType | None = UNSET
    is_marketing: bool | UnsetType = UNSET


class NamedIn(RecordIn):
    """A lead source or a social network."""

    slug: Slug | UnsetType = UNSET
    name: Name | UnsetType = UNSET


class VariantIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """A version of a page that is tried out; a lever that is not sent stays as it is stored."""

    key: VariantKey
    name: Name | UnsetType | None = UNSET
    lever: Literal["cta_colour", "cta_text", "copy", "short_form", "social_proof"] | UnsetType | None = UNSET


class LandingPageIn(RecordIn):
    """A page that people land on. Variants that are sent replace the stored ones."""

    url: Url | UnsetType = UNSET
    title: Title | UnsetType | None = UNSET
    published_on: Day | UnsetType | None = UNSET
    variants: Annotated[list[VariantIn], Meta(max_length=MOST_VARIANTS)] | UnsetType = UNSET


class CampaignIn(RecordIn):
    """A campaign; both its days are included.

    A target is what a figure of its report card should come to over its whole life: a whole number, an amount in the base
    currency, or a fraction for a rate and a return. What a month or a quarter of it should come to are `targets` that name it.
    """

    name: Title | UnsetType = UNSET
    channel: KeyReference | UnsetType | None = UNSET
    goal: Literal["leads", "awareness", "sales"] | UnsetType = UNSET
    goal_event: Literal["opportunity", "form", "download", "video", "sale"] | UnsetType = UNSET
    starts_on: Day | UnsetType | None = UNSET
    ends_on: Day | UnsetType | None = UNSET
    budget: Money | UnsetType | None = UNSET
    status: Literal["planned", "running", "paused", "ended"] | UnsetType = UNSET
    owner: Person | UnsetType | None = UNSET
    target_leads: Count | UnsetType | None = UNSET
    target_mqls: Count | UnsetType | None = UNSET
    target_sqls: Count | UnsetType | None = UNSET
    target_converted: Count | UnsetType | None = UNSET
    target_lead_conversion_rate: Figure | UnsetType | None = UNSET
    target_cost_per_lead: Money | UnsetType | None = UNSET
    target_cost_per_converted_lead: Money | UnsetType | None = UNSET
    target_new_customers: Count | UnsetType | None = UNSET
    target_orders: Count | UnsetType | None = UNSET
    target_revenue: Money | UnsetType | None = UNSET
    target_romi_short: Figure | UnsetType | None = UNSET
    target_romi_long: Figure | UnsetType | None = UNSET


class ExpenseIn(RecordIn):
    """Money spent, valid from one day to another, both included."""

    kind: Literal["ads", "salary", "commission", "content", "technical", "maintenance", "retention", "operating"] | UnsetType = (
        UNSET
    )
    campaign: Reference | UnsetType | None = UNSET
    channel: KeyReference | UnsetType | None = UNSET
    lead_source: KeyReference | UnsetType | None = UNSET
    amount: Money | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    rate: Rate | UnsetType = UNSET
    is_estimate: bool | UnsetType = UNSET
    valid_from: Day | UnsetType = UNSET
    valid_to: Day | UnsetType = UNSET
    note: LongText | UnsetType | None = UNSET


class PageViewIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """One page that was viewed: its path, or its whole address."""

    path: Path
    at: Moment | UnsetType = UNSET


class SessionIn(RecordIn):
    """One visit to the site. What is not said of where it came from is derived from `utm` and `referrer`. A `visitor` whom a lead
    or a cart names is known as its customer."""

    visitor: Name | UnsetType | None = UNSET
    started_at: Moment | UnsetType = UNSET
    ended_at: Moment | UnsetType | None = UNSET
    channel: KeyReference | UnsetType | None = UNSET
    social_network: KeyReference | UnsetType | None = UNSET
    landing_page: KeyReference | UnsetType | None = UNSET
    variant: VariantKey | UnsetType | None = UNSET
    campaign: Reference | UnsetType | None = UNSET
    referrer: Path | UnsetType | None = UNSET
    utm: Utm | UnsetType | None = UNSET
    page_views: Annotated[list[PageViewIn], Meta(max_length=MOST_VIEWS)] | UnsetType = UNSET
    converted_at: Moment | UnsetType | None = UNSET
    is_bot: bool | UnsetType = UNSET


class SocialPostIn(RecordIn):
    """A post and what it got back so far."""

    social_network: KeyReference | UnsetType = UNSET
    campaign: Reference | UnsetType | None = UNSET
    posted_at: Moment | UnsetType = UNSET
    url: Url | UnsetType | None = UNSET
    reach: Count | UnsetType = UNSET
    impressions: Count | UnsetType = UNSET
    likes: Count | UnsetType = UNSET
    comments: Count | UnsetType = UNSET
    shares: Count | UnsetType = UNSET
