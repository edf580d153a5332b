"""The matrix of loyalty: what customers say about buying again, beside whether they had come back.

Everybody who answered a loyalty question in the period stands in one cell, by their last answer in it. Behaviour is that of
the evening of the period's last day: a second order day at most a year after the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from crm import confidence
from customers.models import Customer
from kpis.catalogue.cubes.support import OPINIONS
from kpis.definitions import Dimension
from kpis.loyalty import CELLS, LEAST_SCORE, RETURN_DAYS, SIDES, Loyalty
from kpis.readings.exact import rounded_interval
from kpis.readings.narrowing import Narrowing
from kpis.readings.query import Query
from kpis.readings.sources import visible

FILTERS = (*OPINIONS.dimensions, Dimension.TEAM)


@dataclass(frozen=True)
class Cell:
    """Some of those who answered."""

    loyalty: Loyalty
    count: int
    total: int

    @property
    def share(self) -> Decimal | None:
        return Decimal(self.count) / self.total if self.total else None

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        found = confidence.wilson(self.count, self.total)
        return rounded_interval(found)


@dataclass(frozen=True)
class Member:
    """A customer, what they said last, and on which days they first ordered."""

    customer: Customer
    loyalty: Loyalty
    score: int
    answered_on: date
    first_day: date | None
    second_day: date | None


@dataclass(frozen=True)
class LoyaltyMatrix:
    """Of the only period of a query, narrowed as the query says."""

    query: Query

    @cached_property
    def answers(self) -> QuerySet:
        """As “attitudinal loyalty” counts and lists them."""
        (span,) = self.query.spans
        rows = Narrowing(self.query).narrow(OPINIONS["loyalty"].rows(*span), OPINIONS, span[0])
        return visible(rows, self.query)

    @cached_property
    def nameless(self) -> int:
        """Answers of nobody known: they say something, but nobody's behaviour stands beside it."""
        return self.answers.filter(customer__isnull=True).count()

    def relation(self) -> tuple[str, list[Any]]:
        """SELECT of (customer_id, score, answered_on, first_order_day, second_day, likes, returned)."""
        rows = self.answers.filter(customer__isnull=False).order_by("customer_id", "-answered_at", "-pk").distinct("customer_id")
        sql, params = rows.values_list("customer_id", "score", "answered_on").query.sql_with_params()
        (_first, last) = self.query.spans[0]
        return (
            f"""
            SELECT a.customer_id, a.score, a.answered_on, f.first_order_day, f.second_day, a.score >= {LEAST_SCORE} AS likes,
                   coalesce(f.second_day <= f.first_order_day + {RETURN_DAYS} AND f.second_day <= %s, FALSE) AS returned
              FROM ({sql}) a (customer_id, score, answered_on) LEFT JOIN kpis_customerfact f USING (customer_id)
            """,
            [last, *params],
        )

    @cached_property
    def cells(self) -> dict[Loyalty, Cell]:
        sql, params = self.relation()
        rows = fetch(f"SELECT likes, returned, count(*) FROM ({sql}) m GROUP BY 1, 2", params)
        found = {(likes, returned): count for likes, returned, count in rows}
        total = sum(found.values())
        return {loyalty: Cell(loyalty, found.get(sides, 0), total) for sides, loyalty in CELLS.items()}

    @property
    def total(self) -> int:
        return sum(cell.count for cell in self.cells.values())

    def people(self, loyalty: Loyalty | None = None, *, after: int = 0, limit: int = 50) -> list[Member]:
        """Customers by number, after one; of a cell, or all."""
        sql, params = self.relation()
        likes, returned = SIDES[loyalty] if loyalty else (None, None)
        rows = fetch(
            f"SELECT customer_id, score, answered_on, first_order_day, second_day, likes, returned FROM ({sql}) m"
            " WHERE customer_id > %s AND (%s::bool IS NULL OR (likes, returned) = (%s::bool, %s::bool))"
            " ORDER BY customer_id LIMIT %s",
            [*params, after, likes, likes, returned, limit],
        )
        customers = Customer.objects.in_bulk([row[0] for row in rows])
        return [
            Member(customers[key], CELLS[likes, returned], *facts) for key, *facts, likes, returned in rows if key in customers
        ]

    def keys(self, loyalty: Loyalty | None = None) -> list[int]:
        sql, params = self.relation()
        likes, returned = SIDES[loyalty] if loyalty else (None, None)
        sql = f"SELECT customer_id FROM ({sql}) m WHERE %s::bool IS NULL OR (likes, returned) = (%s::bool, %s::bool)"
        return [key for (key,) in fetch(sql, [*params, likes, likes, returned])]

    def everybody(self, loyalty: Loyalty | None = None, page: int = 1000) -> Iterator[Member]:
        """All of them, page by page: a file may be longer than memory."""
        after = 0
        while found := self.people(loyalty, after=after, limit=page):
            yield from found
            after = found[-1].customer.pk


def fetch(sql: str, params: list[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
