"""What customers are worth: how long they stay, what they leave in that time, and when that has paid for winning them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from kpis.catalogue.cubes.predictions import PREDICTIONS
from kpis.catalogue.measures import EXPENSES, LOST, ORDERS, REFUNDS, STARTED
from kpis.catalogue.terms import ACQUIRED_AT_END, NEW
from kpis.definitions import (
    NAIVE_TENURE,
    TENURE,
    UNKNOWN_COSTS,
    At,
    Dimension,
    Direction,
    Group,
    Kind,
    Kpi,
    Measure,
    Model,
    Term,
    Timing,
    Unit,
)

D = Dimension
YEAR = Decimal(365)
MONTHS = 12


def at_both_ends(measure: Measure, sign: int = 1) -> tuple[Term, ...]:
    return Term(measure, sign, At.START), Term(measure, sign, At.END)


# Sums over the 365 days to the end of the period; the active bases are those at both ends of them.
SALES: Mapping[str, tuple[Term, ...]] = {
    "orders": (Term(ORDERS["count"]),),
    "revenue": (Term(ORDERS["net"]), Term(REFUNDS["amount"], sign=-1)),
    "bases": (*at_both_ends(STARTED["count"]), *at_both_ends(LOST["count"], sign=-1)),
}
ECONOMY = SALES | {
    "goods": (Term(ORDERS["cost"]), Term(REFUNDS["cost"], sign=-1)),
    "retention": (Term(EXPENSES["retention"]),),
    "acquisition": (Term(EXPENSES["acquisition"]),),
    "acquired": (NEW,),
    UNKNOWN_COSTS: (Term(ORDERS["unknown_costs"]),),
}
Sums = Mapping[str, Decimal]


def orders_a_year(sums: Sums) -> Decimal:
    """Per active customer, of whom there were as many as in the mean of both ends."""
    return sums["orders"] / (sums["bases"] / 2)


def order_value(sums: Sums) -> Decimal:
    return sums["revenue"] / sums["orders"]


def gross_margin(sums: Sums) -> Decimal:
    return (sums["revenue"] - sums["goods"]) / sums["revenue"]


def acquisition_cost(sums: Sums) -> Decimal:
    return sums["acquisition"] / sums["acquired"]


def years(sums: Sums) -> Decimal:
    return sums[TENURE] / YEAR


def retention_cost(sums: Sums) -> Decimal:
    """Of one active customer in a year."""
    return sums["retention"] / (sums["bases"] / 2)


def lifetime_revenue(sums: Sums) -> Decimal:
    return order_value(sums) * orders_a_year(sums) * sums[TENURE] / YEAR


def lifetime_margin(sums: Sums) -> Decimal:
    """Before the cost of winning the customer: the most that may be paid for one."""
    return lifetime_revenue(sums) * gross_margin(sums) - retention_cost(sums) * sums[TENURE] / YEAR


def lifetime_value(sums: Sums) -> Decimal:
    return lifetime_margin(sums) - acquisition_cost(sums)


def value_to_cost(sums: Sums) -> Decimal:
    return lifetime_value(sums) / acquisition_cost(sums)


def margin_a_month(sums: Sums) -> Decimal:
    """A year in which there were only refunds has one, too, without an order."""
    return sums["revenue"] / (sums["bases"] / 2) / MONTHS * gross_margin(sums)


def payback(sums: Sums) -> Decimal:
    """Without a margin nothing is ever paid back."""
    return acquisition_cost(sums) / max(margin_a_month(sums), Decimal(0))


REVENUE_STEPS = (("", Unit.MONEY, order_value), ("×", Unit.RATIO, orders_a_year), ("×", Unit.RATIO, years))
VALUE_STEPS = (
    *REVENUE_STEPS[:2],
    ("×", Unit.PERCENT, gross_margin),
    ("×", Unit.RATIO, years),
    ("−", Unit.MONEY, retention_cost),
    ("×", Unit.RATIO, years),
    ("−", Unit.MONEY, acquisition_cost),
)


AVERAGE_CUSTOMER_TENURE = Kpi(
    key="average_customer_tenure",
    version=2,
    name=_("Average customer tenure"),
    abbreviation="ACT",
    group=Group.CUSTOMERS,
    kind=Kind.MODEL,
    formula=_("mean days from acquisition to loss, as Kaplan and Meier estimate it while many are still active"),
    why=_("How long a customer stays; the years over which what they cost can come back."),
    numerator=(),
    denominator=(ACQUIRED_AT_END,),
    model=Model(lambda sums: sums[TENURE], tenure=TENURE),
    unit=Unit.DAYS,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=(D.CHANNEL, D.CAMPAIGN),
    minimum_sample=30,
    drivers=("churn_rate", "repeat_purchase_rate"),
    beside=("naive_customer_tenure",),
    needs=("orders",),
    enter_at="customers:order-list",
)
NAIVE_CUSTOMER_TENURE = replace(
    AVERAGE_CUSTOMER_TENURE,
    key="naive_customer_tenure",
    version=1,
    name=_("Naive mean of customer tenure"),
    abbreviation="",
    formula=_("days from acquisition to loss, or to the period's end of those still active ÷ customers ever acquired"),
    why=_("Too short while many are still active: how far it lies below the average tenure says how much is still to come."),
    model=Model(lambda sums: sums[NAIVE_TENURE], tenure=NAIVE_TENURE),
    beside=("average_customer_tenure",),
)
CUSTOMER_LIFETIME_VALUE = Kpi(
    key="customer_lifetime_value",
    version=2,
    name=_("Customer lifetime value"),
    abbreviation="CLV",
    group=Group.CUSTOMERS,
    kind=Kind.MODEL,
    formula=_(
        "order value × orders a year × gross margin × tenure in years − retention cost a year × tenure − acquisition cost,"
        " of the 365 days to the period's end"
    ),
    why=_("What one customer leaves you in all their time; the most you may ever pay to win one."),
    numerator=(),
    denominator=(ACQUIRED_AT_END,),
    model=Model(lifetime_value, ECONOMY, tenure=TENURE, steps=VALUE_STEPS),
    unit=Unit.MONEY,
    direction=Direction.UP,
    timing=Timing.LEADING,
    dimensions=(D.CHANNEL, D.CAMPAIGN),
    minimum_sample=30,
    requires=(ORDERS, EXPENSES),
    drivers=("average_order_value", "gross_margin", "average_customer_tenure", "customer_acquisition_cost"),
    needs=("orders", "unit costs", "expenses"),
    enter_at="campaigns:expense-create",
)
# Of no card: what an offer of customers is judged by (readings/offers.py).
CUSTOMER_LIFETIME_MARGIN = replace(
    CUSTOMER_LIFETIME_VALUE, key="customer_lifetime_margin", model=Model(lifetime_margin, ECONOMY, tenure=TENURE)
)
CUSTOMER_LIFETIME_VALUE_REVENUE = Kpi(
    key="customer_lifetime_value_revenue",
    version=2,
    name=_("Customer lifetime value in revenue"),
    abbreviation="CLV",
    group=Group.CUSTOMERS,
    kind=Kind.MODEL,
    formula=_("order value × orders a year × tenure in years, of the 365 days to the period's end"),
    why=_("What one customer buys in all their time, whatever it costs."),
    numerator=(),
    denominator=(ACQUIRED_AT_END,),
    model=Model(lifetime_revenue, SALES, tenure=TENURE, steps=REVENUE_STEPS),
    unit=Unit.MONEY,
    direction=Direction.UP,
    timing=Timing.LEADING,
    dimensions=(D.CHANNEL, D.CAMPAIGN),
    minimum_sample=30,
    requires=(ORDERS,),
    drivers=("average_order_value", "average_customer_tenure"),
    needs=("orders",),
    enter_at="customers:order-list",
)
CLV_PREDICTED = Kpi(
    key="clv_predicted",
    name=_("Predicted customer lifetime value"),
    abbreviation="CLV",
    group=Group.CUSTOMERS,
    kind=Kind.MODEL,
    formula=_(
        "discounted margin that customers are expected to leave in the 52 weeks after the period ÷ customers;"
        " order days by BG/NBD, the margin of one by Gamma-Gamma"
    ),
    why=_("What the customers you have will still bring, and which of them: where a call or a gift pays most."),
    numerator=(Term(PREDICTIONS["value"]),),
    denominator=(Term(PREDICTIONS["customers"]),),
    unit=Unit.MONEY,
    direction=Direction.UP,
    timing=Timing.LEADING,
    dimensions=(D.CHANNEL, D.CAMPAIGN),
    minimum_sample=30,
    requires=(ORDERS,),
    incomplete=(Term(PREDICTIONS["unknown_costs"]),),
    estimated=Term(PREDICTIONS["customers"]),
    drivers=("repeat_purchase_rate", "average_order_value", "gross_margin"),
    needs=("orders", "unit costs"),
    enter_at="customers:order-list",
    is_fitted=True,
    least=_("500 customers, and a history three times as long as usually passes between two of their order days"),
)
CLV_TO_CAC = Kpi(
    key="clv_to_cac",
    version=2,
    name=_("Lifetime value to acquisition cost"),
    abbreviation="CLV:CAC",
    group=Group.CUSTOMERS,
    kind=Kind.MODEL,
    formula=_("customer lifetime value ÷ customer acquisition cost, of the 365 days to the period's end"),
    why=_("What comes back for each unit of money spent on winning a customer; below 1 growth costs money."),
    numerator=(),
    denominator=(ACQUIRED_AT_END,),
    model=Model(
        value_to_cost,
        ECONOMY,
        tenure=TENURE,
        steps=(("", Unit.MONEY, lifetime_value), ("÷", Unit.MONEY, acquisition_cost)),
    ),
    unit=Unit.RATIO,
    direction=Direction.UP,
    timing=Timing.LAGGING,
    dimensions=(D.CHANNEL, D.CAMPAIGN),
    minimum_sample=30,
    requires=(ORDERS, EXPENSES),
    drivers=("customer_lifetime_value", "customer_acquisition_cost"),
    needs=("orders", "unit costs", "acquisition expenses"),
    enter_at="campaigns:expense-create",
)
CAC_PAYBACK_MONTHS = Kpi(
    key="cac_payback_months",
    version=2,
    name=_("Payback of acquisition cost"),
    abbreviation="",
    group=Group.CUSTOMERS,
    kind=Kind.MODEL,
    formula=_("customer acquisition cost ÷ gross margin of an active customer's month, of the 365 days to the period's end"),
    why=_("How many months your money is out before a new customer has earned it back."),
    numerator=(),
    denominator=(ACQUIRED_AT_END,),
    model=Model(payback, ECONOMY, steps=(("", Unit.MONEY, acquisition_cost), ("÷", Unit.MONEY, margin_a_month))),
    unit=Unit.MONTHS,
    direction=Direction.DOWN,
    timing=Timing.LAGGING,
    dimensions=(D.CHANNEL, D.CAMPAIGN),
    minimum_sample=30,
    requires=(ORDERS, EXPENSES),
    drivers=("customer_acquisition_cost", "gross_margin"),
    needs=("orders", "unit costs", "acquisition expenses"),
    enter_at="campaigns:expense-create",
)

KPIS = (
    AVERAGE_CUSTOMER_TENURE,
    NAIVE_CUSTOMER_TENURE,
    CUSTOMER_LIFETIME_VALUE,
    CUSTOMER_LIFETIME_VALUE_REVENUE,
    CLV_PREDICTED,
    CLV_TO_CAC,
    CAC_PAYBACK_MONTHS,
)
