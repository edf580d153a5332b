"""A shop's token and a client that speaks JSON with it; a customer who has two records."""

import pytest

from tests.api_client import Api
from tests.customers.merging import EARLIER, LATER, PHONE
from tests.factories.crm import make_token
from tests.factories.customers import make_customer


@pytest.fixture
def shop(db):
    return make_token(name="shop")


@pytest.fixture
def api(shop, client):
    return Api(client, shop)


@pytest.fixture
def pair():
    """The one that goes, and the one that stays."""
    return make_customer(name="Ali", phone=PHONE, created_at=EARLIER), make_customer(name="Ali M.", created_at=LATER)
