"""The currencies that amounts are in: those of ISO 4217, and the Toman, which everybody here counts in beside the Rial."""

from __future__ import annotations

import re

from iso4217 import Currency

CODE = re.compile(r"[A-Z]{3}", re.ASCII)
# Withdrawn since 2010: history may still be written in them.
WITHDRAWN = frozenset(["ANG", "BGN", "BYR", "CUC", "EEK", "HRK", "LTL", "LVL", "MRO", "SLL", "STD", "VEF", "ZMK", "ZWL"])
# As amounts of them are counted, whatever hundredth there is by law.
COUNTED_WHOLE = ("IRR", "IRT", "IQD")
# Gold, what is only for tests, and what is no currency have no smallest unit.
DIGITS = {each.code: each.exponent for each in Currency if each.exponent is not None} | dict.fromkeys(COUNTED_WHOLE, 0)
CURRENCIES = frozenset(DIGITS) | WITHDRAWN
