"""Money by the touches it is credited to, and what campaigns brought and cost within their windows."""

from __future__ import annotations

from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Coalesce

from campaigns.models import ExpenseDay
from campaigns.models.expense import of_marketing
from crm.fields import ExactField
from customers.models import Order, Refund
from kpis.catalogue.cubes.sides import first_touch, segment_of
from kpis.definitions import Cube, Dimension, Fold
from kpis.models import Credit

D = Dimension
SHORT, LONG = 30, 365
SOLD, REFUNDED = Q(kind="order"), Q(kind="refund")
BY_MARKETING = Q(channel__is_marketing=True)
CREDITED = ((Order.objects.counted, "placed_on"), (Refund.objects.counted, "refunded_on"))

CREDITED_MONEY = {
    "sold": SOLD,
    "refunded": REFUNDED,
    "sold_by_marketing": SOLD & BY_MARKETING,
    "refunded_by_marketing": REFUNDED & BY_MARKETING,
}
CREDITED_RECORDS = Cube(
    key="credited_records",
    code=110,
    new_in=("customers_order", "order_id"),
    rows=Credit.objects.counted,
    day="day",
    days_of=CREDITED,
    dimensions=first_touch() | {D.OWNER: "owner_id"},
    folds={name: Fold(where, distinct="entry", is_shared=True) for name, where in CREDITED_MONEY.items()},
    resource="orders",
    live={D.SEGMENT: segment_of("customer")},
)
CREDITS = Cube(
    key="credits",
    code=103,
    new_in=("customers_order", "order_id"),
    rows=Credit.objects.counted,
    left_out=Credit.objects.left_out,
    day="day",
    days_of=CREDITED,
    dimensions=first_touch() | {D.OWNER: "owner_id"},
    folds={name: Fold(where, F("amount")) for name, where in CREDITED_MONEY.items()},
    resource="orders",
    counted_by=CREDITED_RECORDS,
    live={D.SEGMENT: segment_of("customer")},
)


def within(day: str, campaign: str, days_after_end: int, days_after_start: int = 0) -> Q:
    """From a campaign's first day to some days after its last, or after its first where that is later.

    One without a first day has none before it; one without a last day still runs.
    """
    starts, ends = f"{campaign}__starts_on", f"{campaign}__ends_on"
    begun = Q(**{f"{starts}__isnull": True}) | Q(**{f"{starts}__lte": F(day)})
    lasting = Q(**{f"{ends}__isnull": True}) | Q(**{f"{day}__lte": F(ends) + days_after_end})
    return begun & (lasting | Q(**{f"{day}__lte": F(starts) + days_after_start}) if days_after_start else lasting)


def returns(rows: QuerySet) -> QuerySet:
    return rows.filter(within("day", "campaign", SHORT), campaign__isnull=False)


MARGIN = F("amount") - F("cost")
CAMPAIGN_RECORDS = Cube(
    key="campaign_records",
    code=111,
    new_in=("customers_order", "order_id"),
    rows=lambda: returns(Credit.objects.counted()),
    day="day",
    days_of=CREDITED,
    dimensions={D.CHANNEL: "channel_id", D.CAMPAIGN: "campaign_id", D.OWNER: "owner_id"},
    folds={"margin": Fold(distinct="entry", is_shared=True)},
    resource="orders",
)
CAMPAIGN_RETURNS = Cube(
    key="campaign_returns",
    code=104,
    new_in=("customers_order", "order_id"),
    rows=lambda: returns(Credit.objects.counted()),
    left_out=lambda: returns(Credit.objects.left_out()),
    day="day",
    days_of=CREDITED,
    dimensions={D.CHANNEL: "channel_id", D.CAMPAIGN: "campaign_id", D.OWNER: "owner_id"},
    folds={
        "margin": Fold(amount=Case(When(SOLD, then=MARGIN), default=-MARGIN, output_field=ExactField()), is_cost=True),
        "orders": Fold(SOLD),
        "unknown_costs": Fold(SOLD, F("order__unknown_costs"), is_cost=True),
    },
    resource="orders",
    counted_by=CAMPAIGN_RECORDS,
)
OF_CAMPAIGN = of_marketing("expense__") & Q(expense__campaign__isnull=False)
IN_SHORT = within("day", "expense__campaign", SHORT)


def spending() -> QuerySet:
    return ExpenseDay.objects.filter(OF_CAMPAIGN, within("day", "expense__campaign", SHORT, LONG))


def spent(where: Q | None = None) -> Fold:
    return Fold(where, F("amount"), is_cost=True)


CAMPAIGN_SPENDING = Cube(
    key="campaign_spending",
    code=105,
    rows=spending,
    day="day",
    dimensions={
        D.CHANNEL: Coalesce("expense__channel_id", "expense__campaign__channel_id"),
        D.CAMPAIGN: "expense__campaign_id",
    },
    folds={
        "short": spent(IN_SHORT),
        "long": spent(),
        "short_estimated": spent(IN_SHORT & Q(expense__is_estimate=True)),
        "long_estimated": spent(Q(expense__is_estimate=True)),
    },
    resource="expenses",
    span=("expense__valid_from", "expense__valid_to"),
    is_cost=True,
)


def orders_of_campaigns(orders: QuerySet) -> QuerySet:
    """All orders of the customers whose first touch was a campaign, whatever the attribution model."""
    mine = within("placed_on", "customer__campaign", SHORT, LONG)
    return orders.filter(mine, customer__campaign__isnull=False)


def refunds_of_campaigns(refunds: QuerySet) -> QuerySet:
    mine = within("refunded_on", "order__customer__campaign", SHORT, LONG)
    return refunds.filter(mine, order__customer__campaign__isnull=False)


CAMPAIGN_ORDERS = Cube(
    key="campaign_orders",
    code=106,
    rows=lambda: orders_of_campaigns(Order.objects.counted()),
    left_out=lambda: orders_of_campaigns(Order.objects.left_out()),
    day="placed_on",
    dimensions={
        D.CHANNEL: "customer__channel_id",
        D.CAMPAIGN: "customer__campaign_id",
        D.OWNER: Coalesce("owner_id", "customer__owner_id"),
    },
    folds={
        "margin": Fold(amount=F("net_amount") - F("cost_amount"), is_cost=True),
        "orders": Fold(),
        "unknown_costs": Fold(amount=F("unknown_costs"), is_cost=True),
    },
    resource="orders",
)
CAMPAIGN_REFUNDS = Cube(
    key="campaign_refunds",
    code=107,
    rows=lambda: refunds_of_campaigns(Refund.objects.counted()),
    left_out=lambda: refunds_of_campaigns(Refund.objects.left_out()),
    day="refunded_on",
    dimensions={
        D.CHANNEL: "order__customer__channel_id",
        D.CAMPAIGN: "order__customer__campaign_id",
        D.OWNER: Coalesce("order__owner_id", "order__customer__owner_id"),
    },
    folds={"margin": Fold(amount=F("amount") - F("cost_amount"), is_cost=True)},
    resource="orders",
)
CREDIT_CUBES = (
    CREDITS,
    CREDITED_RECORDS,
    CAMPAIGN_RETURNS,
    CAMPAIGN_RECORDS,
    CAMPAIGN_SPENDING,
    CAMPAIGN_ORDERS,
    CAMPAIGN_REFUNDS,
)
