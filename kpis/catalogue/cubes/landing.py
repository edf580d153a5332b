"""Landings, and whether the visitor converted within a day.

A visitor who comes twice is one: nothing of this adds up over days or pages, so each period and page has its own sums
(engine/landings.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat

from campaigns.models import Session
from kpis.definitions import Day, Dimension, Fold, PeriodCube
from kpis.models import LandingDay

D = Dimension
# Sessions without a visitor are visitors of their own; the letter keeps their keys apart.
VISITOR = Case(
    When(visitor="", then=Concat(Value("s"), Cast("pk", CharField()))),
    default=Concat(Value("v"), F("visitor")),
    output_field=CharField(),
)
CONVERTED = Q(conversion__isnull=False)
SIDES: Mapping[Dimension, str] = {
    D.LANDING_PAGE: "landing_page_id",
    D.CAMPAIGN: "campaign_id",
    D.CHANNEL: "channel_id",
    D.VARIANT: "variant_id",
}


def landings(sessions: QuerySet) -> QuerySet:
    return sessions.filter(landing_page__isnull=False).alias(visitor_key=VISITOR)


def landings_in(first: Day | date, last: Day | date) -> QuerySet:
    return landings(Session.objects.counted()).filter(started_on__gte=first, started_on__lte=last)


# The days of visitors that the engine keeps (engine/landings.py): as much as several members at once are asked of.
LANDING_DAYS = PeriodCube(
    key="landing_days",
    code=65,
    rows=LandingDay.objects.all,
    rows_in=lambda first, last: LandingDay.objects.filter(day__gte=first, day__lte=last),
    day="day",
    dimensions=SIDES,
    folds={"visitors": Fold(distinct="visitor"), "converted": Fold(Q(is_converted=True), distinct="visitor")},
    resource="sessions",
    stores_days=False,
)
LANDINGS = PeriodCube(
    key="landings",
    code=65,
    rows=lambda: landings(Session.objects.counted()),
    left_out=lambda: landings(Session.objects.left_out()),
    rows_in=landings_in,
    day="started_on",
    dimensions=SIDES,
    folds={"visitors": Fold(distinct="visitor_key"), "converted": Fold(CONVERTED, distinct="visitor_key")},
    resource="sessions",
    stores_days=False,
    counts_days=True,
    overlapping=frozenset(SIDES),
    told_by=LANDING_DAYS,
)
