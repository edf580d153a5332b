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
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from grids import REPORTS, grids, read_cards, wanted_cubes
from ground import Cluster, open_database, stopwatch, table, write_result

# What is asked next hangs on the answer: it is given in full.
DECIDING = "kpis_tenureevening"
NOT_ASKED = ("SET", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")
SLOWEST, SHORT_RUNS = 20, 15
# Milliseconds after which one run is enough; seconds that a statement of one card alone may take.
LONG, ALONE = 5_000, 10
SHORT = 5  # milliseconds that one card may take


@dataclass
class Listener:
    """Lists the statements that are asked. Where they are `kept_back` they come to nothing."""

    kept_back: bool = False
    statements: list[tuple[str, tuple]] = field(default_factory=list)

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(NOT_ASKED):
            return execute(sql, params, many, context)
        self.statements.append((sql, tuple(params or ())))
        is_empty = self.kept_back and DECIDING not in sql
        return execute(f"SELECT * FROM ({sql}) q LIMIT 0" if is_empty else sql, params, many, context)


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


def ask(statements: Statements, cluster: Cluster, limit: int) -> Cost:
    """Ask them, in one snapshot each, and let none take longer than so many seconds."""
    from django.db import OperationalError, connection, transaction  # noqa: PLC0415

    from kpis.readings.snapshot import one_snapshot  # noqa: PLC0415

    cost = Cost()
    for sql, params in statements:
        with one_snapshot(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{limit}s'")
            before = cluster.ms()
            with stopwatch() as seconds:
                try:
                    cursor.execute(sql, params)
                except OperationalError:
                    cost.is_cut = True
                    transaction.set_rollback(True)
            cost.cpu += cluster.ms() - before
            cost.ms += seconds[0] * 1000
            cost.rows += 0 if cost.is_cut else cursor.rowcount
    return cost


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


def one_card(cluster: Cluster) -> tuple[list[list], str]:
    """One card × 36 months × 8 channels: revenue, and of all others the one in the middle and the slowest."""
    ((_, query, kpis),) = [grid for grid in grids() if grid[0] == "month × channel"]
    found = {}
    for kpi in kpis:
        statements = cards_statements([kpi], query)
        ms = sorted(ask(statements, cluster, ALONE).ms for _ in range(SHORT_RUNS))[SHORT_RUNS // 2]
        found[kpi.key] = [kpi.key, len(statements), f"{ms:.1f}"], ms
    lines = [line for line, _ in sorted(found.values(), key=lambda pair: pair[1])]
    quick = sum(ms <= SHORT for _, ms in found.values())
    chosen = [["revenue", *found["revenue"][0]], ["in the middle", *lines[len(lines) // 2]], ["slowest", *lines[-1]]]
    return chosen, f"{quick} of {len(found)} take at most {SHORT} ms."


def run_rival(source: psycopg.Connection) -> tuple[dict[str, float], float, int]:
    """DuckDB's seconds by parts, its processor time, and in how many groups of figures it differs."""
    import differences  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from rival import mogrifier  # noqa: PLC0415  imports the engine
    from rival_reading import RivalReading  # noqa: PLC0415

    mogrify, wanted = mogrifier(source), wanted_cubes()
    asked = {"loyalty": statements_of(REPORTS["loyalty"])}
    reports = {title: [mogrify(*statement) for statement in statements] for title, statements in asked.items()}
    rival = RivalReading(Path(os.environ["DATA_DIR"]) / "reading.duckdb")
    try:
        rival.take_all(source, [sql for statements in reports.values() for sql in statements])
        before = time.process_time()
        seconds = rival.read(wanted, mogrify, reports)
        spent = time.process_time() - before
        answers = {title: [source.execute(sql).fetchall() for sql in statements] for title, statements in reports.items()}
        different = differences.of_sums(source, rival, wanted) + differences.of_rows(rival, wanted, grids())
        different += differences.of_lifetimes(rival) + differences.of_reports(source, rival, answers)
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
    (singles, quick), slow, load, notes = one_card(cluster), slowest(cluster), os.getloadavg()[0], []
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
        " the members of its dimension. Reports: RFM grids of 35 evenings and the moves between them, all cohorts, funnels of 36"
        " months with their times, by channel and by campaign, and 36 matrices of loyalty. Milliseconds, and those of the processor in all of the database server.",
        table(["grid or report", "cards", "statements", "rows", "ms", "cpu ms"], readings),
        *notes,
        "One card alone, 36 months × 8 channels:",
        table(["which", "card", "statements", "ms"], singles),
        quick,
        "The slowest of all cards read alone:",
        table(["card", "grid", "rows", "ms", "cpu ms"], slow),
        f"Load average after reading {load:.1f}.",
    )


if __name__ == "__main__":
    main()
