"""Deltas noted row by row: what a transaction takes away from the sums and what it adds, carried to them at its end."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from kpis.definitions import Cube
from kpis.engine.crossing import TOUCH, carrying_crossed, crossed_terms, fold_finest, listed, margins_of
from kpis.engine.folding import FOLDS, Statement, any_left, carry, fold_margins, folds_of

DELTA = "kpis_delta"


def prepare_delta(cursor: Any) -> None:
    """A session table of what a transaction takes away and adds; empty at first, and again by its end."""
    members, folds = listed(f"{name} bigint" for name in TOUCH), listed(f"{name} numeric" for name in FOLDS)
    cursor.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {DELTA} (cube smallint, day date, dimension smallint, member bigint, {members},"
        f" {folds}) ON COMMIT DELETE ROWS"
    )
    # A transaction around this one may have left rows of an earlier batch.
    cursor.execute(f"DELETE FROM {DELTA}")


def note_rows(cursor: Any, cube: Cube, rows: QuerySet, sign: int) -> None:
    """Put some rows into the delta, with a sign: as margins, or of a crossed cube to the finest, by owner and first touch."""
    fresh, used = (fold_finest if cube.is_crossed else fold_margins)(cube, rows), folds_of(cube)
    columns = listed(("member", *TOUCH) if cube.is_crossed else ("dimension", "member"))
    key = listed(("owner_id", *TOUCH)) if cube.is_crossed else columns
    cursor.execute(
        f"INSERT INTO {DELTA} (cube, day, {columns}, {listed(used)})"
        f" SELECT {cube.code}, day, {key}, {listed(f'{sign} * {name}' for name in used)} FROM ({fresh.sql}) f",
        fresh.params,
    )


def apply_delta(cursor: Any, cube: Cube) -> None:
    """Add the noted delta of one cube to its stored sums."""
    used = folds_of(cube)
    sums = listed(f"sum({name}) AS {name}" for name in used)
    if not cube.is_crossed:
        key = "day, dimension, member"
        noted = f"SELECT {key}, {sums} FROM {DELTA} WHERE cube = {cube.code} GROUP BY {key} HAVING {any_left(used)}"
        carry(cursor, cube, [Statement(f"noted AS MATERIALIZED ({noted})")], ["noted"])
        return
    noted = f"""
        noted_finest AS MATERIALIZED (
            SELECT day, member AS owner_id, {listed(TOUCH)}, {sums} FROM {DELTA}
             WHERE cube = {cube.code} GROUP BY day, member, {listed(TOUCH)} HAVING {any_left(used)}),
        {crossed_terms(cube, "noted")}, noted AS MATERIALIZED ({margins_of(cube, "noted")})"""
    carry(cursor, cube, [Statement(noted), carrying_crossed(cube, ["noted_crossed"])], ["noted"])
