"""A nudge for the workers after a write. It may be lost: what is due stands in the database."""

from __future__ import annotations

import time
from functools import partial

from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from crm.celery import app

TASK = "kpis.tasks.tick"
LEAST_GAP, PAUSE_AFTER_FAILURE = 0.2, 5.0
# kombu would otherwise try again for twelve seconds, while somebody waits for the answer to a write.
IMPATIENT = {"socket_timeout": 0.3, "socket_connect_timeout": 0.3, "max_retries": 1, "interval_start": 0, "interval_step": 0}


class Nudge:
    """At most one message in a while: a worker that was just woken looks at everything anyway."""

    def __init__(self) -> None:
        self.not_before = 0.0

    def send(self) -> None:
        now = time.monotonic()
        if now < self.not_before or app.conf.task_always_eager:
            return
        self.not_before = now + LEAST_GAP
        try:
            with app.connection_for_write(transport_options=app.conf.broker_transport_options | IMPATIENT) as connection:
                app.send_task(TASK, connection=connection, expires=2, retry=False, ignore_result=True)
        except (KombuError, RedisError, OSError):
            self.not_before = now + PAUSE_AFTER_FAILURE


nudge = Nudge()


def wake_kpis() -> None:
    """Once the transaction has been committed, tell a worker that there is something to do."""
    transaction.on_commit(partial(nudge.send), robust=True)
