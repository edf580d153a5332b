"""Dashboards that users make, as PDF: their tiles in their order and their forms, as their reader sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from crm.paper import BODY, HEADING, PRIMARY, SMALL, Column, Paper
from crm.preferences import Preferences
from kpis.drawing import draw_bars, draw_cards, draw_trend
from kpis.models import Dashboard
from kpis.painting import Painter, painter_of
from kpis.printing import begin, draw_steps, draw_table_of
from kpis.readings.summary import Choice
from kpis.readings.words import period_text, value_parts
from kpis.tiles import Shape, tiles_of


def print_dashboard(dashboard: Dashboard, choice: Choice, prefs: Preferences, *, at: datetime) -> bytes:
    tiles = tiles_of(dashboard.tiles)
    painter = painter_of(tiles, choice, prefs, "")
    paper = begin(dashboard.name, choice, prefs, at)
    for is_card, found in groupby(painter.paint(tiles), key=lambda tile: tile["shape"] == Shape.CARD):
        if is_card:
            print_cards(paper, found, painter)
        else:
            for tile in found:
                draw_tile(paper, tile, prefs)
    if not tiles:
        paper.write(_("None of its KPIs are in the catalogue any more."), BODY)
    return paper.finish(f"{dashboard.name} · {period_text(choice.period, prefs)}")


def print_cards(paper: Paper, tiles: Iterable[Mapping[str, Any]], painter: Painter) -> None:
    cards = [tile["card"] for tile in tiles]
    values = [painter.board.readings[card.key].now.value for card in cards]
    texts = [value_parts(card.kpi, value, painter.prefs, short=True) for card, value in zip(cards, values, strict=True)]
    draw_cards(paper, cards, texts)


def draw_tile(paper: Paper, tile: Mapping[str, Any], prefs: Preferences) -> None:
    chart, shape = tile["chart"], tile["shape"]
    kind = chart["data"].get("kind")
    if shape != Shape.TABLE and kind in ("line", "bar"):
        draw_trend(paper, chart, prefs)
        return
    paper.room_for(40)
    paper.write(" · ".join(filter(None, [chart["title"], chart["data"].get("unit") or chart.get("unit")])), HEADING)
    paper.write(chart["data"]["summary"], SMALL)
    if shape == Shape.FUNNEL:
        draw_steps(paper, chart["steps"])
    elif kind == "hbar":
        draw_parts_as_bars(paper, chart)
    elif "labels" in chart["data"]:
        draw_table_of(paper, chart)
    elif chart["rows"]:
        columns = [Column(heading, 0.2 if index else 0.4, is_number=index > 0) for index, heading in enumerate(chart["headings"])]
        paper.table(columns, chart["rows"], chart["title"])


def draw_parts_as_bars(paper: Paper, chart: Mapping[str, Any]) -> None:
    """Each from where the axis begins, or to it where it is less than nothing."""
    (series,) = chart["data"]["series"]
    values = series["values"]
    low, high = min(0.0, *values), max(0.0, *values)
    scale = 100 / (high - low or 1.0)
    bars = [((min(value, 0.0) - low) * scale, abs(value) * scale) for value in values]
    rows = zip(chart["data"]["labels"], bars, chart["texts"], strict=True)
    draw_bars(paper, [(label, start, length, text, PRIMARY) for label, (start, length), text in rows])
