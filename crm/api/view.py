"""The base of every JSON endpoint: authentication, scopes, strict reading, and errors in one shape."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

import msgspec
from django.core.exceptions import BadRequest, ObjectDoesNotExist, SuspiciousOperation, ValidationError
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.db import DatabaseError
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from msgspec import Struct
from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView
from structlog import get_logger

from crm.api.identity import BrowserAuthentication, TokenAuthentication, key_of, limit_rate
from crm.api.parameters import calendar_of, not_found, read_parameters
from crm.api.problems import Problem, problem_response, refused
from crm.api.reading import MOST_BYTES, parse_json, read_body
from crm.api.writing import Answer, database_problems
from crm.inputs.caller import Caller
from crm.inputs.failures import Failure, Refused
from crm.inputs.reading import read_struct
from crm.models import ApiToken, Organization, User

T = TypeVar("T", bound=Struct)
log = get_logger("sanjeh")

DRF_CODES: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.NotAuthenticated, "not-authenticated"),
    (exceptions.AuthenticationFailed, "not-authenticated"),
    (exceptions.MethodNotAllowed, "method-not-allowed"),
    (exceptions.NotAcceptable, "not-acceptable"),
    (exceptions.PermissionDenied, "permission-denied"),
    (DjangoPermissionDenied, "permission-denied"),
    (Http404, "not-found"),
    (ObjectDoesNotExist, "not-found"),
    (ProtectedError, "conflict"),
    (UnreadablePostError, "malformed-json"),
    (BadRequest, "unsupported-media-type"),
    (SuspiciousOperation, "unsupported-media-type"),
)


class ProblemRenderer(JSONRenderer):
    """Lets a client that names only the error type be answered."""

    media_type = "application/problem+json"


class Negotiation(DefaultContentNegotiation):
    def select_renderer(self, request: Request, renderers: list[Any], format_suffix: str | None = None) -> tuple[Any, str]:
        """By the Accept header alone: `?format=` is a query parameter like any other."""
        accepts = self.get_accept_list(request)
        if any(accept.split(";")[0].strip().lower() in {"*/*", "application/*", "application/json"} for accept in accepts):
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)


class ApiView(APIView):
    """A subclass names its `resource`; `get` then needs the scope `<resource>:read`, anything else `:write`."""

    authentication_classes: ClassVar = [TokenAuthentication, BrowserAuthentication]
    permission_classes: ClassVar = []
    parser_classes: ClassVar = []
    renderer_classes: ClassVar = [JSONRenderer, ProblemRenderer]
    content_negotiation_class = Negotiation
    http_method_names: ClassVar = ["get", "post", "put", "patch", "delete", "head"]
    resource: str = ""
    caller: Caller

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        self.http_request = request
        wrapped = super().initialize_request(request, *args, **kwargs)
        wrapped.at = timezone.now()
        return wrapped

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if "HTTP_X_HTTP_METHOD_OVERRIDE" in request.META or "HTTP_X_METHOD_OVERRIDE" in request.META:
            raise Problem("method-not-allowed", headers={"Allow": ", ".join(self.allowed_methods)})
        with database_problems():
            super().initial(request, *args, **kwargs)
            user, token = request.user, request.auth
            if not user.is_authenticated:
                raise exceptions.NotAuthenticated
            limit_rate(key_of(self.http_request, user, token), request.at)
            self.check_rights(user, token)
            self.caller = caller_of(user, token, request)

    def check_rights(self, user: User, token: ApiToken | None) -> None:
        """The token's scope, then what the user's role may do."""
        verb = "read" if self.request.method in {"GET", "HEAD"} else "write"
        if token and not token.allows(f"{self.resource}:{verb}"):
            raise Problem("insufficient-scope")

    def parameters(self, allowed: Collection[str] = ()) -> dict[str, str]:
        """The query parameters by name; sets the caller's calendar."""
        found = read_parameters(self.http_request, allowed)
        self.given_parameters = dict(found)
        calendar = calendar_of(found)
        if calendar is not self.caller.calendar:
            self.caller = replace(self.caller, calendar=calendar)
        return found

    def document(self, most: int = MOST_BYTES) -> Any:
        """The parsed body."""
        self.raw_body = read_body(self.http_request, most)
        return parse_json(self.raw_body)

    def body(self, kind: type[T]) -> T:
        """The body as a clean struct."""
        struct, failures = read_struct(kind, self.document(), self.caller)
        if struct is None:
            raise refused(failures)
        return struct

    def handle_exception(self, error: Exception) -> HttpResponse:
        problem = problem_of(error)
        if problem.code == "internal-error":
            log.error("unhandled", exc_info=error)
        if problem.code == "method-not-allowed":
            problem.headers.setdefault("Allow", ", ".join(self.allowed_methods))
        if problem.code == "not-authenticated":
            problem.headers.setdefault("WWW-Authenticate", 'Bearer realm="api"')
        return problem_response(problem, self.http_request)

    def finalize_response(self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any) -> HttpResponse:
        response.headers["Cache-Control"] = "private, no-store"
        return response


def caller_of(user: User, token: ApiToken | None, request: Request) -> Caller:
    return Caller(
        user=user,
        organization=token.organization if token else Organization.current(),
        at=request.at,
        source=token.name if token else None,
        may_give_history=bool(token) or user.may_give_history,
        token=token,
    )


def problem_of(error: Exception) -> Problem:
    """The answer for whatever was raised; only what nobody foresaw is an internal error."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refused):
        return refused(error.failures)
    if isinstance(error, ValidationError):
        return invalid(error)
    if isinstance(error, DatabaseError):
        try:
            with database_problems():
                raise error
        except Problem as problem:
            return problem
        except DatabaseError:
            return Problem("internal-error")
    return Problem(next((code for kind, code in DRF_CODES if isinstance(error, kind)), "internal-error"))


def invalid(error: ValidationError) -> Problem:
    """A service's refusal: the state of the record forbids it (409), or the input is not valid (400)."""
    if hasattr(error, "error_dict"):
        failures = [
            Failure(f"/{name}", each.code or "invalid", " ".join(each.messages))
            for name, errors in error.error_dict.items()
            for each in errors
        ]
    else:
        failures = [Failure("", each.code or "invalid", " ".join(each.messages)) for each in error.error_list]
    return refused(failures)


def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A JSON answer."""
    return respond(Answer(status, msgspec.json.encode(data), tuple((headers or {}).items())))


def respond(finished: Answer) -> HttpResponse:
    kind = "application/json" if finished.status != 204 else None
    return HttpResponse(finished.body, status=finished.status, content_type=kind, headers=dict(finished.headers))


class NotFoundView(ApiView):
    """Whatever else is asked for below /api/."""

    http_method_names: ClassVar = ["get", "post", "put", "patch", "delete", "head", "options", "trace"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return problem_response(not_found(request.path.removeprefix("/api/v1")), request)
