"""The customer base: how large it is, how it grows, who leaves it and who stays."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kpis.catalogue.cubes.base import ENGAGED, KEPT
from kpis.catalogue.measures import CHURNED
from kpis.catalogue.terms import ACQUIRED_AT_END, ACTIVE_AT_END, ACTIVE_AT_START, LEFT, NEW, RETURNED
from kpis.definitions import At, Dimension, Direction, Group, Interval, Kind, Kpi, Term, Timing, Unit

D = Dimension
SIDES = (D.CHANNEL, D.LEAD_SOURCE, D.CAMPAIGN, D.OWNER, D.TEAM)
ORDER_PAGE = "customers:order-list"

NET_CUSTOMER_GROWTH = Kpi(
    key="net_customer_growth",
    version=2,
    name=_("Net customer growth"),
    abbreviation="",
    group=Group.CUSTOMERS,
    kind=Kind.FLOW,
    formula=_("new + returned − lost customers"),
    why=_("Whether the base grows; its parts say why."),
    numerator=(NEW, RETURNED, -LEFT),
    unit=Unit.COUNT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=SIDES,
    drivers=("new_customers", "lost_customers", "reactivated_customers"),
    needs=("orders",),
    enter_at=ORDER_PAGE,
)
ACTIVE_CUSTOMERS = Kpi(
    key="active_customers",
    version=2,
    name=_("Active customers"),
    abbreviation="",
    group=Group.CUSTOMERS,
    kind=Kind.STOCK,
    formula=_("customers with a contract, or an order within the inactivity threshold, on the evening of the period's last day"),
    why=_("The base that tomorrow's revenue comes from."),
    numerator=ACTIVE_AT_END,
    unit=Unit.COUNT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=SIDES,
    drivers=("new_customers", "churn_rate"),
    needs=("orders",),
    enter_at=ORDER_PAGE,
)
CHURN_RATE = Kpi(
    key="churn_rate",
    version=2,
    name=_("Churn rate"),
    abbreviation="",
    group=Group.CUSTOMERS,
    kind=Kind.RATIO,
    formula=_("customers active at the period's start and not at its end ÷ customers active at its start"),
    why=_("A leaking bucket cannot be filled: each point here must be won again by marketing."),
    numerator=(Term(CHURNED["count"]),),
    denominator=ACTIVE_AT_START,
    unit=Unit.PERCENT,
    direction=Direction.DOWN,
    timing=Timing.LAGGING,
    dimensions=SIDES,
    minimum_sample=30,
    interval=Interval.WILSON,
    drivers=("nps", "csat", "mean_time_to_resolution"),
    needs=("orders",),
    enter_at=ORDER_PAGE,
)
CUSTOMERS_TOTAL = Kpi(
    key="customers_total",
    version=2,
    name=_("Customer base"),
    abbreviation="",
    group=Group.CUSTOMERS,
    kind=Kind.STOCK,
    formula=_("customers ever acquired, up to the evening of the period's last day"),
    why=_("Everybody who ever bought: the largest circle you can call back."),
    numerator=(ACQUIRED_AT_END,),
    unit=Unit.COUNT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=SIDES,
    drivers=("new_customers",),
    needs=("orders",),
    enter_at=ORDER_PAGE,
)
CUSTOMER_GROWTH_RATE = Kpi(
    key="customer_growth_rate",
    version=2,
    name=_("Customer base growth rate"),
    abbreviation="",
    group=Group.CUSTOMERS,
    kind=Kind.RATIO,
    formula=_("customers acquired in the period ÷ customers ever acquired before it"),
    why=_("How fast the circle of all customers widens."),
    numerator=(NEW,),
    denominator=(Term(NEW.measure, at=At.START),),
    unit=Unit.PERCENT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=SIDES,
    minimum_sample=30,
    drivers=("new_customers",),
    needs=("orders",),
    enter_at=ORDER_PAGE,
)
ACTIVE_CUSTOMER_GROWTH_RATE = Kpi(
    key="active_customer_growth_rate",
    version=2,
    name=_("Active base growth rate"),
    abbreviation="",
    group=Group.CUSTOMERS,
    kind=Kind.RATIO,
    formula=_("(new + returned − lost customers) ÷ customers active at the period's start"),
    why=_("Growth that counts those who left too."),
    numerator=(NEW, RETURNED, -LEFT),
    denominator=ACTIVE_AT_START,
    unit=Unit.PERCENT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=SIDES,
    minimum_sample=30,
    drivers=("net_customer_growth", "churn_rate"),
    needs=("orders",),
    enter_at=ORDER_PAGE,
)
RETENTION_RATE = Kpi(
    key="retention_rate",
    version=2,
    name=_("Retention rate"),
    abbreviation="",
    group=Group.CUSTOMERS,
    kind=Kind.RATIO,
    formula=_("customers active at the period's start and at its end ÷ customers active at its start"),
    why=_("Who stays pays: what is kept need not be won again."),
    numerator=(*ACTIVE_AT_START, Term(CHURNED["count"], sign=-1)),
    denominator=ACTIVE_AT_START,
    listed=KEPT["count"],
    unit=Unit.PERCENT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=SIDES,
    minimum_sample=30,
    interval=Interval.WILSON,
    drivers=("churn_rate", "csat", "attitudinal_loyalty"),
    needs=("orders",),
    enter_at=ORDER_PAGE,
)
CUSTOMER_ENGAGEMENT_RATE = Kpi(
    key="customer_engagement_rate",
    version=3,
    name=_("Customer engagement"),
    abbreviation="",
    group=Group.CUSTOMERS,
    kind=Kind.RATIO,
    formula=_(
        "customers active at the end who did something in the period (ordered, wrote a ticket, answered a survey, replied to an"
        " e-mail or message or followed its link, or came to the site, known by a lead or cart of theirs) ÷ customers active at"
        " the end"
    ),
    why=_("Who still has something to do with you; silence comes before leaving."),
    numerator=(Term(ENGAGED["count"]),),
    denominator=ACTIVE_AT_END,
    unit=Unit.PERCENT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=SIDES,
    minimum_sample=30,
    interval=Interval.WILSON,
    drivers=("csat",),
    needs=("orders",),
    enter_at=ORDER_PAGE,
)

KPIS = (
    NET_CUSTOMER_GROWTH,
    CUSTOMERS_TOTAL,
    CUSTOMER_GROWTH_RATE,
    ACTIVE_CUSTOMERS,
    ACTIVE_CUSTOMER_GROWTH_RATE,
    CHURN_RATE,
    RETENTION_RATE,
    CUSTOMER_ENGAGEMENT_RATE,
)
