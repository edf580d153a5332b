"""Sending the mails of alerts. The rows are the outbox: taken, settled, tried again where nothing can have been sent.

A mail is never sent twice: where it is not known whether the server took it, it stays with that, and the notice in the
app has said the same.
"""

from __future__ import annotations

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
from kpis.models import Alert
from kpis.readings.bells import alert_sentence

log = get_logger("sanjeh")
# About three days in ten tries.
DELAYS = [timedelta(minutes=m) for m in (1, 5, 30, 120, 300, 600, 840, 1200, 1440)]
# A sender that has not answered for so long is dead; whether its mail went out nobody knows.
LEASE = timedelta(minutes=15)
MOST_MAILS, FIRST_PERMANENT = 100, 500
TIMEOUT = 20


def send_mails(*, at: datetime) -> int:
    """Send what is due; returns how many the server took."""
    give_up_lost(at)
    sent = 0
    for _number in range(MOST_MAILS):
        alert = take(at)
        if alert is None:
            break
        sent += send(alert, at=at)
    return sent


def give_up_lost(at: datetime) -> None:
    lost = Alert.objects.filter(mail=Alert.Mail.SENDING, mail_at__lt=at - LEASE)
    lost.update(mail=Alert.Mail.UNKNOWN, mail_error="the sender died while sending")


@transaction.atomic
def take(at: datetime) -> Alert | None:
    """The next mail that is due, committed as being sent before anything leaves."""
    due = Alert.objects.filter(mail=Alert.Mail.DUE, mail_at__lte=at).order_by("mail_at", "pk")
    alert = due.select_for_update(skip_locked=True, of=("self",)).select_related("rule__user").first()
    if alert:
        alert.mail, alert.mail_at, alert.mail_tries = Alert.Mail.SENDING, at, alert.mail_tries + 1
        alert.save(update_fields=["mail", "mail_at", "mail_tries"])
    return alert


def send(alert: Alert, *, at: datetime) -> bool:
    server = get_connection(timeout=TIMEOUT) if "smtp" in settings.EMAIL_BACKEND else get_connection()
    try:
        server.open()
    except (OSError, SMTPException) as error:
        return put_off(alert, error, at=at)
    try:
        server.send_messages([message_of(alert)])
    except (SMTPResponseException, SMTPRecipientsRefused) as error:
        return settle(alert, Alert.Mail.FAILED, error, at=at) if is_permanent(error) else put_off(alert, error, at=at)
    except (OSError, SMTPException) as error:
        return settle(alert, Alert.Mail.UNKNOWN, error, at=at)
    finally:
        server.close()
    settle(alert, Alert.Mail.SENT, None, at=at)
    return True


def is_permanent(error: SMTPResponseException | SMTPRecipientsRefused) -> bool:
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= FIRST_PERMANENT for code, _text in error.recipients.values())
    return error.smtp_code >= FIRST_PERMANENT


def put_off(alert: Alert, error: Exception, *, at: datetime) -> bool:
    """Nothing was sent: later again, unless it was tried long enough."""
    if alert.mail_tries > len(DELAYS):
        return settle(alert, Alert.Mail.FAILED, error, at=at)
    return settle(alert, Alert.Mail.DUE, error, at=at + DELAYS[alert.mail_tries - 1])


def settle(alert: Alert, state: Alert.Mail, error: Exception | None, *, at: datetime) -> bool:
    """Only what is still ours: after the lease it has been given up already."""
    text = "" if error is None else f"{type(error).__name__}: {error}"[:200]
    ours = Alert.objects.filter(pk=alert.pk, mail=Alert.Mail.SENDING, mail_tries=alert.mail_tries)
    ours.update(mail=state, mail_at=at, mail_error=text)
    if error is not None:
        log.warning("mail of an alert", alert=alert.pk, state=state.value, error=text)
    return False


def message_of(alert: Alert) -> EmailMessage:
    """In the language, calendar and unit of whom it is for; the same mail always has the same identity."""
    user = alert.rule.user
    with override(user.language):
        prefs = Preferences(user, user.language)
        sentence = alert_sentence(alert, prefs)
        link = settings.BASE_URL + reverse("kpis:kpi-detail", args=[alert.rule.kpi]) + f"?period={alert.period.key}"
        rules = settings.BASE_URL + reverse("kpis:alerts")
        body = _("%(sentence)s\n\nThe figure: %(link)s\nYour alerts: %(rules)s\n") % {
            "sentence": sentence,
            "link": link,
            "rules": rules,
        }
        subject = _("Alert: %(sentence)s") % {"sentence": sentence}
    identity = f"<alert-{alert.pk}@{urlsplit(settings.BASE_URL).hostname}>"
    return EmailMessage(" ".join(subject.split()), body, to=[user.email], headers={"Message-ID": identity})
