"""Reading what is stored of several members at once: the days of some periods as whole months and the days around them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crm.periods import Grain
from kpis.definitions import DIMENSION_CODES, Cube, Dimension, PeriodCube
from kpis.engine.folding import FOLDS
from kpis.models import GRAIN_CODES
from kpis.readings.live import fold_days
from kpis.readings.narrowing import Narrowing
from kpis.readings.pieces import EARLIER, ONE_DAY, Pieces, Span
from kpis.readings.stored import Part, Statement, Table, added, columns_of, run

# What holds a sum: an owner or a team; by all else sums are crossed within it.
HOLDERS = frozenset({Dimension.OWNER, Dimension.TEAM})
SUMS = ", ".join(f"sum(r.{name})" for name in FOLDS)
Asked = Mapping[Dimension, frozenset[int]]


@dataclass(frozen=True)
class Crossing:
    """What is asked of some cubes: the members of several dimensions, split by one."""

    asked: Asked
    split: Dimension | None
    cubes: tuple[Cube, ...]
    stocks: tuple[Cube, ...]

    @property
    def holder(self) -> Dimension | None:
        return next((name for name in (*self.asked, self.split) if name in HOLDERS), None)

    def conditions(self) -> tuple[str, list[Any]]:
        """The rows of these members."""
        sql, params = "r.dimension = %s", [DIMENSION_CODES[self.holder.value if self.holder else ""]]
        for name, members in self.asked.items():
            sql += f" AND r.{self.column(name)} = ANY(%s)"
            params.append(sorted(members))
        return sql, params

    def column(self, name: Dimension) -> str:
        return "member" if name in HOLDERS else f"{name.value}_id"

    @property
    def member(self) -> str:
        return f"r.{self.column(self.split)}" if self.split else "0::bigint"


def read_crossed(narrowing: Narrowing, crossings: Iterable[Crossing]) -> dict[Part, Table]:
    """What flowed in each period and, of stocks, before it; of what counts once per period only what whole ones hold."""
    query, pieces = narrowing.query, Pieces(narrowing.query)
    found: dict[Part, Table] = {part: defaultdict(lambda: defaultdict(dict)) for part in Part}
    by_piece: Table = defaultdict(lambda: defaultdict(dict))
    # Where nobody is left that the viewer may see, there is nothing to ask.
    asked = [each for each in crossings if all(each.asked.values())]
    for is_whole, code, index, member, *sums in run(each for one in asked for each in statements(one, narrowing, pieces)):
        members = (found[Part.WHOLE] if is_whole else by_piece)[code][index]
        members[member] = added(members.get(member), sums)
    for code, table in by_piece.items():
        for index in query.begun:
            flows = together(table, pieces.between(*query.spans[index]))
            found[Part.WHOLE][code][index] = found[Part.COUNTED][code][index] = flows
        for index in query.anchors:
            found[Part.BEFORE][code][index] = together(table, pieces.before(query.periods[index].start))
    return found


def together(table: Mapping[int, Mapping[int, tuple]], pieces: range) -> dict[int, tuple]:
    sums: dict[int, tuple] = {}
    for piece in pieces:
        for member, amounts in table.get(piece, {}).items():
            sums[member] = added(sums.get(member), amounts)
    return sums


# -- statements: (1 where it is a whole period's, cube, period or piece, member, m1 …) --------------------------------


def statements(crossing: Crossing, narrowing: Narrowing, pieces: Pieces) -> Iterator[Statement]:
    query, (months, days) = narrowing.query, pieces.parts
    periods = [cube for cube in crossing.cubes if isinstance(cube, PeriodCube)]
    summed = [cube for cube in crossing.cubes if not isinstance(cube, PeriodCube)]
    grain = GRAIN_CODES[pieces.calendar, Grain.MONTH]
    yield from of_starts(crossing, "kpis_cross", periods, [(i, query.periods[i].start) for i in query.begun], query.grain_code)
    yield from of_starts(crossing, "kpis_cross", summed, months, grain)
    yield from of_days(crossing, narrowing, summed, days)
    yield from earlier(crossing, narrowing, pieces, grain)


def of_starts(
    crossing: Crossing, table: str, cubes: Sequence[Cube], starts: Sequence[tuple[int, date]], grain: int | None
) -> Iterator[Statement]:
    """Sums that begin on some days: of one grain, or in the table of days."""
    if not cubes or not starts:
        return
    conditions, params = crossing.conditions()
    is_whole = int(isinstance(cubes[0], PeriodCube))
    sql = (
        f"SELECT {is_whole}, r.cube, p.i, {crossing.member}, {SUMS} FROM unnest(%s::int[], %s::date[]) p (i, start)"
        f" JOIN {table} r ON r.cube = ANY(%s) AND r.start = p.start{'' if grain is None else f' AND r.grain = {grain}'}"
        f" AND {conditions} GROUP BY 2, 3, 4"
    )
    yield sql, [*columns_of(starts), [cube.code for cube in cubes], *params]


def of_days(crossing: Crossing, narrowing: Narrowing, cubes: Sequence[Cube], spans: Sequence[Span]) -> Iterator[Statement]:
    """Single days: from their own sums, or from the facts, which are few and carry all that is asked."""
    starts = [(piece, first + timedelta(days=n)) for piece, first, last in spans for n in range((last - first).days + 1)]
    yield from of_starts(crossing, "kpis_crossday", [cube for cube in cubes if cube.stores_days], starts, None)
    for cube in cubes:
        if not cube.stores_days and spans:
            sql, params = fold_days(narrowing, cube, spans)
            yield f"SELECT 0, q.* FROM ({sql}) q", params


def earlier(crossing: Crossing, narrowing: Narrowing, pieces: Pieces, grain: int) -> Iterator[Statement]:
    """Of stocks, all that was before the first piece."""
    if not crossing.stocks:
        return
    conditions, params = crossing.conditions()
    sql = (
        f"SELECT 0, r.cube, {EARLIER}, {crossing.member}, {SUMS} FROM kpis_cross r"
        f" WHERE r.cube = ANY(%s) AND r.grain = {grain} AND r.start < %s AND {conditions} GROUP BY 2, 3, 4"
    )
    yield sql, [[cube.code for cube in crossing.stocks], pieces.first_month, *params]
    if pieces.first_month < pieces.cuts[0]:
        yield from of_days(crossing, narrowing, crossing.stocks, [(EARLIER, pieces.first_month, pieces.cuts[0] - ONE_DAY)])
