"""The records that would have been in a number, but that figures leave out: drafts, tests, robots, each with why.

Only of what flows in a period: of a stock nothing is told, which is what has ever come less what has ever left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import or_

from django.db.models import F, QuerySet, Value

from crm.reasons import Reason
from kpis.definitions import At, Cube, Kpi, Term, is_hidden
from kpis.readings.narrowing import Narrowing
from kpis.readings.query import Query
from kpis.readings.rows import BY_DAY, Row, as_rows, next_place, page_of
from kpis.readings.sources import SHOWN, Found, Source, visible

EXCLUDED = "excluded"


def leaves_out(kpi: Kpi) -> bool:
    """Whether records of some reason are left out of a KPI."""
    return any(term.measure.cube.left_out and term.at is At.FLOW for term in terms_of(kpi))


def terms_of(kpi: Kpi) -> tuple[Term, ...]:
    """A quotient is first of all about the records of its denominator."""
    return kpi.denominator + kpi.numerator


def list_left_out(kpi: Kpi, query: Query, *, after: str = "", limit: int = 50) -> tuple[list[Row], str | None]:
    """One page of these records in the query's only period, and where the next one begins; each adds nothing.

    Raises ValueError for a cursor that is none.
    """
    sources = sources_of(kpi, query)
    found = page_of(sources, query, BY_DAY, after, limit + 1)
    shown = found[:limit]
    reasons = reasons_of(sources, shown)
    rows = zip(as_rows(sources, shown), shown, strict=True)
    results = [replace(row, reason=reasons[number, row.id]) for row, (number, *_) in rows]
    return results, next_place(sources, BY_DAY, shown) if len(found) > limit else None


def count_left_out(kpi: Kpi, query: Query, most: int | None = None) -> int:
    """How many there are; with `most`, what is beyond it is counted as one."""
    count = 0
    for source in sources_of(kpi, query):
        keys = source.rows.order_by().values(source.key)
        keys = keys if source.is_plain else keys.distinct()
        count += (keys if most is None else keys[: most + 1 - count]).count()
    return count


def sources_of(kpi: Kpi, query: Query) -> list[Source]:
    """The relations of a KPI with what does not count of them; a record stands in the first that has it."""
    if is_hidden(kpi, query.viewer):
        return []
    sources: list[Source] = []
    for cube, terms in by_cube(kpi, query).items():
        source = source_of(cube, terms, Narrowing(query))
        for earlier in sources:
            if earlier.shown.type == source.shown.type:
                others = earlier.rows.order_by().values(earlier.shown.path)
                source = replace(source, rows=source.rows.exclude(**{f"{source.shown.path}__in": others}))
        sources.append(source)
    return sources


def by_cube(kpi: Kpi, query: Query) -> dict[Cube, list[Term]]:
    found: dict[Cube, list[Term]] = defaultdict(list)
    for term in terms_of(kpi):
        measure = term.measure_for(query.dimensions)
        if measure.cube.left_out and term.at is At.FLOW:
            found[measure.cube].append(replace(term, measure=measure))
    return found


def source_of(cube: Cube, terms: Sequence[Term], narrowing: Narrowing) -> Source:
    """What any of the terms would count; a record of which several rows count is listed once."""
    (span,) = narrowing.query.spans
    rows = narrowing.narrow(cube.left_out().filter(**{f"{cube.day}__range": span}), cube, span[0])
    wheres = [term.measure.definition.where for term in terms]
    if None not in wheres:
        rows = rows.filter(reduce(or_, wheres))
    shown = SHOWN[rows.model]
    return Source(visible(rows, narrowing.query), 1, shown.path, cube.day, Value(0), shown, ())


def reasons_of(sources: Sequence[Source], shown: Sequence[Found]) -> dict[tuple[int, int], Reason]:
    """Why each record of a page is left out, by its source's number and its own."""
    records: dict[int, list[int]] = defaultdict(list)
    for number, _day, _key, record, *_ in shown:
        records[number].append(record)
    return {
        (number, record): Reason(reason) for number, ids in records.items() for record, reason in reasons_in(sources[number], ids)
    }


def reasons_in(source: Source, records: Sequence[int]) -> QuerySet:
    path = source.shown.path
    return source.rows.order_by().filter(**{f"{path}__in": records}).values_list(path, F("left_out_for"))
