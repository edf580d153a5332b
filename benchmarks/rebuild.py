"""Every KPI from the base tables, as `refresh_kpis --rebuild` does it, and by DuckDB from the same rows.

python benchmarks/rebuild.py 100000 [--check] [--no-rival]
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

import psycopg
from ground import NOW, Cluster, Session, open_database, stopwatch, table, write_result
from rich.progress import Progress as Bar


def rebuild_all() -> float:
    """Seconds of a rebuild with a progress bar: customers in a session of their own beside the days."""
    from kpis.engine import drain, is_clean, rebuild  # noqa: PLC0415  Django is set up by now
    from kpis.management.commands.refresh_kpis import REBUILD_BATCH  # noqa: PLC0415

    with stopwatch() as seconds, Bar(disable=not sys.stderr.isatty()) as bar:
        rebuild()
        report = partial(show, bar, bar.add_task("Refreshing KPIs", total=None))
        progress = drain(at=NOW, batch=REBUILD_BATCH, beside=True, report=report)
    if progress.failed or not is_clean():
        raise SystemExit(f"not clean: {progress}")
    return seconds[0]


def show(bar: Bar, task: int, step: Any) -> None:
    bar.update(task, completed=step.done, total=step.total)


def forget(cursor: object) -> None:
    """All that is stored, and all marks."""
    from kpis.engine.drain import STORED  # noqa: PLC0415  Django is set up by now

    marks = ("kpis_dirtyday", "kpis_dirtycustomer", "kpis_dirtylead", "kpis_dirtyvisitor", "kpis_dirtyparent")
    cursor.execute("TRUNCATE " + ", ".join((*STORED, *marks, "kpis_refresh")))


def sizes(cursor: object) -> list[list[str]]:
    from kpis.engine.drain import STORED  # noqa: PLC0415

    rows = []
    for name in STORED:
        cursor.execute(f"SELECT count(*), pg_size_pretty(pg_total_relation_size('{name}')) FROM {name}")
        count, size = cursor.fetchone()
        rows.append([name, f"{count:,}", size])
    return rows


def run_rival(connection: psycopg.Connection) -> tuple[float, float, float, int]:
    """DuckDB's seconds to read the rows and to build, of its processor too, and in how many sums it differs from what is stored."""
    from rival import SUMMED, Rival, mogrifier, percentiles_apart, sums_of  # noqa: PLC0415  imports the engine
    from rival_rest import differences_of_rest  # noqa: PLC0415  the same

    rival = Rival(Path(os.environ["DATA_DIR"]) / "rival.duckdb")
    try:
        with stopwatch("DuckDB took the rows") as taken:
            rival.take(connection)
        before = time.process_time()
        with stopwatch("DuckDB built") as built:
            rival.build(mogrifier(connection))
        spent = time.process_time() - before
        ours, theirs = sums_of(connection, SUMMED), rival.sums()
        others = differences_of_rest(connection, rival.duck) + percentiles_apart(connection, rival.duck)
    finally:
        rival.duck.close()
        rival.path.unlink()
    different = [key for key in ours.keys() | theirs.keys() if worth(ours.get(key)) != worth(theirs.get(key))]
    for key in sorted(different)[:10]:
        print(f"different: {key} {ours.get(key)} {theirs.get(key)}")
    return taken[0], built[0], spent, len(different) + others


def worth(sums: tuple | None) -> tuple | None:
    """Sums that are all zero are as good as none."""
    return sums if sums and any(sums) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("orders", type=int)
    parser.add_argument("--check", action="store_true", help="compare with a full recompute (find_drift)")
    parser.add_argument("--no-rival", action="store_true")
    parser.add_argument("--profile", action="store_true", help="print what each statement cost")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    open_database(options.orders)
    from django.db import connection  # noqa: PLC0415  Django is set up by now

    from kpis.engine import find_drift  # noqa: PLC0415

    session, cluster, notes = Session(connection), Cluster(), []
    with connection.cursor() as cursor:
        forget(cursor)
    before = cluster.ms()
    with session.profile() if options.profile else nullcontext():
        rebuilt = rebuild_all()
    cpu = (cluster.ms() - before) / 1000
    load = os.getloadavg()[0]
    # of this process alone, before DuckDB joins it; the sessions of the server have their own
    notes.append(f"The draining process held at most {getrusage(RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB.")
    print(f"rebuilt in {rebuilt:.1f} s")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        rows = sizes(cursor)
    times = [["all sums and facts", f"{rebuilt:.1f}", f"{cpu:.1f}"]]
    if not options.no_rival:
        raw = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}, autocommit=True)
        taken, built, spent, different = run_rival(raw)
        times += [
            ["DuckDB, the same", f"{built:.1f}", f"{spent:.1f}"],
            ["DuckDB, reading the rows before", f"{taken:.1f}", ""],
        ]
        notes.append(f"Ratio to DuckDB: {rebuilt / built:.1f}, of processor time {cpu / spent:.1f}.")
        notes.append(f"Groups of sums in which DuckDB and the engine differ: {different}.")
    if options.check:
        with stopwatch("find_drift") as checked:
            drift = find_drift()
        notes.append(f"`find_drift()` in {checked[0]:.0f} s: {drift}")
    write_result(
        f"rebuild-{options.orders}",
        f"Rebuild of all KPIs at {options.orders:,} orders",
        table(["rebuild", "seconds", "of the processor"], times),
        *notes,
        table(["stored", "rows", "size"], rows),
        f"Two draining sessions; load average at the end of the rebuild {load:.1f}. DuckDB has 1,280 MB and two threads.",
    )


if __name__ == "__main__":
    main()
