"""How the tests of writes change rows, and what they ask of the figures afterwards."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection

from crm.periods import Calendar, Grain
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from kpis.readings import Query, read
from tests.factories.kpis import Books
from tests.kpis.proof import TODAY, assert_right, periods_of

Write = Callable[[Books], object]


def rows(model, **values) -> Write:
    """UPDATE of all rows of a model."""
    return lambda _: model.objects.update(**values)


def sql(*statements: str) -> Write:
    """Raw statements; foreign keys are looked at before TRUNCATE, which refuses what is pending."""

    def write(books: Books) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                if statement.startswith("TRUNCATE"):
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(statement)

    return write


def copy(table: str, columns: str, *values: tuple) -> Write:
    """COPY of some rows; `{order}` and the like stand for the keys of the books."""

    def write(books: Books) -> None:
        keys = {"order": books.order.pk, "customer": books.customer.pk}
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as stream:
            for row in values:
                stream.write_row([keys.get(value, value) if isinstance(value, str) else value for value in row])

    return write


def save(row, **values) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def seen(keys, dimension):
    """Values of some months, as they are read now."""
    months = periods_of(Calendar.JALALI, Grain.MONTH, date(2025, 2, 1), TODAY)
    tables = read([CATALOGUE[key] for key in keys], Query(months, TODAY, by=dimension))
    return {
        key: (
            [(v.numerator, v.denominator) for v in table.total],
            {m: [(v.numerator, v.denominator) for v in row] for m, row in table.members.items()},
        )
        for key, table in tables.items()
    }


def assert_reached(made: Any, write: Callable[[Any], object], keys: tuple[str, ...], dimension: Dimension | None) -> None:
    """The figures are right afterwards, and each of them is another one than before."""
    before = seen(keys, dimension)

    write(made)

    assert_right(keys)
    after = seen(keys, dimension)
    assert [key for key in keys if after[key] == before[key]] == []
