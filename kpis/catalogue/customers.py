"""Customers: who came, who left, who came back, and what it cost to win them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kpis.catalogue.cubes.support import OPINIONS
from kpis.catalogue.measures import ACQUIRED, EXPENSES, STARTED
from kpis.catalogue.terms import LEFT, NEW, RETURNED
from kpis.definitions import A_YEAR, Dimension, Direction, Group, Interval, Kind, Kpi, Term, Timing, Unit

D = Dimension
SIDES = (D.CHANNEL, D.LEAD_SOURCE, D.CAMPAIGN, D.OWNER, D.TEAM)
ORDER_PAGE = "customers:order-list"

NEW_CUSTOMERS = Kpi(
    key="new_customers",
    version=2,
    name=_("New customers acquired"),
    abbreviation="NCA",
    group=Group.CUSTOMERS,
    kind=Kind.FLOW,
    formula=_("customers whose first counted order or contract is in the period"),
    why=_("Growth begins here; read it beside the customers lost."),
    numerator=(NEW,),
    unit=Unit.COUNT,
    direction=Direction.UP,
    timing=Timing.BOTH,
    dimensions=(*SIDES, D.SOCIAL_NETWORK),
    interval=Interval.POISSON,
    drivers=("leads", "lead_to_customer_rate"),
    needs=("orders",),
    enter_at=ORDER_PAGE,
)
LOST_CUSTOMERS = Kpi(
    key="lost_customers",
    version=2,
    name=_("Customers lost"),
    abbreviation="",
    group=Group.CUSTOMERS,
    kind=Kind.FLOW,
    formula=_("customers whose last order became older than the inactivity threshold, or whose contract ended, in the period"),
    why=_("Who stopped buying, on the day it became clear."),
    numerator=(LEFT,),
    unit=Unit.COUNT,
    direction=Direction.DOWN,
    timing=Timing.LAGGING,
    dimensions=SIDES,
    interval=Interval.POISSON,
    drivers=("nps", "csat"),
    needs=("orders",),
    requires=(STARTED,),  # as long as nobody is lost it is 0
    enter_at=ORDER_PAGE,
)
REACTIVATED_CUSTOMERS = Kpi(
    key="reactivated_customers",
    version=2,
    name=_("Customers returned"),
    abbreviation="",
    group=Group.CUSTOMERS,
    kind=Kind.FLOW,
    formula=_("customers who ordered again or signed a contract in the period after having been lost"),
    why=_("Winning someone back is often cheaper than winning someone new."),
    numerator=(RETURNED,),
    unit=Unit.COUNT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=SIDES,
    interval=Interval.POISSON,
    needs=("orders",),
    enter_at=ORDER_PAGE,
)
REPEAT_PURCHASE_RATE = Kpi(
    key="repeat_purchase_rate",
    version=2,
    name=_("Behavioural loyalty"),
    abbreviation="",
    group=Group.CUSTOMERS,
    kind=Kind.COHORT,
    formula=_("customers acquired in the period with a second order day within 365 days ÷ customers acquired in it"),
    why=_("Loyalty that shows in deeds: they came back."),
    numerator=(Term(ACQUIRED["repeated"]),),
    denominator=(NEW,),
    unit=Unit.PERCENT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=SIDES,
    minimum_sample=30,
    interval=Interval.WILSON,
    drivers=("csat",),
    needs=("orders",),
    enter_at=ORDER_PAGE,
    maturing_days=A_YEAR,
    longest_window=A_YEAR,
)
CUSTOMER_ACQUISITION_COST = Kpi(
    key="customer_acquisition_cost",
    version=2,
    name=_("Customer acquisition cost"),
    abbreviation="CAC",
    group=Group.CUSTOMERS,
    kind=Kind.RATIO,
    formula=_("acquisition expenses accrued in the period ÷ new customers"),
    why=_("What one new customer costs; it must stay well below what they bring."),
    numerator=(Term(EXPENSES["acquisition"]),),
    denominator=(NEW,),
    unit=Unit.MONEY,
    direction=Direction.DOWN,
    timing=Timing.LAGGING,
    dimensions=(D.CHANNEL, D.CAMPAIGN),
    drivers=("cost_per_lead", "lead_to_customer_rate"),
    needs=("acquisition expenses", "orders"),
    enter_at="campaigns:expense-create",
    estimated=Term(EXPENSES["acquisition_estimated"]),
)
ATTITUDINAL_LOYALTY = Kpi(
    key="attitudinal_loyalty",
    name=_("Attitudinal loyalty"),
    abbreviation="",
    group=Group.CUSTOMERS,
    kind=Kind.RATIO,
    formula=_("answers 4 and 5 to “would you buy from us again” ÷ answers"),
    why=_("Loyalty that shows in words: it foretells the deeds."),
    numerator=(Term(OPINIONS["loyal"]),),
    denominator=(Term(OPINIONS["loyalty"]),),
    unit=Unit.PERCENT,
    direction=Direction.UP,
    timing=Timing.BOTH,
    dimensions=(D.OWNER, D.TEAM, D.SURVEY, D.PRODUCT, D.SEGMENT),
    minimum_sample=30,
    interval=Interval.WILSON,
    drivers=("csat", "nps"),
    needs=("loyalty answers",),
    enter_at="customers:survey-list",
)

KPIS = (
    NEW_CUSTOMERS,
    LOST_CUSTOMERS,
    REACTIVATED_CUSTOMERS,
    REPEAT_PURCHASE_RATE,
    ATTITUDINAL_LOYALTY,
    CUSTOMER_ACQUISITION_COST,
)
