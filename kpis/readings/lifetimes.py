"""How long customers stay, when many are still here: the mean under the curve of Kaplan and Meier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal, localcontext

from django.db import connection
from django.db.models import F, Max, Min

from kpis.catalogue.measures import STARTED
from kpis.readings.live import FIRST, LAST
from kpis.readings.narrowing import Narrowing

PRECISION = 60
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


def lifetimes_of(narrowing: Narrowing) -> dict[tuple[int, int | None], Lifetimes]:
    """Of all customers acquired by the end of each period, per member where the query is split, else under None.

    From the acquisition to the last loss; of those active that evening only that they stayed until it.
    """
    query = narrowing.query
    spans = narrowing.narrow(STARTED.rows().filter(start_day__lte=LAST), STARTED, FIRST)
    known = spans.order_by().values(of=F("fact"), member=narrowing.member(STARTED, FIRST))
    sql, params = known.annotate(since=Min("start_day"), until=Max("lost_day")).query.sql_with_params()
    found: dict[tuple[int, int | None], dict[int, tuple[int, int]]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.i, q.member, least(q.until, p.last_day) - q.since, count(*) FILTER (WHERE q.until <= p.last_day),"
            " count(*) FILTER (WHERE q.until > p.last_day)"
            f" FROM unnest(%s::int[], %s::date[]) p (i, last_day) CROSS JOIN LATERAL ({sql}) q GROUP BY 1, 2, 3",
            [list(range(len(query.spans))), [last for _, last in query.spans], *params],
        )
        for index, member, days, left, stayed in cursor.fetchall():
            found[index, member if query.by else None][days] = (left, stayed)
    return dict(found)
