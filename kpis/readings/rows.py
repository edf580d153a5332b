"""The records behind one number: by the relation that computed it, under the viewer's own rights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Min, Model, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast
from django.urls import reverse

from campaigns.models import Expense, ExpenseDay, Session, SocialPost
from crm.fields import ExactField
from crm.reasons import Reason
from customers.models import Answer, Cart, Customer, Invitation, Order, OrderLine, Refund, RefundLine, Ticket
from kpis.definitions import At, Fold, Kpi, Term, is_hidden
from kpis.models import Credit, CustomerDay, CustomerFact, CustomerSpan, LeadFact, OrderCategory, Prediction
from kpis.readings.flows import Reader, windowed
from kpis.readings.narrowing import Narrowing
from kpis.readings.parties import customer_of, owner_of, records_of
from kpis.readings.query import Query
from kpis.readings.sorting import AMOUNT, DAY, MOST_BY_AMOUNT, Place, Sorting
from leads.models import Activity, Lead, Opportunity, Quote, QuoteLine, StageChange

# A source's number, the day, the key, the record's and the amount.
Found = tuple[int, date, int, int, Decimal]
BY_DAY = Sorting()
OPPORTUNITY_PRODUCT = Opportunity.products.through


@dataclass(frozen=True)
class Forecast:
    """What a customer is expected to do: order days in the horizon, the chance to be one still, and what that is worth."""

    orders: Decimal
    alive: Decimal
    value: Decimal

    @classmethod
    def of(cls, one: Prediction) -> Forecast:
        return cls(one.orders, one.alive, one.value)


@dataclass(frozen=True)
class Row:
    """One record and what it adds to the number (`amount` in the base currency, seconds, or 1)."""

    type: str
    id: int
    label: str
    url: str
    day: date
    amount: Decimal
    # What was answered: of answers to surveys only.
    score: int | None = None
    # What is expected: of customers whose value is predicted only.
    forecast: Forecast | None = None
    # Why it does not count: of records that figures leave out only.
    reason: Reason | None = None
    # For whom the record is and whose it is; empty where it is nobody's.
    customer: str = ""
    owner: str = ""

    @property
    def name(self) -> str:
        """The label with all that tells the record from the others, in Latin digits."""
        return self.label if self.score is None else f"{self.label}: {self.score}"


@dataclass(frozen=True)
class RowPage:
    """Some rows; `total` counts all of them and `amount` is their sum: the number itself."""

    total: int
    amount: Decimal
    results: list[Row]
    next: str | None
    sorting: Sorting = BY_DAY
    # Whether they can be listed by amount: their amounts may differ, and they are not too many to be sorted.
    has_order_of_amounts: bool = False


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
        if not self.is_plain or fold.percentile is not None:
            return ()
        return tuple(replace(term, measure=cube[name]) for name, other in cube.folds.items() if other == Fold(fold.where))[:1]

    @property
    def is_plain(self) -> bool:
        """Whether each row is a result of its own, so that nothing has to be grouped."""
        return self.key == "pk"

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
        """(source's number, day, key, record id, amount) of the rows after a place: by day, as the period's rows are found."""
        if self.is_plain:
            rows = self.rows.order_by().values(row_key=F(self.key), row_record=F(self.shown.path))
            day, amount = F(self.day), self.amount
        else:
            # What is counted once is shown by one record, the first: an order by itself, a visitor by a session.
            first = Min(self.shown.path)
            rows = self.rows.order_by().values(row_group=F(self.key)).annotate(row_key=first, row_record=first)
            day, amount = Min(self.day), self.amount and Sum(self.amount)
        rows = rows.annotate(row_source=Value(number), row_day=day, row_amount=as_exact(Value(1) if amount is None else amount))
        column, key = ("row_day" if sorting.column == DAY else "row_amount"), "row_key"
        is_falling = sorting.is_falling != (sorting.column == AMOUNT and self.sign < 0)
        if after is not None:
            at = after.at if sorting.column == DAY else self.sign * after.at
            further = Q(**{f"{column}__{'lt' if is_falling else 'gt'}": at})
            if number == after.number:
                further |= Q(**{column: at, f"{key}__{'lt' if sorting.is_falling else 'gt'}": after.key})
            elif (number > after.number) != sorting.is_falling:
                further |= Q(**{column: at})
            # The first condition is the one that an index on the day can start from.
            rows = rows.filter(**{f"{column}__{'lte' if is_falling else 'gte'}": at}).filter(further)
        ordered = rows.order_by(f"{'-' * is_falling}{column}", f"{'-' * sorting.is_falling}{key}")
        return ordered.values_list("row_source", "row_day", "row_key", "row_record", "row_amount")[:limit]

    def place_of(self, sorting: Sorting, found: Found) -> Place:
        number, day, key, _record, amount = found
        return Place(day if sorting.column == DAY else self.sign * amount, number, key)


def as_exact(amount: Any) -> Cast:
    return Cast(amount, ExactField())


def list_rows(kpi: Kpi, side: str, query: Query, *, sorting: Sorting = BY_DAY, after: str = "", limit: int = 50) -> RowPage:
    """One page of the rows of a side (`numerator` or `denominator`) in the query's only period.

    `after` is the previous page's `next`. Rows that have no order of amounts are listed by day. Raises ValueError for a
    cursor that is none.
    """
    sources = sources_of(kpi, side, query)
    totals = stored_totals(sources, query) if sorting.column == AMOUNT else None
    if totals and not have_order_of_amounts(sources, totals[0]):
        sorting = BY_DAY
    found = page_of(sources, sorting, after, limit + 1)
    shown, is_whole = found[:limit], not after and len(found) <= limit
    results = as_rows(sources, shown)
    total, amount = totals or (added_up(results) if is_whole else stored_totals(sources, query))
    following = next_place(sources, sorting, shown) if len(found) > limit else None
    return RowPage(total, amount, results, following, sorting, have_order_of_amounts(sources, total))


def have_order_of_amounts(sources: Sequence[Source], total: int) -> bool:
    differ = any(source.amount is not None for source in sources) or len({source.sign for source in sources}) > 1
    return total <= MOST_BY_AMOUNT and differ


def page_of(sources: Sequence[Source], sorting: Sorting, after: str, limit: int) -> list[Found]:
    """The first rows of all sources after a place, in one order."""
    place = sorting.place(after, len(sources))
    pages = [source.page(number, sorting, place, limit) for number, source in enumerate(sources)]
    found = list(together(pages)) if pages else []
    return sorted(found, key=partial(order_of, sources, sorting), reverse=sorting.is_falling)[:limit]


def order_of(sources: Sequence[Source], sorting: Sorting, found: Found) -> tuple:
    place = sources[found[0]].place_of(sorting, found)
    return place.at, place.number, place.key


def next_place(sources: Sequence[Source], sorting: Sorting, shown: Sequence[Found]) -> str:
    """Where the page after these rows begins."""
    return str(sources[shown[-1][0]].place_of(sorting, shown[-1]))


def added_up(rows: Sequence[Row]) -> tuple[int, Decimal]:
    return len(rows), sum((row.amount for row in rows), Decimal(0))


def stored_totals(sources: Sequence[Source], query: Query) -> tuple[int, Decimal]:
    """As `totals_of`, without going through the rows of which a sum is stored: there may be millions."""
    counted = [source for source in sources if source.counters]
    total, amount = totals_of([source for source in sources if not source.counters])
    reader = Reader(query, [(term.measure, term.at) for source in counted for term in source.terms + source.counters])
    for source in counted:
        total += int(level(reader, source.counters))
        amount += source.sign * level(reader, source.terms)
    return total, amount


def level(reader: Reader, terms: Sequence[Term]) -> Decimal:
    """What terms come to in the reader's only period; a stock is what was before, and at its end what flowed since."""
    found = Decimal(0)
    for term in terms:
        flow = Decimal(0) if term.at is At.START else reader.flows(term.measure).get((0, None), Decimal(0))
        before = Decimal(0) if term.at is At.FLOW else reader.before(term.measure, 0).get(None, Decimal(0))
        found += term.sign * (before + flow)
    return found


def totals_of(sources: Sequence[Source]) -> tuple[int, Decimal]:
    """How many rows there are, and the number they come to, from the rows themselves."""
    total, amount = 0, Decimal(0)
    for number, count, summed in together([source.total(n) for n, source in enumerate(sources)]) if sources else ():
        total += count
        amount += sources[number].sign * (Decimal(count) if sources[number].amount is None else summed or Decimal(0))
    return total, amount


def together(rows: Sequence[QuerySet]) -> QuerySet:
    """All rows from one statement."""
    return rows[0].union(*rows[1:], all=True) if len(rows) > 1 else rows[0]


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
    measure = term.measure_for(query.dimensions)
    if query.window is not None and kpi.window and term in kpi.numerator:
        measure = windowed(measure, kpi.window, query.window)
    (span,) = query.spans
    # A stock of which nothing leaves is everything up to its moment.
    days = span if term.at is At.FLOW else (date.min, moment_of(term, query))
    rows = visible(narrowing.narrow(measure.rows(*days), measure.cube, span[0]), query)
    shown = SHOWN[rows.model]
    key = measure.definition.distinct or (shown.path if rows.model in (ExpenseDay, Credit) else "pk")
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


def as_rows(sources: Sequence[Source], found: Sequence[Found]) -> list[Row]:
    """Rows with their records' names, which are looked up once for each kind of record."""
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    for number, _day, _key, record, _amount in found:
        wanted[sources[number].shown.model].add(record)
    records = {model: records_of(model).in_bulk(keys) for model, keys in wanted.items()}
    rows = [
        row_of(sources[number], records[sources[number].shown.model].get(record), record, day, amount)
        for number, day, _key, record, amount in found
    ]
    forecasts = forecasts_of([key for number, _, key, *_ in found if sources[number].rows.model is Prediction])
    return (
        [replace(row, forecast=forecasts.get(key)) for row, (_, _, key, *_) in zip(rows, found, strict=True)]
        if forecasts
        else rows
    )


def forecasts_of(keys: Sequence[int]) -> dict[int, Forecast]:
    predictions = Prediction.objects.filter(pk__in=keys) if keys else ()
    return {one.pk: Forecast.of(one) for one in predictions}


def row_of(source: Source, found: Model | None, record: int, day: date, amount: Decimal) -> Row:
    shown, added = source.shown, source.sign * amount
    url = url_of(shown, record) or url_within(found, day)
    label, score = (str(found.survey), found.score) if isinstance(found, Answer) else (str(found or f"#{record}"), None)
    return Row(shown.type, record, label, url, day, added, score, customer=customer_of(found), owner=owner_of(found))


def url_of(shown: Shown, record: int) -> str:
    return reverse(shown.url, args=[record]) if shown.url else ""


def url_within(found: Model | None, day: date) -> str:
    """Where what has no page of its own is found: among its like, or with its customer, whom all see who see it."""
    match found:
        case Answer():
            asked = {"answered": f"{day}..{day}", "score": found.score}
            return f"{reverse('customers:survey-detail', args=[found.survey_id])}?{urlencode(asked)}"
        case Ticket():
            return f"{reverse('customers:ticket-list')}?{urlencode({'state': 'all', 'number': found.pk})}"
        case Invitation():
            return reverse("customers:customer-detail", args=[found.customer_id])
    return ""
