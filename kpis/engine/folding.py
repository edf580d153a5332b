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
PERIOD_DELTA = "kpis_perioddelta"


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
    cursor.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {PERIOD_DELTA} (cube smallint, grain smallint, dimension smallint,"
        " start date, member bigint, m1 numeric) ON COMMIT DELETE ROWS"
    )
    # A transaction around this one may have left rows of an earlier cell.
    cursor.execute(f"DELETE FROM {DELTA}; DELETE FROM {PERIOD_DELTA}")


def note_components(cursor: Any, cube: Cube, days: list, sign: int) -> None:
    """Put the stored components of some days into the delta, with a sign."""
    folds = ", ".join(f"{sign} * {name}" for name in FOLDS)
    cursor.execute(
        f"INSERT INTO {DELTA} SELECT cube, day, {', '.join(MEMBERS)}, {folds} FROM {Component._meta.db_table}"
        " WHERE cube = %s AND day = ANY(%s)",
        [cube.code, days],
    )


def note_rows(cursor: Any, cube: Cube, rows: QuerySet, sign: int) -> None:
    """Put the fold of some rows into the delta, with a sign."""
    sql, params = fold_by_day(cube, rows)
    signed = ", ".join(["cube", "day", *MEMBERS, *(f"{sign} * {name}" for name in FOLDS)])
    cursor.execute(f"INSERT INTO {DELTA} SELECT {signed} FROM ({sql}) f ({', '.join(DELTA_COLUMNS)})", params)


def any_left(folds: tuple[str, ...] = FOLDS) -> str:
    return " OR ".join(f"sum({name}) <> 0" for name in folds)


def apply_delta(cursor: Any, cube: Cube) -> None:
    """Add the delta of one cube to its period sums, in total and per member of each dimension.

    Rows are written in key order, so that two cells of one cube never wait for each other in a circle.
    """
    sums = ", ".join(f"sum({name}) AS {name}" for name in FOLDS)
    members = ", ".join(
        ["(0, 0::bigint)"]
        + [f"({DIMENSION_CODES[dimension]}, d.{COLUMNS[dimension]})" for dimension in cube.dimensions if dimension in COLUMNS]
    )
    cursor.execute(
        f"""
        WITH by_member AS MATERIALIZED (
            SELECT d.day, v.dimension, v.member, {sums}
              FROM {DELTA} d CROSS JOIN LATERAL (VALUES {members}) v (dimension, member)
             WHERE d.cube = %(cube)s GROUP BY 1, 2, 3 HAVING {any_left()})
        INSERT INTO {Rollup._meta.db_table} (cube, grain, dimension, start, member, {", ".join(FOLDS)})
        SELECT %(cube)s, c.grain, s.dimension, c.start, s.member, {sums}
          FROM by_member s JOIN kpis_calendarday c ON c.day = s.day
         GROUP BY 2, 3, 4, 5 HAVING {any_left()} ORDER BY 2, 3, 4, 5
        ON CONFLICT (cube, grain, dimension, start, member) DO UPDATE
           SET {", ".join(f"{name} = kpis_rollup.{name} + EXCLUDED.{name}" for name in FOLDS)}
        """,
        {"cube": cube.code},
    )


def apply_period_delta(cursor: Any, cube: Cube) -> None:
    """The same for a cube that is counted per period."""
    cursor.execute(
        f"""
        INSERT INTO {Rollup._meta.db_table} (cube, grain, dimension, start, member, m1, m2, m3, m4, m5, m6)
        SELECT cube, grain, dimension, start, member, sum(m1), 0, 0, 0, 0, 0 FROM {PERIOD_DELTA} WHERE cube = %s
         GROUP BY 1, 2, 3, 4, 5 HAVING sum(m1) <> 0 ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT (cube, grain, dimension, start, member) DO UPDATE SET m1 = kpis_rollup.m1 + EXCLUDED.m1
        """,
        [cube.code],
    )
