"""Campaigns, channels, sources, landing pages and expenses as they are sent."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from crm.inputs.fields import (
    Currency,
    Day,
    KeyReference,
    LongText,
    Money,
    Name,
    Person,
    Rate,
    RecordIn,
    Reference,
    Slug,
    Title,
    Url,
)


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


class LandingPageIn(RecordIn):
    """A page that people land on."""

    url: Url | UnsetType = UNSET
    title: Title | UnsetType | None = UNSET
    published_on: Day | UnsetType | None = UNSET


class CampaignIn(RecordIn):
    """A campaign; both its days are included."""

    name: Title | UnsetType = UNSET
    channel: KeyReference | UnsetType | None = UNSET
    goal: Literal["leads", "awareness", "sales"] | UnsetType = UNSET
    goal_event: Literal["opportunity", "form", "download", "video", "sale"] | UnsetType = UNSET
    starts_on: Day | UnsetType | None = UNSET
    ends_on: Day | UnsetType | None = UNSET
    budget: Money | UnsetType | None = UNSET
    status: Literal["planned", "running", "paused", "ended"] | UnsetType = UNSET
    owner: Person | UnsetType | None = UNSET


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
