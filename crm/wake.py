"""A nudge for the workers after a write. It may be lost: what is due stands in the database."""

from __future__ import annotations

import time
from functools import partial
from threading import Lock

from django.db import transaction
from kombu import Connection
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from crm.celery import app

TASK = "kpis.tasks.tick"
LEAST_GAP, PAUSE_AFTER_FAILURE = 0.2, 5.0
# kombu would otherwise try again for twelve seconds, while somebody waits for the answer to a write.
IMPATIENT = {"socket_timeout": 0.3, "socket_connect_timeout": 0.3, "max_retries": 1, "interval_start": 0, "interval_step": 0}


class Nudge:
    """At most one message in a while: a worker that was just woken looks at everything anyway.

    The connection is kept, since opening one takes longer than writing an order; one thread sends at a time.
    """

    def __init__(self) -> None:
        self.not_before = 0.0
        self.connection: Connection | None = None
        self.sending = Lock()

    def send(self) -> None:
        now = time.monotonic()
        if now < self.not_before or app.conf.task_always_eager or not self.sending.acquire(blocking=False):
            return
        try:
            self.not_before = now + LEAST_GAP
            # A kept connection may have died meanwhile; a new one that fails means nobody is there.
            if not (self.connection and self.reaches(self.connection)) and not self.reaches(self.connect()):
                self.not_before = now + PAUSE_AFTER_FAILURE
        finally:
            self.sending.release()

    def connect(self) -> Connection:
        self.connection = app.connection_for_write(transport_options=app.conf.broker_transport_options | IMPATIENT)
        return self.connection

    def reaches(self, connection: Connection) -> bool:
        try:
            app.send_task(TASK, connection=connection, expires=2, retry=False, ignore_result=True)
        except (KombuError, RedisError, OSError):
            self.connection = None
            connection.collect()
            return False
        return True


nudge = Nudge()


def wake_kpis() -> None:
    """Once the transaction has been committed, tell a worker that there is something to do."""
    transaction.on_commit(partial(nudge.send), robust=True)
