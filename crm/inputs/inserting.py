"""New rows of a call, written a column at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Model
from django.db.models.expressions import DatabaseDefault

from crm.inputs.arrays import array


def insert_rows(rows: Sequence[Model]) -> None:
    """Write new rows of one model by one statement, and give each its key and what the database filled in.

    `bulk_create` makes a term of each value and of each default: that takes three times as long. A field that is left to
    the database in one row must be so in all; TypeError where it is not.
    """
    model = type(rows[0])
    written: dict[Field, str] = {}
    left: list[Field] = [model._meta.pk]
    for field in model._meta.concrete_fields:
        if field.generated or field.primary_key:
            continue
        values = [field.pre_save(row, add=True) for row in rows]
        defaults = sum(isinstance(value, DatabaseDefault) for value in values)
        if not defaults:
            written[field] = array(literals(field, values))
        elif defaults == len(rows):
            left.append(field)
        else:
            raise TypeError(f"{field.name} is left to the database in some rows")
    names, sources = zip(*((field.column, f"%s::{array_type(field)}") for field in written), strict=True)
    statement = (
        f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) SELECT * FROM unnest({', '.join(sources)})"
        f" RETURNING {', '.join(field.column for field in left)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, list(written.values()))
        for row, filled in zip(rows, cursor.fetchall(), strict=True):
            take_in(row, left, filled)


def literals(field: Field, values: list[Any]) -> list[Any]:
    if isinstance(field, JSONField):
        return [None if value is None else json.dumps(value, cls=field.encoder) for value in values]
    return [field.get_db_prep_save(value, connection) for value in values]


def array_type(field: Field) -> str:
    """Without a length or a scale: a cast would cut silently what the column refuses."""
    return f"{field.db_type(connection).partition('(')[0]}[]"


def take_in(row: Model, fields: Sequence[Field], values: Sequence[Any]) -> None:
    for field, value in zip(fields, values, strict=True):
        is_read = hasattr(field, "from_db_value")
        setattr(row, field.attname, field.from_db_value(value, None, connection) if is_read else value)
    row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 -- a name that Django documents
