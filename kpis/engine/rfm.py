"""RFM snapshots: computed set by set for the end of each month, and again when an order or refund of their window changes.

One worker at a time. Marks of days become dirty snapshots; then the oldest dirty ones are computed from the rows, which are
read once for all of them: from one to the next, customers get what came into the window and lose what left it, and where
their scores are no longer what they were, that is noted. All of it happens under one lock and in this order, so that
whatever a snapshot was computed without has a mark that is still to come.
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
from kpis.engine.rfmmoves import compare, moves_of
from kpis.models import FOR_EVER, RfmSnapshot
from kpis.rfm import GRID, SCORES, SEGMENT_CODES, WINDOW_DAYS, snapshot_days

SEGMENTS = ", ".join(str(SEGMENT_CODES[segment]) for row in GRID for segment in row)
SEGMENT = f"(ARRAY[{SEGMENTS}])[(recency - 1) * {SCORES} + frequency]"
# Snapshots whose rows are read, and whose spans are written, together: all 25 that one day can be in the window of.
AT_ONCE = 30
# A customer's three scores as one number; 0 is who bought nothing in the window.
CODE = "recency * 100 + frequency * 10 + monetary"
DIGITS = "{0} / 100 AS recency, {0} / 10 - {0} / 100 * 10 AS frequency, {0} - {0} / 10 * 10 AS monetary"

# The cuts are the values at places ceil(n/5), ceil(2n/5) … in order; half a place less is a share that no rounding moves.
SHARES = ", ".join(f"(({part} * n + {SCORES - 1}) / {SCORES} - 0.5)::float8 / n" for part in range(1, SCORES))
CUTS = ", ".join(
    f"percentile_disc((SELECT parts FROM share)) WITHIN GROUP (ORDER BY {name}) AS {name}"
    for name in ("days", "orders", "revenue")
)


def segment_of_code(code: str) -> str:
    """The number of its segment; 0 of none."""
    return f"coalesce((ARRAY[{SEGMENTS}])[({code} / 100 - 1) * {SCORES} + {code} / 10 - {code} / 100 * 10], 0)"


def rank(column: str, scores: Sequence[int]) -> str:
    """The score of a value: the first of some for those up to the first cut, the last for those above all."""
    steps = " ".join(f"WHEN b.{column} <= c.{column}{part} THEN {score}" for part, score in enumerate(scores[:-1], start=1))
    return f"CASE {steps} ELSE {scores[-1]} END"


CUT = ", ".join(f"{name}[{part}] AS {name}{part}" for name in ("days", "orders", "revenue") for part in range(1, SCORES))
# Scores of a relation `base` (customer_id, days, orders, revenue …); of who has no orders they mean nothing.
# `1 + floor(5·k/n)`, k of the n being strictly smaller, is one more than the number of cuts below the value.
SCORING = f"""
     share AS MATERIALIZED (SELECT ARRAY[{SHARES}] AS parts FROM (SELECT nullif(count(*), 0) AS n FROM base WHERE orders > 0) q),
     cuts AS MATERIALIZED (SELECT {CUT} FROM (SELECT {CUTS} FROM base WHERE orders > 0) q),
     score AS (
        SELECT b.*, {rank("days", range(SCORES, 0, -1))} AS recency, {rank("orders", range(1, SCORES + 1))} AS frequency,
               {rank("revenue", range(1, SCORES + 1))} AS monetary
          FROM base b CROSS JOIN cuts c)
"""
# What came in and went out since `known`, what everybody has then, and what that makes of them; `then` is a month before.
# Who has left the window is known until nobody asks any more what they were a month ago.
STEP = f"""
WITH flow AS (
        SELECT customer_id, max(day) FILTER (WHERE orders > 0) AS last_day, sum(orders) AS orders, sum(amount) AS revenue
          FROM (SELECT customer_id, day, orders, amount FROM kpis_rfmflow WHERE day > %(known)s AND day <= %(day)s
                 UNION ALL
                SELECT customer_id, day, -orders, -amount FROM kpis_rfmflow
                 WHERE day > %(known)s - {WINDOW_DAYS} AND day <= %(day)s - {WINDOW_DAYS}) q
         GROUP BY customer_id),
     base AS MATERIALIZED (
        SELECT customer_id, greatest(b.last_day, f.last_day) AS last_day, %(day)s - greatest(b.last_day, f.last_day) AS days,
               coalesce(b.orders + f.orders, b.orders, f.orders) AS orders,
               coalesce(b.revenue + f.revenue, b.revenue, f.revenue) AS revenue,
               coalesce(b.code, 0) AS code, coalesce(b.since, '-infinity') AS since, coalesce(b.before, 0) AS before
          FROM {{stood}} b FULL JOIN flow f USING (customer_id)), {SCORING},
     stand AS MATERIALIZED (
        SELECT customer_id, last_day, orders, revenue, code, since, before, CASE WHEN orders > 0 THEN {CODE} ELSE 0 END AS found
          FROM score),
     ended AS (
        INSERT INTO kpis_rfmpiece SELECT customer_id, code, since, %(day)s FROM stand WHERE found <> code AND code > 0),
     kept AS (
        INSERT INTO {{stands}} (customer_id, last_day, orders, revenue, code, since, before)
        SELECT customer_id, last_day, orders, revenue, found, CASE WHEN found = code THEN since ELSE %(day)s END,
               CASE WHEN found = code THEN before ELSE code END
          FROM stand WHERE orders > 0 OR revenue <> 0 OR code > 0 OR since > %(day)s - 31),
     moved AS (
        INSERT INTO kpis_rfmmove (earlier, day, before, after, customers)
        SELECT %(then)s, %(day)s, {segment_of_code("was")}, {segment_of_code("found")}, sum(customers)
          FROM (SELECT CASE WHEN since <= %(then)s THEN code ELSE before END AS was, found, count(*) AS customers
                  FROM stand WHERE %(then)s::date IS NOT NULL GROUP BY 1, 2) q
         WHERE was > 0 OR found > 0 GROUP BY 3, 4)
INSERT INTO kpis_rfmcell (day, recency, frequency, monetary, customers, revenue)
SELECT %(day)s, {DIGITS.format("found")}, count(*), sum(revenue) FROM stand WHERE found > 0 GROUP BY found
"""
# Of the days from one snapshot up to another, all of which were computed. Pieces hold within them; most customers have the
# same ones as are stored, and are left alone. Of the others, what is stored around those days is kept beside them, pieces
# that meet and say the same are one span, and only spans that are not as they were are written.
RECORD = f"""
WITH piece AS MATERIALIZED (
        SELECT customer_id, code, greatest(first_day, %(first)s) AS first_day, least(until_day, %(until)s) AS until_day
          FROM (SELECT customer_id, code, first_day, until_day FROM kpis_rfmpiece
                 UNION ALL
                SELECT customer_id, code, since, 'infinity' FROM {{stood}} WHERE code > 0) p
         WHERE first_day < %(until)s AND until_day > %(first)s),
     around AS MATERIALIZED (
        SELECT id, customer_id, {CODE} AS code, first_day, until_day FROM kpis_rfmspan
         WHERE until_day >= %(first)s AND first_day <= %(until)s),
     moved AS MATERIALIZED (
        SELECT DISTINCT customer_id
          FROM (SELECT customer_id, code, first_day, until_day, 1 AS sign FROM piece
                 UNION ALL
                SELECT customer_id, code, greatest(first_day, %(first)s), least(until_day, %(until)s), -1 FROM around
                 WHERE first_day < %(until)s AND until_day > %(first)s) q
         GROUP BY customer_id, code, first_day, until_day HAVING sum(sign) <> 0),
     stored AS MATERIALIZED (SELECT a.* FROM around a JOIN moved USING (customer_id)),
     parted AS (
        SELECT *, (lag(until_day) OVER own = first_day AND lag(code) OVER own = code) IS NOT TRUE AS begins,
               (lead(first_day) OVER own = until_day AND lead(code) OVER own = code) IS NOT TRUE AS ends
          FROM (SELECT p.* FROM piece p JOIN moved USING (customer_id)
                 UNION ALL
                SELECT customer_id, code, first_day, least(until_day, %(first)s) FROM stored WHERE first_day < %(first)s
                 UNION ALL
                SELECT customer_id, code, greatest(first_day, %(until)s), until_day FROM stored WHERE until_day > %(until)s) k
        WINDOW own AS (PARTITION BY customer_id ORDER BY first_day)),
     edge AS (
        SELECT customer_id, code, first_day, begins, CASE WHEN ends THEN until_day ELSE lead(until_day) OVER own END AS until_day
          FROM parted WHERE begins OR ends WINDOW own AS (PARTITION BY customer_id ORDER BY first_day)),
     changed AS MATERIALIZED (
        SELECT customer_id, code, first_day, until_day, s.id
          FROM (SELECT * FROM edge WHERE begins) e FULL JOIN stored s USING (customer_id, code, first_day, until_day)
         WHERE s.id IS NULL OR e.begins IS NULL),
     gone AS (DELETE FROM kpis_rfmspan s USING changed c WHERE s.id = c.id)
INSERT INTO kpis_rfmspan (customer_id, recency, frequency, monetary, segment, first_day, until_day)
SELECT customer_id, recency, frequency, monetary, {SEGMENT}, first_day, until_day
  FROM (SELECT customer_id, {DIGITS.format("code")}, first_day, until_day FROM changed WHERE id IS NULL) q
"""
SESSION_TABLES = """
    CREATE TEMP TABLE IF NOT EXISTS kpis_rfmflow (customer_id bigint, day date, orders int, amount numeric) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS kpis_rfmstand (customer_id bigint, last_day date, orders bigint, revenue numeric,
        code smallint, since date, before smallint) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS kpis_rfmnext (LIKE kpis_rfmstand) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS kpis_rfmpiece (customer_id bigint, code smallint, first_day date, until_day date)
        ON COMMIT DELETE ROWS;
    TRUNCATE kpis_rfmflow, kpis_rfmstand, kpis_rfmnext, kpis_rfmpiece;
    DROP INDEX IF EXISTS pg_temp.kpis_rfmflow_day
"""


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
    columns = f"customer_id, recency, frequency, monetary, {SEGMENT} AS segment, days, orders, revenue"
    return f"WITH base AS MATERIALIZED ({base}), {SCORING} SELECT {columns} FROM score", params


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
            compute(cursor, days)
            RfmSnapshot.objects.filter(pk__in=days).update(is_dirty=False, computed_at=at)
    return len(days)


def before_window(day: date) -> date:
    """The last day that is too early for the window of a day."""
    return day - timedelta(days=WINDOW_DAYS)


def collect(cursor: Any, first: date, last: date) -> bool:
    """What was bought and returned in the windows of some days, from one statement and so from one state; if anything was."""
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
    is_any = cursor.rowcount > 0
    cursor.execute("CREATE INDEX kpis_rfmflow_day ON kpis_rfmflow (day); ANALYZE kpis_rfmflow")
    return is_any


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


def compute(cursor: Any, days: Sequence[date]) -> None:
    """Score everybody as of each of some days, in order."""
    # A snapshot that was never computed ends no span, and nobody moved since it.
    computed = RfmSnapshot.objects.filter(Q(computed_at__isnull=False) | Q(pk__in=days)).order_by("day")
    known = list(computed.values_list("day", flat=True))
    together, apart = moves_of(days, known)
    cursor.execute("DELETE FROM kpis_rfmcell WHERE day = ANY(%s)", [list(days)])
    cursor.execute("DELETE FROM kpis_rfmmove WHERE day = ANY(%s) OR earlier = ANY(%s)", [list(days), list(days)])
    # of a shop that stopped selling, most of the months since then have nobody to score
    steps = days if collect(cursor, days[0], days[-1]) else []
    stood, stands = "kpis_rfmstand", "kpis_rfmnext"
    for before, day in zip([before_window(days[0]), *steps], steps, strict=False):
        step = STEP.format(stood=stood, stands=stands)
        cursor.execute(step, {"known": before, "day": day, "then": together.get(day)})
        cursor.execute(f"TRUNCATE {stood}")
        stood, stands = stands, stood
    following = dict(pairwise([*known, FOR_EVER]))
    cursor.execute("ANALYZE kpis_rfmpiece")
    for first, until in runs_of([(day, following[day]) for day in days]):
        cursor.execute(RECORD.format(stood=stood), {"first": first, "until": until})
    compare(cursor, apart)


def runs_of(spans: Sequence[tuple[date, date]]) -> list[tuple[date, date]]:
    """Spans of days in order, those that meet as one."""
    runs = [spans[0]]
    for first, until in spans[1:]:
        if first == runs[-1][1]:
            runs[-1] = (runs[-1][0], until)
        else:
            runs.append((first, until))
    return runs
