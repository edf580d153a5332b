"""Rows that people call by a name beside their slug: found however it is written, and no two of one name."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from crm.database import FoldText
from crm.inputs.items import Item, refuse_alike, sound
from crm.slugs import free_slug, slug_of
from crm.text import fold, name_key
from crm.transactions import hold


class Named(NamedTuple):
    pk: int
    slug: str
    name: str


def as_name(model: type[Model], text: str) -> str:
    return text[: model._meta.get_field("name").max_length]


def called(rows: QuerySet, texts: Collection[str]) -> dict[str, Named]:
    """Whom each text calls: who has that name, else who had it first, as their slug still says."""
    found = _named(rows, texts, {slug_of(text) for text in texts})
    names = {name_key(row.name): row for row in reversed(found)}  # the oldest of one name
    first_names = {row.slug: row for row in found if slug_of(row.name) != row.slug}
    keys = {text: name_key(as_name(rows.model, text)) for text in texts}
    rows_of = {text: names.get(key) or first_names.get(slug_of(text)) for text, key in keys.items()}
    return {text: row for text, row in rows_of.items() if row}


def _named(rows: QuerySet, texts: Collection[str], slugs: Collection[str] = ()) -> list[Named]:
    folded = {fold(as_name(rows.model, text)) for text in texts}
    found = rows.alias(folded=FoldText("name")).filter(Q(folded__in=folded) | Q(slug__in=slugs))
    return [Named(*row) for row in found.order_by("pk").values_list("pk", "slug", "name")]


def give_slugs(items: list[Item], model: type[Model]) -> None:
    """A record with a name and without a key is the one that is called so, whose name stays as it is spelt.

    A new one gets the slug that its name makes.
    """
    bare = {item: item.data.name for item in items if is_bare(item)}
    if not bare:
        return
    # Whoever names new ones at the same time makes them before it is asked what there is: one slug would else do for two.
    hold(model._meta.label)
    known = called(model._default_manager.all(), set(bare.values()))
    refuse_alike({item: known.get(name) or name_key(name) for item, name in bare.items()}, "/name")
    said = {item.data.slug for item in items if item.data and item.data.slug}
    for item in sound(list(bare)):
        data = item.data
        if row := known.get(data.name):
            data.slug, data.name = row.slug, row.name
        else:
            data.slug = free_slug(model, data.name, said)
        said.add(data.slug)


def is_bare(item: Item) -> bool:
    """Called by a name that makes a slug, and by no key."""
    data = item.data
    return item.row is None and bool(data and not data.slug and not data.external_id and data.name and slug_of(data.name))


def refuse_taken_names(items: list[Item], model: type[Model]) -> None:
    """Neither beside a stored one nor twice in a call. What has one name with another already may keep it."""
    keys = {item: name_key(item.values["name"]) for item in items if item.values.get("name")}
    keys = {item: key for item, key in keys.items() if item.row is None or name_key(item.row.name) != key}
    if not keys:
        return
    hold(model._meta.label)
    stored = _named(model._default_manager.all(), {item.values["name"] for item in keys})
    taken = {name_key(row.name): row for row in reversed(stored)}
    for item, key in keys.items():
        if key in taken:
            facts = {"name": taken[key].name, "slug": taken[key].slug}
            item.refuse("/name", "duplicate", _("There is one of this name already: “%(name)s”, by the slug %(slug)s.") % facts)
    refuse_alike({item: key for item, key in keys.items() if key not in taken}, "/name")
