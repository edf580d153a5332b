"""What campaigns brought in for what they cost."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kpis.catalogue.cubes.credits import CAMPAIGN_ORDERS, CAMPAIGN_REFUNDS, CAMPAIGN_RETURNS, CAMPAIGN_SPENDING, LONG, SHORT
from kpis.definitions import Dimension, Direction, Group, Kind, Kpi, Term, Timing, Unit

D = Dimension

ROMI_SHORT = Kpi(
    key="romi_short",
    name=_("Return on marketing investment, short term"),
    abbreviation="ROMI",
    group=Group.MARKETING,
    kind=Kind.RATIO,
    formula=_(
        "(margin credited to campaigns from their first day to 30 days after their last − their spend in these days)"
        " ÷ their spend in these days"
    ),
    why=_("What comes back at once for each unit of money a campaign costs: below 0 it costs more than it brings."),
    numerator=(Term(CAMPAIGN_RETURNS["margin"]), Term(CAMPAIGN_SPENDING["short"], sign=-1)),
    denominator=(Term(CAMPAIGN_SPENDING["short"]),),
    sample=(Term(CAMPAIGN_RETURNS["orders"]),),
    unit=Unit.PERCENT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=(D.CHANNEL, D.CAMPAIGN),
    minimum_sample=30,
    drivers=("cost_per_lead", "lead_to_customer_rate", "gross_margin"),
    needs=("campaign expenses", "orders", "unit costs"),
    enter_at="campaigns:expense-create",
    maturing_days=SHORT,
    incomplete=(Term(CAMPAIGN_RETURNS["unknown_costs"]),),
    estimated=Term(CAMPAIGN_SPENDING["short_estimated"]),
)
ROMI_LONG = Kpi(
    key="romi_long",
    name=_("Return on marketing investment, long term"),
    abbreviation="ROMI",
    group=Group.MARKETING,
    kind=Kind.RATIO,
    formula=_(
        "(margin of all orders, within a year of the campaign's start, of customers whose first touch it was − its spend)"
        " ÷ its spend"
    ),
    why=_("What a campaign has brought once its customers came back; many that lose at first win here."),
    numerator=(
        Term(CAMPAIGN_ORDERS["margin"]),
        Term(CAMPAIGN_REFUNDS["margin"], sign=-1),
        Term(CAMPAIGN_SPENDING["long"], sign=-1),
    ),
    denominator=(Term(CAMPAIGN_SPENDING["long"]),),
    sample=(Term(CAMPAIGN_ORDERS["orders"]),),
    unit=Unit.PERCENT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=(D.CHANNEL, D.CAMPAIGN),
    minimum_sample=30,
    drivers=("romi_short", "repeat_purchase_rate"),
    needs=("campaign expenses", "orders", "unit costs"),
    enter_at="campaigns:expense-create",
    maturing_days=LONG,
    incomplete=(Term(CAMPAIGN_ORDERS["unknown_costs"]),),
    estimated=Term(CAMPAIGN_SPENDING["long_estimated"]),
)

KPIS = (ROMI_SHORT, ROMI_LONG)
