"""Customers counted once per period: buyers, and the churned.

What a customer contributes is noted before and after its facts are written, as small signatures: an order day with the
order day before it, a span with the spans that follow. The periods of a day are sorted by their first days: those that
count are the ones that begin after another day, the order day before or the start of the span, and so come after the
first `past` of them. What did not change cancels before anything is joined with periods, and what is the same of a
stretch of days is added up before it is spread over their periods.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kpis.catalogue.measures import BUYERS, CHURNED
from kpis.definitions import DIMENSION_CODES, FIRST_TOUCH, Cube, Dimension
from kpis.engine.folding import LONGEST_PERIOD
from kpis.models import DAY_GRAIN, NEVER, WEEK_GRAIN, Cross, Rollup

TOUCH = ", ".join(f"{dimension.value}_id" for dimension in FIRST_TOUCH)

# Days and weeks, and the longer periods, to which all days of a stretch belong together.
SHORT, LONG = (f"{word} ({DAY_GRAIN}, {WEEK_GRAIN})" for word in ("IN", "NOT IN"))
# How many periods of a day begin on or before another day: none where there is no other day.
PAST = "coalesce(width_bucket({day}, c.starts), 0)"

# The place of the last period.
LAST = "cardinality(c.starts)"


def periods(grains: str, notes: str, by: str = "start") -> str:
    """WITH terms `periods` of the days of a relation, in order; and `stretches` of days that belong to the same of them."""
    sorted_by = f"ORDER BY {by}, grain"
    stretch = "max(start)" if grains == LONG else "day"
    return f"""
        periods AS MATERIALIZED (
            SELECT day, {stretch} AS stretch, array_agg(start {sorted_by}) AS starts, array_agg(grain {sorted_by}) AS grains,
                   array_agg(last {sorted_by}) AS lasts
              FROM kpis_calendarday
             WHERE day IN (SELECT day FROM {notes}) AND grain {grains} GROUP BY day),
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


# -- from notes to sums ----------------------------------------------------------------------------------------------


def counting(upto: str = LAST, condition: str = "TRUE") -> str:
    """The periods of a stretch that count: after the first `past`, up to a place, and where a condition holds of a place."""
    return f"""
          JOIN stretches c USING (stretch)
         CROSS JOIN LATERAL generate_series(m.past + 1, {upto}) i
         CROSS JOIN LATERAL (SELECT c.grains[i] AS grain, c.starts[i] AS start) p
         WHERE {condition}"""


@dataclass(frozen=True)
class Once:
    """How the customers of a cube are counted once per period.

    `notes` is the table of what they contribute: each with its sign, its day, the key of each dimension, and `facts` by
    which `places` place it among the periods of its day, sorted by `by`: they count after the `past` first ones (of
    some dimensions `past_of` others), as far as `upto`, and where `counts` holds of the period at place `i`.
    `also` is a column that decides beside `past`; a note that is not `placed` counts nowhere.
    """

    cube: Cube
    notes: str
    facts: str
    places: str
    by: str = "start"
    past_of: Mapping[Dimension, str] = field(default_factory=dict)
    also: str = ""
    upto: str = LAST
    placed: str = "TRUE"
    counts: str = "TRUE"

    @property
    def touch(self) -> str:
        """The columns of the first touch by which the cube is crossed."""
        return ", ".join(f"{dimension.value}_id" for dimension in FIRST_TOUCH if dimension in self.cube.dimensions)

    def placed_in(self, grains: str) -> str:
        """WITH terms that end with `placed`: what is left of the notes, in its place among the periods of its day."""
        key = ", ".join(("day", self.facts, *(f"{dimension.value}_id" for dimension in self.cube.dimensions)))
        return f"""
            changed AS MATERIALIZED (
                SELECT {key}, sum(sign)::int AS n FROM {self.notes} GROUP BY {key} HAVING sum(sign) <> 0),
            {periods(grains, "changed", self.by)},
            placed AS (SELECT d.*, c.stretch, {self.places} FROM changed d JOIN periods c USING (day))"""

    def added_up(self, name: str, key: str, dimensions: Iterable[Dimension]) -> str:
        """A WITH term: the notes added up in total and by the members of some dimensions, before periods make more of it."""
        members = "".join(
            f", ({DIMENSION_CODES[dimension]}, d.{dimension.value}_id, d.{self.past_of.get(dimension, 'past')})"
            for dimension in dimensions
        )
        by = f"d.stretch, v.dimension, v.member, v.past{key}{self.also and ', d.' + self.also}"
        return f"""
            {name} AS MATERIALIZED (
                SELECT {by}, sum(d.n)::int AS n
                  FROM placed d CROSS JOIN LATERAL (VALUES (0, 0::bigint, d.past){members}) v (dimension, member, past)
                 WHERE {self.placed} GROUP BY {by} HAVING sum(d.n) <> 0)"""

    @property
    def summing(self) -> str:
        """The INSERT that adds `by_member` to the sums of the periods that count."""
        return f"""
            INSERT INTO {Rollup._meta.db_table} (cube, grain, dimension, start, member, m1)
            SELECT {self.cube.code}, p.grain, m.dimension, p.start, m.member, sum(m.n)
              FROM by_member m {counting(self.upto, self.counts)}
             GROUP BY 2, 3, 4, 5 HAVING sum(m.n) <> 0 ORDER BY 2, 3, 4, 5
            ON CONFLICT (cube, grain, dimension, start, member) DO UPDATE SET m1 = kpis_rollup.m1 + EXCLUDED.m1"""

    @property
    def crossing(self) -> str:
        """The same of `crossed`, to the crossed sums."""
        return f"""
            INSERT INTO {Cross._meta.db_table} (cube, grain, dimension, start, member, {self.touch}, m1)
            SELECT {self.cube.code}, p.grain, m.dimension, p.start, m.member, {self.touch}, sum(m.n)
              FROM crossed m {counting(self.upto, self.counts)}
             GROUP BY p.grain, m.dimension, p.start, m.member, {self.touch} HAVING sum(m.n) <> 0
             ORDER BY p.grain, m.dimension, p.start, m.member, {self.touch}
            ON CONFLICT (cube, grain, dimension, start, member, {TOUCH}) DO UPDATE SET m1 = kpis_cross.m1 + EXCLUDED.m1"""


def carry_once(cursor: Any, once: Once) -> None:
    """Add what the notes make of the sums. Who came in a day or a week of several members is counted when it is asked for."""
    holders = [dimension for dimension in once.cube.dimensions if dimension not in FIRST_TOUCH]
    for grains in (SHORT, LONG):
        terms = [once.placed_in(grains), once.added_up("by_member", "", once.cube.dimensions)]
        if grains == LONG:
            key = "".join(f", d.{name}" for name in once.touch.split(", "))
            terms += [once.added_up("crossed", key, holders), f"carried AS ({once.crossing})"]
        cursor.execute(f"WITH {', '.join(terms)} {once.summing}")


# A day counts in a period when the same customer has no earlier day in it.
BUYING = Once(
    cube=BUYERS,
    notes="kpis_buyernote",
    facts="before, before_of_owner, before_of_team",
    places=f"""{PAST.format(day="d.before")} AS past, {PAST.format(day="d.before_of_owner")} AS past_of_owner,
        {PAST.format(day="d.before_of_team")} AS past_of_team""",
    past_of={Dimension.OWNER: "past_of_owner", Dimension.TEAM: "past_of_team"},
)
# Active the evening before the period, lost in it, and not active again on the evening of its last day.
CHURNING = Once(
    cube=CHURNED,
    notes="kpis_churnnote",
    facts="start_day, back",
    places=f"""{PAST.format(day="d.start_day")} AS past,
        CASE WHEN d.back IS NOT NULL THEN ARRAY(SELECT d.back @> l.last FROM unnest(c.lasts) l (last)) END AS again""",
    also="again",
    counts="m.again[i] IS NOT TRUE",
)
