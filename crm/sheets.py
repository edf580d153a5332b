"""The sheets that `crm.paper` draws on: text as browsers set it, in two directions and with joined letters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from fpdf import FPDF
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection
from fpdf.line_break import Fragment

ISOLATES = ("LRI", "RLI", "FSI", "PDI")
# What keeps two Persian letters apart has no direction, and among English words would tear its word in two: meanwhile
# a sign that runs as they do stands for it.
NON_JOINER, STAND_IN = "\u200c", "\U00010800"
WITHIN_WORD = re.compile(f"(?<=[\u0600-\u06ff]){NON_JOINER}(?=[\u0600-\u06ff])")


class Sheets(FPDF):
    """A run of one direction is shaped whole: cut where its script changes, a mark above a letter would lose the letter."""

    def _parse_chars(self, text: str, markdown: bool, **kept: Any) -> Iterator[Fragment]:
        yield Fragment(text, self._get_current_graphics_state(), self.k)


def runs(line: str, *, is_rtl: bool) -> Iterator[tuple[str, str]]:
    """The parts of a line from left to right, each in the order in which it is read, with its direction."""
    base = TextDirection.RTL if is_rtl else TextDirection.LTR
    whole = WITHIN_WORD.sub(STAND_IN, line)
    shown = BidiParagraph(whole, base, preserve_bn_chars=True).get_reordered_characters()
    for is_turned, found in groupby(shown, key=lambda each: each.embedding_level % 2 == 1):
        letters = [each.character for each in found if each.original_bidi_class not in ISOLATES]
        run = "".join(letters[::-1] if is_turned else letters).replace(STAND_IN, NON_JOINER)
        if run:
            yield run, "rtl" if is_turned else "ltr"
