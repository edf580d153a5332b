"""The people of the tests, and the moment they live in."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from crm.models import Team, User


def make_user(name, role, visibility, team):
    facts = {"name": name, "role": role, "visibility": visibility, "team": team}
    return User.objects.create_user(f"{name.lower()}@example.com", language="en", calendar="gregorian", **facts)


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
