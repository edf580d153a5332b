"""Shares of what is dirty: their size, the customers of one, and the note that its sums are computed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kpis.catalogue.measures import ACQUIRED
from kpis.definitions import Cube
from kpis.models import DirtyCustomer

BATCH = 5_000


def take_batch(cursor: Any, part: DirtyCustomer.Part, limit: int) -> int:
    """Up to `limit` customers of whom a part is dirty, whose marks of it are taken away; how many."""
    cursor.execute(
        "CREATE TEMP TABLE IF NOT EXISTS kpis_batch (customer_id bigint PRIMARY KEY) ON COMMIT DELETE ROWS;DELETE FROM kpis_batch"
    )
    cursor.execute(
        # By range: a queue that is usually empty looks empty to the planner, which would make a join quadratic.
        "WITH gone AS (DELETE FROM kpis_dirtycustomer WHERE part = %s AND customer_id <= (SELECT max(customer_id) FROM"
        " (SELECT DISTINCT customer_id FROM kpis_dirtycustomer WHERE part = %s ORDER BY customer_id LIMIT %s) q)"
        " RETURNING customer_id) INSERT INTO kpis_batch SELECT DISTINCT customer_id FROM gone",
        [part, part, limit],
    )
    count = cursor.rowcount
    cursor.execute("ANALYZE kpis_batch")
    return count


def note_computed(cursor: Any, at: datetime, cube: Cube = ACQUIRED) -> None:
    """Sums that no days are marked of were computed: all that stand on customers under the code of the first cube."""
    cursor.execute(
        "INSERT INTO kpis_refresh (cube, bucket, computed_at) VALUES (%s, 0, %s)"
        " ON CONFLICT (cube, bucket) DO UPDATE SET computed_at = EXCLUDED.computed_at",
        [cube.code, at],
    )
