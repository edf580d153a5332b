"""Writers and workers at once for some seconds, workers killed in mid-work, and an auditor throughout."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from random import Random
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from kpis.definitions import DIMENSION_CODES
from kpis.engine import cells, customers, drain, drain_step, find_drift, is_clean
from tests.kpis.proof import NOW, wrong_cells
from tests.kpis.stress.acts import Writer

FORK = multiprocessing.get_context("fork")
# How often each worker found something to do; shared memory outlives the killed. Nobody else writes to a worker's place.
STEPS = FORK.RawArray("L", 10_000)
AUDITED = FORK.RawValue("L", 0)  # snapshots compared while something was marked
PATIENCE = 10  # a machine with much else to do may take so many times longer until it has seen each thing once
CELLS = 10  # in a worker's step: few, so that it looks again soon for what was written meanwhile
# What the busiest figures are in the plainest words, with nothing of the engine: totals and channels by day.
PLAIN = {
    5: """
        SELECT o.placed_on AS day, coalesce(c.channel_id, 0) AS channel, count(*) AS m1,
               sum((SELECT coalesce(sum(l.net_amount), 0) FROM customers_orderline l WHERE l.order_id = o.id)) AS m2
          FROM customers_order o LEFT JOIN customers_customer c ON c.id = o.customer_id
         WHERE o.status IN ('paid', 'fulfilled') AND (c.id IS NULL OR NOT c.is_test AND NOT c.is_spam) GROUP BY 1, 2""",
    6: """
        SELECT r.refunded_on, coalesce(c.channel_id, 0), count(*), sum(r.amount)
          FROM customers_refund r JOIN customers_order o ON o.id = r.order_id
          LEFT JOIN customers_customer c ON c.id = o.customer_id
         WHERE o.status IN ('paid', 'fulfilled') AND (c.id IS NULL OR NOT c.is_test AND NOT c.is_spam) GROUP BY 1, 2""",
    2: """
        SELECT mql_on, coalesce(channel_id, 0), count(*), count(sql_on) FROM leads_lead
         WHERE mql_on IS NOT NULL AND NOT is_test AND NOT is_spam AND merged_into_id IS NULL GROUP BY 1, 2""",
}
COMPARE = """
    SELECT day, channel, sum(m1), sum(m2) FROM (
        SELECT * FROM ({plain}) p (day, channel, m1, m2) UNION ALL
        SELECT start, member, -m1, -m2 FROM kpis_rollup
         WHERE cube = {cube} AND grain = 0 AND dimension = {channel}) q
     WHERE NOT EXISTS (SELECT 1 FROM kpis_dirtyday y WHERE y.cube = {cube} AND q.day BETWEEN y.first_day AND y.last_day)
       AND NOT EXISTS (SELECT 1 FROM kpis_dirtyparent)
     GROUP BY 1, 2 HAVING sum(m1) <> 0 OR sum(m2) <> 0
"""
LOAD = """
    SELECT (SELECT count(*) FROM kpis_dirtyday), (SELECT count(*) FROM kpis_dirtyparent),
           (SELECT count(DISTINCT customer_id) FROM kpis_dirtycustomer), (SELECT count(*) FROM kpis_rollup WHERE grain = 0),
           (SELECT count(*) FROM kpis_rollup WHERE grain = 0 AND (cube, start) IN (
               SELECT cube, generate_series(first_day, last_day, interval '1 day')::date FROM kpis_dirtyday)),
           (SELECT count(*) FROM kpis_failure)
"""


@dataclass
class Audits:
    """What the auditor saw."""

    audits: int = 0
    under_load: int = 0
    plain: int = 0
    most_marks: int = 0
    sums: int = 0
    excused: int = 0
    parked: int = 0
    drift: list[str] = field(default_factory=list)


@dataclass
class Outcome:
    seconds: float
    mutant: str
    transactions: Counter = field(default_factory=Counter)
    acts: Counter = field(default_factory=Counter)
    steps: int = 0
    errors: list[str] = field(default_factory=list)
    kills: Counter = field(default_factory=Counter)
    audits: Audits = field(default_factory=Audits)
    caught_after: float | None = None
    left: list[str] = field(default_factory=list)


# -- the processes -------------------------------------------------------------------------------------------------


def write(nature: tuple[int, bool], end: Event, report: Connection) -> None:
    """Transactions of a few acts: most are committed at once, some late, some never."""

    writer, ended, acts = Writer(nature[0], is_rush=nature[1]), Counter(), Counter()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'")
    while not end.is_set():
        how = writer.dice.choices(["at once", "late", "rolled back"], [7, 2, 1])[0]
        done = []
        try:
            with transaction.atomic():
                done += [writer.act() for _ in range(writer.dice.randint(1, 4))]
                if how != "at once":
                    time.sleep(writer.dice.uniform(0.05, 1.5))
                transaction.set_rollback(how == "rolled back")
        except (
            DatabaseError,
            ObjectDoesNotExist,
            ValidationError,
            AttributeError,
        ):  # what it met was taken away by another writer
            how = "refused"
        ended[how] += 1
        acts.update(done if how in {"at once", "late"} else [])
    report.send((ended, acts))


def work(nature: tuple[int, float], end: Event, report: Connection) -> None:
    """A worker's share (what its Celery task does), again and again, pausing where a killer or another worker hurts most."""
    number, pause = nature
    slow_down(cells, "refold", pause)
    slow_down(customers, "recompute", pause)
    connection.settings_dict["OPTIONS"]["application_name"] = f"stress worker {number}"
    errors = set()
    while not end.is_set():
        try:
            STEPS[number] += drain_step(at=timezone.now(), groups=CELLS)
        except DatabaseError as error:
            errors.add(f"{type(error).__name__}: {str(error).splitlines()[0]}")
        time.sleep(0.02)
    report.send(errors)


def slow_down(module: Any, name: str, pause: float) -> None:
    """The function takes up to `pause` seconds longer: after its work, and before the transaction's commit."""
    work = getattr(module, name)

    def work_and_pause(*args: Any) -> None:
        work(*args)
        time.sleep(Random().uniform(0, pause))

    setattr(module, name, work_and_pause)


def audit(stops_at_drift: bool, end: Event, report: Connection) -> None:
    """One snapshot after another; in each, whatever differs from a full recompute must be marked."""

    seen = Audits()
    while not end.is_set() and not (seen.drift and stops_at_drift):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(LOAD)
            days, parents, customers, sums, excused, parked = cursor.fetchone()
            drift = find_drift() + plain_drift(cursor)
        seen.audits += 1
        seen.under_load += bool(days or parents or customers)
        AUDITED.value = seen.under_load
        seen.plain += not parents
        seen.most_marks = max(seen.most_marks, days + parents + customers)
        seen.sums += sums
        seen.excused += excused
        seen.parked = max(seen.parked, parked)
        seen.drift += drift[:5]
    report.send(seen)


def plain_drift(cursor: Any) -> list[str]:
    """Days of figures against the plainest words for them; days that are marked are left out."""

    found = []
    for cube, plain in PLAIN.items():
        cursor.execute(COMPARE.format(plain=plain, cube=cube, channel=DIMENSION_CODES["channel"]))
        found += [f"cube {cube}: {row[0]}, channel {row[1]} differs by {row[2:]}" for row in cursor.fetchall()]
    return found


# -- the run -------------------------------------------------------------------------------------------------------


@dataclass
class Crew:
    """The processes of a run; each tells at its end what it did."""

    end: Event = field(default_factory=FORK.Event)
    members: dict[str, tuple[BaseProcess, Connection]] = field(default_factory=dict)

    def start(self, name: str, act: Callable, argument: Any) -> None:
        ours, theirs = FORK.Pipe(duplex=False)
        process = FORK.Process(target=act, args=(argument, self.end, theirs), daemon=True)
        process.start()
        theirs.close()
        self.members[name] = (process, ours)

    def alive(self, name: str) -> bool:
        return self.members[name][0].is_alive()

    def kill(self, name: str) -> None:
        process, pipe = self.members.pop(name)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        pipe.close()

    def tell(self) -> dict[str, Any]:
        """Everybody's report; who has none died, which is an error of the run."""
        self.end.set()
        reports = {}
        for name, (process, pipe) in self.members.items():
            if not pipe.poll(60):
                raise RuntimeError(f"{name} does not end")
            reports[name] = pipe.recv()
            process.join(10)
        return reports


def run(
    *,
    seconds: float,
    writers: int,
    workers: int,
    kill_every: float,
    is_rush: bool = False,
    pause: float = 0.1,
    mutant: str = "",
    seed: int = 1,
) -> Outcome:
    """Everything at once, at least so many seconds; then what is dirty is drained and compared for the last time."""
    outcome, dice, crew = Outcome(seconds, mutant), Random(seed), Crew()
    connections.close_all()  # a child must not share a session
    for number in range(writers):
        crew.start(f"writer {number}", write, (1000 * seed + number, is_rush))
    for number in range(workers):
        crew.start(f"worker {number}", work, (number, pause))
    crew.start("auditor", audit, bool(mutant))
    begin = time.monotonic()
    next_kill, turn = begin + kill_every, workers
    while is_on(begin, seconds, outcome) and crew.alive("auditor"):
        time.sleep(0.02)
        if time.monotonic() > next_kill:
            shoot(crew, dice, outcome)
            crew.start(f"worker {turn}", work, (turn, pause))
            next_kill, turn = time.monotonic() + kill_every * dice.uniform(0.3, 1.7), turn + 1
    outcome.seconds = round(time.monotonic() - begin, 1)
    collect(outcome, crew.tell())
    if outcome.audits.drift:
        outcome.caught_after = outcome.seconds
    if not mutant:
        outcome.left = look_back()
    return outcome


def is_on(begin: float, seconds: float, outcome: Outcome) -> bool:
    """Until the time is up, and every kind of thing was seen that a run is for."""
    passed = time.monotonic() - begin
    is_idle = not (AUDITED.value and outcome.kills["in a transaction"])
    return passed < seconds or (is_idle and passed < seconds * PATIENCE)


def shoot(crew: Crew, dice: Random, outcome: Outcome) -> None:
    """Kill -9 of one worker, whatever it does."""
    victim = dice.choice(sorted(name for name in crew.members if name.startswith("worker")))
    outcome.kills[state_of(int(victim.split()[1]))] += 1
    crew.kill(victim)


def state_of(number: int) -> str:
    """In the midst of a transaction, or between two."""

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT xact_start IS NOT NULL FROM pg_stat_activity WHERE application_name = %s", [f"stress worker {number}"]
        )
        row = cursor.fetchone()
    connection.close()
    return "in a transaction" if row and row[0] else "between transactions"


def collect(outcome: Outcome, reports: dict[str, Any]) -> None:
    errors: set[str] = set()
    for name, report in reports.items():
        if name.startswith("writer"):
            outcome.transactions.update(report[0])
            outcome.acts.update(report[1])
        elif name.startswith("worker"):
            errors |= report
        else:
            outcome.audits = report
    outcome.errors, outcome.steps = sorted(errors), sum(STEPS)


def look_back() -> list[str]:
    """What is wrong when all is drained: by the engine's own comparison, and by the oracle of the tests."""

    drain(at=NOW)
    return ([] if is_clean() else ["not clean after a drain"]) + find_drift() + wrong_cells()
