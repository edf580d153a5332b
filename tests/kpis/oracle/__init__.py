"""Every figure a second time: plain SQL over the base tables, written from the definitions and from nothing of the product.

The texts use the words that PostgreSQL and DuckDB share, so that the tests and the benchmark read the same ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from tests.kpis.oracle.figures import FIGURES
from tests.kpis.oracle.models import MODELS, modelled
from tests.kpis.oracle.parts import SEGMENT, Days, Key, Only, Pair, by_segment, rounded, sums

__all__ = ["FIGURES", "MODELS", "Key", "Only", "Pair", "oracle", "oracle_table", "rounded"]


def oracle_table(key: str, periods: Sequence[Days], cursor: Any, only: Only = None) -> dict[Key, Pair]:
    """{(period index, dimension or None, member): (numerator, denominator)} of one KPI, by all it may be split by.

    `only` is (dimension, member): just the rows of that member.
    """
    figure = FIGURES[key]
    if key in MODELS:
        return modelled(key, figure, periods, cursor, only)
    special = {only[0]} & set(figure.by) if only else set()
    groups: list[tuple[str, ...]] = [tuple(name for name in figure.dimensions if name not in (*figure.by, SEGMENT))]
    groups += [(name,) for name in figure.dimensions if name in (*figure.by, SEGMENT)]
    table: dict[Key, Pair] = {}
    for names in groups:
        special_name = next(iter(special | (set(names) & set(figure.by))), None)
        sides = figure.by.get(special_name, (figure.numerator, figure.denominator))
        if SEGMENT in (*names, only and only[0]):
            sides = tuple(tuple(by_segment(part) for part in side) for side in sides)
        counted = [[sums(part, periods, names, only, cursor) for part in side] for side in sides]
        for cell in {cell for side in counted for part in side for cell in part}:
            if cell[1] is None and names is not groups[0]:
                continue
            top, bottom = (sum((part.get(cell, Decimal(0)) for part in side), Decimal(0)) for side in counted)
            table[cell] = (top, bottom if figure.denominator else None)
    return table


def oracle(key: str, first: date, last: date, today: date, dimension: str | None = None, *, cursor: Any) -> dict[int, Pair]:
    """{member: (numerator, denominator)} of one KPI in one period, cut at today; without a dimension {0: the total}."""
    table = oracle_table(key, [(first, min(last, today))], cursor)
    return {member: pair for (_, name, member), pair in table.items() if name == dimension}
