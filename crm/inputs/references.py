"""Whom a record refers to: ids, natural keys and keys of the source, looked up for all records at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from msgspec import UNSET

from crm.inputs.caller import Caller
from crm.inputs.fields import External
from crm.inputs.items import Item
from crm.inputs.names import as_name, called
from crm.models import Record, Team, User
from crm.reference import add_row
from crm.slugs import slug_of
from crm.text import name_key
from crm.transactions import hold

Key = tuple[str, ...] | tuple[str, int]


@dataclass(frozen=True)
class Target:
    """The table a reference points into; `natural` is its natural key, `creates` makes what is missing."""

    model: type[Model]
    natural: str | None = None
    creates: bool = False

    def rows(self, caller: Caller) -> QuerySet:
        """What the caller may refer to: no more than they may see."""
        if self.model is User:
            return people_of(caller.user)
        if self.model is Team:
            return teams_of(caller.user)
        rows = self.model.objects.all()
        return rows.visible_to(caller.user) if hasattr(rows, "visible_to") else rows


PEOPLE = Target(User, natural="email")


def people_of(user: User) -> QuerySet[User]:
    """The colleagues a user may name: all, their team, or only themselves."""
    active = User.objects.filter(is_active=True)
    if user.sees_all:
        return active
    return active.filter(team=user.team) if user.sees_team else active.filter(pk=user.pk)


def teams_of(user: User) -> QuerySet[Team]:
    """The teams a user may name: all, or their own."""
    return Team.objects.all() if user.sees_all else Team.objects.filter(pk=user.team_id)


def resolve(items: Iterable[Item], field: str, target: Target, caller: Caller) -> None:
    """Put the primary key for `field` into each item's values; refuse unknown and invisible ones alike."""
    wanted: list[tuple[Item, Key]] = []
    for item in items:
        value = getattr(item.data, field)
        if value is UNSET:
            continue
        if value is None or value == "":
            item.values[f"{field}_id"] = None
        else:
            wanted.append((item, key_of(value, target, caller)))
    if not wanted:
        return
    found = find({key for _, key in wanted}, target, caller)
    names = names_of(found) if target.natural else {}
    for item, key in wanted:
        if key in found:
            item.values[f"{field}_id"] = found[key]
            if found[key] in names:
                item.names[field] = (target.model, {"pk": found[key], target.natural: names[found[key]]})
        else:
            item.refuse(f"/{field}", "no-name" if _is_no_name(key, target) else "invalid-reference")


def _is_no_name(key: Key, target: Target) -> bool:
    """A sign, of which nothing is made; one that is there by such a name was found."""
    return target.creates and key[0] == "natural" and not slug_of(key[1])


def names_of(found: dict[Key, int]) -> dict[int, Any]:
    """The natural key of each row that was found; its own comes first, then other spellings."""
    names: dict[int, Any] = {}
    for key, pk in found.items():
        if key[0] == "natural":
            names.setdefault(pk, key[1])
    return names


def key_of(value: Any, target: Target, caller: Caller) -> Key:
    if isinstance(value, int):
        return ("id", value)
    if isinstance(value, External):
        return ("external", caller.source or "" if value.source is UNSET else value.source, value.external_id)
    return ("natural", value.lower() if target.model is User else value)


def find(keys: set[Key], target: Target, caller: Caller) -> dict[Key, int]:
    """The primary keys behind the keys, in one query (and some more for names, and where missing ones are made)."""
    found = _look_up(keys, target, caller)
    if target.natural == "slug" and (missing := _missing(keys, found)):
        found |= _called(missing, target, caller)
    if target.creates and (missing := [text for text in _missing(keys, found) if slug_of(text)]):
        found |= _made(missing, target, caller)
    return found


def _missing(keys: set[Key], found: dict[Key, int]) -> list[str]:
    return sorted(key[1] for key in keys if key[0] == "natural" and key not in found)


def _called(texts: Sequence[str], target: Target, caller: Caller) -> dict[Key, int]:
    """Those that people call so: whoever writes a name in another spelling does not make a second one."""
    found: dict[Key, int] = {}
    for text, row in called(target.rows(caller), texts).items():
        found |= {("natural", row.slug): row.pk, ("natural", text): row.pk}
    return found


def _made(texts: Sequence[str], target: Target, caller: Caller) -> dict[Key, int]:
    """Sources and networks are made as they are named; whoever names one at the same time waits, and finds it."""
    hold(target.model._meta.label)
    found, made = _called(texts, target, caller), {}
    for text in texts:
        if ("natural", text) not in found:
            name = as_name(target.model, text)
            row = made.get(name_key(name)) or add_row(target.model(name=name), at=caller.at)
            made[name_key(name)] = row
            found |= {("natural", row.slug): row.pk, ("natural", text): row.pk}
    return found


def _look_up(keys: set[Key], target: Target, caller: Caller) -> dict[Key, int]:
    ids = [key[1] for key in keys if key[0] == "id"]
    texts = [key[1] for key in keys if key[0] == "natural"] if target.natural else []
    external = [key for key in keys if key[0] == "external"] if issubclass(target.model, Record) else []
    condition = Q()
    if ids:
        condition |= Q(pk__in=ids)
    if texts:
        condition |= Q(**{f"{target.natural}__in": sorted(texts)})
    if external:
        condition |= Q(external_id__in={key[2] for key in external}, source__in={key[1] for key in external})
    if not condition:
        return {}
    # A merged record's keys stand for the one it was merged into.
    survivor = "merged_into_id" if hasattr(target.model, "merged_into_id") else "pk"
    columns = ["pk", survivor, target.natural or "pk", *(["source", "external_id"] if external else [])]
    found: dict[Key, int] = {}
    for pk, merged_into, natural, *origin in target.rows(caller).filter(condition).values_list(*columns):
        found[("id", pk)] = found[("natural", natural)] = merged_into or pk
        if origin:
            found[("external", *origin)] = merged_into or pk
    return found
