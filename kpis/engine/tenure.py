"""Tenure as of the ends of months, the last evening and those it is compared with: kept with the facts of customers.

Of the last evening it is known how many customers had left after how many days, and how many were here since when, so that
what a batch of customers changes is added to it. Of the evenings before it, which change only with what happened by then,
those are marked on which anything did, and read from the spans again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import product
from typing import Any

from django.db.models import Max, Min

from crm.models import Organization
from crm.periods import NAMED_GRAINS, Calendar, period_of
from kpis.definitions import DIMENSION_CODES, Dimension
from kpis.engine.lifetimes import Change, changes_of, known_of, naive_mean, on_evenings, restricted_mean
from kpis.engine.locks import CUSTOMERS, lock, own_transaction
from kpis.models import CustomerSpan, DirtyCustomer, Tenure, TenureEvening
from kpis.rfm import snapshot_days

# By what it is stored, beside the total.
SIDE = Dimension.CHANNEL
NOTES = "kpis_lifetimenote"
# Evenings that the spans are read for together.
AT_ONCE = 40
KEY = "channel_id, left_after, since"
# From a span's first day until it is lost its customer is here since they first came; from then until they are back, they have
# left after so many days.
EDGES = f"""
    SELECT f.{SIDE.value}_id AS channel_id, e.left_after, e.since, e.day, e.n
      FROM kpis_customerspan s JOIN kpis_customerfact f ON f.customer_id = s.fact_id
     CROSS JOIN LATERAL (VALUES (NULL::int, s.since, s.start_day, 1), (NULL, s.since, s.lost_day, -1),
                                (s.lost_day - s.since, NULL, s.lost_day, 1), (s.lost_day - s.since, NULL, s.back_day, -1))
           e (left_after, since, day, n)
"""
ADDED = f"""
    INSERT INTO kpis_lifetime AS t ({KEY}, customers)
    SELECT {KEY}, sum(n) FROM {{edges}} GROUP BY {KEY} HAVING sum(n) <> 0
    ON CONFLICT ({KEY}) DO UPDATE SET customers = t.customers + EXCLUDED.customers
"""
# An evening is another where, of those who left after as many days or are here since the same day, there are more or fewer.
CARRY = f"""
    WITH changed AS MATERIALIZED (
            SELECT {KEY}, day, sum(n) AS n FROM {NOTES} WHERE day <= (SELECT max(day) FROM kpis_tenureevening)
             GROUP BY {KEY}, day HAVING sum(n) <> 0),
         level AS MATERIALIZED (
            SELECT day, coalesce(lead(day) OVER own, 'infinity') AS until, sum(n) OVER own AS n FROM changed
            WINDOW own AS (PARTITION BY {KEY} ORDER BY day)),
         marked AS (
            UPDATE kpis_tenureevening e SET is_dirty = TRUE, marked_at = now()
             WHERE NOT is_dirty AND EXISTS (SELECT FROM level WHERE n <> 0 AND level.day <= e.day AND until > e.day))
    {ADDED.format(edges="changed")}
"""


def prepare_lifetimes(cursor: Any) -> None:
    cursor.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {NOTES} (channel_id bigint, left_after int, since date, day date, n int)"
        f" ON COMMIT DELETE ROWS; DELETE FROM {NOTES}"
    )


def note_lifetimes(cursor: Any, sign: int) -> None:
    cursor.execute(
        f"INSERT INTO {NOTES} SELECT {KEY}, day, {sign} * n FROM ({EDGES} JOIN kpis_batch b ON b.customer_id = s.fact_id) q"
        " WHERE day IS NOT NULL"
    )


def carry_lifetimes(cursor: Any) -> None:
    """Mark the evenings that the notes change, and add to what is known of the last one."""
    cursor.execute(CARRY)


# -- evenings --------------------------------------------------------------------------------------------------------


def drain_tenures(*, at: datetime, wait: bool = False, limit: int = AT_ONCE) -> int | None:
    """Compute the latest dirty evenings; how many, or None when another worker is at the customers.

    Dirty customers come first: they would only make the same evenings dirty again.
    """
    day = Organization.current().day_of(at)
    if DirtyCustomer.objects.exists() or not is_due(day):
        return 0
    with own_transaction() as cursor:
        if not lock(cursor, CUSTOMERS, wait=wait):
            return None
        register(cursor, day)
        days = sorted(TenureEvening.objects.filter(is_dirty=True).order_by("-day").values_list("day", flat=True)[:limit])
        if days:
            store(cursor, days)
            TenureEvening.objects.filter(pk__in=days).update(is_dirty=False)
    return len(days)


def last_evening() -> date | None:
    return TenureEvening.objects.aggregate(day=Max("day"))["day"]


def is_due(day: date) -> bool:
    """Whether there is an evening to compute, or another day has come."""
    last = last_evening()
    if last is None:
        return CustomerSpan.objects.filter(start_day__lte=day).exists()
    return last != day or TenureEvening.objects.filter(is_dirty=True).exists()


def register(cursor: Any, day: date) -> None:
    """The evenings up to a day, which is the last one."""
    first = CustomerSpan.objects.aggregate(day=Min("start_day"))["day"] or day
    wanted = {*snapshot_days(first, day), *(each for each in compared_evenings(day) if each >= first), day}
    if wanted == set(TenureEvening.objects.values_list("day", flat=True)):
        return
    roll(cursor, last_evening(), day)
    TenureEvening.objects.exclude(pk__in=wanted).delete()
    Tenure.objects.exclude(day__in=wanted).delete()
    TenureEvening.objects.bulk_create([TenureEvening(day=each) for each in sorted(wanted)], ignore_conflicts=True)


def compared_evenings(day: date) -> Iterator[date]:
    """The evenings of earlier periods that are as far into them as a day is into its own."""
    rules = Organization.current().calendar_rules
    for calendar, grain in product(Calendar, NAMED_GRAINS):
        period = period_of(day, calendar, grain, rules)
        for other in (period.previous(), period.same_last_year()):
            if count := period.days_compared(other, day):
                yield other.first_days(count).end


def roll(cursor: Any, last: date | None, day: date) -> None:
    """Bring what is known of the last evening to that of a day; where that is an earlier one, back to it."""
    if last is None:
        cursor.execute("DELETE FROM kpis_lifetime")
        cursor.execute(ADDED.format(edges=f"({EDGES}) e WHERE day <= %s"), [day])
    elif last != day:
        sign = 1 if last < day else -1
        edges = f"(SELECT {KEY}, day, {sign} * n AS n FROM ({EDGES}) q) e WHERE day > %s AND day <= %s"
        cursor.execute(ADDED.format(edges=edges), [min(last, day), max(last, day)])
        cursor.execute("DELETE FROM kpis_lifetime WHERE customers = 0")


def store(cursor: Any, days: Sequence[date]) -> None:
    """Write anew what is known of some evenings."""
    Tenure.objects.filter(day__in=days).delete()
    last = last_evening()
    found = [*tenures_from_spans([day for day in days if day != last]), *(tenures_of_last(cursor, last) if last in days else ())]
    Tenure.objects.bulk_create(found, batch_size=5_000)


def tenures_from_spans(days: Sequence[date]) -> Iterator[Tenure]:
    spans = CustomerSpan.objects.values_list("start_day", "lost_day", "since", "back_day", f"fact__{SIDE.value}_id")
    known = known_of(spans, days) if days else []
    for is_split in (False, True):
        for member, changes in changes_of(known, is_split=is_split).items():
            yield from tenures_of(member, changes, days)


def tenures_of_last(cursor: Any, day: date) -> Iterator[Tenure]:
    cursor.execute(f"SELECT {KEY}, customers FROM kpis_lifetime WHERE customers <> 0")
    changes: dict[int | None, list[Change]] = defaultdict(list)
    for channel, *change in cursor.fetchall():
        for member in (None, channel):
            changes[member].append(tuple(change))
    for member, of_one in changes.items():
        yield from tenures_of(member, {0: of_one}, [day])


def tenures_of(member: int | None, changes: Any, days: Sequence[date]) -> Iterator[Tenure]:
    dimension = 0 if member is None else DIMENSION_CODES[SIDE]
    for day, lifetimes in on_evenings(changes, days):
        means = {"tenure": restricted_mean(lifetimes), "naive": naive_mean(lifetimes)}
        yield Tenure(day=day, dimension=dimension, member=member or 0, **means)


# -- drift -----------------------------------------------------------------------------------------------------------

# Each customer by the last span that had begun.
CHECK = """
    WITH evening AS (SELECT max(day) AS day FROM kpis_tenureevening),
         begun AS (
            SELECT DISTINCT ON (s.fact_id) f.channel_id, f.first_day, s.lost_day <= e.day AS has_left,
                   s.lost_day - f.first_day AS days
              FROM kpis_customerspan s JOIN evening e ON s.start_day <= e.day
              JOIN kpis_customerfact f ON f.customer_id = s.fact_id ORDER BY s.fact_id, s.start_day DESC)
    SELECT channel_id, left_after, since, sum(n) FROM (
        SELECT channel_id, CASE WHEN has_left THEN days END, CASE WHEN NOT has_left THEN first_day END, 1 FROM begun UNION ALL
        SELECT channel_id, left_after, since, -customers FROM kpis_lifetime) q (channel_id, left_after, since, n)
     GROUP BY 1, 2, 3 HAVING sum(n) <> 0 ORDER BY 1, 2, 3 LIMIT 20
"""


def drift_of_tenures(cursor: Any) -> Iterator[str]:
    """What is known of the last evening against the spans: never apart, dirty or not. Then the evenings that are not dirty."""
    cursor.execute(CHECK)
    yield from (f"lifetimes: channel {row[0]}, {row[1] or row[2]} differs by {row[3]}" for row in cursor.fetchall())
    days = list(TenureEvening.objects.filter(is_dirty=False).order_by("day").values_list("day", flat=True))
    expected = {(each.day, each.dimension, each.member): (each.tenure, each.naive) for each in tenures_from_spans(days)}
    rows = Tenure.objects.filter(day__in=days).values_list("day", "dimension", "member", "tenure", "naive")
    stored = {tuple(key): (tenure, naive) for *key, tenure, naive in rows}
    wrong = [key for key in expected.keys() | stored.keys() if expected.get(key) != stored.get(key)]
    yield from (f"tenure: {day}, dimension {dimension}/{member} is wrong" for day, dimension, member in sorted(wrong)[:20])
