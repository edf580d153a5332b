"""What the engine stores beside its sums, in DuckDB's words: sums of several members at once, cohorts, and RFM."""

from __future__ import annotations

from typing import Any

from ground import NOW
from shop import FIRST

DATES = {"first": FIRST.isoformat(), "last": NOW.date().isoformat()}
TOUCH = "channel_id, lead_source_id, campaign_id, landing_page_id, social_network_id"
FOLDS = ("m1", "m2", "m3", "m4", "m5", "m6")
TABLES = """
CREATE TABLE kpis_crossday (cube INT, start DATE, dimension INT, member BIGINT, {touch}, {folds});
CREATE TABLE kpis_cross (cube INT, grain INT, start DATE, dimension INT, member BIGINT, {touch}, {folds});
""".format(
    touch=", ".join(f"{name} BIGINT" for name in TOUCH.split(", ")), folds=", ".join(f"{name} DECIMAL(38, 6)" for name in FOLDS)
)
# Who bought, once in a period, by where they came from; in all, and of each owner and team.
BUYERS = """
INSERT INTO kpis_cross
SELECT {cube}, c.grain, c.start, {dimension}, {member}, f.channel_id, 0, f.campaign_id, 0, 0, count(DISTINCT k.fact_id), 0, 0, 0, 0, 0
  FROM kpis_customerday k JOIN kpis_customerfact f ON f.customer_id = k.fact_id
  JOIN kpis_calendarday c ON c.day = k.day AND c.grain NOT IN (0, 1) GROUP BY ALL
"""
# The churned and the engaged.
ONCE = """
INSERT INTO kpis_cross
SELECT {cube}, c.grain, c.start, {dimension}, {member}, {touch}, count(DISTINCT c.fact_id), 0, 0, 0, 0, 0
  FROM {who} c JOIN kpis_customerfact f ON f.customer_id = c.fact_id WHERE c.grain NOT IN (0, 1) GROUP BY ALL
"""
NEWCOMERS = """
INSERT INTO kpis_cross
SELECT n.cube, c.grain, c.start, {dimension}, {member}, n.channel_id, 0, n.campaign_id, 0, 0, sum(n.m1), sum(n.m2), 0, 0, 0, 0
  FROM newcomers n JOIN kpis_calendarday c ON c.day = n.day AND n.first_day BETWEEN c.start AND c.last AND c.grain NOT IN (0, 1)
 GROUP BY ALL
"""
COHORTS = """
CREATE TABLE kpis_cohortcell AS
WITH placed AS (
        SELECT a.grain, a.start AS cohort, c.start AS month, k.fact_id, f.channel_id, f.campaign_id, f.owner_id
          FROM kpis_customerday k JOIN kpis_customerfact f ON f.customer_id = k.fact_id
          JOIN kpis_calendarday a ON a.day = f.first_order_day AND a.grain IN (2, 5)
          JOIN kpis_calendarday c ON c.day = k.day AND c.grain = a.grain GROUP BY ALL)
SELECT grain, CASE WHEN grouping(channel_id) = 0 THEN {channel} WHEN grouping(campaign_id) = 0 THEN {campaign}
                   WHEN grouping(owner_id) = 0 THEN {owner} ELSE 0 END AS dimension, cohort,
       CASE WHEN grouping(channel_id) = 0 THEN channel_id WHEN grouping(campaign_id) = 0 THEN campaign_id
            WHEN grouping(owner_id) = 0 THEN owner_id ELSE 0 END AS member, month, count(*) AS customers
  FROM placed GROUP BY GROUPING SETS ((grain, cohort, month), (grain, cohort, month, channel_id),
                                      (grain, cohort, month, campaign_id), (grain, cohort, month, owner_id))
"""
# Everybody's scores on the last evenings of months that are over, from the orders and refunds of 365 days.
SCORES = """
CREATE OR REPLACE TABLE scores AS
WITH evening AS (SELECT DISTINCT last AS day FROM kpis_calendarday WHERE grain IN ({grains}) AND last >= DATE '{first}' AND last < DATE '{last}'),
     counted AS (SELECT id FROM customers_customer WHERE NOT is_test AND NOT is_spam AND merged_into_id IS NULL),
     flow AS (
        SELECT customer_id, placed_on AS day, 1 AS orders, net_amount AS amount FROM customers_order o
         WHERE status IN ('paid', 'fulfilled') AND customer_id IN (FROM counted) UNION ALL
        SELECT o.customer_id, r.refunded_on, 0, -r.amount FROM customers_refund r JOIN customers_order o ON o.id = r.order_id
         WHERE o.status IN ('paid', 'fulfilled') AND o.customer_id IN (FROM counted)),
     base AS (
        SELECT e.day, f.customer_id, e.day - max(f.day) FILTER (WHERE f.orders > 0) AS days, sum(f.orders) AS orders,
               sum(f.amount) AS revenue
          FROM evening e JOIN flow f ON f.day <= e.day AND f.day > e.day - 365 GROUP BY 1, 2 HAVING sum(f.orders) > 0)
SELECT day, customer_id, revenue,
       5 - 5 * (rank() OVER (PARTITION BY day ORDER BY days) - 1) // count(*) OVER (PARTITION BY day) AS recency,
       1 + 5 * (rank() OVER (PARTITION BY day ORDER BY orders) - 1) // count(*) OVER (PARTITION BY day) AS frequency,
       1 + 5 * (rank() OVER (PARTITION BY day ORDER BY revenue) - 1) // count(*) OVER (PARTITION BY day) AS monetary
  FROM base;
CREATE OR REPLACE TABLE kpis_rfmcell AS
SELECT day, recency, frequency, monetary, count(*) AS customers, sum(revenue) AS revenue FROM scores GROUP BY 1, 2, 3, 4
"""
# A customer's scores as long as they stay what they are.
SPANS = """
CREATE TABLE kpis_rfmspan AS
WITH evening AS (SELECT day, row_number() OVER (ORDER BY day) AS place FROM (SELECT DISTINCT day FROM scores)),
     placed AS (
        SELECT s.*, e.place, e.place - row_number() OVER (
                   PARTITION BY s.customer_id, s.recency, s.frequency, s.monetary ORDER BY s.day) AS island
          FROM scores s JOIN evening e ON e.day = s.day),
     span AS (
        SELECT customer_id, recency, frequency, monetary, min(day) AS first_day, max(place) AS last_place
          FROM placed GROUP BY customer_id, recency, frequency, monetary, island)
SELECT customer_id, recency, frequency, monetary, ([{segments}])[(recency - 1) * 5 + frequency] AS segment, first_day,
       coalesce(e.day, DATE '9999-12-31') AS until_day FROM span LEFT JOIN evening e ON e.place = last_place + 1
"""
# Who moved between the segments of an evening and of the one a month before.
MOVES = """
CREATE TABLE kpis_rfmmove AS
WITH placed AS (SELECT day, customer_id, ([{segments}])[(recency - 1) * 5 + frequency] AS segment FROM scores),
     pair AS (SELECT DISTINCT start - 1 AS earlier, last AS day FROM kpis_calendarday
               WHERE grain IN (2, 5) AND last IN (SELECT day FROM scores) AND start - 1 IN (SELECT day FROM scores)),
     was AS (SELECT p.*, s.customer_id, s.segment FROM pair p JOIN placed s ON s.day = p.earlier),
     found AS (SELECT p.*, s.customer_id, s.segment FROM pair p JOIN placed s ON s.day = p.day)
SELECT earlier, day, coalesce(w.segment, 0) AS before, coalesce(f.segment, 0) AS after, count(*) AS customers
  FROM was w FULL JOIN found f USING (earlier, day, customer_id) GROUP BY ALL
"""
# Weighted, so that what stands in a wrong place shows.
PLACE = "(member % 97 + 1) * ((start - DATE '2000-01-01') % 89 + 1)"
ORIGIN = "(channel_id * 7 + lead_source_id + campaign_id * 3 + landing_page_id * 5 + social_network_id * 11) % 53 + 1"
CROSSED = ", ".join(f"sum({name} * {PLACE} * ({ORIGIN}))" for name in FOLDS)
CHECKS = {
    "crossed months": f"SELECT cube, grain, dimension, {CROSSED} FROM kpis_cross GROUP BY 1, 2, 3",
    "crossed days": f"SELECT cube, 0, dimension, {CROSSED} FROM kpis_crossday GROUP BY 1, 2, 3",
    "cohorts": "SELECT grain, dimension, cohort, sum(customers * (member % 97 + 1) * ((month - cohort) % 89 + 1))"
    " FROM kpis_cohortcell GROUP BY 1, 2, 3",
    "RFM cells": "SELECT day, recency, frequency, sum(customers * monetary), sum(revenue * monetary) FROM kpis_rfmcell GROUP BY 1, 2, 3",
    "RFM spans": "SELECT recency, frequency, monetary, count(*), sum(segment), sum((until_day - first_day) * (customer_id % 97 + 1))"
    " FROM kpis_rfmspan GROUP BY 1, 2, 3",
    "RFM moves": "SELECT earlier, day, before, sum(customers * (after + 1)) FROM kpis_rfmmove GROUP BY 1, 2, 3",
}


def segments() -> str:
    """The codes of the segments by recency, then by frequency."""
    from kpis.rfm import GRID, SEGMENT_CODES  # noqa: PLC0415  Django is set up by now

    return ", ".join(str(SEGMENT_CODES[segment]) for row in GRID for segment in row)


def build_rest(duck: Any, written: Any) -> None:
    """All of it, from the facts and rows that are there; `written` says a statement of the engine in DuckDB's words."""
    from kpis.catalogue.measures import DAY_CUBES, FACT_CUBES, LEAD_CUBES  # noqa: PLC0415

    duck.execute(TABLES)
    for cube in (*DAY_CUBES, *FACT_CUBES, *LEAD_CUBES):
        if cube.is_crossed:
            cross(duck, cube, written)
    cross_periods(duck)
    codes = dimension_codes()
    duck.execute(COHORTS.format(**{name: codes[name] for name in ("channel", "campaign", "owner")}))
    duck.execute(SCORES.format(grains="2, 5", **DATES))
    duck.execute(SPANS.format(segments=segments()))
    duck.execute(MOVES.format(segments=segments()))


def dimension_codes() -> dict[str, int]:
    from kpis.definitions import DIMENSION_CODES  # noqa: PLC0415

    return {str(name): code for name, code in DIMENSION_CODES.items()}


def cross(duck: Any, cube: Any, written: Any) -> None:
    """By day and by month of both calendars, by where somebody came from: in all, and of each owner."""
    from kpis.engine.crossing import fold_finest  # noqa: PLC0415
    from kpis.engine.folding import folds_of  # noqa: PLC0415

    used = folds_of(cube)
    sums, zeros = ", ".join(f"sum({name}) AS {name}" for name in used), ", 0" * (len(FOLDS) - len(used))
    duck.execute(
        f"CREATE OR REPLACE TEMP TABLE finest AS {written(fold_finest(cube, cube.rows().filter(**{f'{cube.day}__isnull': False})))}"
    )
    parts = [f"SELECT day, 0 AS dimension, 0 AS member, {TOUCH}, {sums} FROM finest GROUP BY ALL"]
    if "owner" in cube.dimensions:
        parts.append(f"SELECT day, {dimension_codes()['owner']}, owner_id, {TOUCH}, {', '.join(used)} FROM finest")
    duck.execute(f"CREATE OR REPLACE TEMP TABLE crossed AS {' UNION ALL '.join(parts)}")
    if cube.stores_days:
        duck.execute(
            f"INSERT INTO kpis_crossday SELECT {cube.code}, day, dimension, member, {TOUCH}, {', '.join(used)}{zeros} FROM crossed"
        )
    duck.execute(
        f"INSERT INTO kpis_cross SELECT {cube.code}, c.grain, c.start, dimension, member, {TOUCH}, {sums}{zeros} FROM crossed x"
        " JOIN kpis_calendarday c ON c.day = x.day AND c.grain IN (2, 5) GROUP BY ALL"
    )


def cross_periods(duck: Any) -> None:
    """What counts once in a period."""
    from kpis.catalogue import measures  # noqa: PLC0415
    from kpis.definitions import FIRST_TOUCH  # noqa: PLC0415

    codes, members = dimension_codes(), {"": "0", "owner": "k.owner_id", "team": "k.team_id"}
    for name, member in members.items():
        duck.execute(BUYERS.format(cube=measures.BUYERS.code, dimension=codes[name], member=member))
    for cube in (measures.CHURNED, measures.ENGAGED):
        for name, member in {"": "0", "owner": "f.owner_id"}.items():
            touch = ", ".join(f"f.{name}_id" if name in cube.dimensions else "0" for name in FIRST_TOUCH)
            duck.execute(ONCE.format(cube=cube.code, who=cube.key, dimension=codes[name], member=member, touch=touch))
    for name, member in {"": "0", "owner": "n.owner_id"}.items():
        duck.execute(NEWCOMERS.format(dimension=codes[name], member=member))


def differences_of_rest(source: Any, duck: Any) -> int:
    """In how many groups of it the engine and DuckDB differ."""
    found = 0
    for title, sql in CHECKS.items():
        ours, theirs = ({row[:3]: rounded(row[3:]) for row in each.execute(sql).fetchall()} for each in (source, duck))
        names = [name for name in ours.keys() | theirs.keys() if ours.get(name, ()) != theirs.get(name, ())]
        names = [name for name in names if any(ours.get(name, ())) or any(theirs.get(name, ()))]
        for name in sorted(names, key=str)[:5]:
            print(f"different in {title}: {name} {ours.get(name)} {theirs.get(name)}")
        found += len(names)
    return found


def rounded(sums: Any) -> tuple:
    return tuple(round(value or 0, 2) for value in sums)
