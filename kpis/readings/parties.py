"""For whom a record is and who looks after it, as its own page says to all who see it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Model, QuerySet

from customers.models import Answer, Cart, Customer, Invitation, Order, Ticket
from leads.models import Activity, Lead, Opportunity, Quote

# The customer a record is for, best first.
FOR_WHOM: dict[type[Model], tuple[str, ...]] = {
    Customer: (),
    Lead: (),
    Order: ("customer",),
    Ticket: ("customer",),
    Answer: ("customer",),
    Invitation: ("customer",),
    Cart: ("customer",),
    Opportunity: ("customer",),
    Quote: ("opportunity__customer", "customer"),
    Activity: ("customer", "opportunity__customer"),
}


def records_of(model: type[Model]) -> QuerySet:
    """Records with what their names are made of, whom they are for and whose they are, in one statement."""
    records = model._default_manager.all()
    if model not in FOR_WHOM:
        return records
    names = ("survey",) if model is Answer else ()
    return records.select_related(*names, *FOR_WHOM[model], *records.owner_paths)


def customer_of(record: Model | None) -> str:
    return first_of(record, FOR_WHOM.get(type(record), ()))


def owner_of(record: Model | None) -> str:
    """Of the columns that decide who may see the record, the first that is filled."""
    return first_of(record, type(record)._default_manager.all().owner_paths) if type(record) in FOR_WHOM else ""


def first_of(record: Model | None, paths: Sequence[str]) -> str:
    for path in paths:
        found = record
        for name in path.split("__"):
            found = getattr(found, name, None)
        if found is not None:
            return str(found)
    return ""
