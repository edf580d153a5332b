"""Sales: orders, revenue and margin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kpis.catalogue.measures import BUYERS, ORDERS, REFUNDS
from kpis.catalogue.terms import ACQUIRED_AT_END, CREDITED_REVENUE, MARGIN, NET_REVENUE, ORDER_COUNT, UNKNOWN_COSTS
from kpis.definitions import At, Dimension, Direction, Group, Interval, Kind, Kpi, Term, Timing, Unit

D = Dimension

REVENUE = Kpi(
    key="revenue",
    name=_("Net revenue"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.FLOW,
    formula=_("net amount of paid and fulfilled orders − refunds, each on its own day, without tax and shipping"),
    why=_("What customers really paid for goods."),
    numerator=CREDITED_REVENUE,
    sample=(ORDER_COUNT,),
    unit=Unit.MONEY,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=(D.CHANNEL, D.LEAD_SOURCE, D.CAMPAIGN, D.OWNER, D.TEAM, D.PRODUCT, D.CATEGORY, D.SEGMENT),
    drivers=("leads", "lead_conversion_rate", "win_rate"),
    needs=("orders",),
    enter_at="customers:order-list",
)
ORDERS_PLACED = Kpi(
    key="orders",
    name=_("Orders"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.FLOW,
    formula=_("paid and fulfilled orders placed in the period"),
    why=_("How often customers buy, whatever the amount."),
    numerator=(ORDER_COUNT,),
    unit=Unit.COUNT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=(D.CHANNEL, D.LEAD_SOURCE, D.CAMPAIGN, D.OWNER, D.TEAM, D.PRODUCT, D.CATEGORY),
    not_additive=frozenset({D.PRODUCT, D.CATEGORY}),
    interval=Interval.POISSON,
    drivers=("leads", "win_rate"),
    needs=("orders",),
    enter_at="customers:order-list",
)
AVERAGE_ORDER_VALUE = Kpi(
    key="average_order_value",
    name=_("Average order value"),
    abbreviation="AOV",
    group=Group.SALES,
    kind=Kind.RATIO,
    formula=_("net revenue ÷ orders"),
    why=_("The average invoice: raised by better offers, lowered by discounts."),
    numerator=NET_REVENUE,
    denominator=(ORDER_COUNT,),
    unit=Unit.MONEY,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=(D.CHANNEL, D.CAMPAIGN, D.OWNER, D.TEAM, D.CATEGORY),
    not_additive=frozenset({D.CATEGORY}),
    drivers=("orders",),
    needs=("orders",),
    enter_at="customers:order-list",
)
SALES_PER_CUSTOMER = Kpi(
    key="sales_per_customer",
    name=_("Sales per customer"),
    abbreviation="SPC",
    group=Group.SALES,
    kind=Kind.DISTINCT,
    formula=_("net revenue ÷ distinct customers who ordered in the period"),
    why=_("How much one customer buys in the period."),
    numerator=NET_REVENUE,
    denominator=(Term(BUYERS["count"]),),
    unit=Unit.MONEY,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=(D.CHANNEL, D.CAMPAIGN, D.OWNER, D.TEAM),
    not_additive=frozenset({D.OWNER, D.TEAM}),
    drivers=("average_order_value", "repeat_purchase_rate"),
    needs=("orders",),
    enter_at="customers:order-list",
)
GROSS_MARGIN = Kpi(
    key="gross_margin",
    name=_("Gross margin"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.RATIO,
    formula=_("(net revenue − cost of goods) ÷ net revenue"),
    why=_("What is left of each sale after the goods are paid."),
    numerator=MARGIN,
    denominator=NET_REVENUE,
    sample=(ORDER_COUNT,),
    unit=Unit.PERCENT,
    is_share=True,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=(D.CHANNEL, D.PRODUCT, D.CATEGORY, D.CAMPAIGN),
    minimum_sample=30,
    drivers=("average_order_value",),
    needs=("orders", "unit costs"),
    enter_at="customers:order-list",
    incomplete=(UNKNOWN_COSTS,),
)
LIFETIME_SALES_PER_CUSTOMER = Kpi(
    key="lifetime_sales_per_customer",
    version=2,
    name=_("Lifetime sales per customer"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.STOCK,
    formula=_("net revenue up to the period's end ÷ customers ever acquired by then"),
    why=_("What one customer has brought in all the time so far."),
    numerator=(Term(ORDERS["net"], at=At.END), Term(REFUNDS["amount"], sign=-1, at=At.END)),
    denominator=(ACQUIRED_AT_END,),
    unit=Unit.MONEY,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=(D.CHANNEL, D.CAMPAIGN),
    drivers=("sales_per_customer", "repeat_purchase_rate"),
    needs=("orders",),
    enter_at="customers:order-list",
)

KPIS = (REVENUE, ORDERS_PLACED, AVERAGE_ORDER_VALUE, SALES_PER_CUSTOMER, LIFETIME_SALES_PER_CUSTOMER, GROSS_MARGIN)
