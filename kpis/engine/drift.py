"""Drift: what is stored, compared with a full recompute from the base tables in one database snapshot.

Only what is marked dirty in that very snapshot may differ: the days, customers, leads and visitors of the marks, those that the
marks of changed parents lead to, and nothing else. Three comparisons, so that one dirty day does not excuse its whole year:

- sums of a day with the rows, unless that day is dirty;
- facts of a customer, a lead or a visitor with the rows they stand on, unless that one is dirty;
- sums of a period with those of its days, or with the facts they stand on, always: they change in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.db import connection, transaction

from kpis.calendars import LAST_DAY
from kpis.catalogue.marks import DEFERRED
from kpis.catalogue.measures import DAY_CUBES, FACT_CUBES, LEAD_CUBES, RFM
from kpis.definitions import Cube
from kpis.engine import engaged, newcomers, selling
from kpis.engine.cohorts import drift_of_cohorts
from kpis.engine.crossdrift import differing, drift_of_crossed_days, drift_of_crossed_months
from kpis.engine.folding import Statement, fold_margins, folds_of
from kpis.engine.funnel import drift_of_steps
from kpis.engine.landings import NAMED, drift_of_landings
from kpis.engine.oncedrift import drift_of_counts
from kpis.engine.percentiles import drift_of_percentiles
from kpis.engine.rfmdrift import drift_of_snapshots
from kpis.engine.tenure import drift_of_tenures
from kpis.models import DAY_GRAIN, NEVER
from kpis.tracking import Mark

FEW = 20

# Straight from the orders and contracts, in other words than engine/customers.py.
FACTS = """
WITH threshold AS (SELECT inactivity_days AS days FROM crm_organization),
     bought AS (SELECT o.customer_id, o.placed_on AS day, coalesce(o.owner_id, c.owner_id, 0) AS owner_id
                  FROM customers_order o JOIN customers_customer c ON c.id = o.customer_id
                 WHERE o.status IN ('paid', 'fulfilled') AND NOT c.is_test AND NOT c.is_spam AND c.merged_into_id IS NULL),
     placed AS (SELECT DISTINCT customer_id, day FROM bought)
"""
# What keeps a customer, from a day until another: a span ends with what nothing outlasts that began by then, and starts
# with what nothing before it reaches.
KEPT = f"""{FACTS},
     kept AS (SELECT p.customer_id, p.day, p.day + t.days AS until FROM placed p CROSS JOIN threshold t
               UNION
              SELECT k.customer_id, k.starts_on,
                     CASE WHEN k.ends_on < DATE '{LAST_DAY}' THEN k.ends_on + 1 ELSE DATE '{NEVER}' END
                FROM customers_contract k JOIN customers_customer c ON c.id = k.customer_id
               WHERE NOT k.is_trial AND k.starts_on <= DATE '{LAST_DAY}'
                 AND NOT c.is_test AND NOT c.is_spam AND c.merged_into_id IS NULL)
"""
TOUCH = ("channel_id", "lead_source_id", "campaign_id", "owner_id", "landing_page_id", "social_network_id")


def same_members(fact: str, record: str) -> str:
    """Whether a fact carries its record's members."""
    facts, records = ", ".join(f"{fact}.{name}" for name in TOUCH), ", ".join(f"coalesce({record}.{name}, 0)" for name in TOUCH)
    return f"({facts}) IS NOT DISTINCT FROM ({records})"


CHECKS = {
    "days of acquisition": KEPT
    + """, expected AS (SELECT customer_id, min(day) AS day FROM kept GROUP BY customer_id)
        SELECT coalesce(e.customer_id, f.customer_id) AS customer_id
          FROM expected e FULL JOIN kpis_customerfact f ON f.customer_id = e.customer_id
         WHERE e.day IS DISTINCT FROM f.first_day""",
    "first order days": FACTS
    + """, expected AS (SELECT customer_id, min(day) AS a, max(day) AS b FROM placed GROUP BY customer_id)
        SELECT coalesce(e.customer_id, f.customer_id) AS customer_id
          FROM expected e FULL JOIN kpis_customerfact f ON f.customer_id = e.customer_id
         WHERE (e.a, e.b) IS DISTINCT FROM (f.first_order_day, f.last_day)""",
    "second order days": FACTS
    + """ SELECT f.customer_id FROM kpis_customerfact f
         WHERE f.second_day IS DISTINCT FROM
               (SELECT min(p.day) FROM placed p WHERE p.customer_id = f.customer_id AND p.day > f.first_order_day)""",
    "loss days": KEPT
    + """, expected AS (SELECT DISTINCT k.customer_id, k.until AS day FROM kept k
                         WHERE NOT EXISTS (SELECT 1 FROM kept n WHERE n.customer_id = k.customer_id
                                              AND n.until > k.until AND n.day <= k.until))
        SELECT coalesce(e.customer_id, s.fact_id) AS customer_id
          FROM expected e FULL JOIN kpis_customerspan s ON s.fact_id = e.customer_id AND s.lost_day = e.day
         WHERE e.customer_id IS NULL OR s.fact_id IS NULL""",
    "start days": KEPT
    + """, expected AS (SELECT DISTINCT k.customer_id, k.day, k.day = k.came AS is_first
                          FROM (SELECT customer_id, day, min(day) OVER (PARTITION BY customer_id) AS came FROM kept) k
                         WHERE NOT EXISTS (SELECT 1 FROM kept n WHERE n.customer_id = k.customer_id
                                              AND n.day < k.day AND n.until >= k.day))
        SELECT coalesce(e.customer_id, s.fact_id) AS customer_id
          FROM expected e FULL JOIN kpis_customerspan s ON s.fact_id = e.customer_id AND s.start_day = e.day
         WHERE e.customer_id IS NULL OR s.fact_id IS NULL OR e.is_first <> s.is_first""",
    "days around spans": """
        SELECT s.fact_id AS customer_id FROM kpis_customerspan s
         WHERE s.since <> (SELECT min(t.start_day) FROM kpis_customerspan t WHERE t.fact_id = s.fact_id)
            OR s.back_day IS DISTINCT FROM
               (SELECT min(t.start_day) FROM kpis_customerspan t WHERE t.fact_id = s.fact_id AND t.start_day > s.start_day)""",
    "order days, owners and teams": FACTS
    + """, expected AS (SELECT DISTINCT b.customer_id, b.day, b.owner_id, coalesce(u.team_id, 0) AS team_id
                          FROM bought b LEFT JOIN crm_user u ON u.id = b.owner_id)
        SELECT coalesce(e.customer_id, k.fact_id) AS customer_id
          FROM expected e FULL JOIN kpis_customerday k
            ON (k.fact_id, k.day, k.owner_id, k.team_id) = (e.customer_id, e.day, e.owner_id, e.team_id)
         WHERE e.customer_id IS NULL OR k.fact_id IS NULL""",
    "days of engagement": engaged.CHECK,
    "leads that ordered": FACTS
    + """ SELECT coalesce(l.customer_id, f.customer_id) AS customer_id
          FROM (SELECT * FROM leads_lead WHERE customer_id IS NOT NULL AND NOT is_test AND NOT is_spam
                   AND merged_into_id IS NULL) l
          FULL JOIN kpis_leadfact f ON f.lead_id = l.id
         WHERE l.id IS NULL OR f.lead_id IS NULL OR (f.created_on, f.customer_id) <> (l.created_on, l.customer_id)
            OR f.has_ordered <> EXISTS (SELECT 1 FROM placed p WHERE p.customer_id = l.customer_id AND p.day >= l.created_on)""",
    "leads whose customer has an invoice": """
        SELECT f.customer_id FROM kpis_leadfact f
         WHERE f.is_invoiced <> (
               f.lead_id NOT IN (SELECT lead_id FROM leads_opportunity WHERE lead_id IS NOT NULL
                                  UNION SELECT lead_id FROM leads_quote WHERE lead_id IS NOT NULL)
               AND EXISTS (SELECT FROM customers_order o JOIN customers_customer c ON c.id = o.customer_id
                            WHERE o.customer_id = f.customer_id AND o.placed_on >= f.created_on
                              AND o.status NOT IN ('draft', 'cancelled') AND NOT c.is_test AND NOT c.is_spam))""",
    "categories of orders": selling.CHECK,
    "first sales and refunds": newcomers.CHECK,
    "members of customers": "SELECT f.customer_id FROM kpis_customerfact f JOIN customers_customer c ON c.id = f.customer_id"
    f" WHERE NOT {same_members('f', 'c')}",
    "members of leads": "SELECT f.customer_id FROM kpis_leadfact f JOIN leads_lead l ON l.id = f.lead_id"
    f" WHERE NOT {same_members('f', 'l')}",
}
# Kept by triggers within the writer's own statement, so no mark excuses them.
TOTALS = {
    "totals of order": """
        SELECT o.id FROM customers_order o
          LEFT JOIN (SELECT order_id, sum(net_amount) AS net, sum(coalesce(cost_amount, 0)) AS cost,
                            count(*) FILTER (WHERE unit_cost IS NULL) AS unknown
                       FROM customers_orderline GROUP BY order_id) l ON l.order_id = o.id
         WHERE (o.net_amount, o.cost_amount, o.unknown_costs)
               IS DISTINCT FROM (coalesce(l.net, 0), coalesce(l.cost, 0), coalesce(l.unknown, 0))""",
    "cost of refund": """
        SELECT r.id FROM customers_refund r
          LEFT JOIN (SELECT refund_id, sum(cost_amount) AS cost FROM customers_refundline GROUP BY refund_id) l
            ON l.refund_id = r.id
         WHERE r.cost_amount IS DISTINCT FROM coalesce(l.cost, 0)""",
}


def find_drift() -> list[str]:
    """One line per difference that no mark excuses; empty when all is right. It only reads."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        changed = changed_parents(cursor)
        found = []
        for cube in DAY_CUBES:
            dirty = dirty_days(cursor, cube, changed)
            found += drift_of_days(cursor, cube, dirty)
            found += drift_of_sums(cursor, cube, stored_days(cube))
            found += drift_of_crossed_days(cursor, cube, dirty) if cube.is_crossed else ()
            found += drift_of_percentiles(cursor, cube, dirty)
        found += drift_of_facts(cursor, changed)
        found += drift_of_steps(cursor, dirty_leads(changed), FEW)
        found += drift_of_landings(cursor, dirty_visitors(changed), FEW)
        for cube in FACT_CUBES + LEAD_CUBES:
            found += drift_of_sums(cursor, cube, all_margins(cube))
        found += drift_of_counts(cursor)
        found += newcomers.drift_of_newcomers(cursor)
        found += drift_of_cohorts(cursor)
        found += drift_of_tenures(cursor)
        for cube in DAY_CUBES + FACT_CUBES + LEAD_CUBES:
            found += drift_of_crossed_months(cursor, cube) if cube.is_crossed else ()
        found += drift_of_snapshots(cursor, dirty_days(cursor, RFM, changed))
    return found


def changed_parents(cursor: Any) -> list[Mark]:
    """The marks of changed parents that are not resolved."""
    cursor.execute("SELECT DISTINCT mark FROM kpis_dirtyparent")
    return [DEFERRED[key] for (key,) in cursor.fetchall()]


def resolved(mark: Mark) -> str:
    """What the marks of changed parents lead to now, as the drain would find it."""
    return f"WITH changed AS (SELECT parent_id AS id FROM kpis_dirtyparent WHERE mark = '{mark.deferred}') {mark.query}"


def dirty_days(cursor: Any, cube: Cube, changed: list[Mark]) -> list[date]:
    """The days of a cube that are marked, directly or by a changed parent."""
    marked = ["SELECT first_day, last_day FROM kpis_dirtyday WHERE cube = %s"]
    marked += [f"SELECT * FROM ({resolved(mark)}) d" for mark in changed if cube in mark.cubes]
    cursor.execute(" UNION ".join(marked), [cube.code])
    return sorted({day + timedelta(days=n) for day, last in cursor.fetchall() if day for n in range((last - day).days + 1)})


def dirty_customers(changed: list[Mark]) -> str:
    """A SELECT of the customers that are marked, directly or by a changed parent."""
    marked = ["SELECT customer_id FROM kpis_dirtycustomer"]
    marked += [f"SELECT * FROM ({resolved(mark)}) d" for mark in changed if mark.of_customers]
    return f"SELECT q.customer_id FROM ({' UNION '.join(marked)}) q WHERE q.customer_id IS NOT NULL"


def dirty_leads(changed: list[Mark]) -> str:
    """A SELECT of the leads that are marked, directly, by a changed parent, or by their customer."""
    marked = ["SELECT lead_id FROM kpis_dirtylead"]
    marked += [f"SELECT * FROM ({resolved(mark)}) d" for mark in changed if mark.of_leads]
    marked.append(f"SELECT id FROM leads_lead WHERE customer_id IN ({dirty_customers(changed)})")
    return f"SELECT q.lead_id FROM ({' UNION '.join(marked)}) q WHERE q.lead_id IS NOT NULL"


def dirty_visitors(changed: list[Mark]) -> str:
    """A SELECT of the visitors that are marked, directly or by a customer as whom they are known."""
    return f"SELECT visitor FROM kpis_dirtyvisitor UNION {NAMED.format(customers=dirty_customers(changed))}"


@cache
def all_margins(cube: Cube) -> Statement:
    """The sums of all rows that have a day. What is asked never changes, and is worth as much time as the answer."""
    return fold_margins(cube, cube.rows().filter(**{f"{cube.day}__isnull": False}))


def stored_days(cube: Cube) -> Statement:
    """The stored sums of days, in the shape of `fold_margins`."""
    return Statement(
        f"SELECT start AS day, dimension, member, {', '.join(folds_of(cube))} FROM kpis_rollup"
        f" WHERE cube = {cube.code} AND grain = {DAY_GRAIN}"
    )


def drift_of_days(cursor: Any, cube: Cube, dirty: list[date]) -> Iterator[str]:
    """The sums of days against the rows."""
    rows = all_margins(cube)
    sql = differing(cube, ("day", "dimension", "member"), rows.sql, stored_days(cube).sql, "day <> ALL(%s::date[])")
    cursor.execute(sql, [*rows.params, dirty])
    yield from (f"{cube.key}: {row[0]}, dimension {row[1]}/{row[2]} differs by {row[3:]}" for row in cursor.fetchall())


def drift_of_sums(cursor: Any, cube: Cube, days: Statement) -> Iterator[str]:
    """The sums of all periods against those of days: never apart, dirty or not."""
    used = folds_of(cube)
    summed = (
        f"SELECT c.grain, d.dimension, c.start, d.member, {', '.join(f'sum(d.{name}) AS {name}' for name in used)}"
        f" FROM ({days.sql}) d JOIN kpis_calendarday c ON c.day = d.day GROUP BY 1, 2, 3, 4"
    )
    stored = f"SELECT * FROM kpis_rollup WHERE cube = {cube.code}"
    cursor.execute(differing(cube, ("grain", "dimension", "start", "member"), summed, stored), days.params)
    yield from (
        f"{cube.key}: sum of grain {row[0]}, {row[2]}, dimension {row[1]}/{row[3]} differs by {row[4:]}"
        for row in cursor.fetchall()
    )


def drift_of_facts(cursor: Any, changed: list[Mark]) -> Iterator[str]:
    for name, sql in CHECKS.items():
        cursor.execute(
            f"SELECT DISTINCT q.customer_id FROM ({sql}) q"
            f" WHERE q.customer_id NOT IN ({dirty_customers(changed)}) ORDER BY 1 LIMIT {FEW}"
        )
        yield from (f"{name}: wrong for customer {customer}" for (customer,) in cursor.fetchall())
    for name, sql in TOTALS.items():
        cursor.execute(f"{sql} ORDER BY 1 LIMIT {FEW}")
        yield from (f"{name}: wrong for {row}" for (row,) in cursor.fetchall())
