"""From a cube's rows to sums: the SQL is compiled from the cube's own QuerySet, the one that drill-downs list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, QuerySet, Sum, Value
from django.db.models.expressions import BaseExpression, Combinable
from django.db.models.functions import Coalesce

from crm.fields import ExactField
from kpis.definitions import DIMENSION_CODES, Cube, Dimension, Fold
from kpis.models import COLUMNS, Component, Rollup

FOLDS = ("m1", "m2", "m3", "m4", "m5", "m6")
MEMBERS = tuple(COLUMNS.values())
DELTA_COLUMNS = ("cube", "day", *MEMBERS, *FOLDS)
DELTA = "kpis_delta"


def as_expression(path: str | Combinable) -> Combinable:
    return F(path) if isinstance(path, str) else path


def member(cube: Cube, dimension: Dimension) -> BaseExpression:
    """The id of a row's member of a dimension; 0 is the unknown member."""
    return Coalesce(as_expression(cube.dimensions[dimension]), Value(0))


def aggregate(fold: Fold) -> BaseExpression:
    if fold.distinct:
        return Count(fold.distinct, distinct=True, filter=fold.where)
    if fold.amount is None:
        return Count(Value(1), filter=fold.where)
    return Coalesce(Sum(fold.amount, filter=fold.where, output_field=ExactField()), Value(0), output_field=ExactField())


def folded(cube: Cube, rows: QuerySet, by: Mapping[str, Any]) -> QuerySet:
    """The rows folded by some expressions: one dict per group, with `fold_<name>` for each fold of the cube."""
    folds = {f"fold_{name}": aggregate(fold) for name, fold in cube.folds.items()}
    return rows.order_by().values(**by).annotate(**folds)


def fold_by_day(cube: Cube, rows: QuerySet) -> tuple[str, list[Any]]:
    """SELECT of component rows (DELTA_COLUMNS) of some of a cube's rows."""
    by = {"fold_day": F(cube.day)} | {f"member_{dimension}": member(cube, dimension) for dimension in cube.dimensions}
    sql, params = folded(cube, rows, by).query.sql_with_params()
    members = [f"q.member_{dimension.value}" if dimension in cube.dimensions else "0" for dimension in COLUMNS]
    folds = [f"q.fold_{name}" for name in cube.folds]
    folds += ["0"] * (len(FOLDS) - len(folds))
    columns = ", ".join([str(cube.code), "q.fold_day", *members, *folds])
    return f"SELECT {columns} FROM ({sql}) q", list(params)


def prepare_delta(cursor: Any) -> None:
    """Session tables that hold what a transaction takes away and adds; empty at first, and again by its end."""
    members, folds = ", ".join(f"{name} bigint" for name in MEMBERS), ", ".join(f"{name} numeric" for name in FOLDS)
    cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {DELTA} (cube smallint, day date, {members}, {folds}) ON COMMIT DELETE ROWS")
    # A transaction around this one may have left rows of an earlier cell.
    cursor.execute(f"DELETE FROM {DELTA}")


def folds_of(cube: Cube) -> tuple[str, ...]:
    """The stored columns a cube uses; sums of the others would only cost time."""
    return FOLDS[: len(cube.folds)]


def note_rows(cursor: Any, cube: Cube, rows: QuerySet, sign: int) -> None:
    """Put the fold of some rows into the delta, with a sign."""
    sql, params = fold_by_day(cube, rows)
    signed = ", ".join(["cube", "day", *MEMBERS, *(f"{sign} * {name}" for name in FOLDS)])
    cursor.execute(f"INSERT INTO {DELTA} SELECT {signed} FROM ({sql}) f ({', '.join(DELTA_COLUMNS)})", params)


def any_left(folds: tuple[str, ...] = FOLDS) -> str:
    return " OR ".join(f"sum({name}) <> 0" for name in folds)


def carrying(cube: Cube, delta: str, days: str = "TRUE") -> str:
    """WITH terms and the INSERT that add a relation of signed component rows to the cube's period sums.

    In total and per member of each dimension; written in key order, so that two cells of one cube never wait for
    each other in a circle.
    """
    used = folds_of(cube)
    sums = ", ".join(f"sum({name}) AS {name}" for name in used)
    zeros = "".join(", 0" for _ in FOLDS[len(used) :])
    members = ", ".join(
        ["(0, 0::bigint)"]
        + [f"({DIMENSION_CODES[dimension]}, d.{COLUMNS[dimension]})" for dimension in cube.dimensions if dimension in COLUMNS]
    )
    return f"""
        by_member AS MATERIALIZED (
            SELECT d.day, v.dimension, v.member, {sums}
              FROM {delta} d CROSS JOIN LATERAL (VALUES {members}) v (dimension, member)
             GROUP BY 1, 2, 3 HAVING {any_left(used)})
        INSERT INTO {Rollup._meta.db_table} (cube, grain, dimension, start, member, {", ".join(FOLDS)})
        SELECT {cube.code}, c.grain, s.dimension, c.start, s.member, {sums}{zeros}
          FROM by_member s JOIN kpis_calendarday c ON c.day = s.day AND {days}
         GROUP BY 2, 3, 4, 5 HAVING {any_left(used)} ORDER BY 2, 3, 4, 5
        ON CONFLICT (cube, grain, dimension, start, member) DO UPDATE
           SET {", ".join(f"{name} = kpis_rollup.{name} + EXCLUDED.{name}" for name in used)}
        """


def apply_delta(cursor: Any, cube: Cube) -> None:
    """Add the noted delta of one cube to its period sums."""
    delta = f"noted AS (SELECT * FROM {DELTA} WHERE cube = {cube.code})"
    cursor.execute(f"WITH {delta}, {carrying(cube, 'noted')}")


def replace_components(cursor: Any, cube: Cube, days: list, rows: QuerySet) -> None:
    """Make the components of some days the fold of some rows, and carry the difference to the period sums.

    Only rows that differ are written: after a single order that is a handful of a day's thousands.
    """
    sql, params = fold_by_day(cube, rows)
    key, used = ", ".join(("day", *MEMBERS)), folds_of(cube)
    old, new = (", ".join(f"{side}.{name}" for name in used) for side in ("s", "f"))
    change = ", ".join(f"coalesce(f.{name}, 0) - coalesce(s.{name}, 0) AS {name}" for name in used)
    table = Component._meta.db_table
    cursor.execute(
        f"""
        WITH fresh ({", ".join(DELTA_COLUMNS)}) AS MATERIALIZED ({sql}),
             delta AS MATERIALIZED (
                SELECT {key}, s.id, f.cube, {", ".join(f"f.{name} AS f{name}" for name in used)}, {change}
                  FROM (SELECT * FROM {table} WHERE cube = {cube.code} AND day = ANY(%s)) s FULL JOIN fresh f USING ({key})
                 WHERE s.id IS NULL OR f.cube IS NULL OR ({old}) IS DISTINCT FROM ({new})),
             gone AS (DELETE FROM {table} WHERE id IN (SELECT id FROM delta)),
             kept AS (INSERT INTO {table} (cube, {key}, {", ".join(FOLDS)})
                      SELECT cube, {key}, {", ".join(f"f{name}" for name in used)}{"".join(", 0" for _ in FOLDS[len(used) :])}
                        FROM delta WHERE cube IS NOT NULL),
        {carrying(cube, "delta", "c.day BETWEEN %s AND %s")}
        """,
        [*params, days, days[0], days[-1]],
    )
