"""Where nothing stored answers: the rows themselves, folded once for all periods and all measures of all cubes.

The rows are those of the relation that drill-downs list. Where each period is counted by itself, each has a part of the
statement with its own days, which the database can plan for; of many periods the days are columns of one part instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Case, DateField, Expression, F, When
from django.db.models.expressions import Combinable
from django.db.models.sql.compiler import SQLCompiler

from kpis.definitions import Cube, Fold, PeriodCube
from kpis.engine.folding import FOLDS, as_expression, folded
from kpis.readings.narrowing import Narrowing
from kpis.readings.pieces import Span
from kpis.readings.stored import Statement, Table, columns_of, run


class DayOfSpan(Expression):
    """The first or last day of the span at hand."""

    output_field = DateField()

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[Any]]:
        return f"p.{self.column}", []


SPANS = "unnest(%s::int[], %s::date[], %s::date[]) p (i, first_day, last_day)"
FIRST, LAST = DayOfSpan("first_day"), DayOfSpan("last_day")
FEW_SPANS = 16


def read_rows(narrowing: Narrowing, wanted: Sequence[tuple[Cube, list[Span]]]) -> dict[int, dict[int, dict[int, tuple]]]:
    """Rows folded within some spans of days, of each cube its own spans; from one statement."""
    table: Table = defaultdict(lambda: defaultdict(dict))
    # Where nobody is left that the viewer may see, there is nothing to ask.
    asked = [(cube, spans) for cube, spans in wanted if spans and all(narrowing.asked(cube).values())]
    for code, index, member, *sums in run(one for cube, spans in asked for one in fold(narrowing, cube, spans)):
        if any(sums):
            table[code][index][member] = tuple(sums)
    return table


def fold(narrowing: Narrowing, cube: Cube, spans: Sequence[Span]) -> Iterator[Statement]:
    hangs_on_periods = narrowing.hangs_on_periods(cube)
    if not isinstance(cube, PeriodCube) and not hangs_on_periods:
        yield fold_days(narrowing, cube, spans)
    elif len(spans) <= FEW_SPANS:
        yield from (fold_one(narrowing, cube, span) for span in spans)
    elif all(each.distinct for each in cube.folds.values()) and not hangs_on_periods:
        yield count_each(narrowing, cube, spans)
    else:
        yield fold_each(narrowing, cube, spans)


def fold_days(narrowing: Narrowing, cube: Cube, spans: Sequence[Span]) -> Statement:
    """What adds up over days is read once from the first day to the last, and then put to the spans its days lie in."""
    first, last = min(span[1] for span in spans), max(span[2] for span in spans)
    rows = narrowing.narrow(cube.rows_between(first, last), cube, first)
    by = {"fold_day": as_expression(cube.day), "split_member": narrowing.member(cube)}
    sql, params = folded(cube, rows, by).query.sql_with_params()
    folds = [f"sum(q.fold_{name})" for name in cube.folds] + ["0"] * (len(FOLDS) - len(cube.folds))
    statement = (
        f"SELECT {cube.code}, p.i, q.split_member, {', '.join(folds)} FROM {SPANS}"
        f" JOIN ({sql}) q ON q.fold_day BETWEEN p.first_day AND p.last_day GROUP BY 2, 3"
    )
    return statement, [*columns_of(spans), *params]


def fold_one(narrowing: Narrowing, cube: Cube, span: Span) -> Statement:
    """What does not add up, of one span."""
    index, first, last = span
    rows = narrowing.narrow(cube.rows_between(first, last), cube, first)
    sql, params = folded(cube, rows, {"split_member": narrowing.member(cube)}).query.sql_with_params()
    folds = [f"q.fold_{name}" for name in cube.folds] + ["0"] * (len(FOLDS) - len(cube.folds))
    return f"SELECT {cube.code}, {index}, q.split_member, {', '.join(folds)} FROM ({sql}) q", list(params)


def fold_each(narrowing: Narrowing, cube: Cube, spans: Sequence[Span]) -> Statement:
    """What does not add up, or has another member in each span, is folded within each."""
    rows = narrowing.narrow(cube.rows_between(FIRST, LAST), cube, FIRST)
    sql, params = folded(cube, rows, {"split_member": narrowing.member(cube)}).query.sql_with_params()
    folds = [f"q.fold_{name}" for name in cube.folds] + ["0"] * (len(FOLDS) - len(cube.folds))
    statement = f"SELECT {cube.code}, p.i, q.split_member, {', '.join(folds)} FROM {SPANS} CROSS JOIN LATERAL ({sql}) q"
    return statement, [*columns_of(spans), *params]


def count_each(narrowing: Narrowing, cube: Cube, spans: Sequence[Span]) -> Statement:
    """What only counts things once is named with its span and counted outside, so that the rows may be read once for all."""
    keys = {f"key_{name}": key_of(each) for name, each in cube.folds.items()}
    rows = narrowing.narrow(cube.rows_between(FIRST, LAST), cube, FIRST)
    rows = rows.order_by().values(split_member=narrowing.member(cube), **keys)
    sql, params = rows.query.sql_with_params()
    folds = [f"count(DISTINCT q.{name})" for name in keys] + ["0"] * (len(FOLDS) - len(keys))
    statement = (
        f"SELECT {cube.code}, p.i, q.split_member, {', '.join(folds)} FROM {SPANS} CROSS JOIN LATERAL ({sql}) q GROUP BY 2, 3"
    )
    return statement, [*columns_of(spans), *params]


def key_of(fold: Fold) -> Combinable:
    """What a fold counts once; nothing for a row it does not count."""
    key = F(fold.distinct)
    return key if fold.where is None else Case(When(fold.where, then=key))
