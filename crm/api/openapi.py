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
from crm.api.guide import guide
from crm.api.paging import MOST_LIMIT
from crm.api.problems import CONTENT_TYPE, PROBLEMS
from crm.api.resource import PLAIN, Filter, Resource
from crm.api.writing import MOST_KEY
from crm.periods import Calendar

REF = "#/components/schemas/{name}"
# What can go wrong with every operation, with those that write, and with those that take a key.
ALWAYS = ("bad-parameter", "not-authenticated", "permission-denied", "insufficient-scope", "not-acceptable", "uri-too-long")
WRITING = (
    "malformed-json", "validation-error", "date-out-of-range", "conflict", "duplicate", "payload-too-large",
    "unsupported-media-type",
)  # fmt: skip
KEYED = ("idempotency-in-progress", "idempotency-key-reused")
READ_ONLY = "To be read only."
FIGURES = {"kpis": "The key figures, the records behind each number, and the reports."}
PATH_PARAMETER = re.compile(r"\{(\w+)\}")
# Parameters that name days and periods.
DAYS = frozenset({"period", "from", "to", "as_of"})
CONDITIONAL = frozenset({"put", "patch", "delete"})
LIMIT = {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT}
CALENDAR = Filter(
    None,
    "The calendar that the days of this request are written in, and that its periods are of",
    {"type": "string", "enum": [calendar.value for calendar in Calendar]},
)


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
    parameters: Mapping[str, str | Filter] = field(default_factory=dict)
    request: Any = None
    response: Any = None
    status: int = 200
    required: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


def operations_of(resource: Resource) -> Iterable[Operation]:
    """The operations a resource declares by being one."""
    name, shown = resource.name, resource.output.struct
    page = msgspec.defstruct(f"{shown.__name__}Page", [("results", list[shown]), ("next", str | None), ("previous", str | None)])
    filters = {**resource.all_filters, "limit": f"1 to {MOST_LIMIT}", "cursor": "from next or previous"}
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
        "info": {"title": "Sanjeh", "version": "1", "description": guide()},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in (about(resources) | FIGURES).items()],
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


def about(resources: Iterable[Resource]) -> dict[str, str]:
    """What is sent says what it is, in the first paragraph; what cannot be sent is only read."""
    first = {each.name: (each.struct.__doc__ or "").partition("\n\n")[0] if each.struct else READ_ONLY for each in resources}
    return {name: " ".join(text.split()) for name, text in first.items()}


def described(operation: Operation, by_type: Mapping[str, Any], resources: Iterable[Resource]) -> dict[str, Any]:
    """One operation in OpenAPI's words."""
    success: dict[str, Any] = {"description": "Done"}
    if operation.response is not None:
        success["content"] = {"application/json": {"schema": by_type[repr(operation.response)]}}
    responses = {str(operation.status): success}
    if operation.status == 201:
        responses["200"] = success
    for status, codes in errors_of(operation).items():
        problem = {CONTENT_TYPE: {"schema": by_type[repr(ProblemOut)]}}
        responses[str(status)] = {"description": ", ".join(f"`{code}`" for code in codes), "content": problem}
    found: dict[str, Any] = {
        "operationId": operation_id(operation),
        "summary": operation.summary,
        "description": f"Needs the scope `{operation.scope}`.",
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


def errors_of(operation: Operation) -> dict[int, list[str]]:
    """The codes of what can go wrong, by status."""
    codes = [*ALWAYS, "rate-limited", "service-unavailable", *operation.errors]
    if "{" in operation.path:
        codes.append("not-found")
    if DAYS & operation.parameters.keys():
        codes.append("date-out-of-range")
    if operation.method != "get":
        codes += WRITING
    if takes_key(operation):
        codes += [*KEYED, *(["idempotency-key-missing"] if operation.path == "/orders/" else [])]
    if operation.method in CONDITIONAL:
        codes.append("precondition-failed")
    found: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        found.setdefault(PROBLEMS[code][0], []).append(code)
    return dict(sorted(found.items()))


def takes_key(operation: Operation) -> bool:
    return operation.method == "post" and not operation.path.endswith("/bulk/")


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
    """Those of the operation, each with what may be asked for, and the calendar, which is always one."""
    found = [query_parameter(name, given) for name, given in {**operation.parameters, "calendar": CALENDAR}.items()]
    needed = operation.required if operation.request is None else ()
    return [parameter | {"required": True} if parameter["name"] in needed else parameter for parameter in found]


def query_parameter(name: str, given: str | Filter) -> dict[str, Any]:
    asked = given if isinstance(given, Filter) else Filter(None, given, LIMIT if name == "limit" else PLAIN)
    return {"name": name, "in": "query", "description": asked.text, "schema": dict(asked.schema)}


def header_parameters(operation: Operation) -> list[dict[str, Any]]:
    if takes_key(operation):
        schema = {"type": "string", "minLength": 1, "maxLength": MOST_KEY}
        return [{"name": "Idempotency-Key", "in": "header", "required": operation.path == "/orders/", "schema": schema}]
    if operation.method in CONDITIONAL:
        return [{"name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"}}]
    return []
