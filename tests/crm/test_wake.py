"""The nudge after a write: one message a while, and no harm where nobody takes it."""

import json
import time

import pytest
from django.db import transaction

from crm.celery import app
from crm.wake import TASK, Nudge, nudge, wake_kpis


def messages(connection):
    """The names of the waiting tasks, newest first."""
    waiting = connection.default_channel.client.lrange("celery", 0, -1)
    return [json.loads(message)["headers"]["task"] for message in waiting]


def test_writes_in_quick_succession_send_one_message(broker):
    sender = Nudge()

    sender.send()
    sender.send()

    assert messages(broker) == [TASK]


def test_a_connection_that_died_is_opened_again(broker):
    sender = Nudge()
    sender.send()
    broker.default_channel.client.client_kill_filter(_type="normal", skipme=True)
    sender.not_before = 0.0

    sender.send()

    assert messages(broker) == [TASK, TASK]


def test_a_dead_broker_neither_fails_nor_delays_a_write(broker, tmp_path):
    sender = Nudge()
    app.conf.broker_write_url = f"redis+socket://{tmp_path}/nobody.sock"
    start = time.monotonic()

    sender.send()
    sender.send()

    assert time.monotonic() - start < 3
    assert sender.not_before > time.monotonic() + 1
    assert messages(broker) == []


@pytest.mark.django_db
def test_nothing_is_sent_before_the_commit(broker, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(nudge, "not_before", 0.0)

    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        wake_kpis()

    assert messages(broker) == []
    for callback in callbacks:
        callback()
    assert messages(broker) == [TASK]
