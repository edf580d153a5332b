"""The people of the tests, and the moment they live in."""

import gc
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import translation
from psycopg.sql import SQL, Identifier, Literal

from campaigns.models import LeadSource
from crm.celery import app
from crm.models import Organization, Team, User
from crm.paper import Paper
from tests.factories.kpis import analyze, our_tables, vacuum
from tests.mail_server import Broken


@pytest.hookimpl(trylast=True)
def pytest_collection_finish():
    """What was loaded by now stays to the end: looking through all of it for garbage, again and again, is a tenth of the work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def make_user(name, role, visibility, team):
    facts = {"name": name, "role": role, "visibility": visibility, "team": team}
    return User.objects.create_user(f"{name.lower()}@example.com", language="en", calendar="gregorian", **facts)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A connection that a thread of some server still holds would keep the database from being dropped."""
    with django_db_blocker.unblock():
        analyze()
        vacuum()
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def filled_by_migrations(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return frozenset(filled_tables())


@pytest.fixture
def written_db(filled_by_migrations, django_db_blocker):
    """Rows that other connections see: really written, and taken out again.

    Tables that the migrations filled are left alone; putting their rows back after each test would take longer than the test.
    Only the lead sources, which people rename and add to, and the organisation, which names a team, are put back as they were.
    """
    with django_db_blocker.unblock():
        sources, organization = list(LeadSource.objects.all()), Organization.objects.get()
        yield
        with all_to_ourselves() as cursor:
            changed = take_out(cursor, [Organization._meta.db_table, LeadSource._meta.db_table])
            organization.save(force_insert=True)
            LeadSource.objects.bulk_create(sources)
            # what is taken out is marked for the figures, and so are the marks taken out in their turn
            while written := {*filled_tables()} - filled_by_migrations:
                changed |= take_out(cursor, written)
        vacuum(changed)
        connections.close_all()


def take_out(cursor, tables):
    """Table by table: to truncate one, all that could refer to it must be truncated with it."""
    for name in tables:
        cursor.execute(SQL("DELETE FROM {}").format(Identifier(name)))
    return set(tables)


@contextmanager
def all_to_ourselves():
    """A transaction in which references may hang in the air, once everybody who was writing has ended."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SQL("LOCK {}").format(our_tables(cursor)))
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor


@pytest.fixture(scope="module")
def once(django_db_setup, django_db_blocker):
    """A transaction around a module: what its fixtures write is there for each of its tests, and gone after the last."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        vacuum()


def filled_tables():
    """Those of our tables that have any row, asked in one question."""
    one = SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        cursor.execute(SQL(" UNION ALL ").join(one.format(Literal(name), Identifier(name)) for name in names))
        return [name for (name,) in cursor.fetchall()]


@pytest.fixture
def broker():
    """The tests' own broker with an empty queue, and tasks really sent."""
    before = {name: app.conf[name] for name in ("task_always_eager", "broker_write_url")}
    app.conf.task_always_eager = False
    with app.connection_for_read() as connection:
        connection.default_channel.client.delete("celery")
        yield connection
        connection.default_channel.client.delete("celery")
    app.conf.update(before)


@pytest.fixture(autouse=True)
def plain_language():
    """A request leaves its reader's language behind in the thread; the next test begins with the default one."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def now():
    """Tuesday 1 Mehr 1404, 10:30 in Tehran."""
    return datetime(2025, 9, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def sales(db):
    return Team.objects.create(name="Sales")


@pytest.fixture
def sara(sales):
    """A manager who sees everything."""
    return make_user("Sara", User.Role.MANAGER, "all", sales)


@pytest.fixture
def mina(sales):
    """A manager who sees her team."""
    return make_user("Mina", User.Role.MANAGER, "team", sales)


@pytest.fixture
def omid(sales):
    """A rep who sees what is his."""
    return make_user("Omid", User.Role.REP, "own", sales)


@pytest.fixture
def nima(db):
    """A rep of another team."""
    return make_user("Nima", User.Role.REP, "own", Team.objects.create(name="North"))


@pytest.fixture
def hana(db):
    """Support: customers, not leads."""
    return make_user("Hana", User.Role.SUPPORT, "all", None)


@pytest.fixture
def browse():
    """A browser in which somebody is signed in."""

    def sign_in(user=None):
        client = Client(headers={"host": "localhost"})
        if user is not None:
            client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def mail_server(settings):
    settings.EMAIL_BACKEND = "tests.mail_server.Broken"
    yield Broken
    Broken.at_opening = Broken.at_sending = None


@pytest.fixture
def printed(monkeypatch):
    """Every line that is put on paper."""
    found, put = [], Paper.put

    def kept(self, line, *args, **kwargs):
        found.append(line)
        return put(self, line, *args, **kwargs)

    monkeypatch.setattr(Paper, "put", kept)
    return found
