"""A sale on paper, for the buyer: whose it is, its lines and its sums, in its own currency and to the last unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import override

from crm.models import User
from crm.money import NOTHING, currency_unit, format_number, money_parts
from crm.paper import BODY, GAP, HEADING, INSIDE, PADDING, SMALL, STRONG, TITLE, Column, Look, Paper, begin_paper
from crm.phones import format_phone
from crm.preferences import Preferences
from crm.templatetags.crm_format import format_day, named
from crm.text import left_to_right
from customers.models import Customer, Order

Fact = tuple[str, str]
ZERO = Decimal(0)
HALF = INSIDE / 2
# The numbers of the lines leave room for a name; where they would not, all are set smaller.
LOOKS, MOST_OF_NUMBERS = (BODY, Look(7.5), Look(6.0)), 0.8


@dataclass(frozen=True)
class SaleLineShown:
    """A line of an order or a quote; what is given off holds its share of what is given off the whole."""

    name: str
    quantity: int
    unit_price: Decimal
    discount: Decimal
    tax: Decimal

    @property
    def net(self) -> Decimal:
        return self.quantity * self.unit_price - self.discount


@dataclass(frozen=True)
class SaleSheet:
    """What stands on the paper of an order or a quote; `tax` is the whole sale's, where it is not said line by line."""

    kind: str
    number: str
    seller: Sequence[str]
    facts: Sequence[Fact]
    buyer: Sequence[Fact]
    lines: Sequence[SaleLineShown]
    currency: str
    tax: Decimal = ZERO
    shipping: Decimal = ZERO
    terms: Sequence[str] = ()

    @property
    def name(self) -> str:
        return f"{self.kind} {self.number}"

    @property
    def discount(self) -> Decimal:
        return sum((line.discount for line in self.lines), ZERO)

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), ZERO)

    @property
    def all_tax(self) -> Decimal:
        return self.tax or sum((line.tax for line in self.lines), ZERO)

    @property
    def total(self) -> Decimal:
        return self.net + self.all_tax + self.shipping


@contextmanager
def paper_in(language: str, sender: User) -> Iterator[Preferences]:
    """As a buyer reads it, who has no account here: a language with its calendar and digits, but the sender's unit of money."""
    prefs = Preferences(AnonymousUser(), language)
    prefs.money_unit = Preferences(sender, language).money_unit
    with override(language):
        yield prefs


def paper_asked(request: HttpRequest) -> AbstractContextManager[Preferences]:
    """As its reader has things shown, or as the buyer gets it in the language that the address names."""
    language = request.GET.get("language")
    return paper_in(language, request.user) if language in User.Language.values else nullcontext(request.prefs)


def sheet_of_order(order: Order, reader: User, prefs: Preferences) -> SaleSheet:
    """An invoice, unless it is no more than a draft or was cancelled."""
    lines = order.lines.select_related("product").order_by("position")
    return SaleSheet(
        kind=_("Invoice") if order.status in Order.INVOICED else _("Order"),
        number=named(order, prefs),
        seller=seller_of(prefs),
        facts=[
            (_("Date"), format_day(prefs.organization.day_of(order.placed_at), prefs)),
            (_("Status"), order.get_status_display()),
        ],
        buyer=facts_of_buyer(order.customer, Customer.objects.visible_to(reader)) if order.customer else [],
        lines=[line_shown(line, line.order_discount) for line in lines],
        currency=order.currency,
        tax=order.tax,
        shipping=order.shipping,
    )


def seller_of(prefs: Preferences) -> list[str]:
    """The name, and below it what the organisation says of itself."""
    return [prefs.organization.title, *prefs.organization.letterhead.splitlines()]


def line_shown(line: Any, more_discount: Decimal = ZERO) -> SaleLineShown:
    """What the buyer knows it by: the product's name, and what was written beside it."""
    product = str(line.product) if line.product else ""
    name = " · ".join(dict.fromkeys(filter(None, (product, line.name))))
    return SaleLineShown(name, line.quantity, line.unit_price, line.discount + more_discount, line.tax)


def facts_of_buyer(person: Any, seen: Any) -> list[Fact]:
    """A customer's or a lead's; how to reach them only where their record is among those seen."""
    facts = [(_("Buyer"), str(person))]
    if not seen.filter(pk=person.pk).exists():
        return facts
    phone = format_phone(person.phone) if person.phone else ""
    codes = {_("National ID"): getattr(person, "national_id", ""), _("Phone"): phone, _("E-mail"): person.email}
    facts += [(_("Company"), person.company)] if person.company not in ("", str(person)) else []
    return facts + [(label, left_to_right(code)) for label, code in codes.items() if code]


# -- on the paper ------------------------------------------------------------------------------------------------------


def print_sale(sheet: SaleSheet, prefs: Preferences, *, at: datetime) -> bytes:
    paper, amounts = begin_paper(prefs, at=at), Amounts(sheet.currency, prefs)
    name, *details = sheet.seller
    paper.write(name, HEADING)
    for line in details:
        paper.write(line, SMALL)
    paper.write(f"{sheet.kind} {left_to_right(sheet.number)}", TITLE, gap=GAP)
    draw_facts(paper, sheet)
    paper.write(_("All amounts in %(unit)s.") % {"unit": amounts.unit_name}, SMALL)
    draw_lines(paper, sheet, amounts)
    draw_sums(paper, sheet, amounts)
    paper.top += GAP
    for line in sheet.terms:
        paper.write(line, SMALL)
    return paper.finish(sheet.name)


class Amounts:
    """Those of our currency in the reader's plain unit, others as they are."""

    def __init__(self, currency: str, prefs: Preferences) -> None:
        self.prefs = prefs
        self.unit = prefs.plain_unit if currency == prefs.organization.currency else currency_unit(currency)

    @property
    def unit_name(self) -> str:
        return self.parts(ZERO)[1]

    def parts(self, amount: Decimal) -> tuple[str, str]:
        return money_parts(amount, self.unit, self.prefs.language, latin_digits=self.prefs.latin_digits)

    def bare(self, amount: Decimal) -> str:
        """As a cell of a table that says its unit above."""
        return self.parts(amount)[0] if amount else NOTHING

    def whole(self, amount: Decimal) -> str:
        return "\u00a0".join(self.parts(amount))


def draw_facts(paper: Paper, sheet: SaleSheet) -> None:
    """Whom it is for, and beside that of when it is."""
    for pair in zip_longest(sheet.buyer, sheet.facts):
        found = [paper.lines(f"{fact[0]}: {fact[1]}", BODY, HALF - GAP) if fact else [] for fact in pair]
        for start, lines in zip((0, HALF), found, strict=True):
            for index, line in enumerate(lines):
                paper.put(line, BODY, paper.top + index * BODY.line, start, HALF - GAP)
        paper.top += max(map(len, found)) * BODY.line
    paper.top += GAP


def draw_lines(paper: Paper, sheet: SaleSheet, amounts: Amounts) -> None:
    """Without the columns in which nothing would stand."""
    prefs = paper.prefs
    shares = {_("Quantity"): 0.1, _("Unit price"): 0.16, _("Discount"): 0.14, _("Net amount"): 0.18, _("Tax"): 0.14}
    cells = {
        _("Quantity"): [format_number(line.quantity, prefs.language, latin_digits=prefs.latin_digits) for line in sheet.lines],
        _("Unit price"): [amounts.parts(line.unit_price)[0] for line in sheet.lines],
        _("Discount"): [amounts.bare(line.discount) for line in sheet.lines] if sheet.discount else [],
        _("Net amount"): [amounts.parts(line.net)[0] for line in sheet.lines],
        _("Tax"): [amounts.bare(line.tax) for line in sheet.lines] if sheet.all_tax and not sheet.tax else [],
    }
    used = {heading: column for heading, column in cells.items() if column}
    for look in LOOKS:
        wide = {heading: max(shares[heading], share_of(paper, column, look)) for heading, column in used.items()}
        if sum(wide.values()) <= MOST_OF_NUMBERS:
            break
    columns = [Column(_("Product"), 1 - sum(wide.values()))]
    columns += [Column(heading, share, is_number=True) for heading, share in wide.items()]
    names = [line.name or NOTHING for line in sheet.lines]
    paper.table(columns, list(zip(names, *used.values(), strict=True)), sheet.name, plain=look)


def share_of(paper: Paper, cells: Sequence[str], look: Look) -> float:
    """Of the table's width, and a hair more, so that no number is cut off."""
    return (max(paper.width_of(cell, look) for cell in cells) + 2 * PADDING + 0.1) / INSIDE


def draw_sums(paper: Paper, sheet: SaleSheet, amounts: Amounts) -> None:
    sums = {_("Discount"): sheet.discount, _("Net amount"): sheet.net, _("Tax"): sheet.all_tax, _("Shipping"): sheet.shipping}
    rows = [(label, amount, BODY) for label, amount in sums.items() if amount or label == _("Net amount")]
    rows.append((_("The buyer pays"), sheet.total, STRONG))
    paper.room_for(len(rows) * (BODY.line + 1.6))
    for label, amount, look in rows:
        paper.put(label, look, paper.top, HALF, HALF / 2)
        paper.put(amounts.whole(amount), look, paper.top, HALF, HALF, at_end=True)
        paper.top += look.line + 1.6
