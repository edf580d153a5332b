"""The relations behind a number: what rows each of its terms counts, and how many there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Min, Model, OuterRef, Q, QuerySet, Subquery, Sum, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Left, NullIf

from campaigns.models import Expense, ExpenseDay, Session, SocialPost
from crm.database import AlphabetKey
from crm.fields import ExactField
from customers.models import Answer, Cart, Customer, Invitation, Order, OrderLine, Refund, RefundLine, Ticket
from kpis.definitions import At, Fold, Kpi, Term, is_hidden
from kpis.models import Credit, CustomerDay, CustomerFact, CustomerSpan, LeadFact, OrderCategory, Prediction
from kpis.readings.narrowing import Narrowing
from kpis.readings.query import Query
from kpis.readings.sorting import AMOUNT, DAY, NAME, Place, Sorting
from leads.models import Activity, Lead, Opportunity, Quote, QuoteLine, StageChange

# A source's number, the day, the key, the record's, the amount and, where rows are sorted by it, the key of the name.
Found = tuple[int, date, int, int, Decimal, str]


OPPORTUNITY_PRODUCT = Opportunity.products.through


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
    StageChange: Shown("opportunity", "opportunity_id", Opportunity, "leads:opportunity-detail"),
    OPPORTUNITY_PRODUCT: Shown("opportunity", "opportunity_id", Opportunity, "leads:opportunity-detail"),
    Quote: Shown("quote", "pk", Quote, "leads:quote-detail"),
    QuoteLine: Shown("quote", "quote_id", Quote, "leads:quote-detail"),
    CustomerFact: Shown("customer", "customer_id", Customer, "customers:customer-detail"),
    CustomerSpan: Shown("customer", "fact_id", Customer, "customers:customer-detail"),
    Prediction: Shown("customer", "fact_id", Customer, "customers:customer-detail"),
    OrderCategory: Shown("order", "order_id", Order, "customers:order-detail"),
    CustomerDay: Shown("customer", "fact_id", Customer, "customers:customer-detail"),
    Activity: Shown("activity", "pk", Activity, ""),
    Ticket: Shown("ticket", "pk", Ticket, ""),
    Answer: Shown("survey-answer", "pk", Answer, ""),
    Invitation: Shown("survey-invitation", "pk", Invitation, ""),
    Cart: Shown("cart", "pk", Cart, ""),
    Session: Shown("session", "pk", Session, ""),
    SocialPost: Shown("social-post", "pk", SocialPost, ""),
    Credit: Shown("order", "order_id", Order, "customers:order-detail"),
    ExpenseDay: Shown("expense", "expense_id", Expense, "campaigns:expense-edit"),
}


# Whose name is nothing but a text of theirs, the first of these that there is: they can be sorted by it.
NAMES: dict[type[Model], tuple[str, ...]] = {
    Lead: ("name", "company", "phone", "email"),
    Customer: ("name", "phone", "email"),
    Opportunity: ("name",),
    Ticket: ("subject",),
}
# So much of a name decides where it stands.
NAME_LENGTH = 60

ENTRY = "entry"
# Of what several rows make one result.
ONCE: dict[type[Model], str] = {Credit: ENTRY, ExpenseDay: "expense_id"}


@dataclass(frozen=True)
class Source:
    """The rows of one term, one result per key: distinct things and spread expenses are listed once."""

    rows: QuerySet
    sign: int
    key: str
    day: str
    amount: Any
    shown: Shown
    # What is stored of these rows: of a stock, all that came into it less all that left.
    terms: tuple[Term, ...]

    @property
    def counters(self) -> tuple[Term, ...]:
        """What counts these rows where sums are stored; nothing where no fold counts just these."""
        if self.amount is None:
            return self.terms
        (term,) = self.terms
        cube, fold = term.measure.cube, term.measure.definition
        if cube.counted_by:
            return (replace(term, measure=cube.counted_by[term.measure.fold]),)
        if not self.is_plain or fold.percentile is not None:
            return ()
        return tuple(replace(term, measure=cube[name]) for name, other in cube.folds.items() if other == Fold(fold.where))[:1]

    @property
    def is_plain(self) -> bool:
        """Whether each row is a result of its own, so that nothing has to be grouped."""
        return self.key == "pk"

    @property
    def has_names(self) -> bool:
        """Whether the rows can be sorted by what they are called: each is one record, and its name a text of its own."""
        return self.shown.model in NAMES and (self.is_plain or self.key == self.shown.path)

    @property
    def is_credited(self) -> bool:
        """Whether the rows are worked out, each of one day: the fewer days are looked at, the sooner they are there."""
        return self.key == ENTRY

    def total(self, number: int) -> QuerySet:
        """One row: the source's number, how many rows it has, and their sum."""
        amount = Value(0) if self.amount is None else Sum(self.amount)
        return (
            self.rows.order_by()
            .values(source_number=Value(number))
            .annotate(source_count=Count(self.key, distinct=not self.is_plain), source_amount=as_exact(amount))
            .values_list("source_number", "source_count", "source_amount")
        )

    def page(self, number: int, sorting: Sorting, after: Place | None, limit: int) -> QuerySet:
        """The rows after a place, as `Found`: by day, as the period's rows are found."""
        if self.is_credited:
            rows = self.rows.order_by().values(row_key=F(self.key), row_record=F(self.shown.path))
            day, amount = F(self.day), self.amount and Sum(self.amount)
        elif self.is_plain:
            rows = self.rows.order_by().values(row_key=F(self.key), row_record=F(self.shown.path))
            day, amount = F(self.day), self.amount
        else:
            # What is counted once is shown by one record, the first: an order by itself, a visitor by a session.
            first = Min(self.shown.path)
            rows = self.rows.order_by().values(row_group=F(self.key)).annotate(row_key=first, row_record=first)
            day, amount = Min(self.day), self.amount and Sum(self.amount)
        name = self.name_key() if sorting.column == NAME else Value("", TextField())
        amount = as_exact(Value(1) if amount is None else amount)
        rows = rows.annotate(row_source=Value(number), row_day=day, row_amount=amount, row_name=name)
        column, key = f"row_{sorting.column}", "row_key"
        is_falling = sorting.is_falling != (sorting.column == AMOUNT and self.sign < 0)
        if after is not None:
            at = self.sign * after.at if sorting.column == AMOUNT else after.at
            further = Q(**{f"{column}__{'lt' if is_falling else 'gt'}": at})
            if number == after.number:
                further |= Q(**{column: at, f"{key}__{'lt' if sorting.is_falling else 'gt'}": after.key})
            elif (number > after.number) != sorting.is_falling:
                further |= Q(**{column: at})
            if sorting.column == DAY:  # the condition that an index can start from
                rows = rows.filter(**{f"{column}__{'lte' if is_falling else 'gte'}": at})
            rows = rows.filter(further)
        ordered = rows.order_by(f"{'-' * is_falling}{column}", f"{'-' * sorting.is_falling}{key}")
        return ordered.values_list("row_source", "row_day", "row_key", "row_record", "row_amount", "row_name")[:limit]

    def name_key(self) -> Combinable:
        """Where the record stands among others by its name."""
        columns = [NullIf(F(column), Value(""), output_field=TextField()) for column in NAMES[self.shown.model]]
        key = Left(AlphabetKey(Coalesce(*columns, Value(""), output_field=TextField())), NAME_LENGTH)
        if self.shown.path == "pk":
            return key
        found = self.shown.model._default_manager.filter(pk=OuterRef(self.shown.path)).order_by().values(key=key)
        return Coalesce(Subquery(found), Value(""), output_field=TextField())

    def between(self, first: date, last: date) -> Source:
        """Those of some days, where it saves work."""
        return replace(self, rows=self.rows.filter(**{f"{self.day}__range": (first, last)})) if self.is_credited else self

    def place_of(self, sorting: Sorting, found: Found) -> Place:
        number, day, key, _record, amount, name = found
        return Place({DAY: day, AMOUNT: self.sign * amount, NAME: name}[sorting.column], number, key)


def as_exact(amount: Any) -> Cast:
    return Cast(amount, ExactField())


def sources_of(kpi: Kpi, side: str, query: Query) -> list[Source]:
    """The relations behind a side; none where the viewer may not see what it counts."""
    if is_hidden(kpi, query.viewer):
        return []
    terms, narrowing = kpi.numerator if side == "numerator" else kpi.denominator, Narrowing(query)
    if side == "numerator" and kpi.listed:
        terms = (Term(kpi.listed),)
    if terms and terms[0].at is not At.FLOW and terms[0].measure.cube.stock_rows:
        return [stock_source(terms, narrowing)]
    return [flow_source(kpi, term, narrowing) for term in terms]


def flow_source(kpi: Kpi, term: Term, narrowing: Narrowing) -> Source:
    query = narrowing.query
    measure = query.measure_of(kpi, term)
    (span,) = query.spans
    # A stock of which nothing leaves is everything up to its moment.
    days = span if term.at is At.FLOW else (date.min, moment_of(term, query))
    rows = visible(narrowing.narrow(measure.rows(*days), measure.cube, span[0]), query)
    shown = SHOWN[rows.model]
    key = measure.definition.distinct or ONCE.get(rows.model, "pk")
    stored = replace(term, measure=measure, sign=1)
    return Source(rows, term.sign, key, measure.cube.day, measure.definition.amount, shown, (stored,))


def stock_source(terms: tuple[Term, ...], narrowing: Narrowing) -> Source:
    """A stock lists who is in it at that moment, not the edges that led there."""
    term, query = terms[0], narrowing.query
    cube = term.measure.cube
    rows = visible(narrowing.narrow(cube.stock_rows(moment_of(term, query)), cube, query.spans[0][0]), query)
    return Source(rows, 1, SHOWN[rows.model].path, cube.day, term.measure.definition.amount, SHOWN[rows.model], terms)


def moment_of(term: Term, query: Query) -> date:
    """The day on whose evening a stock is taken."""
    ((first, last),) = query.spans
    return last if term.at is At.END else first - timedelta(days=1)


def visible(rows: QuerySet, query: Query) -> QuerySet:
    """What the viewer may see now, whatever the stored sums knew."""
    see: Callable[[Any], QuerySet] | None = getattr(rows, "visible_to", None)
    return see(query.viewer) if see and query.viewer is not None else rows
