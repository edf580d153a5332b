"""The people of the tests, and the moment they live in."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from crm.models import Team, User


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
    return User.objects.create_user("sara@example.com", name="Sara", role=User.Role.MANAGER, visibility="all", team=sales, language="en")


@pytest.fixture
def mina(sales):
    """A manager who sees her team."""
    return User.objects.create_user("mina@example.com", name="Mina", role=User.Role.MANAGER, visibility="team", team=sales, language="en")


@pytest.fixture
def omid(sales):
    """A rep who sees what is his."""
    return User.objects.create_user("omid@example.com", name="Omid", role=User.Role.REP, team=sales, language="en")


@pytest.fixture
def nima(db):
    """A rep of another team."""
    north = Team.objects.create(name="North")
    return User.objects.create_user("nima@example.com", name="Nima", role=User.Role.REP, team=north, language="en")


@pytest.fixture
def hana(db):
    """Support: customers, not leads."""
    return User.objects.create_user("hana@example.com", name="Hana", role=User.Role.SUPPORT, visibility="all", language="en")


@pytest.fixture
def browse():
    """A browser in which somebody is signed in."""

    def sign_in(user=None):
        client = Client(headers={"host": "localhost"})
        if user is not None:
            client.force_login(user)
        return client

    return sign_in
