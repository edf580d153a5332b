"""Charts and cards on paper, from the same data as on the page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from crm.paper import EDGE, GAP, HAIRLINE, HEADING, INSIDE, MUTED, PRIMARY, SMALL, TONES, WIDTH, Colour, Look, Paper
from crm.preferences import Preferences
from kpis.readings.cards import Card
from kpis.readings.words import SCALES, number_text, percent_sign, scaled, with_sign

CARDS_IN_ROW, CARD_HEIGHT, CARD_GAP = 4, 43.0, 3.0
VALUE, UNIT = Look(14, is_bold=True), Look(8, colour=MUTED)
NAME, TINY = Look(8), Look(7, colour=MUTED)
PLOT_HEIGHT, AXIS_WIDTH, MOST_TICKS, LABEL_ROOM = 52.0, 22.0, 5, 17.0
LINES: Mapping[str, tuple[Colour, float, tuple[float, float]]] = {
    "series1": (PRIMARY, 0.6, (0, 0)),
    "previous": (MUTED, 0.4, (1.6, 1.2)),
    "target": ((173, 44, 78), 0.5, (0.6, 1.0)),
}
RUNNING = (0.5, 0.8)
NOTE: Colour = (203, 128, 0)
NOTE_ROWS, NOTE_GAP = 2, 2.0
SHARES: Mapping[str, Colour] = {"detractor": (194, 65, 12), "passive": (135, 146, 162), "promoter": PRIMARY}
LEVEL = 2.5
FROM_SHORT = 10_000


def draw_cards(paper: Paper, cards: Sequence[Card], values: Sequence[tuple[str, str]]) -> None:
    """Some in a row; beside each card its value and unit."""
    width = (INSIDE - (CARDS_IN_ROW - 1) * CARD_GAP) / CARDS_IN_ROW
    for first in range(0, len(cards), CARDS_IN_ROW):
        paper.room_for(CARD_HEIGHT)
        row = zip(cards[first : first + CARDS_IN_ROW], values[first : first + CARDS_IN_ROW], strict=True)
        for place, (card, value) in enumerate(row):
            draw_card(paper, card, value, place * (width + CARD_GAP), width)
        paper.top += CARD_HEIGHT + CARD_GAP
    paper.top += GAP - CARD_GAP


def draw_card(paper: Paper, card: Card, value: tuple[str, str], start: float, width: float) -> None:
    paper.box(paper.top, start, width, CARD_HEIGHT)
    within, room, top = start + 2, width - 4, paper.top + 1.5
    for line in paper.lines(card.name, NAME, room, most=2):
        paper.put(line, NAME, top, within, room)
        top += NAME.line
    top = paper.top + 1.5 + 2 * NAME.line
    number, unit = with_sign(value[0], paper.prefs), value[1]
    paper.put(paper.cut(number, VALUE, room), VALUE, top, within, room)
    used = paper.width_of(number, VALUE) + 1.5
    if unit and used < room:
        paper.put(paper.cut(unit, UNIT, room - used), UNIT, top + 1.6, within + used, room - used)
    top += VALUE.line
    for text, look in notes_of_card(card):
        for line in paper.lines(text, look, room, most=2 if text == card.caution else 1):
            paper.put(line, look, top, within, room)
            top += look.line


def notes_of_card(card: Card) -> Iterator[tuple[str, Look]]:
    """What stands under the number, in words as well as in colour."""
    if card.reason_text:
        yield card.reason_text, TINY
        return
    if card.change:
        yield card.change["text"], Look(8, colour=TONES.get(card.change["tone"], MUTED))
    if card.target:
        yield from ((text, TINY) for text in (card.target.text, card.target.standing_text) if text)
    if card.sample_text:
        yield card.sample_text, TINY
    if card.caution:
        yield card.caution, TINY


def draw_trend(paper: Paper, chart: Mapping[str, Any], prefs: Preferences) -> None:
    """The lines or bars of a chart. Time runs from left to right in both languages; the values stand where reading starts."""
    data = chart["data"]
    notes = data.get("annotations", ())
    room_for_notes = min(len(notes), NOTE_ROWS) * TINY.line
    paper.room_for(PLOT_HEIGHT + 28 + room_for_notes)
    paper.write(" · ".join(filter(None, [chart["title"], data["unit"]])), HEADING)
    paper.write(data["summary"], SMALL)
    draw_legend(paper, data["series"])
    found = [value for series in data["series"] for value in series["values"] if value is not None]
    if found:
        ticks = ticks_of(min(found), max(found), least_step=1 if data["format"] == "count" else 0)
        paper.top += room_for_notes
        plot = Plot(paper, ticks, len(data["labels"]))
        plot.axes(data, prefs)
        plot.notes(notes)
        for series in data["series"]:
            draw = plot.bars if data["kind"] == "bar" and series["style"] == "series1" else plot.line
            draw(series)
        paper.top += PLOT_HEIGHT + 2 * TINY.line
    paper.top += GAP


def draw_legend(paper: Paper, series: Sequence[Mapping[str, Any]]) -> None:
    if len(series) == 1:
        return
    start = 0.0
    for one in series:
        colour, width, dash = LINES[one["style"]]
        left, middle = paper.left_of(start, 7), paper.top + TINY.line / 2
        paper.stroke([(left, middle), (left + 7, middle)], colour, width, dash)
        room = paper.width_of(one["name"], TINY)
        paper.put(one["name"], TINY, paper.top, start + 8.5, room)
        start += room + 14
    paper.top += TINY.line + 1


def ticks_of(least: float, most: float, *, least_step: float = 0) -> list[float]:
    """Round numbers from zero or below to the largest or above; of a count, whole ones."""
    low, high = min(least, 0.0), max(most, 0.0)
    rough = (high - low) / MOST_TICKS or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = max(next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough), least_step)
    first, last = math.floor(low / step), math.ceil(high / step)
    last = max(last, first + 1)
    return [number * step for number in range(first, last + 1)]


def tick_text(value: float, form: str, prefs: Preferences) -> str:
    if form == "percent":
        return with_sign(number_text(value, prefs) + percent_sign(prefs), prefs)
    if abs(value) >= FROM_SHORT:
        for scale, name in SCALES:
            if abs(value) >= scale:
                return f"{with_sign(number_text(value / float(scale), prefs, most=1), prefs)} {scaled(name, '')}".strip()
    return with_sign(number_text(value, prefs), prefs)


class Plot:
    """The field between the axes, in millimetres from the left and the top of the paper."""

    def __init__(self, paper: Paper, ticks: Sequence[float], count: int) -> None:
        self.paper, self.ticks, self.count = paper, ticks, count
        edge = paper.left_of(0, INSIDE)
        self.left = edge if paper.is_rtl else edge + AXIS_WIDTH
        self.width, self.top = INSIDE - AXIS_WIDTH, paper.top + 2

    def x(self, index: int) -> float:
        return self.left + 4 + (self.width - 8) * (index / (self.count - 1) if self.count > 1 else 0.5)

    def y(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return self.top + (PLOT_HEIGHT - 4) * (1 - (value - low) / (high - low))

    def axes(self, data: Mapping[str, Any], prefs: Preferences) -> None:
        paper = self.paper
        for tick in self.ticks:
            paper.stroke([(self.left, self.y(tick)), (self.left + self.width, self.y(tick))], HAIRLINE, 0.2)
            text = tick_text(tick, data["format"], prefs)
            paper.put(text, TINY, self.y(tick) - TINY.line / 2, 0, AXIS_WIDTH - 2, at_end=True)
        every = math.ceil(self.count / max(self.width // LABEL_ROOM, 1))
        for index, label in enumerate(data["labels"]):
            if index % every == 0:
                half = paper.width_of(label, TINY) / 2
                left = min(max(self.x(index) - half, EDGE), WIDTH - EDGE - 2 * half)
                paper.set(label, TINY, self.top + PLOT_HEIGHT - 2, left)

    def notes(self, notes: Sequence[Mapping[str, Any]]) -> None:
        """What happened, as lines over the field with their words above it."""
        for note in notes:
            x = self.x(note["at"])
            self.paper.stroke([(x, self.top), (x, self.y(self.ticks[0]))], NOTE, 0.2)
        for text, row, left in self.notes_with_room(notes):
            self.paper.set(text, TINY, self.top - (1 + row) * TINY.line, left)

    def notes_with_room(self, notes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, int, float]]:
        """(words, row, left edge): what would lie over a newer one of its row stays away; the table has it."""
        ends = [math.inf] * NOTE_ROWS
        for number, note in reversed(list(enumerate(notes))):
            text, row = note["text"], number % NOTE_ROWS
            width = self.paper.width_of(text, TINY)
            left = min(max(self.x(note["at"]) - width / 2, EDGE), WIDTH - EDGE - width)
            if left + width + NOTE_GAP <= ends[row]:
                ends[row] = left
                yield text, row, left

    def line(self, series: Mapping[str, Any]) -> None:
        """Where a value is missing the line stops and begins again; to a running period it is dotted, as all may still come."""
        colour, width, dash = LINES[series["style"]]
        places = [None if value is None else (self.x(index), self.y(value)) for index, value in enumerate(series["values"])]
        last = next((index for index in range(len(places) - 1, -1, -1) if places[index]), None)
        whole = [None if series["openLast"] and index == last else place for index, place in enumerate(places)]
        has_dots = series["style"] == "series1"
        for piece in pieces_of(whole):
            if len(piece) > 1:
                self.paper.stroke(piece, colour, width, dash)
            elif not has_dots:
                self.level(piece[0], colour, width)
        if series["openLast"] and last and places[last - 1]:
            self.paper.stroke([places[last - 1], places[last]], colour, width, RUNNING)
        if has_dots:
            for index, place in enumerate(places):
                if place:
                    self.dot(place, colour, is_open=bool(series["openLast"]) and index == last)

    def level(self, place: tuple[float, float], colour: Colour, width: float) -> None:
        """A short stroke for a value that stands alone: a line of one point has no length."""
        x, y = place
        self.paper.stroke([(x - LEVEL, y), (x + LEVEL, y)], colour, width)

    def bars(self, series: Mapping[str, Any]) -> None:
        """From nothing up or down; the bar of a running period is an outline."""
        colour, width = LINES[series["style"]][0], min((self.width - 8) / self.count * 0.6, 8.0)
        pdf, zero, last = self.paper.pdf, self.y(0.0), len(series["values"]) - 1
        pdf.set_draw_color(*colour)
        pdf.set_fill_color(*colour)
        pdf.set_line_width(0.3)
        for index, value in enumerate(series["values"]):
            if value is not None:
                top, style = min(self.y(value), zero), "D" if series["openLast"] and index == last else "F"
                pdf.rect(self.x(index) - width / 2, top, width, max(abs(self.y(value) - zero), 0.3), style=style)

    def dot(self, place: tuple[float, float], colour: Colour, *, is_open: bool) -> None:
        pdf = self.paper.pdf
        pdf.set_draw_color(*colour)
        pdf.set_fill_color(*((255, 255, 255) if is_open else colour))
        pdf.set_line_width(0.3)
        pdf.circle(place[0], place[1], 0.8, style="DF")


def pieces_of(places: Sequence[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    piece: list[tuple[float, float]] = []
    for place in (*places, None):
        if place is not None:
            piece.append(place)
            continue
        if piece:
            yield piece
        piece = []


def draw_bars(paper: Paper, rows: Sequence[tuple[str, float, float, str, Colour]]) -> None:
    """A name, where its bar starts and how long it is (per cent), what it says, and its colour."""
    name, bar = INSIDE * 0.24, INSIDE * 0.5
    for label, start, length, text, colour in rows:
        paper.room_for(6)
        paper.put(paper.cut(label, NAME, name - 2), NAME, paper.top + 0.4, 0, name)
        paper.box(paper.top + 0.8, name + bar * start / 100, max(bar * length / 100, 0.3), 3.8, fill=colour)
        paper.put(text, NAME, paper.top + 0.4, name + bar + 2, INSIDE - name - bar - 2)
        paper.top += 6
    paper.top += GAP


def draw_shares(paper: Paper, scores: Sequence[tuple[str, Any]], rows: Sequence[Mapping[str, Any]]) -> None:
    """What each colour means; then a period, the bar of its shares, and its score with the answers it stands on."""
    start, name, bar = 0.0, INSIDE * 0.24, INSIDE * 0.5
    for tone, text in scores:
        paper.box(paper.top + 0.8, start, 3, 3, fill=SHARES[tone])
        paper.put(str(text), TINY, paper.top, start + 4.5, room := paper.width_of(str(text), TINY))
        start += room + 10
    paper.top += TINY.line + 2
    for row in rows:
        look = SMALL if row["is_small"] else NAME
        paper.put(row["period"], look, paper.top + 0.4, 0, name)
        start = name
        for part in filter(itemgetter("percent"), row["parts"]):
            paper.box(paper.top + 0.8, start, length := bar * part["percent"] / 100, 3.8, fill=SHARES[part["tone"]])
            start += length
        paper.put(f"{row['score']} · {row['count_text']}", look, paper.top + 0.4, name + bar + 2, INSIDE - name - bar - 2)
        paper.top += 6
