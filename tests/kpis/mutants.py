"""Broken engines, which tests must catch: each function breaks the one that runs here, until `patch` undoes it.

`patch` is a `MonkeyPatch`; what was changed in the database goes with the database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib import import_module

import pytest
from django.db import connection, transaction

from kpis import tracking
from kpis.catalogue.marks import MARKS
from kpis.catalogue.measures import CUBE_BY_CODE
from kpis.engine import cells
from kpis.engine.locks import CELL, lock
from kpis.tracking import Mark


def install_triggers(marks: tuple[Mark, ...] | list[Mark] = MARKS) -> None:
    with connection.cursor() as cursor:
        cursor.execute(tracking.triggers_sql(marks))


def unique_marks(patch: pytest.MonkeyPatch) -> None:
    """A day is marked once, and whoever comes second relies on the first."""
    insertion = tracking.INSERT_DAYS.rstrip().rstrip(";") + " ON CONFLICT DO NOTHING;\n"
    patch.setattr(tracking, "INSERT_DAYS", insertion)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kpis_dirtyday; CREATE UNIQUE INDEX ON kpis_dirtyday (cube, first_day, last_day)")
    install_triggers()


def marks_deleted_last(patch: pytest.MonkeyPatch) -> None:
    """The marks are taken after the days have been folded."""

    def fold_then_delete(code: int, bucket: int, *, at: datetime, wait: bool = False) -> bool | None:
        with transaction.atomic(), connection.cursor() as cursor:
            if not lock(cursor, CELL, code * 100_000 + bucket, wait=wait):
                return None
            cursor.execute("SELECT first_day, last_day FROM kpis_dirtyday WHERE cube = %s AND bucket = %s", [code, bucket])
            days = cells.days_of(cursor.fetchall())
            if days:
                cells.refold(cursor, CUBE_BY_CODE[code], days)
            cursor.execute("DELETE FROM kpis_dirtyday WHERE cube = %s AND bucket = %s", [code, bucket])
            return bool(days)

    drain_cells_with(patch, fold_then_delete)


def old_images_forgotten(patch: pytest.MonkeyPatch) -> None:
    """An update marks where a row is now, and not where it was."""
    only_new = {"update": "SELECT {columns} FROM after_rows EXCEPT SELECT {columns} FROM before_rows"}
    patch.setattr(tracking, "IMAGES", tracking.IMAGES | only_new)
    install_triggers()


def no_cell_lock(patch: pytest.MonkeyPatch) -> None:
    """Workers share a cell: deleting marks that another deletes waits for it, so busy marks are skipped."""

    def claim_what_is_free(code: int, bucket: int, *, at: datetime, wait: bool = False) -> bool:
        free = "SELECT id FROM kpis_dirtyday WHERE cube = %s AND bucket = %s FOR UPDATE SKIP LOCKED"
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM kpis_dirtyday WHERE id IN ({free}) RETURNING first_day, last_day", [code, bucket])
            days = cells.days_of(cursor.fetchall())
            if days:
                cells.refold(cursor, CUBE_BY_CODE[code], days)
            return bool(days)

    drain_cells_with(patch, claim_what_is_free)


def drain_cells_with(patch: pytest.MonkeyPatch, drain_cell: Callable) -> None:
    # The package gives its module's name to the function `drain`.
    for module in (cells, import_module("kpis.engine.drain")):
        patch.setattr(module, "drain_cell", drain_cell)


MUTANTS = {mutant.__name__: mutant for mutant in (marks_deleted_last, old_images_forgotten, unique_marks, no_cell_lock)}
