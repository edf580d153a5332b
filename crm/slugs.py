"""Names for machines, made from those for people."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain, count

from django.db.models import Model
from django.utils.text import slugify

ROOM_FOR_A_NUMBER = 10


def slug_of(text: str) -> str:
    return slugify(text, allow_unicode=True)[:100]


def free_slug(model: type[Model], name: str, said: Collection[str] = ()) -> str:
    """The slug of a name that no row has yet, nor is `said`: with a number where the plain one is, or the name leaves nothing."""
    column = model._meta.get_field("slug")
    plain = slugify(name, allow_unicode=column.allow_unicode)[: column.max_length - ROOM_FOR_A_NUMBER]
    stem = plain or model._meta.model_name
    taken = {*said, *model._default_manager.filter(slug__startswith=stem).values_list("slug", flat=True)}
    numbered = (f"{stem}-{number}" for number in count(2 if plain else 1))
    return next(slug for slug in chain([plain] if plain else [], numbered) if slug not in taken)
