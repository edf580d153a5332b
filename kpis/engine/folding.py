"""From a cube's rows to sums: the SQL is compiled from the cube's own QuerySet, the one that drill-downs list.

What is stored are *margins*: per cube and day the sums in total and per member of each dimension, and their sums over
every longer period. What changes is always a delta of margins by day, and one statement carries it to all grains.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, QuerySet, Sum, Value, When
from django.db.models.expressions import BaseExpression, Combinable
from django.db.models.functions import Cast, Coalesce

from crm.database import Percentile
from crm.fields import ExactField
from kpis.definitions import DIMENSION_CODES, Cube, Dimension, Fold
from kpis.models import DAY_GRAIN, PARENT_GRAINS, Rollup

FOLDS = ("m1", "m2", "m3", "m4", "m5", "m6")
TABLE = Rollup._meta.db_table
LONGEST_PERIOD = 366


@dataclass(frozen=True)
class Statement:
    """SQL and the values of its placeholders, in their order."""

    sql: str
    params: tuple[Any, ...] = ()


def as_expression(path: str | Combinable) -> Combinable:
    return F(path) if isinstance(path, str) else path


def member(cube: Cube, dimension: Dimension) -> BaseExpression:
    """The id of a row's member of a dimension; 0 is the unknown member."""
    return Coalesce(as_expression(cube.dimensions[dimension]), Value(0))


def aggregate(fold: Fold) -> BaseExpression:
    """One fold over a whole QuerySet."""
    if fold.distinct:
        return Count(fold.distinct, distinct=True, filter=fold.where)
    if fold.percentile is not None:
        return Cast(Percentile(fold.amount, filter=fold.where, share=fold.percentile), ExactField())
    if fold.amount is None:
        return Count(Value(1), filter=fold.where)
    return Coalesce(Sum(fold.amount, filter=fold.where, output_field=ExactField()), Value(0), output_field=ExactField())


def folded(cube: Cube, rows: QuerySet, by: Mapping[str, Any]) -> QuerySet:
    """The rows folded by some expressions: one dict per group, with `fold_<name>` for each fold of the cube."""
    return rows.order_by().values(**by).annotate(**{f"fold_{name}": aggregate(fold) for name, fold in cube.folds.items()})


def folds_of(cube: Cube) -> tuple[str, ...]:
    """The stored columns a cube uses; sums of the others would only cost time."""
    return FOLDS[: len(cube.folds)]


# -- margins ---------------------------------------------------------------------------------------------------------


def contribution(fold: Fold) -> Combinable:
    """What one row adds to a fold; null where it adds nothing."""
    amount = fold.amount or (F(fold.distinct) if fold.distinct else Value(1))
    return amount if fold.where is None else Case(When(fold.where, then=amount))


def added(fold: Fold) -> str:
    """The beginning of the aggregate of a fold's contributions."""
    return "count(DISTINCT " if fold.distinct else "count(" if fold.amount is None else "sum("


def parts(cube: Cube, rows: QuerySet) -> tuple[QuerySet, list[str]]:
    """The rows as (day, members, contributions), and the aggregate of each contribution.

    Where something is counted once (orders among lines), rows are first put together by it: an order has one day, so
    its row for a product counts it once.
    """
    by = {"fold_day": F(cube.day)} | {f"member_{dimension}": member(cube, dimension) for dimension in cube.dimensions}
    keys = {fold.distinct for fold in cube.folds.values() if fold.distinct and not fold.is_shared}
    if not keys:
        columns = {f"fold_{name}": contribution(fold) for name, fold in cube.folds.items()}
        sums = [f"{added(fold)}q.fold_{name})" for name, fold in cube.folds.items()]
        return rows.order_by().values(**by, **columns), sums
    (key,) = keys
    columns = {
        f"fold_{name}": Count(Value(1), filter=fold.where) if fold.distinct else aggregate(fold)
        for name, fold in cube.folds.items()
    }
    sums = [
        f"count(*) FILTER (WHERE q.fold_{name} > 0)" if fold.distinct else f"sum(q.fold_{name})"
        for name, fold in cube.folds.items()
    ]
    return rows.order_by().values(**by, fold_key=F(key)).annotate(**columns), sums


def fold_margins(cube: Cube, rows: QuerySet) -> Statement:
    """SELECT (day, dimension, member, m1 …) of some of a cube's rows, where anything is counted."""
    found, sums = parts(cube, rows)
    sql, params = found.query.sql_with_params()
    names = {DIMENSION_CODES[dimension]: f"q.member_{dimension.value}" for dimension in cube.dimensions}
    code = "".join(f" WHEN grouping({name}) = 0 THEN {code}" for code, name in names.items())
    who = "".join(f" WHEN grouping({name}) = 0 THEN {name}" for name in names.values())
    sets = ", ".join(["(q.fold_day)", *(f"(q.fold_day, {name})" for name in names.values())])
    values = ", ".join(f"coalesce({text}, 0)::numeric AS {name}" for text, name in zip(sums, FOLDS, strict=False))
    left = " OR ".join(f"coalesce({text}, 0) <> 0" for text in sums)
    return Statement(
        f"SELECT q.fold_day AS day, CASE{code} ELSE 0 END AS dimension, (CASE{who} ELSE 0 END)::bigint AS member, {values}"
        f" FROM ({sql}) q GROUP BY GROUPING SETS ({sets}) HAVING {left}",
        params,
    )


# -- from a delta of days to the sums of every period -----------------------------------------------------------------


def any_left(folds: Iterable[str] = FOLDS) -> str:
    return " OR ".join(f"sum({name}) <> 0" for name in folds)


def carrying(cube: Cube, delta: str) -> str:
    """WITH terms and the INSERT that add a relation (day, dimension, member, m1 …), one row each, to the stored sums.

    Years are summed from months, not from days. Rows are written in key order, so that two cells of one cube never wait
    for each other in a circle.
    """
    used = folds_of(cube)
    plain, sums = ", ".join(used), ", ".join(f"sum({name}) AS {name}" for name in used)
    parents = ", ".join(f"({parent}, {grain})" for parent, grains in PARENT_GRAINS.items() for grain in grains)
    direct = ", ".join(str(grain) for grain in PARENT_GRAINS)
    longer = ", ".join(str(grain) for grains in PARENT_GRAINS.values() for grain in grains)
    # The calendar is longer than any company's history: only the part in question is looked at.
    first, last = (f"(SELECT {end}(day) FROM {delta})" for end in ("min", "max"))
    return f"""
        direct AS MATERIALIZED (
            SELECT c.grain, d.dimension, c.start, d.member, {sums}
              FROM {delta} d JOIN kpis_calendarday c ON c.day = d.day
             WHERE c.grain IN ({direct}) AND c.day BETWEEN {first} AND {last}
             GROUP BY 1, 2, 3, 4 HAVING {any_left(used)})
        INSERT INTO {TABLE} (cube, grain, dimension, start, member, {plain})
        SELECT {cube.code}, * FROM (
            SELECT {DAY_GRAIN} AS grain, dimension, day AS start, member, {plain} FROM {delta}
             UNION ALL SELECT * FROM direct
             UNION ALL
            SELECT c.grain, p.dimension, c.start, p.member, {sums}
              FROM direct p JOIN (VALUES {parents}) g (parent, grain) ON g.parent = p.grain
              JOIN kpis_calendarday c ON c.day = p.start AND c.grain = g.grain
             WHERE c.grain IN ({longer}) AND c.day BETWEEN {first} - {LONGEST_PERIOD} AND {last}
             GROUP BY 1, 2, 3, 4 HAVING {any_left(used)}) s
         ORDER BY grain, dimension, start, member
        ON CONFLICT (cube, grain, dimension, start, member) DO UPDATE
           SET {", ".join(f"{name} = {TABLE}.{name} + EXCLUDED.{name}" for name in used)}
        """


# -- the delta of a cell ----------------------------------------------------------------------------------------------


def replacing(cube: Cube, days: Sequence[date]) -> Statement:
    """A WITH term `replaced`: what the margins of some days must change by, to be the `fresh` ones."""
    used = folds_of(cube)
    change = ", ".join(f"coalesce(f.{name}, 0) - coalesce(s.{name}, 0) AS {name}" for name in used)
    old, new = (", ".join(f"coalesce({side}.{name}, 0)" for name in used) for side in ("s", "f"))
    codes = ", ".join(["0", *(str(DIMENSION_CODES[dimension]) for dimension in cube.dimensions)])
    return Statement(
        f"""
        replaced AS MATERIALIZED (
            SELECT day, dimension, member, {change}
              FROM fresh f FULL JOIN (
                SELECT start AS day, dimension, member, {", ".join(used)} FROM {TABLE}
                 WHERE cube = {cube.code} AND grain = {DAY_GRAIN} AND dimension IN ({codes}) AND start = ANY(%s)
              ) s USING (day, dimension, member)
             WHERE ({old}) IS DISTINCT FROM ({new}))""",
        (list(days),),
    )


def carry(cursor: Any, cube: Cube, terms: Sequence[Statement], deltas: Sequence[str]) -> None:
    """Add some deltas, of which no two touch the same day, to the stored sums; all of it in one statement, one snapshot."""
    columns = ", ".join(("day", "dimension", "member", *folds_of(cube)))
    together = " UNION ALL ".join(f"SELECT {columns} FROM {name}" for name in deltas)
    sql = ", ".join([*(term.sql for term in terms), f"delta AS MATERIALIZED ({together})", carrying(cube, "delta")])
    cursor.execute(f"WITH {sql}", [value for term in terms for value in term.params])
