"""Reading what the engine stored: the sums of whole periods and of single days."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, IntEnum
from itertools import chain, pairwise
from typing import Any

from django.db import connection

from crm.periods import Grain
from kpis.definitions import DIMENSION_CODES, Dimension
from kpis.engine.folding import FOLDS, any_left
from kpis.models import DAY_GRAIN, GRAIN_CODES
from kpis.readings.pieces import Pieces, Share, Span
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

    Of periods that overlap, each month or day once, and all that was before them: what they come to is added up here.
    """

    WHOLE = 0
    COUNTED = 1
    LATER = 2
    BEFORE = 3
    SHARE = 4
    EARLIER = 5


@dataclass(frozen=True)
class Wanted:
    """The cubes that a source answers for: all, those whose days may be added up, those that are stocks, and those that
    count once per period: of one that is unfinished they alone may need the sums of all of it."""

    cubes: Sequence[int] = ()
    by_day: Sequence[int] = ()
    stocks: Sequence[int] = ()
    once: Sequence[int] = ()


def read_stored(query: Query, asked: Mapping[Source, Wanted], also: Iterable[Statement] = ()) -> dict[Part, Table]:
    """All that is stored of what some sources are asked, and what others of that shape find, from one statement."""
    found: dict[Part, Table] = {part: defaultdict(lambda: defaultdict(dict)) for part in Part}
    sums_of_all = (each for source, wanted in asked.items() for each in sums_of(query, source, wanted))
    for part, code, index, member, *sums in run(chain(sums_of_all, also)):
        found[Part(part)][code][index][member] = tuple(sums)
    if found[Part.SHARE] or found[Part.EARLIER]:
        add_shares(query, found, {code for wanted in asked.values() for code in wanted.stocks})
    return found


def add_shares(query: Query, found: dict[Part, Table], stocks: Collection[int]) -> None:
    """Of spans in order that overlap: what is of each share comes with the first span that reaches it, and goes with the first
    that begins after it. What is of stocks is before the first period that begins after it."""
    firsts, lasts = columns_of([query.spans[index] for index in sorted(query.unfinished)])
    starts = [query.periods[index].start for index in sorted(query.anchors)]
    shares = shares_of(query)
    of_place: dict[tuple[Grain, date], list[Share]] = defaultdict(list)
    for share in shares:
        of_place[share.grain, share.start].append(share)
    places = places_of(shares)
    for code in found[Part.SHARE].keys() | found[Part.EARLIER].keys():
        changes: dict[int, dict[int, tuple]] = defaultdict(dict)
        passed: dict[int, dict[int, tuple]] = defaultdict(dict, {0: dict(found[Part.EARLIER][code][0])})
        for share, members in ((share, sums) for i, sums in found[Part.SHARE][code].items() for share in of_place[places[i]]):
            come, go = bisect_left(lasts, share.on), bisect_right(firsts, share.on)
            for member, sums in members.items():
                if come != go:
                    move(changes[come], member, sums, share.sign)
                    move(changes[go], member, sums, -share.sign)
                if code in stocks:
                    move(passed[bisect_right(starts, share.on)], member, sums, share.sign)
        found[Part.COUNTED][code] = added_up(changes, sorted(query.unfinished))
        if code in stocks:
            found[Part.BEFORE][code] = added_up(passed, sorted(query.anchors))


def move(members: dict[int, tuple], member: int, sums: Sequence, sign: int) -> None:
    members[member] = added(members.get(member), sums if sign > 0 else [-amount for amount in sums])


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
    grain = query.grain_code
    names, unfinished, anchors = ", ".join(f"r.{name}" for name in FOLDS), sorted(query.unfinished), sorted(query.anchors)
    cubes = wanted.cubes if query.unfinished < set(query.begun) else wanted.once
    if query.begun and cubes and not query.is_of_ranges:
        yield sums_where(
            source,
            (f"{Part.WHOLE:d}, r.cube, p.i, r.member, {names}", f"WHERE ({names}) <> (0, 0, 0, 0, 0, 0)"),
            ("r.start = p.first", [(index, query.periods[index].start) for index in query.begun]),
            (cubes, grain),
        )
    overlaps = overlap(query, unfinished)
    if unfinished and wanted.by_day and overlaps:
        yield from sums_of_shares(source, query, wanted)
    elif unfinished and wanted.by_day:
        part = f"CASE WHEN r.start > p.last THEN {Part.LATER:d} ELSE {Part.COUNTED:d} END"
        yield sums_where(
            source,
            (f"{part}, r.cube, p.i, r.member, {SUMS}", GROUPED),
            ("r.start BETWEEN p.first AND p.over", [(i, *query.spans[i], query.periods[i].end) for i in unfinished]),
            (wanted.by_day, DAY_GRAIN),
        )
    if wanted.stocks and not overlaps:
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


def shares_of(query: Query) -> list[Share]:
    """What spans that overlap are made of: months where they share some, as years that end with months do, else their days."""
    pieces = Pieces(query)
    if any(share.grain is Grain.MONTH for share in pieces.shares):
        return pieces.shares
    return [share for share in pieces.shares if pieces.cuts[0] <= share.on < pieces.cuts[-1]]


def places_of(shares: Iterable[Share]) -> list[tuple[Grain, date]]:
    """The months, then the days that shares are of, each once and in order."""
    return sorted({(share.grain, share.start) for share in shares}, key=lambda place: (place[0] is not Grain.MONTH, place[1]))


def sums_of_shares(source: Source, query: Query, wanted: Wanted) -> Iterator[Statement]:
    """The sums of each place that shares are of, by its number; and those of all that was before them."""
    shares, calendar = shares_of(query), query.periods[0].calendar
    first, last, has_months = shares[0].start, shares[-1].start, any(share.grain is Grain.MONTH for share in shares)
    dimension, members = member_of(source)
    of_members = f"r.cube = ANY(%s) AND r.dimension = %s{' AND r.member = ANY(%s)' if members else ''}"
    which, names = [wanted.by_day, dimension, *members], ", ".join(f"r.{name}" for name in FOLDS)
    if has_months:
        places, before = places_of(shares), 0
        for grain in (Grain.MONTH, Grain.DAY):
            starts = [start for each, start in places if each is grain]
            # Days in a row lie side by side in the index: a list of them is found faster than each by itself.
            number = f"array_position(%s::date[], r.start) + {before - 1}"
            rows = f"kpis_rollup r WHERE r.grain = {GRAIN_CODES[calendar, grain]} AND r.start = ANY(%s::date[]) AND {of_members}"
            yield f"SELECT {Part.SHARE:d}, r.cube, {number}, r.member, {names} FROM {rows}", [starts, starts, *which]
            before += len(starts)
    else:
        rows = f"kpis_rollup r WHERE r.grain = {DAY_GRAIN} AND r.start BETWEEN %s AND %s AND {of_members}"
        yield f"SELECT {Part.SHARE:d}, r.cube, r.start - %s, r.member, {names} FROM {rows}", [first, first, last, *which]
    if wanted.stocks:
        grain = GRAIN_CODES[calendar, Grain.MONTH] if has_months else DAY_GRAIN
        rows = f"kpis_rollup r WHERE r.grain = {grain} AND r.start < %s AND {of_members}"
        which = [wanted.stocks, dimension, *members]
        yield f"SELECT {Part.EARLIER:d}, r.cube, 0, r.member, {SUMS} FROM {rows} {GROUPED}", [first, *which]


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
