"""How long after the commit of 1,000 orders every affected sum holds them, the worker being idle.

RFM snapshots are told apart: they are of month ends, so orders of today change none, and orders of long ago change all
that came after.

python benchmarks/freshness.py 100000
"""

from __future__ import annotations

import argparse
import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random

from generate import LINE, ORDER, copy
from ground import NOW, Cluster, Session, median, open_database, stopwatch, table, write_result
from psycopg import Cursor
from shop import FIRST, PRODUCTS, REPS

BATCH, RUNS, SPREAD_DAYS, WORKERS = 1_000, 3, 800, 2
MARKS = ("kpis_dirtycustomer", "kpis_dirtylead", "kpis_dirtyvisitor", "kpis_dirtyparent")
LAST = NOW.date()
# What a drain reads of customers, leads and their facts, and the sums that it adds to.
READ = (
    "customers_%",
    "leads_%",
    "kpis_customer%",
    "kpis_lead%",
    "kpis_funnel%",
    "kpis_newcomer%",
    "kpis_order%",
    "kpis_rollup%",
    "kpis_cross",
    "kpis_cross_pkey",
)
# Indexes of lists and searches, which only pages read.
NOT_READ = ("%list", "%search", "%_phone", "%_open", "%_number")


def add_orders(cursor: Cursor, random: Random, days: list[int]) -> None:
    """One import of 1,000 paid orders of two lines, on days counted from FIRST."""
    ((first, customers),) = cursor.execute(
        "SELECT nextval('customers_order_id_seq'), (SELECT max(id) FROM customers_customer)"
    ).fetchall()
    orders, lines = [], []
    for number in range(first, first + BATCH):
        at = f"{FIRST + timedelta(days=random.choice(days))} 09:{random.randrange(60):02d}:00+00"
        customer, net, cost = random.randint(1, customers), 0, 0
        for position in (1, 2):
            product, price = random.choice([n for n in (random.randint(1, PRODUCTS) for _ in range(9)) if n % 10]), 500_000
            lines.append(f"{number}\t{position}\t{product}\t\t1\t{price}\t0\t0\t0\t{price * 6 // 10}\t1\t\n")
            net, cost = net + price, cost + price * 6 // 10
        orders.append(
            f"{number}\tF{number}\tbench\t{number}\t{customer}\t{at}\t{at}\tpaid\tIRR\t1\t0\t0\t0\t{random.randint(1, REPS)}\t{net}\t{cost}\t0\n"
        )
    # Lines first, as the product's own services write them.
    copy(cursor, "customers_orderline", LINE.removeprefix("id, "), lines)
    copy(cursor, "customers_order", ORDER, orders)
    cursor.execute("SELECT setval('customers_order_id_seq', %s)", [first + BATCH])


def fill_file_cache() -> None:
    """Read those relations once, as a server that has been running has: of ten million orders no run here would do it."""
    from django.db import connection  # noqa: PLC0415  Django is set up by now

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('data_directory') || '/' || pg_relation_filepath(oid) FROM pg_class"
            " WHERE relkind IN ('r', 'i') AND relname LIKE ANY(%s) AND NOT (relkind = 'i' AND relname LIKE ANY(%s))",
            [list(READ), list(NOT_READ)],
        )
        for (path,) in cursor.fetchall():
            for part in sorted(Path(path).parent.glob(f"{Path(path).name}*")):
                with part.open("rb") as file:
                    while file.read(1 << 24):
                        pass


def work(until_clean: Callable[[], bool]) -> None:
    """What a worker process does: a share of what is dirty, again and again."""
    from django.db import connection  # noqa: PLC0415  Django is set up by now

    from kpis.engine import drain_step  # noqa: PLC0415

    try:
        while not until_clean():
            if not drain_step(at=NOW):
                time.sleep(0.02)  # the other one has all that is left
    finally:
        connection.close()


def wait_for_sums() -> None:
    """Until no mark but those of RFM is left, as somebody outside sees it."""
    from django.db import connection  # noqa: PLC0415

    from kpis.catalogue.measures import RFM  # noqa: PLC0415

    left = [f"FROM kpis_dirtyday WHERE cube <> {RFM.code}", *(f"FROM {name}" for name in MARKS)]
    question = "SELECT " + " OR ".join(f"EXISTS (SELECT {rows})" for rows in left)
    with connection.cursor() as cursor:
        while cursor.execute(question).fetchone()[0]:
            time.sleep(0.01)


def measure(name: str, days: Callable[[], list[int]], random: Random, *, profiled: bool) -> list[list[float]]:
    from django.db import connection, transaction  # noqa: PLC0415  Django is set up by now

    from kpis.engine import drain, is_clean  # noqa: PLC0415

    found, cluster = [], Cluster()
    for run in range(RUNS + 1):
        with stopwatch() as write, transaction.atomic(), connection.cursor() as cursor:
            add_orders(cursor.connection.cursor(), random, days())
        if profiled and run == RUNS:
            with Session(connection).profile():
                drain(at=NOW)
            break
        before = cluster.ms()
        with stopwatch() as all_fresh, ThreadPoolExecutor(WORKERS) as pool:
            workers = [pool.submit(work, is_clean) for _ in range(WORKERS)]
            with stopwatch() as sums_fresh:
                wait_for_sums()
            for worker in workers:
                worker.result()
        row = [write[0] * 1000, sums_fresh[0] * 1000, (all_fresh[0] - sums_fresh[0]) * 1000, cluster.ms() - before]
        print(
            "{} {}: written in {:.0f} ms, sums fresh after {:.0f} ms, RFM after {:.0f} ms more, CPU {:.0f} ms".format(
                name, run, *row
            )
        )
        if run:  # the first warms the caches
            found.append(row)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("orders", type=int, nargs="+")
    parser.add_argument("--profile", action="store_true", help="print what each statement cost")
    parser.add_argument("--one-day", action="store_true", help="leave out 800 days, after which RFM of all months is computed")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    (orders,) = options.orders
    open_database(orders)
    from kpis.engine import is_clean  # noqa: PLC0415

    if not is_clean():
        raise SystemExit("Drain first: python benchmarks/rebuild.py")
    with stopwatch("file cache filled"):
        fill_file_cache()
    random = Random(1000)  # noqa: S311
    days = random.sample(range((LAST - FIRST).days), SPREAD_DAYS)
    fresh = iter(range((LAST - FIRST).days, 0, -1))
    one = measure("one day", lambda: [next(fresh)], random, profiled=options.profile)
    measured = [("one day", one, "2,000")]
    if not options.one_day:
        spread = measure("800 days", lambda: days, random, profiled=options.profile)
        measured.append(("spread over 800 days", spread, "10,000"))
    rows = [[name, *(f"{median([run[k] for run in runs]):,.0f}" for k in range(4)), aim] for name, runs, aim in measured]
    head = ["1,000 orders", "written, ms", "sums fresh after, ms", "RFM after, ms more", "database CPU, ms", "sums at most, ms"]
    write_result(
        f"freshness-{orders}",
        f"Freshness at {orders:,} orders",
        table(head, rows),
        f"Median of {len(one)} batches each. {WORKERS} draining sessions, as the worker has; load average at the end {os.getloadavg()[0]:.1f}.",
    )


if __name__ == "__main__":
    main()
