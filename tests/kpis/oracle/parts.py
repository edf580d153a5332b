"""What figures are put together from: relations of the base tables, and sums over them.

The texts use the words that PostgreSQL and DuckDB share, so that the tests and the benchmark read the same ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

RELATIONS = dict(
    re.findall(r"^(\w+) AS \((.*?)^\),?$", Path(__file__).with_name("relations.sql").read_text(), re.DOTALL | re.MULTILINE)
)
IN_PERIOD = "r.day BETWEEN p.first_day AND p.last_day"
# (period index, dimension or None for the total, member); (numerator, denominator); (first, last); (dimension, member)
Key = tuple[int, str | None, int]
Pair = tuple[Decimal, Decimal | None]
Days = tuple[date, date]
Only = tuple[str, int] | None


@dataclass(frozen=True)
class Part:
    """One sum over one relation; `at` joins its rows to the periods."""

    amount: str
    relation: str
    at: str = IN_PERIOD
    where: str = "TRUE"
    sign: int = 1

    def knows(self, dimension: str) -> bool:
        """Expenses and traffic have no owner: whoever may see them sees them all."""
        return self.relation not in OF_NOBODY or dimension not in PERSON


@dataclass(frozen=True)
class Figure:
    """What the sheet says about one KPI; `by` gives other parts for some dimensions, `inputs` what a model asks for."""

    dimensions: tuple[str, ...]
    numerator: tuple[Part, ...]
    denominator: tuple[Part, ...] = ()
    by: dict[str, tuple[tuple[Part, ...], tuple[Part, ...]]] = field(default_factory=dict)
    inputs: dict[str, tuple[Part, ...]] = field(default_factory=dict)


PERSON = ("owner", "team")
OF_NOBODY = ("accrual", "campaign_cost", "session", "post", "landing")
SEGMENT = "segment"


def by_segment(part: Part) -> Part:
    """The same rows with the segment of their customer before each period."""
    return replace(part, relation=f"segment_{part.relation}", at="r.i = p.i")


def rounded(value: Decimal | float) -> Decimal:
    """To nine digits, or nine decimals where that is less: in these floats of different ways agree; halves go up."""
    value += value * type(value)("1e-13")
    return min(Decimal(f"{value:.9g}"), Decimal(f"{value:.9f}"), key=lambda found: -found.as_tuple().exponent)


def relations_of(text: str) -> list[str]:
    """The relations that a text names, and those that they name, in the order of the file."""
    named = set(re.findall(r"\w+", text)) & set(RELATIONS)
    wider = named.union(*(relations_of(RELATIONS[name]) for name in named))
    return [name for name in RELATIONS if name in wider]


def statement(
    part: Part, periods: Sequence[Days], dimensions: Sequence[str] = (), only: Only = None, zone: str = "Asia/Tehran"
) -> str:
    """One SELECT of (period, which grouping, members …, amount) for all periods and dimensions at once."""
    columns = [f"r.{name}" for name in dimensions]
    which = f"GROUPING({', '.join(columns)})" if columns else "0"
    sets = ", ".join(["(p.i)", *(f"(p.i, {column})" for column in columns)])
    narrowing = f" AND COALESCE(r.{only[0]}, 0) = {only[1]}" if only and part.knows(only[0]) else ""
    body = (
        f"SELECT {', '.join(['p.i', which, *columns, part.amount])} FROM period p JOIN {part.relation} r ON {part.at}"
        f" WHERE ({part.where}){narrowing} GROUP BY GROUPING SETS ({sets})"
    )
    return statement_with(periods, body, zone)


def statement_with(periods: Sequence[Days], body: str, zone: str = "Asia/Tehran") -> str:
    """A text behind the periods and the relations it names; it may begin with more relations of its own."""
    rows = ", ".join(f"({i}, DATE '{first}', DATE '{last}')" for i, (first, last) in enumerate(periods))
    named = [f"period (i, first_day, last_day) AS (VALUES {rows})"]
    named += [f"{name} AS ({RELATIONS[name].replace(':zone', repr(zone))})" for name in relations_of(body)]
    return f"WITH {', '.join(named)} {body}"


def sums(part: Part, periods: Sequence[Days], dimensions: Sequence[str], only: Only, cursor: Any) -> dict[Key, Decimal]:
    """{(period index, dimension or None, member): sum}; member 0 is the unknown one, and the total's."""
    cursor.execute(statement(part, periods, dimensions, only))
    found: dict[Key, Decimal] = {}
    for index, which, *members, amount in cursor.fetchall():
        # GROUPING sets a bit for each column that is summed over, the last column's lowest.
        kept = [i for i in range(len(dimensions)) if not which & (1 << (len(dimensions) - 1 - i))]
        name, member = (dimensions[kept[0]], members[kept[0]] or 0) if kept else (None, 0)
        # Only percentiles come as floats.
        exact = rounded(amount) if isinstance(amount, float) else Decimal(amount or 0)
        found[index, name, member] = part.sign * exact
    return found
