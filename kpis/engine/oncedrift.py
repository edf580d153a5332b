"""Customers that count once in a period, against a plain count of them over the facts.

What is compared has many sides and the customers are many, so each is made one of a period first and told apart by its
members after: as often as it is seen is what takes the time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kpis.catalogue.measures import BUYERS, CHURNED, ENGAGED
from kpis.definitions import DIMENSION_CODES, Dimension, PeriodCube
from kpis.engine.crossing import MONTHS, TOUCH, listed
from kpis.models import DAY_GRAIN, WEEK_GRAIN

FEW = 20
OWNER, TEAM = DIMENSION_CODES["owner"], DIMENSION_CODES["team"]
# A customer buys for whoever owns the order: seen as a whole, by owner and by team they are different customers.
BOUGHT = f"""
    seen AS MATERIALIZED (
        SELECT DISTINCT c.grain, c.start, k.fact_id, k.owner_id, k.team_id
          FROM kpis_customerday k JOIN kpis_calendarday c ON c.day = k.day),
    once AS (
        SELECT DISTINCT grain, start, 0 AS dimension, 0::bigint AS member, fact_id FROM seen UNION ALL
        SELECT DISTINCT grain, start, {OWNER}, owner_id, fact_id FROM seen UNION ALL
        SELECT DISTINCT grain, start, {TEAM}, team_id, fact_id FROM seen),
    counted AS MATERIALIZED (
        SELECT o.grain, o.start, o.dimension, o.member, {{touch}}, count(*) AS n
          FROM once o JOIN kpis_customerfact f ON f.customer_id = o.fact_id GROUP BY 1, 2, 3, 4, {listed(TOUCH)})
"""
# All that is told of these is a matter of the customer.
BY_CUSTOMER = f"""
    members AS (
        SELECT o.grain, o.start, f.owner_id, {{touch}}, count(*) AS n
          FROM once o JOIN kpis_customerfact f ON f.customer_id = o.fact_id GROUP BY 1, 2, 3, {listed(TOUCH)}),
    counted AS MATERIALIZED (
        SELECT m.grain, m.start, v.dimension, v.member, {listed(TOUCH)}, m.n
          FROM members m CROSS JOIN LATERAL (VALUES (0, 0::bigint), ({OWNER}, m.owner_id)) v (dimension, member))
"""
LEFT = f"""
    once AS (
        SELECT DISTINCT c.grain, c.start, s.fact_id
          FROM kpis_customerspan s JOIN kpis_calendarday c ON c.day = s.lost_day AND s.start_day < c.start
         WHERE NOT EXISTS (SELECT 1 FROM kpis_customerspan t
                            WHERE t.fact_id = s.fact_id AND t.start_day <= c.last AND t.lost_day > c.last)),
    {BY_CUSTOMER}
"""
DID = f"""
    once AS (
        SELECT DISTINCT c.grain, c.start, k.fact_id
          FROM (SELECT fact_id, day FROM kpis_customerday UNION SELECT fact_id, day FROM kpis_customercontact) k
          JOIN kpis_calendarday c ON c.day = k.day
          JOIN kpis_customerspan s ON s.fact_id = k.fact_id AND s.start_day <= c.last AND s.lost_day > c.last),
    {BY_CUSTOMER}
"""
COUNTED = {BUYERS: BOUGHT, CHURNED: LEFT, ENGAGED: DID}


def drift_of_counts(cursor: Any) -> Iterator[str]:
    """Of margins and, where months are crossed, of those."""
    for cube in COUNTED:
        cursor.execute(differing_counts(cube), {"cube": cube.code})
        for grain, dimension, start, member, *touch, count in cursor.fetchall():
            crossed = f", crossed with {dict(zip(TOUCH, touch, strict=True))}" if touch[0] is not None else ""
            yield f"{cube.key}: grain {grain}, {start}, dimension {dimension}/{member}{crossed} differs by {count}"


def differing_counts(cube: PeriodCube) -> str:
    known = {f"{dimension.value}_id" for dimension in cube.dimensions}
    touch = listed(f"f.{name}" if name in known else f"0::bigint AS {name}" for name in TOUCH)
    by_touch = (dimension for dimension in cube.dimensions if dimension not in (Dimension.OWNER, Dimension.TEAM))
    sides = " UNION ALL ".join(
        f"SELECT {DIMENSION_CODES[dimension]}, c.{dimension.value}_id WHERE c.dimension = 0" for dimension in by_touch
    )
    margin, key = listed(f"NULL::bigint AS {name}" for name in TOUCH), f"grain, dimension, start, member, {listed(TOUCH)}"
    return f"""
        WITH {COUNTED[cube].format(touch=touch)}
        SELECT {key}, sum(n) FROM (
            SELECT c.grain, v.dimension, c.start, v.member, {margin}, c.n
              FROM counted c CROSS JOIN LATERAL (SELECT c.dimension, c.member UNION ALL {sides}) v (dimension, member)
             UNION ALL
            SELECT grain, dimension, start, member, {margin}, -m1 FROM kpis_rollup WHERE cube = %(cube)s
             UNION ALL
            SELECT {key}, n FROM counted WHERE grain NOT IN ({DAY_GRAIN}, {WEEK_GRAIN})
             UNION ALL
            SELECT {key}, -m1 FROM {MONTHS} WHERE cube = %(cube)s) q
         GROUP BY {key} HAVING sum(n) <> 0 LIMIT {FEW}
    """
