"""The pool of the web process gives out connections that work, without asking the server for each of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.statements import prepared_cursor

pytestmark = pytest.mark.django_db
RUNS = "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement = 'SELECT $1::int + 1'"
# Waits, a minute at most, until the session is gone.
END = "SELECT pg_terminate_backend(%s, 60000)"


@pytest.fixture
def pooled():
    """The database as the web process reaches it: through a pool, here of one connection."""
    wrapper = connection.copy()
    wrapper.settings_dict["OPTIONS"] = {**wrapper.settings_dict["OPTIONS"], "pool": {"min_size": 1, "max_size": 1, "timeout": 10}}
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def ask(wrapper, query="SELECT pg_backend_pid()"):
    with wrapper.cursor() as cursor:
        cursor.execute(query)
        (found,) = cursor.fetchone()
    wrapper.close()  # back into the pool
    return found


def test_a_connection_is_used_again(pooled):
    assert ask(pooled) == ask(pooled)


def test_one_that_the_server_ended_is_replaced(pooled):
    first = ask(pooled)
    with connection.cursor() as cursor:
        cursor.execute(END, [first])
        assert cursor.fetchone() == (True,)

    second = ask(pooled)

    assert second != first
    assert ask(pooled, "SELECT 1") == 1


def test_what_runs_again_is_prepared_and_counted_like_any_statement():
    with CaptureQueriesContext(connection) as captured:
        for number in range(3):
            with prepared_cursor() as cursor:
                cursor.execute("SELECT %s::int + 1", [number])
                assert cursor.fetchone() == (number + 1,)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int + 1'"
        )
        runs = cursor.fetchall()

    assert len(captured) == 3
    assert runs == [(1,)]  # prepared by the second run, used by the third
