"""What writing alone takes: all stored rows, ready, put into empty tables of the same shape, by two sessions.

A rebuild works these rows out first, so it cannot be faster than this.

python benchmarks/writing.py 1000000
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ThreadPoolExecutor

from ground import Cluster, open_database, stopwatch, table, write_result


def columns_of(cursor: object, name: str) -> str:
    """All but those that the database fills itself."""
    cursor.execute(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = %s::regclass"
        " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''",
        [name],
    )
    return cursor.fetchone()[0]


def write(names: list[str]) -> list[list[str]]:
    """Rows and seconds of each table, one after another in a session of its own."""
    from django.db import connection  # noqa: PLC0415  Django is set up by now

    found = []
    try:
        for name in names:
            with connection.cursor() as cursor, stopwatch() as seconds:
                columns = columns_of(cursor, name)
                cursor.execute(f"INSERT INTO written_{name} ({columns}) SELECT {columns} FROM {name}")
                rows = cursor.rowcount
            found.append([name, f"{rows:,}", f"{seconds[0]:.1f}"])
    finally:
        connection.close()
    return found


def in_halves(cursor: object, names: tuple[str, ...]) -> list[list[str]]:
    """The tables in two shares of about the same size."""
    sizes = {}
    for name in names:
        cursor.execute("SELECT pg_total_relation_size(%s)", [name])
        (sizes[name],) = cursor.fetchone()
    halves: list[list[str]] = [[], []]
    for name in sorted(names, key=sizes.__getitem__, reverse=True):
        min(halves, key=lambda half: sum(sizes[one] for one in half)).append(name)
    return halves


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("orders", type=int)
    (orders,) = vars(parser.parse_args()).values()
    open_database(orders)
    from django.db import connection  # noqa: PLC0415  Django is set up by now

    from kpis.engine.drain import STORED  # noqa: PLC0415

    cluster = Cluster()
    with connection.cursor() as cursor:
        halves = in_halves(cursor, STORED)
        for name in STORED:
            cursor.execute(f"DROP TABLE IF EXISTS written_{name}; CREATE TABLE written_{name} (LIKE {name} INCLUDING ALL)")
        cursor.execute("CHECKPOINT")
        before = cluster.ms()
        with stopwatch("written") as seconds, ThreadPoolExecutor(len(halves)) as pool:
            rows = [row for found in pool.map(write, halves) for row in found]
        cpu = (cluster.ms() - before) / 1000
        for name in STORED:
            cursor.execute(f"DROP TABLE written_{name}")
    write_result(
        f"writing-{orders}",
        f"Writing alone what is stored of {orders:,} orders",
        table(["all of it", "seconds", "of the processor"], [["in two sessions", f"{seconds[0]:.1f}", f"{cpu:.1f}"]]),
        table(["table", "rows", "seconds in its session"], rows),
        f"The rows are read from the stored tables and put into empty ones with the same indexes. Load average at the end {os.getloadavg()[0]:.1f}.",
    )


if __name__ == "__main__":
    main()
