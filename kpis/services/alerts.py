"""Alarm bells: writing rules, judging them by the clock given, and reading what has rung."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from structlog import get_logger

from crm.inputs.caller import Caller
from crm.inputs.items import Item, sound
from crm.inputs.rates import is_too_fine
from crm.inputs.upsert import Recipe, upsert
from crm.models import Organization, User
from kpis.catalogue import CATALOGUE
from kpis.definitions import Unit
from kpis.models import Alert, AlertRule, Condition
from kpis.models.scope import MEMBERS
from kpis.readings.alerts import Verdict, last_complete, values_of, verdict
from kpis.readings.values import Value
from kpis.services.inputs import AlertIn
from kpis.services.scopes import APART, REFERENCES, kpi_of, resolve_scopes, value_of

log = get_logger("sanjeh")


def write_alerts(items: list[Item], caller: Caller) -> None:
    upsert(RECIPE, items, caller)


def complete_alerts(items: list[Item], caller: Caller) -> None:
    resolve_scopes(items, caller)
    for item in sound(items):
        kpi, bound = kpi_of(item, caller), value_of(item, "bound")
        is_change = value_of(item, "condition") in (Condition.RISES, Condition.FALLS)
        if is_change and bound <= 0:
            item.refuse("/bound", "out-of-range")
        if kpi and kpi.unit is Unit.MONEY and not is_change and is_too_fine(bound, caller.organization.currency):
            item.refuse("/bound", "precision")
        if item.row is None:
            item.values |= {"user_id": caller.user.pk, "calendar": item.values.get("calendar", caller.calendar.value)}
        elif any(getattr(item.row, name) != item.values[name] for name in QUESTION if name in item.values):
            item.values["is_ringing"] = False  # another question: what was answered before says nothing about it
        if item.row is not None:
            item.values["is_removed"] = False


RECIPE = Recipe(
    AlertRule,
    AlertIn,
    references=REFERENCES,
    required=("kpi", "condition", "bound", "grain"),
    apart=APART,
    completes=complete_alerts,
)


QUESTION = ("kpi", "condition", "bound", "calendar", "grain", *MEMBERS)


def set_alert(rule: AlertRule, facts: Mapping[str, Any], key: Mapping[str, str] | None = None) -> AlertRule:
    """Make a rule or change it; another question starts in silence. A new one whose `key` is known is made already."""
    if rule.pk is None and key:
        if "external_id" in key and (known := AlertRule.objects.filter(**key).first()):
            return remove_alert(known, removed=False)
        facts = {**facts, "external_id": None, **key}
    if rule.pk and any(getattr(rule, name) != value for name, value in facts.items() if name in QUESTION):
        rule.is_ringing = False
    for name, value in facts.items():
        setattr(rule, name, value)
    rule.save()
    return rule


def mute_alert(rule: AlertRule, *, until: date | None) -> AlertRule:
    """Up to the end of a day it rings without a sound: the history goes on."""
    rule.muted_until = until
    rule.save(update_fields=["muted_until", "updated_at"])
    return rule


def switch_alert(rule: AlertRule, *, on: bool) -> AlertRule:
    rule.is_on = on
    rule.save(update_fields=["is_on", "updated_at"])
    return rule


def remove_alert(rule: AlertRule, *, removed: bool = True) -> AlertRule:
    """Put it away with what it has rung, or back."""
    rule.is_removed = removed
    rule.save(update_fields=["is_removed", "updated_at"])
    return rule


def mark_alerts_read(user: User, *, at: datetime) -> int:
    return Alert.objects.visible_to(user).unread().update(read_at=at)


def judge_rules(*, at: datetime) -> int:
    """Judge every rule by its last complete period; returns how many began to ring. One that fails stops no other."""
    organization = Organization.current()
    rung = 0
    for rule in AlertRule.objects.to_judge():
        try:
            rung += judge_rule(rule, organization, at=at)
        except Exception:
            log.exception("alert not judged", rule=rule.pk)
    return rung


def judge_rule(rule: AlertRule, organization: Organization, *, at: datetime) -> bool:
    kpi, today = CATALOGUE.get(rule.kpi), organization.day_of(at)
    if kpi is None:
        return False
    period = last_complete(rule, today, organization)
    before, now = values_of(rule, (period.previous(), period), today)
    found = verdict(rule, kpi, now, before)
    if found is Verdict.UNDECIDED:
        return False
    return ring(rule, now, before, is_beyond=found is Verdict.RINGS, today=today, at=at)


@transaction.atomic
def ring(rule: AlertRule, now: Value, before: Value, *, is_beyond: bool, today: date, at: datetime) -> bool:
    """Note the new state; a crossing is told once, however many judge at the same time, and once a period at most."""
    rule = AlertRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if rule.is_ringing == is_beyond:
        return False
    rule.is_ringing = is_beyond
    rule.save(update_fields=["is_ringing"])
    if not is_beyond:
        return False
    is_muted = rule.muted_until is not None and today <= rule.muted_until
    is_mailed = rule.by_email and not is_muted
    _alert, is_new = Alert.objects.get_or_create(
        rule=rule,
        calendar=rule.calendar,
        grain=rule.grain,
        start=now.period.start,
        defaults={
            "condition": rule.condition,
            "bound": rule.bound,
            "value": now.value,
            "before": before.value,
            "version": CATALOGUE[rule.kpi].version,
            "raised_at": at,
            "is_muted": is_muted,
            "mail": Alert.Mail.DUE if is_mailed else Alert.Mail.NONE,
            "mail_at": at if is_mailed else None,
        },
    )
    return is_new
