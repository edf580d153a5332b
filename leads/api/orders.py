"""Orders, as the outcome of an opportunity where they name one."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import OuterRef, QuerySet, Subquery

from crm.api.output import Column
from crm.api.parameters import whole_number
from crm.api.resource import Filter
from crm.inputs.caller import Caller
from customers.api.orders import ORDERS
from customers.models import Order
from leads.models import Opportunity
from leads.services.deal_orders import DealOrderIn, write_deal_orders

LINKS = Opportunity.orders.through.objects.filter(order=OuterRef("pk"))


def of_opportunity(rows: QuerySet, value: str, caller: Caller) -> QuerySet:
    visible = Opportunity.objects.visible_to(caller.user).filter(pk=whole_number("opportunity", value))
    return rows.filter(pk__in=visible.values("orders"))


def with_deals(rows: QuerySet) -> QuerySet:
    return ORDERS.rows(rows).annotate(deal=Subquery(LINKS.values("opportunity")))


def deal_of(order: Order, _caller: Caller) -> int | None:
    """A new order that is answered as it was written is of none, or it would have been read again."""
    return getattr(order, "deal", None)


DEAL_ORDERS = replace(
    ORDERS,
    struct=DealOrderIn,
    write=write_deal_orders,
    rows=with_deals,
    output=ORDERS.output.beside("customer", Column("opportunity", int | None, deal_of)),
    filters={**ORDERS.filters, "opportunity": Filter(of_opportunity, "by id", {"type": "integer"})},
)
