"""Reading what the engine stored: the sums of whole periods and of single days."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, IntEnum
from itertools import pairwise
from typing import Any

from django.db import connection

from crm.periods import Grain
from kpis.definitions import DIMENSION_CODES, Dimension
from kpis.engine.folding import FOLDS, any_left
from kpis.models import DAY_GRAIN, GRAIN_CODES
from kpis.readings.pieces import Pieces, Span
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
    """What a sum is of: a whole period, its days that count, its days after those, or all days before it.

    Of periods that overlap, what comes and goes from one to the next: added up, that is their days that count; and what is
    before one and was not yet before the one before it.
    """

    WHOLE = 0
    COUNTED = 1
    LATER = 2
    BEFORE = 3
    CHANGE = 4
    PASSED = 5


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
        # Of a year there are sums of months, and of days around them.
        members = found[Part(part)][code][index]
        members[member] = added(members.get(member), sums)
    for code, changes in found[Part.CHANGE].items():
        found[Part.COUNTED][code] = added_up(changes, sorted(query.unfinished))
    for code, changes in found[Part.PASSED].items():
        found[Part.BEFORE][code] = added_up(changes, sorted(query.anchors))
    return found


def added(one: Sequence | None, other: Sequence) -> tuple:
    return tuple(other) if one is None else tuple(a + b for a, b in zip(one, other, strict=True))


def added_up(changes: Mapping[int, Mapping[int, tuple]], periods: Sequence[int]) -> dict[int, dict[int, tuple]]:
    """What holds for each of some periods, from what changes from one to the next."""
    level: dict[int, tuple] = {}
    table: dict[int, dict[int, tuple]] = defaultdict(dict)
    for place, index in enumerate(periods):
        for member, sums in changes.get(place, {}).items():
            level[member] = added(level.get(member), sums)
        table[index] = dict(level)
    return table


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
    overlaps = overlap(query, unfinished)
    if unfinished and wanted.by_day and overlaps:
        yield changes_of(source, query, wanted.by_day)
    elif unfinished and wanted.by_day:
        part = f"CASE WHEN r.start > p.last THEN {Part.LATER:d} ELSE {Part.COUNTED:d} END"
        yield sums_where(
            source,
            (f"{part}, r.cube, p.i, r.member, {SUMS}", GROUPED),
            ("r.start BETWEEN p.first AND p.over", [(i, *query.spans[i], query.periods[i].end) for i in unfinished]),
            (wanted.by_day, DAY_GRAIN),
        )
    if wanted.stocks and overlaps:
        yield from passed_of(source, query, wanted.stocks, grain)
    elif wanted.stocks:
        yield sums_where(
            source,
            (f"{Part.BEFORE:d}, r.cube, p.i, r.member, {SUMS}", GROUPED),
            ("r.start < p.first", [(index, query.periods[index].start) for index in anchors]),
            (wanted.stocks, grain),
        )


def overlap(query: Query, indexes: Sequence[int]) -> bool:
    """Whether some of these periods share days; in order, so that none begins or ends before the one before it."""
    pairs = list(pairwise(query.spans[index] for index in indexes))
    in_order = all(before[0] <= after[0] and before[1] <= after[1] for before, after in pairs)
    return in_order and any(after[0] <= before[1] for before, after in pairs)


def changes_of(source: Source, query: Query, cubes: Sequence[int]) -> Statement:
    """Of spans in order that overlap: each sum is read once, comes with the first span that reaches it and goes with the
    first that begins after it. Where the spans share months, as years that end with months do, months are read."""
    firsts, lasts = columns_of([query.spans[index] for index in sorted(query.unfinished)])
    dimension, members = member_of(source)
    grain_of, member = grains_of(query), " AND r.member = ANY(%s)" if members else ""
    if grain_of:
        places = [(share, bisect_left(lasts, share.on), bisect_right(firsts, share.on)) for share in Pieces(query).shares]
        rows = [(grain_of[share.grain], share.start, come, go, share.sign) for share, come, go in places if come != go]
        sums = ", ".join(f"sum(v.sign * r.{name})" for name in FOLDS)
        statement = (
            f"SELECT {Part.CHANGE:d}, r.cube, v.place, r.member, {sums}"
            " FROM unnest(%s::int[], %s::date[], %s::int[], %s::int[], %s::int[]) w (grain, start, come, go, sign)"
            " JOIN kpis_rollup r ON r.cube = ANY(%s) AND r.grain = w.grain AND r.dimension = %s AND r.start = w.start"
            f"{member} CROSS JOIN LATERAL (VALUES (w.come, w.sign), (w.go, -w.sign)) v (place, sign) GROUP BY 1, 2, 3, 4"
        )
        return statement, [*columns_of(rows), cubes, dimension, *members]
    names, gone = (", ".join(f"{sign}r.{name}" for name in FOLDS) for sign in ("", "-"))
    days = f"kpis_rollup r WHERE r.cube = ANY(%s) AND r.grain = %s AND r.dimension = %s AND r.start BETWEEN %s AND %s{member}"
    which = [cubes, DAY_GRAIN, dimension, firsts[0], lasts[-1], *members]
    statement = (
        f"SELECT {Part.CHANGE:d}, r.cube, r.place, r.member, {SUMS} FROM ("
        f"SELECT r.cube, width_bucket(r.start - 1, %s::date[]) AS place, r.member, {names} FROM {days} UNION ALL"
        f" SELECT r.cube, width_bucket(r.start, %s::date[]), r.member, {gone} FROM {days}) r (cube, place, member,"
        f" {', '.join(FOLDS)}) {GROUPED}"
    )
    return statement, [lasts, *which, firsts, *which]


def passed_of(source: Source, query: Query, cubes: Sequence[int], grain: int) -> Iterator[Statement]:
    """Of periods in order: each earlier sum is read once, and is before the first period that begins after it."""
    firsts = [query.periods[index].start for index in sorted(query.anchors)]
    dimension, members = member_of(source)
    pieces, grain_of, until = Pieces(query), grains_of(query), firsts[-1]
    member = " AND r.member = ANY(%s)" if members else ""
    if grain_of:
        shares = [share for share in pieces.shares if share.on < until]
        rows = [(grain_of[share.grain], share.start, bisect_right(firsts, share.on), share.sign) for share in shares]
        sums = ", ".join(f"sum(w.sign * r.{name})" for name in FOLDS)
        statement = (
            f"SELECT {Part.PASSED:d}, r.cube, w.place, r.member, {sums}"
            " FROM unnest(%s::int[], %s::date[], %s::int[], %s::int[]) w (grain, start, place, sign)"
            " JOIN kpis_rollup r ON r.cube = ANY(%s) AND r.grain = w.grain AND r.dimension = %s AND r.start = w.start"
            f"{member} GROUP BY 1, 2, 3, 4"
        )
        if rows:
            yield statement, [*columns_of(rows), cubes, dimension, *members]
        grain, until = grain_of[Grain.MONTH], pieces.first_month
    statement = (
        f"SELECT {Part.PASSED:d}, r.cube, width_bucket(r.start, %s::date[]), r.member, {SUMS} FROM kpis_rollup r"
        f" WHERE r.cube = ANY(%s) AND r.grain = %s AND r.dimension = %s AND r.start < %s{member} {GROUPED}"
    )
    yield statement, [firsts, cubes, grain, dimension, until, *members]


def grains_of(query: Query) -> dict[Grain, int]:
    """The codes of the months and days that the pieces of its spans are made of; none where they fill no months."""
    pieces = Pieces(query)
    if not any(share.grain is Grain.MONTH for share in pieces.shares):
        return {}
    return {Grain.MONTH: GRAIN_CODES[pieces.calendar, Grain.MONTH], Grain.DAY: DAY_GRAIN}


def member_of(source: Source) -> tuple[int, list[list[int]]]:
    """The code of the dimension of a source, and the members asked of it, where it is asked for some."""
    name = source.split or next((name for name, _ in source.asked), None)
    return DIMENSION_CODES[name.value if name else ""], [sorted(members) for _, members in source.asked]


def sums_where(source: Source, shape: tuple[str, str], when: tuple[str, list[tuple]], which: tuple[Any, ...]) -> Statement:
    """One SELECT over period sums: its columns and end, the bounds of the periods, the cubes and the grain."""
    (columns, end), (condition, rows), bounds = shape, when, ("i", "first", "last", "over")
    dimension, members = member_of(source)
    arrays = ["%s::int[]", *["%s::date[]"] * (len(rows[0]) - 1)]
    statement = (
        f"SELECT {columns} FROM unnest({', '.join(arrays)}) p ({', '.join(bounds[: len(arrays)])})"
        f" JOIN kpis_rollup r ON r.cube = ANY(%s) AND r.grain = %s AND r.dimension = %s AND {condition}"
        f"{' AND r.member = ANY(%s)' if members else ''} {end}"
    )
    return statement, [*columns_of(rows), *which, dimension, *members]


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
