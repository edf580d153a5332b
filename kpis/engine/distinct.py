"""Customers counted once per period: buyers, and the churned.

What a customer contributes is noted before and after its facts are written, as small signatures: an order day with the
order day before it, a span with the spans that follow. What did not change cancels before anything is joined with
periods. The periods of a day are sorted by their first days: those that count are the ones that begin after another
day, the order day before or the start of the span, and so come after the first `past` of them. What is the same of a
stretch of days is added up before it is spread over their periods.
"""

from __future__ import annotations

from typing import Any

from kpis.catalogue.measures import BUYERS, CHURNED
from kpis.definitions import DIMENSION_CODES, FIRST_TOUCH, Cube
from kpis.engine.folding import LONGEST_PERIOD
from kpis.models import DAY_GRAIN, NEVER, WEEK_GRAIN, Cross, Rollup

TOUCH = ", ".join(f"{dimension.value}_id" for dimension in FIRST_TOUCH)

# Days and weeks, and the longer periods, to which all days of a stretch belong together.
SHORT, LONG = (f"{word} ({DAY_GRAIN}, {WEEK_GRAIN})" for word in ("IN", "NOT IN"))
# How many periods of a day begin on or before another day: none where there is no other day.
PAST = "coalesce(width_bucket({day}, c.starts), 0)"
# Whether the customer was active again at the end of the period at a place: of none, where nothing is said.
NOT_AGAIN = "m.again[i] IS NOT TRUE"


def periods(grains: str, notes: str, by: str = "start") -> str:
    """WITH terms `periods` of the noted days, in order; and `stretches` of days that belong to the same of them."""
    sorted_by = f"ORDER BY {by}, grain"
    stretch = "max(start)" if grains == LONG else "day"
    return f"""
        periods AS MATERIALIZED (
            SELECT day, {stretch} AS stretch, array_agg(start {sorted_by}) AS starts, array_agg(grain {sorted_by}) AS grains,
                   array_agg(last {sorted_by}) AS lasts
              FROM kpis_calendarday
             WHERE day BETWEEN (SELECT min(day) FROM {notes}) AND (SELECT max(day) FROM {notes}) AND grain {grains} GROUP BY day),
        stretches AS MATERIALIZED (
            SELECT DISTINCT ON (stretch) stretch, starts, grains, lasts FROM periods ORDER BY stretch)"""


def prepare_notes(cursor: Any) -> None:
    cursor.execute(
        "CREATE TEMP TABLE IF NOT EXISTS kpis_buyernote (sign int, day date, channel_id bigint, campaign_id bigint,"
        " owner_id bigint, team_id bigint, before date, before_of_owner date, before_of_team date,"
        " first_order_day date, customer_owner_id bigint) ON COMMIT DELETE ROWS;"
        "CREATE TEMP TABLE IF NOT EXISTS kpis_churnnote (sign int, day date, start_day date, back datemultirange,"
        " channel_id bigint, lead_source_id bigint, campaign_id bigint, landing_page_id bigint, social_network_id bigint,"
        " owner_id bigint) ON COMMIT DELETE ROWS; DELETE FROM kpis_buyernote; DELETE FROM kpis_churnnote"
    )


def note_buyers(cursor: Any, sign: int) -> None:
    """Order days, each with the customer's order day before it: in all, with this owner, and with this team."""
    cursor.execute(
        f"""
        INSERT INTO kpis_buyernote
        SELECT {sign}, k.day, f.channel_id, f.campaign_id, k.owner_id, k.team_id,
               lag(k.day) OVER (PARTITION BY k.fact_id ORDER BY k.day, k.owner_id),
               lag(k.day) OVER (PARTITION BY k.fact_id, k.owner_id ORDER BY k.day),
               lag(k.day) OVER (PARTITION BY k.fact_id, k.team_id ORDER BY k.day, k.owner_id), f.first_order_day,
               f.owner_id
          FROM kpis_customerday k JOIN kpis_batch b ON b.customer_id = k.fact_id
          JOIN kpis_customerfact f ON f.customer_id = k.fact_id
        """
    )


def note_churned(cursor: Any, sign: int) -> None:
    """Spans, each with the days of the year after it on which the customer was active again."""
    cursor.execute(
        f"""
        INSERT INTO kpis_churnnote
        SELECT * FROM (
            SELECT {sign}, s.lost_day, s.start_day,
                   CASE WHEN lead(s.start_day) OVER spans < s.lost_day + {LONGEST_PERIOD} THEN
                        range_agg(daterange(s.start_day, s.lost_day)) OVER later
                        * datemultirange(daterange(s.lost_day, s.lost_day + {LONGEST_PERIOD})) END,
                   {TOUCH}, f.owner_id
              FROM kpis_customerspan s JOIN kpis_batch b ON b.customer_id = s.fact_id
              JOIN kpis_customerfact f ON f.customer_id = s.fact_id
            WINDOW spans AS (PARTITION BY s.fact_id ORDER BY s.start_day),
                   later AS (spans ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)) s
         WHERE s.lost_day < %s
        """,
        [NEVER],
    )


def carry_buyers(cursor: Any) -> None:
    """A day counts in a period when the same customer has no earlier day in it."""
    code = DIMENSION_CODES
    placed = f"""
        changed AS (
            SELECT day, channel_id, campaign_id, owner_id, team_id, before, before_of_owner, before_of_team, sum(sign) AS n
              FROM kpis_buyernote GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(sign) <> 0),
        placed AS (
            SELECT d.*, c.stretch, {PAST.format(day="d.before")} AS past, {PAST.format(day="d.before_of_owner")} AS past_of_owner,
                   {PAST.format(day="d.before_of_team")} AS past_of_team
              FROM changed d JOIN periods c USING (day))"""
    for grains in (SHORT, LONG):
        cursor.execute(
            f"""
            WITH {periods(grains, "kpis_buyernote")}, {placed},
            by_member AS MATERIALIZED (
                SELECT d.stretch, v.dimension, v.member, v.past, sum(d.n) AS n
                  FROM placed d CROSS JOIN LATERAL (VALUES (0, 0::bigint, d.past), ({code["channel"]}, d.channel_id, d.past),
                       ({code["campaign"]}, d.campaign_id, d.past), ({code["owner"]}, d.owner_id, d.past_of_owner),
                       ({code["team"]}, d.team_id, d.past_of_team)) v (dimension, member, past)
                 GROUP BY 1, 2, 3, 4 HAVING sum(d.n) <> 0)
            {insertion(BUYERS)}
            """
        )
    cursor.execute(
        f"""
        WITH {periods(LONG, "kpis_buyernote")}, {placed},
        crossed AS MATERIALIZED (
            SELECT d.stretch, v.dimension, v.member, d.channel_id, d.campaign_id, v.past, sum(d.n) AS n
              FROM placed d CROSS JOIN LATERAL (VALUES (0, 0::bigint, d.past), ({code["owner"]}, d.owner_id, d.past_of_owner),
                   ({code["team"]}, d.team_id, d.past_of_team)) v (dimension, member, past)
             GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(d.n) <> 0)
        {crossing(BUYERS)}
        """
    )


def carry_churned(cursor: Any) -> None:
    """Active the evening before the period, lost in it, and not active again on the evening of its last day."""
    members = ", ".join(f"({DIMENSION_CODES[dimension]}, d.{dimension.value}_id)" for dimension in CHURNED.dimensions)
    owner = DIMENSION_CODES["owner"]
    placed = f"""
        changed AS (
            SELECT day, start_day, back, {TOUCH}, owner_id, sum(sign) AS n
              FROM kpis_churnnote GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(sign) <> 0),
        placed AS (
            SELECT d.*, c.stretch, {PAST.format(day="d.start_day")} AS past,
                   CASE WHEN d.back IS NOT NULL THEN ARRAY(SELECT d.back @> l.last FROM unnest(c.lasts) l (last)) END AS again
              FROM changed d JOIN periods c USING (day))"""
    for grains in (SHORT, LONG):
        cursor.execute(
            f"""
            WITH {periods(grains, "kpis_churnnote")}, {placed},
            by_member AS MATERIALIZED (
                SELECT d.stretch, v.dimension, v.member, d.past, d.again, sum(d.n) AS n
                  FROM placed d CROSS JOIN LATERAL (VALUES (0, 0::bigint), {members}) v (dimension, member)
                 GROUP BY 1, 2, 3, 4, 5 HAVING sum(d.n) <> 0)
            {insertion(CHURNED, condition=NOT_AGAIN)}
            """
        )
    cursor.execute(
        f"""
        WITH {periods(LONG, "kpis_churnnote")}, {placed},
        crossed AS MATERIALIZED (
            SELECT d.stretch, v.dimension, v.member, {TOUCH}, d.past, d.again, sum(d.n) AS n
              FROM placed d CROSS JOIN LATERAL (VALUES (0, 0::bigint), ({owner}, d.owner_id)) v (dimension, member)
             GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 HAVING sum(d.n) <> 0)
        {crossing(CHURNED, condition=NOT_AGAIN)}
        """
    )


def counting(upto: str, condition: str) -> str:
    """The periods of a stretch that count: after the first `past`, up to a place, and where a condition holds of a place."""
    return f"""
          JOIN stretches c USING (stretch)
         CROSS JOIN LATERAL generate_series(m.past + 1, {upto or "cardinality(c.starts)"}) i
         CROSS JOIN LATERAL (SELECT c.grains[i] AS grain, c.starts[i] AS start) p
         WHERE {condition}"""


def insertion(cube: Cube, *, upto: str = "", condition: str = "TRUE") -> str:
    """The INSERT that adds `by_member` to the sums of those periods of its days that count."""
    return f"""
        INSERT INTO {Rollup._meta.db_table} (cube, grain, dimension, start, member, m1)
        SELECT {cube.code}, p.grain, m.dimension, p.start, m.member, sum(m.n) FROM by_member m {counting(upto, condition)}
         GROUP BY 2, 3, 4, 5 HAVING sum(m.n) <> 0 ORDER BY 2, 3, 4, 5
        ON CONFLICT (cube, grain, dimension, start, member) DO UPDATE SET m1 = kpis_rollup.m1 + EXCLUDED.m1
    """


def crossing(cube: Cube, *, upto: str = "", condition: str = "TRUE") -> str:
    """The same of `crossed`, to the crossed sums; who came in a day or a week is counted when it is asked for."""
    touch = ", ".join(f"{dimension.value}_id" for dimension in FIRST_TOUCH if dimension in cube.dimensions)
    return f"""
        INSERT INTO {Cross._meta.db_table} (cube, grain, dimension, start, member, {touch}, m1)
        SELECT {cube.code}, p.grain, m.dimension, p.start, m.member, {touch}, sum(m.n)
          FROM crossed m {counting(upto, condition)}
         GROUP BY p.grain, m.dimension, p.start, m.member, {touch} HAVING sum(m.n) <> 0
         ORDER BY p.grain, m.dimension, p.start, m.member, {touch}
        ON CONFLICT (cube, grain, dimension, start, member, {TOUCH}) DO UPDATE SET m1 = kpis_cross.m1 + EXCLUDED.m1
    """
