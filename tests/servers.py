"""Starts the tests' own servers before the settings load; `pyproject.toml` names this plugin.

They live beside the working ones, never in them: they lose data when the machine crashes, and are faster for it.
"""

import os

from crm import embedded

os.environ["TESTING"] = "1"
os.environ["EMBEDDED"] = "1"
if "PYTEST_XDIST_WORKER" not in os.environ:  # workers inherit everything below
    os.environ["DATA_DIR"] = str(embedded.data_dir() / "tests")
    os.environ["PG_OPTIONS"] = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    os.environ.get("DATABASE_URL") or os.environ.update(DATABASE_URL=embedded.ensure_postgres())
    os.environ.setdefault("REDIS_URL", embedded.ensure_valkey())
