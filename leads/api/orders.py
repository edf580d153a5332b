"""Orders, as the outcome of an opportunity where they name one."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import QuerySet

from crm.api.parameters import whole_number
from crm.inputs.caller import Caller
from customers.api.orders import ORDERS
from leads.models import Opportunity
from leads.services.deal_orders import DealOrderIn, write_deal_orders


def of_opportunity(rows: QuerySet, value: str, caller: Caller) -> QuerySet:
    visible = Opportunity.objects.visible_to(caller.user).filter(pk=whole_number("opportunity", value))
    return rows.filter(pk__in=visible.values("orders"))


DEAL_ORDERS = replace(
    ORDERS, struct=DealOrderIn, write=write_deal_orders, filters={**ORDERS.filters, "opportunity": of_opportunity}
)
