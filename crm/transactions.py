"""One write is one transaction, tried again from the start where it collided with another one."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, connection, transaction

from crm.history.authors import tell_author

T = TypeVar("T")

MOST_TRIES = 5
COLLISIONS = {"40001", "40P01"}
UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION = "23505", "23503"
# A row that somebody else made meanwhile is found by the next try, and one that they took away is missed by it:
# what is referred to was looked up, and seen, before it was written.
AGAIN = COLLISIONS | {UNIQUE_VIOLATION, FOREIGN_KEY_VIOLATION}


def sqlstate_of(error: BaseException) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def hold(name: str) -> None:
    """The same thing done twice at once: the second waits for the end of the first, and finds what it has written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def in_transaction(work: Callable[[], T]) -> T:
    """Do the work in a transaction, and again from the start where another one came in between."""
    for attempt in range(1, MOST_TRIES + 1):
        try:
            with transaction.atomic():
                tell_author()
                return work()
        except (OperationalError, IntegrityError) as error:
            state = sqlstate_of(error)
            if state not in AGAIN or attempt == MOST_TRIES or (connection.in_atomic_block and state in COLLISIONS):
                raise
        time.sleep(random.uniform(0.005, 0.03) * attempt)  # noqa: S311 -- spreads retries, guards nothing
    raise AssertionError("unreachable")
