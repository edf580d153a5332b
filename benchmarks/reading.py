"""Every card and report of 36 months read from what is stored, and the same worked out by DuckDB from the rows.

The statements are those that the product asks (kpis.readings). Those of cards are listed first, each with an empty answer,
and then asked in full, until the last row has come; what Python makes of the rows is not measured. Wants the sums drained
(rebuild.py).

    python benchmarks/reading.py 100000 [--runs 3] [--no-rival]
"""

from __future__ import annotations

import argparse
import logging
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
from ground import NOW, open_database, stopwatch, table, write_result
from shop import FIRST

NOT_ASKED = ("SET", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")
SLOWEST, SHORT_RUNS = 20, 15
# Milliseconds after which one run is enough; seconds that a statement of one card alone may take.
LONG, ALONE = 5_000, 10


@dataclass
class Listener:
    """Lists the statements that are asked. Where they are `kept_back` they come to nothing."""

    kept_back: bool = False
    statements: list[tuple[str, tuple]] = field(default_factory=list)

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(NOT_ASKED):
            return execute(sql, params, many, context)
        self.statements.append((sql, tuple(params or ())))
        return execute(f"SELECT * FROM ({sql}) q LIMIT 0" if self.kept_back else sql, params, many, context)


Statements = list[tuple[str, tuple]]


def statements_of(reading: Callable[[], Any], *, kept_back: bool = False) -> Statements:
    from django.db import connection  # noqa: PLC0415  Django is set up by now

    listener = Listener(kept_back)
    with connection.execute_wrapper(listener):
        reading()
    return listener.statements


@dataclass
class Cost:
    """What some statements took: milliseconds, those of the processor, and rows; `is_cut` where some took too long."""

    ms: float = 0
    cpu: float = 0
    rows: int = 0
    is_cut: bool = False

    def __add__(self, other: Cost) -> Cost:
        cut = self.is_cut or other.is_cut
        return Cost(self.ms + other.ms, self.cpu + other.cpu, self.rows + other.rows, cut)

    @property
    def cells(self) -> list[str]:
        more = "> " if self.is_cut else ""
        return [f"{self.rows:,}", f"{more}{self.ms:,.0f}", f"{more}{self.cpu:,.0f}"]


class Cluster:
    """The processor time of the whole database server: many statements have sessions of their own help them."""

    def __init__(self) -> None:
        self.pid = (Path(os.environ["DATA_DIR"]) / "postgres" / "postmaster.pid").read_text().split()[0]

    def ms(self) -> float:
        """With that of children that have ended, which the first process has taken over."""
        ticks = sum(times_of(self.pid)[:4])
        for child in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            with suppress(OSError):
                ticks += sum(times_of(child)[:2])
        return ticks * 1000 / os.sysconf("SC_CLK_TCK")


def times_of(pid: str) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]]


def ask(statements: Statements, cluster: Cluster, limit: int) -> Cost:
    """Ask them, in one snapshot each, and let none take longer than so many seconds."""
    from django.db import OperationalError, connection, transaction  # noqa: PLC0415

    from kpis.readings.snapshot import one_snapshot  # noqa: PLC0415

    cost = Cost()
    for sql, params in statements:
        before = cluster.ms()
        with stopwatch() as seconds, one_snapshot(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{limit}s'")
            try:
                cursor.execute(sql, params)
            except OperationalError:
                cost.is_cut = True
                transaction.set_rollback(True)
            else:
                cost.rows += cursor.rowcount
        cost.ms += seconds[0] * 1000
        cost.cpu += cluster.ms() - before
    return cost


# -- cards -----------------------------------------------------------------------------------------------------------


def periods_of(grain: str) -> tuple:
    """The periods of 36 months."""
    from crm.periods import Calendar, Grain, period_of  # noqa: PLC0415

    found = [period_of(FIRST, Calendar.GREGORIAN, Grain(grain))]
    while found[-1].end < NOW.date():
        found.append(found[-1].next())
    return tuple(found)


def grids() -> Iterator[tuple[str, Any, list]]:
    """(title, query, cards) of months and days, by channel and by campaign; cards that know neither, as they are."""
    from kpis.catalogue import CATALOGUE  # noqa: PLC0415
    from kpis.definitions import Dimension  # noqa: PLC0415
    from kpis.readings import Query  # noqa: PLC0415

    sides = (Dimension.CHANNEL, Dimension.CAMPAIGN)
    for grain in ("month", "day"):
        query = Query(periods_of(grain), NOW.date())
        for side in sides:
            yield f"{grain} × {side}", replace(query, by=side), [kpi for kpi in CATALOGUE.values() if side in kpi.dimensions]
        yield grain, query, [kpi for kpi in CATALOGUE.values() if not set(sides) & set(kpi.dimensions)]


def read_cards(kpis: list, query: Any) -> None:
    """All that the values of some cards are made of: in total, and by members where they are split."""
    from kpis.readings.models import Models  # noqa: PLC0415
    from kpis.readings.values import reader_of  # noqa: PLC0415

    models = Models(kpis, query)
    for side in {None, query.by}:
        asked = replace(query, by=side)
        reader = reader_of(kpis, asked)
        for kpi in kpis:
            for term in kpi.terms:
                measure = term.measure_for(asked.dimensions)
                reader.flows(measure)
                if term.at != "flow":
                    reader.before(measure, 0)
            if kpi.model:
                models.inputs(kpi.model, is_split=side is not None)


def wanted_cubes() -> dict[Any, set]:
    """Each cube that a card reads, with the dimensions by which it does."""
    wanted: dict[Any, set] = defaultdict(set)
    for _, query, kpis in grids():
        for kpi in kpis:
            for term in (*kpi.terms, *(kpi.model.terms if kpi.model else ())):
                wanted[term.measure_for(query.dimensions).cube] |= {query.by} - {None}
    return dict(wanted)


# -- reports ---------------------------------------------------------------------------------------------------------


def read_rfm() -> None:
    """The grid of every month's end, and who moved since the one before."""
    from kpis.readings.rfm import Rfm, movement  # noqa: PLC0415

    evenings = [Rfm(period.end) for period in periods_of("month")]
    for rfm in evenings:
        rfm.grid()
    for then, now in pairwise(evenings):
        movement(then, now)


def read_cohorts() -> None:
    from kpis.readings import Query  # noqa: PLC0415
    from kpis.readings.cohorts import Cohorts  # noqa: PLC0415

    Cohorts(Query(periods_of("month"), NOW.date())).table()


def read_funnels() -> None:
    """Of every month, by channel and by campaign."""
    from kpis.definitions import Dimension  # noqa: PLC0415
    from kpis.readings import Query  # noqa: PLC0415
    from kpis.readings.funnel import Funnel  # noqa: PLC0415

    for period in periods_of("month"):
        for side in (Dimension.CHANNEL, Dimension.CAMPAIGN):
            Funnel(Query((period,), NOW.date(), by=side)).members()


def read_loyalty() -> int:
    """Everybody who answered, in the matrix of every month."""
    from kpis.readings import Query  # noqa: PLC0415
    from kpis.readings.loyalty import LoyaltyMatrix  # noqa: PLC0415

    return sum(LoyaltyMatrix(Query((period,), NOW.date())).total for period in periods_of("month"))


REPORTS: dict[str, Callable[[], Any]] = {
    "RFM": read_rfm,
    "cohorts": read_cohorts,
    "funnel": read_funnels,
    "loyalty": read_loyalty,
}


# -- the run ---------------------------------------------------------------------------------------------------------


def median_of(statements: Statements, cluster: Cluster, options: argparse.Namespace) -> Cost:
    """The run in the middle, by processor time, after one that warms; of what takes long the first one."""
    first = ask(statements, cluster, options.limit)
    if first.ms > LONG:
        return first
    costs = sorted((ask(statements, cluster, options.limit) for _ in range(options.runs)), key=lambda cost: cost.cpu)
    return costs[len(costs) // 2]


def measure(cluster: Cluster, options: argparse.Namespace) -> tuple[list[list], Cost]:
    """Lines of the table of readings, and what they cost together."""
    asked = {title: (len(kpis), cards_statements(kpis, query)) for title, query, kpis in grids()}
    asked |= {title: ("", statements_of(reading)) for title, reading in REPORTS.items()}
    rows, whole = [], Cost()
    for title, (cards, statements) in asked.items():
        cost = median_of(statements, cluster, options)
        rows.append([title, cards, len(statements), *cost.cells])
        whole += cost
    return [*rows, ["**all of it**", "", "", *whole.cells]], whole


def cards_statements(kpis: list, query: Any) -> Statements:
    return statements_of(lambda: read_cards(kpis, query), kept_back=True)


def slowest(cluster: Cluster) -> list[list]:
    """Every card alone, in each of its grids; those that cost most."""
    found = []
    for title, query, kpis in grids():
        for kpi in kpis:
            cost = ask(cards_statements([kpi], query), cluster, ALONE)
            found.append((cost.ms, [kpi.key, title, *cost.cells]))
    return [row for _, row in sorted(found, key=lambda pair: -pair[0])[:SLOWEST]]


def one_card(cluster: Cluster) -> list[list]:
    """One card × 36 months × 8 channels: revenue, and of all others the one in the middle and the slowest."""
    ((_, query, kpis),) = [grid for grid in grids() if grid[0] == "month × channel"]
    costs = {}
    for kpi in kpis:
        statements = cards_statements([kpi], query)
        costs[kpi.key] = sorted(ask(statements, cluster, ALONE).ms for _ in range(SHORT_RUNS))[SHORT_RUNS // 2]
    in_order = sorted(costs, key=lambda key: costs[key])
    chosen = {"revenue": "revenue", "in the middle": in_order[len(in_order) // 2], "slowest": in_order[-1]}
    return [[which, key, f"{costs[key]:.1f}"] for which, key in chosen.items()]


def run_rival(source: psycopg.Connection) -> tuple[dict[str, float], float, int]:
    """DuckDB's seconds by parts, its processor time, and in how many groups of figures it differs."""
    import differences  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from rival import mogrifier  # noqa: PLC0415  imports the engine
    from rival_reading import RivalReading  # noqa: PLC0415

    mogrify, wanted = mogrifier(source), wanted_cubes()
    asked = {title: statements_of(REPORTS[title]) for title in ("funnel", "loyalty")}
    reports = {title: [mogrify(*statement) for statement in statements] for title, statements in asked.items()}
    rival = RivalReading(Path(os.environ["DATA_DIR"]) / "reading.duckdb")
    try:
        rival.take_all(source, [sql for statements in reports.values() for sql in statements])
        before = time.process_time()
        seconds = rival.read(wanted, mogrify, reports)
        spent = time.process_time() - before
        answers = {title: [source.execute(sql).fetchall() for sql in statements] for title, statements in reports.items()}
        different = differences.of_sums(source, rival, wanted) + differences.of_rows(rival, wanted, grids())
        different += differences.of_reports(source, rival, answers)
    finally:
        rival.duck.close()
        rival.path.unlink()
        connection.close()
    return seconds, spent, different


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("orders", type=int)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=int, default=300, help="seconds after which a statement is cut off")
    parser.add_argument("--no-rival", action="store_true")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    open_database(options.orders)
    from django.db import connection  # noqa: PLC0415  Django is set up by now

    from kpis.engine import is_clean  # noqa: PLC0415

    if not is_clean():
        raise SystemExit("Drain first: python benchmarks/rebuild.py")
    cluster = Cluster()
    readings, whole = measure(cluster, options)
    singles, slow, load, notes = one_card(cluster), slowest(cluster), os.getloadavg()[0], []
    if not options.no_rival:
        raw = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}, autocommit=True)
        seconds, spent, different = run_rival(raw)
        total = sum(seconds.values())
        lines = [[title, f"{part * 1000:,.0f}"] for title, part in seconds.items()]
        notes = [
            "DuckDB, working out the same from its own copies of the rows, with 1,280 MB and two threads:",
            table(["part", "ms"], [*lines, ["**all of it**", f"{total * 1000:,.0f}"]]),
            f"Processor time of DuckDB: {spent * 1000:,.0f} ms.",
            f"Reading takes {whole.ms / 1000 / total:.2f} times as long, and {whole.cpu / 1000 / spent:.2f} times the processor time.",
            f"Groups of figures in which they differ: {different}.",
        ]
    write_result(
        f"reading-{options.orders}",
        f"Every card and report of 36 months at {options.orders:,} orders",
        "Statements of the product, asked until the last row has come; all cards of a grid are read together, in total and by"
        " the members of its dimension. Reports: RFM grids of 36 evenings and the moves between them, all cohorts, funnels of 36"
        " months by channel and by campaign, and 36 matrices of loyalty. Milliseconds, and those of the processor in all of the database server.",
        table(["grid or report", "cards", "statements", "rows", "ms", "cpu ms"], readings),
        *notes,
        "One card alone, 36 months × 8 channels:",
        table(["which", "card", "ms"], singles),
        "The slowest of all cards read alone:",
        table(["card", "grid", "rows", "ms", "cpu ms"], slow),
        f"Load average after reading {load:.1f}.",
    )


if __name__ == "__main__":
    main()
