"""What flowed in each period: from period sums where they answer, else from the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property, partial

from django.db.models import QuerySet

from crm.periods import Grain
from kpis.catalogue.measures import CUBE_BY_CODE, LIVE_BY_CODE
from kpis.definitions import CROSSABLE, At, Cube, Day, Dimension, Measure, PeriodCube
from kpis.engine.percentiles import SPREAD_GRAINS
from kpis.readings.crossed import HOLDERS, Crossing, read_crossed
from kpis.readings.live import read_rows
from kpis.readings.narrowing import Narrowing
from kpis.readings.query import Query
from kpis.readings.stored import Part, Place, Source, Statement, Table, Wanted, move, read_stored, spans_of

TOTAL = Source(Place.SUMS)
DECLARED = CUBE_BY_CODE | LIVE_BY_CODE
# (period index, member or, where the query is not split, None) -> sum
Flows = dict[tuple[int, int | None], Decimal]


class Reader:
    """Reads measures for one query. It is told all it will be asked for, so that each place is read once for all of it."""

    def __init__(self, query: Query, asked: Iterable[tuple[Measure, At]]) -> None:
        self.query = query
        self.narrowing = Narrowing(query)
        self.is_stock: dict[Cube, bool] = defaultdict(bool)
        for measure, at in asked:
            self.is_stock[measure.cube] |= at is not At.FLOW
            if from_days := summed_of(measure.cube):
                self.is_stock[from_days[0]] |= False
        self._sources: dict[Cube, Source] = {}
        self._rows: dict[Cube, Mapping[int, dict[int, tuple]]] = {}

    def flows(self, measure: Measure) -> Flows:
        """The measure per period: in total, or per member where the query is split."""
        return {
            (index, member): amount
            for index in self.query.begun
            for member, amount in self._spread(self._found(measure.cube, index), measure).items()
        }

    def is_told(self, measure: Measure) -> bool:
        """Whether it is read of every period: rows may be asked of some only. A stock needs all that came before."""
        cube = measure.cube
        return self.query.told is None or self._source(cube).place is not Place.ROWS or self.is_stock[cube]

    def before(self, measure: Measure, index: int) -> dict[int | None, Decimal]:
        """The measure over all days before a period: where a stock starts from."""
        if self._source(measure.cube).place is not Place.ROWS:
            return self._spread(self._stored[Part.BEFORE][measure.cube.code][index], measure)
        return self._spread(self._found(measure.cube, ~index), measure)

    # -- where the numbers are -------------------------------------------------------------------------------------

    def _source(self, cube: Cube) -> Source:
        if cube not in self._sources:
            self._sources[cube] = self._source_of(cube)
        return self._sources[cube]

    def _source_of(self, cube: Cube) -> Source:
        """What is stored holds a total, or one dimension, or an owner and first touches; where others meet, the rows answer."""
        if cube is not CUBE_BY_CODE.get(cube.code):
            return Source(Place.ROWS)  # windowed: nothing stored knows it
        asked, split = self.narrowing.asked(cube), self.narrowing.split(cube)
        names = {*asked, split} - {None}
        if not self._is_stored_of(cube, names):
            return Source(Place.ROWS)
        if len(names) <= 1 and names <= cube.dimensions.keys() and self._adds_up(cube, asked):
            return Source(Place.SUMS, frozenset(asked.items()), split)
        if self._is_crossed(cube, names) and self._adds_up(cube, asked):
            return Source(Place.CROSSED, frozenset(asked.items()), split)
        return Source(Place.ROWS)

    def _is_stored_of(self, cube: Cube, names: set[Dimension]) -> bool:
        """Percentiles are stored of all periods but years, and by few dimensions."""
        if not isinstance(cube, PeriodCube) or not cube.spread_by:
            return True
        return self.query.periods[0].grain in SPREAD_GRAINS and names <= cube.spread_by

    def _is_crossed(self, cube: Cube, names: set[Dimension]) -> bool:
        """Of what counts once per period there are crossed sums of all but days, weeks and ranges."""
        if not cube.is_crossed or not names <= cube.dimensions.keys() or len(names & HOLDERS) > 1:
            return False
        is_short = isinstance(cube, PeriodCube) and self.query.periods[0].grain in (Grain.DAY, Grain.WEEK, Grain.RANGE)
        return names <= CROSSABLE | HOLDERS and not is_short

    def _adds_up(self, cube: Cube, asked: Mapping) -> bool:
        """What counts once per member may be added up over members only where each thing has one of them."""
        if not isinstance(cube, PeriodCube) or self.query.by:
            return True
        return all(len(members) == 1 or name not in cube.overlapping for name, members in asked.items())

    def _is_counted_live(self, cube: Cube, index: int) -> bool:
        """What counts once per period has no sum of a part of it, unless nothing happened in the rest."""
        if not isinstance(cube, PeriodCube) or cube.from_days or index not in self.query.unfinished:
            return False
        if not cube.later and not cube.counts_days:
            return True
        return self.query.is_of_ranges or bool(self._stored[Part.LATER][cube.code][index])

    # -- what they are ---------------------------------------------------------------------------------------------

    def _found(self, cube: Cube, index: int) -> dict[int, tuple]:
        """The sums of a period by member."""
        if self._source(cube).place is Place.ROWS or self._is_counted_live(cube, index):
            return self._of_rows(cube)[index]
        is_part, from_days = index in self.query.unfinished, summed_of(cube)
        if is_part and from_days:
            return self._corrected(cube, index, self._found(from_days[0], index), -1)
        part = Part.COUNTED if is_part and not isinstance(cube, PeriodCube) else Part.WHOLE
        found = self._stored[part][cube.code][index]
        return self._corrected(cube, index, found, 1) if is_part and has_rest(cube) else found

    def _corrected(self, cube: Cube, index: int, found: Mapping[int, tuple], sign: int) -> dict[int, tuple]:
        """What is of a period up to its last day that counts, from what is stored of it all or of its days."""
        sums = dict(found)
        for member, more in self._corrections[cube.code][index].items():
            move(sums, member, more, sign)
        return sums

    @cached_property
    def _corrections(self) -> Table:
        """What stored sums count too much or too little, of all cubes and periods that are told by them."""
        wanted = [
            (correcting(cube, self.query.periods[index].end), spans_of(self.query, only=[index]))
            for cube in self.is_stock
            if isinstance(cube, PeriodCube) and (cube.rest or cube.from_days) and self._source(cube).place is not Place.ROWS
            for index in sorted(self.query.unfinished)
            if not self._is_counted_live(cube, index)
        ]
        return read_rows(self.narrowing, wanted)

    def _spread(self, found: Mapping[int, tuple], measure: Measure) -> dict[int | None, Decimal]:
        """The measure's amounts from all sums: added up, or by the member that is shown."""
        column = list(measure.cube.folds).index(measure.fold)
        amounts: dict[int | None, Decimal] = defaultdict(Decimal)
        for member, sums in found.items():
            amounts[self.narrowing.shown(member, measure.cube) if self.query.by else None] += sums[column]
        return dict(amounts)

    @cached_property
    def _stored(self) -> dict[Part, Table]:
        stored = read_stored(self.query, self._wanted(), self._later())
        crossed = read_crossed(self.narrowing, self._crossings())
        for part, table in crossed.items():
            stored[part].update(table)
        return stored

    def _wanted(self) -> dict[Source, Wanted]:
        """What to read of what is stored: all cubes that each source answers for."""
        wanted = {
            source: Wanted(
                cubes=[cube.code for cube in found],
                by_day=[cube.code for cube in found if not isinstance(cube, PeriodCube) or cube.counts_days],
                stocks=[cube.code for cube in found if self.is_stock[cube]],
                once=[cube.code for cube in found if isinstance(cube, PeriodCube)],
            )
            for source, found in self._cubes_of(Place.SUMS).items()
        }
        # Whether anything happened in the rest of a period is asked of the whole.
        counted = [cube.code for cube in self.is_stock if isinstance(cube, PeriodCube) and cube.counts_days]
        crossed = [code for code in counted if self._source(CUBE_BY_CODE[code]).place is Place.CROSSED]
        total = wanted.get(TOTAL, Wanted())
        return wanted | {TOTAL: replace(total, by_day=[*total.by_day, *crossed])} if crossed else wanted

    def _later(self) -> Iterator[Statement]:
        """Whether there is anything in the days of a period that do not count, where the sums of days do not tell."""
        for cube in self.is_stock:
            if isinstance(cube, PeriodCube) and cube.later and self._source(cube).place is not Place.ROWS:
                for index in sorted(self.query.unfinished):
                    rows = cube.later(self.query.spans[index][1] + timedelta(days=1), self.query.periods[index].end)
                    sql, params = rows.order_by().query.sql_with_params()
                    found = f"SELECT {Part.LATER:d}, {cube.code}, {index}, 0::bigint, 1, 0, 0, 0, 0, 0 WHERE EXISTS ({sql})"
                    yield found, list(params)

    def _crossings(self) -> list[Crossing]:
        return [
            Crossing(dict(source.asked), source.split, tuple(found), tuple(cube for cube in found if self.is_stock[cube]))
            for source, found in self._cubes_of(Place.CROSSED).items()
        ]

    def _cubes_of(self, place: Place) -> dict[Source, list[Cube]]:
        cubes: dict[Source, list[Cube]] = defaultdict(list)
        for cube in sorted(self.is_stock, key=lambda cube: cube.code):
            if self._source(cube).place is place:
                cubes[self._source(cube)].append(cube)
        return cubes

    def _of_rows(self, cube: Cube) -> Mapping[int, dict[int, tuple]]:
        """The rows of this cube, read with those of all others that need it; of a windowed one on its own."""
        if cube not in self._rows:
            known = [other for other in self.is_stock if other is DECLARED.get(other.code)]
            cubes = known if cube in known else [cube]
            table = read_rows(self.narrowing, [(told_by(one), self._live_spans(one)) for one in cubes])
            self._rows |= {one: table[one.code] for one in cubes}
        return self._rows[cube]

    def _live_spans(self, cube: Cube) -> list:
        if self._source(cube).place is Place.ROWS:
            only = None if self.is_stock[cube] else self.query.told
            return spans_of(self.query, with_before=self.is_stock[cube], only=only)
        if not isinstance(cube, PeriodCube):
            return []
        return spans_of(self.query, only=[i for i in self.query.unfinished if self._is_counted_live(cube, i)])


def has_rest(cube: Cube) -> bool:
    return isinstance(cube, PeriodCube) and cube.rest is not None


def summed_of(cube: Cube) -> tuple[Cube, Callable[[Day, Day], QuerySet]] | None:
    """The cube whose days tell what is of a part of a period, and the rows that they count too much."""
    return cube.from_days if isinstance(cube, PeriodCube) else None


def correcting(cube: PeriodCube, end: date) -> PeriodCube:
    """The rows by which a part of a period that ends some day is more than the whole, or less than its days."""
    if cube.from_days:
        from_days, rows = cube.from_days
        return replace(cube, folds=from_days.folds, rows_in=rows)
    return replace(cube, rows_in=partial(cube.rest, end=end))


def told_by(cube: Cube) -> Cube:
    """The cube whose rows are read in its place."""
    return cube.told_by or cube if isinstance(cube, PeriodCube) else cube
