"""One declaration per kind of record gives its endpoints: list, detail, write, bulk, actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.db.models import Model, QuerySet
from msgspec import Struct

from crm.api.output import Output
from crm.api.parameters import one_of, whole_number
from crm.api.problems import bad_parameter
from crm.inputs.caller import Caller
from crm.inputs.failures import DETAILS
from crm.inputs.fields import Clean, FieldError, read_email, read_moment, read_phone
from crm.inputs.items import Item
from crm.models import User
from crm.permissions import may_delete
from crm.text import to_latin_digits

Narrow = Callable[[QuerySet, str, Caller], QuerySet]
PLAIN: Mapping[str, Any] = MappingProxyType({"type": "string"})


@dataclass(frozen=True)
class Filter:
    """A parameter of a list: how it narrows, and what may be asked for, in words and as a schema."""

    narrow: Narrow | None
    text: str = ""
    schema: Mapping[str, Any] = field(default_factory=lambda: PLAIN)

    def __call__(self, rows: QuerySet, value: str, caller: Caller) -> QuerySet:
        return self.narrow(rows, value, caller)


@dataclass(frozen=True)
class Action:
    """A verb on one record: `POST …/{id}/<name>/`."""

    name: str
    summary: str
    struct: type[Struct]
    run: Callable[[Any, Any, Caller], Any]
    status: int = 200
    # Whether the record is held before the verb begins; not where the verb holds several records in an order of its own.
    holds: bool = True


@dataclass(frozen=True)
class Resource:
    """A kind of record behind the API."""

    name: str
    model: type[Model]
    output: Output
    struct: type[Struct] | None = None
    write: Callable[[list[Item], Caller], None] | None = None
    required: tuple[str, ...] = ()
    filters: Mapping[str, Filter] = field(default_factory=dict)
    actions: tuple[Action, ...] = ()
    may_write: Callable[[User], bool] = lambda _user: True
    may_read: Callable[[User], bool] = lambda _user: True
    rows: Callable[[QuerySet], QuerySet] = lambda rows: rows
    needs_key: bool = False
    may_delete: Callable[[User], bool] = may_delete
    # Whether a user who sees a row may delete this one.
    decides: Callable[[User, Any], bool] = lambda _user, _row: True

    def visible(self, caller: Caller) -> QuerySet:
        rows = self.model.objects.all().visible_to(caller.user)
        return self.rows(rows.select_related(*self.output.related))

    def permits(self, method: str | None, user: User) -> bool:
        """What the user's role may do; whether they see the record is another question."""
        if method in {"GET", "HEAD"}:
            return self.may_read(user)
        return self.may_write(user) and (method != "DELETE" or self.may_delete(user))

    @property
    def all_filters(self) -> dict[str, Filter]:
        names = {each.name for each in self.model._meta.fields}
        common = {name: narrow for name, narrow in COMMON.items() if COLUMN_OF[name] in names}
        return common | dict(self.filters)

    def action(self, name: str) -> Action:
        return next(action for action in self.actions if action.name == name)


def equals(column: str, choices: Iterable[str] | None = None) -> Filter:
    """A filter on one column; with choices, only these may be asked for."""
    allowed = None if choices is None else list(choices)

    def narrow(rows: QuerySet, value: str, caller: Caller) -> QuerySet:
        if allowed is not None and value not in allowed:
            raise bad_parameter(column, one_of(allowed))
        return rows.filter(**{column: value})

    return Filter(narrow, "" if allowed else "exactly this", {"type": "string", "enum": allowed} if allowed else PLAIN)


def written(column: str, read: Clean) -> Filter:
    """A filter on what is kept in one spelling, asked for in any: a plus may have become a space on its way."""

    def narrow(rows: QuerySet, value: str, caller: Caller) -> QuerySet:
        try:
            return rows.filter(**{column: read(f"+{value[1:]}" if value.startswith(" ") else value, caller)})
        except ValueError as error:
            raise bad_parameter(column, DETAILS.get(getattr(error, "code", ""), "")) from None

    return Filter(narrow, "in any spelling")


PHONE, EMAIL = written("phone", read_phone), written("email", read_email)


def numbered(rows: QuerySet, value: str, caller: Caller) -> QuerySet:
    """By the number that people call a record by, as it is kept."""
    return rows.filter(number=to_latin_digits(value))


NUMBER = Filter(numbered, "in digits of any script")


def flag(column: str) -> Filter:
    """A filter on a yes or no."""

    def narrow(rows: QuerySet, value: str, caller: Caller) -> QuerySet:
        if value not in {"true", "false"}:
            raise bad_parameter(column, one_of(("true", "false")))
        return rows.filter(**{column: value == "true"})

    return Filter(narrow, "", {"type": "boolean"})


def refers(name: str, natural: str | None = None) -> Filter:
    """A filter on a reference, by id or natural key."""

    def narrow(rows: QuerySet, value: str, caller: Caller) -> QuerySet:
        if natural and not value.isdecimal():
            return rows.filter(**{f"{name}__{natural}": value})
        return rows.filter(**{f"{name}_id": whole_number(name, value)})

    return Filter(narrow, f"by id or {natural}" if natural else "by id", PLAIN if natural else {"type": "integer"})


MOMENT = "a moment, or a day, which stands for its first moment in the organisation's zone"


def moment(name: str, lookup: str) -> Filter:
    """A filter on a time; a day alone stands for its first moment."""

    def narrow(rows: QuerySet, value: str, caller: Caller) -> QuerySet:
        try:
            return rows.filter(**{lookup: read_moment(value.replace(" ", "+") if "T" in value else value, caller)})
        except (FieldError, ValueError):
            raise bad_parameter(name, DETAILS["invalid-date"]) from None

    return Filter(narrow, MOMENT)


def search(rows: Any, value: str, caller: Caller) -> QuerySet:
    if len(value) > 200:
        raise bad_parameter("search")
    return rows.search(value)


SEARCH = Filter(search, "part of a name, a phone number or another of its keys")
COMMON: dict[str, Filter] = {
    "external_id": equals("external_id"),
    "source": equals("source"),
    "created_from": moment("created_from", "created_at__gte"),
    "created_before": moment("created_before", "created_at__lt"),
    "updated_since": moment("updated_since", "updated_at__gte"),
    "search": SEARCH,
}
COLUMN_OF = {
    "external_id": "external_id",
    "source": "source",
    "created_from": "created_at",
    "created_before": "created_at",
    "updated_since": "updated_at",
    "search": "search_text",
}
