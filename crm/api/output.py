"""How a stored record is shown: the same declaration writes the answer and its schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

import msgspec
from django.db import models
from msgspec import Struct

from crm.inputs.caller import Caller

# Natural keys by which a reference is shown; everything else is shown by its id.
NATURAL = ("slug", "email")
RECORD = ("external_id", "source", "created_at", "recorded_at", "updated_at")
TYPES: tuple[tuple[type[models.Field], Any], ...] = (
    (models.BooleanField, bool),
    (models.DateTimeField, datetime),
    (models.DateField, date),
    (models.DecimalField, Decimal),
    (models.IntegerField, int),
    (models.JSONField, dict),
)


@dataclass(frozen=True)
class Column:
    """One field of an answer: its name, its type in the schema, and how it is read from a row."""

    name: str
    kind: Any
    read: Callable[[Any, Caller], Any]


def plain(value: Decimal | None) -> str | None:
    """An exact number as people write it: without an exponent and closing zeros."""
    if value is None:
        return None
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(value: Any, caller: Caller) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.astimezone(caller.zone).isoformat()
    return value


def column(model: type[models.Model], name: str) -> Column:
    field = model._meta.get_field(name)
    if isinstance(field, models.ForeignKey):
        return reference(field, name)
    made = field.output_field if isinstance(field, models.GeneratedField) else field
    kind = next((kind for base, kind in TYPES if isinstance(made, base)), str)
    if getattr(field, "choices", None):
        kind = Literal[tuple(value for value, _label in field.choices)] | (Literal[""] if field.blank else None)
    elif field.null:
        kind |= None
    return Column(name, kind, lambda row, caller: shown(getattr(row, name), caller))


def reference(field: models.ForeignKey, name: str) -> Column:
    """A related record by its natural key where it has one."""
    names = {each.name for each in field.related_model._meta.get_fields()}
    natural = next((key for key in NATURAL if key in names and field.related_model._meta.get_field(key).unique), None)
    if natural is None:
        return Column(name, int | None, lambda row, _caller: getattr(row, f"{name}_id"))
    return Column(name, str | None, lambda row, _caller: getattr(getattr(row, name), natural, None))


class Output:
    """The shape of one kind of record in answers."""

    def __init__(self, model: type[models.Model], fields: Iterable[str], extra: Iterable[Column] = ()) -> None:
        self.model = model
        names = ["id", *(name for name in RECORD if any(each.name == name for each in model._meta.fields)), *fields]
        replaced = {each.name for each in extra}
        self.columns = [*(column(model, name) for name in names if name not in replaced), *extra]

    def beside(self, name: str, more: Column) -> Output:
        """The same with one column more, after the named one: what an app above knows of the record."""
        wider = Output(self.model, ())
        place = [each.name for each in self.columns].index(name) + 1
        wider.columns = [*self.columns[:place], more, *self.columns[place:]]
        return wider

    @cached_property
    def struct(self) -> type[Struct]:
        """The schema of an answer."""
        return msgspec.defstruct(self.model.__name__, [(each.name, each.kind) for each in self.columns])

    @cached_property
    def related(self) -> list[str]:
        """What must be read along, so that a page of rows is one query."""
        names = {each.name for each in self.columns}
        fields = [each for each in self.model._meta.fields if isinstance(each, models.ForeignKey) and each.name in names]
        return [each.name for each in fields if any(key.name in NATURAL for key in each.related_model._meta.fields)]

    def of(self, row: Any, caller: Caller) -> dict[str, Any]:
        return {each.name: each.read(row, caller) for each in self.columns}


def etag_of(row: Any) -> str:
    """The version of a row: it changes with every rewrite."""
    at: datetime = row.updated_at.astimezone(UTC)
    return f'"{row.pk}-{int(at.timestamp() * 1_000_000)}"'
