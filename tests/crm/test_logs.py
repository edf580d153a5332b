import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars
from structlog.stdlib import ProcessorFormatter

from crm.logs import send_the_request_id


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the process writes to its log."""
    [handler] = [handler for handler in logging.getLogger().handlers if isinstance(handler.formatter, ProcessorFormatter)]
    usual = handler.setStream(io.StringIO())
    yield handler.stream
    handler.setStream(usual)


@pytest.fixture
def lines(written):
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]


def test_an_answer_is_one_line_with_its_id(client, lines):
    response = client.get("/no/such/page?secret=token")

    [line] = [line for line in lines() if line["event"] == "request"]
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert {name: line[name] for name in ("method", "path", "status", "level", "logger")} == {
        "method": "GET",
        "path": "/no/such/page",
        "status": 404,
        "level": "info",
        "logger": "sanjeh",
    }
    assert set(line) - {"ms", "timestamp", "request_id"} == {"method", "path", "status", "level", "logger", "event"}


def test_a_given_id_is_kept_and_a_forged_one_replaced(client):
    kept = client.get("/healthz/live", headers={"X-Request-ID": "order-4711-abc"})
    forged = client.get("/healthz/live", headers={"X-Request-ID": 'x"} {"level": "error'})

    assert kept.headers["X-Request-ID"] == "order-4711-abc"
    assert re.fullmatch(r"[0-9a-f]{32}", forged.headers["X-Request-ID"])


def test_line_breaks_in_a_path_forge_no_second_line(client, lines):
    client.get("/page%0d%0a%7b%22event%22:%20%22forged%22%7d")

    events = [line["event"] for line in lines()]
    assert "forged" not in events
    assert events.count("request") == 1


def test_machines_asking_all_day_leave_no_lines(client, lines):
    client.get("/healthz/live")

    assert lines() == []


def test_exceptions_and_persian_stay_readable(written):
    try:
        int("خطا\nدوم")
    except ValueError:
        structlog.get_logger("sanjeh").exception("failed", who="سارا")

    [line] = written.getvalue().splitlines()
    assert "سارا" in line
    assert json.loads(line)["exception"].endswith("with base 10: 'خطا\\nدوم'")


def test_a_task_is_sent_with_the_id_of_the_request():
    clear_contextvars()
    bind_contextvars(request_id="abc12345")
    headers: dict = {}

    send_the_request_id(headers=headers)

    clear_contextvars()
    assert headers == {"request_id": "abc12345"}
