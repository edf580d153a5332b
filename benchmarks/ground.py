"""What every benchmark stands on: its own cluster, one database for each number of orders, a clock, a results file.

Run everything from the repository: `python benchmarks/<name>.py`. The cluster lives in BENCH_DIR (/tmp/sanjeh-bench).
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
PG_OPTIONS = "-c shared_buffers=1GB -c work_mem=256MB -c maintenance_work_mem=256MB -c max_wal_size=4GB"
MACHINE = (
    "2 cores, 24 GiB, Debian 12, PostgreSQL 18.6 with shared_buffers = 1 GB and work_mem = 256 MB, Python 3.11. "
    "Other work may have shared the cores, so times are medians of several runs where a run is short."
)
NOW = datetime(2026, 10, 31, 20, 0, tzinfo=UTC)  # the generated data end this evening

sys.path.insert(0, str(ROOT))
os.environ.setdefault("DATA_DIR", os.environ.get("BENCH_DIR", "/tmp/sanjeh-bench"))  # noqa: S108  a place of its own, on purpose
os.environ.setdefault("PG_OPTIONS", PG_OPTIONS)
os.environ.setdefault("STATEMENT_TIMEOUT", "7200")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")


def database_name(orders: int) -> str:
    return f"bench_{orders}"


def open_database(orders: int) -> None:
    """Point Django at the database of this many orders and set it up."""
    from crm.launch import embedded  # noqa: PLC0415  the environment above must exist first

    os.environ["DATABASE_URL"] = embedded.ensure_postgres().rpartition("/")[0] + "/" + database_name(orders)
    os.environ["REDIS_URL"] = embedded.ensure_valkey()
    import django  # noqa: PLC0415  the same

    django.setup()


@contextmanager
def stopwatch(label: str = "") -> Iterator[list[float]]:
    """Seconds of the block, in a list of one; printed when it has a label."""
    seconds = [0.0]
    begin = time.perf_counter()
    yield seconds
    seconds[0] = time.perf_counter() - begin
    if label:
        print(f"{label}: {seconds[0]:.2f} s", flush=True)


def times(work: Callable[[], Any], runs: int) -> list[float]:
    """Milliseconds of some runs, sorted."""
    found = []
    for _ in range(runs):
        with stopwatch() as seconds:
            work()
        found.append(seconds[0] * 1000)
    return sorted(found)


def quantile(values: list[float], share: float) -> float:
    """The value at or under which this share of the values lies."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


def median(values: list[float]) -> float:
    return statistics.median(values)


def table(head: list[str], rows: list[list[Any]]) -> str:
    lines = [head, ["---"] * len(head), *[[str(cell) for cell in row] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write_result(name: str, title: str, *parts: str, machine: str = MACHINE) -> None:
    """Write a page of results, and print it."""
    RESULTS.mkdir(exist_ok=True)
    text = "\n\n".join([f"# {title}", f"Machine: {machine}", *parts]) + "\n"
    (RESULTS / f"{name}.md").write_text(text)
    print(text)


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


class Session:
    """The database session behind a connection: the processor time it takes, which other work does not change."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (self.pid,) = cursor.fetchone()
        self.begin = self.ticks()

    def ticks(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def cpu(self) -> float:
        """Seconds of processor time since this object was made."""
        return self.ticks() - self.begin

    @contextmanager
    def profile(self, lines: int = 15) -> Iterator[None]:
        """Print the statements of the block by what they cost together."""
        found: dict[str, list[float]] = {}

        def note(execute: Callable, statement: str, params: Any, many: bool, context: Any) -> Any:
            before = self.ticks()
            with stopwatch() as seconds:
                result = execute(statement, params, many, context)
            text = " ".join(statement.split())
            spent = found.setdefault(f"{text[:90]} … {text[-60:]}", [0, 0, 0])
            for n, value in enumerate((1, seconds[0], self.ticks() - before)):
                spent[n] += value
            return result

        with self.connection.execute_wrapper(note):
            yield
        for text, (count, wall, ticks) in sorted(found.items(), key=lambda item: -item[1][1])[:lines]:
            print(f"  {count:5.0f} × {wall * 1000:8.0f} ms, cpu {ticks * 1000:7.0f} ms: {text}")
