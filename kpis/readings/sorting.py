"""In which order the rows behind a number are listed, and where a page of them ends."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crm.text import check_text

DAY, AMOUNT, NAME = "day", "amount", "name"
COLUMNS = (DAY, AMOUNT, NAME)
# An index finds the rows of a period by their day, from either end. To list them by amount or by name all have to be sorted:
# of more than these nobody waits for that. The place of a name in its alphabet is worked out for each of them.
MOST_SORTED = {AMOUNT: 100_000, NAME: 20_000}
END = r"_(?P<key>[0-9]{1,18})"
PLACES = {
    DAY: re.compile(r"(?P<number>[0-9]{1,2})\.(?P<at>[0-9]{8})\.(?P<key>[0-9]{1,18})", re.ASCII),
    AMOUNT: re.compile(r"(?P<number>[0-9]{1,2})_(?P<at>-?[0-9]{1,30}(\.[0-9]{1,30})?)" + END, re.ASCII),
    NAME: re.compile(r"(?P<number>[0-9]{1,2})~(?P<at>[A-Za-z0-9_=-]{0,400})~(?P<key>[0-9]{1,18})", re.ASCII),
}


@dataclass(frozen=True)
class Place:
    """Where a page ends: the day, amount or name, the source's number and the key of its last row."""

    at: date | Decimal | str
    number: int
    key: int

    def __str__(self) -> str:
        match self.at:
            case Decimal():
                return f"{self.number}_{self.at:f}_{self.key}"
            case str():
                return f"{self.number}~{urlsafe_b64encode(self.at.encode()).decode()}~{self.key}"
        return f"{self.number}.{self.at:%Y%m%d}.{self.key}"


@dataclass(frozen=True)
class Sorting:
    """By one column, the smallest first or the largest; rows that are equal in it by their source and key."""

    column: str = DAY
    is_falling: bool = False

    @classmethod
    def of(cls, text: str) -> Sorting:
        """As an address has it: a bare name for what is looked for first, the largest amount and the first of the alphabet.

        Raises KeyError for what is no column.
        """
        column, is_turned = text.removeprefix("-"), text.startswith("-")
        if text and column not in COLUMNS:
            raise KeyError(text)
        return cls(column, is_turned if column == NAME else not is_turned) if text else cls()

    def place(self, cursor: str, sources: int) -> Place | None:
        """Raises ValueError for a cursor that is none of this order."""
        if not cursor:
            return None
        match = PLACES[self.column].fullmatch(cursor)
        if not match or int(match["number"]) >= sources:
            raise ValueError(cursor)
        return Place(self._at(match["at"]), int(match["number"]), int(match["key"]))

    def _at(self, text: str) -> date | Decimal | str:
        if self.column == DAY:
            return date.fromisoformat(text)
        if self.column == AMOUNT:
            return Decimal(text)
        name = urlsafe_b64decode(text).decode()
        check_text(name)  # its errors, and those of what is above, are ValueErrors
        return name
