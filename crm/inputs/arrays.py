"""Whole columns as PostgreSQL array literals, for statements that write a thousand rows at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from types import NoneType
from typing import Any

NUMBERS = {int, Decimal}
SEPARATOR = "\x1f"
SPECIAL = re.compile(r'["\\]')


def arrays(rows: Sequence[Sequence[Any]]) -> list[str]:
    """One literal per column of the rows. Bound like any text, and several times faster than a list of values."""
    return [array(column) for column in zip(*rows, strict=True)]


def array(values: Iterable[Any]) -> str:
    """An array literal. Columns of one plain type, which most are, are not looked at value by value."""
    values = list(values)
    kinds = set(map(type, values))
    if kinds <= NUMBERS:
        return "{" + ",".join(map(str, values)) + "}"
    if kinds == {NoneType}:
        return "{" + ",".join(["NULL"] * len(values)) + "}"
    if kinds == {datetime}:
        return '{"' + '","'.join(map(datetime.isoformat, values)) + '"}'
    if kinds == {str}:
        joined = SEPARATOR.join(values)
        if not SPECIAL.search(joined) and joined.count(SEPARATOR) == len(values) - 1:
            return '{"' + joined.replace(SEPARATOR, '","') + '"}'
    return "{" + ",".join(map(element, values)) + "}"


def element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return f'"{escaped(str(value))}"'
    if isinstance(value, datetime):
        return f'"{value.isoformat()}"'
    return str(value)


def escaped(text: str) -> str:
    """Backslash and quote are all that an array literal gives a meaning inside quotes."""
    if "\\" in text or '"' in text:
        return text.replace("\\", "\\\\").replace('"', '\\"')
    return text
