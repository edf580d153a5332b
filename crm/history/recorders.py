"""Who had a record made, kept by the database: a column of every record, added in one operation of a migration."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import JSONField

from crm.database import AskingAuthor
from crm.history.keeping import RECORDER


class KeepRecorders(Operation):
    """A migration of all records of an app: who had each of them made.

    All at once: for one after the other Django would render all that is related to them anew.
    """

    reversible = False
    add = """
        DO $$ DECLARE records regclass; BEGIN
            FOR records IN
                SELECT t.oid::regclass FROM pg_class t
                  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'recorded_at'
                  JOIN pg_attribute b ON b.attrelid = t.oid AND b.attname = 'updated_at'
                 WHERE t.relkind = 'r' AND t.relname LIKE '{app}\\_%' AND t.relname NOT LIKE '%history'
            LOOP
                EXECUTE format('ALTER TABLE %s ADD COLUMN {name} jsonb DEFAULT {author}', records);
            END LOOP;
        END $$"""

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        records = [
            key
            for key, model in state.models.items()
            if key[0] == app_label and {"recorded_at", "updated_at"} <= model.fields.keys() and not key[1].endswith("history")
        ]
        for key in records:
            state.models[key].fields[RECORDER] = JSONField(null=True, editable=False, db_default=AskingAuthor())
        state.reload_models(records)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState) -> None:
        author = AskingAuthor.template.replace("'", "''")
        schema_editor.execute(self.add.format(app=app_label, name=RECORDER, author=author), params=None)

    def describe(self) -> str:
        return "Keep who had the records of an app made"
