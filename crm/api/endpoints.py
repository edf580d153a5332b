"""The generic endpoints behind every resource."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import DataError, IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.urls import URLPattern, re_path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request

from crm.api.output import etag_of
from crm.api.paging import PAGE_PARAMETERS, page_of
from crm.api.parameters import key_of, not_found
from crm.api.problems import Problem, error_of, refused
from crm.api.reading import MOST_BULK_BYTES
from crm.api.resource import Action, Resource
from crm.api.view import ApiView, answer, respond
from crm.api.writing import REFERENCE_GONE, Answer, once, read_key
from crm.dependents import dependents_of
from crm.inputs import items as states
from crm.inputs.failures import Failure
from crm.inputs.items import Item
from crm.inputs.reading import read_struct
from crm.models import ApiToken, User
from crm.money import format_number
from crm.transactions import COLLISIONS, FOREIGN_KEY_VIOLATION, UNIQUE_VIOLATION, in_transaction, sqlstate_of
from crm.wake import wake_kpis

MOST_ITEMS = 1_000


class ResourceView(ApiView):
    declaration: Resource = None  # type: ignore[assignment] -- given to as_view()

    @property
    def resource(self) -> str:
        return self.declaration.name

    def check_rights(self, user: User, token: ApiToken | None) -> None:
        super().check_rights(user, token)
        if not self.declaration.permits(self.request.method, user):
            raise Problem("permission-denied")

    def find(self, key: str, *, lock: bool = False) -> Any:
        rows, pk = self.declaration.visible(self.caller), key_of(key)
        if lock:
            # Alone, before the joins: a row whose reference changed while we waited would fall out of an inner join.
            rows.model.objects.select_for_update().filter(pk=pk).first()
        return found(rows, pk)

    def shown(self, pk: int, status: int) -> Answer:
        """The record as it stands now."""
        return self.shown_row(found(self.declaration.visible(self.caller), pk), status)

    def written(self, item: Item) -> Answer:
        """What was just written; it is read again where that is not known, or might not be for this caller to see."""
        status = 201 if item.status == states.CREATED else 200
        if item.as_stored and self.caller.user.sees_all:
            return self.shown_row(item.as_stored(), status)
        return self.shown(item.pk, status)

    def shown_row(self, row: Any, status: int) -> Answer:
        """A record with its version and address."""
        headers = [("ETag", etag_of(row))] if hasattr(row, "updated_at") else []
        if status == 201:
            headers.append(("Location", f"/api/v1/{self.resource}/{row.pk}/"))
        return Answer(status, msgspec.json.encode(self.declaration.output.of(row, self.caller)), tuple(headers))

    def write_one(self, data: Any, row: Model | None = None) -> Item:
        """The single write is the bulk write of one."""
        struct, failures = read_struct(self.declaration.struct, data, self.caller)
        item = Item(0, struct, failures, row=row)
        if not failures:
            self.declaration.write([item], self.caller)
        if item.failures:
            raise refused(item.failures)
        wake_kpis()
        return item


def found(rows: QuerySet, pk: int) -> Any:
    row = rows.filter(pk=pk).first()
    if row is None:
        raise not_found(pk)
    return row


class ListView(ResourceView):
    def get(self, request: Request) -> HttpResponse:
        filters = self.declaration.all_filters
        parameters = self.parameters([*filters, *PAGE_PARAMETERS])
        rows = self.declaration.visible(self.caller)
        for name, value in parameters.items():
            if name in filters:
                rows = filters[name](rows, value, self.caller)
        page = page_of(rows, parameters)
        shown = [self.declaration.output.of(row, self.caller) for row in page.rows]
        links = page.links(self.http_request.build_absolute_uri(self.http_request.path), self.given_parameters)
        return answer({"results": shown, **links})

    def post(self, request: Request) -> HttpResponse:
        if self.declaration.write is None:
            raise MethodNotAllowed(request.method)
        self.parameters()
        data = self.document()
        header = self.http_request.headers.get("Idempotency-Key")
        key = read_key(header, self.caller, self.http_request.get_full_path(), self.raw_body, required=self.declaration.needs_key)

        def work() -> Answer:
            return self.written(self.write_one(data))

        return respond(once(key, work))


class DetailView(ResourceView):
    def get(self, request: Request, key: str) -> HttpResponse:
        self.parameters()
        return respond(self.shown(key_of(key), 200))

    def put(self, request: Request, key: str) -> HttpResponse:
        if self.declaration.write is None:
            raise MethodNotAllowed(request.method)
        self.parameters()
        data = self.document()

        def work() -> Answer:
            row = self.find(key, lock=True)
            self.check_version(row)
            item = self.write_one(data, row)
            return self.shown(item.pk, 200)

        return respond(in_transaction(work))

    patch = put

    def delete(self, request: Request, key: str) -> HttpResponse:
        if self.declaration.write is None:
            raise MethodNotAllowed(request.method)
        self.parameters()

        def work() -> Answer:
            row = self.find(key, lock=True)
            self.check_version(row)
            if not self.declaration.decides(self.caller.user, row):
                raise Problem("permission-denied")
            require_free(row)
            row.delete()
            wake_kpis()
            return Answer(204, b"")

        return respond(in_transaction(work))

    def check_version(self, row: Any) -> None:
        """`If-Match`: the caller writes only what they have seen."""
        wanted = self.http_request.headers.get("If-Match", "").strip()
        if wanted and wanted != "*" and etag_of(row) not in {tag.strip() for tag in wanted.split(",")}:
            raise Problem("precondition-failed")


class BulkView(ResourceView):
    http_method_names = ["post"]

    def post(self, request: Request) -> HttpResponse:
        self.parameters()
        entries, is_atomic = self.entries()
        try:
            items = in_transaction(lambda: self.write_all(entries, is_atomic=is_atomic))
        except (IntegrityError, DataError) as error:
            if is_atomic or sqlstate_of(error) in COLLISIONS | {UNIQUE_VIOLATION}:
                raise
            items = self.write_singly(entries)
        return answer({"results": [result_of(item) for item in items]})

    def entries(self) -> tuple[list[Any], bool]:
        document = self.document(MOST_BULK_BYTES)
        if not isinstance(document, dict):
            raise refused([Failure("", "wrong-type", _('Send an object whose "items" is the list of the records.'))])
        failures = [Failure(f"/{name}", "unknown-field") for name in document.keys() - {"items", "atomic"}]
        entries, is_atomic = document.get("items"), document.get("atomic", False)
        if "items" not in document:
            failures.append(Failure("/items", "required"))
        elif not isinstance(entries, list):
            failures.append(Failure("/items", "wrong-type", _('Send an object whose "items" is the list of the records.')))
        if not isinstance(is_atomic, bool):
            failures.append(Failure("/atomic", "wrong-type"))
        if failures:
            raise refused(failures[:50])
        if len(entries) > MOST_ITEMS:
            raise Problem("payload-too-large", most_items())
        return entries, is_atomic

    def write_all(self, entries: list[Any], *, is_atomic: bool) -> list[Item]:
        """All entries in one transaction; refused ones are left out, or with `atomic` stop everything."""
        items = []
        for index, entry in enumerate(entries):
            struct, failures = read_struct(self.declaration.struct, entry, self.caller)
            items.append(Item(index, struct, failures))
        with transaction.atomic():
            self.declaration.write([item for item in items if item.data is not None], self.caller)
            if is_atomic and any(item.failures for item in items):
                transaction.set_rollback(True)
                for item in items:
                    item.settle("", None)
                    item.failures = item.failures or [Failure("", "not-applied")]
                return items
        wake_kpis()
        return items

    def write_singly(self, entries: list[Any]) -> list[Item]:
        """The database refused something that the checks let pass: find out which entry it was."""
        items = []
        for index, entry in enumerate(entries):
            struct, failures = read_struct(self.declaration.struct, entry, self.caller)
            item = Item(index, struct, failures)
            items.append(item)
            if struct is not None:
                try:
                    in_transaction(lambda item=item: self.declaration.write([item], self.caller))
                except (IntegrityError, DataError) as error:
                    item.refuse("", "conflict", REFERENCE_GONE if sqlstate_of(error) == FOREIGN_KEY_VIOLATION else "")
        wake_kpis()
        return items


def require_free(row: Model) -> None:
    """Only what nothing else hangs on is deleted."""
    hanging = dependents_of(row)
    if hanging:
        what = ", ".join(f"{model._meta.verbose_name_plural} ({count})" for model, count in hanging.items())
        text = _("Other records hang on this one: %(what)s. Delete or move them first; leads and customers can be archived.")
        raise Problem("conflict", text % {"what": what})


def result_of(item: Item) -> dict[str, Any]:
    if item.failures:
        return {"index": item.index, "status": states.ERROR, "id": None, "errors": [error_of(each) for each in item.failures]}
    return {"index": item.index, "status": item.status, "id": item.pk, "errors": []}


def most_items() -> str:
    language = get_language() or ""
    return _("At most %(count)s items are taken at once.") % {"count": format_number(MOST_ITEMS, language)}


class ActionView(ResourceView):
    http_method_names = ["post"]
    action: Action = None  # type: ignore[assignment] -- given to as_view()

    def post(self, request: Request, key: str) -> HttpResponse:
        self.parameters()
        data = self.document()
        header = self.http_request.headers.get("Idempotency-Key")
        scope = read_key(header, self.caller, self.http_request.get_full_path(), self.raw_body, required=False)
        struct, failures = read_struct(self.action.struct, data, self.caller)
        if failures:
            raise refused(failures)

        def work() -> Answer:
            changed = self.action.run(self.find(key, lock=self.action.holds), struct, self.caller)
            wake_kpis()
            return self.shown(changed.pk, self.action.status)

        return respond(once(scope, work))


def routes(*resources: Resource) -> list[URLPattern]:
    """The addresses of resources; a closing slash may be left out, nothing else may vary."""
    found = []
    for declared in resources:
        name = declared.name
        found.append(re_path(rf"^{name}/?\Z", ListView.as_view(declaration=declared), name=f"api-{name}"))
        found.append(
            re_path(rf"^{name}/(?P<key>[0-9]+)/?\Z", DetailView.as_view(declaration=declared), name=f"api-{name}-detail")
        )
        if declared.write:
            found.append(re_path(rf"^{name}/bulk/?\Z", BulkView.as_view(declaration=declared), name=f"api-{name}-bulk"))
        for action in declared.actions:
            view = ActionView.as_view(declaration=declared, action=action)
            found.append(re_path(rf"^{name}/(?P<key>[0-9]+)/{action.name}/?\Z", view, name=f"api-{name}-{action.name}"))
    return found
