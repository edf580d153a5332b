"""Quotes by the day they were first issued, and what was offered in them beside and above."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from customers.models import OrderLine
from customers.models.order import of_invoice
from kpis.definitions import Cube, Dimension, Fold
from leads.models import Quote, QuoteLine

D = Dimension
UPSELL, CROSS_SELL = OrderLine.Class.UPSELL, OrderLine.Class.CROSS_SELL


def sides_of_quote(prefix: str = "") -> dict:
    """Whose it is, and where its lead (else its customer) came from."""
    people = ("lead", "opportunity__lead", "customer", "opportunity__customer")
    owners = ("owner", "opportunity__owner", "lead__owner", "customer__owner", "opportunity__customer__owner")
    return {
        D.OWNER: Coalesce(*(f"{prefix}{owner}_id" for owner in owners)),
        D.CHANNEL: Coalesce(*(f"{prefix}{person}__channel_id" for person in people)),
    }


def of_family(quote: str = "", outer: str = "") -> Q:
    """Whether a quote is a version of the same one as an outer quote; the paths lead to them."""
    own, first = OuterRef(f"{outer}pk"), OuterRef(f"{outer}original_id")
    return (
        Q(**{f"{quote}pk": own}) | Q(**{f"{quote}pk": first}) | Q(**{f"{quote}original": own}) | Q(**{f"{quote}original": first})
    )


def before(quote: str = "", outer: str = "") -> Q:
    """Whether it was issued before the outer quote."""
    at = OuterRef(f"{outer}issued_at")
    return Q(**{f"{quote}issued_at__lt": at}) | Q(**{f"{quote}issued_at": at, f"{quote}pk__lt": OuterRef(f"{outer}pk")})


def first_issued(quotes: QuerySet) -> QuerySet:
    """Each quote once, as it was first issued, with the amount it was last issued with."""
    versions = Quote.objects.filter(of_family())
    last = versions.filter(issued_at__isnull=False).order_by("-issued_at", "-pk").values("amount")
    firsts = quotes.filter(~Exists(versions.filter(before())), issued_on__isnull=False)
    return firsts.alias(last_amount=Subquery(last[:1]), is_invoiced=Exists(versions.filter(of_invoice("order__"))))


def first_invoice() -> Subquery:
    """The day of the first invoice that a version of an outer quote became."""
    invoiced = Quote.objects.filter(of_family(), of_invoice("order__"))
    return Subquery(invoiced.order_by("order__placed_on").values("order__placed_on")[:1])


INVOICED, INVOICED_ON = Q(is_invoiced=True), first_invoice()
QUOTES_ISSUED = Cube(
    key="quotes_issued",
    code=100,
    rows=lambda: first_issued(Quote.objects.counted()),
    left_out=lambda: first_issued(Quote.objects.left_out()),
    day="issued_on",
    dimensions=sides_of_quote(),
    folds={
        "count": Fold(),
        "invoiced": Fold(INVOICED, converted_on=INVOICED_ON),
        "amount": Fold(amount=F("last_amount")),
        "invoiced_amount": Fold(INVOICED, F("last_amount"), converted_on=INVOICED_ON),
    },
    resource="quotes",
)


def offering(line_class: str, **quote: str) -> QuerySet:
    """Lines of a class in the versions of an outer quote."""
    return QuoteLine.objects.filter(of_family("quote__", **quote), line_class=line_class)


def is_first(lines: QuerySet, **outer: str) -> Exists:
    return ~Exists(lines.filter(before("quote__", **outer)))


def is_accepted(lines: QuerySet) -> Exists:
    return Exists(lines.filter(quote__accepted_at__isnull=False))


def first_acceptance(lines: QuerySet) -> Subquery:
    accepted = lines.filter(quote__accepted_at__isnull=False)
    return Subquery(accepted.order_by("quote__accepted_on").values("quote__accepted_on")[:1])


def offers(quotes: QuerySet) -> QuerySet:
    """Issued versions: whether each is the first that offers something of a class, and whether that was accepted."""
    flags = {}
    for name, line_class in (("up", UPSELL), ("beside", CROSS_SELL)):
        lines = offering(line_class)
        has_some = Exists(QuoteLine.objects.filter(quote=OuterRef("pk"), line_class=line_class))
        flags |= {f"has_{name}": has_some, f"first_{name}": is_first(lines), f"accepted_{name}": is_accepted(lines)}
    return quotes.filter(issued_on__isnull=False).alias(**flags)


OFFERED_UP, OFFERED_BESIDE = Q(has_up=True, first_up=True), Q(has_beside=True, first_beside=True)
OFFERS = Cube(
    key="offers",
    code=101,
    rows=lambda: offers(Quote.objects.counted()),
    left_out=lambda: offers(Quote.objects.left_out()),
    day="issued_on",
    dimensions={D.OWNER: sides_of_quote()[D.OWNER]},
    folds={
        "upsell": Fold(OFFERED_UP),
        "upsell_accepted": Fold(OFFERED_UP & Q(accepted_up=True), converted_on=first_acceptance(offering(UPSELL))),
        "cross_sell": Fold(OFFERED_BESIDE),
        "cross_sell_accepted": Fold(
            OFFERED_BESIDE & Q(accepted_beside=True), converted_on=first_acceptance(offering(CROSS_SELL))
        ),
    },
    resource="quotes",
)


def offered_lines(lines: QuerySet) -> QuerySet:
    """Lines that offer more: those of the first version that offers this of a category, and whether that was accepted."""
    category = Coalesce("product__category_id", Value(0))
    alike = (
        offering(OuterRef("line_class"), outer="quote__")
        .alias(category=category)
        .filter(category=Coalesce(OuterRef("product__category_id"), Value(0)))
    )
    lines = lines.filter(line_class__in=(UPSELL, CROSS_SELL), quote__issued_on__isnull=False)
    return lines.filter(is_first(alike, outer="quote__")).alias(
        is_accepted=is_accepted(alike), first_accepted_on=first_acceptance(alike)
    )


def counted_once(line_class: str, **accepted: bool) -> Fold:
    converted_on = "first_accepted_on" if accepted else None
    return Fold(Q(line_class=line_class, **accepted), distinct="quote_id", converted_on=converted_on)


OFFERS_BY_CATEGORY = Cube(
    key="offers_by_category",
    code=102,
    new_in=("leads_quote", "quote_id"),
    rows=lambda: offered_lines(QuoteLine.objects.counted()),
    left_out=lambda: offered_lines(QuoteLine.objects.left_out()),
    day="quote__issued_on",
    dimensions={D.CATEGORY: "product__category_id", D.OWNER: sides_of_quote("quote__")[D.OWNER]},
    folds={
        "upsell": counted_once(UPSELL),
        "upsell_accepted": counted_once(UPSELL, is_accepted=True),
        "cross_sell": counted_once(CROSS_SELL),
        "cross_sell_accepted": counted_once(CROSS_SELL, is_accepted=True),
    },
    resource="quotes",
)
QUOTE_CUBES = (QUOTES_ISSUED, OFFERS, OFFERS_BY_CATEGORY)
