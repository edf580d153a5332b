"""What is answered to a request that cannot be read, and to one that failed."""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from crm.api.writing import problem_behind
from crm.pages import query_with, refusal

# How much of a parameter a message repeats.
LONGEST_FOUND = 40


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that asks what there is not: the page names the parameter, and leads to itself without it."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return refusal(request, _("This is too much at once: send it in smaller parts."))
    name = asked_wrongly(request, str(exception))
    context = {
        "name": name,
        "found": request.GET.get(name, "")[:LONGEST_FOUND],
        "without_url": request.path + query_with(request.GET, **{name: None, "after": None}) if name else request.path,
    }
    return render(request, "400.html", context, status=400)


def asked_wrongly(request: HttpRequest, problem: str) -> str:
    """The parameter of the address that a `BadRequest` speaks of: by its name, or by what it holds."""
    name, _colon, found = problem.partition(": ")
    if name in request.GET:
        return name
    return next((key for key, text in request.GET.items() if found and text[:LONGEST_FOUND] == found), "")


def server_error(request: HttpRequest) -> HttpResponse:
    """503 where only the database or the cache is away, and trying again helps; 500 for mistakes of our own."""
    error = sys.exc_info()[1]
    problem = problem_behind(error) if isinstance(error, DatabaseError | InterfaceError | RedisError) else None
    if problem is None or problem.code != "service-unavailable":
        return render(None, "500.html", {"request": request}, status=500)
    response = render(None, "500.html", {"request": request}, status=problem.status)
    for name, value in problem.headers.items():
        response.headers[name] = value
    return response
