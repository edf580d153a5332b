"""The report card of campaigns: of one period, or of their whole lives."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet
from django.http import HttpResponse
from msgspec import Struct
from rest_framework.request import Request

from campaigns.models import Campaign
from crm.api.openapi import Operation
from crm.api.output import plain
from crm.api.problems import Problem
from crm.api.view import ApiView, answer
from crm.models import Organization, User
from kpis.api.attainment import TargetOut, attainment_out
from kpis.api.parameters import help_of, members_asked, one_period_of
from kpis.definitions import Dimension
from kpis.readings.campaigns import FIGURES, Campaigns, Life, Sums
from kpis.readings.query import Query
from kpis.readings.snapshot import one_snapshot


class FiguresOut(Struct):
    """Money in the base currency; a quotient is null where there is nothing to divide by, any figure where it may not be seen.

    `without_spend` names the costs that are 0 because nothing was spent: they say nothing, and no target is met by them.
    """

    spend: str | None
    leads: str | None
    mqls: str | None
    sqls: str | None
    converted: str | None
    lead_conversion_rate: str | None
    cost_per_lead: str | None
    cost_per_converted_lead: str | None
    new_customers: str | None
    orders: str | None
    revenue: str | None
    romi_short: str | None
    romi_long: str | None
    without_spend: list[str]


class CampaignOut(Struct):
    """`targets`, by figure, are of whole lives, so they stand only where these are told."""

    campaign: int
    name: str
    starts_on: str | None
    ends_on: str | None
    figures: FiguresOut
    targets: dict[str, TargetOut]


class ReturnsOut(Struct):
    """Null where every campaign that brought something in has spend: then the return is the total's."""

    romi_short: str | None
    romi_long: str | None


class CampaignsOut(Struct):
    """`period` is null where whole lives are told; `total` is of all the campaigns in `results` together.

    The returns of the total count whatever campaigns brought in, also those without any spend in the period, which have no
    return of their own; `with_spend` leaves these out.
    """

    period: str | None
    stale: bool
    total: FiguresOut
    with_spend: ReturnsOut
    results: list[CampaignOut]


class CampaignsView(ApiView):
    resource = "kpis"

    def get(self, request: Request) -> HttpResponse:
        parameters = self.parameters(("period", Dimension.CHANNEL.value))
        user, today = self.caller.user, self.caller.organization.day_of(self.caller.at)
        if not user.may_sell:
            raise Problem("permission-denied")
        period = one_period_of(parameters, self.caller) if "period" in parameters else None
        channel = members_asked([Dimension.CHANNEL], parameters, self.caller).get(Dimension.CHANNEL)
        with one_snapshot():
            found = Campaigns(Query((period,), today, viewer=user)) if period else Campaigns.of_lives(user, today)
            rows = campaigns_of(user, channel).filter(pk__in=found.by_campaign).order_by("pk")
            shown = {row.pk: campaign_out(row, found, self.caller.organization, is_whole=period is None) for row in rows}
            total, returns = figures_out(found, found.together(shown)), returns_out(found, shown)
            return answer(CampaignsOut(period.key if period else None, found.is_stale, total, returns, list(shown.values())))


def campaigns_of(user: User, channel: int | None) -> QuerySet[Campaign]:
    """Those of a channel, where one is asked for; of none where it is the unknown one."""
    rows = Campaign.objects.visible_to(user)
    return rows if channel is None else rows.filter(channel=channel or None)


def campaign_out(row: Campaign, found: Campaigns, organization: Organization, *, is_whole: bool) -> CampaignOut:
    days = [day.isoformat() if day else None for day in (row.starts_on, row.ends_on)]
    targets = targets_out(Life(row, found), organization) if is_whole else {}
    return CampaignOut(row.pk, row.name, *days, figures_out(found, found.by_campaign[row.pk]), targets)


def targets_out(life: Life, organization: Organization) -> dict[str, TargetOut]:
    """Of the figures that the viewer's role may see."""
    found = {figure.key: life.attainment(figure, organization) for figure in life.campaigns.shown}
    return {key: attainment_out(one) for key, one in found.items() if one}


def figures_out(found: Campaigns, sums: Sums) -> FiguresOut:
    values: dict[str, Decimal | None] = {figure.key: found.value(figure, sums) for figure in found.shown}
    free = [figure.key for figure in found.shown if figure.is_without_spend(values[figure.key])]
    return FiguresOut(**{figure.key: plain(values.get(figure.key)) for figure in FIGURES}, without_spend=free)


def returns_out(found: Campaigns, shown: Iterable[int]) -> ReturnsOut:
    paid = {figure.key: found.value_of_paid(figure, shown) for figure in found.shown if figure.is_return}
    return ReturnsOut(**{figure.key: plain(paid.get(figure.key)) for figure in FIGURES if figure.is_return})


OPERATIONS = [
    Operation(
        "get",
        "/reports/campaigns/",
        "What each campaign cost and brought in",
        "kpis:read",
        {
            "period": "a period's key; without one the campaigns' whole lives",
            "channel": help_of(Dimension.CHANNEL),
        },
        None,
        CampaignsOut,
    ),
]
