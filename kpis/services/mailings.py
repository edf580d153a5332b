"""Reports by e-mail: who gets which page when, and the mail itself with the page as PDF.

The rows are the truth: what is due stands in them, beat only wakes somebody who looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.mails import file_name, message_id
from crm.models import Organization, User
from crm.periods import Calendar, Grain, Period, period_of
from crm.preferences import Preferences
from kpis.addresses import FILTERS, NARROWER, breakdown_asked, choice_of, window_asked
from kpis.catalogue import CATALOGUE
from kpis.definitions import is_hidden
from kpis.models import Delivery, Mailing, Recipient
from kpis.printing import print_kpi, print_overview
from kpis.printing_of_dashboards import print_dashboard
from kpis.readings.words import period_text

SIGNER = Signer(salt="kpis.mailing")
MOST_PLANNED = 500


# -- what its owner does -----------------------------------------------------------------------------------------------


@transaction.atomic
def set_mailing(
    mailing: Mailing, facts: Mapping[str, Any], readers: Iterable[User], *, at: datetime, key: Mapping[str, str] | None = None
) -> Mailing:
    """Make it or change it. A new one whose `key` is known is made already; who unsubscribed stays so."""
    if mailing.pk is None and key:
        if "external_id" in key and (known := Mailing.objects.filter(**key).first()):
            return remove_mailing(known, at=at, removed=False)
        facts = {**facts, **key}
    for name, value in facts.items():
        setattr(mailing, name, value)
    mailing.created_at = mailing.created_at or at
    mailing.next_at = mailing.next_after(at, Organization.current())
    mailing.save()
    wanted = {user.pk for user in readers}
    mailing.recipients.listed().exclude(user__in=wanted).update(is_removed=True)
    Recipient.objects.bulk_create(
        [Recipient(mailing=mailing, user_id=pk) for pk in sorted(wanted)],
        update_conflicts=True,
        unique_fields=["mailing", "user"],
        update_fields=["is_removed"],
    )
    return mailing


def switch_mailing(mailing: Mailing, *, on: bool, at: datetime) -> Mailing:
    """While it is off nothing is sent, also of what was planned; on again it begins with the next period."""
    mailing.is_on, mailing.next_at = on, mailing.next_after(at, Organization.current())
    mailing.save(update_fields=["is_on", "next_at"])
    return mailing


def remove_mailing(mailing: Mailing, *, at: datetime, removed: bool = True) -> Mailing:
    """Put it away, or back: then it begins with the next period."""
    mailing.is_removed, mailing.next_at = removed, mailing.next_after(at, Organization.current())
    mailing.save(update_fields=["is_removed", "next_at"])
    return mailing


# -- what its readers do -----------------------------------------------------------------------------------------------


def token_of(recipient: Recipient) -> str:
    """Opens the one door where its reader says that they want no more of it; without signing in."""
    return SIGNER.sign(str(recipient.pk))


def recipient_of(token: str) -> Recipient | None:
    try:
        key = SIGNER.unsign(token)
    except BadSignature:
        return None
    return Recipient.objects.select_related("mailing", "user").filter(pk=key).first()


def subscribe(recipient: Recipient, *, wants: bool, at: datetime) -> Recipient:
    """A second time changes nothing."""
    if wants != (recipient.unsubscribed_at is None):
        recipient.unsubscribed_at = None if wants else at
        recipient.save(update_fields=["unsubscribed_at"])
    return recipient


# -- what the clock does -----------------------------------------------------------------------------------------------


def plan_mailings(*, at: datetime) -> int:
    """Put what is due into the outbox; returns how many mails."""
    due = list(Mailing.objects.due(at).values_list("pk", flat=True)[:MOST_PLANNED])
    return sum(plan_mailing(pk, at=at) for pk in due)


@transaction.atomic
def plan_mailing(pk: int, *, at: datetime) -> int:
    """Of the period that has ended last: after a standstill the ones before are old news. Of two who plan one does."""
    mailing = Mailing.objects.due(at).select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
    if mailing is None:
        return 0
    organization = Organization.current()
    period = mailing.last_period(at, organization)
    facts = {"calendar": mailing.calendar, "grain": mailing.cadence, "start": period.start}
    waiting = {"mail": Delivery.Mail.DUE, "mail_at": at}
    made = [
        Delivery.objects.get_or_create(recipient=recipient, **facts, defaults=waiting)[1]
        for recipient in mailing.recipients.wanting().order_by("pk")
    ]
    mailing.next_at = mailing.next_after(at, organization)
    mailing.save(update_fields=["next_at"])
    return sum(made)


# -- the mail ----------------------------------------------------------------------------------------------------------


def message_of_delivery(delivery: Delivery, at: datetime) -> EmailMessage | None:
    """In its reader's language, with what they may see themselves; none for who may not or does not want to any more."""
    rows = Recipient.objects.wanting().filter(mailing__is_on=True, mailing__user__is_active=True)
    recipient = rows.select_related("mailing__dashboard__user", "user").filter(pk=delivery.recipient_id).first()
    if recipient is None or not is_for(recipient.mailing, recipient.user):
        return None
    with override(recipient.user.language_without_browser):
        prefs = Preferences(recipient.user, recipient.user.language_without_browser)
        rules = prefs.organization.calendar_rules
        period = period_of(delivery.start, Calendar(delivery.calendar), Grain(delivery.grain), rules)
        return written(delivery, recipient, period, prefs, at)


def is_for(mailing: Mailing, user: User) -> bool:
    """Whether its page has anything to say to somebody: a dashboard that they may open, a KPI that their role sees."""
    if mailing.dashboard:
        return mailing.dashboard.is_visible_to(user)
    kpi = CATALOGUE.get(mailing.kpi)
    return user.is_active and (not mailing.kpi or (kpi is not None and not is_hidden(kpi, user)))


def page_name(mailing: Mailing) -> str:
    if mailing.dashboard:
        return mailing.dashboard.name
    kpi = CATALOGUE.get(mailing.kpi)
    return str(kpi.name) if kpi else _("KPI overview")


def title_of(mailing: Mailing) -> str:
    """What it is called; the name that the form proposes is the page's own, which has one in each reader's language."""
    return page_name(mailing) if mailing.name in names_of_page(mailing) else mailing.name


def names_of_page(mailing: Mailing) -> set[str]:
    names = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            names.add(page_name(mailing))
    return names


def page_address(mailing: Mailing) -> str:
    if mailing.dashboard:
        return reverse("kpis:dashboard", args=[mailing.dashboard.pk])
    return reverse("kpis:kpi-detail", args=[mailing.kpi]) if mailing.kpi in CATALOGUE else reverse("kpis:overview")


def written(delivery: Delivery, recipient: Recipient, period: Period, prefs: Preferences, at: datetime) -> EmailMessage:
    mailing, label = recipient.mailing, period_text(period, prefs)
    door = settings.BASE_URL + reverse("kpis:unsubscribe", args=[token_of(recipient)])
    body = _("%(page)s, %(period)s, is attached.\n\nThe page: %(link)s\nNo more of these: %(unsubscribe)s\n") % {
        "page": page_name(mailing),
        "period": label,
        "link": f"{settings.BASE_URL}{page_address(mailing)}?{urlencode(mailing.query | {'period': period.key})}",
        "unsubscribe": door,
    }
    headers = {
        "Message-ID": message_id(delivery, recipient.user.email, delivery.calendar, delivery.grain, delivery.start),
        "List-Unsubscribe": f"<{door}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    subject = " ".join(f"{title_of(mailing)}: {label}".split())
    message = EmailMessage(subject, body, to=[recipient.user.email], headers=headers)
    message.attach(file_name(f"{page_name(mailing)}-{label}"), printed(recipient, period, prefs, at), "application/pdf")
    return message


def printed(recipient: Recipient, period: Period, prefs: Preferences, at: datetime) -> bytes:
    mailing, query = recipient.mailing, recipient.mailing.query
    names = (*FILTERS, *NARROWER) if mailing.kpi else FILTERS
    choice = choice_of(query | {"period": period.key}, prefs, prefs.today(at), recipient.user, names)
    if mailing.dashboard:
        return print_dashboard(mailing.dashboard, choice, prefs, at=at)
    if mailing.kpi:
        kpi = CATALOGUE[mailing.kpi]
        choice = replace(choice, window=window_asked(query, kpi))
        return print_kpi(kpi, breakdown_asked(query, kpi), choice, prefs, at=at)
    return print_overview(choice, prefs, at=at)
