"""What must be true of the database before anything is migrated."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.migrations.loader import MigrationLoader


@register(Tags.database)
def early_migrations(databases: list[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Early ones were drawn together: the new stand for all of the old or for none, and Django is silent about a third case."""
    found = []
    for alias in databases or ():
        loader = MigrationLoader(connections[alias])
        for (app, name), migration in sorted(loader.replacements.items()):
            missing = set(migration.replaces) - set(loader.applied_migrations)
            if missing and len(missing) < len(migration.replaces):
                names = ", ".join(sorted(replaced for _, replaced in missing))
                text = f"This database is older than {app}.{name}, which took the place of {names}."
                found.append(Error(text, hint="Check out commit ac604ba, start that once, and come back.", id="crm.E001"))
    return found
