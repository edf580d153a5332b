"""A quote on paper, set as an order is."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from crm.models import User
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day, named
from customers.models import Customer
from customers.printing import Fact, SaleSheet, facts_of_buyer, line_shown, seller_of
from leads.models import Lead, Quote

WHOSE = ("customer", "lead", "opportunity__customer", "opportunity__lead")


def sheet_of_quote(quote: Quote, reader: User, prefs: Preferences, *, today: date) -> SaleSheet:
    """Dated as of when it went out; a draft, which nobody is bound by, says that it is one."""
    written = quote.issued_at or quote.created_at
    facts: list[Fact] = [(_("Date"), format_day(prefs.organization.day_of(written), prefs))]
    if quote.valid_until:
        facts.append((_("Valid until"), format_day(quote.valid_until, prefs)))
    status = Quote.Status(quote.status_on(today))
    if status is not Quote.Status.SENT:
        facts.append((_("Status"), str(status.label)))
    lines = quote.lines.select_related("product").order_by("position")
    return SaleSheet(
        kind=_("Quote"),
        number=named(quote, prefs),
        seller=seller_of(prefs),
        facts=facts,
        buyer=buyer_of(quote, reader),
        lines=[line_shown(line) for line in lines],
        currency=quote.currency,
        terms=prefs.organization.quote_terms.splitlines(),
    )


def person_of(quote: Quote) -> Customer | Lead | None:
    """Its customer, else its opportunity's, else the lead it was written for."""
    deal = quote.opportunity
    return quote.customer or (deal and deal.customer) or quote.lead or (deal and deal.lead)


def buyer_of(quote: Quote, reader: User) -> list[Fact]:
    person = person_of(quote)
    return facts_of_buyer(person, type(person).objects.visible_to(reader)) if person else []
