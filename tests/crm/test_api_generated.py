"""Every operation of the OpenAPI document, asked with what fits it and with what does not: no fault, no unpromised answer.

A few examples of each, always the same; GENERATED_EXAMPLES=500 asks longer.
"""

import os
from collections import defaultdict

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as running
from hypothesis.strategies import one_of
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from crm.api.openapi import document
from tests.factories.crm import make_token, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CHECKS = [not_a_server_error, response_schema_conformance]
SPARINGLY = running(
    max_examples=int(os.environ.get("GENERATED_EXAMPLES", "2")),
    phases=[Phase.generate],
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def operations_by_tag():
    schema = schemathesis.openapi.from_dict(document(["crm.api.people", *settings.API_MODULES]))
    schema.app = get_wsgi_application()
    # Words of the product's own code among what is sent: two fifths of the time, for values that two examples hardly meet.
    schema.config.analysis.constants.enabled = "GENERATED_EXAMPLES" in os.environ
    found = defaultdict(list)
    for result in schema.get_all_operations():
        operation = result.ok()
        found[operation.tags[0]].append(operation)
    return found


OPERATIONS = operations_by_tag()


@pytest.fixture(autouse=True)
def one_connection():
    """A server looks after each request whether its connection is too old; here the test's transaction lives on it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("tag", OPERATIONS)
def test_generated_requests(tag):
    token = make_token(make_user("admin"))
    headers = {"Authorization": f"Bearer {token.secret}", "Host": "localhost"}
    for operation in OPERATIONS[tag]:

        @SPARINGLY
        @given(case=one_of(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))
        def ask(case):
            case.call_and_validate(headers=headers, checks=CHECKS)

        ask()
