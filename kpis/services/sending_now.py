"""Sending a report before its time: what ended last, again also to who has got it.

What is put into the outbox is new, with an identity of its own, or a mail program would take it for the one it knows.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.mails import last_try
from crm.models import Organization
from crm.preferences import Preferences
from kpis.models import Delivery, Mailing
from kpis.readings.words import number_text
from kpis.services.mailings import is_for

PAUSE = timedelta(minutes=5)
# Mails of one owner's reports, whoever planned them.
HOUR, MOST_AN_HOUR = timedelta(hours=1), 200


@transaction.atomic
def send_mailing_now(mailing: Mailing, *, at: datetime) -> int:
    """Put what its readers get of the period that ended last into the outbox; returns how many mails."""
    mailing = Mailing.objects.select_for_update(of=("self",)).select_related("dashboard__user", "user").get(pk=mailing.pk)
    organization = Organization.current()
    facts = {"calendar": mailing.calendar, "grain": mailing.cadence, "start": mailing.last_period(at, organization).start}
    known = Delivery.objects.filter(recipient__mailing=mailing, **facts)
    check_now(mailing, list(known), at)
    # What is being sent at this moment stays with whoever sends it.
    known.exclude(mail=Delivery.Mail.SENDING).delete()
    busy = set(known.values_list("recipient", flat=True))
    made = [
        Delivery(recipient=recipient, mail=Delivery.Mail.DUE, mail_at=at, **facts)
        for recipient in mailing.recipients.wanting().order_by("pk")
        if recipient.pk not in busy
    ]
    if not made:
        raise ValidationError(_("Nobody gets this report: all its recipients have unsubscribed."), code="no-readers")
    check_hour(mailing, len(made), at)
    return len(Delivery.objects.bulk_create(made))


def check_now(mailing: Mailing, known: list[Delivery], at: datetime) -> None:
    if not mailing.is_on:
        raise ValidationError(_("This report pauses: let it go on first."), code="paused")
    if not is_for(mailing, mailing.user):
        raise ValidationError(_("You cannot see this page any more: choose another one."), code="not-visible")
    tried = [moment for delivery in known if (moment := last_try(delivery))]
    if tried and max(tried) > at - PAUSE:
        raise ValidationError(_("This report went out in the last five minutes: wait a little."), code="rate-limited")


def check_hour(mailing: Mailing, more: int, at: datetime) -> None:
    lately = Delivery.objects.filter(recipient__mailing__user=mailing.user, mail_at__range=(at - HOUR, at))
    if lately.exclude(mail=Delivery.Mail.NONE).count() + more > MOST_AN_HOUR:
        prefs = Preferences(mailing.user, mailing.user.language_without_browser)
        text = _("Your reports have sent %(count)s mails in this hour: send this one later.")
        raise ValidationError(text % {"count": number_text(MOST_AN_HOUR, prefs)}, code="rate-limited")
