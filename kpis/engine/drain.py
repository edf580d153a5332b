"""Draining: parents, then customers, their leads and visitors, then day cells, until nothing is dirty."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from random import sample
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Min

from customers.models import Contract, Order
from kpis.catalogue.marks import DEFERRED
from kpis.catalogue.measures import CUBE_BY_CODE, DAY_CUBES
from kpis.definitions import Cube, ends_of
from kpis.engine.batches import BATCH
from kpis.engine.cells import drain_cells
from kpis.engine.customers import drain_customers
from kpis.engine.funnel import drain_leads, mark_all_leads
from kpis.engine.landings import drain_visitors, mark_all_visitors
from kpis.engine.locks import PARENTS, lock, wait_for_all
from kpis.engine.rfm import drain_snapshots
from kpis.engine.selling import drain_sales
from kpis.engine.tenure import drain_tenures
from kpis.models import (
    DAY_GRAIN,
    CustomerFact,
    DirtyCustomer,
    DirtyDay,
    DirtyLead,
    DirtyParent,
    DirtyVisitor,
    Failure,
    LeadFact,
    OrderCategory,
    RfmSnapshot,
    Rollup,
    TenureEvening,
)
from kpis.tracking import insertion
from leads.models import Lead

logger = logging.getLogger(__name__)
STORED = (
    "kpis_rollup",
    "kpis_cross",
    "kpis_crossday",
    "kpis_customerfact",
    "kpis_customerday",
    "kpis_customercontact",
    "kpis_newcomerday",
    "kpis_customerspan",
    "kpis_leadfact",
    "kpis_funnelfact",
    "kpis_landingday",
    "kpis_ordercategory",
    "kpis_rfmspan",
    "kpis_rfmcell",
    "kpis_rfmmove",
    "kpis_cohortcell",
    "kpis_lifetime",
    "kpis_tenure",
)
LONGEST_WAIT = timedelta(hours=1)
# Buckets of one cube that one statement folds.
TOGETHER = 12
# From so many marks on it is worth a message to another worker.
MUCH = 100


@dataclass
class Progress:
    """How far a drain has come: `done` of `total` pieces of work (cells, and batches of customers, leads and visitors)."""

    done: int = 0
    total: int = 0
    failed: int = 0


Report = Callable[[Progress], None]
# A cube and some buckets of days.
Group = tuple[int, list[int]]


def drain(*, at: datetime, report: Report | None = None, wait: bool = True, batch: int = BATCH, beside: bool = False) -> Progress:
    """Drain everything that is dirty now and not parked.

    `beside`: in two sessions. One begins with the customers, leads and visitors, one with scores; then they share the cells,
    and whichever is done first tells what the customers were sold.
    """
    progress = Progress()
    while True:
        resolve_parents(wait=wait)
        cells = pending_cells(at)
        customers = DirtyCustomer.objects.filter(part=DirtyCustomer.Part.FACTS).values("customer_id").distinct().count()
        progress.total = progress.done + len(cells) + -(-customers // batch)
        if not cells and not customers:
            steps = drain_steps(progress, report, at=at, batch=batch, wait=wait)
            if not steps + drain_scores(progress, report, at=at, wait=wait):
                return progress
            continue
        before = progress.done + progress.failed
        people = partial(drain_people, -(-customers // batch), progress, report, at=at, batch=batch, wait=wait)
        groups = deque(groups_of(cells))
        if beside and cells and customers:
            with ThreadPoolExecutor(1) as pool:
                rest = partial(drain_groups, groups.pop, progress, report, at=at, wait=wait)
                future = pool.submit(in_own_session, people, rest)
                drain_scores(progress, report, at=at, wait=wait)
                drain_groups(groups.popleft, progress, report, at=at, wait=wait)
                # It stands on orders alone, and so need not wait until the facts of customers are there.
                drain_batches(partial(drain_sales, at=at), progress, report, batch=batch, wait=False)
                future.result()
        else:
            people()
            drain_groups(groups.popleft, progress, report, at=at, wait=wait)
        if progress.done + progress.failed == before:
            return progress


def drain_people(batches: int, progress: Progress, report: Report | None, *, at: datetime, batch: int, wait: bool) -> None:
    for _ in range(batches):
        if not drain_customers(at=at, limit=batch, wait=wait):
            break
        progress.done += 1
        notify(report, progress)
    drain_steps(progress, report, at=at, batch=batch, wait=wait)


def drain_steps(progress: Progress, report: Report | None, *, at: datetime, batch: int, wait: bool) -> int:
    """All dirty leads, then all dirty visitors, then what the dirty customers were sold; in how many batches."""
    works = (drain_leads, partial(drain_visitors, at=at), partial(drain_sales, at=at))
    return sum(drain_batches(work, progress, report, batch=batch, wait=wait) for work in works)


def drain_batches(work: Callable[..., int | None], progress: Progress, report: Report | None, *, batch: int, wait: bool) -> int:
    """One kind of work until nothing of it is left, or, without waiting, until another session is at it."""
    batches = 0
    while work(limit=batch, wait=wait):
        batches += 1
        progress.done += 1
        progress.total += 1
        notify(report, progress)
    return batches


def drain_groups(take: Callable[[], Group], progress: Progress, report: Report | None, *, at: datetime, wait: bool) -> None:
    """Drain what is taken from one end of a queue until it is empty; another session may take from the other end."""
    while True:
        try:
            code, buckets = take()
        except IndexError:
            return
        done, failed = try_cells(code, buckets, at=at, wait=wait)
        progress.done += done
        progress.failed += failed
        notify(report, progress)


def drain_scores(progress: Progress, report: Report | None, *, at: datetime, wait: bool) -> int:
    """All dirty snapshots of RFM, then all dirty evenings of tenure; how many."""
    computed = 0
    for work in (drain_snapshots, drain_tenures):
        while evenings := work(at=at, wait=wait):
            computed += evenings
            progress.done += evenings
            progress.total += evenings
            notify(report, progress)
    return computed


def in_own_session(*works: Callable[[], Any]) -> None:
    """A thread's connection is its own, and ends with its work."""
    try:
        for work in works:
            work()
    finally:
        connection.close()


def drain_step(*, at: datetime, groups: int = 50) -> bool:
    """One worker's share: whatever it can lock now. True when it did something."""
    worked = bool(resolve_parents(wait=False))
    worked |= bool(drain_customers(at=at))
    worked |= bool(drain_sales(at=at))
    worked |= bool(drain_leads())
    worked |= bool(drain_visitors(at=at))
    pending = groups_of(pending_cells(at))
    for code, buckets in sample(pending, min(groups, len(pending))):
        worked |= any(try_cells(code, buckets, at=at, wait=False))
    return worked | bool(drain_snapshots(at=at)) | bool(drain_tenures(at=at))


def groups_of(cells: Iterable[tuple[int, int]]) -> list[Group]:
    """Cells of one cube that are folded by one statement: what it joins is then read once for about a year."""
    groups: dict[tuple[int, int], list[int]] = {}
    for code, bucket in cells:
        groups.setdefault((code, bucket // TOGETHER), []).append(bucket)
    return [(code, buckets) for (code, _), buckets in groups.items()]


def notify(report: Report | None, progress: Progress) -> None:
    if report:
        report(progress)


def try_cells(code: int, buckets: list[int], *, at: datetime, wait: bool) -> tuple[int, int]:
    """Drain cells of a cube: (cells done, cells failed).

    A cell that fails is parked with its error, stays dirty, and waits longer each time; those around it are done alone.
    """
    try:
        return drain_cells(code, buckets, at=at, wait=wait) or 0, 0
    except DatabaseError as error:
        if len(buckets) > 1:
            alone = [try_cells(code, [bucket], at=at, wait=wait) for bucket in buckets]
            return sum(done for done, _ in alone), sum(failed for _, failed in alone)
        logger.exception("cell %s/%s failed", code, buckets[0])
        park(code, buckets[0], str(error), at=at)
        return 0, 1


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
    marks = (
        DirtyDay.objects,
        DirtyCustomer.objects,
        DirtyLead.objects,
        DirtyVisitor.objects,
        DirtyParent.objects,
        RfmSnapshot.objects.filter(is_dirty=True),
        TenureEvening.objects.filter(is_dirty=True),
    )
    return not any(rows.exists() for rows in marks)


def is_much_dirty() -> bool:
    """Whether two workers are done sooner than one."""
    return any(model.objects.all()[MUCH:].exists() for model in (DirtyDay, DirtyCustomer))


def resolve_parents(*, wait: bool) -> int | None:
    """Turn marks of changed parents into marks of the days, customers and leads that hang on them; none are of visitors."""
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
            cursor.execute(insertion(query, mark.cubes, of_leads=mark.of_leads))
    return resolved


def rebuild(cubes: tuple[Cube, ...] = DAY_CUBES, *, first: date | None = None, last: date | None = None) -> None:
    """Mark everything (or some cubes, or some days) dirty; the drain does the rest by the same path.

    All of everything begins from empty tables, so that nothing wrong can survive it.
    """
    is_whole = cubes == DAY_CUBES and first is None and last is None
    with transaction.atomic(), connection.cursor() as cursor:
        if is_whole:
            wait_for_all(cursor)
            cursor.execute(f"TRUNCATE {', '.join(STORED)}")
        for cube in cubes:
            mark_range(cursor, cube, first, last)
        if is_whole:
            mark_all_customers()
            mark_all_leads(cursor)
            mark_all_visitors(cursor)
            RfmSnapshot.objects.update(is_dirty=True, computed_at=None)
            TenureEvening.objects.update(is_dirty=True)


def mark_range(cursor: Any, cube: Cube, first: date | None, last: date | None) -> None:
    """Mark the days that the cube's rows or its stored sums span."""
    stored = Rollup.objects.filter(cube=cube.code, grain=DAY_GRAIN, dimension=0)
    days = [*cube.ends(), *ends_of(stored, "start")]
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
        .union(Contract.objects.order_by().values("customer_id").distinct())
        .union(Lead.objects.filter(customer__isnull=False).order_by().values("customer_id").distinct())
        .union(CustomerFact.objects.values("customer_id"))
        .union(LeadFact.objects.values("customer_id"))
        .union(OrderCategory.objects.values("customer_id"))
    )
    sql, params = ids.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(insertion(sql, ()), params)


def dirty_cells() -> int:
    """How many cells wait; all dirty customers together are one more, and so are all leads, visitors, and changed parents."""
    cells = DirtyDay.objects.values("cube", "bucket").distinct().count()
    evenings = sum(model.objects.filter(is_dirty=True).count() for model in (RfmSnapshot, TenureEvening))
    return cells + evenings + sum(model.objects.exists() for model in (DirtyCustomer, DirtyLead, DirtyVisitor, DirtyParent))


def oldest_mark() -> datetime | None:
    """When the oldest mark was made."""
    dirty = [model.objects for model in (DirtyDay, DirtyCustomer, DirtyLead, DirtyVisitor, DirtyParent)]
    dirty += [model.objects.filter(is_dirty=True) for model in (RfmSnapshot, TenureEvening)]
    marks = [rows.aggregate(at=Min("marked_at"))["at"] for rows in dirty]
    return min((at for at in marks if at), default=None)


def seconds_behind(at: datetime) -> float:
    """The age of the oldest mark; nothing where all is clean."""
    oldest = oldest_mark()
    return max((at - oldest).total_seconds(), 0.0) if oldest else 0.0
