"""How long customers stay, when many are still here: the mean under the curve of Kaplan and Meier."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import NamedTuple

from django.db import connection

from kpis.catalogue.measures import STARTED
from kpis.readings.exact import PRECISION
from kpis.readings.narrowing import Narrowing
from kpis.readings.query import Query

# (days after which somebody left, or since when somebody stays; how many more or fewer)
Change = tuple[int | None, date | None, int]
# {days: (customers who left after so many days, customers of whom no more is known than that they stayed so long)}
Lifetimes = Mapping[int, tuple[int, int]]


def restricted_mean(lifetimes: Lifetimes) -> Decimal:
    """The area under the share of those still here, up to the longest time seen."""
    at_risk = sum(left + stayed for left, stayed in lifetimes.values())
    share, area, before = Decimal(1), Decimal(0), 0
    with localcontext(prec=PRECISION):
        for days, (left, stayed) in sorted(lifetimes.items()):
            area += share * (days - before)
            share *= Decimal(at_risk - left) / at_risk
            at_risk, before = at_risk - left - stayed, days
    return area


# A customer whose span is the last one begun by an evening has left once it is lost, and until then has stayed. Evenings are
# in order, so each span says from which one on: `gone` is the first evening on which it is lost, `back` the first on which
# a later span has begun. Of both no more is told than from which evening until which one it holds, of how many customers.
KNOWN = """
    WITH span AS MATERIALIZED (
            SELECT q.member, q.since, q.lost_day - q.since AS days, width_bucket(q.start_day - 1, e.days) AS came,
                   width_bucket(q.lost_day - 1, e.days) AS gone,
                   coalesce(width_bucket(q.back_day - 1, e.days), cardinality(e.days)) AS back
              FROM ({spans}) q (start_day, lost_day, since, back_day, member) CROSS JOIN (SELECT %s::date[] AS days) e)
    SELECT member, days, NULL::date, gone, back, count(*) FROM span WHERE gone < back GROUP BY member, days, gone, back
     UNION ALL
    SELECT member, NULL, since, came, gone, count(*) FROM span WHERE came < gone GROUP BY member, since, came, gone
"""


class Known(NamedTuple):
    """So many customers who left after some days, or who stay since a day: from one evening on, and until another."""

    member: int
    days: int | None
    since: date | None
    first: int
    until: int
    count: int


def known_of(narrowing: Narrowing) -> list[Known]:
    """What the spans tell that had begun by the end of the last period."""
    evenings = evenings_of(narrowing.query)
    rows = narrowing.narrow(STARTED.rows().filter(start_day__lte=evenings[-1]), STARTED, evenings[0]).order_by()
    member = narrowing.member(STARTED, evenings[0])
    sql, params = rows.values_list("start_day", "lost_day", "since", "back_day", member).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(KNOWN.format(spans=sql), [*params, evenings])
        return [Known(*row) for row in cursor.fetchall()]


def evenings_of(query: Query) -> list[date]:
    return sorted({last for _, last in query.spans})


def lifetimes_of(query: Query, known: Iterable[Known], *, is_split: bool) -> dict[tuple[int, int | None], Lifetimes]:
    """Of all customers acquired by the end of each period, per member where it is split, else under None.

    From the acquisition to the last loss; of those active that evening only that they stayed until it. What begins or ends is
    a change, and changes are added up from evening to evening.
    """
    evenings = evenings_of(query)
    changes: dict[int | None, dict[int, list[Change]]] = defaultdict(lambda: defaultdict(list))
    for member, days, since, first, until, count in known:
        of_one = changes[member if is_split else None]
        of_one[first].append((days, since, count))
        of_one[until].append((days, since, -count))
    found = {(evening, one): lifetimes for one, of_one in changes.items() for evening, lifetimes in on_evenings(of_one, evenings)}
    spans = enumerate(query.spans)
    return {(i, one): found[last, one] for i, (_, last) in spans for one in changes if (last, one) in found}


def on_evenings(changes: Mapping[int, list[Change]], evenings: Sequence[date]) -> Iterator[tuple[date, Lifetimes]]:
    """What is known of lifetimes on each evening, from the changes up to it; of the evenings on which there are any."""
    left: Counter[int] = Counter()
    since: Counter[date] = Counter()
    for at, evening in enumerate(evenings):
        for days, first, count in changes.get(at, ()):
            if days is None:
                since[first] += count
            else:
                left[days] += count
        stayed = {(evening - first).days: count for first, count in since.items() if count}
        both = {days: (left[days], stayed.get(days, 0)) for days in left.keys() | stayed.keys()}
        lifetimes = {days: each for days, each in both.items() if any(each)}
        if lifetimes:
            yield evening, lifetimes
