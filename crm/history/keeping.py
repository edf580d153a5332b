"""History of a table by statement-level triggers: what a row was before each change, whoever changed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pghistory
from django.db.models import GeneratedField, Index, Model

M = TypeVar("M", bound=type[Model])
RECORDER = "recorded_by"  # who made a row, which no change of it alters


def keeps_history(model: M) -> M:
    """Keep the old image of every updated and deleted row; the row itself is the newest image."""
    return keeps_history_without()(model)


def keeps_history_by(parent: str) -> Callable[[M], M]:
    """The same of rows that are told in the history of the record that they are lines of, and found by it."""
    return keeps_history_without(found_by=parent)


def keeps_history_without(*names: str, found_by: str = "") -> Callable[[M], M]:
    """The same, but for columns that are secret or change by themselves; what changes nothing else leaves no image."""

    def decorate(model: M) -> M:
        name = f"{model._meta.db_table}hist_{found_by}"
        indexes = [Index(fields=[found_by], name=name)] if found_by else []
        fields = model._meta.local_fields
        derived = [field.name for field in fields if isinstance(field, GeneratedField) or field.name == RECORDER]
        return pghistory.track(
            pghistory.UpdateEvent("update", row=pghistory.Old),
            pghistory.DeleteEvent("delete"),
            exclude=[*derived, *names],
            model_name=f"{model.__name__}History",
            obj_field=pghistory.ObjForeignKey(related_name="history", db_index=True),
            level=pghistory.Statement,
            append_only=True,
            meta={"indexes": indexes},
        )(model)

    return decorate
