"""What an order comes to: rate, discounts spread over the lines, the total checked, net amount and cost."""

from __future__ import annotations

from decimal import Decimal

from msgspec import UNSET

from crm.inputs.caller import Caller
from crm.inputs.rates import Rates, has_decimals, is_without_decimals
from crm.money import convert, spread
from customers.models import OrderLine
from customers.services.orders.draft import ZERO, Draft, LineDraft
from customers.services.orders.inputs import LineIn

LARGEST = Decimal(10) ** 18
UNKNOWN = (None, None)


def price(draft: Draft, caller: Caller, rates: Rates) -> None:
    """Fill in amounts; refuse what does not add up."""
    set_currency(draft, caller, rates)
    values, is_whole = draft.values, is_without_decimals(draft.values["currency"])
    for name in ("discount", "tax", "shipping"):
        draft.take(name)
        if is_whole and has_decimals(values[name]):
            draft.item.refuse(f"/{name}", "precision")
    if draft.data.lines is not UNSET:
        draft.lines = [line_of(position, sent) for position, sent in enumerate(draft.data.lines)]
        draft.has_new_lines = True
        for line in draft.lines:
            check_line(draft, line, is_whole=is_whole)
    elif draft.row is not None:
        draft.lines = [line_from(row) for row in draft.row.lines.all()]
    if draft.item.failures:
        return
    spread_discount(draft, rates)
    check_total(draft)
    set_net(draft)


def set_currency(draft: Draft, caller: Caller, rates: Rates) -> None:
    """Currency and the rate frozen at the order's date: fixed, sent, kept from before, or the table's."""
    data, values = draft.data, draft.values
    stored = values["currency"] or rates.base
    currency = values["currency"] = stored if data.currency is UNSET else data.currency
    fixed = rates.fixed(currency)
    if fixed is not None:
        values["rate"] = fixed
        if data.rate is not UNSET and data.rate != fixed:
            draft.item.refuse("/rate", "conflict")
    elif data.rate is not UNSET:
        values["rate"] = data.rate
    elif draft.row is None or currency != stored:
        values["rate"] = rates.on(currency, caller.organization.day_of(draft.placed_at))
    if values["rate"] is None:
        draft.item.refuse("/rate", "rate-missing")


def line_of(position: int, sent: LineIn) -> LineDraft:
    """One line as sent; what was left out is falsy, as null is."""
    cost = None if sent.unit_cost is UNSET else sent.unit_cost
    discount = sent.discount or ZERO
    return LineDraft(
        position=position,
        sku=sent.sku or "",
        name=sent.name or "",
        quantity=sent.quantity,
        unit_price=sent.unit_price,
        discount=discount,
        tax=sent.tax or ZERO,
        line_class=sent.line_class or "",
        amount=sent.quantity * sent.unit_price - discount,
        unit_cost=cost,
        has_own_cost=cost is not None,
    )


def check_line(draft: Draft, line: LineDraft, *, is_whole: bool) -> None:
    pointer = f"/lines/{line.position}"
    if not line.sku and not line.name:
        draft.item.refuse(f"{pointer}/sku", "required")
    if is_whole:
        for name in ("unit_price", "discount", "tax"):
            if has_decimals(getattr(line, name)):
                draft.item.refuse(f"{pointer}/{name}", "precision")
    if line.amount < 0:
        draft.item.refuse(f"{pointer}/discount", "out-of-range")
    largest = line.quantity * max(line.unit_price, line.unit_cost or ZERO)
    if largest * (draft.values["rate"] or 1) >= LARGEST:
        draft.item.refuse(f"{pointer}/unit_price", "amount-too-large")


def line_from(row: OrderLine) -> LineDraft:
    """A stored line that stays."""
    return LineDraft(
        position=row.position,
        sku=row.sku or "",
        name=row.name,
        quantity=row.quantity,
        unit_price=row.unit_price,
        discount=row.discount,
        tax=row.tax,
        line_class=row.line_class,
        amount=row.quantity * row.unit_price - row.discount,
        unit_cost=row.unit_cost,
        has_own_cost=False,
        product_id=row.product_id,
        row=row,
        pk=row.pk,
    )


def spread_discount(draft: Draft, rates: Rates) -> None:
    """The order's discount falls on its lines in proportion to their amounts."""
    discount = draft.values["discount"]
    if not discount:
        return
    amounts = [line.amount for line in draft.lines]
    if discount > sum(amounts):
        draft.item.refuse("/discount", "out-of-range")
        return
    for line, part in zip(draft.lines, spread(discount, amounts, rates.smallest(draft.values["currency"])), strict=True):
        line.order_discount = part


def set_net(draft: Draft) -> None:
    """What each line and the order come to in the base currency."""
    rate = draft.values["rate"]
    for line in draft.lines:
        goods = line.amount - line.order_discount
        line.rate, line.net = rate, goods if rate == 1 else convert(goods, rate)
    draft.values["net_amount"] = sum((line.net for line in draft.lines), ZERO)


def check_total(draft: Draft) -> None:
    """Σ lines − discount + tax + shipping; the tax stands on the order, or on its lines where the order has none."""
    total = draft.data.total
    goods = sum((line.amount for line in draft.lines), ZERO) - draft.values["discount"]
    if goods * (draft.values["rate"] or 1) >= LARGEST:
        draft.item.refuse("/lines", "amount-too-large")
    if total is UNSET or total is None:
        return
    of_lines = sum((line.tax for line in draft.lines), ZERO)
    tax = draft.values["tax"]
    if total - goods - draft.values["shipping"] not in {tax or of_lines, tax + of_lines}:
        draft.item.refuse("/total", "inconsistent-total")


def set_costs(draft: Draft, products: dict[str, tuple[int, Decimal | None]]) -> None:
    """Freeze the costs: a line's own, else what was frozen before, else the product's of now."""
    if draft.has_new_lines:
        rate = draft.values["rate"]
        stored = draft.row.lines.all() if draft.row is not None else ()
        frozen = {row.sku or row.name: row.unit_cost for row in stored}
        for line in draft.lines:
            line.product_id, cost = products.get(line.sku, UNKNOWN)
            if not line.has_own_cost:
                line.unit_cost = frozen.get(line.sku or line.name, cost)
            elif rate != 1:
                line.unit_cost = convert(line.unit_cost, rate)
    known = [line.quantity * line.unit_cost for line in draft.lines if line.unit_cost is not None]
    draft.values["cost_amount"] = sum(known, ZERO)
    draft.values["unknown_costs"] = len(draft.lines) - len(known)
