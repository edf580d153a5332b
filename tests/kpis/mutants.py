"""Broken engines, which tests must catch: each function breaks the one that runs here, until `patch` undoes it.

`patch` is a `MonkeyPatch`; what was changed in the database goes with the database.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from importlib import import_module

import pytest
from django.db import connection, transaction

from kpis import tracking
from kpis.catalogue.marks import MARKS
from kpis.catalogue.measures import CUBE_BY_CODE
from kpis.definitions import Cube
from kpis.engine import cells, deltas, distinct
from kpis.engine.folding import Statement
from kpis.engine.locks import CELL, lock
from kpis.tracking import Mark


def install_triggers(marks: tuple[Mark, ...] | list[Mark] = MARKS) -> None:
    with connection.cursor() as cursor:
        cursor.execute(tracking.triggers_sql(marks))


def unique_marks(patch: pytest.MonkeyPatch) -> None:
    """A day is marked once, and whoever comes second relies on the first."""
    for name in ("INSERT_DAYS", "INSERT_NEW"):
        patch.setattr(tracking, name, getattr(tracking, name).rstrip().rstrip(";") + " ON CONFLICT DO NOTHING;\n")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kpis_dirtyday; CREATE UNIQUE INDEX ON kpis_dirtyday (cube, first_day, last_day)")
    install_triggers()


def marks_deleted_last(patch: pytest.MonkeyPatch) -> None:
    """The marks are taken after the days have been folded."""

    def fold_then_delete(code: int, buckets: list[int], *, at: datetime, wait: bool = False) -> int | None:
        with transaction.atomic(), connection.cursor() as cursor:
            held = [bucket for bucket in sorted(buckets) if lock(cursor, CELL, code * 100_000 + bucket, wait=wait)]
            cursor.execute(cells.MARKS, [code, held])
            marks = cells.Marks.of(code, held, cursor.fetchall())
            if not marks.ids:
                return None
            cells.refold(cursor, CUBE_BY_CODE[code], replace(marks, ids=[]))
            cursor.execute("DELETE FROM kpis_dirtyday WHERE cube = %s AND bucket = ANY(%s)", [code, held])
            return len(held)

    drain_cells_with(patch, fold_then_delete)


def old_images_forgotten(patch: pytest.MonkeyPatch) -> None:
    """An update marks where a row is now, and not where it was."""
    only_new = {"update": "SELECT {columns} FROM after_rows EXCEPT SELECT {columns} FROM before_rows"}
    patch.setattr(tracking, "IMAGES", tracking.IMAGES | only_new)
    install_triggers()


def no_cell_lock(patch: pytest.MonkeyPatch) -> None:
    """Workers share a cell: deleting marks that another deletes waits for it, so busy marks are skipped."""

    def claim_what_is_free(code: int, buckets: list[int], *, at: datetime, wait: bool = False) -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{cells.MARKS} FOR UPDATE SKIP LOCKED", [code, buckets])
            marks = cells.Marks.of(code, buckets, cursor.fetchall())
            if marks.ids:
                cells.refold(cursor, CUBE_BY_CODE[code], marks)
            return len(marks.ids)

    drain_cells_with(patch, claim_what_is_free)


def crossed_rows_left_behind(patch: pytest.MonkeyPatch) -> None:
    """What owners and first touches had together is added to, and never taken away."""
    replacing = cells.replacing_crossed

    def without_deleting(cube: Cube, days: list[date]) -> Statement:
        kept = replacing(cube, days)
        return replace(kept, sql=kept.sql.replace("(x.start, ", "x.id < 0 AND (x.start, "))

    patch.setattr(cells, "replacing_crossed", without_deleting)


def crossed_months_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A change of days is not carried to what owners and first touches have together in their months."""
    nothing = Statement("carried_crossed AS (SELECT 1)")
    for module in (cells, deltas):
        patch.setattr(module, "carrying_crossed", lambda *_: nothing)


def counted_without_past(patch: pytest.MonkeyPatch) -> None:
    """Whoever bought before in a period counts again where owners and first touches are taken together."""
    crossing = distinct.Once.crossing.fget
    patch.setattr(distinct.Once, "crossing", property(lambda once: crossing(once).replace("m.past + 1, ", "1, ")))


def drain_cells_with(patch: pytest.MonkeyPatch, drain_cells: Callable) -> None:
    # The package gives its module's name to the function `drain`.
    for module in (cells, import_module("kpis.engine.drain")):
        patch.setattr(module, "drain_cells", drain_cells)


MUTANTS = {mutant.__name__: mutant for mutant in (marks_deleted_last, old_images_forgotten, unique_marks, no_cell_lock)}
OF_CROSSED_SUMS = (crossed_rows_left_behind, crossed_months_forgotten, counted_without_past)
