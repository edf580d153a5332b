"""How long customers stay, when many are still here: the mean under the curve of Kaplan and Meier."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext

from django.db import connection

from kpis.catalogue.measures import STARTED
from kpis.readings.exact import PRECISION
from kpis.readings.narrowing import Narrowing

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
# a later span has begun. What begins or ends is a change, and changes are added up from evening to evening.
CHANGES = """
    WITH span AS MATERIALIZED (
            SELECT q.member, q.since, q.lost_day, width_bucket(q.start_day - 1, e.days) AS came,
                   width_bucket(q.lost_day - 1, e.days) AS gone,
                   coalesce(width_bucket(q.back_day - 1, e.days), cardinality(e.days)) AS back
              FROM ({spans}) q (start_day, lost_day, since, back_day, member) CROSS JOIN (SELECT %s::date[] AS days) e),
         life AS (
            SELECT member, gone, back, lost_day - since AS days, count(*) AS n FROM span WHERE gone < back GROUP BY 1, 2, 3, 4),
         stay AS (SELECT member, came, gone, since, count(*) AS n FROM span WHERE came < gone GROUP BY 1, 2, 3, 4)
    SELECT member, at, days, NULL::date, sum(n) FROM (
        SELECT member, gone AS at, days, n FROM life UNION ALL SELECT member, back, days, -n FROM life) q GROUP BY 1, 2, 3
     UNION ALL
    SELECT member, at, NULL, since, sum(n) FROM (
        SELECT member, came AS at, since, n FROM stay UNION ALL SELECT member, gone, since, -n FROM stay) q GROUP BY 1, 2, 4
"""


def lifetimes_of(narrowing: Narrowing) -> dict[tuple[int, int | None], Lifetimes]:
    """Of all customers acquired by the end of each period, per member where the query is split, else under None.

    From the acquisition to the last loss; of those active that evening only that they stayed until it.
    """
    query = narrowing.query
    evenings = sorted({last for _, last in query.spans})
    rows = narrowing.narrow(STARTED.rows().filter(start_day__lte=evenings[-1]), STARTED, evenings[0]).order_by()
    member = narrowing.member(STARTED, evenings[0])
    sql, params = rows.values_list("start_day", "lost_day", "since", "back_day", member).query.sql_with_params()
    changes: dict[int | None, dict[int, list[tuple]]] = defaultdict(lambda: defaultdict(list))
    with connection.cursor() as cursor:
        cursor.execute(CHANGES.format(spans=sql), [*params, evenings])
        for one, at, *change in cursor.fetchall():
            changes[one if query.by else None][at].append(change)
    found = {(evening, one): lifetimes for one, of_one in changes.items() for evening, lifetimes in on_evenings(of_one, evenings)}
    spans = enumerate(query.spans)
    return {(i, one): found[last, one] for i, (_, last) in spans for one in changes if (last, one) in found}


def on_evenings(changes: Mapping[int, list[tuple]], evenings: Sequence[date]) -> Iterator[tuple[date, Lifetimes]]:
    """What is known of lifetimes on each evening, from the changes up to it; of the evenings on which there are any."""
    left: Counter[int] = Counter()
    since: Counter[date] = Counter()
    for at, evening in enumerate(evenings):
        for days, first, count in changes.get(at, ()):
            (since if days is None else left)[first if days is None else days] += int(count)
        stayed = {(evening - first).days: count for first, count in since.items() if count}
        known = {days: (left[days], stayed.get(days, 0)) for days in left.keys() | stayed.keys()}
        lifetimes = {days: each for days, each in known.items() if any(each)}
        if lifetimes:
            yield evening, lifetimes
