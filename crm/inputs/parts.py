"""Rows that are sent whole with the record they belong to: what is sent replaces what is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Model

from crm.inputs import items as states
from crm.inputs.columns import insert_rows
from crm.inputs.items import Item
from crm.models import Record

Values = dict[str, Any]


class ClockTimestamp(models.Func):
    """This very moment, not the start of the transaction: a version must differ from the one before."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


@dataclass(frozen=True)
class Parts:
    """`parent` is the column that names the record; rows are compared in their order by the other columns."""

    model: type[Model]
    parent: str
    columns: tuple[str, ...]
    order: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.parent}_id"


def replace_parts(parts: Parts, items: list[Item], wanted: Mapping[int, Sequence[Values]]) -> None:
    """Give each written record the parts wanted for it, by the item's index; records whose parts differ are updated."""
    done = {item.pk: item for item in items if item.index in wanted and item.pk and not item.failures}
    stored: dict[int, list[tuple[Any, ...]]] = {pk: [] for pk in done}
    old = [pk for pk, item in done.items() if item.status != states.CREATED]
    rows = parts.model.objects.filter(**{f"{parts.key}__in": old}).order_by(*parts.order)
    for key, *values in rows.values_list(parts.key, *parts.columns) if old else ():
        stored[key].append(tuple(values))
    changed = {
        pk: wanted[item.index]
        for pk, item in done.items()
        if stored[pk] != [tuple(values[name] for name in parts.columns) for values in wanted[item.index]]
    }
    parts.model.objects.filter(**{f"{parts.key}__in": [pk for pk in changed if stored[pk]]}).delete()
    insert_rows([parts.model(**{parts.key: pk}, **values) for pk, rows in changed.items() for values in rows])
    mark_updated([done[pk] for pk in changed])


def mark_updated(items: list[Item]) -> None:
    """Records that changed in nothing but their parts have a new version too."""
    same = [item for item in items if item.status == states.UNCHANGED]
    if same:
        model: type[Record] = type(same[0].row)
        model.objects.filter(pk__in=[item.pk for item in same]).update(updated_at=ClockTimestamp())
    for item in same:
        item.settle(states.UPDATED, item.pk)
