"""Notes on the days of trends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.inputs.caller import Caller
from crm.inputs.items import Item, sound
from crm.inputs.upsert import Recipe, upsert
from crm.models import User
from crm.permissions import may_set_targets
from kpis.catalogue import CATALOGUE
from kpis.definitions import is_hidden
from kpis.models import Annotation
from kpis.services.inputs import AnnotationIn


def may_share(user: User) -> bool:
    """Who leads tells everybody; the others note for themselves."""
    return may_set_targets(user)


def write_annotations(items: list[Item], caller: Caller) -> None:
    upsert(RECIPE, items, caller)


def complete_annotations(items: list[Item], caller: Caller) -> None:
    for item in sound(items):
        kpi = CATALOGUE.get(item.values.get("kpi", ""))
        if item.values.get("kpi") and (kpi is None or is_hidden(kpi, caller.user)):
            item.refuse("/kpi", "invalid-choice")
        if item.values.get("is_shared") and not may_share(caller.user):
            item.refuse("/is_shared", "not-allowed")
        if item.row is None:
            item.values["user_id"] = caller.user.pk
        elif item.row.user_id != caller.user.pk:
            item.refuse("", "not-allowed")


RECIPE = Recipe(Annotation, AnnotationIn, required=("day", "text"), completes=complete_annotations)


def add_annotation(facts: Mapping[str, Any], *, by: User, key: Mapping[str, str] | None = None) -> Annotation:
    """A new note; one whose `key` is known is made already."""
    if key and "external_id" in key and (known := Annotation.objects.filter(**key).first()):
        return known
    return Annotation.objects.create(user=by, **facts, **(key or {}))


def remove_annotation(annotation: Annotation, *, removed: bool = True) -> Annotation:
    annotation.is_removed = removed
    annotation.save(update_fields=["is_removed", "updated_at"])
    return annotation
