"""The mail of an alert that has rung."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.mails import message_id
from crm.preferences import Preferences
from kpis.catalogue import CATALOGUE
from kpis.models import Alert, AlertRule
from kpis.models.scope import COLUMNS
from kpis.readings.bells import alert_sentence, path_of
from kpis.services.alerts import is_blind, token_of


def message_of_alert(alert: Alert, at: datetime) -> EmailMessage | None:
    """In the language, calendar and unit of whom it is for; the same mail always has the same identity."""
    rule = AlertRule.objects.to_judge().select_related(*COLUMNS.values()).filter(pk=alert.rule_id).first()
    if rule is None or is_blind(rule, CATALOGUE[rule.kpi]):
        return None
    alert.rule = rule
    with override(rule.user.language_without_browser):
        sentence = alert_sentence(alert, Preferences(rule.user, rule.user.language_without_browser))
        link = settings.BASE_URL + path_of(alert)
        body = _("%(sentence)s\n\nThe figure: %(link)s\nYour alerts: %(rules)s\n") % {
            "sentence": sentence,
            "link": link,
            "rules": settings.BASE_URL + reverse("kpis:alerts"),
        }
        subject = _("Alert: %(sentence)s") % {"sentence": sentence}
        headers = {"Message-ID": message_id(alert, alert.raised_at.timestamp(), rule.user.email)}
        if rule.shared_from_id:
            door = settings.BASE_URL + reverse("kpis:alert-unsubscribe", args=[token_of(rule)])
            body += _("No more of these: %(unsubscribe)s\n") % {"unsubscribe": door}
            headers |= {"List-Unsubscribe": f"<{door}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return EmailMessage(" ".join(subject.split()), body, to=[rule.user.email], headers=headers)
