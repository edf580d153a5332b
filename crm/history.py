"""History of a table by statement-level triggers: what a row was before each change, whoever changed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pghistory
from django.db.models import GeneratedField, Model

M = TypeVar("M", bound=type[Model])


def keeps_history(model: M) -> M:
    """Keep the old image of every updated and deleted row; the row itself is the newest image."""
    return keeps_history_without()(model)


def keeps_history_without(*names: str) -> Callable[[M], M]:
    """The same, but for columns that are secret or change by themselves; what changes nothing else leaves no image."""

    def decorate(model: M) -> M:
        derived = [field.name for field in model._meta.local_fields if isinstance(field, GeneratedField)]
        return pghistory.track(
            pghistory.UpdateEvent("update", row=pghistory.Old),
            pghistory.DeleteEvent("delete"),
            exclude=[*derived, *names],
            model_name=f"{model.__name__}History",
            obj_field=pghistory.ObjForeignKey(related_name="history", db_index=True),
            level=pghistory.Statement,
            append_only=True,
        )(model)

    return decorate
