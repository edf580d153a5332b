"""What is done with a quote: sent, accepted or declined. An accepted one is an order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from crm.inputs.caller import Caller
from crm.inputs.failures import Refused
from crm.inputs.items import Item
from crm.inputs.reading import read_struct
from crm.models import User
from customers.models import Customer, Order
from customers.services.orders import OrderIn, write_orders
from customers.services.sales import lock_order, set_order_status
from leads.models import Lead, Opportunity, Quote, QuoteMail
from leads.services.conversion import find_or_make_customer
from leads.services.leads import lock_lead
from leads.services.outcomes import LINKS, deals_of_orders, is_elsewhere

SOURCE = "quote"
# Mails that have left, or may have.
OUT = {QuoteMail.Mail.SENDING, QuoteMail.Mail.SENT, QuoteMail.Mail.UNKNOWN}


@transaction.atomic
def send_quote(quote: Quote, *, by: User | None, at: datetime) -> Quote:
    """It went to the customer; the first time counts."""
    quote = _lock(quote)
    if quote.issued_at is None:
        quote.issued_at = at
        quote.save(update_fields=["issued_at", "updated_at"])
    return quote


@transaction.atomic
def decline_quote(quote: Quote, *, by: User | None, at: datetime, reason: str = "") -> Quote:
    """The customer does not want it; the first time counts."""
    quote = _lock(quote)
    if quote.declined_at:
        return quote
    if quote.accepted_at or quote.order_id:
        raise ValidationError(_("This quote was accepted: cancel its order instead."), code="conflict")
    quote.declined_at, quote.declined_reason = at, reason.strip()[:200]
    quote.issued_at = quote.issued_at or at
    quote.save(update_fields=["declined_at", "declined_reason", "issued_at", "updated_at"])
    return quote


@transaction.atomic
def recall_quote(quote: Quote, *, by: User | None, at: datetime) -> Quote:
    """It was not sent after all; not where the customer has answered it."""
    quote = _lock(quote)
    if quote.is_accepted or quote.declined_at:
        raise ValidationError(_("The customer has answered this quote already."), code="conflict")
    if quote.issued_at:
        _hold_mails(quote, at=at)
        quote.issued_at = None
        quote.save(update_fields=["issued_at", "updated_at"])
    return quote


@transaction.atomic
def reopen_quote(quote: Quote, *, by: User, at: datetime) -> Quote:
    """It was neither declined nor accepted after all. Its order is cancelled; one that was paid has to be cancelled first."""
    quote = _lock(quote)
    if quote.is_accepted:
        _cancel_order(quote, by=by, at=at)
        if quote.issued_at == quote.accepted_at:  # it was a draft until then
            quote.issued_at = None
        quote.accepted_at = quote.order = None
        quote.save(update_fields=["accepted_at", "order", "issued_at", "updated_at"])
    elif quote.declined_at:
        quote.declined_at, quote.declined_reason = None, ""
        quote.save(update_fields=["declined_at", "declined_reason", "updated_at"])
    return quote


@transaction.atomic
def remove_quote(quote: Quote) -> None:
    """A draft that is not to become an offer; figures have never counted it."""
    quote = _lock(quote)
    if quote.issued_at or quote.is_accepted or quote.declined_at:
        raise ValidationError(_("This quote was sent: it stays, as figures count it."), code="conflict")
    if quote.replaced_by.exists() or quote.revisions.exists():
        raise ValidationError(_("A newer version has taken the place of this quote: it stays beside it."), code="conflict")
    quote.delete()


@transaction.atomic
def accept_quote(quote: Quote, *, caller: Caller, at: datetime, status: str = Order.Status.PENDING) -> Quote:
    """The customer wants it: an order with its lines, linked to the quote and its opportunity. Said twice, it is one order."""
    quote = _lock(quote)
    if quote.order_id:
        return quote
    if quote.declined_at:
        raise ValidationError(_("This quote was declined: make a revision instead."), code="conflict")
    # Held together: two versions may be accepted at the same moment.
    family = Quote.objects.family_of(quote).select_for_update().order_by("pk")
    if any(version.order_id for version in family):
        raise ValidationError(_("Another version of this quote was accepted already."), code="conflict")
    customer = _buyer_of(quote, by=caller.user, at=at)
    quote.order = _place_order(quote, customer, caller=replace(caller, at=at, source=SOURCE), status=status)
    quote.accepted_at, quote.issued_at = quote.accepted_at or at, quote.issued_at or at
    quote.customer = customer
    quote.save(update_fields=["order", "accepted_at", "issued_at", "customer", "updated_at"])
    if quote.opportunity:
        _link_order(quote.opportunity, quote.order)
    return quote


def _hold_mails(quote: Quote, *, at: datetime) -> None:
    """What still waits in the outbox stays here."""
    states = set(quote.mails.select_for_update().values_list("mail", flat=True))
    if states & OUT:
        raise ValidationError(_("This quote went out by e-mail: make a revision instead."), code="conflict")
    quote.mails.filter(mail=QuoteMail.Mail.DUE).update(mail=QuoteMail.Mail.NONE, mail_at=at)


def _link_order(opportunity: Opportunity, order: Order) -> None:
    """One that is made again may have become the outcome of another sale meanwhile."""
    deal = deals_of_orders([order.pk]).get(order.pk)
    if deal is None:
        LINKS.objects.create(opportunity=opportunity, order=order)
    elif deal != opportunity.pk:
        raise ValidationError(is_elsewhere(deal), code="conflict")


def _cancel_order(quote: Quote, *, by: User, at: datetime) -> None:
    """It is no outcome of the quote's opportunity any more."""
    order = quote.order
    if order is None:
        return
    order = lock_order(order)
    if order.status in Order.COUNTED:
        raise ValidationError(_("The order of this quote was paid: cancel it first."), code="conflict")
    set_order_status(order, status=Order.Status.CANCELLED, by=by, at=at)
    LINKS.objects.filter(opportunity=quote.opportunity_id, order=order).delete()


def _buyer_of(quote: Quote, *, by: User | None, at: datetime) -> Customer:
    """The quote's customer, else its opportunity's, else the one its lead becomes."""
    opportunity = quote.opportunity
    customer = quote.customer or (opportunity.customer if opportunity else None)
    lead: Lead | None = quote.lead or (opportunity.lead if opportunity else None)
    if customer is None and lead is not None:
        lead = lock_lead(lead)
        lead.customer = customer = find_or_make_customer(lead, at=at, seen_by=by)
        lead.save(update_fields=["customer", "updated_at"])
    if customer is None:
        raise ValidationError(_("Say whose quote this is: it has neither a customer nor a lead."), code="required")
    customer = customer.merged_into or customer
    if opportunity and opportunity.customer_id is None:
        opportunity.customer = customer
        opportunity.save(update_fields=["customer", "updated_at"])
    if opportunity and opportunity.customer_id != customer.pk:
        raise ValidationError(_("The customer of this quote is not the one of its opportunity."), code="conflict")
    return customer


def _place_order(quote: Quote, customer: Customer, *, caller: Caller, status: str) -> Order:
    """Through the door of every order. Whose it is follows from the quote, also where its acceptor does not see them.

    The one that was cancelled, of a quote that was reopened since, is made again; one that goes on is its order as it is.
    """
    made = Order.objects.filter(source=SOURCE, external_id=str(quote.pk), customer=customer)
    known = made.select_for_update().first()
    if known and known.status != Order.Status.CANCELLED:
        return known
    data, failures = read_struct(OrderIn, _order_of(quote, status), caller)
    owner = _owner_of(quote)
    whose = {"customer_id": customer.pk} | ({"owner_id": owner.pk} if owner else {})
    item = Item(0, data, failures=failures, values=whose | {"placed_at": caller.at}, row=known)
    if not failures:
        write_orders([item], caller)
    if item.failures:
        raise Refused(item.failures)
    return Order.objects.get(pk=item.pk)


def _order_of(quote: Quote, status: str) -> dict[str, Any]:
    lines = quote.lines.annotate(sku=F("product__sku")).order_by("position")
    sent = {"external_id": str(quote.pk), "number": quote.number, "status": status}
    # As new also where a cancelled one is made again: what was given off or back then is not of this sale.
    sent |= {"discount": "0", "tax": "0", "shipping": "0", "refunds": []}
    return sent | {"currency": quote.currency, "rate": str(quote.rate), "lines": [_line_of(line) for line in lines]}


def _owner_of(quote: Quote) -> User | None:
    return next((row.owner for row in (quote, quote.opportunity, quote.lead) if row and row.owner), None)


def _line_of(line: Any) -> dict[str, Any]:
    sent = {"quantity": line.quantity, "unit_price": str(line.unit_price), "discount": str(line.discount), "tax": str(line.tax)}
    named = {"sku": line.sku, "name": line.name, "class": line.line_class}
    return sent | {name: value for name, value in named.items() if value}


def _lock(quote: Quote) -> Quote:
    return Quote.objects.select_for_update().get(pk=quote.pk)
