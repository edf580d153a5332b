"""A look at targets, alerts and notes, for superusers; they are written on their own pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.money import NOTHING
from crm.preferences import Preferences
from crm.settings_pages import ShownOnly
from crm.words import CALENDARS, GRAINS
from kpis.catalogue import CATALOGUE
from kpis.models import Alert, AlertRule, Annotation, Target
from kpis.models.scope import COLUMNS
from kpis.readings.bells import alert_sentence, bound_text, rule_sentence
from kpis.readings.words import period_text, value_text


def name_of(key: str) -> str:
    """A KPI that the catalogue no longer has keeps its key."""
    return str(CATALOGUE[key].name) if key in CATALOGUE else key or NOTHING


def kpi_name(row: Any, prefs: Preferences) -> str:
    return name_of(row.kpi)


def figure(key: str, value: Any, prefs: Preferences) -> str:
    return value_text(CATALOGUE[key], value, prefs) if key in CATALOGUE else str(value)


def bound(key: str, row: Alert | AlertRule, prefs: Preferences) -> str:
    if row.bound is None:
        return NOTHING
    return bound_text(CATALOGUE[key], row.condition, row.bound, prefs) if key in CATALOGUE else str(row.bound)


def rule_text(rule: AlertRule, prefs: Preferences) -> str:
    return rule_sentence(rule, prefs) if rule.kpi in CATALOGUE else str(rule)


class KpiFilter(admin.SimpleListFilter):
    title, parameter_name = _("KPI"), "kpi"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        found = model_admin.model._default_manager.order_by("kpi").values_list("kpi", flat=True).distinct()
        return sorted(((key, name_of(key)) for key in found if key), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(kpi=self.value()) if self.value() else queryset


def target_text(row: Target, prefs: Preferences) -> str:
    return _("%(kpi)s, %(period)s") % {"kpi": name_of(row.kpi), "period": period_text(row.period, prefs)}


@admin.register(Target)
class TargetAdmin(ShownOnly):
    list_display = ("kpi", "calendar", "grain", "start", "team", "person", "channel", "campaign", "value", "set_by")
    list_filter = ("calendar", "grain", KpiFilter)
    list_select_related = ("team", "person", "channel", "campaign", "set_by")
    texts = {
        "__str__": lambda row, prefs: (
            _("%(kpi)s, %(period)s") % {"kpi": name_of(row.kpi), "period": period_text(row.period, prefs)}
        ),
        "kpi": kpi_name,
        "value": lambda row, prefs: figure(row.kpi, row.value, prefs),
    }


@admin.register(AlertRule)
class AlertRuleAdmin(ShownOnly):
    list_display = ("kpi", "condition", "bound", "grain", "user", "is_on", "is_ringing", "muted_until")
    list_filter = ("is_on", "is_ringing", KpiFilter)
    list_select_related = ("user",)
    texts = {"__str__": rule_text, "kpi": kpi_name, "bound": lambda row, prefs: bound(row.kpi, row, prefs)}


@admin.register(Alert)
class AlertAdmin(ShownOnly):
    """How the mails are doing."""

    list_display = ("rule", "start", "value", "raised_at", "mail", "mail_tries", "mail_error")
    list_filter = ("mail",)
    list_select_related = tuple(f"rule__{column}" for column in COLUMNS.values())
    texts = {
        "__str__": lambda row, prefs: alert_sentence(row, prefs) if row.rule.kpi in CATALOGUE else str(row),
        "rule": lambda row, prefs: rule_text(row.rule, prefs),
        "calendar": lambda row, _prefs: str(CALENDARS[row.calendar]),
        "grain": lambda row, _prefs: str(GRAINS[row.grain]),
        "value": lambda row, prefs: figure(row.rule.kpi, row.value, prefs),
        "before": lambda row, prefs: figure(row.rule.kpi, row.before, prefs),
        "bound": lambda row, prefs: bound(row.rule.kpi, row, prefs),
    }


@admin.register(Annotation)
class AnnotationAdmin(ShownOnly):
    list_display = ("day", "text", "kpi", "user", "is_shared")
    list_select_related = ("user",)
    texts = {"kpi": kpi_name}
