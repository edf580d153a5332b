"""What an order comes to: rate, discounts spread over the lines, the total checked, net amount and cost."""

from __future__ import annotations

from decimal import Decimal

from msgspec import UNSET

from crm.inputs.caller import Caller
from crm.inputs.rates import Rates, is_too_fine
from crm.money import convert, spread
from customers.models import OrderLine
from customers.services.orders.draft import ZERO, Draft, LineDraft

LARGEST = Decimal(10) ** 18


def price(draft: Draft, caller: Caller, rates: Rates) -> None:
    """Fill in amounts; refuse what does not add up."""
    set_currency(draft, caller, rates)
    set_amounts(draft)
    if draft.data.lines is not UNSET:
        draft.lines = [line_of(draft, position) for position in range(len(draft.data.lines))]
        draft.has_new_lines = True
    elif draft.row is not None:
        draft.lines = [line_from(row) for row in draft.row.lines.all()]
    if draft.item.failures:
        return
    spread_discount(draft, rates)
    check_total(draft)
    rate = draft.values["rate"]
    for line in draft.lines:
        goods = line.amount - line.order_discount
        line.rate, line.net = rate, goods if rate == 1 else convert(goods, rate)
    draft.values["net_amount"] = sum((line.net for line in draft.lines), ZERO)


def set_currency(draft: Draft, caller: Caller, rates: Rates) -> None:
    """Currency and the rate frozen at the order's date: fixed, sent, kept from before, or the table's."""
    data, values = draft.data, draft.values
    stored = draft.stored("currency", rates.base)
    currency = values["currency"] = stored if data.currency is UNSET else data.currency
    fixed = rates.fixed(currency)
    if fixed is not None:
        values["rate"] = fixed
        if data.rate is not UNSET and data.rate != fixed:
            draft.item.refuse("/rate", "conflict")
        return
    if data.rate is not UNSET:
        values["rate"] = data.rate
    elif draft.row is not None and currency == stored:
        values["rate"] = draft.row.rate
    else:
        values["rate"] = rates.on(currency, caller.organization.day_of(draft.placed_at))
    if values["rate"] is None:
        draft.item.refuse("/rate", "rate-missing")


def set_amounts(draft: Draft) -> None:
    for name in ("discount", "tax", "shipping"):
        given = getattr(draft.data, name)
        draft.values[name] = draft.stored(name, ZERO) if given is UNSET else given
        check_amount(draft, f"/{name}", draft.values[name])


def check_amount(draft: Draft, pointer: str, amount: Decimal) -> None:
    if is_too_fine(amount, draft.values["currency"]):
        draft.item.refuse(pointer, "precision")


def line_of(draft: Draft, position: int) -> LineDraft:
    """One line as sent."""
    data = draft.data.lines[position]
    sku = "" if data.sku is UNSET or data.sku is None else data.sku
    line = LineDraft(
        position=position,
        sku=sku,
        name="" if data.name is UNSET or data.name is None else data.name,
        quantity=data.quantity,
        unit_price=data.unit_price,
        discount=ZERO if data.discount is UNSET else data.discount,
        tax=ZERO if data.tax is UNSET else data.tax,
        line_class="" if data.line_class is UNSET or data.line_class is None else data.line_class,
    )
    if data.unit_cost is not UNSET and data.unit_cost is not None:
        line.unit_cost, line.has_own_cost = data.unit_cost, True
    check_line(draft, line)
    return line


def check_line(draft: Draft, line: LineDraft) -> None:
    pointer = f"/lines/{line.position}"
    if not line.sku and not line.name:
        draft.item.refuse(f"{pointer}/sku", "required")
    for name in ("unit_price", "discount", "tax"):
        if is_too_fine(getattr(line, name), draft.values["currency"]):
            draft.item.refuse(f"{pointer}/{name}", "precision")
    gross = line.quantity * line.unit_price
    if line.discount > gross:
        draft.item.refuse(f"{pointer}/discount", "out-of-range")
    if max(gross, line.quantity * (line.unit_cost or ZERO)) * (draft.values["rate"] or 1) >= LARGEST:
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
    rate = draft.values["rate"]
    frozen = {}
    if draft.row is not None:
        frozen = {row.sku or row.name: row.unit_cost for row in draft.row.lines.all()}
    for line in draft.lines:
        if draft.has_new_lines:
            line.product_id, cost = products.get(line.sku, (None, None)) if line.sku else (None, None)
            if line.has_own_cost:
                line.unit_cost = line.unit_cost if rate == 1 else convert(line.unit_cost, rate)
            else:
                line.unit_cost = frozen.get(line.sku or line.name, cost)
    draft.values["cost_amount"] = sum(
        (line.quantity * line.unit_cost for line in draft.lines if line.unit_cost is not None), ZERO
    )
    draft.values["unknown_costs"] = sum(1 for line in draft.lines if line.unit_cost is None)
