"""Errors as RFC 9457 problem details, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.inputs.failures import Failure

LONGEST_FOUND = 40
CONTENT_TYPE = "application/problem+json"
PROBLEMS: Mapping[str, tuple[int, str | Promise]] = {
    "malformed-json": (400, _("The body is not valid JSON")),
    "validation-error": (400, _("The input is not valid")),
    "idempotency-key-missing": (400, _("The header Idempotency-Key is required")),
    "bad-parameter": (400, _("A query parameter is not valid")),
    "date-out-of-range": (400, _("A date is out of range")),
    "not-authenticated": (401, _("Sign in, or send a valid token")),
    "bad-signature": (401, _("The signature does not fit")),
    "stale-timestamp": (401, _("The signature is too old")),
    "csrf-failed": (403, _("The form's secret is missing or wrong")),
    "permission-denied": (403, _("You may not do this")),
    "insufficient-scope": (403, _("The token's scopes do not allow this")),
    "not-found": (404, _("There is no such record")),
    "method-not-allowed": (405, _("This address does not take this method")),
    "not-acceptable": (406, _("Only JSON is offered")),
    "request-timeout": (408, _("The request did not arrive in time")),
    "conflict": (409, _("This contradicts what is stored")),
    "idempotency-in-progress": (409, _("A request with this key is still running")),
    "duplicate": (409, _("Another record has this key already")),
    "gone": (410, _("This is no longer offered")),
    "precondition-failed": (412, _("The record has changed since you read it")),
    "payload-too-large": (413, _("The body is too large")),
    "uri-too-long": (414, _("The address is too long")),
    "unsupported-media-type": (415, _("Send application/json in UTF-8, not compressed")),
    "idempotency-key-reused": (422, _("This key was used for another request")),
    "rate-limited": (429, _("Too many requests")),
    "internal-error": (500, _("Something went wrong")),
    "service-unavailable": (503, _("The service is not available for the moment")),
}


class Problem(Exception):  # noqa: N818 -- RFC 9457's own word
    """An answer that is not a success; `code` decides the status and the title."""

    def __init__(
        self,
        code: str,
        detail: str | Promise = "",
        *,
        errors: Iterable[Failure] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status, self.title = PROBLEMS[code]
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})


def refused(failures: Iterable[Failure]) -> Problem:
    """The problem for an input that was not written."""
    failures = list(failures)
    codes = {failure.code for failure in failures}
    for code in ("duplicate", "conflict", "date-out-of-range", "insufficient-scope"):
        if codes == {code}:
            return Problem(code, errors=failures)
    if codes == {"too-many"}:
        return Problem("payload-too-large", errors=failures)
    return Problem("validation-error", errors=failures)


def bad_parameter(name: str, detail: str | Promise = "") -> Problem:
    return Problem("bad-parameter", errors=[Failure(f"?{name[:100]}", "bad-parameter", detail)])


def problem_response(problem: Problem, request: HttpRequest) -> HttpResponse:
    errors = [with_found(failure, request) for failure in problem.errors]
    body = {
        "type": f"urn:sanjeh:problem:{problem.code}",
        "title": str(problem.title),
        "status": problem.status,
        "detail": str(problem.detail or (errors[0].text if errors else problem.title)),
        "instance": printable(request.path[:500]),
        "code": problem.code,
        "request_id": getattr(request, "request_id", ""),
    }
    if errors:
        body["errors"] = [error_of(failure) for failure in errors]
    response = HttpResponse(msgspec.json.encode(body), status=problem.status, content_type=CONTENT_TYPE, headers=problem.headers)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def with_found(failure: Failure, request: HttpRequest) -> Failure:
    """Of a query parameter its name and what it holds are said too; a field of the body is seen by who sent it."""
    name = failure.pointer.removeprefix("?")
    if not name or name == failure.pointer or name not in request.GET:
        return failure
    words = {"name": name, "found": shown(request.GET[name]), "text": failure.text}
    return Failure(failure.pointer, failure.code, gettext("%(name)s “%(found)s”: %(text)s") % words)


def error_of(failure: Failure) -> dict[str, str]:
    return {"pointer": printable(failure.pointer), "code": failure.code, "detail": failure.text}


def shown(text: object) -> str:
    """What was found, short and without what cannot be seen."""
    return "".join(each if each.isprintable() else "\ufffd" for each in str(text)[:LONGEST_FOUND])


def printable(text: str) -> str:
    """Half characters cannot be written as UTF-8; an error about them must still reach the caller."""
    return text.encode("utf-8", "replace").decode()
