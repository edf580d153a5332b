"""Alarm bells: writing rules, judging them by the clock given, and reading what has rung."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import transaction
from msgspec import UNSET
from structlog import get_logger

from crm.inputs.caller import Caller
from crm.inputs.items import Item, sound
from crm.inputs.rates import is_too_fine
from crm.inputs.references import PEOPLE, find, key_of
from crm.inputs.upsert import Recipe, upsert
from crm.models import Organization, User
from kpis.catalogue import CATALOGUE
from kpis.definitions import Kpi, Unit, is_hidden
from kpis.engine.locks import JUDGING, share
from kpis.models import ALARMING, Alert, AlertRule, Condition
from kpis.models.scope import COLUMNS, MEMBERS
from kpis.readings.alerts import Ringing, Verdict, alarms_of, last_complete, values_of, verdict
from kpis.readings.values import Value
from kpis.services.inputs import AlertIn
from kpis.services.scopes import APART, REFERENCES, kpi_of, may_read, resolve_scopes, scope_of, value_of

log = get_logger("sanjeh")
SIGNER = Signer(salt="kpis.alert")
QUESTION = ("kpi", "condition", "bound", "calendar", "grain", *MEMBERS)


def write_alerts(items: list[Item], caller: Caller) -> None:
    readers = resolve_readers(items, caller)
    upsert(replace(RECIPE, completes=partial(complete_alerts, readers)), items, caller)
    share_alerts(
        [item.row for item in items if item.pk], {item.pk: readers[item.index] for item in items if item.index in readers}
    )


def complete_alerts(readers: Mapping[int, list[User]], items: list[Item], caller: Caller) -> None:
    resolve_scopes(items, caller)
    for item in sound(items):
        kpi, bound = kpi_of(item, caller), value_of(item, "bound")
        refuse_blind(item, kpi, readers.get(item.index))
        if value_of(item, "condition") == Condition.ALARM:
            check_alarm(item)
        elif bound is None:
            item.refuse("/bound", "required")
        else:
            check_bound(item, kpi, bound, caller)
        if item.row is None:
            item.values |= {"user_id": caller.user.pk, "calendar": item.values.get("calendar", caller.calendar.value)}
        elif any(getattr(item.row, name) != item.values[name] for name in QUESTION if name in item.values):
            item.values["is_ringing"] = False  # another question: what was answered before says nothing about it
        if item.row is not None:
            item.values["is_removed"] = False


def check_alarm(item: Item) -> None:
    """Only of landing pages, and without a bound: each page is held against the others."""
    if value_of(item, "kpi") != ALARMING:
        item.refuse("/condition", "inconsistent")
    if item.values.get("bound") is not None:
        item.refuse("/bound", "inconsistent")
    item.values["bound"] = None


def check_bound(item: Item, kpi: Kpi | None, bound: Decimal, caller: Caller) -> None:
    is_change = value_of(item, "condition") in (Condition.RISES, Condition.FALLS)
    if is_change and bound <= 0:
        item.refuse("/bound", "out-of-range")
    if kpi and kpi.unit is Unit.MONEY and not is_change and is_too_fine(bound, caller.organization.currency):
        item.refuse("/bound", "precision")


def resolve_readers(items: list[Item], caller: Caller) -> dict[int, list[User]]:
    """Who else is to be told, by the item's place; unknown and invisible ones are refused alike."""
    named = {item.index: item for item in items if item.data is not None and item.data.recipients is not UNSET}
    keys = {key_of(value, PEOPLE, caller) for item in named.values() for value in item.data.recipients}
    found = find(keys, PEOPLE, caller) if keys else {}
    people = User.objects.in_bulk(set(found.values())) if found else {}
    readers: dict[int, list[User]] = {}
    for index, item in named.items():
        known = [found.get(key_of(value, PEOPLE, caller)) for value in item.data.recipients]
        for position, pk in enumerate(known):
            if pk is None:
                item.refuse(f"/recipients/{position}", "invalid-reference")
        readers[index] = [people[pk] for pk in known if pk]
    return readers


def refuse_blind(item: Item, kpi: Kpi | None, readers: Sequence[User] | None) -> None:
    """Nobody is told of what they may not look at, neither who is named nor, where nobody is, who is told already."""
    if kpi is None:
        return
    for position, reader in enumerate(readers or ()):
        if not may_read(reader, kpi, *scope_of(item)):
            item.refuse(f"/recipients/{position}", "not-allowed")
    if readers is None and item.row is not None:
        told = item.row.shared.filter(is_removed=False).select_related("user")
        if not all(may_read(one.user, kpi, *scope_of(item)) for one in told):
            item.refuse("/recipients", "not-allowed")


RECIPE = Recipe(
    AlertRule,
    AlertIn,
    references=REFERENCES,
    required=("kpi", "condition", "grain"),
    apart=APART | {"recipients"},
)


@transaction.atomic
def set_alert(
    rule: AlertRule, facts: Mapping[str, Any], readers: Iterable[User] = (), key: Mapping[str, str] | None = None
) -> AlertRule:
    """Make a rule or change it, and who else is told. A new one whose `key` is known is made already."""
    if rule.pk is None and key:
        if "external_id" in key and (known := AlertRule.objects.filter(**key).first()):
            return remove_alert(known, removed=False)
        facts = {**facts, "external_id": None, **key}
    change_alert(rule, facts)
    share_alert(rule, readers)
    return rule


def change_alert(rule: AlertRule, facts: Mapping[str, Any]) -> None:
    """Another question starts in silence."""
    if rule.pk and any(getattr(rule, name) != value for name, value in facts.items() if name in QUESTION):
        rule.is_ringing = False
    for name, value in facts.items():
        setattr(rule, name, value)
    rule.save()


def share_alerts(rules: Sequence[AlertRule], readers: Mapping[int, list[User]]) -> None:
    """Those of which it is said who else is told, and those that somebody else has already."""
    known = set(AlertRule.objects.filter(shared_from__in=rules).values_list("shared_from", flat=True)) if rules else set()
    for rule in rules:
        if rule.pk in readers or rule.pk in known:
            share_alert(rule, readers.get(rule.pk))


def share_alert(rule: AlertRule, readers: Iterable[User] | None) -> None:
    """Each reader has the rule too, as it is now; without readers those who have it stay.

    Whom its maker takes off keeps the row: put back, they have as much switched off, and were told as much, as before.
    """
    known = {one.user_id: one for one in rule.shared.select_for_update(of=("self",)).order_by("pk")}
    listed = {pk for pk, one in known.items() if not one.is_removed}
    wanted = listed if readers is None else {user.pk for user in readers} - {rule.user_id}
    facts = {name: getattr(rule, name) for name in (*QUESTION, "by_email")}
    for pk in sorted(wanted | listed):
        one = known.get(pk) or AlertRule(shared_from=rule, user_id=pk)
        change_alert(one, facts | {"is_removed": pk not in wanted})


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
    """Put it away with what it has rung, for all who are told, or back."""
    rule.is_removed = removed
    rule.save(update_fields=["is_removed", "updated_at"])
    return rule


def token_of(rule: AlertRule) -> str:
    """Opens the one door where who is told says that they want no more of it; without signing in."""
    return SIGNER.sign(str(rule.pk))


def shared_alert_of(token: str) -> AlertRule | None:
    try:
        key = SIGNER.unsign(token)
    except BadSignature:
        return None
    return AlertRule.objects.exclude(shared_from=None).select_related("user", *COLUMNS.values()).filter(pk=key).first()


def mark_alerts_read(user: User, *, at: datetime, **which: Any) -> int:
    """All of one's own, or which of them."""
    return Alert.objects.visible_to(user).unread().filter(**which).update(read_at=at)


def judge_rules(*, at: datetime) -> int:
    """Judge every rule by its last complete period; returns how many began to ring.

    Not while the demo company is removed: what it rings is forgotten with it.
    """
    with share(JUDGING) as is_free:
        organization = Organization.current()
        return sum(try_to_judge(rule, organization, at=at) for rule in AlertRule.objects.to_judge()) if is_free else 0


def try_to_judge(rule: AlertRule, organization: Organization, *, at: datetime) -> int:
    """One that fails stops no other."""
    try:
        return judge_rule(rule, organization, at=at)
    except Exception:
        log.exception("alert not judged", rule=rule.pk)
        return 0


def is_blind(rule: AlertRule, kpi: Kpi) -> bool:
    """Its reader may not look at what a colleague's rule is about: none of that would be theirs, which is no figure of 0."""
    return is_hidden(kpi, rule.user) or bool(rule.shared_from_id and not may_read(rule.user, kpi, rule.scope, rule.member))


def judge_rule(rule: AlertRule, organization: Organization, *, at: datetime) -> int:
    kpi, today = CATALOGUE.get(rule.kpi), organization.day_of(at)
    if kpi is None or is_blind(rule, kpi):
        return 0
    period = last_complete(rule, today, organization)
    periods = (period.previous(), period)
    if rule.is_of_pages:
        (alarms,) = alarms_of(rule, periods, today)
        return 0 if alarms is None else ring_pages(rule, alarms, today=today, at=at)
    before, now = values_of(rule, periods, today)
    found = verdict(rule, kpi, now, before)
    if found is Verdict.UNDECIDED:
        return 0
    return int(ring(rule, now, before, is_beyond=found is Verdict.RINGS, today=today, at=at))


@transaction.atomic
def ring(rule: AlertRule, now: Value, before: Value, *, is_beyond: bool, today: date, at: datetime) -> bool:
    """Note the new state; a crossing is told once, however many judge at the same time, and once a period at most."""
    rule = AlertRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if rule.is_ringing == is_beyond:
        return False
    rule.is_ringing = is_beyond
    rule.save(update_fields=["is_ringing"])
    return is_beyond and tell(rule, Ringing(now, before, rule.bound), today=today, at=at)


@transaction.atomic
def ring_pages(rule: AlertRule, alarms: Mapping[int, Ringing], *, today: date, at: datetime) -> int:
    """Note which landing pages are in alarm; each of them that was not is told. One that left it rings when it comes back."""
    rule = AlertRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    before = set(rule.ringing_pages) if rule.is_ringing else set()
    if before == set(alarms):
        return 0
    rule.is_ringing, rule.ringing_pages = bool(alarms), sorted(alarms)
    rule.save(update_fields=["is_ringing", "ringing_pages"])
    return sum(tell(rule, found, today=today, at=at) for page, found in alarms.items() if page not in before)


def tell(rule: AlertRule, found: Ringing, *, today: date, at: datetime) -> bool:
    """Write it down for whom the rule is; once a period at most, whatever becomes of its records."""
    is_muted = rule.muted_until is not None and today <= rule.muted_until
    is_mailed = rule.by_email and not is_muted
    _alert, is_new = Alert.objects.get_or_create(
        rule=rule,
        calendar=rule.calendar,
        grain=rule.grain,
        start=found.value.period.start,
        landing_page=found.page,
        defaults={
            "condition": rule.condition,
            "bound": found.bound,
            "value": found.value.value,
            "before": found.before.value,
            "version": CATALOGUE[rule.kpi].version,
            "raised_at": at,
            "is_muted": is_muted,
            "mail": Alert.Mail.DUE if is_mailed else Alert.Mail.NONE,
            "mail_at": at if is_mailed else None,
        },
    )
    return is_new
