"""Any command of `manage.py` that is not the launcher's own: a fault of the installation is a sentence, not a traceback."""

from __future__ import annotations

import fcntl
import sys

from django.core.management import execute_from_command_line
from django.db import DatabaseError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

from crm.launch import embedded

# a table, a column, a function
UNDEFINED = {"42P01", "42703", "42883"}


def main(arguments: list[str]) -> None:
    """What fails leaves no server behind that was started for it alone."""
    try:
        execute_from_command_line(arguments)
    except BaseException as error:
        text = explain(error)
        stop_what_was_started(error)
        if not text:
            raise
        sys.exit(text)


def explain(error: BaseException) -> str:
    """What to do, where that is known."""
    if isinstance(error, embedded.EmbeddedError):
        return str(error)
    if isinstance(error, EOFError):
        return "The input ended before every question was answered. Run this command in a terminal."
    if isinstance(error, ProgrammingError) and getattr(error.__cause__, "sqlstate", "") in UNDEFINED and has_waiting_migrations():
        return (
            f"The database is not set up, or older than this version (data directory: {embedded.data_dir()}). "
            "Run python3 manage.py up first, or set DATA_DIR if the data is elsewhere."
        )
    return ""


def has_waiting_migrations() -> bool:
    try:
        connection.rollback()
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return False


def stop_what_was_started(error: BaseException) -> None:
    """Unless the command went well, or `up` has begun to use it meanwhile."""
    if not embedded.started or (isinstance(error, SystemExit) and not error.code):
        return
    with open(embedded.data_dir() / "up", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        connection.close()
        embedded.stop(list(embedded.started))
