"""Start-up checks of the catalogue: a wrong card cannot reach a dashboard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from kpis.catalogue import CATALOGUE, CHAPTERS
from kpis.catalogue.marks import DEFERRED, MARKS
from kpis.catalogue.measures import CUBES
from kpis.definitions import At, Cube, Dimension, Interval, Kpi

MOST_FOLDS = 6


@register(Tags.models)
def check_catalogue(app_configs: Any, **_: Any) -> Iterable[CheckMessage]:
    return [*check_cubes(), *check_keys(), *(error for kpi in CATALOGUE.values() for error in check_kpi(kpi))]


def check_cubes() -> Iterator[CheckMessage]:
    if len({cube.code for cube in CUBES}) != len(CUBES) or len({cube.key for cube in CUBES}) != len(CUBES):
        yield Error("Two cubes share a key or a code.", hint="Give the new cube the next free code.", id="kpis.E001")
    for cube in CUBES:
        if len(cube.folds) > MOST_FOLDS:
            yield Error(
                f"{cube.key} has more than {MOST_FOLDS} folds.", hint="Split it into two cubes.", obj=cube.key, id="kpis.E002"
            )
        if cube.stores_days and len({fold.distinct for fold in cube.folds.values() if fold.distinct}) > 1:
            yield Error(f"{cube.key} counts two things once.", hint="Make it two cubes.", obj=cube.key, id="kpis.E003")
    deferred = [mark for mark in MARKS if mark.deferred]
    if len(DEFERRED) != len(deferred):
        yield Error("Two deferred marks share a key.", hint="Name each after its parent and its rows.", id="kpis.E004")


def check_keys() -> Iterator[CheckMessage]:
    if len(CATALOGUE) != sum(len(chapter) for chapter in CHAPTERS):
        yield Error("Two KPIs share a key.", hint="Keys are public and never reused.", id="kpis.E005")


def check_kpi(kpi: Kpi) -> Iterator[CheckMessage]:
    unknown = [driver for driver in kpi.drivers if driver not in CATALOGUE or driver == kpi.key]
    if unknown:
        yield Error(f"{kpi.key} names drivers that are no other KPI: {unknown}.", hint="Use keys.", obj=kpi.key, id="kpis.E006")
    for term in kpi.needed:
        for dimension in kpi.dimensions:
            if not answers(term.measure_for({dimension}).cube, dimension):
                yield Error(
                    f"{kpi.key}: {term.measure.cube.key} cannot be split by {dimension.value}.",
                    hint="Take the dimension away, or name a measure `instead`.",
                    obj=kpi.key,
                    id="kpis.E007",
                )
    if kpi.interval is Interval.STUDENT and kpi.squares is None:
        yield Error(f"{kpi.key} has no squares for its interval.", hint="Name the Σx² term.", obj=kpi.key, id="kpis.E008")
    is_mixed = len({term.at for term in kpi.numerator}) > 1 and kpi.listed is None
    if is_mixed or any(term.at is not At.FLOW and term.instead for term in kpi.terms):
        yield Error(
            f"{kpi.key} mixes flows and stocks.",
            hint="One side is taken at one moment, unless it says what to list.",
            obj=kpi.key,
            id="kpis.E009",
        )


def answers(cube: Cube, dimension: Dimension) -> bool:
    """A team is the sum of its owners, so whoever knows owners knows teams."""
    known = {*cube.dimensions, *cube.live}
    return dimension in known or (dimension is Dimension.TEAM and Dimension.OWNER in known)
