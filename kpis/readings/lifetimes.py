"""How long customers stay: as the engine stored it, else from the spans of those that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection

from kpis.catalogue.measures import STARTED
from kpis.definitions import DIMENSION_CODES, Dimension
from kpis.engine.lifetimes import Known, Lifetimes, changes_of, known_of, naive_mean, on_evenings, restricted_mean
from kpis.engine.tenure import SIDE
from kpis.readings.narrowing import Narrowing
from kpis.readings.query import Query

# Of each evening that is stored and right; it has no row but its own where nobody had come.
STORED = """
    SELECT e.day, t.dimension, t.member, t.tenure, t.naive FROM kpis_tenureevening e
      LEFT JOIN kpis_tenure t ON t.day = e.day AND t.dimension = ANY(%s){member}
     WHERE e.day = ANY(%s) AND NOT e.is_dirty
"""
# Evening, and member or None for all that is asked.
Place = tuple[date, int | None]
# As Kaplan and Meier estimate it, and the naive one.
Means = tuple[Decimal, Decimal]


class Tenures:
    """The mean tenures of all customers acquired by the end of each period of one question."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.narrowing = Narrowing(query)

    def of_periods(self, *, is_split: bool) -> dict[tuple[int, int | None], Means]:
        """Per period and member where it is split, else under None; where nobody had come there is nothing."""
        found = self._stored | self._from_spans(is_split=is_split)
        members = {member for _, member in found if (member is not None) is is_split}
        ends = [(index, last) for index, (_, last) in enumerate(self.query.spans)]
        return {(i, member): found[last, member] for i, last in ends for member in members if (last, member) in found}

    @cached_property
    def _evenings(self) -> list[date]:
        return sorted({last for _, last in self.query.spans})

    # -- what is stored ----------------------------------------------------------------------------------------------

    @cached_property
    def _asked(self) -> dict[Dimension, frozenset[int]]:
        return self.narrowing.asked(STARTED)

    @cached_property
    def _stored(self) -> dict[Place, Means]:
        rows = ((self._places(*key), (tenure, naive)) for *key, tenure, naive in self._rows)
        return {place: means for places, means in rows for place in places}

    def _places(self, day: date, dimension: int | None, member: int | None) -> list[Place]:
        """What a row is: the whole; or a member, which is the whole where it alone is asked for."""
        if dimension is None:
            return []
        return [(day, None)] if dimension == 0 else [(day, member), *([(day, None)] if self._asked else [])]

    @cached_property
    def _rows(self) -> list[tuple[date, int | None, int | None, Decimal | None, Decimal | None]]:
        if not {*self._asked, self.query.by} <= {SIDE, None}:
            return []
        code, params = DIMENSION_CODES[SIDE], [sorted(members) for members in self._asked.values()]
        dimensions = [code] if self._asked else [0, *([code] if self.query.by else [])]
        with connection.cursor() as cursor:
            sql = STORED.format(member=" AND t.member = ANY(%s)" if params else "")
            cursor.execute(sql, [dimensions, *params, self._evenings])
            return cursor.fetchall()

    # -- what is not -------------------------------------------------------------------------------------------------

    @cached_property
    def _others(self) -> list[date]:
        stored = {day for day, *_ in self._rows}
        return [day for day in self._evenings if day not in stored]

    @cached_property
    def _known(self) -> list[Known]:
        """Everybody has one member, so that what is known of all members is what is known of the whole."""
        return known_to(self.narrowing, self._others) if self._others else []

    def _from_spans(self, *, is_split: bool) -> dict[Place, Means]:
        found = lifetimes_of(self._known, self._others, is_split=is_split)
        return {place: (restricted_mean(lifetimes), naive_mean(lifetimes)) for place, lifetimes in found.items()}


def known_to(narrowing: Narrowing, evenings: Sequence[date]) -> list[Known]:
    """What the spans that a question asks for tell of some evenings."""
    rows = narrowing.narrow(STARTED.rows(), STARTED, evenings[0])
    member: Any = narrowing.member(STARTED)
    return known_of(rows.values_list("start_day", "lost_day", "since", "back_day", member), evenings)


def lifetimes_of(known: Sequence[Known], evenings: Sequence[date], *, is_split: bool) -> dict[Place, Lifetimes]:
    """Of all customers acquired by each evening, per member where it is split, else under None.

    From the acquisition to the last loss; of those active that evening only that they stayed until it.
    """
    changes = changes_of(known, is_split=is_split)
    return {(day, one): lifetimes for one, of_one in changes.items() for day, lifetimes in on_evenings(of_one, evenings)}
