"""Who moved from one RFM segment to another in a month: between which snapshots, and of those not computed together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from kpis.rfm import month_ends_before

Pair = tuple[date, date]
# From the spans, as they are now.
COMPARE = """
WITH pair AS (SELECT * FROM unnest(%s::date[], %s::date[]) p (earlier, day)),
     span AS MATERIALIZED (
        SELECT customer_id, segment, first_day, until_day FROM kpis_rfmspan
         WHERE first_day <= (SELECT max(day) FROM pair) AND until_day > (SELECT min(earlier) FROM pair)),
     was AS (SELECT p.earlier, p.day, s.customer_id, s.segment
               FROM pair p JOIN span s ON s.first_day <= p.earlier AND s.until_day > p.earlier),
     found AS (SELECT p.earlier, p.day, s.customer_id, s.segment
                 FROM pair p JOIN span s ON s.first_day <= p.day AND s.until_day > p.day)
INSERT INTO kpis_rfmmove (earlier, day, before, after, customers)
SELECT earlier, day, coalesce(w.segment, 0), coalesce(f.segment, 0), count(*)
  FROM was w FULL JOIN found f USING (earlier, day, customer_id) GROUP BY 1, 2, 3, 4
"""


def moves_of(days: Sequence[date], known: Sequence[date]) -> tuple[dict[date, date], list[Pair]]:
    """Of the pairs that some days stand in: {day: the one a month before} of those computed in one go, and all others.

    Of a customer the last two codes are known on the way, so there is at most one day between the two.
    """
    together: dict[date, date] = {}
    apart: list[Pair] = []
    asked, computed, place = set(days), set(known), {day: number for number, day in enumerate(days)}
    for day in known:
        for earlier in month_ends_before(day):
            if earlier not in computed or not asked & {day, earlier}:
                continue
            if {day, earlier} <= asked and place[day] - place[earlier] <= 2 and day not in together:
                together[day] = earlier
            else:
                apart.append((earlier, day))
    return together, apart


def compare(cursor: Any, pairs: Sequence[Pair]) -> None:
    """Store the moves of some pairs."""
    if pairs:
        cursor.execute(COMPARE, [list(side) for side in zip(*pairs, strict=True)])
