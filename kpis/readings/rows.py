"""The records behind one number: by the relation that computed it, under the viewer's own rights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.urls import reverse

from crm.reasons import Reason
from customers.models import Answer, Invitation, Ticket
from kpis.definitions import At, Kpi, Term
from kpis.models import Prediction
from kpis.readings.flows import Reader
from kpis.readings.parties import customer_of, owner_of, records_of
from kpis.readings.query import Query
from kpis.readings.sorting import AMOUNT, DAY, MOST_SORTED, NAME, Place, Sorting
from kpis.readings.sources import Found, Shown, Source, sources_of

BY_DAY = Sorting()
# Pages of rows that are worked out are looked for in so many days, before all are looked at.
STRETCHES = (1, 8, 64)


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
    # By what they can be listed.
    orders: tuple[str, ...] = (DAY,)


def list_rows(kpi: Kpi, side: str, query: Query, *, sorting: Sorting = BY_DAY, after: str = "", limit: int = 50) -> RowPage:
    """One page of the rows of a side (`numerator` or `denominator`) in the query's only period.

    `after` is the previous page's `next`. Rows that have no such order as is asked for are listed by day. Raises ValueError for a
    cursor that is none.
    """
    sources = sources_of(kpi, side, query)
    totals = None if sorting.column == DAY else stored_totals(sources, query)
    if totals and sorting.column not in orders_of(sources, totals[0]):
        sorting = BY_DAY
    found = page_of(sources, query, sorting, after, limit + 1)
    shown, is_whole = found[:limit], not after and len(found) <= limit
    results = as_rows(sources, shown)
    total, amount = totals or (added_up(results) if is_whole else stored_totals(sources, query))
    following = next_place(sources, sorting, shown) if len(found) > limit else None
    return RowPage(total, amount, results, following, sorting, orders_of(sources, total))


def orders_of(sources: Sequence[Source], total: int) -> tuple[str, ...]:
    """By what rows can be listed: by amount where their amounts may differ, by name where all have one."""
    differ = any(source.amount is not None for source in sources) or len({source.sign for source in sources}) > 1
    have_names = bool(sources) and all(source.has_names for source in sources)
    able = {AMOUNT: differ, NAME: have_names}
    return (DAY, *(column for column, is_able in able.items() if is_able and total <= MOST_SORTED[column]))


def page_of(sources: Sequence[Source], query: Query, sorting: Sorting, after: str, limit: int) -> list[Found]:
    """The first rows of all sources after a place, in one order."""
    place, found = sorting.place(after, len(sources)), []
    for first, last in stretches_of(sources, query, sorting, place):
        pages = [source.between(first, last).page(number, sorting, place, limit) for number, source in enumerate(sources)]
        found = list(together(pages)) if pages else []
        found = sorted(found, key=partial(order_of, sources, sorting), reverse=sorting.is_falling)[:limit]
        # Of other sources there are rows of all days: what comes first is known up to the end of the stretch.
        if len(found) == limit and first <= found[-1][1] <= last:
            break
    return found


def stretches_of(sources: Sequence[Source], query: Query, sorting: Sorting, place: Place | None) -> Iterator[tuple[date, date]]:
    """The days to look for a page in: of rows that are worked out few ones first, as many as it takes."""
    ((first, last),) = query.spans
    if sorting.column == DAY and any(source.is_credited for source in sources):
        # No row lies outside the period, whatever a cursor says.
        begin = min(max(place.at, first), last) if place else last if sorting.is_falling else first
        for days in STRETCHES:
            if days <= (last - first).days:
                further = timedelta(days=days - 1)
                yield (begin - further, begin) if sorting.is_falling else (begin, begin + further)
    yield first, last


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


def as_rows(sources: Sequence[Source], found: Sequence[Found]) -> list[Row]:
    """Rows with their records' names, which are looked up once for each kind of record."""
    wanted: dict[type[Model], set[int]] = defaultdict(set)
    for number, _day, _key, record, *_ in found:
        wanted[sources[number].shown.model].add(record)
    records = {model: records_of(model).in_bulk(keys) for model, keys in wanted.items()}
    rows = [
        row_of(sources[number], records[sources[number].shown.model].get(record), record, day, amount)
        for number, day, _key, record, amount, _name in found
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
