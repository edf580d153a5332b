"""Leads, opportunities and quotes for tests: one plain function each, without surprises."""

from datetime import UTC, datetime
from decimal import Decimal

from leads import services
from leads.models import Quote, QuoteLine, Stage

A_DAY = datetime(2025, 9, 1, 8, 0, tzinfo=UTC)


def make_lead(**facts):
    facts = {"by": None, "at": A_DAY, "name": "Ali Moradi"} | facts
    return services.register_lead(**facts)


def make_opportunity(**facts):
    facts = {"by": None, "at": A_DAY, "name": "Big order", "amount": Decimal(100)} | facts
    if isinstance(facts.get("stage"), str):
        facts["stage"] = stage(facts["stage"])
    return services.open_opportunity(**facts)


def stage(slug):
    return Stage.objects.get(slug=slug)


def make_quote(lines=((1, 100_000),), **facts):
    """A quote with lines given as (quantity, unit price)."""
    quote = Quote.objects.create(**{"currency": "IRR", "created_at": A_DAY, **facts})
    for position, (quantity, unit_price) in enumerate(lines):
        QuoteLine.objects.create(quote=quote, position=position, name="Tea", quantity=quantity, unit_price=unit_price)
    quote.refresh_from_db()
    return quote
