"""In which order the rows behind a number are listed, and where a page of them ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

DAY, AMOUNT = "day", "amount"
# An index finds the rows of a period by their day, from either end. To list them by amount all have to be sorted: of more
# than these nobody waits for that. By names there is no order at all: they stand in other tables, unsorted.
MOST_BY_AMOUNT = 100_000
PLACE = re.compile(r"(?P<number>[0-9]{1,2})\.(?P<day>[0-9]{8})\.(?P<key>[0-9]{1,18})", re.ASCII)
PLACE_BY_AMOUNT = re.compile(r"(?P<number>[0-9]{1,2})_(?P<amount>-?[0-9]{1,30}(\.[0-9]{1,30})?)_(?P<key>[0-9]{1,18})", re.ASCII)


@dataclass(frozen=True)
class Place:
    """Where a page ends: the day or amount, the source's number and the key of its last row."""

    at: date | Decimal
    number: int
    key: int

    def __str__(self) -> str:
        if isinstance(self.at, Decimal):
            return f"{self.number}_{self.at:f}_{self.key}"
        return f"{self.number}.{self.at:%Y%m%d}.{self.key}"


@dataclass(frozen=True)
class Sorting:
    """By day or by amount, the smallest first or the largest; rows that are equal in it by their source and key."""

    column: str = DAY
    is_falling: bool = False

    @classmethod
    def of(cls, text: str) -> Sorting:
        """As an address has it, a bare name for the largest first. Raises KeyError for what is no column."""
        column = text.removeprefix("-")
        if text and column not in (DAY, AMOUNT):
            raise KeyError(text)
        return cls(column, not text.startswith("-")) if text else cls()

    def place(self, cursor: str, sources: int) -> Place | None:
        """Raises ValueError for a cursor that is none of this order."""
        if not cursor:
            return None
        match = (PLACE if self.column == DAY else PLACE_BY_AMOUNT).fullmatch(cursor)
        if not match or int(match["number"]) >= sources:
            raise ValueError(cursor)
        at = date.fromisoformat(match["day"]) if self.column == DAY else Decimal(match["amount"])
        return Place(at, int(match["number"]), int(match["key"]))
