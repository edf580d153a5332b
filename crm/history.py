"""History of a table by statement-level triggers: what a row was before each change, whoever changed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pghistory
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import ForeignKey, GeneratedField, Model

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


class IndexByRowAlone(Operation):
    """A migration of all histories of an app: no index but by the row they are of.

    All columns at once: for each of a hundred the state would be rendered anew, which takes longer than the rest together.
    """

    reversible = False
    drop_the_others = """
        DO $$ DECLARE other regclass; BEGIN
            FOR other IN
                SELECT i.indexrelid::regclass
                  FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
                  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
                 WHERE t.relname LIKE '{app}\\_%history' AND a.attname <> 'pgh_obj_id' AND NOT i.indisunique
            LOOP
                EXECUTE format('DROP INDEX %s', other);
            END LOOP;
        END $$"""

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        histories = [key for key in state.models if key[0] == app_label and key[1].endswith("history")]
        for key in histories:
            fields = state.models[key].fields
            for name, column in fields.items():
                if isinstance(column, ForeignKey) and name != "pgh_obj":
                    fields[name] = column.clone()
                    fields[name].db_index = False
        state.reload_models(histories)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState) -> None:
        schema_editor.execute(self.drop_the_others.format(app=app_label), params=None)

    def describe(self) -> str:
        return "Index histories by the row they are of alone"
