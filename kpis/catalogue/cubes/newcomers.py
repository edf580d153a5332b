"""What customers acquired in a period paid and got back in it: not the sum of days, so each period has its own sums."""

from __future__ import annotations

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from customers.models import Order, Refund
from kpis.definitions import Dimension, Fold, PeriodCube
from kpis.models import CustomerFact, NewcomerDay

D = Dimension


def acquired_in(first: object, last: object) -> QuerySet:
    return CustomerFact.objects.filter(first_day__gte=first, first_day__lte=last).values("customer")


def brought_later(first: object, last: object) -> QuerySet:
    """What customers bought or gave back in some days, at most a year from the day on which they came."""
    return NewcomerDay.objects.filter(day__gte=first, day__lte=last)


NEWCOMERS_ORDERS = PeriodCube(
    key="newcomers_orders",
    code=60,
    rows=Order.objects.counted,
    rows_in=lambda first, last: Order.objects.counted().filter(
        placed_on__gte=first, placed_on__lte=last, customer__in=acquired_in(first, last)
    ),
    day="placed_on",
    dimensions={
        D.CHANNEL: "customer__channel_id",
        D.CAMPAIGN: "customer__campaign_id",
        D.OWNER: Coalesce("owner_id", "customer__owner_id"),
    },
    folds={"count": Fold(), "net": Fold(amount=F("net_amount"))},
    resource="orders",
    stores_days=False,
    later=brought_later,
)
NEWCOMERS_REFUNDS = PeriodCube(
    key="newcomers_refunds",
    code=61,
    rows=Refund.objects.counted,
    rows_in=lambda first, last: Refund.objects.counted().filter(
        refunded_on__gte=first, refunded_on__lte=last, order__customer__in=acquired_in(first, last)
    ),
    day="refunded_on",
    dimensions={
        D.CHANNEL: "order__customer__channel_id",
        D.CAMPAIGN: "order__customer__campaign_id",
        D.OWNER: Coalesce("order__owner_id", "order__customer__owner_id"),
    },
    folds={"amount": Fold(amount=F("amount"))},
    resource="orders",
    stores_days=False,
    later=brought_later,
)
