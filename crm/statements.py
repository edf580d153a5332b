"""Plain statements that run with every call: bound by the server, and planned once a connection."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper

KEPT = "kept_cursor"


class KeptCursor(ServerBindingCursor):
    """A cursor that lives as long as its connection: to make one takes twice as long as most of its statements."""

    def close(self) -> None:
        """Lets go of what was found, and stays."""
        self._reset()


def prepared_cursor() -> CursorWrapper:
    """The connection's cursor whose statements are prepared when they run again; Django's own write values into the text.

    There is one: what it found is fetched before somebody asks for it again.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw = connection.connection
    kept = raw.__dict__.get(KEPT)
    if kept is None:
        with connection.wrap_database_errors:
            kept = raw.__dict__[KEPT] = KeptCursor(raw)
    return connection._prepare_cursor(kept)  # noqa: SLF001 -- with Django's wrappers
