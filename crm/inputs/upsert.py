"""Creating and updating records of one kind, all of a call in a handful of statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from django.db.models import Field, Model, Q
from msgspec import UNSET, Struct

from crm.inputs import items as states
from crm.inputs.caller import Caller
from crm.inputs.columns import insert_rows, update_rows
from crm.inputs.fields import DEMO_SOURCE, FieldError, check_not_future
from crm.inputs.items import Item, refuse_alike, sound
from crm.inputs.references import Target, resolve
from crm.inputs.stored import with_names, with_relations
from crm.models import Record

Step = Callable[[list[Item], Caller], None]


@dataclass(frozen=True)
class Recipe:
    """How one kind of record is written; the fields of the struct are columns unless said otherwise.

    `completes` runs before the write (derived values, rules between fields), `follows` after it (events, links).
    `fresh` are the relations that an answer shows, all empty for a new row; None where an answer needs more than the row.
    """

    model: type[Record]
    struct: type[Struct]
    references: Mapping[str, Target] = field(default_factory=dict)
    natural: str | None = None
    required: tuple[str, ...] = ()
    history: tuple[str, ...] = ("created_at",)
    apart: frozenset[str] = frozenset()
    completes: Step | None = None
    follows: Step | None = None
    fresh: Mapping[str, type[Model]] | None = None


def upsert(recipe: Recipe, items: list[Item], caller: Caller) -> None:
    """Write every sound item: new, known by its key, or (where `row` is set already) a given one."""
    prepare(recipe, items, caller)
    if recipe.completes:
        recipe.completes(sound(items), caller)
    create(recipe, [item for item in sound(items) if item.row is None], caller)
    update(recipe, [item for item in sound(items) if item.row is not None])
    if recipe.follows:
        recipe.follows([item for item in items if item.status in {states.CREATED, states.UPDATED}], caller)


def prepare(recipe: Recipe, items: list[Item], caller: Caller) -> None:
    refuse_repeated(sound(items), caller, recipe.natural)
    for item in sound(items):
        fill_values(recipe, item, caller)
    for name, target in recipe.references.items():
        resolve(sound(items), name, target, caller)
    find_rows(recipe, sound(items), caller)
    for item in sound(items):
        check_fields(recipe, item, caller)


def source_of(data: Struct, caller: Caller) -> str | None:
    """Where a record comes from: as it says, else the caller's own source."""
    given = data.source
    if given is UNSET or given is None:
        return caller.source or ("manual" if data.external_id else None)
    return given


def kept_source(row: Record | None, data: Struct, caller: Caller) -> str | None:
    """A stored record stays its source's, whoever writes it later, unless they say otherwise."""
    is_said = data.source is not UNSET and data.source is not None
    return row.source if row is not None and row.source and not is_said else source_of(data, caller)


def check_source(item: Item, source: str | None) -> None:
    """Nothing real becomes the demo company's, with which it would be removed."""
    if source == DEMO_SOURCE and (item.row is None or item.row.source != DEMO_SOURCE):
        item.refuse("/source", "reserved")


def key_of(item: Item, caller: Caller) -> tuple[str, str] | None:
    external_id = item.data.external_id
    return (source_of(item.data, caller), external_id) if external_id else None


def refuse_repeated(items: list[Item], caller: Caller, natural: str | None = None) -> None:
    """One key twice in a call, whichever key."""
    refuse_alike({item: key for item in items if (key := key_of(item, caller))}, "/external_id")
    if natural:
        refuse_alike({item: key for item in items if (key := getattr(item.data, natural))}, f"/{natural}")


def fill_values(recipe: Recipe, item: Item, caller: Caller) -> None:
    """What was sent, by column. An emptied text is stored empty, not null."""
    for name in item.data.__struct_fields__:
        value = getattr(item.data, name)
        if value is UNSET or name in recipe.references or name in recipe.apart:
            continue
        if value is None and not column(recipe.model, name).null:
            value = "" if column(recipe.model, name).empty_strings_allowed else column(recipe.model, name).get_default()
        elif isinstance(value, Struct):
            value = {key: part for key in value.__struct_fields__ if (part := getattr(value, key)) is not UNSET}
        item.values[name] = value
    if item.values.get("external_id") == "":
        item.values["external_id"] = None
    item.values["source"] = source_of(item.data, caller)


def column(model: type[Record], name: str) -> Field:
    return model._meta.get_field(name)


def find_rows(recipe: Recipe, items: list[Item], caller: Caller) -> None:
    """The rows that the keys belong to, locked in one order so that two calls cannot block each other."""
    searching = [item for item in items if item.row is None]
    keys = {key for item in searching if (key := key_of(item, caller))}
    condition = Q()
    if keys:
        condition |= Q(external_id__in={key[1] for key in keys}, source__in={key[0] for key in keys})
    naturals = {item.values[recipe.natural] for item in searching if item.values.get(recipe.natural)} if recipe.natural else set()
    if naturals:
        condition |= Q(**{f"{recipe.natural}__in": naturals})
    if not condition:
        return
    rows = list(recipe.model.objects.filter(condition).select_for_update(of=("self",)).order_by("pk"))
    visible = visible_keys(recipe.model, rows, caller)
    by_key = {(row.source, row.external_id): row for row in rows if row.external_id}
    by_natural = {getattr(row, recipe.natural): row for row in rows} if recipe.natural else {}
    for item in searching:
        known = by_key.get(key_of(item, caller))
        named = by_natural.get(item.values.get(recipe.natural)) if recipe.natural else None
        _match(item, known, named, visible, recipe.natural)
    refuse_alike({item: item.row.pk for item in items if item.row is not None}, "/external_id")


def _match(item: Item, known: Record | None, named: Record | None, visible: set[int], natural: str | None) -> None:
    """One row by both keys, and one that the caller may see."""
    if known and named and known.pk != named.pk:
        item.refuse(f"/{natural}", "duplicate")
    row = known or named
    if row is not None and row.pk not in visible:
        item.refuse("/external_id" if known else f"/{natural}", "duplicate")
    item.row = row


def visible_keys(model: type[Record], rows: list[Record], caller: Caller) -> set[int]:
    """Asked for who sees all, too: alerts are their user's alone, and targets of a hidden KPI nobody's they may see."""
    keys = {row.pk for row in rows}
    if not keys:
        return keys
    return set(model.objects.visible_to(caller.user).filter(pk__in=keys).values_list("pk", flat=True))


def check_fields(recipe: Recipe, item: Item, caller: Caller) -> None:
    """What this caller may not state, what must not be missing, and whose it is."""
    for name in recipe.history:
        if getattr(item.data, name, UNSET) is not UNSET:
            check_moment(item, name, getattr(item.data, name), caller)
    if item.row is None and "owner" in recipe.references:
        item.values.setdefault("owner_id", caller.default_owner.pk if caller.default_owner else None)
    if item.values.get("owner_id", 0) is None and not caller.user.sees_all:
        item.refuse("/owner", "required")
    item.values["source"] = kept_source(item.row, item.data, caller)
    check_source(item, item.values["source"])
    check_missing(recipe, item)


def check_moment(item: Item, name: str, moment: datetime | None, caller: Caller) -> None:
    """A business date: only some may state it, and it has passed."""
    if not caller.may_give_history:
        item.refuse(f"/{name}", "not-allowed")
    if moment is not None:
        try:
            check_not_future(moment, caller)
        except FieldError as error:
            item.refuse(f"/{name}", error.code)


def span_is_turned(item: Item, first: str, last: str) -> bool:
    """The last day, as sent or as stored, lies before the first."""
    days: list[date | None] = [item.values.get(name, getattr(item.row, name, None)) for name in (first, last)]
    return None not in days and days[1] < days[0]


def check_missing(recipe: Recipe, item: Item) -> None:
    """What a new record must have, and what no record may lose."""
    for name in recipe.required:
        given = item.values.get(name, item.values.get(f"{name}_id"))
        is_sent = name in item.values or f"{name}_id" in item.values
        if given in (None, "") and (item.row is None or is_sent):
            item.refuse(f"/{name}", "required")
    for name in set(recipe.references) - set(recipe.required):
        if item.values.get(f"{name}_id", 0) is None and not column(recipe.model, name).null:
            item.refuse(f"/{name}", "required")


def create(recipe: Recipe, items: list[Item], caller: Caller) -> None:
    if not items:
        return
    # made once for all of them: each row would make terms of its own, which takes longer than the rest of it
    left = {field.attname: field.get_default() for field in recipe.model._meta.concrete_fields if field.has_db_default()}
    for item in items:
        if item.values.get("created_at") is None:
            item.values["created_at"] = caller.at
        item.row = recipe.model(**left | item.values)
    insert_rows([item.row for item in items])
    for item in items:
        item.settle(states.CREATED, item.row.pk)
        if recipe.fresh is not None:
            item.as_stored = partial(as_stored, item, recipe.fresh)


def as_stored(item: Item, relations: Mapping[str, type[Model]]) -> Model:
    return with_names(with_relations(item.row, {name: (model, []) for name, model in relations.items()}), item.names)


def update(recipe: Recipe, items: list[Item]) -> None:
    """Rewrite only rows, and only columns, that differ."""
    changed: set[str] = set()
    rows = []
    for item in items:
        values = {name: value for name, value in item.values.items() if getattr(item.row, name) != value}
        item.before = {name: getattr(item.row, name) for name in values}
        for name, value in values.items():
            setattr(item.row, name, value)
        item.settle(states.UPDATED if values else states.UNCHANGED, item.row.pk)
        changed |= values.keys()
        rows += [item.row] if values else []
    if not rows:
        return
    names = sorted({recipe.model._meta.get_field(name).name for name in changed} | {"updated_at"})
    update_rows(rows, names)
