"""Retention cohorts: kept with the facts of customers, by the same notes that buyers are counted from (engine/distinct.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kpis.definitions import DIMENSION_CODES, Dimension
from kpis.models import GRAIN_CODES, CohortCell

MONTHS = ", ".join(str(GRAIN_CODES[calendar, "month"]) for calendar in ("gregorian", "jalali"))
# By what a cell is stored: each a column of the customer's fact.
DIMENSIONS = (Dimension.CHANNEL, Dimension.CAMPAIGN, Dimension.OWNER)
TABLE = CohortCell._meta.db_table
CODE = DIMENSION_CODES

# A day counts in a month when the same customer has no earlier order day in it.
CARRY = f"""
    WITH changed AS (
        SELECT first_order_day, day, before, channel_id, campaign_id, customer_owner_id AS owner_id, sum(sign) AS n
          FROM kpis_buyernote GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(sign) <> 0),
    placed AS (
        SELECT c.grain, a.start AS cohort, c.start AS month, d.channel_id, d.campaign_id, d.owner_id, sum(d.n) AS n
          FROM changed d JOIN kpis_calendarday a ON a.day = d.first_order_day AND a.grain IN ({MONTHS})
          JOIN kpis_calendarday c ON c.day = d.day AND c.grain = a.grain
         WHERE d.before IS NULL OR d.before < c.start
         GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(d.n) <> 0)
    INSERT INTO {TABLE} AS t (grain, dimension, cohort, member, month, customers)
    SELECT p.grain, v.dimension, p.cohort, v.member, p.month, sum(p.n)
      FROM placed p
     CROSS JOIN LATERAL (VALUES (0, 0::bigint), ({CODE["channel"]}, p.channel_id), ({CODE["campaign"]}, p.campaign_id),
                                ({CODE["owner"]}, p.owner_id)) v (dimension, member)
     GROUP BY 1, 2, 3, 4, 5 HAVING sum(p.n) <> 0 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (grain, dimension, cohort, member, month) DO UPDATE SET customers = t.customers + EXCLUDED.customers
"""
# The same straight from the facts.
CHECK = f"""
    SELECT grain, dimension, cohort, member, month, sum(customers) FROM (
        SELECT c.grain, v.dimension, a.start AS cohort, v.member, c.start AS month, count(DISTINCT k.fact_id) AS customers
          FROM kpis_customerday k JOIN kpis_customerfact f ON f.customer_id = k.fact_id
          JOIN kpis_calendarday a ON a.day = f.first_order_day AND a.grain IN ({MONTHS})
          JOIN kpis_calendarday c ON c.day = k.day AND c.grain = a.grain
         CROSS JOIN LATERAL (VALUES (0, 0::bigint), ({CODE["channel"]}, f.channel_id), ({CODE["campaign"]}, f.campaign_id),
                                    ({CODE["owner"]}, f.owner_id)) v (dimension, member)
         GROUP BY 1, 2, 3, 4, 5
         UNION ALL
        SELECT grain, dimension, cohort, member, month, -customers FROM {TABLE}) q
     GROUP BY 1, 2, 3, 4, 5 HAVING sum(customers) <> 0 LIMIT 20
"""


def carry_cohorts(cursor: Any) -> None:
    """Add what the noted order days make of the cells."""
    cursor.execute(CARRY)


def drift_of_cohorts(cursor: Any) -> Iterator[str]:
    """The cells against the facts they stand on: never apart, dirty or not."""
    cursor.execute(CHECK)
    yield from (f"cohorts: {row[2]} in {row[4]}, dimension {row[1]}/{row[3]} differs by {row[5]}" for row in cursor.fetchall())
