"""Quotes, their lines and what becomes of them."""

from __future__ import annotations

from django.db.models import F, Prefetch
from msgspec import Struct

from crm.api.output import Column, Output, plain
from crm.api.resource import NUMBER, Action, Resource, moment, refers
from crm.inputs.caller import Caller
from crm.inputs.verbs import Verb
from crm.permissions import may_sell
from leads.api import verbs
from leads.models import Quote, QuoteLine
from leads.services.bulk_quotes import write_quotes
from leads.services.inputs import AcceptIn, DeclineIn, QuoteIn


class QuoteLineOut(Struct, rename={"line_class": "class"}):
    """A line as it is stored; `net_amount` is in the base currency."""

    id: int
    sku: str | None
    name: str
    quantity: int
    unit_price: str
    discount: str
    tax: str
    line_class: str
    net_amount: str


def lines_of(quote: Quote, _caller: Caller) -> list[QuoteLineOut]:
    return [
        QuoteLineOut(
            id=line.pk,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            unit_price=plain(line.unit_price),
            discount=plain(line.discount),
            tax=plain(line.tax),
            line_class=line.line_class,
            net_amount=plain(line.net_amount),
        )
        for line in quote.lines.all()
    ]


def status_of(quote: Quote, caller: Caller) -> str:
    return quote.status_on(caller.organization.day_of(caller.at))


LINES = Prefetch("lines", QuoteLine.objects.annotate(sku=F("product__sku")).order_by("position"))
QUOTES = Resource(
    name="quotes",
    model=Quote,
    struct=QuoteIn,
    write=write_quotes,
    required=("lines",),
    may_write=may_sell,
    may_read=may_sell,
    rows=lambda rows: rows.prefetch_related(LINES),
    output=Output(
        Quote,
        [
            *("number", "opportunity", "lead", "customer", "owner", "issued_at", "valid_until", "revision_of", "original"),
            *("currency", "rate", "accepted_at", "declined_at", "declined_reason", "order", "amount"),
        ],
        [Column("status", str, status_of), Column("lines", list[QuoteLineOut], lines_of)],
    ),
    filters={
        "number": NUMBER,
        "opportunity": refers("opportunity"),
        "lead": refers("lead"),
        "customer": refers("customer"),
        "owner": refers("owner", "email"),
        "issued_from": moment("issued_from", "issued_at__gte"),
        "issued_before": moment("issued_before", "issued_at__lt"),
    },
    actions=(
        Action("send", "Say that it went to the customer", Verb, verbs.send),
        Action("accept", "Make the order", AcceptIn, verbs.accept),
        Action("decline", "Say that the customer does not want it", DeclineIn, verbs.decline),
    ),
)
