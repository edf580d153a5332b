"""The customers behind a predicted value, in the order that a reader asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Q

from customers.models import Customer
from kpis.definitions import Kpi
from kpis.models import Prediction
from kpis.readings.parties import records_of
from kpis.readings.query import Query
from kpis.readings.rows import Forecast, Row, RowPage, row_of, totals_of
from kpis.readings.sources import Source, sources_of

# What a heading is called in the address -> the column behind it.
COLUMNS = {"day": "last_day", "orders": "orders", "alive": "alive", "value": "value"}
PLACE = re.compile(r"(?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}|-?[0-9]{1,20}(\.[0-9]{1,6})?)_(?P<key>[0-9]{1,18})", re.ASCII)


@dataclass(frozen=True)
class Sorting:
    """By one column, the largest first, or with `is_turned` the smallest; customers who are equal in it by their number."""

    column: str = "value"
    is_turned: bool = False

    @classmethod
    def of(cls, text: str) -> Sorting:
        """Raises KeyError for what is no column."""
        column = text.removeprefix("-") or "value"
        if column not in COLUMNS:
            raise KeyError(text)
        return cls(column, text.startswith("-"))

    @property
    def field(self) -> str:
        return COLUMNS[self.column]

    def key_of(self, one: Prediction) -> str:
        return f"{getattr(one, self.field)}_{one.pk}"

    def beyond(self, cursor: str) -> Q:
        """What comes after a place. Raises ValueError for a cursor that is none."""
        match = PLACE.fullmatch(cursor)
        if match is None:
            raise ValueError(cursor)
        at = date.fromisoformat(match["at"]) if self.column == "day" else exact(match["at"])
        further = "gt" if self.is_turned else "lt"
        return Q(**{f"{self.field}__{further}": at}) | Q(**{self.field: at}, pk__gt=match["key"])


def exact(text: str) -> Decimal:
    if "-" in text[1:]:
        raise ValueError(text)
    return Decimal(text)


def list_predicted(kpi: Kpi, side: str, query: Query, sorting: Sorting, *, after: str = "", limit: int = 50) -> RowPage:
    """As `list_rows`, of the one relation behind a predicted value."""
    sources = sources_of(kpi, side, query)
    if not sources:
        return RowPage(0, Decimal(0), [], None)
    (source,) = sources
    total, amount = totals_of(sources)
    rows = source.rows.order_by(sorting.field if sorting.is_turned else f"-{sorting.field}", "pk")
    rows = rows.filter(sorting.beyond(after)) if after else rows
    found = list(rows[: limit + 1])
    shown = found[:limit]
    people = records_of(Customer).in_bulk([one.fact_id for one in shown])
    following = sorting.key_of(shown[-1]) if len(found) > limit else None
    return RowPage(total, amount, [row_for(source, one, people.get(one.fact_id)) for one in shown], following)


def row_for(source: Source, one: Prediction, customer: Customer | None) -> Row:
    added = Decimal(1) if source.amount is None else one.value
    row = row_of(source, customer, one.fact_id, one.last_day, added)
    return replace(row, forecast=Forecast.of(one))
