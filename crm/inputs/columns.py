"""Rows of a call, written a column at a time: `bulk_create` makes a term of each value, which takes three times as long."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Model
from django.db.models.expressions import DatabaseDefault

from crm.inputs.arrays import array


def insert_rows(rows: Sequence[Model]) -> None:
    """Write new rows of one model, if any, and give each its key and what the database filled in.

    A field that is left to the database in one row must be so in all; TypeError where it is not.
    """
    if not rows:
        return
    model = type(rows[0])
    written: dict[Field, str] = {}
    left: list[Field] = [model._meta.pk]
    for field in model._meta.concrete_fields:
        if field.generated or field.primary_key:
            continue
        values = [value_of(field, row) for row in rows]
        defaults = sum(isinstance(value, DatabaseDefault) for value in values)
        if not defaults:
            written[field] = column_of(field, values)
        elif defaults == len(rows):
            left.append(field)
        else:
            raise TypeError(f"{field.name} is left to the database in some rows")
    statement = (
        f"INSERT INTO {model._meta.db_table} ({names_of(written)}) SELECT * FROM unnest({types_of(written)})"
        f" RETURNING {names_of(left)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, list(written.values()))
        for row, filled in zip(rows, cursor.fetchall(), strict=True):
            take_in(row, left, filled)


def value_of(field: Field, row: Model) -> Any:
    """What a new row says; the one that it refers to may have been given its key only after it was named.

    ValueError where that one has none yet: the reference would be lost.
    """
    value = field.pre_save(row, add=True)
    if value is None and field.is_relation and field.is_cached(row):
        named = field.get_cached_value(row)
        if named is not None and named.pk is None:
            raise ValueError(f"{field.name} refers to a row that is not saved")
        value = named and named.pk
        setattr(row, field.attname, value)
    return value


def update_rows(rows: Sequence[Model], names: Sequence[str]) -> None:
    """Rewrite some fields of stored rows of one model, which the caller holds locked."""
    meta = type(rows[0])._meta
    fields = [meta.get_field(name) for name in names]
    columns = [column_of(field, [field.pre_save(row, add=False) for row in rows]) for field in fields]
    statement = (
        f"UPDATE {meta.db_table} t SET {', '.join(f'{field.column} = v.{field.column}' for field in fields)}"
        f" FROM unnest({types_of([meta.pk, *fields])}) v ({names_of([meta.pk, *fields])}) WHERE t.id = v.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [array([row.pk for row in rows]), *columns])


def column_of(field: Field, values: list[Any]) -> str:
    """As the database takes it. Of a field that few rows use, one value stands in all rows: it is prepared once."""
    if len(set(map(id, values))) == 1:
        return array([prepared(field, values[0])] * len(values))
    return array([prepared(field, value) for value in values])


def prepared(field: Field, value: Any) -> Any:
    if isinstance(field, JSONField):
        return None if value is None else json.dumps(value, cls=field.encoder)
    return field.get_db_prep_save(value, connection)


def names_of(fields: Iterable[Field]) -> str:
    return ", ".join(field.column for field in fields)


def types_of(fields: Iterable[Field]) -> str:
    """Placeholders of arrays. Without a length or a scale: a cast would cut silently what the column refuses."""
    types = [field.rel_db_type(connection) if field.primary_key else field.db_type(connection) for field in fields]
    return ", ".join(f"%s::{kind.partition('(')[0]}[]" for kind in types)


def take_in(row: Model, fields: Sequence[Field], values: Sequence[Any]) -> None:
    for field, value in zip(fields, values, strict=True):
        is_read = hasattr(field, "from_db_value")
        setattr(row, field.attname, field.from_db_value(value, None, connection) if is_read else value)
    row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 -- a name that Django documents
