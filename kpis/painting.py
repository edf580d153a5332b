"""The tiles of a dashboard in the reader's words, for page, screen and paper: cards, lines, bars, tables and funnels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from crm.preferences import Preferences
from kpis import charts, options
from kpis.definitions import Dimension, Kpi
from kpis.glances import STEP_NAMES
from kpis.models import Annotation
from kpis.readings.boards import Board, has_trend, read_board
from kpis.readings.breakdown import Part
from kpis.readings.cards import card_of, member_caution
from kpis.readings.summary import Choice
from kpis.readings.words import column_parts, percent_text, value_text
from kpis.tiles import Shape, Tile

MOST_ROWS = 12


def painter_of(tiles: Sequence[Tile], choice: Choice, prefs: Preferences, link: str) -> Painter:
    """With the figures of some tiles and what people noted on the days of their trends."""
    board = read_board(tiles, choice)
    periods = [value.period for reading in board.readings.values() for value in reading.trend]
    notes: list[Annotation] = []
    if periods:
        first, last = min(period.start for period in periods), max(period.end for period in periods)
        notes = list(Annotation.objects.visible_to(choice.viewer).about_any(board.readings, first, last))
    return Painter(board, choice, prefs, link, notes)


@dataclass(frozen=True)
class Painter:
    """`link` is what the address of each KPI's page carries on."""

    board: Board
    choice: Choice
    prefs: Preferences
    link: str
    notes: Sequence[Annotation] = ()

    def paint(self, tiles: Iterable[Tile]) -> list[dict[str, Any]]:
        return [self.tile(tile, f"tile-{number}") for number, tile in enumerate(tiles)]

    def tile(self, tile: Tile, name: str) -> dict[str, Any]:
        """A figure that is missing is a card in any form: it says why."""
        reading = self.board.readings[tile.kpi.key]
        is_known = any(value.value is not None for value in reading.trend)
        shape = tile.shape if is_known else Shape.CARD
        chart = {} if shape is Shape.CARD else self.chart(tile, shape)
        card = card_of(reading, self.choice, self.prefs, self.link)
        url = card.url + (f"{'&' if self.link else '?'}by={tile.by}#breakdown" if tile.by else "")
        return {
            "shape": shape.value,
            "id": name,
            "card": card,
            "is_personal": tile.is_personal,
            "chart": chart and chart | {"id": name, "url": url},
        }

    def chart(self, tile: Tile, shape: Shape) -> dict[str, Any]:
        if shape is Shape.FUNNEL:
            return self.funnel(tile)
        return self.trend(tile) if has_trend(tile) else self.parts(tile)

    def trend(self, tile: Tile) -> dict[str, Any]:
        reading = self.board.readings[tile.kpi.key]
        is_open = self.choice.period.is_running(self.choice.today)
        notes = [(note.day, note.text) for note in self.notes if note.kpi in ("", tile.kpi.key)]
        chart = charts.trend_chart(
            tile.kpi,
            reading.trend,
            self.prefs,
            today=self.choice.today,
            is_open=is_open,
            before=self.board.before.get(tile.kpi.key, ()),
            targets=reading.targets,
            notes=notes,
        )
        if tile.shape is Shape.BAR:
            chart["data"]["kind"] = "bar"
        return chart | {"size": ""}

    def parts(self, tile: Tile) -> dict[str, Any]:
        """Bars of the largest members, or a table; with one member alone there is nothing to draw beside each other."""
        kpi, by = tile.kpi, tile.by
        parts = self.board.parts.get((kpi.key, by), [])
        title = f"{kpi.name} · {options.DIMENSIONS[by]}"
        bars = charts.breakdown_chart(kpi, parts, title, self.prefs) if tile.shape is Shape.BAR else None
        chart = bars or {"title": title, "data": {"summary": self.sentence(kpi, parts), "unit": ""}, "size": "", "is_table": True}
        return chart | self.table(kpi, by, parts[:MOST_ROWS])

    def sentence(self, kpi: Kpi, parts: Sequence[Part]) -> str:
        known = [part for part in parts if part.now.value is not None]
        if not known:
            return _("Nothing to break down in this period.")
        if len(known) > 1 and len({part.now.value for part in known}) == 1:
            return _("All have %(value)s.") % {"value": value_text(kpi, known[0].now.value, self.prefs, short=True)}
        return charts.highest(kpi, known, self.prefs)

    def table(self, kpi: Kpi, by: Dimension, parts: Sequence[Part]) -> dict[str, Any]:
        """The members below each other, their unit said once: beside each number it would not fit in a tile."""
        now, then = [part.now.value for part in parts], [part.then and part.then.value for part in parts]
        numbers, unit = column_parts(kpi, [*now, *then], self.prefs)
        shares = [percent_text(part.share, self.prefs) for part in parts]
        rows = zip([self.label(kpi, part) for part in parts], numbers[: len(parts)], shares, numbers[len(parts) :], strict=True)
        headings = [str(options.DIMENSIONS[by]), _("Value"), _("Share"), _("Before")]
        return {"headings": headings, "rows": [list(row) for row in rows], "unit": unit}

    def label(self, kpi: Kpi, part: Part) -> str:
        """Who it is, and why the number says nothing of them where it does not."""
        return " · ".join(filter(None, [part.label, member_caution(kpi, part.now, self.prefs)]))

    def funnel(self, tile: Tile) -> dict[str, Any]:
        """What happened in the period, step by step; each counts its own events."""
        counts = [(key, self.board.readings[key].now.numerator) for key in tile.steps]
        steps = [(str(STEP_NAMES[key]), reverse("kpis:kpi-detail", args=[key]) + self.link, count) for key, count in counts]
        return charts.funnel_chart(_("Sales funnel") + f" · {steps[-1][0]}", steps, self.prefs)
