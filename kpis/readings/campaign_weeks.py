"""A campaign week by week, and what may be its doing beside its own returns: adstock, and visits to the brand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext

from django.db.models import Count, Q
from django.db.models.fields.json import KeyTextTransform

from campaigns.models import Campaign, Channel, Session
from crm.database import FoldText
from crm.models import Organization, User
from crm.periods import Calendar, Grain, Period, periods_between
from crm.text import fold
from kpis.calendars import FIRST_DAY
from kpis.catalogue.cubes.credits import SHORT
from kpis.catalogue.cubes.spending import SPENDING
from kpis.catalogue.measures import LEADS_CREATED
from kpis.definitions import At, Dimension, Measure
from kpis.readings.exact import PRECISION
from kpis.readings.flows import Reader
from kpis.readings.query import Query

# Weeks that are added up, and how many of them are drawn.
MOST_WEEKS, SHOWN_WEEKS = 156, 26
# What the brand is compared with: the 13 weeks before.
BEFORE = timedelta(days=91)
# Before a whole week has passed, a week cannot be told: its first morning would be all lost.
LEAST = timedelta(days=6)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Weeks:
    """The last weeks of a campaign; costs are none for those who may not see them."""

    periods: tuple[Period, ...]
    leads: Sequence[Decimal]
    spend: Sequence[Decimal] | None = None
    adstock: Sequence[Decimal] | None = None


def days_of(campaign: Campaign, today: date, *, after: int = 0) -> tuple[date, date] | None:
    """From a campaign's first day to its last (and some days after it), or to today; none before it has begun."""
    first = campaign.starts_on
    if first is None or first > today:
        return None
    # beyond today nothing is counted, and before the first day of the calendar nothing is kept
    last = min(campaign.ends_on, today) + timedelta(days=after) if campaign.ends_on else today
    return max(first, FIRST_DAY), max(min(last, today), FIRST_DAY)


def weeks_of(campaign: Campaign, viewer: User, today: date, calendar: Calendar, organization: Organization) -> Weeks | None:
    days = days_of(campaign, today, after=SHORT)
    if days is None:
        return None
    known = periods_between(*days, calendar, Grain.WEEK, organization.calendar_rules)
    periods, shown = tuple(known[-MOST_WEEKS:]), slice(-SHOWN_WEEKS, None)
    query = Query(periods, today, filters={Dimension.CAMPAIGN: campaign.pk}, viewer=viewer)
    measures = [LEADS_CREATED["count"], *([SPENDING["marketing"]] if viewer.may_see_costs else [])]
    reader = Reader(query, [(measure, At.FLOW) for measure in measures])
    leads, *costs = (by_week(reader, measure) for measure in measures)
    if not costs:
        return Weeks(periods[shown], leads[shown])
    adstock = adstock_of(costs[0], organization.adstock_decay)
    return Weeks(periods[shown], leads[shown], costs[0][shown], adstock[shown])


def by_week(reader: Reader, measure: Measure) -> list[Decimal]:
    flows = reader.flows(measure)
    return [flows.get((index, None), ZERO) for index in range(len(reader.query.periods))]


def adstock_of(spend: Sequence[Decimal], decay: Decimal) -> list[Decimal]:
    """What still works of all weeks' spend: aₜ = xₜ + λ·aₜ₋₁."""
    found, left = [], ZERO
    with localcontext(prec=PRECISION):
        for amount in spend:
            left = amount + decay * left
            found.append(left)
    return found


@dataclass(frozen=True)
class Brand:
    """Visits that need no advertisement, direct or by a search for the brand, before a campaign and during it."""

    before: int
    during: int
    days: int

    @property
    def weekly(self) -> tuple[Decimal, Decimal]:
        return Decimal(7 * self.before) / BEFORE.days, Decimal(7 * self.during) / self.days

    @property
    def change(self) -> Decimal | None:
        """Per day, as campaigns are not as long as what they are compared with; from nothing there is no change."""
        return Decimal(self.during * BEFORE.days) / (self.before * self.days) - 1 if self.before else None


def brand_effect(campaign: Campaign, viewer: User, today: date, organization: Organization) -> Brand | None:
    """None where there is nothing to look at, too few days of it, or nobody who may."""
    days = days_of(campaign, today)
    if days is None or not viewer.may_see_traffic:
        return None
    first, last = days
    if last - first < LEAST:
        return None
    own = Q(channel__kind=Channel.Kind.DIRECT)
    for word in filter(None, map(fold, organization.brand_words)):
        own |= Q(term__contains=word)
    sessions = Session.objects.visible_to(viewer).counted().filter(started_on__range=(first - BEFORE, last))
    sessions = sessions.alias(term=FoldText(KeyTextTransform("term", "utm"))).filter(own)
    found = sessions.aggregate(
        before=Count("pk", filter=Q(started_on__lt=first)), during=Count("pk", filter=Q(started_on__gte=first))
    )
    return Brand(**found, days=(last - first).days + 1) if any(found.values()) else None
