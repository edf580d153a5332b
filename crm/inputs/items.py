"""One record on its way into the database, alone or among a thousand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from msgspec import Struct

from crm.inputs.failures import Failure
from crm.templatetags.crm_format import fanum

CREATED, UPDATED, UNCHANGED, STALE, ERROR = "created", "updated", "unchanged", "stale", "error"


@dataclass(slots=True, eq=False)
class Item:
    """What was sent, the row it belongs to, and what became of it."""

    index: int
    data: Struct | None
    failures: list[Failure] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    row: Model | None = None
    before: dict[str, Any] = field(default_factory=dict)
    status: str = ""
    pk: int | None = None
    # What it refers to by field, where the natural key is known: the model, and its key and natural key.
    names: dict[str, tuple[type[Model], dict[str, Any]]] = field(default_factory=dict)
    # The new row with all that an answer shows of it, where its writer knows that without reading it again.
    as_stored: Callable[[], Model] | None = None

    @property
    def is_sound(self) -> bool:
        return not self.failures and not self.status

    def refuse(self, pointer: str, code: str, detail: Any = "") -> None:
        self.failures.append(Failure(pointer, code, detail))

    def keep(self, *names: str) -> None:
        """What was derived when the row was new stays where it is sent again as null: a retry changes nothing."""
        for name in names:
            if self.row is not None and self.values.get(name, 0) is None:
                del self.values[name]

    def settle(self, status: str, pk: int | None) -> None:
        self.status, self.pk = status, pk


def sound(items: list[Item]) -> list[Item]:
    """The items that nothing has been found wrong with and that are not done yet."""
    return [item for item in items if item.is_sound]


def refuse_alike(keys: Mapping[Item, Hashable], pointer: str) -> None:
    """One key twice in a call: neither is written, as nobody could say which one is meant; each is told of the other."""
    alike: dict[Hashable, list[Item]] = defaultdict(list)
    for item, key in keys.items():
        alike[key].append(item)
    for first, *others in alike.values():
        for item, twin in [*((other, first) for other in others), *((first, other) for other in others[:1])]:
            item.refuse(pointer, "duplicate", _is_twin(twin))


def _is_twin(twin: Item) -> str:
    return _("This is the same as item %(index)s of this call: neither is written.") % {"index": fanum(twin.index)}


def is_merged(row: Model) -> str:
    """Why a record is not written any more."""
    return _("This record was merged into %(survivor)s: write that one.") % {"survivor": fanum(row.merged_into_id)}
