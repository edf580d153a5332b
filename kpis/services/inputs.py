"""Targets, alerts and notes as they are sent."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from crm.inputs.fields import Day, Figure, KeyReference, Person, RecordIn, Reference, line

KpiKey = line(60)
# How many people are told of one alert, or get one report.
MOST_READERS = 50


class ScopedIn(RecordIn):
    """A KPI, of the company or of one team, owner, channel or campaign."""

    kpi: KpiKey | UnsetType = UNSET
    scope: Literal["company", "team", "owner", "channel", "campaign"] | UnsetType = UNSET
    team: KeyReference | UnsetType | None = UNSET
    owner: Person | UnsetType | None = UNSET
    channel: KeyReference | UnsetType | None = UNSET
    campaign: Reference | UnsetType | None = UNSET


class TargetIn(ScopedIn):
    """What a KPI should come to in a month, quarter or year; known by KPI, period and scope."""

    period: line(20) | UnsetType = UNSET
    calendar: Literal["gregorian", "jalali"] | UnsetType = UNSET
    grain: Literal["month", "quarter", "year"] | UnsetType = UNSET
    value: Figure | UnsetType = UNSET


class AlertIn(ScopedIn):
    """What its sender wants to be told of: a bound of a KPI's last complete day, week, month or quarter, or a change.

    Of a change the bound is a fraction of the value before; for rates and scores it is a difference. Each of `recipients`
    is told too, by their own figures, as they may see them. An `alarm` has no bound: it is of `landing_page_conversion_rate`
    and rings for each page among the upper quarter by visitors that surely converts fewer of them than the page in the middle.
    """

    condition: Literal["above", "below", "rises", "falls", "alarm"] | UnsetType = UNSET
    bound: Figure | UnsetType | None = UNSET
    calendar: Literal["gregorian", "jalali"] | UnsetType = UNSET
    grain: Literal["day", "week", "month", "quarter"] | UnsetType = UNSET
    by_email: bool | UnsetType = UNSET
    muted_until: Day | UnsetType | None = UNSET
    is_on: bool | UnsetType = UNSET
    recipients: Annotated[list[Person], Meta(max_length=MOST_READERS)] | UnsetType = UNSET


class AnnotationIn(RecordIn):
    """What happened on a day; on the trends of all KPIs unless one is named."""

    day: Day | UnsetType = UNSET
    text: line(120) | UnsetType = UNSET
    kpi: KpiKey | UnsetType | None = UNSET
    is_shared: bool | UnsetType = UNSET
