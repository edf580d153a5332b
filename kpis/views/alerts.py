"""Alarm bells: one's rules, what has rung, and what would have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.exceptions import BadRequest
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from crm.mails import has_mail_server
from crm.pages import FormPage, Page, action, form_key, say
from crm.permissions import may_enter
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day, format_moment
from kpis.catalogue import CATALOGUE
from kpis.forms.alerts import AlertForm, initial_of
from kpis.models import Alert, AlertRule
from kpis.readings.alerts import Ringing, last_complete, preview, values_of
from kpis.readings.bells import EACH, alert_sentence, path_of, rule_sentence
from kpis.readings.words import number_text, period_text, value_text
from kpis.services import mark_alerts_read, mute_alert, remove_alert, set_alert, shared_alert_of, switch_alert
from kpis.views.mailings import DoorOfMails

MOST_RINGINGS = 50
MUTED_DAYS = (7, 30)
MAIL_TONES = {Alert.Mail.FAILED: "bad", Alert.Mail.UNKNOWN: "warn"}


def rules_of(request: HttpRequest) -> Any:
    related = ("team", "person", "channel", "campaign", "user")
    return AlertRule.objects.visible_to(request.user).standing().filter(kpi__in=CATALOGUE).select_related(*related)


class AlertsView(Page, TemplateView):
    template_name = "kpis/alerts.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told = Prefetch("shared", AlertRule.objects.standing().select_related("user").order_by("pk"), to_attr="told")
        rules = list(rules_of(self.request).select_related("shared_from__user").prefetch_related(told).order_by("-is_on", "-pk"))
        by_key = {rule.pk: rule for rule in rules}
        rung = list(
            Alert.objects.filter(rule__in=by_key).select_related("landing_page").order_by("-raised_at", "-pk")[:MOST_RINGINGS]
        )
        for alert in rung:
            alert.rule = by_key[alert.rule_id]
        return super().get_context_data(**kwargs) | {
            "rules": [self.rule(rule) for rule in rules],
            "rung": [self.ringing(alert) for alert in rung],
            "has_unread": any(alert.read_at is None and not alert.is_muted for alert in rung),
        }

    def rule(self, rule: AlertRule) -> dict[str, Any]:
        prefs = self.request.prefs
        is_muted = rule.muted_until is not None and rule.muted_until >= prefs.today(self.at)
        days = [(days, number_text(days, prefs)) for days in MUTED_DAYS]
        return {
            "rule": rule,
            "sentence": rule_sentence(rule, prefs),
            "each": EACH[rule.grain],
            "told": [(one.user, one.is_on) for one in rule.told],
            "muted_text": format_day(rule.muted_until, prefs) if is_muted else "",
            "mutes": [(count, _("Mute for %(days)s days") % {"days": text}) for count, text in days],
        }

    def ringing(self, alert: Alert) -> dict[str, Any]:
        prefs = self.request.prefs
        return {
            "alert": alert,
            "sentence": alert_sentence(alert, prefs),
            "url": path_of(alert),
            "when": format_moment(alert.raised_at, prefs),
            "is_unread": alert.read_at is None and not alert.is_muted,
            "mail_text": "" if alert.mail == Alert.Mail.NONE else alert.get_mail_display(),
            "mail_tone": MAIL_TONES.get(alert.mail, ""),
        }


class AlertFormView(FormPage):
    """A new rule, or one's own; a look at the last ninety days writes nothing."""

    template_name = "kpis/alert_form.html"
    form_class = AlertForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.rule = AlertRule()
        self.looked_at: AlertRule | None = None
        self.rung: list[Ringing] = []
        if request.user.is_authenticated and "pk" in kwargs:
            self.rule = get_object_or_404(rules_of(request).made(), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        if self.rule.pk:
            return initial_of(self.rule, self.request.prefs)
        return {"kpi": self.request.GET.get("kpi", ""), "grain": "month", "by_email": True, "token": uuid4()}

    def save(self, form: AlertForm) -> HttpResponse:
        facts = form.facts | {"user": self.request.user}
        if "preview" in self.request.POST:
            self.looked_at = rule = AlertRule(**facts)
            self.rung = preview(rule, self.request.prefs.today(self.at), self.request.prefs.organization)
            return self.render_to_response(self.get_context_data(form=form))
        key = form_key(AlertRule, form.cleaned_data["token"], facts | {"reader_keys": sorted(user.pk for user in form.told)})
        rule = set_alert(self.rule, facts, form.told, key)
        say(self.request, _("The alert “%(alert)s” was saved.") % {"alert": rule_sentence(rule, self.request.prefs)})
        return redirect("kpis:alerts")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = {"rule": self.rule, "has_mail_server": has_mail_server()}
        return super().get_context_data(**kwargs) | shown | self.would_have_rung()

    def would_have_rung(self) -> dict[str, Any]:
        if self.looked_at is None:
            return {}
        prefs, kpi = self.request.prefs, CATALOGUE[self.looked_at.kpi]
        count = len(self.rung)
        words = ngettext(
            "In the last 90 days this would have rung once.", "In the last 90 days this would have rung %(count)s times.", count
        )
        return {
            "preview_text": words % {"count": number_text(count, prefs)}
            if count
            else _("In the last 90 days this would not have rung."),
            "preview_last": self.last_text(self.looked_at),
            "preview_rows": [
                (period_text(each.value.period, prefs), value_text(kpi, each.value.value, prefs), each.page) for each in self.rung
            ],
        }

    def last_text(self, rule: AlertRule) -> str:
        """How near the bound is to what the figure was last; the alarm of pages has none."""
        prefs = self.request.prefs
        if rule.is_of_pages:
            return ""
        today = prefs.today(self.at)
        (last,) = values_of(rule, [last_complete(rule, today, prefs.organization)], today)
        if last.value is None:
            return ""
        facts = {"period": period_text(last.period, prefs), "value": value_text(CATALOGUE[rule.kpi], last.value, prefs)}
        text = _("In the last complete period, %(period)s, it was %(value)s.") % facts
        updating = _("being updated")
        return f"{text} ({updating})" if last.is_stale else text


class BellView(Page, TemplateView):
    """How many crossings nobody has looked at: a fragment for the bell of every page."""

    template_name = "kpis/_bell.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        count = Alert.objects.visible_to(self.request.user).unread().count()
        return super().get_context_data(count=count, count_text=number_text(count, self.request.prefs), **kwargs)


class UnsubscribeView(DoorOfMails):
    """For whom somebody else has chosen to be told."""

    def asked(self, token: str) -> AlertRule:
        rule = shared_alert_of(token)
        if rule is None or rule.kpi not in CATALOGUE:
            raise Http404
        return rule

    def stop(self, asked: AlertRule) -> AlertRule:
        return switch_alert(asked, on=False)

    def told(self, asked: AlertRule) -> dict[str, Any]:
        prefs = Preferences(asked.user, asked.user.language_without_browser)
        return {
            "title": rule_sentence(asked, prefs),
            "is_off": not asked.is_on,
            "question": _("This alert comes to you by e-mail. Do you want no more of it?"),
        }


@action(may_enter)
def mark_read(request: HttpRequest) -> str:
    mark_alerts_read(request.user, at=timezone.now())
    return reverse("kpis:alerts")


@action(may_enter)
def see(request: HttpRequest, pk: int) -> str:
    """One crossing; the others stay as they are."""
    alert = get_object_or_404(Alert.objects.visible_to(request.user), pk=pk)
    mark_alerts_read(request.user, at=timezone.now(), pk=alert.pk)
    return reverse("kpis:alerts")


@action(may_enter)
def mute(request: HttpRequest, pk: int) -> str:
    days = request.POST.get("days", "0")
    if days not in {"0", *map(str, MUTED_DAYS)}:
        raise BadRequest("days")
    rule = own_rule(request, pk)
    today = request.prefs.today(timezone.now())
    mute_alert(rule, until=today + timedelta(days=int(days)) if days != "0" else None)
    return reverse("kpis:alerts")


@action(may_enter)
def switch(request: HttpRequest, pk: int) -> str:
    rule = own_rule(request, pk)
    switch_alert(rule, on=not rule.is_on)
    return reverse("kpis:alerts")


@action(may_enter)
def remove(request: HttpRequest, pk: int) -> str:
    rule = get_object_or_404(rules_of(request).made(), pk=pk)
    sentence = rule_sentence(rule, request.prefs)
    remove_alert(rule)
    say(request, _("The alert “%(alert)s” was deleted.") % {"alert": sentence}, undo=reverse("kpis:alert-restore", args=[pk]))
    return reverse("kpis:alerts")


@action(may_enter)
def restore(request: HttpRequest, pk: int) -> str:
    remove_alert(get_object_or_404(AlertRule.objects.made().filter(user=request.user), pk=pk), removed=False)
    return reverse("kpis:alerts")


def own_rule(request: HttpRequest, pk: int) -> AlertRule:
    rule = rules_of(request).filter(pk=pk).first()
    if rule is None:
        raise Http404
    return rule
