"""A shop's token and a client that speaks JSON with it."""

import pytest

from tests.api_client import Api
from tests.factories.crm import make_token


@pytest.fixture
def shop(db):
    return make_token(name="shop")


@pytest.fixture
def api(shop, client):
    return Api(client, shop)
