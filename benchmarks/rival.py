"""DuckDB building the same sums and customer facts from the same rows: what a rebuild is measured against.

The day folds are the text the engine compiles from its QuerySets; facts and sums are written here in DuckDB's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import psycopg
from psycopg import ClientCursor
from rival_rest import build_rest

# What the statements below name, beside what the engine's name.
TABLES = {
    "crm_organization",
    "crm_user",
    "customers_contract",
    "customers_customer",
    "customers_order",
    "customers_orderline",
    "customers_product",
    "customers_refund",
    "kpis_calendarday",
    "leads_landingconversion",
    "leads_lead",
    "leads_opportunity",
    "leads_quote",
}
LEFT_OUT = {"search_text", "utm", "notes", "body", "subject", "comment", "password"}
TYPES = {"bigint": "BIGINT", "boolean": "BOOLEAN", "date": "DATE", "integer": "INTEGER", "smallint": "SMALLINT"}
TYPES |= {"time without time zone": "TIME"}
# Exact seconds, and those of business hours: each business day with the seconds of all before it, so that two moments
# are two places on one line. Days are the organisation's.
TIME = """
CREATE MACRO exact_seconds(passed) AS (epoch_us(passed) * 0.000001)::DECIMAL(19, 6);
CREATE TABLE business_day AS
SELECT d.day, d.opens, d.seconds, sum(d.seconds) OVER (ORDER BY d.day) - d.seconds AS before
  FROM (SELECT day, timezone(o.time_zone, day + o.opens_at) AS opens,
               CASE WHEN list_contains(string_split(trim(o.business_days, '{}'), ','), (isodow(day) - 1)::varchar) AND o.closes_at > o.opens_at
                    THEN exact_seconds(timezone(o.time_zone, day + o.closes_at) - timezone(o.time_zone, day + o.opens_at))
                    ELSE 0 END AS seconds
          FROM (SELECT DISTINCT day FROM kpis_calendarday) CROSS JOIN crm_organization o) d;
CREATE MACRO business_place(moment) AS (
    SELECT b.before + greatest(0, least(b.seconds, exact_seconds(moment - b.opens))) FROM business_day b
     WHERE b.day = timezone((SELECT time_zone FROM crm_organization), moment)::date);
CREATE MACRO business_seconds(since, until) AS greatest(0, business_place(until) - business_place(since));
"""
TOUCH = "channel_id, lead_source_id, campaign_id, landing_page_id, social_network_id, owner_id"
FACTS = f"""
CREATE TABLE kpis_customerday AS
SELECT DISTINCT o.customer_id AS fact_id, o.placed_on AS day, coalesce(o.owner_id, c.owner_id, 0) AS owner_id, coalesce(u.team_id, 0) AS team_id
  FROM customers_order o JOIN customers_customer c ON c.id = o.customer_id
  LEFT JOIN crm_user u ON u.id = coalesce(o.owner_id, c.owner_id)
 WHERE o.status IN ('paid', 'fulfilled') AND NOT c.is_test AND NOT c.is_spam AND c.merged_into_id IS NULL;
CREATE TABLE kpis_customerspan AS
WITH threshold AS (SELECT inactivity_days AS days FROM crm_organization),
     stays AS (SELECT DISTINCT fact_id, day AS start_day, day + (SELECT days FROM threshold)::int AS lost_day FROM kpis_customerday
                UNION ALL
               SELECT k.customer_id, k.starts_on, coalesce(k.ends_on + 1, DATE '9999-12-31')
                 FROM customers_contract k JOIN customers_customer c ON c.id = k.customer_id
                WHERE NOT k.is_trial AND NOT c.is_test AND NOT c.is_spam AND c.merged_into_id IS NULL),
     gaps AS (SELECT *, coalesce(start_day > max(lost_day) OVER (PARTITION BY fact_id ORDER BY start_day
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), FALSE)::int AS opens FROM stays),
     spans AS (SELECT *, sum(opens) OVER (PARTITION BY fact_id ORDER BY start_day) AS span FROM gaps)
SELECT fact_id, min(start_day) AS start_day, max(lost_day) AS lost_day, span = 0 AS is_first FROM spans GROUP BY fact_id, span;
CREATE TABLE kpis_customerfact AS
SELECT c.id AS customer_id, any_value(s.start_day) AS first_day, min(d.day) AS first_order_day,
       min(d.day) FILTER (WHERE d.turn = 2) AS second_day, max(d.day) AS last_day,
       {", ".join(f"any_value(coalesce(c.{name}, 0)) AS {name}" for name in TOUCH.split(", "))}
  FROM kpis_customerspan s JOIN customers_customer c ON c.id = s.fact_id
  LEFT JOIN (SELECT fact_id, day, dense_rank() OVER (PARTITION BY fact_id ORDER BY day) AS turn FROM kpis_customerday) d
    ON d.fact_id = s.fact_id
 WHERE s.is_first GROUP BY c.id;
CREATE TABLE kpis_leadfact AS
SELECT l.id AS lead_id, l.created_on, coalesce(f.last_day >= l.created_on, FALSE) AS has_ordered,
       coalesce(i.day >= l.created_on, FALSE) AND l.id NOT IN (SELECT lead_id FROM leads_opportunity WHERE lead_id IS NOT NULL)
       AND l.id NOT IN (SELECT lead_id FROM leads_quote WHERE lead_id IS NOT NULL) AS is_invoiced,
       {", ".join(f"coalesce(l.{name}, 0) AS {name}" for name in TOUCH.split(", "))}
  FROM leads_lead l LEFT JOIN kpis_customerfact f ON f.customer_id = l.customer_id
  LEFT JOIN (SELECT o.customer_id, max(o.placed_on) AS day FROM customers_order o JOIN customers_customer c ON c.id = o.customer_id
              WHERE o.status IN ('pending', 'paid', 'fulfilled') AND NOT c.is_test AND NOT c.is_spam GROUP BY 1) i
    ON i.customer_id = l.customer_id
 WHERE l.customer_id IS NOT NULL AND NOT l.is_test AND NOT l.is_spam AND l.merged_into_id IS NULL;
"""
# Of whose past is known: what was sold more (a higher tier of a family bought before) and beside (another category).
SELLING = """
CREATE TABLE kpis_ordercategory AS
WITH placed AS (
        SELECT o.id, o.customer_id, o.placed_at, o.placed_on, coalesce(o.owner_id, c.owner_id, 0) AS owner_id,
               rank() OVER (PARTITION BY o.customer_id ORDER BY o.placed_at, o.id) > 1 AS is_repeat
          FROM customers_order o JOIN customers_customer c ON c.id = o.customer_id
         WHERE o.status IN ('paid', 'fulfilled') AND NOT c.is_test AND NOT c.is_spam),
     line AS (
        SELECT p.*, l.id AS line_id, l.line_class, r.category_id, r.tier,
               first_value(r.category_id) OVER (PARTITION BY p.id ORDER BY r.category_id IS NULL, l.position, l.id) AS own,
               max(CASE WHEN r.family <> '' THEN r.tier END) OVER (PARTITION BY p.customer_id, r.family {earlier}) AS best,
               count(r.category_id) OVER (PARTITION BY p.customer_id, r.category_id {earlier}) AS bought
          FROM placed p LEFT JOIN customers_orderline l ON l.order_id = p.id LEFT JOIN customers_product r ON r.id = l.product_id),
     upsold AS (
        SELECT *, coalesce(is_repeat AND (line_class = 'upsell' OR (line_class = '' AND tier > best)), FALSE) AS is_up FROM line),
     classed AS (
        SELECT *, coalesce(NOT is_up AND (line_class = 'cross_sell' OR (line_class = '' AND (category_id <> own
                  OR (category_id IS NOT NULL AND is_repeat AND bought = 0)))), FALSE) AS is_across FROM upsold),
     grouped AS (
        SELECT id, customer_id, placed_on, owner_id, category_id, is_repeat, bool_or(line_id IS NOT NULL) AS has_lines,
               bool_or(is_up) AS has_upsell, bool_or(is_across) AS has_cross_sell
          FROM classed GROUP BY ALL)
SELECT id AS order_id, customer_id, placed_on, owner_id, coalesce(category_id, 0) AS category_id,
       row_number() OVER (PARTITION BY id ORDER BY category_id) = 1 AS is_first, has_lines, is_repeat, has_upsell, has_cross_sell,
       bool_or(has_upsell) OVER (PARTITION BY id) AS order_has_upsell,
       bool_or(has_cross_sell) OVER (PARTITION BY id) AS order_has_cross_sell
  FROM grouped;
""".format(earlier="ORDER BY p.placed_at, p.id GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING")

# What customers bought and gave back, and when they came: it counts in the periods in which both lie.
NEWCOMERS = """
CREATE TABLE newcomers AS
WITH flow AS (
        SELECT {orders} AS cube, customer_id, placed_on AS day, owner_id, 1 AS m1, net_amount AS m2 FROM customers_order
         WHERE status IN ('paid', 'fulfilled') UNION ALL
        SELECT {refunds}, o.customer_id, r.refunded_on, o.owner_id, r.amount, 0 FROM customers_refund r
          JOIN customers_order o ON o.id = r.order_id WHERE o.status IN ('paid', 'fulfilled'))
SELECT w.cube, w.day, w.m1, w.m2, f.first_day, f.channel_id, f.campaign_id, coalesce(w.owner_id, f.owner_id) AS owner_id
  FROM flow w JOIN kpis_customerfact f USING (customer_id) WHERE w.day BETWEEN f.first_day - 365 AND f.first_day + 365
"""
IN_PERIOD = "c.day = n.day AND n.first_day BETWEEN c.start AND c.last"

LANDED = """
CREATE TEMP TABLE landed AS
SELECT s.*, CASE WHEN s.visitor = '' THEN 's' || s.id ELSE 'v' || s.visitor END AS who, c.session_id IS NOT NULL AS is_converted
  FROM campaigns_session s LEFT JOIN leads_landingconversion c ON c.session_id = s.id
 WHERE NOT s.is_bot AND s.landing_page_id IS NOT NULL
"""
# When each lead came to each step, and how far it has come.
STEPS = """
CREATE TABLE kpis_funnelfact AS
SELECT *, CASE WHEN at_5 IS NOT NULL THEN 5 WHEN at_4 IS NOT NULL THEN 4 WHEN at_3 IS NOT NULL THEN 3
               WHEN at_2 IS NOT NULL THEN 2 WHEN at_1 IS NOT NULL THEN 1 ELSE 0 END AS reach FROM ({steps}) e ({names})
"""


class Rival:
    """DuckDB with as much memory and as many threads as PostgreSQL has."""

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self.path = path
        self.duck = duckdb.connect(str(path), config={"memory_limit": "1280MB", "threads": "2", "temp_directory": f"{path}.tmp"})

    def take(self, source: psycopg.Connection, more: Iterable[str] = ()) -> None:
        """Copy the base tables, without texts that no figure reads."""
        for name in sorted({*TABLES, *tables_read(), *tables_named(all_steps().sql), *more}):
            columns = source.execute(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'"
                " ORDER BY ordinal_position",
                [name],
            ).fetchall()
            kept = [(column, kind) for column, kind in columns if column not in LEFT_OUT]
            names = ", ".join(column for column, _ in kept)
            file = self.path.with_suffix(".csv")
            with (
                open(file, "wb") as out,
                source.cursor().copy(f"COPY (SELECT {names} FROM {name}) TO STDOUT (FORMAT csv)") as rows,
            ):
                out.writelines(rows)
            types = ", ".join(f"'{column}': '{duck_type(kind)}'" for column, kind in kept)
            options = f"""auto_detect = false, delim = ',', quote = '"', escape = '"', header = false, allow_quoted_nulls = false, columns = {{{types}}}"""
            self.duck.execute(f"CREATE TABLE {name} AS FROM read_csv('{file}', {options})")
            file.unlink()

    def build(self, mogrify: Any) -> None:
        """Facts of customers, the sums of every period by every dimension, and what is stored beside them."""
        from kpis.catalogue.measures import (  # noqa: PLC0415  Django is set up by now
            DAY_CUBES,
            FACT_CUBES,
            LEAD_CUBES,
            NEWCOMERS_ORDERS,
            NEWCOMERS_REFUNDS,
        )

        self.duck.execute(TIME)
        folds = ", ".join(f"m{n} DECIMAL(38, 6)" for n in range(1, 7))
        self.duck.execute(f"CREATE TABLE kpis_rollup (cube INT, grain INT, dimension INT, start DATE, member BIGINT, {folds})")
        for cube in DAY_CUBES:
            self.fold(cube, cube.rows().filter(**{f"{cube.day}__isnull": False}), mogrify)
        self.duck.execute(FACTS + SELLING)
        self.tell_steps(mogrify)
        for cube in FACT_CUBES + LEAD_CUBES:
            self.fold(cube, cube.rows(), mogrify)
        self.duck.execute(NEWCOMERS.format(orders=NEWCOMERS_ORDERS.code, refunds=NEWCOMERS_REFUNDS.code))
        self.count_distinct()
        self.count_visitors()
        self.find_percentiles(mogrify)
        build_rest(self.duck, lambda statement: in_duck(mogrify(statement.sql, statement.params)))

    def tell_steps(self, mogrify: Any) -> None:
        from kpis.engine.funnel import STEPS as STORED  # noqa: PLC0415

        steps = all_steps()
        self.duck.execute(
            STEPS.format(steps=in_duck(mogrify(steps.sql, steps.params)), names=", ".join((*STORED.key, *STORED.rest)))
        )

    def fold(self, cube: Any, rows: Any, mogrify: Any) -> None:
        from kpis.engine.folding import fold_margins, folds_of  # noqa: PLC0415

        margins, used = fold_margins(cube, rows), folds_of(cube)
        sums, zeros = ", ".join(f"sum({name}) AS {name}" for name in used), ", 0" * (6 - len(used))
        self.duck.execute(
            f"INSERT INTO kpis_rollup SELECT {cube.code}, c.grain, s.dimension, c.start, s.member, {sums}{zeros}"
            f" FROM ({in_duck(mogrify(margins.sql, margins.params))}) s JOIN kpis_calendarday c ON c.day = s.day GROUP BY 2, 3, 4, 5"
        )

    def count_distinct(self) -> None:
        from kpis.catalogue.measures import BUYERS, CHURNED, ENGAGED, NEWCOMERS_ORDERS  # noqa: PLC0415
        from kpis.definitions import DIMENSION_CODES  # noqa: PLC0415

        day_side = {"owner": "k.owner_id", "team": "k.team_id"}
        for dimension in ("", *BUYERS.dimensions):
            member = day_side.get(dimension, f"f.{dimension}_id") if dimension else "0"
            self.duck.execute(
                f"INSERT INTO kpis_rollup SELECT {BUYERS.code}, c.grain, {DIMENSION_CODES[dimension]}, c.start, {member},"
                " count(DISTINCT k.fact_id), 0, 0, 0, 0, 0 FROM kpis_customerday k JOIN kpis_customerfact f ON f.customer_id = k.fact_id"
                " JOIN kpis_calendarday c ON c.day = k.day GROUP BY 2, 3, 4, 5"
            )
        self.duck.execute(
            "CREATE TEMP TABLE churned AS SELECT s.fact_id, c.grain, c.start FROM kpis_customerspan s"
            " JOIN kpis_calendarday c ON c.day = s.lost_day AND s.start_day < c.start WHERE NOT EXISTS (SELECT 1 FROM"
            " kpis_customerspan t WHERE t.fact_id = s.fact_id AND t.start_day <= c.last AND t.lost_day > c.last)"
        )
        self.duck.execute(
            "CREATE TEMP TABLE engaged AS SELECT DISTINCT s.fact_id, c.grain, c.start FROM (SELECT fact_id, day FROM kpis_customerday"
            " UNION SELECT customer_id, created_on FROM customers_ticket UNION SELECT customer_id, answered_on FROM customers_answer) k"
            " JOIN kpis_calendarday c ON c.day = k.day"
            " JOIN kpis_customerspan s ON s.fact_id = k.fact_id AND s.start_day <= c.last AND s.lost_day > c.last"
        )
        for cube, dimension in [(each, name) for each in (CHURNED, ENGAGED) for name in ("", *each.dimensions)]:
            member = f"f.{dimension}_id" if dimension else "0"
            self.duck.execute(
                f"INSERT INTO kpis_rollup SELECT {cube.code}, c.grain, {DIMENSION_CODES[dimension]}, c.start, {member},"
                f" count(DISTINCT c.fact_id), 0, 0, 0, 0, 0 FROM {cube.key} c JOIN kpis_customerfact f ON f.customer_id = c.fact_id"
                " GROUP BY 2, 3, 4, 5"
            )

        for dimension in ("", *NEWCOMERS_ORDERS.dimensions):
            member = {"": "0", "owner": "n.owner_id"}.get(dimension, f"n.{dimension}_id")
            self.duck.execute(
                f"INSERT INTO kpis_rollup SELECT n.cube, c.grain, {DIMENSION_CODES[dimension]}, c.start, {member},"
                f" sum(n.m1), sum(n.m2), 0, 0, 0, 0 FROM newcomers n JOIN kpis_calendarday c ON {IN_PERIOD} GROUP BY ALL"
            )

    def count_visitors(self) -> None:
        """Who landed, and who of them converted."""
        from kpis.catalogue.cubes.landing import LANDINGS  # noqa: PLC0415
        from kpis.definitions import DIMENSION_CODES  # noqa: PLC0415

        self.duck.execute(LANDED)
        for dimension in ("", *LANDINGS.dimensions):
            member = f"coalesce(l.{dimension}_id, 0)" if dimension else "0"
            self.duck.execute(
                f"INSERT INTO kpis_rollup SELECT {LANDINGS.code}, c.grain, {DIMENSION_CODES[dimension]}, c.start, {member},"
                " count(DISTINCT l.who), count(DISTINCT l.who) FILTER (WHERE l.is_converted), 0, 0, 0, 0"
                " FROM landed l JOIN kpis_calendarday c ON c.day = l.started_on GROUP BY 2, 3, 4, 5"
            )

    def find_percentiles(self, mogrify: Any) -> None:
        """Medians and the like of months and quarters."""
        from django.db.models import F  # noqa: PLC0415

        from kpis.definitions import DIMENSION_CODES  # noqa: PLC0415
        from kpis.engine.folding import contribution, member  # noqa: PLC0415
        from kpis.engine.percentiles import SPREADS, STORED  # noqa: PLC0415

        for spread in SPREADS.values():
            values = {f"member_{side}": member(spread, side) for side in spread.spread_by}
            values |= {f"key_{name}": contribution(fold) for name, fold in spread.folds.items()}
            rows = spread.rows().order_by().values(fold_day=F(spread.day), **values)
            sql = in_duck(mogrify(*rows.query.sql_with_params()))
            folds = ", ".join(f"quantile_cont(q.key_{name}, {fold.percentile})" for name, fold in spread.folds.items())
            zeros = ", 0" * (6 - len(spread.folds))
            for side in ("", *spread.spread_by):
                self.duck.execute(
                    f"INSERT INTO kpis_rollup SELECT {spread.code}, c.grain, {DIMENSION_CODES[side]}, c.start,"
                    f" {f'q.member_{side}' if side else 0}, {folds}{zeros} FROM ({sql}) q"
                    f" JOIN kpis_calendarday c ON c.day = q.fold_day AND c.grain IN ({STORED}) GROUP BY 2, 3, 4, 5"
                )

    def sums(self) -> dict[tuple[int, int, int], tuple]:
        return sums_of(self.duck, SUMMED)


# Percentiles are no sums: between two values they are as exact as a float.
SUMMED, FOUND = "cube NOT IN (62, 108)", "cube IN (62, 108)"


def percentiles_apart(source: Any, duck: Any) -> int:
    """How many medians and the like differ by more than a hundredth."""
    columns = f"SELECT cube, grain, dimension, start, member, m1, m2 FROM kpis_rollup WHERE {FOUND}"
    ours, theirs = ({row[:5]: row[5:] for row in each.execute(columns).fetchall()} for each in (source, duck))
    apart = [
        key for key in ours.keys() & theirs.keys() if any(abs(a - b) > 0.01 for a, b in zip(ours[key], theirs[key], strict=True))
    ]
    for key in [*apart, *(ours.keys() ^ theirs.keys())][:5]:
        print(f"different percentiles: {key} {ours.get(key)} {theirs.get(key)}")
    return len(apart) + len(ours.keys() ^ theirs.keys())


def sums_of(connection: Any, where: str = "TRUE") -> dict[tuple[int, int, int], tuple]:
    """Per cube, grain and dimension: the sums of all periods and members, weighted so that a swapped value shows."""
    weight = "(member % 97 + 1) * ((start - DATE '2000-01-01') % 89 + 1)"
    folds = ", ".join(f"sum(m{n} * {weight})" for n in range(1, 7))
    rows = connection.execute(
        f"SELECT cube, grain, dimension, {folds} FROM kpis_rollup WHERE {where} GROUP BY 1, 2, 3"
    ).fetchall()
    return {row[:3]: tuple(round(value or 0, 2) for value in row[3:]) for row in rows}


def tables_read() -> set[str]:
    """The tables and views that the day folds name."""
    from kpis.catalogue.measures import DAY_CUBES  # noqa: PLC0415  Django is set up by now
    from kpis.engine.folding import fold_margins  # noqa: PLC0415

    folds = " ".join(fold_margins(cube, cube.rows()).sql for cube in DAY_CUBES)
    return tables_named(folds)


def all_steps() -> Any:
    """What the funnel stores of every lead."""
    from kpis.engine.folding import Statement  # noqa: PLC0415
    from kpis.engine.funnel import steps_of  # noqa: PLC0415
    from leads.models import Lead  # noqa: PLC0415

    return Statement(*steps_of(Lead.objects.all()).query.sql_with_params())


def tables_named(text: str) -> set[str]:
    return set(re.findall(r'(?:FROM|JOIN) "((?:crm|campaigns|customers|leads)_\w+|kpis_credit)"', text))


def duck_type(kind: str) -> str:
    if kind == "numeric":
        return "DECIMAL(20, 8)" if kind == "rate" else "DECIMAL(24, 2)"
    return "TIMESTAMPTZ" if kind.startswith("timestamp") else TYPES.get(kind, "VARCHAR")


def in_duck(sql: str) -> str:
    """What DuckDB says otherwise: exact seconds of an interval, limits of scale, and the word `at`."""
    sql = sql.replace("EXTRACT(EPOCH FROM ", "exact_seconds(").replace("numeric(60, 12)", "decimal(38, 6)")
    return re.sub(r'(?<!")\bat\b(?!")', '"at"', sql)


def mogrifier(connection: psycopg.Connection) -> Any:
    """Statements with their values written in."""
    return ClientCursor(connection).mogrify
