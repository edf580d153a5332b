"""The quotes of the history, and how they change."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from leads.models import Opportunity, Quote, QuoteLine

if TYPE_CHECKING:
    from tests.factories.history import History


def make_quotes(past: History) -> None:
    """Quotes for everybody, in up to three versions, some never issued; lines that offer more, also only in a revision."""
    dice, opportunities = past.dice, list(Opportunity.objects.order_by("pk"))
    for i in range(150):
        about = {"opportunity": past.maybe(opportunities), "lead": past.maybe(past.leads), "customer": past.maybe(past.customers)}
        kept = dice.choice([name for name, row in about.items() if row] or ["customer"])
        facts = {kept: about[kept] or past.customers[i]} if i % 4 else {**about, "lead": past.leads[i]}
        at, first = past.moment(), None
        for _ in range(dice.choice([1, 1, 2, 3])):
            end = {"accepted_at": at} if dice.random() < 0.3 else {}
            order = past.maybe(past.orders) if dice.random() < 0.4 else None
            quote = Quote.objects.create(
                currency="IRR",
                issued_at=at if dice.random() < 0.9 else None,
                order=order,
                owner=past.maybe(past.users),
                original=first,
                revision_of=first,
                **end,
                **facts,
            )
            first = first or quote
            # A second one at the same moment, or even before the first.
            at = dice.choice([at, at - timedelta(days=3), past.later(at, 40, 1)])
            QuoteLine.objects.bulk_create(quote_lines_of(past, quote))


def quote_lines_of(past: History, quote: Quote) -> list[QuoteLine]:
    classes = ("", "base", "upsell", "upsell", "cross_sell")
    return [
        QuoteLine(
            quote=quote,
            position=position,
            product=past.maybe(past.products),
            quantity=past.dice.randint(1, 4),
            unit_price=past.dice.randint(1, 400_000),
            line_class=past.dice.choice(classes),
        )
        for position in range(past.dice.choice([0, 1, 2, 3]))
    ]


def edit_quotes(past: History) -> None:
    quotes = list(Quote.objects.order_by("pk"))
    for quote in quotes[::13]:
        Quote.objects.filter(pk=quote.pk, issued_at__isnull=False).update(issued_at=past.moment())
    for quote in quotes[4::17]:
        Quote.objects.filter(pk=quote.pk).update(accepted_at=past.moment(), declined_at=None, owner=past.users[1])
    Quote.objects.filter(pk__in=[quote.pk for quote in quotes[5::19]]).update(opportunity=None, lead=past.leads[41])
    Quote.objects.filter(pk__in=[quote.pk for quote in quotes[::23]], revisions=None, replaced_by=None).delete()
    # A version becomes a quote of its own, and another one a version of the first.
    Quote.objects.filter(pk=next(quote.pk for quote in quotes[90:] if quote.original_id)).update(original=None, revision_of=None)
    alone = [quote.pk for quote in quotes[60:] if not quote.original_id and not quote.revisions.exists()]
    Quote.objects.filter(pk=alone[0]).update(original=alone[1], revision_of=alone[1])
    QuoteLine.objects.filter(pk__in=list(QuoteLine.objects.order_by("pk").values_list("pk", flat=True)[::7])).delete()
    QuoteLine.objects.filter(pk__in=list(QuoteLine.objects.order_by("pk").values_list("pk", flat=True)[::9])).update(
        line_class="upsell", unit_price=17
    )
