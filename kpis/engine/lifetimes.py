"""How long customers stay, when many are still here: what spans tell of it, and the mean under the curve of Kaplan and Meier."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

# Digits that a mean is computed with.
PRECISION = 60

# (days after which somebody left, or since when somebody stays; how many more or fewer)
Change = tuple[int | None, date | None, int]
# From which of some evenings on, by its number: what changes then.
Changes = Mapping[int, Sequence[Change]]
# {days: (customers who left after so many days, customers of whom no more is known than that they stayed so long)}
Lifetimes = Mapping[int, tuple[int, int]]


def restricted_mean(lifetimes: Lifetimes) -> Decimal:
    """The area under the share of those still here, up to the longest time seen."""
    at_risk = sum(left + stayed for left, stayed in lifetimes.values())
    share, area, before = Decimal(1), Decimal(0), 0
    with localcontext(prec=PRECISION):
        for days in sorted(lifetimes):
            left, stayed = lifetimes[days]
            if left:
                area += share * (days - before)
                share *= Decimal(at_risk - left) / at_risk
                before = days
            at_risk -= left + stayed
        return area + share * (max(lifetimes) - before)


def naive_mean(lifetimes: Lifetimes) -> Decimal:
    """The mean of the days seen so far, as if everybody who is still here left now."""
    customers = sum(left + stayed for left, stayed in lifetimes.values())
    with localcontext(prec=PRECISION):
        return Decimal(sum(days * (left + stayed) for days, (left, stayed) in lifetimes.items())) / customers


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


def known_of(spans: QuerySet, evenings: Sequence[date]) -> list[Known]:
    """What spans tell of some evenings, in order; `spans` gives (start_day, lost_day, since, back_day, member)."""
    sql, params = spans.filter(start_day__lte=evenings[-1]).order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(KNOWN.format(spans=sql), [*params, list(evenings)])
        return [Known(*row) for row in cursor.fetchall()]


def changes_of(known: Iterable[Known], *, is_split: bool) -> dict[int | None, Changes]:
    """What begins or ends is a change: of each member, or of all together under None."""
    changes: dict[int | None, dict[int, list[Change]]] = defaultdict(lambda: defaultdict(list))
    for member, days, since, first, until, count in known:
        of_one = changes[member if is_split else None]
        of_one[first].append((days, since, count))
        of_one[until].append((days, since, -count))
    return dict(changes)


def on_evenings(changes: Changes, evenings: Sequence[date]) -> Iterator[tuple[date, Lifetimes]]:
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
