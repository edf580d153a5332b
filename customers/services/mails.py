"""Sales that go to their buyer by e-mail, with their paper as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from crm.mails import file_name, message_id
from crm.models import User
from crm.preferences import Preferences
from customers.models import Order, OrderMail
from customers.models.sale_mail import SaleMail
from customers.printing import SaleSheet, paper_in, print_sale, sheet_of_order
from customers.services.sales import lock_order

Mail = TypeVar("Mail", bound=SaleMail)
# Mails of one person: whoever gets hold of their session writes to no crowd.
HOUR, MOST_AN_HOUR = timedelta(hours=1), 100


@transaction.atomic
def mail_order(order: Order, words: Mapping[str, str], *, by: User, at: datetime, key: Mapping[str, str]) -> OrderMail:
    order = lock_order(order)
    if order.status == Order.Status.CANCELLED:
        raise ValidationError(_("This order is cancelled: reopen it first."), code="conflict")
    return put_out(OrderMail, {**words, "order": order}, by=by, at=at, key=key)


def put_out(model: type[Mail], facts: Mapping[str, Any], *, by: User, at: datetime, key: Mapping[str, str]) -> Mail:
    """Into the outbox; one whose `key` is known is there already."""
    if (known := model.objects.filter(**key).first()) is not None:
        return known
    if model.objects.filter(by=by, created_at__gt=at - HOUR).count() >= MOST_AN_HOUR:
        raise ValidationError(_("You have sent many mails in this hour: send this one later."), code="rate-limited")
    waiting = {"created_at": at, "mail": SaleMail.Mail.DUE, "mail_at": at}
    return model.objects.get_or_create(**key, defaults={**facts, **waiting, "by": by})[0]


def message_of_order(mail: OrderMail, at: datetime) -> EmailMessage | None:
    """None once it is cancelled, or its sender may not see it any more."""
    if mail.by is None:
        return None
    order = Order.objects.visible_to(mail.by).select_related("customer").filter(pk=mail.order_id).first()
    if order is None or order.status == Order.Status.CANCELLED:
        return None
    with paper_in(mail.language, mail.by) as prefs:
        return written(mail, sheet_of_order(order, mail.by, prefs), prefs, at=at)


def written(mail: SaleMail, sheet: SaleSheet, prefs: Preferences, *, at: datetime) -> EmailMessage:
    """In its sender's words; the answer goes to them. The same mail always has the same identity."""
    headers = {"Message-ID": message_id(mail, mail.created_at.timestamp(), mail.address)}
    answers = [mail.by.email] if mail.by else []
    message = EmailMessage(mail.subject, mail.body, to=[mail.address], reply_to=answers, headers=headers)
    message.attach(file_name(sheet.name), print_sale(sheet, prefs, at=at), "application/pdf")
    return message
