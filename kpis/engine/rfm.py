"""RFM snapshots: computed set by set for the end of each month, and again when an order or refund of their window changes.

One worker at a time. Marks of days become dirty snapshots; then the oldest dirty ones are computed from the rows, which are
read once for all of them: from one to the next, customers get what came into the window and lose what left it. All of it
happens under one lock and in this order, so that whatever a snapshot was computed without has a mark that is still to come.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from crm.models import Organization
from customers.models import Order, Refund
from kpis.catalogue.measures import RFM
from kpis.engine.locks import SNAPSHOTS, lock, own_transaction
from kpis.models import FOR_EVER, RfmSnapshot
from kpis.rfm import GRID, SCORES, SEGMENT_CODES, WINDOW_DAYS, snapshot_days

SEGMENTS = ", ".join(str(SEGMENT_CODES[segment]) for row in GRID for segment in row)
SEGMENT = f"(ARRAY[{SEGMENTS}])[(recency - 1) * {SCORES} + frequency]"
# Snapshots whose rows are read, and whose spans are written, together.
AT_ONCE = 20
SCORE = "customer_id, recency, frequency, monetary"
# What was found of some snapshots holds up to the next known one. What was stored of other days is kept beside it, pieces
# that meet and say the same are one span, and only spans that are not as they were are written.
RECORD = f"""
WITH snapshot AS (SELECT * FROM unnest(%(days)s::date[], %(untils)s::date[]) s (day, until_day)),
     covered AS MATERIALIZED (
        SELECT range_agg(daterange(day, until_day)) AS days, min(day) AS first_day, max(until_day) AS last_day FROM snapshot),
     stored AS MATERIALIZED (
        SELECT s.* FROM kpis_rfmspan s CROSS JOIN covered c WHERE s.until_day >= c.first_day AND s.first_day <= c.last_day),
     piece AS (
        SELECT {SCORE}, day AS first_day, until_day FROM kpis_rfmfresh JOIN snapshot USING (day)
         UNION ALL
        SELECT {SCORE}, lower(k.days), upper(k.days)
          FROM stored s CROSS JOIN covered c
         CROSS JOIN LATERAL unnest(datemultirange(daterange(s.first_day, s.until_day)) - c.days) k (days)),
     told AS (SELECT *, recency * 100 + frequency * 10 + monetary AS score FROM piece),
     parted AS (
        SELECT *, (lag(until_day) OVER own = first_day AND lag(score) OVER own = score) IS NOT TRUE AS begins,
               (lead(first_day) OVER own = until_day AND lead(score) OVER own = score) IS NOT TRUE AS ends
          FROM told WINDOW own AS (PARTITION BY customer_id ORDER BY first_day)),
     edge AS (
        SELECT {SCORE}, first_day, begins, CASE WHEN ends THEN until_day ELSE lead(until_day) OVER own END AS until_day
          FROM parted WHERE begins OR ends WINDOW own AS (PARTITION BY customer_id ORDER BY first_day)),
     changed AS MATERIALIZED (
        SELECT {SCORE}, first_day, until_day, s.id
          FROM (SELECT * FROM edge WHERE begins) e FULL JOIN stored s USING ({SCORE}, first_day, until_day)
         WHERE s.id IS NULL OR e.begins IS NULL),
     gone AS (DELETE FROM kpis_rfmspan s USING changed c WHERE s.id = c.id)
INSERT INTO kpis_rfmspan ({SCORE}, segment, first_day, until_day)
SELECT {SCORE}, {SEGMENT}, first_day, until_day FROM changed WHERE id IS NULL
"""

SESSION_TABLES = """
    CREATE TEMP TABLE IF NOT EXISTS kpis_rfmflow (customer_id bigint, day date, orders int, amount numeric) ON COMMIT DELETE ROWS;
    CREATE INDEX IF NOT EXISTS kpis_rfmflow_day ON kpis_rfmflow (day);
    CREATE TEMP TABLE IF NOT EXISTS kpis_rfmbase (customer_id bigint PRIMARY KEY, last_day date, orders bigint, revenue numeric)
        ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS kpis_rfmfresh (day date, customer_id bigint, recency smallint, frequency smallint,
        monetary smallint) ON COMMIT DELETE ROWS;
    TRUNCATE kpis_rfmflow, kpis_rfmbase, kpis_rfmfresh
"""
# From the window of one day to that of a later one; of a customer whose orders have all left it, nothing is counted.
SLIDE = f"""
    INSERT INTO kpis_rfmbase AS b (customer_id, last_day, orders, revenue)
    SELECT customer_id, max(day) FILTER (WHERE orders > 0), sum(orders), sum(amount)
      FROM (SELECT customer_id, day, orders, amount FROM kpis_rfmflow WHERE day > %(known)s AND day <= %(day)s
             UNION ALL
            SELECT customer_id, day, -orders, -amount FROM kpis_rfmflow
             WHERE day > %(known)s - {WINDOW_DAYS} AND day <= %(day)s - {WINDOW_DAYS}) q
     GROUP BY customer_id
    ON CONFLICT (customer_id) DO UPDATE
       SET last_day = greatest(b.last_day, EXCLUDED.last_day), orders = b.orders + EXCLUDED.orders,
           revenue = b.revenue + EXCLUDED.revenue
"""
SLID = "SELECT customer_id, %s::date - last_day AS days, orders, revenue FROM kpis_rfmbase WHERE orders > 0"


def figures(as_of: date, window: int | None = WINDOW_DAYS, customers: QuerySet | None = None) -> tuple[str, list[Any]]:
    """SELECT of (customer_id, days, orders, revenue): what the scores are of; of some customers, or of all."""
    bought_sql, bought_params = bought(as_of, window, customers).query.sql_with_params()
    returned_sql, returned_params = returned(as_of, window, customers).query.sql_with_params()
    sql = f"""
        SELECT b.customer_id, %s::date - b.last_day AS days, b.orders, b.net - coalesce(r.amount, 0) AS revenue
          FROM ({bought_sql}) b (customer_id, last_day, orders, net)
          LEFT JOIN ({returned_sql}) r (buyer, amount) ON r.buyer = b.customer_id"""
    return sql, [as_of, *bought_params, *returned_params]


def scored(as_of: date, window: int | None = WINDOW_DAYS) -> tuple[str, list[Any]]:
    """SELECT of (customer_id, recency, frequency, monetary, segment, days, orders, revenue) as of the evening of a day."""
    base, params = figures(as_of, window)
    return scoring(base), params


def scoring(base: str) -> str:
    """SELECT of the scores of a relation (customer_id, days, orders, revenue).

    `1 + floor(5·k/n)`, k of the n being strictly smaller, is one more than the number of cuts below the value, where the
    cuts are the values at places ceil(n/5), ceil(2n/5) … in order: so nothing is sorted but once.
    """
    cuts = ", ".join(f"min(value) FILTER (WHERE place >= ({part} * n + {SCORES - 1}) / {SCORES})" for part in range(1, SCORES))
    return f"""
        WITH base AS MATERIALIZED ({base}),
             people AS MATERIALIZED (SELECT count(*) AS n FROM base),
             by_days AS (SELECT days AS value, sum(count(*)) OVER (ORDER BY days) AS place FROM base GROUP BY days),
             by_orders AS (SELECT orders AS value, sum(count(*)) OVER (ORDER BY orders) AS place FROM base GROUP BY orders),
             by_revenue AS (SELECT revenue AS value, row_number() OVER (ORDER BY revenue) AS place FROM base),
             cuts AS MATERIALIZED (
                SELECT (SELECT ARRAY[{cuts}] FROM by_days) AS days, (SELECT ARRAY[{cuts}] FROM by_orders) AS orders,
                       (SELECT ARRAY[{cuts}] FROM by_revenue) AS revenue FROM people),
             score AS (
                SELECT b.*, {SCORES} - ({passed("days")}) AS recency, 1 + {passed("orders")} AS frequency,
                       1 + {passed("revenue")} AS monetary
                  FROM base b CROSS JOIN cuts c)
        SELECT customer_id, recency, frequency, monetary,
               {SEGMENT} AS segment, days, orders, revenue FROM score
    """


def passed(column: str) -> str:
    """How many cuts lie strictly below a value."""
    return " + ".join(f"(c.{column}[{part}] < b.{column})::int" for part in range(1, SCORES))


def bought(as_of: date, window: int | None, customers: QuerySet | None) -> QuerySet:
    """Counted customers with their counted orders of the window."""
    rows = Order.objects.counted().filter(customer__isnull=False, customer__merged_into__isnull=True, placed_on__lte=as_of)
    if window is not None:
        rows = rows.filter(placed_on__gt=as_of - timedelta(days=window))
    if customers is not None:
        rows = rows.filter(customer__in=customers)
    return rows.order_by().values("customer_id").annotate(last_day=Max("placed_on"), orders=Count("pk"), net=Sum("net_amount"))


def returned(as_of: date, window: int | None, customers: QuerySet | None) -> QuerySet:
    """What was refunded in the window, whenever it had been bought."""
    rows = Refund.objects.counted().filter(refunded_on__lte=as_of)
    if window is not None:
        rows = rows.filter(refunded_on__gt=as_of - timedelta(days=window))
    if customers is not None:
        rows = rows.filter(order__customer__in=customers)
    rows = rows.order_by().values("order__customer_id")
    return rows.annotate(amount=Sum("amount")).values_list("order__customer_id", "amount")


def drain_snapshots(*, at: datetime, wait: bool = False, limit: int = AT_ONCE) -> int | None:
    """Take the marks, then compute the oldest dirty snapshots; how many, or None when another worker is at it."""
    with own_transaction() as cursor:
        if not lock(cursor, SNAPSHOTS, wait=wait):
            return None
        register(at)
        take_marks(cursor)
        dirty = RfmSnapshot.objects.filter(is_dirty=True).order_by("day")
        days = list(dirty.values_list("day", flat=True)[:limit])
        if days:
            # Sorting everybody on disk would take several times as long; a million customers take many seconds as it is.
            cursor.execute("SET LOCAL work_mem = '256MB'; SET LOCAL statement_timeout = '3600s'")
            collect(cursor, days[0], days[-1])
            for known, day in zip([before_window(days[0]), *days], days, strict=False):
                cursor.execute(SLIDE, {"known": known, "day": day})
                compute(cursor, day)
            record(cursor, days)
            RfmSnapshot.objects.filter(pk__in=days).update(is_dirty=False, computed_at=at)
    return len(days)


def before_window(day: date) -> date:
    """The last day that is too early for the window of a day."""
    return day - timedelta(days=WINDOW_DAYS)


def collect(cursor: Any, first: date, last: date) -> None:
    """What was bought and returned in the windows of some days, from one statement and so from one state."""
    days = before_window(first) + timedelta(days=1), last
    bought = Order.objects.counted().filter(customer__merged_into__isnull=True, placed_on__range=days).order_by()
    returned = Refund.objects.counted().filter(refunded_on__range=days).order_by()
    orders, order_params = bought.values_list("customer_id", "placed_on", "net_amount").query.sql_with_params()
    refunds, refund_params = returned.values_list("order__customer_id", "refunded_on", "amount").query.sql_with_params()
    cursor.execute(SESSION_TABLES)
    cursor.execute(
        f"INSERT INTO kpis_rfmflow SELECT customer, day, 1, amount FROM ({orders}) o (customer, day, amount)"
        f" WHERE customer IS NOT NULL UNION ALL SELECT customer, day, 0, -amount FROM ({refunds}) r (customer, day, amount)"
        " WHERE customer IS NOT NULL",
        [*order_params, *refund_params],
    )
    cursor.execute("ANALYZE kpis_rfmflow")


def register(at: datetime) -> None:
    """A row for every month that has ended since the first order."""
    first = Order.objects.counted().first_day()
    if first is None:
        return
    days = snapshot_days(first, Organization.current().day_of(at) - timedelta(days=1))
    known = set(RfmSnapshot.objects.values_list("day", flat=True))
    RfmSnapshot.objects.bulk_create([RfmSnapshot(day=day) for day in days if day not in known], ignore_conflicts=True)


def take_marks(cursor: Any) -> None:
    """A day is in the windows of the snapshots from its own evening up to a window later."""
    cursor.execute(
        f"""
        WITH gone AS (DELETE FROM kpis_dirtyday WHERE cube = {RFM.code} RETURNING first_day, last_day, marked_at),
             marked AS (SELECT first_day, last_day, min(marked_at) AS marked_at FROM gone GROUP BY 1, 2)
        UPDATE kpis_rfmsnapshot s SET is_dirty = TRUE, marked_at = m.marked_at
          FROM (SELECT s.day, min(m.marked_at) AS marked_at FROM kpis_rfmsnapshot s
                  JOIN marked m ON m.first_day <= s.day AND m.last_day > s.day - {WINDOW_DAYS}
                 GROUP BY s.day) m
         WHERE s.day = m.day AND NOT s.is_dirty
        """
    )


def compute(cursor: Any, day: date) -> None:
    """Score everybody as of a day: the scores for `record`, and the cells of the day."""
    cursor.execute("DELETE FROM kpis_rfmcell WHERE day = %s", [day])
    cursor.execute(
        f"WITH scored AS MATERIALIZED ({scoring(SLID)}), put AS (INSERT INTO kpis_rfmfresh SELECT %s, {SCORE} FROM scored)"
        " INSERT INTO kpis_rfmcell (day, recency, frequency, monetary, customers, revenue)"
        " SELECT %s, recency, frequency, monetary, count(*), sum(revenue) FROM scored GROUP BY 2, 3, 4",
        [day, day, day],
    )


def record(cursor: Any, days: Sequence[date]) -> None:
    """Rewrite the customers' spans where the scores of some snapshots differ from what is stored."""
    # A snapshot that was never computed ends no span.
    known = RfmSnapshot.objects.filter(Q(computed_at__isnull=False) | Q(pk__in=days)).order_by("day")
    following = dict(pairwise([*known.values_list("day", flat=True), FOR_EVER]))
    cursor.execute("ANALYZE kpis_rfmfresh")
    cursor.execute(RECORD, {"days": list(days), "untils": [following[day] for day in days]})
