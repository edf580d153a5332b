"""Quotes as integrations write them: set-wise, with their lines, in the order of their revisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy
from msgspec import UNSET

from crm.inputs.caller import Caller
from crm.inputs.fields import External
from crm.inputs.items import Item, sound
from crm.inputs.parts import Parts, replace_parts
from crm.inputs.rates import Rates, is_too_fine
from crm.inputs.references import PEOPLE, Target
from crm.inputs.upsert import Recipe, key_of, refuse_repeated, upsert
from crm.money import convert
from customers.models import Customer, Order
from customers.services.buyers import follow_merges
from customers.services.products import find_or_make_products
from leads.models import Lead, Opportunity, Quote, QuoteLine
from leads.services.inputs import QuoteIn, QuoteLineIn
from leads.services.outcomes import LINKS, deals_of_orders, is_elsewhere, sold_to_another, strangers

ZERO, LARGEST = Decimal(0), Decimal(10) ** 18
ABOUT = ("opportunity_id", "lead_id", "customer_id")
LINES = Parts(
    QuoteLine,
    "quote",
    ("position", "product_id", "name", "quantity", "unit_price", "discount", "tax", "rate", "line_class"),
    order=("position",),
)
LINE_FACTS = ("name", "quantity", "unit_price", "discount", "tax", "line_class")
FROZEN = gettext_lazy("This quote was accepted: change its order, or make a revision of it.")
Values = dict[str, Any]
MOVE_FAMILIES = """
WITH RECURSIVE family (id, first) AS (
    SELECT q.id, coalesce(q.original_id, q.id) FROM leads_quote q WHERE q.id = ANY(%s)
    UNION SELECT q.id, f.first FROM leads_quote q JOIN family f ON q.revision_of_id = f.id)
UPDATE leads_quote q SET original_id = f.first FROM family f
 WHERE q.id = f.id AND q.revision_of_id IS NOT NULL AND q.original_id IS DISTINCT FROM f.first
"""


def complete_quotes(items: list[Item], caller: Caller) -> None:
    follow_merges(items)
    rates = Rates(caller.organization)
    date_acceptances(items)
    for item in items:
        check_facts(item)
        set_currency(item, caller, rates)
    check_orders(items)
    set_originals(sound(items))
    for item in sound(items):
        check_lines(item)
    check_frozen([item for item in sound(items) if item.row is not None and item.row.is_accepted])


def date_acceptances(items: list[Item]) -> None:
    """An order is a yes: where no day of it is said, it was said with the order. It stands as long as the order does."""
    orders = {item: value_of(item, "order_id") for item in items}
    undated = {item: order for item, order in orders.items() if order and not value_of(item, "accepted_at")}
    placed = dict(Order.objects.filter(pk__in=undated.values()).values_list("pk", "placed_at")) if undated else {}
    for item, order in undated.items():
        if item.row is not None and item.row.order_id and item.row.accepted_at:
            item.refuse("/accepted_at", "conflict", FROZEN)
        else:
            item.values["accepted_at"] = placed.get(order)


def value_of(item: Item, name: str) -> Any:
    """As it will be: what was sent, else what is stored."""
    return item.values.get(name, getattr(item.row, name, None))


def check_orders(items: list[Item]) -> None:
    """An order is the outcome of one opportunity, also among the quotes of one call."""
    pairs = {item: [value_of(item, name) for name in ("opportunity_id", "order_id")] for item in items}
    named = {item: pair for item, pair in pairs.items() if all(pair)}
    known = deals_of_orders({order for _, order in named.values()})
    for item, (deal, order) in named.items():
        if known.setdefault(order, deal) != deal:
            item.refuse("/order", "conflict", is_elsewhere(known[order]))
    check_buyers({item: pair for item, pair in named.items() if item.is_sound})


def check_buyers(named: dict[Item, tuple[int, int]]) -> None:
    """An order that somebody else bought is not what came of a quote for this opportunity."""
    if not named:
        return
    deals = Opportunity.objects.select_related("lead").in_bulk({deal for deal, _order in named.values()})
    buyers = dict(Order.objects.filter(pk__in={order for _deal, order in named.values()}).values_list("pk", "customer"))
    others = strangers({order: (deals[deal], buyers[order]) for deal, order in named.values()})
    for item, (deal, order) in named.items():
        if order in others:
            item.refuse("/order", "conflict", sold_to_another(deals[deal]))


def check_frozen(items: list[Item]) -> None:
    """What somebody said yes to stays as it was: its order would not follow. Sent again as it is, it is nothing new."""
    lines = QuoteLine.objects.filter(quote__in=[item.row.pk for item in items if item.data.lines is not UNSET])
    stored: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for quote, *facts in lines.order_by("position").values_list("quote_id", "product__sku", *LINE_FACTS) if items else ():
        stored[quote].append(tuple(facts))
    for item in items:
        for name in ("currency", "rate"):
            if item.values[name] != getattr(item.row, name):
                item.refuse(f"/{name}", "conflict", FROZEN)
        if item.row.customer_id and value_of(item, "customer_id") != item.row.customer_id:
            item.refuse("/customer", "conflict", FROZEN)
        if item.data.lines is not UNSET and stored[item.row.pk] != [facts_of(line) for line in item.data.lines]:
            item.refuse("/lines", "conflict", FROZEN)


def facts_of(line: QuoteLineIn) -> tuple[Any, ...]:
    """A line as it would be stored, to compare it with one that is."""
    sums = line.discount or ZERO, line.tax or ZERO
    return line.sku or None, line.name or "", line.quantity, line.unit_price, *sums, line.line_class or ""


def check_facts(item: Item) -> None:
    """For somebody, with something on it, and with one answer at most."""
    values, row = item.values, item.row
    if not any(value_of(item, name) for name in ABOUT):
        item.refuse("/opportunity", "required")
    if row is None and item.data.lines is UNSET:
        item.refuse("/lines", "required")
    accepted, declined = (value_of(item, name) for name in ("accepted_at", "declined_at"))
    if accepted and declined:
        item.refuse("/declined_at", "conflict")
    if row is None and (accepted or declined):
        values["issued_at"] = values.get("issued_at") or accepted or declined


def set_currency(item: Item, caller: Caller, rates: Rates) -> None:
    """The currency, and the rate frozen at the quote's date: fixed, sent, kept from before, or the table's."""
    values, row = item.values, item.row
    currency = values.get("currency") or getattr(row, "currency", "") or rates.base
    fixed = rates.fixed(currency)
    if fixed is not None and values.get("rate", fixed) != fixed:
        item.refuse("/rate", "conflict")
    rate = fixed or values.get("rate")
    if rate is None and row is not None and row.currency == currency:
        rate = row.rate
    if rate is None:
        at = values.get("issued_at") or getattr(row, "issued_at", None) or values.get("created_at") or caller.at
        rate = rates.on(currency, caller.organization.day_of(at))
    if rate is None:
        item.refuse("/rate", "rate-missing")
        return
    values |= {"currency": currency, "rate": rate}


def set_originals(items: list[Item]) -> None:
    """A revision belongs to the family of the quote it replaces; nobody is their own forebear."""
    named = [item for item in items if "revision_of_id" in item.values]
    parents = {item.values["revision_of_id"] for item in named} - {None}
    firsts = dict(Quote.objects.filter(pk__in=parents).values_list("pk", Coalesce("original_id", "pk"))) if parents else {}
    family = Quote.objects.filter(original__in=set(firsts.values()))
    before = dict(family.values_list("pk", "revision_of_id")) if parents else {}
    for item in named:
        parent = item.values["revision_of_id"]
        if item.row is not None and parent and item.row.pk in forebears(parent, before):
            item.refuse("/revision_of", "conflict")
        item.values["original_id"] = firsts.get(parent)


def forebears(pk: int, before: dict[int, int]) -> set[int]:
    """A quote and those it replaced."""
    found = {pk}
    while (pk := before.get(pk, 0)) and pk not in found:
        found.add(pk)
    return found


def follow_quotes(items: list[Item], caller: Caller) -> None:
    """The revisions of a quote that changed its place go with it; an order is linked to the deal too."""
    moved = [item.pk for item in items if "original_id" in item.before]
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(MOVE_FAMILIES, [moved])
    pairs = {(item.row.opportunity_id, item.row.order_id) for item in items}
    LINKS.objects.bulk_create(
        [LINKS(opportunity_id=deal, order_id=order) for deal, order in sorted(pairs, key=str) if deal and order],
        ignore_conflicts=True,
    )


def check_lines(item: Item) -> None:
    """Amounts that the currency can have, and what a new quote comes to."""
    lines, rate, total = item.data.lines or [], item.values["rate"], ZERO
    for position, line in enumerate(lines):
        pointer, discount = f"/lines/{position}", line.discount or ZERO
        if not (line.sku or line.name):
            item.refuse(f"{pointer}/sku", "required")
        for name in ("unit_price", "discount", "tax"):
            if getattr(line, name) and is_too_fine(getattr(line, name), item.values["currency"]):
                item.refuse(f"{pointer}/{name}", "precision")
        if discount > line.quantity * line.unit_price:
            item.refuse(f"{pointer}/discount", "out-of-range")
        total += line.quantity * line.unit_price * rate
    if total >= LARGEST:
        item.refuse("/lines", "amount-too-large")
    elif item.row is None:
        item.values["amount"] = sum((net_of(line, rate) for line in lines), ZERO)


def net_of(line: QuoteLineIn, rate: Decimal) -> Decimal:
    return convert(line.quantity * line.unit_price - (line.discount or ZERO), rate)


def lines_of(item: Item, products: dict[str, tuple[int, Decimal | None]]) -> list[Values]:
    return [
        {
            "position": position,
            "product_id": products[line.sku][0] if line.sku else None,
            "name": line.name or "",
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "discount": line.discount or ZERO,
            "tax": line.tax or ZERO,
            "rate": item.row.rate,
            "line_class": line.line_class or "",
        }
        for position, line in enumerate(item.data.lines)
    ]


def write_lines(items: list[Item], caller: Caller) -> None:
    """Lines as sent; stored ones follow a new rate of their quote."""
    written = [item for item in items if item.pk and not item.failures]
    sent = [item for item in written if item.data.lines is not UNSET]
    names = {line.sku: line.name or "" for item in sent for line in item.data.lines if line.sku}
    products = find_or_make_products(names, caller)
    replace_parts(LINES, sent, {item.index: lines_of(item, products) for item in sent})
    repriced = [item.pk for item in written if item.data.lines is UNSET and "rate" in item.before]
    if repriced:
        QuoteLine.objects.filter(quote__in=repriced).update(
            rate=Subquery(Quote.objects.filter(pk=OuterRef("quote")).values("rate"))
        )


def rounds(items: list[Item], caller: Caller) -> Iterator[list[Item]]:
    """A revision is written after the quote it replaces, also where both are sent in one call."""
    waiting = items
    while waiting:
        keys = {key_of(item, caller) for item in waiting}
        ready = [item for item in waiting if replaced_key(item, caller) not in keys]
        # Quotes that replace each other in a circle are all refused for it.
        yield ready or waiting
        done = {item.index for item in ready or waiting}
        waiting = [item for item in waiting if item.index not in done]


def replaced_key(item: Item, caller: Caller) -> tuple[str, str] | object:
    sent = item.data.revision_of
    if not isinstance(sent, External):
        return item
    return (caller.source or "" if sent.source is UNSET else sent.source, sent.external_id)


QUOTES = Recipe(
    model=Quote,
    struct=QuoteIn,
    references={
        "opportunity": Target(Opportunity),
        "lead": Target(Lead),
        "customer": Target(Customer),
        "owner": PEOPLE,
        "order": Target(Order),
        "revision_of": Target(Quote),
    },
    apart=frozenset({"lines"}),
    history=("created_at", "issued_at", "accepted_at", "declined_at"),
    completes=complete_quotes,
    follows=follow_quotes,
)


def write_quotes(items: list[Item], caller: Caller) -> None:
    refuse_repeated(sound(items), caller)
    for batch in rounds(sound(items), caller):
        upsert(QUOTES, batch, caller)
        write_lines(batch, caller)
