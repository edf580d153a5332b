"""The OpenAPI 3.1 document, printed from the declarations that the endpoints themselves run on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import msgspec
from msgspec import Struct

from crm.api.endpoints import MOST_ITEMS
from crm.api.paging import MOST_LIMIT
from crm.api.problems import CONTENT_TYPE, PROBLEMS
from crm.api.resource import Resource
from crm.api.writing import KEPT

REF = "#/components/schemas/{name}"
DESCRIPTION = f"""The REST API of a CRM with built-in KPI dashboards.

**Money** is exact: answers hold decimal strings such as `"125000.00"`; a string or a number is taken. Amounts of a record
are in that record's `currency` (`IRR` is the Rial, `IRT` the Toman); figures of KPIs are in the organisation's base currency.

**Trying again.** Send `Idempotency-Key` with a POST (for `POST /orders/` it is required): for {KEPT.days * 24} hours the same
key and body get the first answer again, with `Idempotent-Replayed: true`, and nothing is written twice. The same key with
another body is refused (422), while the first request still runs (409). After 409, 429 and 503 wait as `Retry-After` says. A
record sent again with its `external_id` updates the stored one; `If-Match` with the `ETag` you read refuses (412) to overwrite
a change that you have not seen.

**In bulk:** `POST /<resource>/bulk/` takes `{{"items": […]}}`, at most {MOST_ITEMS:,}, without a key: `external_id` does the
same. The answer is 200 with one result for each item, in order: `created`, `updated`, `unchanged`, `stale` (an older
`source_version` than the stored one) or `error` with its `errors`. Refused items are left out, the others written; with
`"atomic": true` all are written or none.

**Errors** are `application/problem+json` with everything wrong in `errors`: a JSON pointer, a `code` and a text each."""
PATH_PARAMETER = re.compile(r"\{(\w+)\}")


class ErrorOut(Struct):
    """One thing wrong with the input."""

    pointer: str
    code: str
    detail: str


class ProblemOut(Struct, omit_defaults=True):
    """What every error looks like (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[ErrorOut] = msgspec.field(default_factory=list)


class BulkResult(Struct):
    """What became of one entry of a bulk call."""

    index: int
    status: str
    id: int | None
    errors: list[ErrorOut]


class BulkOut(Struct):
    results: list[BulkResult]


@dataclass(frozen=True)
class Operation:
    """One method of one address, such as `GET /kpis/{key}/`; types are structs or anything msgspec describes."""

    method: str
    path: str
    summary: str
    scope: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    request: Any = None
    response: Any = None
    status: int = 200
    required: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


def operations_of(resource: Resource) -> Iterable[Operation]:
    """The operations a resource declares by being one."""
    name, shown = resource.name, resource.output.struct
    page = msgspec.defstruct(f"{shown.__name__}Page", [("results", list[shown]), ("next", str | None), ("previous", str | None)])
    filters = {each: text_of_filter(each) for each in resource.all_filters} | {
        "limit": f"1 to {MOST_LIMIT}",
        "cursor": "from next or previous",
    }
    yield Operation("get", f"/{name}/", f"List {name}", f"{name}:read", filters, None, page)
    yield Operation("get", f"/{name}/{{id}}/", f"Read one of {name}", f"{name}:read", {}, None, shown)
    if resource.write:
        sent = resource.struct
        yield Operation(
            "post",
            f"/{name}/",
            f"Create, or update by external_id, one of {name}",
            f"{name}:write",
            request=sent,
            response=shown,
            status=201,
            required=resource.required,
        )
        for method in ("put", "patch"):
            yield Operation(method, f"/{name}/{{id}}/", f"Update one of {name}", f"{name}:write", {}, sent, shown)
        many = msgspec.defstruct(f"{sent.__name__}Bulk", [("items", list[sent]), ("atomic", bool, False)])
        summary = f"Create or update up to {MOST_ITEMS} {name}"
        yield Operation("post", f"/{name}/bulk/", summary, f"{name}:write", {}, many, BulkOut)
        summary = f"Delete one of {name} that nothing hangs on (managers, administrators and integrations)"
        yield Operation("delete", f"/{name}/{{id}}/", summary, f"{name}:write", status=204)
    for action in resource.actions:
        path = f"/{name}/{{id}}/{action.name}/"
        yield Operation("post", path, action.summary, f"{name}:write", {}, action.struct, shown, action.status)


def text_of_filter(name: str) -> str:
    is_moment = name.endswith(("_from", "_before", "_since"))
    return "a moment, or a day, which stands for its first moment in the organisation's zone" if is_moment else ""


def collect(modules: Iterable[str]) -> tuple[list[Operation], list[Resource]]:
    """What the applications' API modules declare: RESOURCES, and OPERATIONS of their own."""
    operations: list[Operation] = []
    resources: list[Resource] = []
    for name in modules:
        module = import_module(name)
        resources += getattr(module, "RESOURCES", [])
        operations += getattr(module, "OPERATIONS", [])
    return [operation for resource in resources for operation in operations_of(resource)] + operations, resources


def document(modules: Iterable[str]) -> dict[str, Any]:
    operations, resources = collect(modules)
    types = [kind for operation in operations for kind in (operation.request, operation.response) if kind is not None]
    types = list({repr(kind): kind for kind in [*types, ProblemOut]}.values())
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    by_type = {repr(kind): schema for kind, schema in zip(types, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(f"/api/v1{operation.path}", {})[operation.method] = described(operation, by_type, resources)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sanjeh", "version": "1", "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "session"},
            },
        },
        "security": [{"token": []}, {"session": []}],
    }


def described(operation: Operation, by_type: Mapping[str, Any], resources: Iterable[Resource]) -> dict[str, Any]:
    """One operation in OpenAPI's words."""
    success: dict[str, Any] = {"description": "Done"}
    if operation.response is not None:
        success["content"] = {"application/json": {"schema": by_type[repr(operation.response)]}}
    responses = {str(operation.status): success}
    if operation.status == 201:
        responses["200"] = success
    for status in error_statuses(operation):
        responses[str(status)] = {"description": str(status), "content": {CONTENT_TYPE: {"schema": by_type[repr(ProblemOut)]}}}
    found: dict[str, Any] = {
        "operationId": operation_id(operation),
        "summary": operation.summary,
        "tags": [operation.scope.split(":")[0]],
        "parameters": [*path_parameters(operation.path), *query_parameters(operation), *header_parameters(operation)],
        "responses": responses,
        "x-required-scope": operation.scope,
    }
    if operation.request is not None:
        schema = by_type[repr(operation.request)]
        if operation.required:
            schema = {"allOf": [schema, {"required": list(operation.required)}]}
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return found


def error_statuses(operation: Operation) -> list[int]:
    codes = [
        "bad-parameter",
        "not-authenticated",
        "permission-denied",
        "not-acceptable",
        "uri-too-long",
        "rate-limited",
        "service-unavailable",
    ]
    if "{" in operation.path:
        codes.append("not-found")
    if operation.method != "get":
        codes += ["conflict", "payload-too-large", "unsupported-media-type", "idempotency-key-reused", "precondition-failed"]
    return sorted({PROBLEMS[code][0] for code in [*codes, *operation.errors]})


def operation_id(operation: Operation) -> str:
    """`getOrdersId` for GET /orders/{id}/."""
    return operation.method + "".join(part.capitalize() for part in re.split(r"[^a-z0-9]+", operation.path) if part)


def path_parameters(path: str) -> list[dict[str, Any]]:
    kinds = {"id": {"type": "integer", "minimum": 1}}
    return [
        {"name": name, "in": "path", "required": True, "schema": kinds.get(name, {"type": "string"})}
        for name in PATH_PARAMETER.findall(path)
    ]


def query_parameters(operation: Operation) -> list[dict[str, Any]]:
    texts = {**operation.parameters, "calendar": "The calendar that dates are written in: gregorian or jalali"}
    limits = {"limit": {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT}, "calendar": {"enum": ["gregorian", "jalali"]}}
    return [
        {"name": name, "in": "query", "description": text, "schema": limits.get(name, {"type": "string"})}
        for name, text in texts.items()
    ]


def header_parameters(operation: Operation) -> list[dict[str, Any]]:
    if operation.method == "post" and not operation.path.endswith("/bulk/"):
        schema = {"type": "string", "minLength": 1, "maxLength": 255}
        return [{"name": "Idempotency-Key", "in": "header", "required": operation.path == "/orders/", "schema": schema}]
    if operation.method in {"put", "patch", "delete"}:
        return [{"name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"}}]
    return []
