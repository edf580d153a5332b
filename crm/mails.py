"""Sending mails. The rows they tell of are the outbox: taken, settled, tried again where nothing was sent.

A mail is never sent twice: where it is not known whether the server took it, it stays with that. It is written before it
is taken: a worker that dies over it leaves it due.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils.module_loading import import_string
from structlog import get_logger

from crm.models.outbox import Outgoing

log = get_logger("sanjeh")
# About three days in ten tries.
DELAYS = [timedelta(minutes=m) for m in (1, 5, 30, 120, 300, 600, 840, 1200, 1440)]
# A sender that has not answered for so long is dead; whether its mail went out nobody knows.
LEASE = timedelta(minutes=15)
MOST_MAILS, FIRST_PERMANENT = 100, 500
TIMEOUT = 20
UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
TONES = {Outgoing.Mail.FAILED: "bad", Outgoing.Mail.UNKNOWN: "warn"}


def has_mail_server() -> bool:
    """A folder or a terminal brings mail to nobody."""
    return settings.EMAIL_BACKEND.split(".")[-2] not in {"filebased", "console"}


def message_id(row: Outgoing, *facts: object) -> str:
    """The same at each try of one mail; `facts` tell it from another row that has got its key since a restore."""
    kind = row._meta.model_name
    apart = uuid5(NAMESPACE_URL, " ".join(str(fact) for fact in (settings.BASE_URL, kind, row.pk, *facts)))
    return f"<{kind}-{row.pk}-{apart.hex}@{urlsplit(settings.BASE_URL).hostname}>"


def file_name(name: str) -> str:
    """Of a PDF, without what one or another system of files does not take in a name."""
    return UNSAFE.sub("-", name) + ".pdf"


def send_mails(*, at: datetime) -> int:
    """Send what is due; returns how many the server took."""
    outbox = [apps.get_model(label) for label in settings.MAIL_WRITERS]
    for model in outbox:
        lost = model.objects.abandoned(at - LEASE)
        lost.update(mail=Outgoing.Mail.UNKNOWN, mail_error="the sender died while sending")
    due = [row for model in outbox for row in model.objects.due(at)[:MOST_MAILS]]
    return sum(deliver(row, at=at) for row in due)


def deliver(row: Outgoing, *, at: datetime) -> bool:
    """Nothing has left before the row is taken, so what fails until then is tried again."""
    try:
        message = import_string(settings.MAIL_WRITERS[row._meta.label])(row, at)
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
    settle(row, Outgoing.Mail.SENT if has_mail_server() else Outgoing.Mail.KEPT, None, at=at)
    return True


def is_permanent(error: SMTPResponseException | SMTPRecipientsRefused) -> bool:
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= FIRST_PERMANENT for code, _text in error.recipients.values())
    return error.smtp_code >= FIRST_PERMANENT


def said_by(error: Exception) -> str:
    """What the server answered, in its own words; else what went wrong."""
    if isinstance(error, SMTPRecipientsRefused):
        return " · ".join(answer_text(*answer) for answer in error.recipients.values())
    if isinstance(error, SMTPResponseException):
        return answer_text(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"


def answer_text(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return f"{code} {''.join(filter(str.isprintable, text))}".strip()


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


def is_on_its_way(row: Outgoing, at: datetime) -> bool:
    """What is settled within moments: a page that shows it looks again by itself."""
    is_due = row.mail == Outgoing.Mail.DUE and row.mail_at is not None and row.mail_at <= at
    return is_due or row.mail == Outgoing.Mail.SENDING


def settle(row: Outgoing, state: Outgoing.Mail, error: Exception | None, *, at: datetime) -> bool:
    """Only what is still ours: after the lease it has been given up already."""
    text = "" if error is None else said_by(error)[:200]
    ours = type(row).objects.filter(pk=row.pk, mail=Outgoing.Mail.SENDING, mail_tries=row.mail_tries)
    ours.update(mail=state, mail_at=at, mail_error=text)
    if error is not None:
        log.warning("mail not sent", row=str(row), kind=type(row).__name__, state=state.value, error=text)
    return False
