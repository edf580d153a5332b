"""More sessions of the same database: people who write while the engine drains, and a second engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# Looks, each a hundredth of a second, until somebody waits for a lock or has ended.
LOOKS = 1000


def connection_to(name: str) -> BaseDatabaseWrapper:
    """To another database of the same server; nothing asks it anything before it is put in the usual one's place."""
    other = connections["default"].copy()
    other.settings_dict["NAME"] = name
    return other


@contextmanager
def put_in_place(other: BaseDatabaseWrapper) -> Iterator[None]:
    """Everything that this thread asks of the database in this block goes there; the connection stays open for the next."""
    usual = connections["default"]
    connections["default"] = other
    try:
        yield
    finally:
        connections["default"] = usual


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Everything that this thread asks of the database in this block goes to another one."""
    other = connection_to(name)
    try:
        with put_in_place(other):
            yield
    finally:
        other.close()


@contextmanager
def session(**options: Any) -> Iterator[psycopg.Connection]:
    """A session beside Django's, in a transaction of its own until it commits."""
    settings = connection.settings_dict
    server = {
        "host": settings["HOST"],
        "port": settings["PORT"] or None,
        "user": settings["USER"],
        "password": settings["PASSWORD"],
    }
    found = psycopg.connect(dbname=settings["NAME"], **server, **options)
    try:
        yield found
    finally:
        found.close()


@contextmanager
def at_the_same_time(act: Callable[[], Any], beside: psycopg.Connection | None = None) -> Iterator[Future]:
    """`act` in a thread: on Django with a session of its own, or on the one given.

    The block goes on once it has ended or waits for a lock, and its own end waits for it.
    """
    name, application = connection.settings_dict["NAME"], f"beside {id(act)}"

    def run() -> Any:
        if beside is not None:
            return act()
        with pointed_at(name):
            connection.settings_dict["OPTIONS"] = {**connection.settings_dict["OPTIONS"], "application_name": application}
            return act()

    pool = ThreadPoolExecutor(1)
    try:
        future = pool.submit(run)
        where = ("pid", beside.info.backend_pid) if beside is not None else ("application_name", application)
        wait_until_blocked(*where, future)
        yield future
        future.result(timeout=60)
    finally:
        pool.shutdown(wait=False)


def wait_until_blocked(column: str, value: str | int, future: Future) -> None:
    waits = f"SELECT count(*) FROM pg_stat_activity WHERE {column} = %s AND wait_event_type = 'Lock'"
    with session(autocommit=True) as observer:
        for _ in range(LOOKS):
            if future.done() or observer.execute(waits, [value]).fetchone()[0]:
                return
            observer.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody waited for a lock, and nobody ended")
