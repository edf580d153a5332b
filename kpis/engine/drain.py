"""Draining: parents, then customers, then day cells, until nothing is dirty."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import sample
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Max, Min

from customers.models import Order
from kpis.catalogue.marks import DEFERRED
from kpis.catalogue.measures import CUBE_BY_CODE, DAY_CUBES
from kpis.definitions import Cube
from kpis.engine.cells import drain_cell
from kpis.engine.customers import BATCH, drain_customers
from kpis.engine.locks import PARENTS, lock
from kpis.models import Component, CustomerFact, DirtyCustomer, DirtyDay, DirtyParent, Failure, LeadFact
from kpis.tracking import insertion
from leads.models import Lead

logger = logging.getLogger(__name__)
STORED = (
    "kpis_component",
    "kpis_rollup",
    "kpis_customerfact",
    "kpis_customerday",
    "kpis_customerspan",
    "kpis_leadfact",
)
LONGEST_WAIT = timedelta(hours=1)


@dataclass
class Progress:
    """How far a drain has come: `done` of `total` pieces of work (cells, and batches of customers)."""

    done: int = 0
    total: int = 0
    failed: int = 0


Report = Callable[[Progress], None]


def drain(*, at: datetime, report: Report | None = None, wait: bool = True, batch: int = BATCH) -> Progress:
    """Drain everything that is dirty now and not parked."""
    progress = Progress()
    while True:
        resolve_parents(wait=wait)
        cells = pending_cells(at)
        customers = DirtyCustomer.objects.values("customer_id").distinct().count()
        progress.total = progress.done + len(cells) + -(-customers // batch)
        if not cells and not customers:
            return progress
        before = progress.done + progress.failed
        if customers and drain_customers(at=at, limit=batch, wait=wait):
            progress.done += 1
            notify(report, progress)
        for code, bucket in cells:
            step = try_cell(code, bucket, at=at, wait=wait)
            progress.done += bool(step)
            progress.failed += step is False
            notify(report, progress)
        if progress.done + progress.failed == before:
            return progress


def drain_step(*, at: datetime, cells: int = 200) -> bool:
    """One worker's share: whatever it can lock now. True when it did something."""
    worked = bool(resolve_parents(wait=False))
    worked |= bool(drain_customers(at=at))
    pending = pending_cells(at)
    for code, bucket in sample(pending, min(cells, len(pending))):
        worked |= bool(try_cell(code, bucket, at=at, wait=False))
    return worked


def notify(report: Report | None, progress: Progress) -> None:
    if report:
        report(progress)


def try_cell(code: int, bucket: int, *, at: datetime, wait: bool) -> bool | None:
    """Drain one cell; a cell that fails is parked with its error, stays dirty, and waits longer each time."""
    try:
        return drain_cell(code, bucket, at=at, wait=wait)
    except DatabaseError as error:
        logger.exception("cell %s/%s failed", code, bucket)
        park(code, bucket, str(error), at=at)
        return False


def park(code: int, bucket: int, error: str, *, at: datetime) -> None:
    with transaction.atomic():
        failure = Failure.objects.select_for_update().filter(cube=code, bucket=bucket).first()
        attempts = failure.attempts + 1 if failure else 1
        wait = min(timedelta(seconds=2**attempts), LONGEST_WAIT)
        values = {"attempts": attempts, "error": error[:2000], "failed_at": at, "retry_at": at + wait}
        Failure.objects.update_or_create(cube=code, bucket=bucket, defaults=values)


def pending_cells(at: datetime) -> list[tuple[int, int]]:
    """The dirty cells that are not waiting after a failure."""
    parked = set(Failure.objects.filter(retry_at__gt=at).values_list("cube", "bucket"))
    known = DirtyDay.objects.filter(cube__in=CUBE_BY_CODE).values_list("cube", "bucket").distinct().order_by("cube", "-bucket")
    return [cell for cell in known if cell not in parked]


def is_clean() -> bool:
    return not (DirtyDay.objects.exists() or DirtyCustomer.objects.exists() or DirtyParent.objects.exists())


def resolve_parents(*, wait: bool) -> int | None:
    """Turn marks of changed parents into marks of the days and customers that hang on them."""
    if not DirtyParent.objects.exists():
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        if not lock(cursor, PARENTS, wait=wait):
            return None
        cursor.execute(
            "CREATE TEMP TABLE IF NOT EXISTS kpis_changed (mark text, id bigint) ON COMMIT DELETE ROWS; DELETE FROM kpis_changed"
        )
        cursor.execute(
            "WITH gone AS (DELETE FROM kpis_dirtyparent RETURNING mark, parent_id)"
            " INSERT INTO kpis_changed SELECT DISTINCT mark, parent_id FROM gone"
        )
        resolved = cursor.rowcount
        cursor.execute("SELECT DISTINCT mark FROM kpis_changed")
        for (key,) in cursor.fetchall():
            mark = DEFERRED[key]
            query = f"WITH changed AS (SELECT id FROM kpis_changed WHERE mark = '{key}') {mark.query}"
            cursor.execute(insertion(query, mark.cubes))
    return resolved


def rebuild(cubes: tuple[Cube, ...] = DAY_CUBES, *, first: date | None = None, last: date | None = None) -> None:
    """Mark everything (or some cubes, or some days) dirty; the drain does the rest by the same path.

    All of everything begins from empty tables, so that nothing wrong can survive it.
    """
    is_whole = cubes == DAY_CUBES and first is None and last is None
    with transaction.atomic(), connection.cursor() as cursor:
        if is_whole:
            cursor.execute(f"TRUNCATE {', '.join(STORED)}")
        for cube in cubes:
            mark_range(cursor, cube, first, last)
        if is_whole:
            mark_all_customers()


def mark_range(cursor: Any, cube: Cube, first: date | None, last: date | None) -> None:
    """Mark the days that the cube's rows or its stored components span."""
    rows = cube.rows().aggregate(a=Min(cube.day), z=Max(cube.day))
    stored = Component.objects.filter(cube=cube.code).aggregate(a=Min("day"), z=Max("day"))
    days = [day for day in (rows["a"], rows["z"], stored["a"], stored["z"]) if day]
    if not days:
        return
    start, end = max(min(days), first or date.min), min(max(days), last or date.max)
    if start <= end:
        query = f"SELECT DATE '{start.isoformat()}', DATE '{end.isoformat()}'"
        cursor.execute(insertion(query, (cube,)))


def mark_all_customers() -> None:
    ids = (
        Order.objects.filter(customer__isnull=False)
        .order_by()
        .values("customer_id")
        .distinct()
        .union(Lead.objects.filter(customer__isnull=False).order_by().values("customer_id").distinct())
        .union(CustomerFact.objects.values("customer_id"))
        .union(LeadFact.objects.values("customer_id"))
    )
    sql, params = ids.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO kpis_dirtycustomer (customer_id) SELECT customer_id FROM ({sql}) q", params)


def dirty_cells() -> int:
    """How many cells wait; all dirty customers together are one more, and so are all changed parents."""
    cells = DirtyDay.objects.values("cube", "bucket").distinct().count()
    return cells + DirtyCustomer.objects.exists() + DirtyParent.objects.exists()


def oldest_mark() -> datetime | None:
    """When the oldest mark was made."""
    marks = [model.objects.aggregate(at=Min("marked_at"))["at"] for model in (DirtyDay, DirtyCustomer, DirtyParent)]
    return min((at for at in marks if at), default=None)
