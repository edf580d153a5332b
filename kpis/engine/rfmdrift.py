"""RFM snapshots compared with the orders, in other words than engine/rfm.py: scores from a count of smaller values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from kpis.models import GRAIN_CODES
from kpis.rfm import SEGMENT_CODES, WINDOW_DAYS, Segment

FEW = 20
MONTHS = ", ".join(str(GRAIN_CODES[calendar, "month"]) for calendar in ("gregorian", "jalali"))
CODE = {segment.name: SEGMENT_CODES[segment] for segment in Segment}
# Which snapshots lie in a span is a matter of counting them, not of comparing each span with each snapshot.
IN_SPAN = """
    CROSS JOIN (SELECT array_agg(day ORDER BY day) AS days FROM {snapshots}) every
    CROSS JOIN LATERAL unnest(
        every.days[width_bucket({first} - 1, every.days) + 1 : width_bucket({until} - 1, every.days)]) evening (day)
"""
SPANS = """
        SELECT evening.day AS day, p.customer_id, p.recency, p.frequency, p.monetary, p.segment
          FROM kpis_rfmspan p {in_span}
"""
EXPECTED = f"""
WITH snapshot AS (
        SELECT s.day FROM kpis_rfmsnapshot s WHERE NOT s.is_dirty AND NOT EXISTS (
            SELECT 1 FROM unnest(%s::date[]) d WHERE d <= s.day AND d > s.day - {WINDOW_DAYS})),
     bought AS (
        SELECT o.id, o.customer_id, o.placed_on, o.net_amount
          FROM customers_order o JOIN customers_customer c ON c.id = o.customer_id
         WHERE o.status IN ('paid', 'fulfilled') AND NOT c.is_test AND NOT c.is_spam AND c.merged_into_id IS NULL),
     flow AS (
        SELECT customer_id, placed_on AS day, net_amount AS amount, placed_on FROM bought
         UNION ALL
        SELECT b.customer_id, r.refunded_on, -r.amount, NULL FROM customers_refund r JOIN bought b ON b.id = r.order_id),
     base AS (
        SELECT evening.day AS day, f.customer_id, evening.day - max(f.placed_on) AS days,
               count(f.placed_on) AS orders, sum(f.amount) AS revenue
          FROM flow f {IN_SPAN.format(snapshots="snapshot", first="f.day", until=f"(f.day + {WINDOW_DAYS})")}
         GROUP BY 1, 2 HAVING count(f.placed_on) > 0),
     smaller AS (
        SELECT day, customer_id, revenue, count(*) OVER (PARTITION BY day) AS n,
               rank() OVER (PARTITION BY day ORDER BY days) - 1 AS sooner,
               rank() OVER (PARTITION BY day ORDER BY orders) - 1 AS fewer,
               rank() OVER (PARTITION BY day ORDER BY revenue) - 1 AS poorer
          FROM base),
     score AS (
        SELECT day, customer_id, revenue, 5 - 5 * sooner / n AS r, 1 + 5 * fewer / n AS f, 1 + 5 * poorer / n AS m FROM smaller)
"""
SEGMENT = f"""
    CASE WHEN e.r <= 2 AND e.f <= 2 THEN {CODE["LOST"]} WHEN e.r <= 2 AND e.f <= 4 THEN {CODE["AT_RISK"]}
         WHEN e.r <= 2 THEN {CODE["CANT_LOSE"]}
         WHEN e.r = 3 AND e.f <= 2 THEN {CODE["ABOUT_TO_SLEEP"]} WHEN e.r = 3 AND e.f = 3 THEN {CODE["NEEDS_ATTENTION"]}
         WHEN e.r <= 4 AND e.f >= 4 THEN {CODE["LOYAL"]} WHEN e.f >= 4 THEN {CODE["CHAMPION"]}
         WHEN e.f >= 2 THEN {CODE["POTENTIAL_LOYALIST"]} WHEN e.r = 4 THEN {CODE["PROMISING"]} ELSE {CODE["NEW"]} END
"""
# The scores are computed once for both: the differences of single customers come before those of cells.
SCORES = f"""
     , customer AS (
        SELECT coalesce(e.day, s.day) AS day, coalesce(e.customer_id, s.customer_id) AS customer_id
          FROM score e
          FULL JOIN ({SPANS.format(in_span=IN_SPAN.format(snapshots="snapshot", first="p.first_day", until="p.until_day"))}) s
            ON s.day = e.day AND s.customer_id = e.customer_id
         WHERE (e.r, e.f, e.m, {SEGMENT}) IS DISTINCT FROM (s.recency, s.frequency, s.monetary, s.segment)
            OR e.customer_id IS NULL OR s.customer_id IS NULL
         ORDER BY 1, 2 LIMIT {FEW}),
     cell AS (
        SELECT day, r, f, m, sum(customers) AS customers, sum(revenue) AS revenue FROM (
            SELECT day, r, f, m, count(*) AS customers, sum(revenue) AS revenue FROM score GROUP BY 1, 2, 3, 4
             UNION ALL
            SELECT day, recency, frequency, monetary, -customers, -revenue
              FROM kpis_rfmcell WHERE day IN (SELECT day FROM snapshot)) q
         GROUP BY 1, 2, 3, 4 HAVING sum(customers) <> 0 OR sum(revenue) <> 0 ORDER BY 1 LIMIT {FEW})
    SELECT day, customer_id, NULL, NULL, NULL, NULL, NULL FROM customer
     UNION ALL
    SELECT day, NULL, r, f, m, customers, revenue FROM cell
"""
OVERLAPS = f"""
    SELECT customer_id, first_day FROM (
        SELECT customer_id, first_day, lag(until_day) OVER (PARTITION BY customer_id ORDER BY first_day) AS before
          FROM kpis_rfmspan) q
     WHERE first_day < before LIMIT {FEW}
"""
# Moves change with the spans, in one transaction: no day that is dirty excuses a difference, only a snapshot that is.
MOVES = f"""
WITH pair AS (
        SELECT DISTINCT c.start - 1 AS earlier, s.day
          FROM kpis_rfmsnapshot s JOIN kpis_calendarday c ON c.day = s.day AND c.last = s.day AND c.grain IN ({MONTHS})
          JOIN kpis_rfmsnapshot e ON e.day = c.start - 1
         WHERE NOT s.is_dirty AND NOT e.is_dirty),
     standing AS MATERIALIZED (
        {SPANS.format(in_span=IN_SPAN.format(snapshots="kpis_rfmsnapshot", first="p.first_day", until="p.until_day"))}),
     person AS (
        SELECT earlier, day, max(before) AS before, max(after) AS after FROM (
            SELECT p.earlier, p.day, s.customer_id, s.segment AS before, NULL::smallint AS after
              FROM pair p JOIN standing s ON s.day = p.earlier
             UNION ALL
            SELECT p.earlier, p.day, s.customer_id, NULL, s.segment FROM pair p JOIN standing s ON s.day = p.day) q
         GROUP BY 1, 2, customer_id)
SELECT earlier, day, before, after, sum(customers) FROM (
    SELECT earlier, day, coalesce(before, 0) AS before, coalesce(after, 0) AS after, count(*) AS customers
      FROM person GROUP BY 1, 2, 3, 4
     UNION ALL
    SELECT earlier, day, before, after, -customers FROM kpis_rfmmove m
     WHERE NOT EXISTS (SELECT 1 FROM kpis_rfmsnapshot d WHERE d.is_dirty AND d.day IN (m.earlier, m.day))) q
 GROUP BY 1, 2, 3, 4 HAVING sum(customers) <> 0 ORDER BY 1, 2, 3, 4 LIMIT {FEW}
"""


def drift_of_snapshots(cursor: Any, dirty: Sequence[date]) -> Iterator[str]:
    """Scores, segments and cells of every snapshot that neither is dirty nor has a dirty day in its window; and moves."""
    cursor.execute(EXPECTED + SCORES, [list(dirty)])
    for day, customer, *cell in cursor.fetchall():
        if customer is not None:
            yield f"rfm: {day} wrong for customer {customer}"
        else:
            yield f"rfm: cell {tuple(cell[:3])} of {day} differs by {tuple(cell[3:])}"
    cursor.execute(OVERLAPS)
    yield from (f"rfm: spans overlap, wrong for customer {customer} on {day}" for customer, day in cursor.fetchall())
    cursor.execute(MOVES)
    yield from (f"rfm: moves {row[2:4]} from {row[0]} to {row[1]} differ by {row[4]}" for row in cursor.fetchall())
