"""Every road by which a quote can change: each must reach the figures that count it."""

from datetime import datetime

import pytest

from kpis.definitions import Dimension
from kpis.engine import drain
from leads.models import Lead, Quote, QuoteLine
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW
from tests.kpis.writing import Write, assert_reached, rows, save, sql

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def revise_after(quote: Quote, at: datetime, **facts) -> Quote:
    """A version that takes the quote's place."""
    shared = {"opportunity": quote.opportunity, "currency": "IRR"}
    return Quote.objects.create(issued_at=at, revision_of=quote, original=quote, **shared, **facts)


def revise_before(quote: Quote, at: datetime) -> None:
    """It turns out to have had a version before it, that offered the same."""
    first = Quote.objects.create(issued_at=at, opportunity=quote.opportunity, currency="IRR")
    QuoteLine.objects.create(quote=first, position=0, quantity=1, unit_price=1, line_class="upsell")
    save(quote, revision_of=first, original=first)


WRITES: dict[str, tuple[Write, tuple[str, ...], Dimension | None]] = {
    "quote issued earlier": (
        lambda b: save(b.quote, issued_at=tehran(2025, 7, 10)),
        ("quotes_issued", "upsell_offer_rate"),
        None,
    ),
    "quote billed": (
        lambda b: save(b.quote, order=b.order),
        ("quote_to_invoice_rate", "quote_to_invoice_value_rate"),
        None,
    ),
    "cancelled order of a quote is paid after all": (
        lambda b: (save(b.order, status="cancelled"), save(b.quote, order=b.order), drain(at=NOW), save(b.order, status="paid")),
        ("quote_to_invoice_rate",),
        None,
    ),
    "quote with an earlier version": (
        lambda b: revise_before(b.quote, tehran(2025, 7, 10)),
        ("quotes_issued", "upsell_offer_rate"),
        None,
    ),
    "quote's later version costs more": (
        lambda b: QuoteLine.objects.create(
            quote=revise_after(b.quote, tehran(2025, 9, 29)), position=0, quantity=1, unit_price=9_000_000
        ),
        ("quote_to_invoice_value_rate",),
        None,
    ),
    "quote's later version is accepted": (
        lambda b: QuoteLine.objects.create(
            quote=revise_after(b.quote, tehran(2025, 9, 29), accepted_at=tehran(2025, 9, 30)),
            position=0,
            quantity=1,
            unit_price=1,
            line_class="upsell",
        ),
        ("upsell_offer_rate",),
        None,
    ),
    "offer is another one": (rows(QuoteLine, line_class="cross_sell"), ("upsell_offer_rate", "cross_sell_offer_rate"), None),
    "offer of another category": (
        lambda b: save(b.products[0], category=b.categories[1]),
        ("upsell_offer_rate",),
        Dimension.CATEGORY,
    ),
    "offers truncated": (sql("TRUNCATE leads_quoteline"), ("upsell_offer_rate",), None),
    "quotes truncated": (sql("TRUNCATE leads_quote CASCADE"), ("quotes_issued",), None),
    "quote of another seller": (lambda b: save(b.opportunity, owner=b.users[1]), ("quotes_issued",), Dimension.TEAM),
    "quote's lead of another channel": (
        lambda b: save(b.lead, channel=b.channels[1]),
        ("quotes_issued", "quote_to_invoice_rate"),
        Dimension.CHANNEL,
    ),
    "quote of a test lead": (rows(Lead, is_test=True), ("quotes_issued", "upsell_offer_rate"), None),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_write_of_quotes_reaches_the_figures_that_count_it(books, name):
    assert_reached(books, *WRITES[name])
