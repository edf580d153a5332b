"""DuckDB working out every card and report of 36 months from its own copies of the rows: what reading is measured against.

Rows are those of the product's QuerySets, folded by day and by month, by channel and by campaign, in one pass for each cube.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from ground import NOW, stopwatch
from rival import FACTS, SELLING, TIME, Rival, in_duck, tables_named
from rival_rest import DATES, FOLDS, SCORES, segments
from shop import FIRST

COLUMNS = "cube INT, grain INT, dimension INT, start DATE, member BIGINT"
# What a customer did on a day, of those active on the evening of the period's last day.
WHO_DID = """
SELECT DISTINCT c.grain, c.start, s.fact_id, f.channel_id AS channel, f.campaign_id AS campaign
  FROM (SELECT fact_id AS id, day FROM kpis_customerday
         UNION SELECT customer_id, created_on FROM customers_ticket UNION SELECT customer_id, answered_on FROM customers_answer) a
  JOIN kpis_calendarday c ON c.day = a.day AND c.grain IN (0, 2)
  JOIN kpis_customerspan s ON s.fact_id = a.id AND s.start_day <= c.last AND s.lost_day > c.last
  JOIN kpis_customerfact f ON f.customer_id = s.fact_id
"""
WHO_LEFT = """
SELECT DISTINCT c.grain, c.start, s.fact_id, f.channel_id AS channel, f.campaign_id AS campaign
  FROM kpis_customerspan s JOIN kpis_calendarday c ON c.day = s.lost_day AND c.grain IN (0, 2) AND s.start_day < c.start
  JOIN kpis_customerfact f ON f.customer_id = s.fact_id
 WHERE NOT EXISTS (SELECT 1 FROM kpis_customerspan t WHERE t.fact_id = s.fact_id AND t.start_day <= c.last AND t.lost_day > c.last)
"""
NEWCOMERS = """
SELECT c.grain, c.start, f.channel_id AS channel, f.campaign_id AS campaign, q.*
  FROM ({rows}) q JOIN kpis_customerfact f ON f.customer_id = q.fold_customer
  JOIN kpis_calendarday c ON c.day = q.fold_day AND c.grain IN (0, 2) AND f.first_day BETWEEN c.start AND c.last
"""
# How long customers stay, as of every evening: who has left after how many days, and since when the others stay. What
# begins or ends is a change; changes are added up from evening to evening.
LIFETIMES = """
CREATE OR REPLACE TABLE lifetimes AS
WITH span AS (
        SELECT s.*, min(start_day) OVER (PARTITION BY fact_id) AS since,
               lead(start_day) OVER (PARTITION BY fact_id ORDER BY start_day) AS back_day FROM kpis_customerspan s),
     placed AS (
        SELECT g.grain, f.channel_id AS channel, f.campaign_id AS campaign, since, lost_day - since AS days,
               date_trunc(g.name, start_day) AS came, date_trunc(g.name, lost_day) AS gone,
               coalesce(date_trunc(g.name, back_day), DATE '9999-12-31') AS back
          FROM span JOIN kpis_customerfact f ON f.customer_id = span.fact_id
         CROSS JOIN (VALUES (0, 'day'), (2, 'month')) g (grain, name)),
     changes AS (
        SELECT grain, channel, campaign, gone AS evening, days, NULL::date AS since, 1 AS n FROM placed WHERE gone < back UNION ALL
        SELECT grain, channel, campaign, back, days, NULL, -1 FROM placed WHERE gone < back UNION ALL
        SELECT grain, channel, campaign, came, NULL, since, 1 FROM placed WHERE came < gone UNION ALL
        SELECT grain, channel, campaign, gone, NULL, since, -1 FROM placed WHERE came < gone)
SELECT grain, channel, campaign, evening, days, since, sum(n) AS n FROM changes
 GROUP BY GROUPING SETS ((grain, evening, days, since), (grain, channel, evening, days, since),
                         (grain, campaign, evening, days, since))
"""
# Of every evening on which it changes, the sum of the 365 days up to it.
YEARS = """
CREATE OR REPLACE TABLE years AS
WITH day AS (FROM kpis_rollup WHERE grain = 0 AND cube IN ({codes})),
     changes AS (
        SELECT cube, dimension, member, start AS day, {folds} FROM day UNION ALL
        SELECT cube, dimension, member, start + 365, {left} FROM day)
SELECT cube, dimension, member, day, {sums} FROM changes GROUP BY cube, dimension, member, day
WINDOW year AS (PARTITION BY cube, dimension, member ORDER BY day)
"""
MOVES = """
CREATE OR REPLACE TABLE moves AS
WITH placed AS (SELECT day, customer_id, ([{segments}])[(recency - 1) * 5 + frequency] AS segment FROM scores)
SELECT * FROM (
    SELECT coalesce(b.day, last_day(a.day + 1)) AS day, coalesce(a.segment, 0) AS was, coalesce(b.segment, 0) AS is, count(*) AS customers
      FROM placed a FULL JOIN placed b ON a.customer_id = b.customer_id AND b.day = last_day(a.day + 1) GROUP BY 1, 2, 3) m
 WHERE day > (SELECT min(day) FROM scores) AND day <= (SELECT max(day) FROM scores)
"""
COHORTS = """
CREATE OR REPLACE TABLE cohorts AS
SELECT date_trunc('month', f.first_order_day)::date AS cohort, date_trunc('month', k.day)::date AS month,
       count(DISTINCT k.fact_id) AS customers
  FROM kpis_customerday k JOIN kpis_customerfact f ON f.customer_id = k.fact_id GROUP BY 1, 2
"""

# How many leads of each month came to each step, by where they came from; and how long it took since the step before and
# since the first, in microseconds.
REACHED = ", ".join(f"count(*) FILTER (WHERE reach >= {number})" for number in range(6))
TIMES = ", ".join(
    f"quantile_cont(epoch_us(at_{number}) - epoch_us(at_{before}), 0.5)" for number in range(1, 6) for before in (number - 1, 0)
)
FUNNELS = f"""
CREATE TABLE funnels AS
SELECT date_trunc('month', created_on)::date AS month, channel_id, campaign_id, {REACHED} FROM kpis_funnelfact
 GROUP BY GROUPING SETS ((month), (month, channel_id), (month, campaign_id));
CREATE TABLE times AS SELECT date_trunc('month', created_on)::date AS month, {TIMES} FROM kpis_funnelfact GROUP BY month
"""


class RivalReading(Rival):
    """Everything that is read, worked out live."""

    def take_all(self, source: Any, reports: Iterable[str]) -> None:
        """The rows, also those that the statements of reports name; what DuckDB lacks is written once."""
        self.take(source, tables_named(" ".join(reports)))
        self.duck.execute(TIME)

    def read(self, wanted: Mapping[Any, set], mogrify: Any, reports: Mapping[str, list[str]]) -> dict[str, float]:
        """Seconds of each part: of the cubes with the dimensions that cards ask of them, and of the reports."""
        self.answers: dict[str, list[list[tuple]]] = {}
        with stopwatch() as facts:
            self.duck.execute(FACTS + SELLING)
        with stopwatch() as cards:
            columns = ", ".join(f"{name} DECIMAL(38, 6)" for name in FOLDS)
            self.duck.execute(f"CREATE TABLE kpis_rollup ({COLUMNS}, {columns})")
            for cube, sides in wanted.items():
                self.fold_grid(cube, sorted(sides), mogrify)
        with stopwatch() as models:
            self.read_years()
            self.duck.execute(LIFETIMES)
        with stopwatch() as rfm:
            self.duck.execute(SCORES.format(grains="2", **DATES))
            self.duck.execute(MOVES.format(segments=segments()))
        with stopwatch() as cohorts:
            self.duck.execute(COHORTS)
        with stopwatch() as steps:
            self.tell_steps(mogrify)
        with stopwatch() as funnels:
            self.duck.execute(FUNNELS)
        seconds = {"facts of customers": facts, "cards": cards, "lifetimes and years": models, "RFM": rfm, "cohorts": cohorts}
        seconds |= {"steps of leads": steps, "funnel": funnels}
        for title, statements in reports.items():
            with stopwatch() as seconds[title]:
                self.answers[title] = [self.duck.execute(in_duck(sql)).fetchall() for sql in statements]
        return {title: spent[0] for title, spent in seconds.items()}

    # -- cards -------------------------------------------------------------------------------------------------------

    def fold_grid(self, cube: Any, sides: list, mogrify: Any) -> None:
        """By day and by month, in total and by each side."""
        from kpis.catalogue.measures import CHURNED, ENGAGED, NEWCOMERS_ORDERS, NEWCOMERS_REFUNDS  # noqa: PLC0415
        from kpis.definitions import PeriodCube  # noqa: PLC0415

        if cube in (ENGAGED, CHURNED):
            self.insert(cube, sides, WHO_DID if cube is ENGAGED else WHO_LEFT, ["count(DISTINCT fact_id)"])
        elif cube in (NEWCOMERS_ORDERS, NEWCOMERS_REFUNDS):
            self.fold_newcomers(cube, sides, mogrify)
        elif isinstance(cube, PeriodCube):
            self.fold_distinct(cube, sides, mogrify)
        else:
            self.fold_sums(cube, sides, mogrify)

    def fold_sums(self, cube: Any, sides: list, mogrify: Any) -> None:
        """What adds up: once to the finest, and from that to all that is asked."""
        from kpis.engine.folding import parts  # noqa: PLC0415

        found, sums = parts(narrowed(cube, sides), days_of(cube))
        used = FOLDS[: len(sums)]
        columns = ", ".join(f"{text} AS {name}" for text, name in zip(sums, used, strict=True))
        finest = f"SELECT q.fold_day AS day{members_of(sides)}, {columns} FROM ({written(found, mogrify)}) q GROUP BY ALL"
        self.insert(cube, sides, in_periods(finest), [f"sum({name})" for name in used])

    def fold_distinct(self, cube: Any, sides: list, mogrify: Any) -> None:
        """What does not add up, of rows that are those of their days."""
        from django.db.models import Case, F, When  # noqa: PLC0415

        from kpis.engine.folding import member  # noqa: PLC0415

        values: dict[str, Any] = {f"member_{side.value}": member(narrowed(cube, sides), side) for side in sides}
        sums = []
        for name, fold in cube.folds.items():
            key = F(fold.distinct) if fold.distinct else fold.amount
            values[f"key_{name}"] = Case(When(fold.where, then=key)) if fold.where else key
            sums.append(f"count(DISTINCT key_{name})" if fold.distinct else f"quantile_cont(key_{name}, {fold.percentile})")
        keys = "".join(f", q.key_{name}" for name in cube.folds)
        found = written(days_of(cube).order_by().values(fold_day=F(cube.day), **values), mogrify)
        self.insert(cube, sides, in_periods(f"SELECT q.fold_day AS day{members_of(sides)}{keys} FROM ({found}) q"), sums)

    def fold_newcomers(self, cube: Any, sides: list, mogrify: Any) -> None:
        """Of customers who came in the period itself."""
        from django.db.models import F, Value  # noqa: PLC0415

        path = "customer_id" if cube.day == "placed_on" else "order__customer_id"
        amounts = {f"fold_{name}": fold.amount or Value(1) for name, fold in cube.folds.items()}
        rows = days_of(cube).order_by().values(fold_day=F(cube.day), fold_customer=F(path), **amounts)
        self.insert(cube, sides, NEWCOMERS.format(rows=written(rows, mogrify)), [f"sum({name})" for name in amounts])

    def insert(self, cube: Any, sides: list, rows: str, sums: list[str]) -> None:
        """Put (grain, start, side …) together: in total, and by each side."""
        from kpis.definitions import DIMENSION_CODES  # noqa: PLC0415

        code = "".join(f" WHEN grouping({side.value}) = 0 THEN {DIMENSION_CODES[side]}" for side in sides)
        who = "".join(f" WHEN grouping({side.value}) = 0 THEN {side.value}" for side in sides)
        sets = ", ".join(["(grain, start)", *(f"(grain, start, {side.value})" for side in sides)])
        zeros = ", 0" * (len(FOLDS) - len(sums))
        self.duck.execute(
            f"INSERT INTO kpis_rollup SELECT {cube.code}, grain, {f'CASE{code} ELSE 0 END' if sides else 0}, start,"
            f" {f'CASE{who} ELSE 0 END' if sides else 0}, {', '.join(sums)}{zeros} FROM ({rows}) p GROUP BY GROUPING SETS ({sets})"
        )

    def read_years(self) -> None:
        """What the models ask for: the sums of 365 days up to every evening, as running sums of days."""
        from kpis.catalogue import CATALOGUE  # noqa: PLC0415

        codes = {term.measure.cube.code for kpi in CATALOGUE.values() if kpi.model for term in kpi.model.terms}
        names, left = ", ".join(FOLDS), ", ".join(f"-{name}" for name in FOLDS)
        sums = ", ".join(f"sum(sum({name})) OVER year AS {name}" for name in FOLDS)
        self.duck.execute(YEARS.format(codes=", ".join(map(str, sorted(codes))), folds=names, left=left, sums=sums))


def narrowed(cube: Any, sides: list) -> Any:
    """The cube as if it had no other dimensions."""
    return replace(cube, dimensions={side: cube.dimensions.get(side) or cube.live[side] for side in sides})


def days_of(cube: Any) -> Any:
    return cube.rows().filter(**{f"{cube.day}__gte": FIRST, f"{cube.day}__lte": NOW.date()})


def written(rows: Any, mogrify: Any) -> str:
    """A QuerySet in DuckDB's words, its values written in."""
    return in_duck(mogrify(*rows.query.sql_with_params()))


def members_of(sides: list) -> str:
    return "".join(f", q.member_{side.value} AS {side.value}" for side in sides)


def in_periods(rows: str) -> str:
    """Rows that have a day, once for the day and once for its month."""
    month = "SELECT 2, date_trunc('month', day)::date, * FROM finest"
    return f"WITH finest AS MATERIALIZED ({rows}) SELECT 0 AS grain, day AS start, * FROM finest UNION ALL {month}"
