"""What an opportunity is won with, going by its quotes: the last word about its amount counts, whoever said it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from leads.models import Opportunity, Quote


@dataclass(frozen=True)
class Offered:
    """The total of the quotes that were accepted, else of the one sent last.

    `is_last_word`: the opportunity's own amount is older, or there is none.
    """

    quotes: list[Quote]
    amount: Decimal
    is_last_word: bool


def offered_amount(opportunity: Opportunity) -> Offered | None:
    """None where nothing was offered that still stands."""
    quotes = accepted_quotes(opportunity) or sent_quotes(opportunity)[:1]
    if not quotes:
        return None
    said_at = max(quote.accepted_at or quote.issued_at or quote.created_at for quote in quotes)
    total = sum((quote.amount for quote in quotes), Decimal(0))
    return Offered(quotes, total, not opportunity.amount or said_at >= amount_said_at(opportunity))


def final_amount(opportunity: Opportunity) -> Decimal:
    """What it is won with where nobody says another amount."""
    offered = offered_amount(opportunity)
    return offered.amount if offered and offered.is_last_word else opportunity.amount


def accepted_total(opportunity: Opportunity) -> Decimal | None:
    quotes = accepted_quotes(opportunity)
    return sum((quote.amount for quote in quotes), Decimal(0)) if quotes else None


def accepted_quotes(opportunity: Opportunity) -> list[Quote]:
    return list(opportunity.quotes.filter(Q(accepted_at__isnull=False) | Q(order__isnull=False)).order_by("pk"))


def sent_quotes(opportunity: Opportunity) -> list[Quote]:
    """The last one first."""
    sent = opportunity.quotes.filter(issued_at__isnull=False, declined_at=None)
    return list(sent.order_by("-issued_at", "-pk"))


def amount_said_at(opportunity: Opportunity) -> datetime:
    """When the amount became what it is; moves in between carry it along."""
    said_at, amount = opportunity.created_at, None
    for change in opportunity.changes.order_by("at", "pk"):
        said_at, amount = (change.at if change.amount != amount else said_at), change.amount
    return said_at
