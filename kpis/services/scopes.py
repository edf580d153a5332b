"""Whose figure a row is about, and who may decide about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from campaigns.models import Campaign, Channel
from crm.inputs.caller import Caller
from crm.inputs.items import Item
from crm.inputs.references import PEOPLE, Target, resolve
from crm.models import Team, User
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension, Kpi, is_hidden
from kpis.models.scope import COLUMNS, MEMBERS, Scope

REFERENCES: Mapping[str, Target] = {
    "team": Target(Team, natural="name"),
    "channel": Target(Channel, natural="slug"),
    "campaign": Target(Campaign),
}
# Read by this module: the column of an owner has another name, and a scope is no column.
APART = frozenset({"owner", "scope"})


def may_decide(user: User, scope: Scope, member: int | None) -> bool:
    """Whether a user decides about a scope: all of them, or one's own team and its people."""
    if user.sees_all:
        return True
    if not user.sees_team:
        return False
    return (scope is Scope.TEAM and member == user.team_id) or (scope is Scope.OWNER and member in user.teammates)


def may_read(user: User, kpi: Kpi, scope: Scope, member: int | None) -> bool:
    """Whether somebody sees the KPI and, in lists and filters, whom it is narrowed to."""
    if is_hidden(kpi, user):
        return False
    match scope:
        case Scope.COMPANY:
            return True
        case Scope.TEAM:
            return user.sees_all or (user.sees_team and member == user.team_id)
        case Scope.OWNER:
            return user.sees_all or member == user.pk or (user.sees_team and member in user.teammates)
    return user.sees_all


def fits(kpi: Kpi, scope: Scope) -> bool:
    """Whether the KPI can be narrowed to such a member."""
    return scope is Scope.COMPANY or Dimension(scope) in kpi.dimensions


def resolve_scopes(items: list[Item], caller: Caller) -> None:
    """The keys of owners, and whether what is sent names one scope."""
    resolve(items, "owner", PEOPLE, caller)
    for item in items:
        if "owner_id" in item.values:
            item.values["person_id"] = item.values.pop("owner_id")
        check_scope(item)


def check_scope(item: Item) -> None:
    named = [scope for scope, column in COLUMNS.items() if value_of(item, f"{column}_id") is not None]
    if len(named) > 1:
        item.refuse(f"/{named[-1]}", "inconsistent")
        return
    scope = named[0] if named else Scope.COMPANY
    if item.data.scope is not UNSET and item.data.scope != scope:
        wanted = item.data.scope
        item.refuse("/scope" if wanted == Scope.COMPANY else f"/{wanted}", "inconsistent" if named else "required")


def value_of(item: Item, name: str) -> Any:
    """As sent, else as stored."""
    return item.values.get(name, getattr(item.row, name, None))


def scope_of(item: Item) -> tuple[Scope, int | None]:
    for scope, column in COLUMNS.items():
        if member := value_of(item, f"{column}_id"):
            return scope, member
    return Scope.COMPANY, None


def kpi_of(item: Item, caller: Caller) -> Kpi | None:
    """The KPI, where there is such a one, the caller's role may see it and it can be narrowed to the scope."""
    kpi = CATALOGUE.get(value_of(item, "kpi"))
    if kpi is None or is_hidden(kpi, caller.user):
        item.refuse("/kpi", "invalid-choice")
        return None
    scope, _member = scope_of(item)
    if not fits(kpi, scope):
        item.refuse(f"/{scope}", "not-narrowed")
        return None
    return kpi


def check_decides(item: Item, caller: Caller) -> None:
    """What is there, and what it becomes, both have to be the caller's to decide about."""
    scopes = [scope_of(item)]
    if item.row is not None:
        scopes.append((item.row.scope, item.row.member))
    if not all(may_decide(caller.user, *scope) for scope in scopes):
        item.refuse("/scope", "not-allowed")


__all__ = [
    "APART",
    "MEMBERS",
    "REFERENCES",
    "check_decides",
    "fits",
    "kpi_of",
    "may_decide",
    "may_read",
    "resolve_scopes",
    "scope_of",
    "value_of",
]
