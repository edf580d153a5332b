"""Pages to print, as PDF: A4 in the reader's direction, with joined letters and mixed directions as browsers have them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from io import BytesIO
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from crm.money import format_number
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_moment

FONTS = settings.BASE_DIR / "static/vendor/vazirmatn-print"
FAMILY = "Vazirmatn"
# Millimetres.
WIDTH, HEIGHT, EDGE, FOOT = 210.0, 297.0, 14.0, 12.0
INSIDE = WIDTH - 2 * EDGE
# A line's height in millimetres by the size of its letters in points: Persian needs room above and below.
LINE = 0.58
BETWEEN_WORDS = re.compile(r"[^\S\u00a0]+")  # a space that does not break keeps a number at its unit
GAP, PADDING = 4.0, 2.0
Colour = tuple[int, int, int]
TEXT: Colour = (26, 31, 41)
MUTED: Colour = (90, 100, 114)
HAIRLINE: Colour = (227, 230, 235)
PRIMARY: Colour = (29, 95, 191)
TONES: dict[str, Colour] = {"good": (11, 107, 58), "bad": (180, 35, 24), "warn": (138, 83, 0)}


@dataclass(frozen=True)
class Look:
    """How a text is set."""

    size: float = 9.0
    is_bold: bool = False
    colour: Colour = TEXT

    @property
    def line(self) -> float:
        return self.size * LINE


BODY, SMALL, TITLE, HEADING = Look(), Look(8, colour=MUTED), Look(16, is_bold=True), Look(11, is_bold=True)
STRONG = Look(is_bold=True)


@dataclass(frozen=True)
class Column:
    """`share` of the table's width; numbers stand at the end."""

    heading: str
    share: float
    is_number: bool = False


class Paper:
    """What is drawn stands at a distance from the side where reading starts, and from the top."""

    def __init__(self, prefs: Preferences, *, is_rtl: bool, foot: str) -> None:
        self.prefs, self.is_rtl, self.foot = prefs, is_rtl, foot
        self.widths: dict[tuple[str, float, bool], float] = {}
        # Loaded when something is printed: to import what shapes letters takes every process half a second of its start.
        self.sheets = import_module("crm.sheets")
        self.pdf = self.sheets.Sheets(format="A4")
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.c_margin = 0
        self.pdf.set_lang(prefs.language)
        for style, name in (("", "Regular"), ("B", "Bold")):
            self.pdf.add_font(FAMILY, style, FONTS / f"Vazirmatn-{name}.ttf")
        self.turn()

    def turn(self) -> None:
        self.pdf.add_page()
        self.top = EDGE

    def room_for(self, height: float) -> None:
        """A new page where this one has not so much room left."""
        if self.top + height > HEIGHT - EDGE - FOOT:
            self.turn()

    def left_of(self, start: float, width: float) -> float:
        """The left edge of something on the paper."""
        return WIDTH - EDGE - start - width if self.is_rtl else EDGE + start

    # -- text ------------------------------------------------------------------------------------------------------

    def write(self, text: str, look: Look = BODY, *, gap: float = 1.0) -> None:
        """A paragraph over the whole width."""
        for line in self.lines(text, look, INSIDE):
            self.room_for(look.line)
            self.put(line, look, self.top, 0, INSIDE)
            self.top += look.line
        self.top += gap

    def put(self, line: str, look: Look, top: float, start: float, width: float, *, at_end: bool = False) -> None:
        """One line, at the start or the end of a space."""
        left = self.left_of(start, width)
        at_right = self.is_rtl != at_end
        self.set(line, look, top, left + width - self.width_of(line, look) if at_right else left)

    def set(self, line: str, look: Look, top: float, left: float) -> None:
        """One line from its left edge on, run by run: each runs in one direction."""
        self.dress(look)
        for run, direction in self.runs(line):
            self.pdf.set_text_shaping(use_shaping_engine=True, direction=direction)
            width = self.pdf.get_string_width(run)
            self.pdf.set_xy(left, top)
            self.pdf.cell(width, look.line, run)
            left += width

    def dress(self, look: Look) -> None:
        self.pdf.set_font(FAMILY, "B" if look.is_bold else "", look.size)
        self.pdf.set_text_color(*look.colour)

    def runs(self, line: str) -> Iterator[tuple[str, str]]:
        """The parts of a line from left to right, each in the order in which it is read, with its direction."""
        return self.sheets.runs(line, is_rtl=self.is_rtl)

    def width_of(self, line: str, look: Look) -> float:
        """Letters join within words only, so a line is as wide as its words and the spaces between; most words come again."""
        words = line.split(" ")
        return sum(self.word_width(word, look) for word in words) + (len(words) - 1) * self.word_width(" ", look)

    def word_width(self, word: str, look: Look) -> float:
        key = (word, look.size, look.is_bold)
        if key not in self.widths:
            self.dress(look)
            self.widths[key] = 0.0
            for run, direction in self.runs(word):
                self.pdf.set_text_shaping(use_shaping_engine=True, direction=direction)
                self.widths[key] += self.pdf.get_string_width(run)
        return self.widths[key]

    def lines(self, text: str, look: Look, width: float, most: int | None = None) -> list[str]:
        """A text broken between its words; what does not fit into so many lines ends in dots."""
        found: list[str] = []
        for paragraph in text.splitlines():
            found += self.broken(paragraph, look, width)
        if most is None or len(found) <= most:
            return found
        return [*found[: most - 1], self.cut(f"{found[most - 1]}…", look, width)]

    def broken(self, paragraph: str, look: Look, width: float) -> Iterator[str]:
        line = ""
        for word in BETWEEN_WORDS.split(paragraph.strip()):
            longer = f"{line} {word}" if line else word
            if self.width_of(longer, look) <= width:
                line = longer
                continue
            if line:
                yield line
            line = self.cut(word, look, width)
        if line:
            yield line

    def cut(self, word: str, look: Look, width: float) -> str:
        """A word that is wider than its space ends in dots."""
        if self.width_of(word, look) <= width:
            return word
        kept = word.removesuffix("…")
        while kept and self.width_of(f"{kept}…", look) > width:
            kept = kept[:-1]
        return f"{kept}…"

    # -- shapes ----------------------------------------------------------------------------------------------------

    def box(self, top: float, start: float, width: float, height: float, *, fill: Colour | None = None) -> None:
        left = self.left_of(start, width)
        if fill:
            self.pdf.set_fill_color(*fill)
            self.pdf.rect(left, top, width, height, style="F")
        else:
            self.pdf.set_draw_color(*HAIRLINE)
            self.pdf.set_line_width(0.2)
            self.pdf.rect(left, top, width, height, round_corners=True, corner_radius=2)

    def rule(self, top: float, colour: Colour = HAIRLINE, *, start: float = 0, width: float = INSIDE) -> None:
        left = self.left_of(start, width)
        self.stroke([(left, top), (left + width, top)], colour, 0.2)

    def stroke(
        self, points: Sequence[tuple[float, float]], colour: Colour, width: float, dash: tuple[float, float] = (0, 0)
    ) -> None:
        """A line through points, from the left edge of the paper."""
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(width)
        self.pdf.set_dash_pattern(*dash)
        self.pdf.polyline(points)
        self.pdf.set_dash_pattern()

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]], title: str = "", *, plain: Look = BODY) -> None:
        """The headings again on each page, under the title they have; a row without all its cells is a heading among them."""
        self.room_for(3 * BODY.line)
        self.row(columns, [column.heading for column in columns], SMALL)
        for cells in rows:
            wide = [Column("", 1.0)] if len(cells) == 1 and len(columns) > 1 else columns
            look = STRONG if wide is not columns else plain
            height = self.height_of(wide, cells, look)
            if self.top + height > HEIGHT - EDGE - FOOT:
                self.turn()
                self.write(title, STRONG)
                self.row(columns, [column.heading for column in columns], SMALL)
            self.row(wide, cells, look)
        self.top += GAP

    def cell_lines(self, columns: Sequence[Column], cells: Sequence[str], look: Look) -> list[list[str]]:
        return [
            self.lines(cell, look, column.share * INSIDE - 2 * PADDING, most=4)
            for column, cell in zip(columns, cells, strict=True)
        ]

    def height_of(self, columns: Sequence[Column], cells: Sequence[str], look: Look) -> float:
        return max(len(lines) for lines in self.cell_lines(columns, cells, look)) * look.line + 1.6

    def row(self, columns: Sequence[Column], cells: Sequence[str], look: Look) -> None:
        found, start = self.cell_lines(columns, cells, look), 0.0
        for column, lines in zip(columns, found, strict=True):
            width = column.share * INSIDE
            for index, line in enumerate(lines):
                top = self.top + 0.8 + index * look.line
                self.put(line, look, top, start + PADDING, width - 2 * PADDING, at_end=column.is_number)
            start += width
        self.top += max(len(lines) for lines in found) * look.line + 1.6
        self.rule(self.top)

    # -- the end ---------------------------------------------------------------------------------------------------

    def finish(self, title: str) -> bytes:
        """The whole file: every page gets its number of all."""
        whole = self.pdf.pages_count
        for number in range(1, whole + 1):
            self.pdf.page = number
            # What another page set last is not known to this one.
            self.pdf.set_font(FAMILY, "", 1)
            self.pdf.set_draw_color(0, 0, 0)
            self.pdf.set_line_width(1)
            top = HEIGHT - EDGE - SMALL.line
            self.rule(top - 2)
            numbers = {"page": self.number(number), "pages": self.number(whole)}
            self.put(self.foot, SMALL, top, 0, INSIDE)
            self.put(_("Page %(page)s of %(pages)s") % numbers, SMALL, top, 0, INSIDE, at_end=True)
        self.pdf.set_title(title)
        file = BytesIO()
        self.pdf.output(file)
        self.close()
        return file.getvalue()

    def close(self) -> None:
        """The fonts are files that stay open while something is set in them."""
        for font in self.pdf.fonts.values():
            font.ttfont.close()

    def number(self, value: int) -> str:
        return format_number(value, self.prefs.language, latin_digits=self.prefs.latin_digits)


def begin_paper(prefs: Preferences, *, at: datetime) -> Paper:
    """A file in the direction of its reader's language; each page says at its foot whose it is, and of when."""
    made = _("%(name)s · printed %(time)s") % {"name": prefs.organization.title, "time": format_moment(at, prefs)}
    return Paper(prefs, is_rtl=get_language_bidi(), foot=made)


def pdf_response(name: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    names = f"filename=\"report.pdf\"; filename*=UTF-8''{quote(name, safe='')}.pdf"
    response["Content-Disposition"] = f"attachment; {names}"
    return response
