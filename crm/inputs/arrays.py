"""Whole columns as PostgreSQL array literals, for statements that write a thousand rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any


def arrays(rows: Sequence[Sequence[Any]]) -> list[str]:
    """One literal per column of the rows. Bound like any text, and several times faster than a list of values."""
    return [array(column) for column in zip(*rows, strict=True)]


def array(values: Iterable[Any]) -> str:
    return "{" + ",".join(map(element, values)) + "}"


def element(value: Any) -> str:
    if value is None:
        return "NULL"
    if type(value) is str:
        return f'"{escaped(value)}"'
    if isinstance(value, datetime):
        return f'"{value.isoformat()}"'
    return str(value)


def escaped(text: str) -> str:
    """Backslash and quote are all that an array literal gives a meaning inside quotes."""
    if "\\" in text or '"' in text:
        return text.replace("\\", "\\\\").replace('"', '\\"')
    return text
