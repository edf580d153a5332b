"""Quotes that people write, change, revise and turn into orders by hand, through the same doors as an integration's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.inputs.failures import Refused
from crm.inputs.items import Item
from crm.inputs.reading import read_struct
from crm.models import User
from crm.transactions import hold
from customers.services.sales import SOURCE, SaleLine, caller_of, key_of_words, refusal
from leads.models import Opportunity, Quote
from leads.services.bulk_quotes import write_quotes
from leads.services.inputs import QuoteIn
from leads.services.quotes import accept_quote

ABOUT = ("opportunity_id", "lead_id", "customer_id", "owner_id")


@transaction.atomic
def write_quote(
    opportunity: Opportunity,
    *,
    by: User,
    at: datetime,
    lines: Sequence[SaleLine],
    key: str,
    number: str = "",
    valid_until: date | None = None,
) -> Quote:
    """A draft for an opportunity, and its owner's. The same `key` with the same words answers with the quote it has."""
    about = {"opportunity_id": opportunity.pk} | ({"owner_id": opportunity.owner_id} if opportunity.owner_id else {})
    return _write_once(key, sent_facts(number, valid_until, lines), by=by, at=at, about=about)


@transaction.atomic
def revise_quote(
    quote: Quote,
    *,
    by: User,
    at: datetime,
    lines: Sequence[SaleLine],
    key: str,
    number: str = "",
    valid_until: date | None = None,
) -> Quote:
    """A draft that is to take a quote's place, for the same people, in its currency and at its rate."""
    about = {name: getattr(quote, name) for name in ABOUT if getattr(quote, name)} | {"revision_of_id": quote.pk}
    money = {"currency": quote.currency, "rate": str(quote.rate)}
    return _write_once(key, sent_facts(number, valid_until, lines) | money, by=by, at=at, about=about)


@transaction.atomic
def edit_quote(
    quote: Quote,
    *,
    by: User,
    at: datetime,
    lines: Sequence[SaleLine],
    seen: datetime | None = None,
    number: str = "",
    valid_until: date | None = None,
) -> Quote:
    """Other lines in a draft. `seen` is the state the writer had before them: what changed since is not written over."""
    quote = Quote.objects.select_for_update().get(pk=quote.pk)
    if quote.issued_at or quote.is_accepted or quote.declined_at:
        raise ValidationError(_("This quote was sent: make a revision instead."), code="conflict")
    if seen is not None and quote.updated_at != seen:
        raise ValidationError(
            _("Somebody changed this quote in the meantime: open it again and repeat your change."), code="conflict"
        )
    _write(sent_facts(number, valid_until, lines), by=by, at=at, quote=quote)
    return Quote.objects.get(pk=quote.pk)


@transaction.atomic
def order_quote(quote: Quote, *, by: User, at: datetime) -> Quote:
    """The customer said yes: its order, or what the rules of orders object to, in words."""
    try:
        return accept_quote(quote, caller=caller_of(by, at, None), at=at)
    except Refused as refused:
        raise refusal(refused.failures) from None


def sent_facts(number: str, valid_until: date | None, lines: Sequence[SaleLine]) -> dict[str, Any]:
    day = valid_until.isoformat() if valid_until else None
    return {"number": number, "valid_until": day, "lines": [line.sent for line in lines]}


def _write_once(key: str, sent: dict[str, Any], *, by: User, at: datetime, about: dict[str, Any]) -> Quote:
    key = key_of_words(key, [about, sent])
    hold(f"{SOURCE}:quote:{key}")
    known = Quote.objects.filter(source=SOURCE, external_id=key).first()
    if known:
        return known
    _write({"external_id": key, **sent}, by=by, at=at, values=about)
    return Quote.objects.get(source=SOURCE, external_id=key)


def _write(
    sent: dict[str, Any], *, by: User, at: datetime, quote: Quote | None = None, values: dict[str, Any] | None = None
) -> None:
    caller = caller_of(by, at, None if quote else SOURCE)
    data, failures = read_struct(QuoteIn, sent, caller)
    item = Item(0, data, failures=failures, values=values or {}, row=quote)
    if not failures:
        write_quotes([item], caller)
    if item.failures:
        raise refusal(item.failures, _("The quote was not saved."))
