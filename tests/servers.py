"""Starts the tests' own servers before the settings load; `pyproject.toml` names this plugin.

They live beside the working ones, never in them: they lose data when the machine crashes, and are faster for it.
"""

import fcntl
import os
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import IO

import django.db.models  # noqa: F401  pytest-randomly enters Django by a side door that only works when this came first
import pytest

from crm.launch import embedded

# Whole histories are loaded, audited and thrown away: nothing is worth a wait for the disk.
OPTIONS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=4GB"]
OPTIONS += ["shared_buffers=256MB", "work_mem=64MB"]

in_use: list[IO[str]] = []


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """A wrapper comes before pytest-django's own hook, which loads the settings."""
    os.environ["TESTING"] = os.environ["EMBEDDED"] = "1"
    if "PYTEST_XDIST_WORKER" not in os.environ:  # workers inherit all of this
        os.environ["DATA_DIR"] = str(embedded.data_dir() / "tests")
        os.environ["PG_OPTIONS"] = " ".join(f"-c {option}" for option in OPTIONS)
        for name, start in (("DATABASE_URL", embedded.ensure_postgres), ("REDIS_URL", embedded.ensure_valkey)):
            os.environ[name] = os.environ.get(name) or start()
        in_use.append(open(embedded.data_dir() / "in-use", "w"))  # noqa: SIM115  held until the process ends
        fcntl.flock(in_use[0], fcntl.LOCK_SH)
    return (yield)


def pytest_unconfigure() -> None:
    """Stop the servers unless another run still uses them."""
    if in_use:
        try:
            fcntl.flock(in_use[0], fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        finally:
            in_use.pop().close()
        embedded.stop(["valkey", "postgres"])


def make_home() -> Path:
    """A data directory for servers of a test's own; pytest's are closed to their account when root runs the tests."""
    home = Path(tempfile.mkdtemp(prefix="sanjeh-test-"))
    home.chmod(0o711)
    return home


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a new process of the product sees there: nothing of the running tests."""
    ours = {
        "DATABASE_URL",
        "REDIS_URL",
        "TESTING",
        "EMBEDDED",
        "DJANGO_SETTINGS_MODULE",
        "PYTEST_CURRENT_TEST",
        "PYTEST_XDIST_WORKER",
    }
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"DATA_DIR": str(home), "PYTHONPATH": str(Path(__file__).resolve().parent.parent)} | more
