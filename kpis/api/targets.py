"""Targets: read by those who see the KPI and the scope, set by those who lead."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from crm.api.output import Column, Output, plain
from crm.api.problems import bad_parameter
from crm.api.resource import Filter, Resource, equals, refers
from crm.inputs.caller import Caller
from crm.models import User
from crm.periods import DateError, parse_period
from crm.permissions import may_set_targets
from kpis.models import TARGET_GRAINS, Scope, Target
from kpis.models.scope import COLUMNS
from kpis.services import write_targets
from kpis.services.inputs import TargetIn
from kpis.services.scopes import may_decide


def narrow_to_scope(rows: QuerySet, value: str, caller: Caller) -> QuerySet:
    if value not in set(Scope):
        raise bad_parameter("scope")
    if value == Scope.COMPANY:
        return rows.of_scope(Scope.COMPANY)
    return rows.filter(**{f"{COLUMNS[Scope(value)]}__isnull": False})


def narrow_to_period(rows: QuerySet, value: str, caller: Caller) -> QuerySet:
    try:
        period = parse_period(value, caller.organization.calendar_rules)
    except DateError as error:
        raise bad_parameter("period") from error
    return rows.of_periods([period])


def email_of(name: str) -> Column:
    return Column(name, str | None, lambda row, _caller: getattr(row, name) and getattr(row, name).email)


def owner_of(row: Any, _caller: Caller) -> str | None:
    return row.person.email if row.person else None


def decides(user: User, row: Any) -> bool:
    return may_decide(user, row.scope, row.member)


OF_SCOPE: tuple[Column, ...] = (
    Column("scope", str, lambda row, _caller: row.scope.value),
    Column("owner", str | None, owner_of),
)
SCOPE_FILTERS: dict[str, Filter] = {
    "kpi": equals("kpi"),
    "scope": Filter(narrow_to_scope, "", {"type": "string", "enum": [scope.value for scope in Scope]}),
    "team": refers("team", "name"),
    "owner": refers("person", "email"),
    "channel": refers("channel", "slug"),
    "campaign": refers("campaign"),
}
TARGETS = Resource(
    name="targets",
    model=Target,
    struct=TargetIn,
    write=write_targets,
    required=("kpi", "period", "value"),
    may_write=may_set_targets,
    may_delete=may_set_targets,
    decides=decides,
    rows=lambda rows: rows.select_related("person", "set_by"),
    output=Output(
        Target,
        ["kpi", "calendar", "grain", "team", "channel", "campaign"],
        [
            *OF_SCOPE,
            Column("period", str, lambda row, _caller: row.period.key),
            Column("start", str, lambda row, _caller: row.period.start.isoformat()),
            Column("end", str, lambda row, _caller: row.period.end.isoformat()),
            Column("value", str, lambda row, _caller: plain(row.value)),
            email_of("set_by"),
        ],
    ),
    filters=SCOPE_FILTERS | {"grain": equals("grain", TARGET_GRAINS), "period": Filter(narrow_to_period, "a period's key")},
)
