"""Revenue of customers who were acquired in the same period: kept with the facts of customers.

What a day brought counts in those of its periods in which the acquisition lies: those that begin on or before it, and, where
something was given back before all that counts, that end on or after it. Longer than a year apart they share no period.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce

from kpis.catalogue.cubes.newcomers import NEWCOMERS_ORDERS, NEWCOMERS_REFUNDS
from kpis.definitions import DIMENSION_CODES, Cube, Dimension
from kpis.engine.crossing import TOUCH, listed
from kpis.engine.distinct import LONG, SHORT, periods
from kpis.engine.folding import LONGEST_PERIOD
from kpis.engine.rewriting import Relation, rewrite
from kpis.models import Batch, Cross, Rollup

NEWCOMER_DAYS = Relation("kpis_newcomerday", ("fact_id", "day", "owner_id"), ("orders", "net", "refunded"))
NOTES = "kpis_newcomernote"
CODE = DIMENSION_CODES
ORDERS, REFUNDS = NEWCOMERS_ORDERS.code, NEWCOMERS_REFUNDS.code
SUMS = "sum(orders) AS orders, sum(net) AS net, sum(refunded) AS refunded"
ANY = "sum(orders) <> 0 OR sum(net) <> 0 OR sum(refunded) <> 0"
SIDES = f"(0, 0::bigint), ({CODE['channel']}, channel_id), ({CODE['campaign']}, campaign_id), ({CODE['owner']}, owner_id)"
HOLDERS = f"(0, 0::bigint), ({CODE['owner']}, owner_id)"
# The folds of both cubes from one row of sums.
CUBES = f"(VALUES ({ORDERS}, s.orders, s.net), ({REFUNDS}, s.refunded, 0)) v (cube, m1, m2)"
TOUCHED = ("channel_id", "campaign_id")

# How many periods of a day begin by the acquisition; and where that follows the day, by when they must not be over.
PLACED = f"""
    placed AS (
        SELECT c.stretch, CASE WHEN d.first_day > d.day THEN d.first_day END AS until,
               width_bucket(d.first_day, c.starts) AS upto, d.channel_id, d.campaign_id, d.owner_id, {SUMS}
          FROM {NOTES} d JOIN periods c USING (day) GROUP BY 1, 2, 3, 4, 5, 6 HAVING {ANY})
"""


def prepare_newcomers(cursor: Any) -> None:
    cursor.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {NOTES} (day date, first_day date, channel_id bigint, campaign_id bigint,"
        f" owner_id bigint, orders int, net numeric, refunded numeric) ON COMMIT DELETE ROWS; DELETE FROM {NOTES}"
    )


def write_newcomers(cursor: Any, *, known: bool) -> None:
    """What the batch's customers bought and gave back at most a year from the day they came."""
    batch = Batch.objects.values("customer_id")
    bought = NEWCOMERS_ORDERS.rows().filter(customer_id__in=batch).order_by()
    bought = bought.values(fact=F("customer_id"), on=F("placed_on"), of=owner_of(NEWCOMERS_ORDERS), net=F("net_amount"))
    returned = NEWCOMERS_REFUNDS.rows().filter(order__customer_id__in=batch).order_by()
    returned = returned.values(
        fact=F("order__customer_id"), on=F("refunded_on"), of=owner_of(NEWCOMERS_REFUNDS), back=F("amount")
    )
    (of_orders, params), (of_refunds, more) = (rows.query.sql_with_params() for rows in (bought, returned))
    rewrite(
        cursor,
        NEWCOMER_DAYS,
        f"""
        SELECT q.fact, q.on, q.of, sum(q.orders), sum(q.net), sum(q.back)
          FROM (SELECT o.fact, o.on, o.of, 1 AS orders, o.net, 0 AS back FROM ({of_orders}) o UNION ALL
                SELECT r.fact, r.on, r.of, 0, 0, r.back FROM ({of_refunds}) r) q
          JOIN kpis_customerfact f ON f.customer_id = q.fact
         WHERE abs(q.on - f.first_day) < {LONGEST_PERIOD} GROUP BY 1, 2, 3
        """,
        [*params, *more],
        known=known,
    )


def owner_of(cube: Cube) -> Coalesce:
    return Coalesce(cube.dimensions[Dimension.OWNER], Value(0))


def note_newcomers(cursor: Any, sign: int) -> None:
    cursor.execute(
        f"""
        INSERT INTO {NOTES}
        SELECT k.day, f.first_day, f.channel_id, f.campaign_id, k.owner_id, {sign} * k.orders, {sign} * k.net, {sign} * k.refunded
          FROM kpis_newcomerday k JOIN kpis_batch b ON b.customer_id = k.fact_id
          JOIN kpis_customerfact f ON f.customer_id = k.fact_id
        """
    )


def carry_newcomers(cursor: Any) -> None:
    """Add what the notes make of the sums of periods, and of those of an owner and a first touch together."""
    for grains in (SHORT, LONG):
        terms = [periods(grains, NOTES), PLACED, summed("summed", SIDES, ())]
        if grains == LONG:
            crossed = adding("crossed", Cross._meta.db_table, TOUCHED, TOUCH)
            terms += [summed("crossed", HOLDERS, TOUCHED), f"carried AS ({crossed})"]
        cursor.execute(f"WITH {', '.join(terms)} {adding('summed', Rollup._meta.db_table, (), ())}")


def summed(name: str, members: str, touch: Sequence[str]) -> str:
    """WITH terms that end with the sums of periods by some members, of each first touch where they are crossed."""
    also = "".join(f", {column}" for column in touch)
    return f"""
        {name}_by_member AS MATERIALIZED (
            SELECT stretch, until, upto, w.dimension, w.member{also}, {SUMS}
              FROM placed CROSS JOIN LATERAL (VALUES {members}) w (dimension, member)
             WHERE upto > 0 GROUP BY stretch, until, upto, w.dimension, w.member{also} HAVING {ANY}),
        {name} AS (
            SELECT c.grains[i] AS grain, m.dimension, c.starts[i] AS start, m.member{also}, {SUMS}
              FROM {name}_by_member m JOIN stretches c USING (stretch) CROSS JOIN LATERAL generate_series(1, m.upto) i
             WHERE m.until IS NULL OR m.until <= c.lasts[i]
             GROUP BY c.grains[i], m.dimension, c.starts[i], m.member{also} HAVING {ANY})"""


def adding(name: str, table: str, touch: Sequence[str], unique: Sequence[str]) -> str:
    """The INSERT that adds such sums to a table's; by `unique` columns of the touch one row differs from the next."""
    key = ("grain", "dimension", "start", "member")
    return f"""
        INSERT INTO {table} AS t (cube, {listed((*key, *touch))}, m1, m2)
        SELECT v.cube, {listed((*key, *touch), "s.")}, v.m1, v.m2 FROM {name} s CROSS JOIN LATERAL {CUBES}
         WHERE v.m1 <> 0 OR v.m2 <> 0 ORDER BY v.cube, {listed((*key, *touch), "s.")}
        ON CONFLICT (cube, {listed((*key, *unique))}) DO UPDATE SET m1 = t.m1 + EXCLUDED.m1, m2 = t.m2 + EXCLUDED.m2"""


# -- drift -----------------------------------------------------------------------------------------------------------

# Of whom the days are wrong, straight from the orders and refunds.
CHECK = f"""
    WITH flow AS (
        SELECT o.customer_id, o.placed_on AS day, coalesce(o.owner_id, c.owner_id, 0) AS owner_id, 1 AS orders,
               o.net_amount AS net, 0 AS refunded
          FROM customers_order o JOIN customers_customer c ON c.id = o.customer_id WHERE o.status IN ('paid', 'fulfilled')
         UNION ALL
        SELECT o.customer_id, r.refunded_on, coalesce(o.owner_id, c.owner_id, 0), 0, 0, r.amount
          FROM customers_refund r JOIN customers_order o ON o.id = r.order_id JOIN customers_customer c ON c.id = o.customer_id
         WHERE o.status IN ('paid', 'fulfilled')),
    expected AS (
        SELECT customer_id, day, w.owner_id, {SUMS} FROM flow w JOIN kpis_customerfact f USING (customer_id)
         WHERE day BETWEEN f.first_day - {LONGEST_PERIOD - 1} AND f.first_day + {LONGEST_PERIOD - 1} GROUP BY 1, 2, 3)
    SELECT coalesce(e.customer_id, k.fact_id) AS customer_id
      FROM expected e FULL JOIN kpis_newcomerday k ON (k.fact_id, k.day, k.owner_id) = (e.customer_id, e.day, e.owner_id)
     WHERE (e.customer_id, e.orders, e.net, e.refunded) IS DISTINCT FROM (k.fact_id, k.orders, k.net, k.refunded)
"""
SAME_PERIOD = """
    FROM kpis_newcomerday k JOIN kpis_customerfact f ON f.customer_id = k.fact_id
    JOIN kpis_calendarday c ON c.day = k.day AND f.first_day BETWEEN c.start AND c.last
   CROSS JOIN LATERAL (VALUES {members}) w (dimension, member)
   CROSS JOIN LATERAL (VALUES ({orders}, k.orders, k.net), ({refunds}, k.refunded, 0)) v (cube, m1, m2)
"""


def drift_of_newcomers(cursor: Any) -> Iterator[str]:
    """The sums against the facts they stand on: never apart, dirty or not."""
    owner, codes = f"({CODE['owner']}, k.owner_id)", {"orders": ORDERS, "refunds": REFUNDS}
    sides = f"(0, 0::bigint), ({CODE['channel']}, f.channel_id), ({CODE['campaign']}, f.campaign_id), {owner}"
    tables = {
        Rollup._meta.db_table: (sides, "0, 0", "0, 0", "TRUE"),
        Cross._meta.db_table: (
            f"(0, 0::bigint), {owner}",
            "f.channel_id, f.campaign_id",
            "channel_id, campaign_id",
            f"c.grain {LONG}",
        ),
    }
    for table, (members, touch, stored, condition) in tables.items():
        cursor.execute(
            "SELECT cube, grain, start, dimension, member, sum(m1), sum(m2) FROM ("
            f"SELECT v.cube, c.grain, c.start, w.dimension, w.member, {touch}, v.m1, v.m2"
            f" {SAME_PERIOD.format(members=members, **codes)} WHERE {condition} UNION ALL"
            f" SELECT cube, grain, start, dimension, member, {stored}, -m1, -m2 FROM {table} WHERE cube IN ({ORDERS}, {REFUNDS})"
            ") q (cube, grain, start, dimension, member, channel_id, campaign_id, m1, m2)"
            " GROUP BY cube, grain, start, dimension, member, channel_id, campaign_id HAVING sum(m1) <> 0 OR sum(m2) <> 0"
            " ORDER BY 1, 2, 3, 4, 5 LIMIT 20"
        )
        yield from (
            f"newcomers: {table}, cube {row[0]}, grain {row[1]}, {row[2]}, dimension {row[3]}/{row[4]} differs by {row[5:]}"
            for row in cursor.fetchall()
        )
