"""What a dashboard reads: every tile from one snapshot, with as many questions for many tiles as for a few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension, Kpi
from kpis.readings.breakdown import Part, break_down_all
from kpis.readings.snapshot import one_snapshot
from kpis.readings.summary import Choice, Compare, Reading, summarise, years_before
from kpis.readings.values import Value
from kpis.tiles import Shape, Tile

# Where nothing can be broken down.
WITHOUT_PARTS = {"no_data", "not_visible", "not_applicable"}


@dataclass(frozen=True)
class Board:
    readings: Mapping[str, Reading]
    parts: Mapping[tuple[str, Dimension], list[Part]]
    # The trends of the year before, where that is compared with.
    before: Mapping[str, Sequence[Value]]


def read_board(tiles: Sequence[Tile], choice: Choice) -> Board:
    """As the overview: what only rows can tell has a trend where one is drawn, and else its value alone."""
    with one_snapshot():
        readings = summarise(unique(tiles), choice, is_brief=True)
        trends = {tile.kpi for tile in tiles if has_trend(tile) and len(readings[tile.kpi.key].trend) == 1}
        if trends:
            readings |= summarise([kpi for kpi in CATALOGUE.values() if kpi in trends], choice)
        return Board(readings, dict(split(tiles, choice, readings)), before(tiles, choice, readings))


def before(tiles: Sequence[Tile], choice: Choice, readings: Mapping[str, Reading]) -> dict[str, list[Value]]:
    kpis = list(dict.fromkeys(tile.kpi for tile in tiles if has_trend(tile)))
    able = [kpi for kpi in kpis if readings[kpi.key].now.reason not in ("not_applicable", "not_visible")]
    if choice.compare is not Compare.LAST_YEAR or not able:
        return {}
    return years_before(able, choice, [value.period for value in readings[able[0].key].trend])


def unique(tiles: Sequence[Tile]) -> list[Kpi]:
    """Every KPI that the tiles speak of, once."""
    keys = dict.fromkeys(key for tile in tiles for key in (tile.kpi.key, *tile.steps))
    return [CATALOGUE[key] for key in keys]


def has_trend(tile: Tile) -> bool:
    return tile.by is None and tile.shape in (Shape.LINE, Shape.BAR, Shape.TABLE)


def split(
    tiles: Sequence[Tile], choice: Choice, readings: Mapping[str, Reading]
) -> list[tuple[tuple[str, Dimension], list[Part]]]:
    """The parts of the tiles that are broken down; those by one dimension are read together."""
    found = []
    for by in dict.fromkeys(tile.by for tile in tiles if tile.by):
        kpis = dict.fromkeys(tile.kpi for tile in tiles if tile.by is by)
        able = [kpi for kpi in kpis if readings[kpi.key].now.reason not in WITHOUT_PARTS]
        if able:
            found += [((key, by), parts) for key, parts in break_down_all(able, by, choice, readings).items()]
    return found
