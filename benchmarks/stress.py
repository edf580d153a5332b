"""Writers, killed workers and an auditor throughout; then the same with four broken engines, each of which must be caught.

    python benchmarks/stress.py [--seconds 300] [--mutant-seconds 300] [--writers 3] [--workers 4] [--seed 1]

The auditor compares one database snapshot after another with a full recompute (`find_drift`, and the plainest SQL for three
cubes): whatever differs must be marked dirty in that snapshot. Exits 1 when the engine drifts or a broken engine is not caught.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from ground import ROOT, open_database, table, write_result

PAST, COPY = "stress_past", "stress_run"
MUTANTS = {
    "marks_deleted_last": "delete marks after recomputing",
    "old_images_forgotten": "forget OLD images",
    "unique_marks": "unique marks with DO NOTHING",
    "no_cell_lock": "no cell lock (busy marks are skipped)",
}
# Two workers must meet in one cell, so all write to the same few days.
RUSH = {"no_cell_lock"}
SETTING = "2 cores, 24 GiB, Debian 12, PostgreSQL 18.6. Other work may have shared the cores; nothing here is a figure of speed."


def server() -> str:
    """The URL of the benchmarks' server, up to the database's name."""
    from crm.launch import embedded  # noqa: PLC0415  the environment of `ground` must exist first

    return embedded.ensure_postgres().rpartition("/")[0]


def administer(*statements: str) -> None:
    with psycopg.connect(f"{server()}/postgres", autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def make_past() -> None:
    """A company of three years, the same at every run."""
    administer(f"DROP DATABASE IF EXISTS {PAST} WITH (FORCE)", f"CREATE DATABASE {PAST}")
    code = (
        "import django; django.setup();"
        "from django.core.management import call_command; call_command('migrate', verbosity=0);"
        "from tests.factories.history import make_history; make_history()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environment(PAST))


def environment(name: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": f"{server()}/{name}"}


@contextmanager
def copy() -> Iterator[str]:
    administer(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)", f"CREATE DATABASE {COPY} TEMPLATE {PAST}")
    yield f"{server()}/{COPY}"
    administer(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")


def stress(mutant: str, seconds: int, options: argparse.Namespace, *, is_rush: bool = False) -> dict:
    with copy() as url:
        command = [sys.executable, "-m", "tests.kpis.stress", url, f"--seconds={seconds}", f"--mutant={mutant}"]
        command += [f"--writers={options.writers}", f"--workers={options.workers}", f"--seed={options.seed}"]
        command += [f"--kill-every={options.kill_every}", *(["--rush"] if is_rush else [])]
        done = subprocess.run(command, cwd=ROOT, env=environment(COPY), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def line(name: str, seen: dict) -> list:
    audits, kills = seen["audits"], seen["kills"]
    late, rolled = seen["transactions"].get("late", 0), seen["transactions"].get("rolled back", 0)
    return [
        name,
        f"{seen['seconds']:.0f}",
        f"{seen['transactions'].get('at once', 0)} / {late} / {rolled}",
        sum(seen["acts"].values()),
        seen["steps"],
        f"{kills.get('in a transaction', 0)} of {sum(kills.values())}",
        f"{audits['under_load']} of {audits['audits']}",
        audits["most_marks"],
        f"{100 - 100 * audits['excused'] / max(audits['sums'], 1):.0f} %",
        f"after {seen['caught_after']:.0f} s" if seen["caught_after"] else "none",
    ]


HEAD = [
    "engine",
    "seconds",
    "transactions at once / late / rolled back",
    "acts committed",
    "drain steps",
    "kill -9 in mid-transaction",
]
HEAD += ["snapshots audited under load", "most marks in one", "sums of days that had to be right", "drift"]


def verdict(runs: dict[str, dict]) -> list[str]:
    """What is wrong; empty when the engine held and every broken one was caught."""
    wrong = []
    for name, seen in runs.items():
        if seen["mutant"]:
            wrong += [] if seen["audits"]["drift"] else [f"{name} was not caught"]
        else:
            wrong += [f"{name}: {what}" for what in (*seen["audits"]["drift"], *seen["errors"], *seen["left"])]
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--mutant-seconds", type=int, default=300, help="at most; a run ends when the auditor has seen enough")
    parser.add_argument("--writers", type=int, default=3)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kill-every", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    open_database(0)
    make_past()
    runs = {
        "as it is": stress("", options.seconds, options),
        "as it is, all writers on the same few days": stress("", options.seconds, options, is_rush=True),
    }
    for mutant, name in MUTANTS.items():
        runs[name] = stress(mutant, options.mutant_seconds, options, is_rush=mutant in RUSH)
    wrong = verdict(runs)
    examples = [f"- {name}: `{seen['audits']['drift'][0]}`" for name, seen in runs.items() if seen["audits"]["drift"]]
    acts = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in sorted(runs["as it is"]["acts"].items()))
    write_result(
        "stress",
        "Writers, killed workers and an auditor throughout",
        f"{options.writers} writers, {options.workers} workers, one killed about every {options.kill_every:g} s, an auditor without"
        " a pause. A worker pauses up to 0.1 s between its fold and its commit, so that kills and other workers hit there. After"
        " the runs of the engine as it is everything was drained and compared with the tests' oracle for every KPI: "
        + (f"{len(wrong)} differences." if wrong else "no difference."),
        table(HEAD, [line(name, seen) for name, seen in runs.items()]),
        "What the auditor said first about each broken engine:",
        "\n".join(examples),
        f"Acts of the first run: {acts}.",
        *wrong[:20],
        machine=SETTING,
    )
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
