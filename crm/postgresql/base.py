"""Django's backend, with a pool that looks at a connection instead of asking the server whether it is there."""

from __future__ import annotations

from select import POLLIN, poll

from django.db.backends.postgresql import base
from psycopg import Connection
from psycopg_pool import ConnectionPool


def check_connection(connection: Connection) -> None:
    """A connection at rest has nothing to say: where the server went away, or sent word of it, there is something to read.

    Only then the server is asked, as psycopg would ask it each time, and what is broken is replaced.
    """
    look = poll()
    look.register(connection.fileno(), POLLIN)
    if look.poll(0):
        ConnectionPool.check_connection(connection)


class DatabaseWrapper(base.DatabaseWrapper):
    @property
    def pool(self) -> ConnectionPool | None:
        found = super().pool
        if found is not None and found._check is not None:  # noqa: SLF001 -- Django leaves no other way to it
            found._check = check_connection  # noqa: SLF001
        return found
