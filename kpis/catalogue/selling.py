"""Selling more and beside."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kpis.catalogue.cubes.selling import CATEGORIES_SOLD_TO_NOBODY, CROSS_SOLD_TO_NOBODY, SELLING
from kpis.catalogue.measures import ORDERS
from kpis.catalogue.terms import ORDER_COUNT
from kpis.definitions import Dimension, Direction, Group, Interval, Kind, Kpi, Term, Timing, Unit

D = Dimension
SIDES = (D.OWNER, D.TEAM, D.CATEGORY)


def of_customers(fold: str) -> Term:
    return Term(SELLING[fold], instead={D.CATEGORY: SELLING[f"{fold}_in_category"]})


UPSELL_RATE = Kpi(
    key="upsell_rate",
    name=_("Up-sell rate"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.RATIO,
    formula=_("orders with an up-sell line ÷ orders of customers who had ordered before"),
    why=_("Whether those who come back leave with something better than the last time."),
    numerator=(of_customers("upsold"),),
    denominator=(of_customers("repeat"),),
    unit=Unit.PERCENT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=SIDES,
    not_additive=frozenset({D.CATEGORY}),
    minimum_sample=30,
    interval=Interval.WILSON,
    requires=(ORDERS,),
    drivers=("orders", "csat"),
    needs=("orders", "families and tiers of products"),
    enter_at="customers:order-list",
)
CROSS_SELL_RATE = Kpi(
    key="cross_sell_rate",
    name=_("Cross-sell rate"),
    abbreviation="",
    group=Group.SALES,
    kind=Kind.RATIO,
    formula=_("orders with a cross-sell line ÷ all orders"),
    why=_("Whether customers find, beside what they came for, what goes with it."),
    numerator=(
        of_customers("crossed"),
        Term(CROSS_SOLD_TO_NOBODY["orders"], instead={D.CATEGORY: CATEGORIES_SOLD_TO_NOBODY["orders"]}),
    ),
    denominator=(ORDER_COUNT,),
    unit=Unit.PERCENT,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=SIDES,
    not_additive=frozenset({D.CATEGORY}),
    minimum_sample=30,
    interval=Interval.WILSON,
    requires=(ORDERS,),
    drivers=("average_order_value",),
    needs=("orders", "categories of products"),
    enter_at="customers:order-list",
)

KPIS = (UPSELL_RATE, CROSS_SELL_RATE)
