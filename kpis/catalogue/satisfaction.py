"""Satisfaction and support."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kpis.catalogue.measures import ANSWERS, TICKETS_RESOLVED
from kpis.definitions import Dimension, Direction, Group, Interval, Kind, Kpi, Term, Timing, Unit

D = Dimension

NPS = Kpi(
    key="nps",
    name=_("Net promoter score"),
    abbreviation="NPS",
    group=Group.SATISFACTION,
    kind=Kind.RATIO,
    formula=_("100 × (promoters 9 to 10 − detractors 0 to 6) ÷ answers; a number, not a percentage"),
    why=_("Whether customers would put their own name behind yours."),
    numerator=(Term(ANSWERS["promoters"]), Term(ANSWERS["detractors"], sign=-1)),
    denominator=(Term(ANSWERS["nps"]),),
    scale=Decimal(100),
    unit=Unit.SCORE,
    direction=Direction.UP,
    timing=Timing.BOTH,
    dimensions=(D.OWNER, D.TEAM, D.SURVEY, D.PRODUCT),
    minimum_sample=30,
    interval=Interval.NPS,
    drivers=("mean_time_to_resolution", "csat"),
    needs=("NPS answers",),
    enter_at="admin:customers_answer_add",
)
CSAT = Kpi(
    key="csat",
    name=_("Customer satisfaction"),
    abbreviation="CSAT",
    group=Group.SATISFACTION,
    kind=Kind.RATIO,
    formula=_("satisfied answers (4 and 5 of 5; excellent and good in words) ÷ answers"),
    why=_("How the last experience felt; a low score asks for its reason."),
    numerator=(Term(ANSWERS["satisfied"]),),
    denominator=(Term(ANSWERS["csat"]),),
    unit=Unit.PERCENT,
    direction=Direction.UP,
    timing=Timing.BOTH,
    dimensions=(D.OWNER, D.TEAM, D.SURVEY, D.PRODUCT),
    minimum_sample=30,
    interval=Interval.WILSON,
    drivers=("mean_time_to_resolution",),
    needs=("CSAT answers",),
    enter_at="admin:customers_answer_add",
)
MEAN_TIME_TO_RESOLUTION = Kpi(
    key="mean_time_to_resolution",
    name=_("Mean time to resolution"),
    abbreviation="MTTR",
    group=Group.SATISFACTION,
    kind=Kind.DISTRIBUTION,
    formula=_("elapsed seconds from creation to last resolution ÷ 3,600 ÷ tickets last resolved in the period"),
    why=_("How long a customer with a problem waits for its end."),
    numerator=(Term(TICKETS_RESOLVED["seconds"]),),
    denominator=(Term(TICKETS_RESOLVED["count"]),),
    divisor=Decimal(3600),
    squares=Term(TICKETS_RESOLVED["squares"]),
    unit=Unit.HOURS,
    direction=Direction.DOWN,
    timing=Timing.LAGGING,
    dimensions=(D.OWNER, D.TEAM, D.PRIORITY, D.PRODUCT),
    interval=Interval.STUDENT,
    needs=("resolved tickets",),
    enter_at="admin:customers_ticket_add",
)

KPIS = (NPS, CSAT, MEAN_TIME_TO_RESOLUTION)
