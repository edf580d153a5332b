"""One line and one number per request and per task, tied together by ids."""

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from celery import Task, signals
from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from crm import metrics

log = structlog.get_logger("sanjeh")
GIVEN_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")
# Parts of routes that open a door to whoever has them.
SECRETS = ("secret", "token")
SECRETS_OF = {"account_reset_password_from_key": ("key",)}  # a route of allauth, with a name that ours have for other things
QUIET = {"health_live", "health_ready", "metrics"}


class RequestMiddleware:
    """Gives the request its id, and logs and counts the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if GIVEN_ID.match(given) else uuid.uuid4().hex
        clear_contextvars()
        bind_contextvars(request_id=request.request_id)
        start = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - start
        response.headers["X-Request-ID"] = request.request_id
        match = request.resolver_match
        # the route's pattern, not the path: paths are without number
        route = match.route if match else "unmatched"
        metrics.REQUESTS.labels(request.method, route, response.status_code).inc()
        metrics.REQUEST_SECONDS.labels(route).observe(seconds)
        if not match or match.url_name not in QUIET:
            log.info(
                "request", method=request.method, path=path_told(request), status=response.status_code, ms=round(seconds * 1000)
            )
        return response


def path_told(request: HttpRequest) -> str:
    """The path without its query and without what opens a door: searches and tokens stay out of the log."""
    path, match = request.path, request.resolver_match
    for name in SECRETS_OF.get(match.url_name, SECRETS) if match else ():
        if name in match.kwargs:
            path = path.replace(match.kwargs[name], "…")
    return path


@signals.before_task_publish.connect
def send_the_request_id(headers: dict[str, Any], **_: Any) -> None:
    headers["request_id"] = get_contextvars().get("request_id")


@signals.task_prerun.connect
def begin_task(task: Task, task_id: str, **_: Any) -> None:
    if task.request.is_eager:
        return
    clear_contextvars()
    bind_contextvars(task=task.name, task_id=task_id, request_id=getattr(task.request, "request_id", None))
    task.request.started = time.perf_counter()


@signals.task_postrun.connect
def end_task(task: Task, state: str | None = None, **_: Any) -> None:
    started = getattr(task.request, "started", None)
    if started is None:
        return
    metrics.TASKS.labels(task.name, state).inc()
    metrics.TASK_SECONDS.labels(task.name).observe(time.perf_counter() - started)
    clear_contextvars()
