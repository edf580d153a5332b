"""A row that was just written, with what an answer shows of it: so that it need not be read again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def with_relations(row: M, relations: Mapping[str, tuple[type[Model], list[Any]]]) -> M:
    """As `prefetch_related()` would leave it: the rows of these relations are known."""
    row._prefetched_objects_cache = {  # noqa: SLF001 -- the place where Django looks for them
        name: asked(model, rows) for name, (model, rows) in relations.items()
    }
    return row


def asked(model: type[Model], rows: list[Any]) -> QuerySet:
    """A queryset that has its answer already."""
    found = QuerySet(model)
    found._result_cache, found._prefetch_done = rows, True  # noqa: SLF001 -- likewise
    return found


def with_names(row: M, names: Mapping[str, tuple[type[Model], dict[str, Any]]]) -> M:
    """With the records it refers to, of which no more than key and natural key is known."""
    for field, (model, keys) in names.items():
        if getattr(row, f"{field}_id") == keys["pk"]:
            setattr(row, field, model(**keys))
    return row
