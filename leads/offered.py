"""The quotes of a record as its page shows them, and what they say about the amount it is won with."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Prefetch, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.money import format_money
from crm.pages import Page
from crm.preferences import Preferences
from crm.templatetags.crm_format import ltr, named
from leads import services
from leads.models import Opportunity, Quote, QuoteLine


def quotes_shown(rows: QuerySet[Quote], page: Page, most: int | None = None) -> list[Quote]:
    """Those that the reader may see, the newest first, with their lines and where they stand today."""
    lines = Prefetch("lines", QuoteLine.objects.select_related("product").order_by("position"))
    quotes = list(rows.visible_to(page.request.user).prefetch_related(lines, "replaced_by").order_by("-pk")[:most])
    for quote in quotes:
        quote.status = Quote.Status(quote.status_on(page.request.prefs.today(page.at)))
    return quotes


def money_text(amount: Decimal, prefs: Preferences) -> str:
    return format_money(amount, prefs.unit, prefs.language, latin_digits=prefs.latin_digits)


def final_amount_hint(opportunity: Opportunity, prefs: Preferences) -> SafeString | str:
    """Where the amount comes from that a won opportunity is offered, where its own and that of its quotes differ."""
    offered = services.offered_amount(opportunity)
    if offered is None or offered.amount == opportunity.amount:
        return ""
    if offered.is_last_word and not opportunity.amount:
        text, other = _("The total of quote %(quotes)s."), offered.amount
    elif offered.is_last_word:
        text, other = _("The total of quote %(quotes)s; the opportunity said %(amount)s until now."), opportunity.amount
    else:
        text, other = _("The opportunity's own amount, newer than quote %(quotes)s with its total of %(amount)s."), offered.amount
    quotes = format_html_join(" + ", "{}", ((ltr(named(quote, prefs)),) for quote in offered.quotes))
    return format_html(text % {"quotes": "{quotes}", "amount": "{amount}"}, quotes=quotes, amount=money_text(other, prefs))


def kept_amount(opportunity: Opportunity, prefs: Preferences) -> str:
    """A sentence about an opportunity that was won with another amount than the one its quotes were accepted with."""
    accepted = services.accepted_total(opportunity)
    if not opportunity.won_at or accepted in {None, opportunity.amount}:
        return ""
    text = _("%(opportunity)s was won with %(amount)s and keeps that; the accepted quotes come to %(accepted)s.")
    amounts = {"amount": money_text(opportunity.amount, prefs), "accepted": money_text(accepted, prefs)}
    return text % (amounts | {"opportunity": opportunity})
