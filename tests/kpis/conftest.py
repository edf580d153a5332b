"""Databases in which commits are real: copies of the tests' own one, so that nothing of them is left behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from kpis.engine import drain
from tests.factories.funnel import make_eight
from tests.factories.history import DRAINED_AT, make_history
from tests.factories.kpis import Books, make_books
from tests.kpis.sessions import connection_to, pointed_at, put_in_place

pytest.register_assert_rewrite("tests.kpis.proof", "tests.kpis.writing", "tests.kpis.interleavings")


def outside() -> psycopg.Connection:
    """A session from which whole databases are made and dropped."""
    settings = connection.settings_dict
    server = {
        "host": settings["HOST"],
        "port": settings["PORT"] or None,
        "user": settings["USER"],
        "password": settings["PASSWORD"],
    }
    return psycopg.connect(dbname="postgres", autocommit=True, **server)


def administer(sql: str) -> None:
    """A statement about whole databases, from outside of them."""
    with outside() as session:
        session.execute(sql)


@contextmanager
def copy_of(original: str, name: str) -> Iterator[str]:
    administer(f'DROP DATABASE IF EXISTS "{name}"')
    administer(f'CREATE DATABASE "{name}" TEMPLATE "{original}" STRATEGY FILE_COPY')
    try:
        yield name
    finally:
        administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def pristine(django_db_setup, django_db_blocker) -> Iterator[str]:
    """The database as the migrations leave it, with nobody connected, so that it can be copied at any time."""
    original = connection.settings_dict["NAME"]
    assert original.startswith("test_")
    connections.close_all()
    with django_db_blocker.unblock(), copy_of(original, f"{original}_pristine") as name:
        yield name


@pytest.fixture(scope="session")
def history_database(pristine, django_db_blocker) -> Iterator[str]:
    """Three years of a company, built and then edited, and drained after each; whoever comes first builds them for all."""
    shared = f"history_{os.environ.get('PYTEST_XDIST_TESTRUNUID', pristine)}"
    with django_db_blocker.unblock(), ExitStack() as until_the_end:
        with one_at_a_time(shared) as session:
            if session.execute("SELECT FROM pg_database WHERE datname = %s", [shared]).fetchone() is None:
                with copy_of(pristine, f"{shared}_begun") as begun:
                    with pointed_at(begun):
                        make_history()
                    session.execute(f'ALTER DATABASE "{begun}" RENAME TO "{shared}"')
            name = until_the_end.enter_context(copy_of(shared, f"{pristine}_history"))
        yield name
        with one_at_a_time(shared):
            administer(f'DROP DATABASE IF EXISTS "{shared}"')


@contextmanager
def one_at_a_time(name: str) -> Iterator[psycopg.Connection]:
    """Of all workers of a run."""
    with outside() as session:
        session.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        yield session


@pytest.fixture(scope="session")
def history_connection(history_database, django_db_blocker) -> Iterator[BaseDatabaseWrapper]:
    """One for all tests that read the three years; closed, it opens itself when it is asked again."""
    found = connection_to(history_database)
    yield found
    with django_db_blocker.unblock():
        found.close()


@pytest.fixture
def live(pristine, db) -> Iterator[None]:
    """A fresh database in which commits are real, for one test. (`db` says that a database is wanted.)"""
    with copy_of(pristine, f"{pristine}_live") as name, pointed_at(name):
        yield


@pytest.fixture
def history(history_connection, db) -> Iterator[None]:
    """The three years, to read only: in a transaction, and none of the thousands of tests connects anew."""
    with put_in_place(history_connection), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def drained_books(once) -> Books:
    """Made once for a module, with nothing dirty."""
    books = make_books()
    drain(at=DRAINED_AT)
    return books


@pytest.fixture
def books(drained_books) -> Books:
    """For one test, which may change both the rows and what it holds in its hands."""
    return deepcopy(drained_books)


@pytest.fixture
def eight(omid) -> None:
    """Eight leads of 2 Mehr, computed: a worked example of the funnel."""
    make_eight(omid)
    drain(at=DRAINED_AT)
