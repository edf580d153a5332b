"""The overview and the pages of KPIs as PDF: the figures of one moment, as their reader sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from crm.paper import BODY, GAP, HEADING, MUTED, PRIMARY, SMALL, STRONG, TITLE, TONES, Column, Paper, begin_paper
from crm.preferences import Preferences
from kpis import charts, dashboards, options
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension, Kpi
from kpis.drawing import draw_bars, draw_cards, draw_shares, draw_trend
from kpis.glances import STEP_NAMES, growth_of, notes_of, period_steps, promoters_of, segments_of, trend_of
from kpis.readings.breakdown import Part, break_down
from kpis.readings.cards import NO_SPEND, Card, card_of, compared_words, interval_text
from kpis.readings.goals import reached_text
from kpis.readings.snapshot import one_snapshot
from kpis.readings.summary import Choice, Reading, overview, summarise
from kpis.readings.words import number_text, percent_text, period_text, value_parts, value_text

TREND = 13
MOST_PARTS = 40


def print_overview(choice: Choice, prefs: Preferences, *, at: datetime) -> bytes:
    """What the page shows: the pinned cards, the trend of the first, the panels; then everything else in a table."""
    pinned = dashboards.pinned(choice.viewer, None)
    with one_snapshot():
        readings = overview(list(CATALOGUE.values()), choice, pinned[0])
        chart = trend_of(readings[pinned[0].key], choice, prefs, notes_of(choice.viewer, readings[pinned[0].key]))
        promoters, segments = promoters_of(choice, prefs), segments_of(choice, prefs)
    paper = begin(_("KPI overview"), choice, prefs, at)
    cards = [card_of(readings[kpi.key], choice, prefs) for kpi in pinned]
    draw_cards(paper, cards, [value_parts(kpi, readings[kpi.key].now.value, prefs, short=True) for kpi in pinned])
    draw_trend(paper, chart, prefs)
    draw_funnel(paper, readings, prefs)
    draw_growth(paper, readings, prefs)
    draw_promoters(paper, promoters)
    draw_segments(paper, segments)
    draw_rest(paper, [readings[kpi.key] for kpi in CATALOGUE.values() if kpi not in pinned], choice, prefs)
    return paper.finish(_("KPI overview") + f" · {period_text(choice.period, prefs)}")


def print_kpi(kpi: Kpi, by: Dimension | None, choice: Choice, prefs: Preferences, *, at: datetime) -> bytes:
    """The number, how it is computed, its trend and what it is made of; no rows, as they are about people."""
    with one_snapshot():
        reading = summarise([kpi], choice, TREND)[kpi.key]
        is_split = by is not None and reading.now.reason not in ("no_data", "not_visible", "not_applicable")
        parts = break_down(kpi, by, choice, reading) if is_split else []
        chart = trend_of(reading, choice, prefs, notes_of(choice.viewer, reading))
    card, paper = card_of(reading, choice, prefs), begin(str(kpi.name), choice, prefs, at, kpi)
    draw_number(paper, card, reading, prefs, reached_text(kpi, choice))
    draw_trend(paper, chart, prefs)
    draw_table_of(paper, chart)
    if parts:
        draw_parts(paper, kpi, by, parts, prefs)
    return paper.finish(f"{kpi.name} · {period_text(choice.period, prefs)}")


def begin(title: str, choice: Choice, prefs: Preferences, at: datetime, kpi: Kpi | None = None) -> Paper:
    """The head of the first page: what, of when, compared with what, narrowed to what."""
    paper = begin_paper(prefs, at=at)
    paper.write(title, TITLE)
    period = period_text(choice.period, prefs)
    running = _("still running") if choice.period.is_running(choice.today) else ""
    paper.write(" · ".join(filter(None, [period, running, compared_words(choice, prefs)])), BODY)
    if choice.filters or choice.window is not None:
        paper.write(" · ".join(options.filter_words(options.selects_for(choice, kpi, prefs))), STRONG)
    paper.top += GAP
    return paper


def draw_funnel(paper: Paper, readings: dict[str, Reading], prefs: Preferences) -> None:
    steps = [(str(STEP_NAMES[key]), "", count) for key, count in period_steps(readings)]
    chart = charts.funnel_chart(_("Sales funnel"), steps, prefs)
    paper.room_for(45)
    paper.write(chart["title"], HEADING)
    paper.write(chart["data"]["summary"], SMALL)
    paper.write(_("What happened in this period; each step counts its own events, not the same people."), SMALL)
    draw_steps(paper, chart["steps"])


def draw_steps(paper: Paper, steps: Sequence[Mapping[str, Any]]) -> None:
    rows = [(step, " · ".join(filter(None, [step["count_text"], step["share_text"]]))) for step in steps]
    draw_bars(paper, [(step["name"], 0, step["percent"], text, PRIMARY) for step, text in rows])


def draw_growth(paper: Paper, readings: dict[str, Reading], prefs: Preferences) -> None:
    chart = growth_of(readings, prefs)
    if chart is None:
        return
    steps = chart["steps"]
    paper.room_for(40)
    paper.write(chart["title"], HEADING)
    paper.write(chart["data"]["summary"], SMALL)
    draw_bars(
        paper,
        [(each["label"], each["start"], each["length"], each["value_text"], TONES.get(each["tone"], MUTED)) for each in steps],
    )


def draw_promoters(paper: Paper, found: Mapping[str, Any] | None) -> None:
    if found is None or found["is_empty"]:
        return
    paper.room_for(70)
    paper.write(found["title"], HEADING)
    paper.write(found["data"]["summary"], SMALL)
    draw_shares(paper, list(found["scores"].items()), found["bars"])
    if found["note"]:
        paper.write(found["note"], SMALL)
    paper.top += GAP


def draw_segments(paper: Paper, found: Mapping[str, Any] | None) -> None:
    if found is None:
        return
    paper.room_for(40)
    paper.write(_("RFM groups"), HEADING)
    paper.write(found["note"], SMALL)
    columns = [Column(_("Segment"), 0.4)]
    columns += [Column(heading, 0.2, is_number=True) for heading in (_("Customers"), _("Change"))]
    paper.table(columns, [[row["name"], row["count"], row["change"]] for row in found["rows"]])


def draw_rest(paper: Paper, readings: Sequence[Reading], choice: Choice, prefs: Preferences) -> None:
    paper.room_for(40)
    paper.write(_("More KPIs"), HEADING)
    columns = [Column(_("KPI"), 0.4), Column(_("Value"), 0.22, is_number=True), Column(_("Change"), 0.16, is_number=True)]
    columns.append(Column(_("Based on"), 0.22))
    rows: list[list[str]] = []
    for group, name in options.GROUPS.items():
        found = [reading for reading in readings if reading.kpi.group is group]
        rows += [[str(name)], *(rest_row(reading, choice, prefs) for reading in found)] if found else []
    paper.table(columns, rows)


def rest_row(reading: Reading, choice: Choice, prefs: Preferences) -> list[str]:
    card = card_of(reading, choice, prefs)
    name = f"{card.name} ({card.abbreviation})" if card.abbreviation else card.name
    if card.reason_text:
        return [name, "—", "", card.reason_text]
    return [
        name,
        value_text(reading.kpi, reading.now.value, prefs, short=True),
        changed(card),
        " · ".join(filter(None, [card.sample_text, card.caution])),
    ]


def changed(card: Card) -> str:
    return card.change["text"] if card.change else ""


def draw_number(paper: Paper, card: Card, reading: Reading, prefs: Preferences, reached: str) -> None:
    kpi, now = reading.kpi, reading.now
    if card.description:
        paper.write(card.description, BODY)
    paper.write(value_text(kpi, now.value, prefs), TITLE)
    if card.reason_text:
        paper.write(card.reason_text, BODY)
    if card.change and card.change["text"]:
        paper.write(f"{card.change['text']} {card.change['words']}", BODY)
    for text in (
        card.target.text if card.target else "",
        card.sample_text,
        card.caution,
        reached and _("Counts as reached") + f": {reached}",
        interval_words(kpi, reading, prefs),
    ):
        if text:
            paper.write(text, SMALL)
    paper.top += GAP
    paper.write(_("How it is computed"), HEADING)
    paper.write(capfirst(str(kpi.formula)), BODY)
    if card.formula_filled:
        paper.write(card.formula_filled, STRONG)
    paper.top += GAP


def interval_words(kpi: Kpi, reading: Reading, prefs: Preferences) -> str:
    text = interval_text(kpi, reading.now, prefs)
    return _("Confidence interval") + f": {text}" if text else ""


def draw_table_of(paper: Paper, chart: Mapping[str, Any]) -> None:
    """The figures of a chart: the period, a column for each line, and what happened, where anything did."""
    headings, lines = chart["headings"], len(chart["data"]["series"])
    rest = 0.7 / (len(headings) - 1)
    columns = [Column(heading, rest if index else 0.3, is_number=0 < index <= lines) for index, heading in enumerate(headings)]
    paper.table(columns, chart["rows"], chart["title"])


def draw_parts(paper: Paper, kpi: Kpi, by: Dimension, parts: Sequence[Part], prefs: Preferences) -> None:
    paper.room_for(40)
    label = str(options.DIMENSIONS[by])
    title = _("By %(dimension)s") % {"dimension": label if label.isupper() else label.lower()}
    paper.write(title, HEADING)
    if by in kpi.not_additive:
        paper.write(_("These parts overlap, so they can add up to more than the whole."), SMALL)
    columns = [Column(label, 0.4)]
    columns += [Column(heading, 0.15, is_number=True) for heading in (_("Value"), _("n"), _("Share"), _("Before"))]
    paper.table(columns, [part_row(kpi, part, prefs) for part in parts[:MOST_PARTS]], title)
    if len(parts) > MOST_PARTS:
        rest = number_text(len(parts) - MOST_PARTS, prefs)
        paper.write(_("%(count)s more stand on the page.") % {"count": rest}, SMALL)


def part_row(kpi: Kpi, part: Part, prefs: Preferences) -> list[str]:
    return [
        " · ".join(filter(None, [part.label, str(NO_SPEND) if part.now.is_without_spend(kpi) else ""])),
        value_text(kpi, part.now.value, prefs, short=True),
        number_text(part.now.sample_size, prefs) if part.now.sample_size is not None else "",
        percent_text(part.share, prefs),
        value_text(kpi, part.then and part.then.value, prefs, short=True),
    ]
