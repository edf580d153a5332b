"""The records behind one number: by the relation that computed it, under the viewer's own rights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Min, Model, QuerySet, Sum, Value
from django.urls import reverse

from campaigns.models import Expense, ExpenseDay
from crm.fields import ExactField
from customers.models import Answer, Customer, Order, OrderLine, Refund, RefundLine, Ticket
from kpis.definitions import At, Kpi, Term
from kpis.models import CustomerDay, CustomerFact, CustomerSpan, LeadFact
from kpis.readings.flows import Reader, windowed
from kpis.readings.query import Query, is_hidden
from leads.models import Activity, Lead, Opportunity

OPPORTUNITY_PRODUCT = Opportunity.products.through


@dataclass(frozen=True)
class Row:
    """One record and what it adds to the number (`amount` in the base currency, seconds, or 1)."""

    type: str
    id: int
    label: str
    url: str
    day: date
    amount: Decimal


@dataclass(frozen=True)
class RowPage:
    """Some rows; `total` counts all of them and `amount` is their sum: the number itself."""

    total: int
    amount: Decimal
    results: list[Row]
    next: str | None


@dataclass(frozen=True)
class Shown:
    """How a row's record is shown: what it is called, what it is, and where its page is."""

    type: str
    path: str
    model: type[Model]
    url: str


# The model that is counted -> the record a person knows.
SHOWN: dict[type[Model], Shown] = {
    Lead: Shown("lead", "pk", Lead, "leads:lead-detail"),
    LeadFact: Shown("lead", "lead_id", Lead, "leads:lead-detail"),
    Order: Shown("order", "pk", Order, "customers:order-detail"),
    OrderLine: Shown("order", "order_id", Order, "customers:order-detail"),
    Refund: Shown("refund", "order_id", Order, "customers:order-detail"),
    RefundLine: Shown("refund", "refund__order_id", Order, "customers:order-detail"),
    Opportunity: Shown("opportunity", "pk", Opportunity, "leads:opportunity-detail"),
    OPPORTUNITY_PRODUCT: Shown("opportunity", "opportunity_id", Opportunity, "leads:opportunity-detail"),
    CustomerFact: Shown("customer", "customer_id", Customer, "customers:customer-detail"),
    CustomerSpan: Shown("customer", "fact_id", Customer, "customers:customer-detail"),
    CustomerDay: Shown("customer", "fact_id", Customer, "customers:customer-detail"),
    Activity: Shown("activity", "pk", Activity, ""),
    Ticket: Shown("ticket", "pk", Ticket, ""),
    Answer: Shown("survey-answer", "pk", Answer, ""),
    ExpenseDay: Shown("expense", "expense_id", Expense, ""),
}


@dataclass(frozen=True)
class Source:
    """The rows of one term, one result per key: distinct things and spread expenses are listed once."""

    rows: QuerySet
    sign: int
    key: str
    day: str
    amount: Any
    shown: Shown

    def totals(self) -> tuple[int, Decimal]:
        asked: dict[str, Any] = {"count": Count(self.key, distinct=True)}
        if self.amount is not None:
            asked["amount"] = Sum(self.amount, output_field=ExactField())
        found = self.rows.aggregate(**asked)
        return found["count"], self.sign * Decimal(found["count"] if self.amount is None else found["amount"] or 0)

    def page(self, after: int, limit: int) -> list[tuple[int, int, date, Decimal]]:
        """(key, record id, day, amount) of the rows after a key."""
        folded = {
            "row_day": Min(self.day),
            "row_amount": Sum(self.amount, output_field=ExactField()) if self.amount is not None else Value(1),
        }
        rows = (
            self.rows.filter(**{f"{self.key}__gt": after})
            .order_by()
            .values(row_key=F(self.key), row_record=F(self.shown.path))
            .annotate(**folded)
            .order_by("row_key")[:limit]
        )
        return [(r["row_key"], r["row_record"], r["row_day"], self.sign * Decimal(r["row_amount"])) for r in rows]


def list_rows(kpi: Kpi, side: str, query: Query, *, after: str = "", limit: int = 50) -> RowPage:
    """One page of the rows of a side (`numerator` or `denominator`) in the query's only period.

    `after` is the previous page's `next`. Raises ValueError for a cursor that is none.
    """
    sources = sources_of(kpi, side, query)
    totals = [source.totals() for source in sources]
    number, key = parse_cursor(after, len(sources))
    results: list[Row] = []
    following = None
    for index in range(number, len(sources)):
        left = limit - len(results)
        found = sources[index].page(key, left + 1)
        results += as_rows(sources[index], found[:left])
        if len(found) > left:
            following = f"{index}.{found[left - 1][0] if left else key}"
            break
        key = 0
    return RowPage(sum(count for count, _ in totals), sum((amount for _, amount in totals), Decimal(0)), results, following)


def parse_cursor(cursor: str, sources: int) -> tuple[int, int]:
    if not cursor:
        return 0, 0
    index, _, key = cursor.partition(".")
    if not (index.isascii() and index.isdigit() and key.isascii() and key.isdigit() and int(index) < sources and len(key) < 19):
        raise ValueError(cursor)
    return int(index), int(key)


def sources_of(kpi: Kpi, side: str, query: Query) -> list[Source]:
    """The relations behind a side; none where the viewer may not see what it counts."""
    if is_hidden(kpi, query.viewer):
        return []
    terms = kpi.numerator if side == "numerator" else kpi.denominator
    reader = Reader(query, ())
    if terms and terms[0].at is not At.FLOW:
        return [stock_source(terms[0], query, reader)]
    return [source for term in terms if (source := flow_source(kpi, term, query, reader)) is not None]


def flow_source(kpi: Kpi, term: Term, query: Query, reader: Reader) -> Source | None:
    measure = term.measure_for(query.dimensions)
    if query.window is not None and kpi.window and term in kpi.numerator:
        measure = windowed(measure, kpi.window, query.window)
    (period,) = query.periods
    rows = visible(reader.narrow(measure.rows(period.start, query.last_of(period)), measure.cube), query)
    shown = SHOWN[rows.model]
    key = measure.definition.distinct or (shown.path if rows.model is ExpenseDay else "pk")
    amount = measure.definition.amount
    return Source(rows, term.sign, key, measure.cube.day, amount, shown)


def stock_source(term: Term, query: Query, reader: Reader) -> Source:
    """A stock lists who is in it at that moment, not the edges that led there."""
    (period,) = query.periods
    moment = query.last_of(period) if term.at is At.END else period.start - timedelta(days=1)
    rows = visible(reader.narrow(term.measure.cube.stock_rows(moment), term.measure.cube), query)
    return Source(rows, 1, "fact_id", term.measure.cube.day, None, SHOWN[rows.model])


def visible(rows: QuerySet, query: Query) -> QuerySet:
    """What the viewer may see now, whatever the stored sums knew."""
    see: Callable[[Any], QuerySet] | None = getattr(rows, "visible_to", None)
    return see(query.viewer) if see and query.viewer is not None else rows


def as_rows(source: Source, found: list[tuple[int, int, date, Decimal]]) -> list[Row]:
    records = source.shown.model._default_manager.in_bulk([record for _, record, _, _ in found])
    return [
        Row(source.shown.type, record, str(records.get(record, f"#{record}")), url_of(source.shown, record), day, amount)
        for _, record, day, amount in found
    ]


def url_of(shown: Shown, record: int) -> str:
    return reverse(shown.url, args=[record]) if shown.url else ""
