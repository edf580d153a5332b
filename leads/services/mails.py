"""Quotes that go to the customer by e-mail. Whatever leaves by this way counts as sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import User
from customers.printing import paper_in
from customers.services.mails import put_out, written
from leads.models import Quote, QuoteMail
from leads.printing import WHOSE, sheet_of_quote
from leads.services.quotes import send_quote


@transaction.atomic
def mail_quote(quote: Quote, words: Mapping[str, str], *, by: User, at: datetime, key: Mapping[str, str]) -> QuoteMail:
    """Put it into the outbox, as sent from now on."""
    quote = send_quote(quote, by=by, at=at)
    if quote.is_accepted or quote.declined_at:
        raise ValidationError(_("The customer has answered this quote already."), code="conflict")
    if quote.replaced_by.exists():
        raise ValidationError(_("A newer version has taken the place of this quote: send that one."), code="conflict")
    return put_out(QuoteMail, {**words, "quote": quote}, by=by, at=at, key=key)


def message_of_quote(mail: QuoteMail, at: datetime) -> EmailMessage | None:
    """None once it was taken back, answered or replaced, or its sender may not see it any more."""
    if mail.by is None:
        return None
    quote = Quote.objects.visible_to(mail.by).select_related(*WHOSE).filter(pk=mail.quote_id).first()
    if quote is None or quote.issued_at is None or quote.is_accepted or quote.declined_at or quote.replaced_by.exists():
        return None
    with paper_in(mail.language, mail.by) as prefs:
        return written(mail, sheet_of_quote(quote, mail.by, prefs, today=prefs.today(at)), prefs, at=at)
