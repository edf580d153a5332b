"""Refunds of an order: matched with the stored ones, spread over the lines, costs reversed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from msgspec import UNSET

from crm.inputs.caller import Caller
from crm.inputs.columns import insert_rows
from crm.inputs.rates import is_too_fine
from crm.inputs.upsert import check_moment
from crm.money import convert, spread
from customers.models import Refund, RefundLine
from customers.services.orders.draft import ZERO, Draft, LineDraft, Part, RefundDraft
from customers.services.orders.inputs import RefundIn, RefundLineIn

CENT = Decimal("0.01")

Parts = list[Part]


def plan_refunds(draft: Draft, caller: Caller) -> None:
    """What the order's refunds are to be: as sent, or the stored ones over new lines."""
    if draft.data.refunds is not UNSET:
        stored = list(draft.row.refunds.all()) if draft.row is not None else []
        draft.refunds = []
        for index, data in enumerate(draft.data.refunds):
            plan_refund(draft, data, f"/refunds/{index}", stored, caller)
    elif draft.row is not None and draft.has_new_lines:
        draft.refunds = [carried(draft, row, caller) for row in draft.row.refunds.all()]
    check_sum(draft)


def plan_refund(draft: Draft, data: RefundIn, base: str, stored: list[Refund], caller: Caller) -> None:
    if data.refunded_at is not UNSET:
        check_moment(draft.item, f"{base}/refunded_at".lstrip("/"), data.refunded_at, caller)
    before = len(draft.item.failures)
    amounts = {name: base_amount(draft, data, name, base) for name in ("amount", "tax", "shipping")}
    parts = parts_of(draft, data, base, amounts["amount"], caller)
    if len(draft.item.failures) > before:
        return
    amount = sum((part.amount for part in parts), ZERO)
    row = match(data, amount, stored)
    at: datetime = data.refunded_at if data.refunded_at is not UNSET else (row.refunded_at if row else caller.at)
    draft.refunds.append(
        RefundDraft(data.external_id or None, amount, amounts["tax"] or ZERO, amounts["shipping"] or ZERO, at, parts, row)
    )


def base_amount(draft: Draft, data: RefundIn, name: str, base: str) -> Decimal | None:
    given = getattr(data, name)
    if given is UNSET:
        return None
    if is_too_fine(given, draft.values["currency"]):
        draft.item.refuse(f"{base}/{name}", "precision")
    return convert(given, draft.values["rate"])


def match(data: RefundIn, amount: Decimal, stored: list[Refund]) -> Refund | None:
    """The stored refund that is meant: by its key, or without one by amount and moment."""
    for row in stored:
        if data.external_id:
            is_same = row.external_id == data.external_id
        else:
            is_same = not row.external_id and row.amount == amount and data.refunded_at in (UNSET, row.refunded_at)
        if is_same:
            stored.remove(row)
            return row
    return None


def parts_of(draft: Draft, data: RefundIn, base: str, amount: Decimal | None, caller: Caller) -> Parts:
    """The lines that came back; without any, the amount spread over the whole order."""
    unit = caller.organization.money_unit
    if data.lines is UNSET or not data.lines:
        if amount is None:
            draft.item.refuse(f"{base}/amount", "required")
            return []
        return spread_over(draft.lines, amount, unit)
    parts, sent = [], []
    for index, entry in enumerate(data.lines):
        line = line_meant(draft, entry, f"{base}/lines/{index}")
        if line is None:
            continue
        given = base_amount(draft, entry, "amount", f"{base}/lines/{index}")
        sent.append(given)
        parts.append(Part(line, entry.quantity, share(line, entry.quantity, unit) if given is None else given))
    if amount is not None and parts and amount != sum(part.amount for part in parts):
        if any(given is not None for given in sent):
            draft.item.refuse(f"{base}/amount", "inconsistent-total")
        else:
            for part, piece in zip(parts, spread(amount, [part.amount for part in parts], unit), strict=True):
                part.amount = piece
    return joined(parts)


def line_meant(draft: Draft, entry: RefundLineIn, pointer: str) -> LineDraft | None:
    """By its place on the order, which every line has, or the first of its SKU with enough pieces."""
    by_place = entry.position is not UNSET
    if by_place:
        named = [line for line in draft.lines if line.position == entry.position - 1]
    else:
        named = [line for line in draft.lines if entry.sku is not UNSET and line.sku == entry.sku]
    line = next((line for line in named if line.quantity >= entry.quantity), None)
    if line is None and named:
        draft.item.refuse(f"{pointer}/quantity", "out-of-range")
    elif line is None and not by_place and entry.sku is UNSET:
        draft.item.refuse(f"{pointer}/sku", "required")
    elif line is None:
        draft.item.refuse(f"{pointer}/{'position' if by_place else 'sku'}", "invalid-reference")
    return line


def share(line: LineDraft, quantity: int, unit: Decimal) -> Decimal:
    """What so many pieces of a line came to."""
    return spread(line.net, [quantity, line.quantity - quantity], unit)[0] if line.quantity else ZERO


def spread_over(lines: Sequence[LineDraft], amount: Decimal, unit: Decimal) -> Parts:
    pieces = spread(amount, [line.net for line in lines], unit) if lines else []
    return [Part(line, 0, piece) for line, piece in zip(lines, pieces, strict=True) if piece]


def joined(parts: Parts) -> Parts:
    """One part per line."""
    by_line: dict[int, Part] = {}
    for part in parts:
        known = by_line.setdefault(part.line.position, Part(part.line, 0, ZERO))
        known.quantity += part.quantity
        known.amount += part.amount
    return list(by_line.values())


def carried(draft: Draft, row: Refund, caller: Caller) -> RefundDraft:
    """A stored refund over changed lines: goods that are still on the order stay returned, the rest is spread."""
    skus = {line.pk: line.sku for line in draft.row.lines.all()}
    by_sku = {line.sku: line for line in draft.lines if line.sku}
    parts: Parts = []
    for part in row.lines.all():
        new = by_sku.get(skus.get(part.line_id) or "")
        if part.quantity and new is not None and new.quantity >= part.quantity:
            parts.append(Part(new, part.quantity, part.amount))
    rest = row.amount - sum((part.amount for part in parts), ZERO)
    parts += spread_over(draft.lines, rest, caller.organization.money_unit) if rest else []
    return RefundDraft(row.external_id, row.amount, row.tax, row.shipping, row.refunded_at, joined(parts), row)


def check_sum(draft: Draft) -> None:
    """No more is given back than was paid for goods, and no piece twice; nor does less become paid than was given back."""
    refunds = standing_refunds(draft) if draft.refunds is None else draft.refunds
    if not refunds or draft.item.failures:
        return
    returned: dict[int, int] = defaultdict(int)
    for refund in draft.refunds or []:
        for part in refund.parts:
            returned[part.line.position] += part.quantity
    if sum((refund.amount for refund in refunds), ZERO) > draft.values["net_amount"]:
        draft.item.refuse("/refunds", "out-of-range")
    if any(returned[line.position] > line.quantity for line in draft.lines):
        draft.item.refuse("/refunds", "out-of-range")
    if sum((refund.tax for refund in refunds), ZERO) > most_tax(draft, len(refunds)):
        draft.item.refuse("/refunds", "out-of-range", _("More tax is given back than the order has."))


def standing_refunds(draft: Draft) -> list[Refund]:
    """Those that a change of what was paid has to leave room for."""
    row = draft.row
    if row is None or all(draft.values[name] == getattr(row, name) for name in ("net_amount", "tax", "rate")):
        return []
    return list(row.refunds.all())


def most_tax(draft: Draft, refunds: int) -> Decimal:
    """The order's tax in the base currency, into which each refund of a foreign one was rounded by itself."""
    tax, rate = draft.values["tax"] or sum((line.tax for line in draft.lines), ZERO), draft.values["rate"]
    return convert(tax, rate) + (CENT * refunds if rate != 1 else ZERO)


def is_same(refund: RefundDraft) -> bool:
    """The stored refund says exactly this already; only lines that are stored can be compared."""
    row = refund.row
    if row is None:
        return False
    stored = {line.line_id: (line.quantity, line.amount, line.cost_amount) for line in row.lines.all()}
    wanted = {part.line.pk: (part.quantity, part.amount, part.cost) for part in refund.parts}
    facts = (row.external_id, row.amount, row.tax, row.shipping, row.refunded_at)
    return stored == wanted and facts == (refund.external_id, refund.amount, refund.tax, refund.shipping, refund.refunded_at)


def save_refunds(drafts: list[Draft]) -> None:
    """Write refunds and their parts after the lines; those no longer listed go."""
    if not drafts:
        return
    new, changed, parts, kept = [], [], [], set()
    for draft in drafts:
        for refund in draft.refunds or []:
            if refund.row is not None:
                kept.add(refund.row.pk)
            if is_same(refund):
                continue
            cost = sum((part.cost for part in refund.parts), ZERO)
            facts = {"external_id": refund.external_id, "amount": refund.amount, "tax": refund.tax, "shipping": refund.shipping}
            facts |= {"refunded_at": refund.refunded_at, "cost_amount": cost, "created_at": refund.refunded_at}
            if refund.row is None:
                refund.row = Refund(order_id=draft.pk, source=draft.values["source"] or "manual", **facts)
                new.append(refund.row)
            else:
                for name, value in facts.items():
                    setattr(refund.row, name, value)
                changed.append(refund.row)
            parts.append(refund)
    gone = [row.pk for draft in drafts if draft.row is not None for row in draft.row.refunds.all() if row.pk not in kept]
    Refund.objects.filter(pk__in=gone).delete()
    RefundLine.objects.filter(refund__in=changed).delete()
    insert_rows(new)
    for row in changed:
        row.save()
    insert_rows(
        [
            RefundLine(
                refund_id=refund.row.pk, line_id=part.line.pk, quantity=part.quantity, amount=part.amount, cost_amount=part.cost
            )
            for refund in parts
            for part in refund.parts
        ]
    )
