"""What one customer has left so far, what winning them cost, and what they are still expected to bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Sum

from crm.models import User
from crm.periods import Calendar, Grain, Period, period_of
from crm.preferences import Preferences
from customers.models import Customer, Order, Refund
from kpis.calendars import FIRST_DAY
from kpis.catalogue.cubes.predictions import predicted
from kpis.definitions import is_mixed
from kpis.models import CustomerFact, Prediction
from kpis.readings.acquisition import KPI, Shares
from kpis.readings.query import Query

ZERO = Decimal(0)


@dataclass(frozen=True)
class CustomerValue:
    """`margin` is of counted orders, less that of what was given back; `unknown_costs` are lines that it takes for free.

    `cost` is the customer's share of what winning the new customers of the month cost in which they came.
    """

    margin: Decimal
    unknown_costs: int
    cost: Decimal | None
    month: Period | None
    prediction: Prediction | None

    @property
    def value(self) -> Decimal | None:
        return None if self.cost is None else self.margin - self.cost


def value_of(customer: Customer, viewer: User, prefs: Preferences, today: date) -> CustomerValue:
    orders = Order.objects.visible_to(viewer).counted().filter(customer=customer)
    bought = orders.aggregate(margin=Sum(F("net_amount") - F("cost_amount")), unknown=Sum("unknown_costs"))
    refunds = Refund.objects.visible_to(viewer).counted().filter(order__customer=customer)
    back = refunds.aggregate(margin=Sum(F("amount") - F("cost_amount")))["margin"]
    month = month_of(customer, viewer, prefs)
    share = Shares(Query((month,), today, viewer=viewer)).share_of(customer.pk) if month else None
    return CustomerValue(
        margin=(bought["margin"] or ZERO) - (back or ZERO),
        unknown_costs=bought["unknown"] or 0,
        cost=share.total if share else None,
        month=month,
        prediction=predicted(today, today).visible_to(viewer).filter(fact=customer.pk).select_related("fit").first(),
    )


def month_of(customer: Customer, viewer: User, prefs: Preferences) -> Period | None:
    """When they came; nothing for whoever sees a part of the new customers only: all costs would fall on these."""
    if is_mixed(KPI, viewer):
        return None
    day = CustomerFact.objects.visible_to(viewer).filter(customer=customer).values_list("first_day", flat=True).first()
    if day is None:
        return None
    month = period_of(day, Calendar(prefs.calendar), Grain.MONTH, prefs.organization.calendar_rules)
    return month if month.start >= FIRST_DAY else None
