"""Visitors who landed, counted once per period: in total, and with each page, campaign, channel and variant.

As the buyers of engine/distinct.py: what a visitor contributes is noted before and after their days are written, each day
with the day before it on which they landed there; a day counts in those of its periods that begin after that one. Those
who converted are counted by the days on which they did.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from kpis.catalogue.cubes.landing import LANDINGS
from kpis.definitions import DIMENSION_CODES
from kpis.engine.batches import BATCH, note_computed
from kpis.engine.distinct import LONG, PAST, SHORT, counting, periods
from kpis.engine.locks import VISITORS, lock, own_transaction
from kpis.engine.rewriting import Relation, is_known, rewrite
from kpis.models import LandingDay, Rollup

NOTES = "kpis_landingnote"
DAYS, SUMS = LandingDay._meta.db_table, Rollup._meta.db_table
COLUMNS = [str(column) for column in LANDINGS.dimensions.values()]
SIDES = ", ".join(COLUMNS)
LANDING_DAYS = Relation(DAYS, ("visitor", "day", *COLUMNS), ("is_converted",), batch="kpis_batchvisitor", of="visitor")
MEMBERS = ", ".join(f"({DIMENSION_CODES[dimension]}, k.{column})" for dimension, column in LANDINGS.dimensions.items())
LANDED = ", ".join(f"s.{column}" for column in ("id", "started_at", "started_on", "converted_at", *COLUMNS))
# Of each visitor the name, or the session without one.
PREPARE = f"""
    CREATE TEMP TABLE IF NOT EXISTS kpis_batchvisitor (
        visitor varchar(101) PRIMARY KEY, number int GENERATED ALWAYS AS IDENTITY, name varchar(100), session_id bigint
    ) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS {NOTES} (
        is_converted boolean, day date, dimension smallint, member bigint, before date, n int
    ) ON COMMIT DELETE ROWS;
    DELETE FROM kpis_batchvisitor; DELETE FROM {NOTES}
"""
TAKE = """
    WITH gone AS (DELETE FROM kpis_dirtyvisitor WHERE visitor <= (SELECT max(visitor) FROM
                    (SELECT DISTINCT visitor FROM kpis_dirtyvisitor ORDER BY visitor LIMIT %s) q) RETURNING visitor)
    INSERT INTO kpis_batchvisitor (visitor, name, session_id)
    SELECT DISTINCT visitor, CASE WHEN visitor LIKE 'v%%' THEN substr(visitor, 2) END,
           CASE WHEN visitor LIKE 's%%' THEN substr(visitor, 2)::bigint END FROM gone
"""
# As the view of leads/conversions.py says it of everybody.
WRITE = f"""
    WITH landed AS MATERIALIZED (
        SELECT b.visitor AS who, {LANDED}
          FROM kpis_batchvisitor b JOIN campaigns_session s ON s.visitor = b.name AND s.visitor <> ''
         WHERE NOT s.is_bot AND s.landing_page_id IS NOT NULL
         UNION ALL
        SELECT b.visitor, {LANDED} FROM kpis_batchvisitor b JOIN campaigns_session s ON s.id = b.session_id AND s.visitor = ''
         WHERE NOT s.is_bot AND s.landing_page_id IS NOT NULL),
    known AS MATERIALIZED (
        SELECT b.visitor AS who, l.customer_id, CASE WHEN NOT l.is_test AND NOT l.is_spam THEN l.created_at END AS at
          FROM kpis_batchvisitor b JOIN leads_lead l ON l.visitor = b.name AND l.visitor <> ''
         UNION ALL
        SELECT b.visitor, k.customer_id, CASE WHEN c.id IS NULL OR NOT (c.is_test OR c.is_spam) THEN k.completed_at END
          FROM kpis_batchvisitor b JOIN customers_cart k ON k.visitor = b.name AND k.visitor <> ''
          LEFT JOIN customers_customer c ON c.id = k.customer_id),
    conversion AS MATERIALIZED (
        SELECT b.visitor AS who, s.converted_at AS at
          FROM kpis_batchvisitor b JOIN campaigns_session s ON s.visitor = b.name AND s.visitor <> ''
         WHERE s.converted_at IS NOT NULL AND NOT s.is_bot
         UNION ALL SELECT who, at FROM known WHERE at IS NOT NULL
         UNION ALL
        SELECT k.who, o.placed_at FROM (SELECT DISTINCT who, customer_id FROM known) k
          JOIN customers_customer c ON c.id = k.customer_id AND NOT c.is_test AND NOT c.is_spam
          JOIN customers_order o ON o.customer_id = c.id AND o.status IN ('paid', 'fulfilled')),
    won AS (
        SELECT l.id FROM landed l JOIN conversion c
            ON c.who = l.who AND c.at BETWEEN l.started_at AND l.started_at + interval '24 hours'
         UNION SELECT l.id FROM landed l WHERE l.converted_at BETWEEN l.started_at AND l.started_at + interval '24 hours')
    SELECT l.who, l.started_on, l.landing_page_id, coalesce(l.campaign_id, 0), coalesce(l.channel_id, 0),
           coalesce(l.variant_id, 0), bool_or(w.id IS NOT NULL)
      FROM landed l LEFT JOIN won w ON w.id = l.id GROUP BY 1, 2, 3, 4, 5, 6
"""
NOTE = f"""
    INSERT INTO {NOTES}
    SELECT q.is_converted, q.day, q.dimension, q.member, q.before, {{sign}} * count(*) FROM (
        SELECT f.is_converted, k.day, v.dimension, v.member,
               lag(k.day) OVER (PARTITION BY b.number, f.is_converted, v.dimension, v.member ORDER BY k.day) AS before
          FROM {DAYS} k JOIN kpis_batchvisitor b USING (visitor)
          JOIN (VALUES (FALSE), (TRUE)) f (is_converted) ON k.is_converted OR NOT f.is_converted
         CROSS JOIN LATERAL (VALUES (0, 0::bigint), {MEMBERS}) v (dimension, member)) q
     GROUP BY 1, 2, 3, 4, 5
"""
CARRY = f"""
    WITH {{periods}},
    changed AS (
        SELECT is_converted, day, dimension, member, before, sum(n) AS n FROM {NOTES} GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0),
    by_member AS MATERIALIZED (
        SELECT c.stretch, d.dimension, d.member, {PAST.format(day="d.before")} AS past,
               coalesce(sum(d.n) FILTER (WHERE NOT d.is_converted), 0) AS m1,
               coalesce(sum(d.n) FILTER (WHERE d.is_converted), 0) AS m2
          FROM changed d JOIN periods c USING (day) GROUP BY 1, 2, 3, 4)
    INSERT INTO {SUMS} AS t (cube, grain, dimension, start, member, m1, m2)
    SELECT {LANDINGS.code}, p.grain, m.dimension, p.start, m.member, sum(m.m1), sum(m.m2)
      FROM by_member m {counting()}
     GROUP BY 2, 3, 4, 5 HAVING sum(m.m1) <> 0 OR sum(m.m2) <> 0 ORDER BY 2, 3, 4, 5
    ON CONFLICT (cube, grain, dimension, start, member) DO UPDATE SET m1 = t.m1 + EXCLUDED.m1, m2 = t.m2 + EXCLUDED.m2
"""
# Whose conversions may have changed with their customers: those whom a lead or a cart names.
NAMED = """
    SELECT 'v' || l.visitor FROM leads_lead l WHERE l.visitor <> '' AND l.customer_id IN ({customers})
     UNION SELECT 'v' || k.visitor FROM customers_cart k WHERE k.visitor <> '' AND k.customer_id IN ({customers})
"""


def drain_visitors(*, at: datetime, limit: int = BATCH, wait: bool = False) -> int | None:
    """Recompute up to `limit` dirty visitors; their number, or None when another worker is at it."""
    with own_transaction() as cursor:
        if not lock(cursor, VISITORS, wait=wait):
            return None
        cursor.execute(PREPARE)
        # By range, as the customers are taken.
        cursor.execute(TAKE, [limit])
        count = cursor.rowcount
        if count:
            rewrite_landings(cursor)
            note_computed(cursor, at, LANDINGS)
    return count


def rewrite_landings(cursor: Any) -> None:
    """Take back what the batch's days contributed, write them anew, add what they contribute now."""
    cursor.execute("ANALYZE kpis_batchvisitor")
    known = is_known(cursor, [LANDING_DAYS])
    if known:
        cursor.execute(NOTE.format(sign=-1))
    rewrite(cursor, LANDING_DAYS, WRITE, known=known)
    cursor.execute(NOTE.format(sign=1))
    for grains in (SHORT, LONG):
        cursor.execute(CARRY.format(periods=periods(grains, NOTES)))


def mark_visitors(cursor: Any) -> None:
    """The visitors that the batch of customers is known as: what they ordered may have been a conversion."""
    cursor.execute(
        f"INSERT INTO kpis_dirtyvisitor (visitor) {NAMED.format(customers='SELECT customer_id FROM kpis_batch')}",
    )


def mark_all_visitors(cursor: Any) -> None:
    cursor.execute(f"INSERT INTO kpis_dirtyvisitor (visitor) SELECT visitor FROM {DAYS} UNION {VISITED}")


# -- drift -----------------------------------------------------------------------------------------------------------

KEY = "CASE WHEN s.visitor = '' THEN 's' || s.id ELSE 'v' || s.visitor END"
VISITED = f"SELECT {KEY} FROM campaigns_session s WHERE NOT s.is_bot AND s.landing_page_id IS NOT NULL"
# Whose days are wrong, straight from the sessions and the view of those that converted.
CHECK = f"""
    SELECT DISTINCT coalesce(e.visitor, k.visitor) AS visitor FROM (
        SELECT {KEY} AS visitor, s.started_on AS day, s.landing_page_id, coalesce(s.campaign_id, 0) AS campaign_id,
               coalesce(s.channel_id, 0) AS channel_id, coalesce(s.variant_id, 0) AS variant_id,
               bool_or(s.id IN (SELECT session_id FROM leads_landingconversion)) AS is_converted
          FROM campaigns_session s WHERE NOT s.is_bot AND s.landing_page_id IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6) e
      FULL JOIN {DAYS} k USING (visitor, day, {SIDES})
     WHERE e.is_converted IS DISTINCT FROM k.is_converted
"""
# Who has one row is one visitor wherever it counts; only the others must be told from one another, which takes much longer.
COUNTED = " UNION ALL ".join(
    f"""
    SELECT c.grain, v.dimension, c.start, v.member, count({visitors}) AS m1, count({visitors}) FILTER (WHERE k.is_converted) AS m2
      FROM (SELECT *, count(*) OVER (PARTITION BY visitor) AS rows FROM {DAYS}) k JOIN kpis_calendarday c ON c.day = k.day
     CROSS JOIN LATERAL (VALUES (0, 0::bigint), {MEMBERS}) v (dimension, member) WHERE {condition} GROUP BY 1, 2, 3, 4
    """
    for visitors, condition in (("*", "k.rows = 1"), ("DISTINCT k.visitor", "k.rows > 1"))
)


def drift_of_landings(cursor: Any, dirty: str, few: int) -> Iterator[str]:
    """Days against the sessions, apart from visitors that a statement names as dirty; sums against the days, always."""
    cursor.execute(f"SELECT q.visitor FROM ({CHECK}) q WHERE q.visitor NOT IN ({dirty}) ORDER BY 1 LIMIT {few}")
    yield from (f"landings: wrong for visitor {visitor}" for (visitor,) in cursor.fetchall())
    cursor.execute(
        "SELECT grain, dimension, start, member, sum(m1), sum(m2) FROM ("
        f"SELECT * FROM ({COUNTED}) e UNION ALL"
        f" SELECT grain, dimension, start, member, -m1, -m2 FROM {SUMS} WHERE cube = {LANDINGS.code}) q"
        f" GROUP BY 1, 2, 3, 4 HAVING sum(m1) <> 0 OR sum(m2) <> 0 ORDER BY 1, 2, 3, 4 LIMIT {few}"
    )
    yield from (
        f"landings: grain {row[0]}, {row[2]}, dimension {row[1]}/{row[3]} differs by {row[4:]}" for row in cursor.fetchall()
    )
