"""Reading what the engine stored: the sums of whole periods and of single days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, IntEnum
from typing import Any

from django.db import connection

from kpis.definitions import DIMENSION_CODES, Dimension
from kpis.engine.folding import FOLDS, any_left
from kpis.models import DAY_GRAIN, GRAIN_CODES
from kpis.readings.query import Query

# {cube: {period index: {member: sums}}}; ~index holds what was before that period.
Table = dict[int, dict[int, dict[int, tuple]]]
SUMS = ", ".join(f"sum(r.{name})" for name in FOLDS)
GROUPED = f"GROUP BY 1, 2, 3, 4 HAVING {any_left()}"
Statement = tuple[str, list[Any]]


class Place(Enum):
    """Where the numbers of a cube are: in period sums, in those of several members at once, or only in the rows."""

    SUMS = "sums"
    CROSSED = "crossed"
    ROWS = "rows"


@dataclass(frozen=True)
class Source:
    """A place and what to read there: the members of some dimensions, split by one."""

    place: Place
    asked: frozenset[tuple[Dimension, frozenset[int]]] = frozenset()
    split: Dimension | None = None


class Part(IntEnum):
    """What a sum is of: a whole period, its days that count, its days after those, or all days before it."""

    WHOLE = 0
    COUNTED = 1
    LATER = 2
    BEFORE = 3


@dataclass(frozen=True)
class Wanted:
    """The cubes that a source answers for: all, those whose days may be added up, and those that are stocks."""

    cubes: Sequence[int]
    by_day: Sequence[int]
    stocks: Sequence[int]


def read_stored(query: Query, asked: Mapping[Source, Wanted]) -> dict[Part, Table]:
    """All that is stored of what some sources are asked, from one statement."""
    found: dict[Part, Table] = {part: defaultdict(lambda: defaultdict(dict)) for part in Part}
    for part, code, index, member, *sums in run(
        each for source, wanted in asked.items() for each in sums_of(query, source, wanted)
    ):
        found[Part(part)][code][index][member] = tuple(sums)
    return found


def sums_of(query: Query, source: Source, wanted: Wanted) -> Iterator[Statement]:
    """Sums of periods, sums of single days where a period is unfinished, sums of all earlier periods."""
    if source.place is not Place.SUMS:
        return
    grain = GRAIN_CODES[query.periods[0].calendar, query.periods[0].grain]
    names, unfinished, anchors = ", ".join(f"r.{name}" for name in FOLDS), sorted(query.unfinished), sorted(query.anchors)
    if query.begun:
        yield sums_where(
            source,
            (f"{Part.WHOLE:d}, r.cube, p.i, r.member, {names}", f"WHERE ({names}) <> (0, 0, 0, 0, 0, 0)"),
            ("r.start = p.first", [(index, query.periods[index].start) for index in query.begun]),
            (wanted.cubes, grain),
        )
    if unfinished and wanted.by_day:
        part = f"CASE WHEN r.start > p.last THEN {Part.LATER:d} ELSE {Part.COUNTED:d} END"
        yield sums_where(
            source,
            (f"{part}, r.cube, p.i, r.member, {SUMS}", GROUPED),
            ("r.start BETWEEN p.first AND p.over", [(i, *query.spans[i], query.periods[i].end) for i in unfinished]),
            (wanted.by_day, DAY_GRAIN),
        )
    if wanted.stocks:
        yield sums_where(
            source,
            (f"{Part.BEFORE:d}, r.cube, p.i, r.member, {SUMS}", GROUPED),
            ("r.start < p.first", [(index, query.periods[index].start) for index in anchors]),
            (wanted.stocks, grain),
        )


def sums_where(source: Source, shape: tuple[str, str], when: tuple[str, list[tuple]], which: tuple[Any, ...]) -> Statement:
    """One SELECT over period sums: its columns and end, the bounds of the periods, the cubes and the grain."""
    (columns, end), (condition, rows), bounds = shape, when, ("i", "first", "last", "over")
    name = source.split or next((name for name, _ in source.asked), None)
    members = [sorted(members) for _, members in source.asked]
    arrays = ["%s::int[]", *["%s::date[]"] * (len(rows[0]) - 1)]
    statement = (
        f"SELECT {columns} FROM unnest({', '.join(arrays)}) p ({', '.join(bounds[: len(arrays)])})"
        f" JOIN kpis_rollup r ON r.cube = ANY(%s) AND r.grain = %s AND r.dimension = %s AND {condition}"
        f"{' AND r.member = ANY(%s)' if members else ''} {end}"
    )
    return statement, [*columns_of(rows), *which, DIMENSION_CODES[name.value if name else ""], *members]


Span = tuple[int, date, date]


def spans_of(query: Query, *, with_before: bool = False, only: Iterable[int] | None = None) -> list[Span]:
    """(index, first day, last day that counts) of the periods that have begun; of what was before them ~index."""
    spans = [(index, *query.spans[index]) for index in query.begun if only is None or index in only]
    if with_before:
        spans += [(~index, date.min, query.periods[index].start - timedelta(days=1)) for index in sorted(query.anchors)]
    return spans


def columns_of(rows: Iterable[tuple]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[], [], []]


def run(statements: Iterable[Statement]) -> list[tuple]:
    """The rows of some statements of one shape, asked as one."""
    asked = list(statements)
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(sql for sql, _ in asked), [value for _, params in asked for value in params])
        return cursor.fetchall()
