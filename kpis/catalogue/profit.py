"""Profit: what new customers pay, what running the company costs, and what is left."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kpis.catalogue.cubes.newcomers import NEWCOMERS_ORDERS, NEWCOMERS_REFUNDS
from kpis.catalogue.cubes.spending import SPENDING
from kpis.catalogue.measures import ACQUIRED, ORDERS
from kpis.catalogue.terms import MARGIN, NET_REVENUE, ORDER_COUNT, UNKNOWN_COSTS
from kpis.definitions import Dimension, Direction, Group, Kind, Kpi, Term, Timing, Unit

D = Dimension
OF_NEWCOMERS = (Term(NEWCOMERS_ORDERS["net"]), Term(NEWCOMERS_REFUNDS["amount"], sign=-1))
SPENT = Term(SPENDING["all"])

NEW_CUSTOMER_REVENUE = Kpi(
    key="new_customer_revenue",
    version=2,
    name=_("Revenue from new customers"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.FLOW,
    formula=_("net revenue of the period from customers acquired in it"),
    why=_("How much of what is sold comes from people who were strangers before."),
    numerator=OF_NEWCOMERS,
    sample=(Term(NEWCOMERS_ORDERS["count"]),),
    unit=Unit.MONEY,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=(D.CHANNEL, D.CAMPAIGN),
    requires=(ORDERS, ACQUIRED),
    drivers=("new_customers",),
    needs=("orders",),
    enter_at="customers:order-list",
)
NEW_CUSTOMER_REVENUE_SHARE = Kpi(
    key="new_customer_revenue_share",
    version=2,
    name=_("Share of new customers in revenue"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.RATIO,
    formula=_("net revenue of the period from customers acquired in it ÷ net revenue"),
    why=_("Whether sales live on new customers or on those who come back."),
    numerator=OF_NEWCOMERS,
    denominator=NET_REVENUE,
    sample=(ORDER_COUNT,),
    unit=Unit.PERCENT,
    is_share=True,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=(D.CHANNEL, D.CAMPAIGN),
    requires=(ORDERS, ACQUIRED),
    minimum_sample=30,
    drivers=("new_customer_revenue",),
    needs=("orders",),
    enter_at="customers:order-list",
)
OPERATING_EXPENSES = Kpi(
    key="operating_expenses",
    name=_("Operating expenses"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.FLOW,
    formula=_("expenses of every kind, each spread over its days, of the days of the period"),
    why=_("What running the company costs, and which kind of cost grows."),
    numerator=(SPENT,),
    unit=Unit.MONEY,
    direction=Direction.DOWN,
    timing=Timing.LAGGING,
    dimensions=(D.KIND, D.CHANNEL),
    needs=("expenses",),
    enter_at="campaigns:expense-create",
    estimated=Term(SPENDING["all_estimated"]),
)
PROFIT_MARGIN = Kpi(
    key="profit_margin",
    name=_("Profit margin"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.RATIO,
    formula=_("(net revenue − cost of goods − expenses of every kind) ÷ net revenue"),
    why=_("What is left of each sale after everything is paid."),
    numerator=(*MARGIN, -SPENT),
    denominator=NET_REVENUE,
    sample=(ORDER_COUNT,),
    unit=Unit.PERCENT,
    is_share=True,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=(),
    minimum_sample=30,
    drivers=("gross_margin", "operating_expenses"),
    needs=("orders", "unit costs", "expenses"),
    enter_at="campaigns:expense-create",
    incomplete=(UNKNOWN_COSTS,),
    estimated=Term(SPENDING["all_estimated"]),
)

KPIS = (NEW_CUSTOMER_REVENUE, NEW_CUSTOMER_REVENUE_SHARE, OPERATING_EXPENSES, PROFIT_MARGIN)
