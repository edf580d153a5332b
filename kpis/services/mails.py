"""Sending the mails of alerts and reports. The rows are the outbox: taken, settled, tried again where nothing was sent.

A mail is never sent twice: where it is not known whether the server took it, it stays with that. It is written before it
is taken: a worker that dies over it leaves it due.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from structlog import get_logger

from crm.preferences import Preferences
from kpis.catalogue import CATALOGUE
from kpis.models import Alert, AlertRule, Delivery
from kpis.models.outbox import Outgoing
from kpis.models.scope import COLUMNS
from kpis.readings.bells import alert_sentence
from kpis.services.alerts import is_blind, token_of
from kpis.services.mailings import message_of_delivery

log = get_logger("sanjeh")
# About three days in ten tries.
DELAYS = [timedelta(minutes=m) for m in (1, 5, 30, 120, 300, 600, 840, 1200, 1440)]
# A sender that has not answered for so long is dead; whether its mail went out nobody knows.
LEASE = timedelta(minutes=15)
MOST_MAILS, FIRST_PERMANENT = 100, 500
TIMEOUT = 20


def send_mails(*, at: datetime) -> int:
    """Send what is due; returns how many the server took."""
    for model in MESSAGES:
        lost = model.objects.abandoned(at - LEASE)
        lost.update(mail=Outgoing.Mail.UNKNOWN, mail_error="the sender died while sending")
    due = [row for model in MESSAGES for row in model.objects.due(at)[:MOST_MAILS]]
    return sum(deliver(row, at=at) for row in due)


def deliver(row: Outgoing, *, at: datetime) -> bool:
    """Nothing has left before the row is taken, so what fails until then is tried again."""
    try:
        message = MESSAGES[type(row)](row, at)
    except Exception as error:
        log.exception("mail not written", row=str(row), kind=type(row).__name__)
        return take(row, at=at) and put_off(row, error, at=at)
    if not take(row, at=at):
        return False
    return settle(row, Outgoing.Mail.NONE, None, at=at) if message is None else send(row, message, at=at)


@transaction.atomic
def take(row: Outgoing, *, at: datetime) -> bool:
    """Committed as being sent before anything leaves; of two who want it one gets it."""
    found = type(row).objects.due(at).select_for_update(skip_locked=True, of=("self",)).filter(pk=row.pk).first()
    if found is None:
        return False
    row.mail_tries = found.mail_tries + 1
    type(row).objects.filter(pk=row.pk).update(mail=Outgoing.Mail.SENDING, mail_at=at, mail_tries=row.mail_tries)
    return True


def send(row: Outgoing, message: EmailMessage, *, at: datetime) -> bool:
    server = get_connection(timeout=TIMEOUT) if "smtp" in settings.EMAIL_BACKEND else get_connection()
    try:
        server.open()
    except (OSError, SMTPException) as error:
        return put_off(row, error, at=at)
    try:
        server.send_messages([message])
    except (SMTPResponseException, SMTPRecipientsRefused) as error:
        return settle(row, Outgoing.Mail.FAILED, error, at=at) if is_permanent(error) else put_off(row, error, at=at)
    except (OSError, SMTPException) as error:
        return settle(row, Outgoing.Mail.UNKNOWN, error, at=at)
    finally:
        server.close()
    settle(row, Outgoing.Mail.SENT, None, at=at)
    return True


def is_permanent(error: SMTPResponseException | SMTPRecipientsRefused) -> bool:
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= FIRST_PERMANENT for code, _text in error.recipients.values())
    return error.smtp_code >= FIRST_PERMANENT


def put_off(row: Outgoing, error: Exception, *, at: datetime) -> bool:
    """Nothing was sent: later again, unless it was tried long enough."""
    if row.mail_tries > len(DELAYS):
        return settle(row, Outgoing.Mail.FAILED, error, at=at)
    return settle(row, Outgoing.Mail.DUE, error, at=at + DELAYS[row.mail_tries - 1])


def last_try(row: Outgoing) -> datetime | None:
    """When it was put out, sent or refused last."""
    if row.mail == Outgoing.Mail.DUE and row.mail_tries and row.mail_at:
        return row.mail_at - DELAYS[row.mail_tries - 1]
    return None if row.mail == Outgoing.Mail.NONE else row.mail_at


def settle(row: Outgoing, state: Outgoing.Mail, error: Exception | None, *, at: datetime) -> bool:
    """Only what is still ours: after the lease it has been given up already."""
    text = "" if error is None else f"{type(error).__name__}: {error}"[:200]
    ours = type(row).objects.filter(pk=row.pk, mail=Outgoing.Mail.SENDING, mail_tries=row.mail_tries)
    ours.update(mail=state, mail_at=at, mail_error=text)
    if error is not None:
        log.warning("mail not sent", row=str(row), kind=type(row).__name__, state=state.value, error=text)
    return False


def message_of_alert(alert: Alert, at: datetime) -> EmailMessage | None:
    """In the language, calendar and unit of whom it is for; the same mail always has the same identity."""
    rule = AlertRule.objects.to_judge().select_related(*COLUMNS.values()).filter(pk=alert.rule_id).first()
    if rule is None or is_blind(rule, CATALOGUE[rule.kpi]):
        return None
    alert.rule = rule
    with override(rule.user.language_without_browser):
        sentence = alert_sentence(alert, Preferences(rule.user, rule.user.language_without_browser))
        link = settings.BASE_URL + reverse("kpis:kpi-detail", args=[rule.kpi]) + f"?period={alert.period.key}"
        body = _("%(sentence)s\n\nThe figure: %(link)s\nYour alerts: %(rules)s\n") % {
            "sentence": sentence,
            "link": link,
            "rules": settings.BASE_URL + reverse("kpis:alerts"),
        }
        subject = _("Alert: %(sentence)s") % {"sentence": sentence}
        headers = {"Message-ID": f"<alert-{alert.pk}@{urlsplit(settings.BASE_URL).hostname}>"}
        if rule.shared_from_id:
            door = settings.BASE_URL + reverse("kpis:alert-unsubscribe", args=[token_of(rule)])
            body += _("No more of these: %(unsubscribe)s\n") % {"unsubscribe": door}
            headers |= {"List-Unsubscribe": f"<{door}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return EmailMessage(" ".join(subject.split()), body, to=[rule.user.email], headers=headers)


MESSAGES: Mapping[type[Outgoing], Callable[..., EmailMessage | None]] = {Alert: message_of_alert, Delivery: message_of_delivery}
