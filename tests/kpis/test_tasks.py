"""The worker's door to the engine: what it does with much, and with little."""

import json

import pytest
from django.utils import timezone

from crm.wake import TASK
from kpis.engine import is_clean
from kpis.engine.drain import MUCH
from kpis.models import DirtyCustomer
from kpis.tasks import tick

pytestmark = pytest.mark.django_db


def helpers_called(broker):
    """What the waiting messages say to the tasks they call."""
    waiting = [json.loads(message) for message in broker.default_channel.client.lrange("celery", 0, -1)]
    return [(message["headers"]["task"], message["headers"]["kwargsrepr"]) for message in waiting]


@pytest.mark.parametrize(("marks", "called"), [(MUCH, []), (MUCH + 1, [(TASK, "{'is_helper': True}")])])
def test_another_worker_is_called_where_there_is_much(broker, marks, called):
    DirtyCustomer.objects.bulk_create(DirtyCustomer(customer_id=n, marked_at=timezone.now()) for n in range(1, marks + 1))

    tick()

    assert is_clean()
    assert helpers_called(broker) == called


def test_a_helper_calls_nobody(broker):
    DirtyCustomer.objects.bulk_create(DirtyCustomer(customer_id=n, marked_at=timezone.now()) for n in range(1, MUCH + 2))

    tick(is_helper=True)

    assert is_clean()
    assert helpers_called(broker) == []
