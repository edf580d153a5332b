"""Who asks for a change: told to the database with the transaction, where the triggers of the history find it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextvars import ContextVar
from uuid import uuid4

from django.db import connection
from django.http import HttpRequest, HttpResponse

asking: ContextVar[HttpRequest | None] = ContextVar("asking", default=None)


class AuthorMiddleware:
    """All that one request changes has one author; the API finds out who that is on its way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.change_id = uuid4()
        before = asking.set(request)
        try:
            return self.get_response(request)
        finally:
            asking.reset(before)


def tell_author() -> None:
    """For the transaction that has begun; tasks and commands have no author."""
    request = asking.get()
    if request is None or not request.user.is_authenticated:
        return
    author = {"user": request.user.pk, "token": getattr(getattr(request, "auth", None), "pk", None)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)",
            [str(request.change_id), json.dumps(author)],
        )
