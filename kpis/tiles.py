"""The tiles of a dashboard: a KPI, the form it has there, and what it is broken down by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
