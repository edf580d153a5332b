"""The sides of records: the columns by which what they count may be split."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from django.db.models import Case, Expression, FilteredRelation, IntegerField, Q, TextChoices, Value, When
from django.db.models.expressions import Combinable

from campaigns.models import Expense
from customers.models import Ticket
from kpis.definitions import FIRST_TOUCH, Dimension
from kpis.rfm import Segment

D = Dimension

# Dimensions whose members are choices, not records: stored by their number, shown by their name.
CHOICES: Mapping[Dimension, type[TextChoices]] = {D.PRIORITY: Ticket.Priority, D.KIND: Expense.Kind, D.SEGMENT: Segment}


def first_touch(prefix: str = "") -> dict[Dimension, str]:
    """Columns of a record's first touch."""
    return {dimension: f"{prefix}{dimension.value}_id" for dimension in FIRST_TOUCH}


def codes_of(dimension: Dimension) -> dict[str, int]:
    """The number under which each choice is stored: its place in the list, so never reorder one."""
    return {choice: code for code, choice in enumerate(CHOICES[dimension].values, start=1)}


def choice_code(dimension: Dimension, column: str) -> Combinable:
    """A choice as the number of its member."""
    whens = (When(**{column: choice}, then=Value(code)) for choice, code in codes_of(dimension).items())
    return Case(*whens, output_field=IntegerField())


def segment_of(customer: str) -> Callable[[date | Expression], FilteredRelation]:
    """What tells the RFM segment of a row's customer in the last snapshot before a period's first day: one span at most."""
    span = f"{customer}__rfm_span"

    def before(first: date | Expression) -> FilteredRelation:
        return FilteredRelation(span, condition=Q(**{f"{span}__first_day__lt": first, f"{span}__until_day__gte": first}))

    return before


LEAD_SIDES = first_touch() | {D.OWNER: "owner_id"}
FACT_SIDES = first_touch("fact__") | {D.OWNER: "fact__owner_id"}
