"""The quotes of a record as its page shows them."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from crm.pages import Page
from leads.models import Quote, QuoteLine


def quotes_shown(rows: QuerySet[Quote], page: Page, most: int | None = None) -> list[Quote]:
    """Those that the reader may see, the newest first, with their lines and where they stand today."""
    lines = Prefetch("lines", QuoteLine.objects.select_related("product").order_by("position"))
    quotes = list(rows.visible_to(page.request.user).prefetch_related(lines, "replaced_by").order_by("-pk")[:most])
    for quote in quotes:
        quote.status = Quote.Status(quote.status_on(page.request.prefs.today(page.at)))
    return quotes
