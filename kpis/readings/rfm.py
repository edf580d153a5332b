"""RFM as of a day: how many customers of which scores, who they are, and who moved between two days.

Scores are relative to all customers of the company; a viewer is shown those they may see. The end of a month is read from
its snapshot, any other day or window is computed from the rows. What is stored of all customers together (cells, and moves
since a month before) is for those who may see them all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from crm.models import User
from customers.models import Customer
from kpis.engine.rfm import figures, scored
from kpis.models import RfmCell, RfmMove, RfmSnapshot
from kpis.rfm import SEGMENT_CODES, WINDOW_DAYS, Segment, segment_of

VALUES = "customer_id, recency, frequency, monetary, segment"
STORED = f"SELECT {VALUES} FROM kpis_rfmspan WHERE first_day <= %s AND until_day > %s"
BY_CODE = {code: segment for segment, code in SEGMENT_CODES.items()}


@dataclass
class Group:
    """Some customers and what they bought for."""

    customers: int = 0
    revenue: Decimal = Decimal(0)

    def add(self, customers: int, revenue: Decimal) -> None:
        self.customers += customers
        self.revenue += revenue


@dataclass(frozen=True)
class Scored:
    """One customer."""

    customer: Customer
    recency: int
    frequency: int
    monetary: int
    segment: Segment
    days: int
    orders: int
    revenue: Decimal


@dataclass(frozen=True)
class Part:
    """Some of those who are scored: of a segment, of a cell of the grid (recency, frequency), of some numbers, or all."""

    segment: Segment | None = None
    cell: tuple[int, int] | None = None
    numbers: Sequence[int] | None = None

    @property
    def condition(self) -> tuple[str, list[Any]]:
        found: list[tuple[str, list[Any]]] = [("TRUE", [])]
        if self.segment:
            found.append(("segment = %s", [SEGMENT_CODES[self.segment]]))
        if self.cell:
            found.append(("(recency, frequency) = (%s, %s)", [*self.cell]))
        if self.numbers is not None:
            found.append(("customer_id = ANY(%s)", [list(self.numbers)]))
        return " AND ".join(sql for sql, _params in found), [param for _sql, params in found for param in params]


ALL = Part()
# What a heading is called in the address -> what it is of each customer. It is worked out from their orders, which takes a
# second for as many as are sorted by it at the most.
MOST_RANKED = 30_000
COLUMNS = {"days": "days", "orders": "orders", "amount": "revenue"}
PLACE = re.compile(r"(?P<at>-?[0-9]{1,20}(\.[0-9]{1,2})?)_(?P<key>[0-9]{1,18})", re.ASCII)


@dataclass(frozen=True)
class Ranking:
    """By one of the columns, the largest first or the smallest; without one by number."""

    column: str = ""
    is_falling: bool = True

    @classmethod
    def of(cls, text: str) -> Ranking:
        """Raises KeyError for what is no column."""
        column = text.removeprefix("-")
        if text and column not in COLUMNS:
            raise KeyError(text)
        return cls(column, not text.startswith("-"))

    @property
    def order(self) -> str:
        return "{0} {1}, customer_id {1}".format(COLUMNS[self.column], "DESC" if self.is_falling else "ASC")

    def beyond(self, cursor: str) -> tuple[str, list[Any]]:
        """The condition of what comes after a place. Raises ValueError for a cursor that is none."""
        if not cursor:
            return "TRUE", []
        match = PLACE.fullmatch(cursor)
        if match is None:
            raise ValueError(cursor)
        sign = "<" if self.is_falling else ">"
        return f"({COLUMNS[self.column]}, customer_id) {sign} (%s, %s)", [Decimal(match["at"]), int(match["key"])]

    def place_of(self, one: Scored) -> str:
        if not self.column:
            return str(one.customer.pk)
        return f"{getattr(one, COLUMNS[self.column])}_{one.customer.pk}"


BY_NUMBER = Ranking()


@dataclass(frozen=True)
class Rfm:
    """What a viewer sees of one day; `viewer` None is the company itself."""

    as_of: date
    viewer: User | None = None
    window: int | None = WINDOW_DAYS

    @cached_property
    def snapshot(self) -> RfmSnapshot | None:
        """The stored day; also a dirty one, which then says so."""
        if self.window != WINDOW_DAYS:
            return None
        return RfmSnapshot.objects.filter(pk=self.as_of, computed_at__isnull=False).first()

    @property
    def is_stale(self) -> bool:
        return self.snapshot is not None and self.snapshot.is_dirty

    @cached_property
    def visible(self) -> QuerySet | None:
        """The customers a viewer may see; None where that is everybody."""
        if self.viewer is None or (self.viewer.is_active and self.viewer.sees_all):
            return None
        return Customer.objects.visible_to(self.viewer).order_by().values("pk")

    @property
    def is_stored_whole(self) -> bool:
        """Whether all customers are seen, as they were counted with the snapshot."""
        return self.snapshot is not None and self.visible is None

    def relation(self) -> tuple[str, list[Any]]:
        """SELECT of (customer_id, recency, frequency, monetary, segment) of the customers that are seen."""
        sql, params = (STORED, [self.as_of, self.as_of]) if self.snapshot else scored(self.as_of, self.window)
        sql = f"SELECT {VALUES} FROM ({sql}) s"
        if self.visible is None:
            return sql, params
        seen, seen_params = self.visible.query.sql_with_params()
        return f"{sql} WHERE customer_id IN ({seen})", [*params, *seen_params]

    @cached_property
    def groups(self) -> dict[tuple[int, int, int], Group]:
        """Customers and revenue by (recency, frequency, monetary)."""
        if self.is_stored_whole:
            rows: Any = RfmCell.objects.filter(day=self.as_of).values_list(
                "recency", "frequency", "monetary", "customers", "revenue"
            )
        else:
            people, people_params = self.relation()
            amounts, amount_params = figures(self.as_of, self.window, self.visible)
            rows = fetch(
                f"SELECT recency, frequency, monetary, count(*), sum(a.revenue) FROM ({people}) p"
                f" JOIN ({amounts}) a USING (customer_id) GROUP BY 1, 2, 3",
                [*people_params, *amount_params],
            )
        return {(r, f, m): Group(customers, revenue) for r, f, m, customers, revenue in rows}

    def total(self) -> Group:
        return sum_of(self.groups.values())

    def grid(self) -> dict[tuple[int, int], Group]:
        """By recency and frequency."""
        found: dict[tuple[int, int], Group] = defaultdict(Group)
        for (r, f, _), group in self.groups.items():
            found[r, f].add(group.customers, group.revenue)
        return found

    def segments(self) -> dict[Segment, Group]:
        found = {segment: Group() for segment in Segment}
        for (r, f), group in self.grid().items():
            found[segment_of(r, f)].add(group.customers, group.revenue)
        return found

    def scores(self) -> list[dict[int, int]]:
        """How many customers have each score, for recency, frequency and amount."""
        found = [dict.fromkeys(range(1, 6), 0) for _ in range(3)]
        for scores, group in self.groups.items():
            for which, score in enumerate(scores):
                found[which][score] += group.customers
        return found

    def people(self, part: Part = ALL, *, after: int = 0, limit: int = 50) -> list[Scored]:
        """Customers by number, after one."""
        people, params = self.relation()
        sql, asked = part.condition
        sql = f"SELECT {VALUES} FROM ({people}) p WHERE customer_id > %s AND {sql} ORDER BY customer_id LIMIT %s"
        rows = fetch(sql, [*params, after, *asked, limit])
        if not rows:
            return []
        keys = [row[0] for row in rows]
        customers = Customer.objects.in_bulk(keys)
        amounts = {row[0]: row[1:] for row in fetch(*figures(self.as_of, self.window, Customer.objects.filter(pk__in=keys)))}
        return [
            Scored(customers[key], r, f, m, BY_CODE[segment_code], *amounts[key])
            for key, r, f, m, segment_code in rows
            if key in customers and key in amounts
        ]

    def size(self, part: Part) -> int:
        """How many customers a part has."""
        if part.numbers is not None:
            return len(part.numbers)
        return sum(
            group.customers
            for (r, f), group in self.grid().items()
            if part.segment in (None, segment_of(r, f)) and part.cell in (None, (r, f))
        )

    def ranked(self, part: Part, ranking: Ranking, *, after: str = "", limit: int = MOST_RANKED) -> list[Scored]:
        """Customers in the order that a reader asks for, after a place. Raises ValueError for a place that is none."""
        people, params = self.relation()
        condition, asked = part.condition
        among = Customer.objects.filter(pk__in=RawSQL("SELECT customer_id FROM chosen", []))
        amounts, amount_params = figures(self.as_of, self.window, among)
        beyond, place = ranking.beyond(after)
        rows = fetch(
            f"WITH chosen AS MATERIALIZED (SELECT {VALUES} FROM ({people}) p WHERE {condition})"
            f" SELECT {VALUES}, days, orders, revenue FROM chosen JOIN ({amounts}) a USING (customer_id)"
            f" WHERE {beyond} ORDER BY {ranking.order} LIMIT %s",
            [*params, *asked, *amount_params, *place, limit],
        )
        customers = Customer.objects.in_bulk([row[0] for row in rows])
        return [Scored(customers[key], r, f, m, BY_CODE[code], *found) for key, r, f, m, code, *found in rows if key in customers]

    def keys(self, part: Part = ALL) -> list[int]:
        people, params = self.relation()
        sql, asked = part.condition
        return [key for (key,) in fetch(f"SELECT customer_id FROM ({people}) p WHERE {sql}", [*params, *asked])]

    def everybody(self, part: Part = ALL, ranking: Ranking = BY_NUMBER, page: int = 1000) -> Iterator[Scored]:
        """All of them, page by page: a file may be longer than memory. In another order, where they are few enough for that."""
        if ranking.column and self.size(part) <= MOST_RANKED:
            yield from self.ranked(part, ranking)
            return
        after = 0
        while found := self.people(part, after=after, limit=page):
            yield from found
            after = found[-1].customer.pk


Movement = dict[tuple[Segment | None, Segment | None], int]


def movement(then: Rfm, now: Rfm) -> Movement:
    """{(segment then, segment now): customers}; None is who had not bought in that window."""
    rows: Any = []
    if then.is_stored_whole and now.is_stored_whole:
        kept = RfmMove.objects.filter(earlier=then.as_of, day=now.as_of)
        rows = kept.values_list("before", "after", "customers")
    return {(BY_CODE.get(a), BY_CODE.get(b)): count for a, b, count in rows or compared(then, now)}


def compared(then: Rfm, now: Rfm) -> list[tuple[int, int, int]]:
    """The same customer by customer: of two days that are no month apart, or for who sees some customers."""
    before, before_params = then.relation()
    after, after_params = now.relation()
    return fetch(
        f"SELECT coalesce(a.segment, 0), coalesce(b.segment, 0), count(*) FROM ({before}) a"
        f" FULL JOIN ({after}) b USING (customer_id) GROUP BY 1, 2",
        [*before_params, *after_params],
    )


def moved(
    then: Rfm, now: Rfm, before: Segment | None, after: Segment | None, *, beyond: int = 0, limit: int | None = None
) -> list[int]:
    """The customers of one pair of `movement`, by number, after one."""
    old, old_params = then.relation()
    new, new_params = now.relation()
    codes = [SEGMENT_CODES[each] if each else 0 for each in (before, after)]
    rows = fetch(
        f"SELECT customer_id FROM ({old}) a FULL JOIN ({new}) b USING (customer_id)"
        " WHERE coalesce(a.segment, 0) = %s AND coalesce(b.segment, 0) = %s AND customer_id > %s ORDER BY 1 LIMIT %s",
        [*old_params, *new_params, *codes, beyond, limit],
    )
    return [key for (key,) in rows]


def sum_of(groups: Iterable[Group]) -> Group:
    total = Group()
    for group in groups:
        total.add(group.customers, group.revenue)
    return total


def fetch(sql: str, params: list[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
