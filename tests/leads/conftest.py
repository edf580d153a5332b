"""A sale whose customer is a colleague's, and its owner at the API."""

import pytest

from tests.api_client import Api
from tests.factories.crm import make_token
from tests.factories.customers import make_customer
from tests.factories.leads import make_opportunity


@pytest.fixture
def theirs(nima):
    return make_customer(name="Pars", owner=nima)


@pytest.fixture
def deal(omid, theirs):
    """Omid's own, with a customer of Nima's."""
    return make_opportunity(owner=omid, customer=theirs)


@pytest.fixture
def api(client, omid):
    return Api(client, make_token(omid, name="phone"))
