"""Alert rules and their history: everybody's own."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from msgspec import Struct

from crm.api.output import Column, Output, plain, shown
from crm.api.resource import Resource, equals, flag
from crm.inputs.caller import Caller
from kpis.api.targets import OF_SCOPE, SCOPE_FILTERS
from kpis.models import ALERT_GRAINS, Alert, AlertRule
from kpis.services import write_alerts
from kpis.services.inputs import AlertIn

KEPT_IN_SIGHT = 20


class CrossingOut(Struct):
    """One crossing; `mail` says what became of its e-mail. Of an alarm the bound is the page in the middle's conversion."""

    period: str
    landing_page: int | None
    value: str
    before: str | None
    condition: str
    bound: str
    raised_at: str
    is_muted: bool
    read_at: str | None
    mail: str


def history_of(rule: AlertRule, caller: Caller) -> list[CrossingOut]:
    return [
        CrossingOut(
            period=alert.period.key,
            landing_page=alert.landing_page_id,
            value=plain(alert.value) or "0",
            before=plain(alert.before),
            condition=alert.condition,
            bound=plain(alert.bound) or "0",
            raised_at=shown(alert.raised_at, caller),
            is_muted=alert.is_muted,
            read_at=shown(alert.read_at, caller),
            mail=alert.mail,
        )
        for alert in rule.latest_alerts
    ]


def with_history(rows: QuerySet) -> QuerySet:
    latest = Prefetch("alerts", Alert.objects.order_by("-pk")[:KEPT_IN_SIGHT], to_attr="latest_alerts")
    told = Prefetch("shared", AlertRule.objects.standing().select_related("user").order_by("pk"), to_attr="told")
    return rows.made().standing().select_related("person").prefetch_related(latest, told)


ALERTS = Resource(
    name="alerts",
    model=AlertRule,
    struct=AlertIn,
    write=write_alerts,
    required=("kpi", "condition", "grain"),
    may_delete=lambda _user: True,
    rows=with_history,
    output=Output(
        AlertRule,
        [
            *("kpi", "condition", "calendar", "grain", "team", "channel", "campaign"),
            *("by_email", "muted_until", "is_on", "is_ringing"),
        ],
        [
            *OF_SCOPE,
            Column("bound", str | None, lambda row, _caller: plain(row.bound)),
            Column("recipients", list[str], lambda row, _caller: [one.user.email for one in row.told]),
            Column("history", list[CrossingOut], history_of),
        ],
    ),
    filters=SCOPE_FILTERS | {"grain": equals("grain", ALERT_GRAINS), "is_on": flag("is_on"), "is_ringing": flag("is_ringing")},
)
