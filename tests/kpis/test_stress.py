"""A short stress run at every test run; benchmarks/stress.py is the long one, with broken engines that the auditor must see."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.kpis.conftest import copy_of

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.worker, pytest.mark.slow]


@pytest.fixture
def stress(history_database, history_connection, db):
    """A run in processes of its own, on a copy of the three years; what it saw."""

    def run(*options):
        url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
        command = [sys.executable, "-m", "tests.kpis.stress", url, "--writers=2", "--workers=2", "--kill-every=0.5", *options]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=300, check=True)
        return json.loads(done.stdout)

    history_connection.close()  # only what nobody is connected to can be copied
    with copy_of(history_database, f"{history_database}_stress") as name:
        yield run


def test_under_load_and_kills_nothing_differs_without_a_mark(stress):
    seen = stress("--seconds=8")

    assert (seen["audits"]["drift"], seen["errors"], seen["left"]) == ([], [], [])
    assert min(seen["audits"]["under_load"], seen["kills"]["in a transaction"], seen["transactions"]["at once"]) > 0
