"""What hangs on a record, so that it cannot simply be deleted."""

from __future__ import annotations

from typing import Any

from django.db.models import PROTECT, ForeignObjectRel, Model

from crm.models import Record


def dependents_of(row: Model) -> dict[type[Model], int]:
    """How many rows of which tables hang on a row. Its own parts (lines, events, links) go with it and are not among them."""
    found = {}
    for relation in holding(type(row)):
        count = relation.related_model._default_manager.filter(**{relation.field.name: row}).count()
        if count:
            model = _named(relation)
            found[model] = found.get(model, 0) + count
    return found


def holding(model: type[Model]) -> list[ForeignObjectRel]:
    """The relations by which rows of other tables hang on one of these."""
    relations = model._meta.get_fields(include_hidden=True)
    return [each for each in relations if isinstance(each, ForeignObjectRel) and _hangs(each, model)]


def _hangs(relation: Any, model: type[Model]) -> bool:
    """A record of its own, or what says that it does not go along. Histories, figures and views hold nobody."""
    if relation.many_to_many or not relation.field.db_constraint or not relation.related_model._meta.managed:
        return False
    owner = relation.related_model._meta.auto_created
    if owner:  # the rows of a many-to-many field belong to the model that declares it
        return owner is not model
    return issubclass(relation.related_model, Record) or relation.on_delete is PROTECT


def _named(relation: Any) -> type[Model]:
    return relation.related_model._meta.auto_created or relation.related_model
