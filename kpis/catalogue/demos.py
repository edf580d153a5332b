"""Demos and consultations: scheduled, held, and stood up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kpis.catalogue.cubes.demos import DEMOS_BOOKED, DEMOS_DONE, DEMOS_DUE
from kpis.definitions import Dimension, Direction, Group, Interval, Kind, Kpi, Term, Timing, Unit

D = Dimension

DEMOS_SCHEDULED = Kpi(
    key="demos_scheduled",
    name=_("Demos scheduled"),
    abbreviation="",
    group=Group.MARKETING,
    kind=Kind.FLOW,
    formula=_("demos and consultations booked in the period"),
    why=_("Somebody who takes the time for a demo is close to buying."),
    numerator=(Term(DEMOS_BOOKED["count"]),),
    unit=Unit.COUNT,
    direction=Direction.UP,
    timing=Timing.LEADING,
    dimensions=(D.OWNER, D.TEAM, D.CHANNEL),
    interval=Interval.POISSON,
    drivers=("leads", "mqls"),
    needs=("demos and consultations",),
    enter_at="leads:lead-list",
)
DEMOS_HELD = Kpi(
    key="demos_held",
    name=_("Demos held"),
    abbreviation="",
    group=Group.MARKETING,
    kind=Kind.FLOW,
    formula=_("demos and consultations done in the period, without those to which nobody came"),
    why=_("The demos that really took place."),
    numerator=(Term(DEMOS_DONE["held"]),),
    unit=Unit.COUNT,
    direction=Direction.UP,
    timing=Timing.LEADING,
    dimensions=(D.OWNER, D.TEAM, D.CHANNEL),
    interval=Interval.POISSON,
    requires=(DEMOS_BOOKED,),
    drivers=("demos_scheduled", "demo_no_show_rate"),
    needs=("demos and consultations",),
    enter_at="leads:lead-list",
)
DEMO_NO_SHOW_RATE = Kpi(
    key="demo_no_show_rate",
    name=_("No-shows at demos"),
    abbreviation="",
    group=Group.MARKETING,
    kind=Kind.RATIO,
    formula=_("demos due in the period to which nobody came ÷ those held and those to which nobody came"),
    why=_("Time reserved for nobody: a reminder the day before is cheap."),
    numerator=(Term(DEMOS_DUE["no_show"]),),
    denominator=(Term(DEMOS_DUE["decided"]),),
    unit=Unit.PERCENT,
    direction=Direction.DOWN,
    timing=Timing.LEADING,
    dimensions=(D.OWNER, D.TEAM, D.CHANNEL),
    minimum_sample=30,
    interval=Interval.WILSON,
    requires=(DEMOS_BOOKED,),
    drivers=("demos_scheduled",),
    needs=("demos and consultations",),
    enter_at="leads:lead-list",
)

KPIS = (DEMOS_SCHEDULED, DEMOS_HELD, DEMO_NO_SHOW_RATE)
