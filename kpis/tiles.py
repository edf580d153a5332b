"""The tiles of a dashboard: a KPI, the form it has there, and what it is broken down by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kpis.catalogue import CATALOGUE
from kpis.dashboards import FUNNEL_OF_PERIOD
from kpis.definitions import Dimension, Kpi
from kpis.models import Dashboard

Shape = Dashboard.Shape
MOST_TILES = 24
# The forms in which a KPI can be broken down; the others show the whole.
SPLIT = (Shape.BAR, Shape.TABLE)
# The figures of people: never on a screen that everybody passes by.
PERSONAL = frozenset({Dimension.OWNER})
# The rows of which a dashboard is made on a wide screen, each filled from side to side: C a card, D a drawing, which is
# twice as wide and as high as two cards. The figure is how much a row is to be avoided.
ROWS = {"CCCC": 0, "CCC": 0, "DD": 0, "D": 1, "CC": 1, "DCC": 1, "CCD": 1, "DC": 2, "CD": 2, "CDC": 4, "C": 6}
COLUMNS = {"DCC": ("D", "CC"), "CCD": ("CC", "D")}


@dataclass(frozen=True)
class Tile:
    kpi: Kpi
    shape: Dashboard.Shape
    by: Dimension | None = None

    @property
    def is_personal(self) -> bool:
        return self.by in PERSONAL

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of a funnel: from the first one to its KPI."""
        if self.shape is not Shape.FUNNEL:
            return ()
        return FUNNEL_OF_PERIOD[: FUNNEL_OF_PERIOD.index(self.kpi.key) + 1]

    @property
    def stored(self) -> dict[str, str]:
        return {"kpi": self.kpi.key, "shape": self.shape.value, "by": self.by.value if self.by else ""}


def tile_of(row: Mapping[str, str]) -> Tile | None:
    """The tile that a row describes, or None where there is no such thing (any more)."""
    kpi = CATALOGUE.get(row["kpi"])
    if kpi is None or row["shape"] not in Shape.values:
        return None
    shape, by = Shape(row["shape"]), row["by"] or None
    if shape is Shape.FUNNEL and kpi.key not in FUNNEL_OF_PERIOD[1:]:
        return None
    if shape not in SPLIT or by is None:
        return Tile(kpi, shape)
    return Tile(kpi, shape, Dimension(by)) if by in kpi.dimensions else None


def tiles_of(rows: Iterable[Mapping[str, str]]) -> list[Tile]:
    return [tile for tile in map(tile_of, rows) if tile is not None]


def rows_of(painted: Sequence[Mapping[str, Any]]) -> list[list[list[Mapping[str, Any]]]]:
    """Painted tiles in their order as rows of columns, so that nothing is empty beside any; a column holds one, or two cards."""
    letters = "".join("C" if tile["shape"] == Shape.CARD else "D" for tile in painted)
    best: list[tuple[int, list[str]]] = [(0, [])]
    for end in range(1, len(letters) + 1):
        last = [row for row in ROWS if letters[:end].endswith(row)]
        found = [(best[end - len(row)][0] + ROWS[row], [*best[end - len(row)][1], row]) for row in last]
        best.append(min(found, key=lambda each: each[0]))
    rest = iter(painted)
    return [[[next(rest) for _tile in column] for column in COLUMNS.get(row, row)] for row in best[-1][1]]
