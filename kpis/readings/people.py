"""The leads or customers behind a number: whom the records that it counts belong to."""

from __future__ import annotations

from django.db.models import Model

from crm.models import PeopleList
from customers.models import Answer, Customer, Invitation, Order, OrderLine, Refund, RefundLine, Ticket
from kpis.definitions import Kpi
from kpis.models import Credit, OrderCategory
from kpis.readings.query import Query
from kpis.readings.sources import SHOWN, sources_of
from leads.models import Lead

# Whose a record is, where it is neither a lead nor a customer itself.
BUYERS: dict[type[Model], str] = {
    Order: "customer_id",
    OrderLine: "order__customer_id",
    OrderCategory: "order__customer_id",
    Credit: "customer_id",
    Refund: "order__customer_id",
    RefundLine: "refund__order__customer_id",
    Ticket: "customer_id",
    Answer: "customer_id",
    Invitation: "customer_id",
}


def whose(model: type[Model]) -> tuple[PeopleList.Kind, str] | None:
    """The kind of people that rows of a model lead to, and by which path."""
    shown = SHOWN[model]
    if shown.model is Lead:
        return PeopleList.Kind.LEADS, shown.path
    if shown.model is Customer:
        return PeopleList.Kind.CUSTOMERS, shown.path
    return (PeopleList.Kind.CUSTOMERS, BUYERS[model]) if model in BUYERS else None


def kind_behind(kpi: Kpi, side: str, query: Query) -> PeopleList.Kind | None:
    """Leads or customers, where all rows of a side are somebody's of one kind."""
    kinds = {found and found[0] for found in (whose(source.rows.model) for source in sources_of(kpi, side, query))}
    return kinds.pop() if len(kinds) == 1 else None


def people_behind(kpi: Kpi, side: str, query: Query) -> tuple[PeopleList.Kind, set[int]] | None:
    """Each of them once; what is nobody's is left out."""
    kind = kind_behind(kpi, side, query)
    if kind is None:
        return None
    keys: set[int] = set()
    for source in sources_of(kpi, side, query):
        _kind, path = whose(source.rows.model)
        keys.update(source.rows.order_by().values_list(path, flat=True).distinct())
    return kind, keys - {None}
