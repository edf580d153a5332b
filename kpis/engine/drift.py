"""Drift: what is stored, compared with a full recompute from the base tables in one database snapshot.

What is marked dirty is allowed to differ; everything else must be equal to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from kpis.catalogue.measures import BUYERS, CHURNED, DAY_CUBES, FACT_CUBES
from kpis.definitions import DIMENSION_CODES, Cube
from kpis.engine.folding import DELTA, FOLDS, MEMBERS, any_left, note_rows, prepare_delta
from kpis.models import COLUMNS

SUMS = ", ".join(f"sum({name}) AS {name}" for name in FOLDS)
NEGATED = ", ".join(f"-{name}" for name in FOLDS)

# Straight from the orders, in other words than engine/customers.py: a span ends with an order day that no later
# order follows within the threshold, and starts with one that none precedes within it.
FACTS = """
WITH threshold AS (SELECT inactivity_days AS days FROM crm_organization),
     placed AS (SELECT DISTINCT o.customer_id, o.placed_on AS day
                  FROM customers_order o JOIN customers_customer c ON c.id = o.customer_id
                 WHERE o.status IN ('paid', 'fulfilled') AND NOT c.is_test AND NOT c.is_spam AND c.merged_into_id IS NULL)
"""
CHECKS = {
    "first order days": FACTS
    + """, expected AS (SELECT customer_id, min(day) AS a, max(day) AS b FROM placed GROUP BY customer_id)
        SELECT coalesce(e.customer_id, f.customer_id) AS customer_id
          FROM expected e FULL JOIN kpis_customerfact f ON f.customer_id = e.customer_id
         WHERE (e.a, e.b) IS DISTINCT FROM (f.first_day, f.last_day)""",
    "second order days": FACTS
    + """ SELECT f.customer_id FROM kpis_customerfact f
         WHERE f.second_day IS DISTINCT FROM
               (SELECT min(p.day) FROM placed p WHERE p.customer_id = f.customer_id AND p.day > f.first_day)""",
    "loss days": FACTS
    + """, expected AS (SELECT p.customer_id, p.day + t.days AS day FROM placed p CROSS JOIN threshold t
                         WHERE NOT EXISTS (SELECT 1 FROM placed n WHERE n.customer_id = p.customer_id
                                              AND n.day > p.day AND n.day <= p.day + t.days))
        SELECT coalesce(e.customer_id, s.fact_id) AS customer_id
          FROM expected e FULL JOIN kpis_customerspan s ON s.fact_id = e.customer_id AND s.lost_day = e.day
         WHERE e.customer_id IS NULL OR s.fact_id IS NULL""",
    "start days": FACTS
    + """, expected AS (SELECT p.customer_id, p.day FROM placed p CROSS JOIN threshold t
                         WHERE NOT EXISTS (SELECT 1 FROM placed n WHERE n.customer_id = p.customer_id
                                              AND n.day < p.day AND n.day >= p.day - t.days))
        SELECT coalesce(e.customer_id, s.fact_id) AS customer_id
          FROM expected e FULL JOIN kpis_customerspan s ON s.fact_id = e.customer_id AND s.start_day = e.day
         WHERE e.customer_id IS NULL OR s.fact_id IS NULL""",
    "order days": FACTS
    + """ SELECT coalesce(p.customer_id, k.fact_id) AS customer_id
          FROM placed p FULL JOIN (SELECT DISTINCT fact_id, day FROM kpis_customerday) k
            ON k.fact_id = p.customer_id AND k.day = p.day
         WHERE p.customer_id IS NULL OR k.fact_id IS NULL""",
    "leads that ordered": FACTS
    + """ SELECT coalesce(l.customer_id, f.customer_id) AS customer_id
          FROM (SELECT * FROM leads_lead WHERE customer_id IS NOT NULL AND NOT is_test AND NOT is_spam
                   AND merged_into_id IS NULL) l
          FULL JOIN kpis_leadfact f ON f.lead_id = l.id
         WHERE l.id IS NULL OR f.lead_id IS NULL OR f.created_on <> l.created_on
            OR f.has_ordered <> EXISTS (SELECT 1 FROM placed p WHERE p.customer_id = l.customer_id AND p.day >= l.created_on)""",
}
TOUCH = ("channel_id", "lead_source_id", "campaign_id", "owner_id", "landing_page_id", "social_network_id")


def same_members(fact: str, record: str) -> str:
    """Whether a fact carries its record's members."""
    facts, records = ", ".join(f"{fact}.{name}" for name in TOUCH), ", ".join(f"coalesce({record}.{name}, 0)" for name in TOUCH)
    return f"({facts}) IS NOT DISTINCT FROM ({records})"


CHECKS |= {
    "order totals": """
        SELECT o.customer_id FROM customers_order o
          LEFT JOIN (SELECT order_id, sum(net_amount) AS net, sum(coalesce(cost_amount, 0)) AS cost
                       FROM customers_orderline GROUP BY order_id) l ON l.order_id = o.id
         WHERE (o.net_amount, o.cost_amount) IS DISTINCT FROM (coalesce(l.net, 0), coalesce(l.cost, 0))""",
    "members of customers": "SELECT f.customer_id FROM kpis_customerfact f JOIN customers_customer c ON c.id = f.customer_id"
    f" WHERE NOT {same_members('f', 'c')}",
    "members of leads": "SELECT f.customer_id FROM kpis_leadfact f JOIN leads_lead l ON l.id = f.lead_id"
    f" WHERE NOT {same_members('f', 'l')}",
    "owners and teams of order days": """
        SELECT k.fact_id AS customer_id FROM kpis_customerday k LEFT JOIN crm_user u ON u.id = k.owner_id
         WHERE k.team_id <> coalesce(u.team_id, 0)
            OR NOT EXISTS (SELECT 1 FROM customers_order o JOIN customers_customer c ON c.id = o.customer_id
                            WHERE o.customer_id = k.fact_id AND o.placed_on = k.day AND o.status IN ('paid', 'fulfilled')
                              AND coalesce(o.owner_id, c.owner_id, 0) = k.owner_id)""",
}
IS_CLEAN_CUSTOMER = """
    q.customer_id NOT IN (SELECT customer_id FROM kpis_dirtycustomer)
    AND NOT EXISTS (SELECT 1 FROM kpis_dirtyparent p WHERE p.mark IN ('organization.customers', 'user.customers'))
"""
DISTINCT_BUYERS = """
    SELECT c.grain, v.dimension, c.start, v.member, count(DISTINCT k.fact_id) AS m1
      FROM kpis_customerday k JOIN kpis_customerfact f ON f.customer_id = k.fact_id JOIN kpis_calendarday c ON c.day = k.day
     CROSS JOIN LATERAL (VALUES (0, 0::bigint), ({channel}, f.channel_id), ({campaign}, f.campaign_id),
                                ({owner}, k.owner_id), ({team}, k.team_id)) v (dimension, member)
     GROUP BY 1, 2, 3, 4
"""
DISTINCT_CHURNED = """
    SELECT c.grain, v.dimension, c.start, v.member, count(DISTINCT s.fact_id) AS m1
      FROM kpis_customerspan s JOIN kpis_calendarday c ON c.day = s.lost_day AND s.start_day < c.start
      JOIN kpis_customerfact f ON f.customer_id = s.fact_id
     CROSS JOIN LATERAL (VALUES (0, 0::bigint), {members}) v (dimension, member)
     WHERE NOT EXISTS (SELECT 1 FROM kpis_customerspan t
                        WHERE t.fact_id = s.fact_id AND t.start_day <= c.last AND t.lost_day > c.last)
     GROUP BY 1, 2, 3, 4
"""


def find_drift() -> list[str]:
    """One line per difference that no mark excuses; empty when all is right."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.in_atomic_block or not connection.savepoint_ids:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        prepare_delta(cursor)
        found = [line for cube in DAY_CUBES for line in drift_of_days(cursor, cube)]
        found += list(drift_of_facts(cursor))
        found += [line for cube in FACT_CUBES for line in drift_of_sums(cursor, cube)]
        found += list(drift_of_distinct(cursor))
        cursor.execute(f"DELETE FROM {DELTA}")
    return found


def drift_of_days(cursor: Any, cube: Cube) -> Iterator[str]:
    """Components against the rows, then period sums against the rows."""
    note_rows(cursor, cube, cube.rows().filter(**{f"{cube.day}__isnull": False}), 1)
    members = ", ".join(MEMBERS)
    cursor.execute(
        f"""
        SELECT day, {members}, {SUMS} FROM (
            SELECT day, {members}, {", ".join(FOLDS)} FROM {DELTA} WHERE cube = %(cube)s
             UNION ALL SELECT day, {members}, {NEGATED} FROM kpis_component WHERE cube = %(cube)s) d
         WHERE NOT EXISTS (SELECT 1 FROM kpis_dirtyday y WHERE y.cube = %(cube)s AND d.day BETWEEN y.first_day AND y.last_day)
           AND NOT EXISTS (SELECT 1 FROM kpis_dirtyparent)
         GROUP BY day, {members} HAVING {any_left()} LIMIT 20
        """,
        {"cube": cube.code},
    )
    yield from (f"{cube.key}: component of {row[0]} differs by {row[-6:]}" for row in cursor.fetchall())
    yield from drift_of_sums(cursor, cube, noted=True)


def drift_of_sums(cursor: Any, cube: Cube, *, noted: bool = False) -> Iterator[str]:
    """Period sums against the rows (already noted for day cubes)."""
    if not noted:
        note_rows(cursor, cube, cube.rows(), 1)
    values = ", ".join(
        ["(0, 0::bigint)"] + [f"({DIMENSION_CODES[name]}, d.{COLUMNS[name]})" for name in cube.dimensions if name in COLUMNS]
    )
    cursor.execute(
        f"""
        WITH dirty AS MATERIALIZED (
            SELECT DISTINCT c.grain, c.start FROM kpis_dirtyday y
              JOIN kpis_calendarday c ON c.day BETWEEN y.first_day AND y.last_day WHERE y.cube = %(cube)s)
        SELECT grain, dimension, start, member, {SUMS} FROM (
            SELECT c.grain, v.dimension, c.start, v.member, {", ".join("d." + name for name in FOLDS)}
              FROM {DELTA} d JOIN kpis_calendarday c ON c.day = d.day
             CROSS JOIN LATERAL (VALUES {values}) v (dimension, member) WHERE d.cube = %(cube)s
             UNION ALL
            SELECT grain, dimension, start, member, {NEGATED} FROM kpis_rollup WHERE cube = %(cube)s) q
         WHERE NOT EXISTS (SELECT 1 FROM dirty y WHERE y.grain = q.grain AND y.start = q.start)
           AND NOT EXISTS (SELECT 1 FROM kpis_dirtyparent)
           AND (%(days)s OR NOT EXISTS (SELECT 1 FROM kpis_dirtycustomer))
         GROUP BY 1, 2, 3, 4 HAVING {any_left()} LIMIT 20
        """,
        {"cube": cube.code, "days": noted},
    )
    yield from (
        f"{cube.key}: sum of grain {row[0]}, {row[2]}, dimension {row[1]}/{row[3]} differs by {row[4:]}"
        for row in cursor.fetchall()
    )


def drift_of_facts(cursor: Any) -> Iterator[str]:
    for name, sql in CHECKS.items():
        cursor.execute(f"SELECT customer_id FROM ({sql}) q WHERE {IS_CLEAN_CUSTOMER} ORDER BY 1 LIMIT 20")
        yield from (f"{name}: wrong for customer {customer}" for (customer,) in cursor.fetchall())


def drift_of_distinct(cursor: Any) -> Iterator[str]:
    """Customers counted once per period, against a plain count of distinct customers."""
    codes = {name.value: code for name, code in ((d, DIMENSION_CODES[d]) for d in BUYERS.dimensions)}
    members = ", ".join(f"({DIMENSION_CODES[d]}, f.{d.value}_id)" for d in CHURNED.dimensions)
    queries = {BUYERS: DISTINCT_BUYERS.format(**codes), CHURNED: DISTINCT_CHURNED.format(members=members)}
    for cube, sql in queries.items():
        cursor.execute(
            f"""
            SELECT grain, dimension, start, member, sum(m1) FROM (
                SELECT * FROM ({sql}) e UNION ALL
                SELECT grain, dimension, start, member, -m1 FROM kpis_rollup WHERE cube = %s) q
             WHERE NOT EXISTS (SELECT 1 FROM kpis_dirtycustomer) AND NOT EXISTS (SELECT 1 FROM kpis_dirtyparent)
             GROUP BY 1, 2, 3, 4 HAVING sum(m1) <> 0 LIMIT 20
            """,
            [cube.code],
        )
        yield from (
            f"{cube.key}: grain {row[0]}, {row[2]}, dimension {row[1]}/{row[3]} differs by {row[4]}" for row in cursor.fetchall()
        )
