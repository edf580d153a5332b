"""Goods given back by hand: a whole order, some pieces, or only an amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from crm.inputs.failures import Refused
from crm.inputs.reading import read_struct
from crm.models import User
from crm.transactions import hold
from customers.models import Order, OrderLine, Refund
from customers.services.orders import RefundIn, add_refund
from customers.services.sales import SOURCE, caller_of, key_of_words, lock_order, refusal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Returnable:
    """What of one line is still with the buyer: pieces, and their amount in the base currency."""

    line: OrderLine
    quantity: int
    amount: Decimal

    @property
    def title(self) -> str:
        return str(self.line.product or self.line.name)


def returnable_lines(order: Order) -> list[Returnable]:
    rows = order.lines.select_related("product").order_by("position")
    summed = rows.annotate(returned=Sum("refunds__quantity"), refunded=Sum("refunds__amount"))
    return [Returnable(row, row.quantity - (row.returned or 0), row.net_amount - (row.refunded or ZERO)) for row in summed]


def key_of_refund(
    key: str, quantities: Mapping[int, int], amount: Decimal | None = None, tax: Decimal = ZERO, shipping: Decimal = ZERO
) -> str:
    taken = {position: count for position, count in quantities.items() if count}
    return key_of_words(key, [sorted(taken.items()), amount, tax, shipping])


@transaction.atomic
def refund_order(
    order: Order,
    *,
    by: User,
    at: datetime,
    quantities: Mapping[int, int],
    amount: Decimal | None = None,
    tax: Decimal = ZERO,
    shipping: Decimal = ZERO,
    key: str,
) -> Refund:
    """Pieces by the position of their line, an amount, or both.

    The same form sent twice is one refund; sent again with other pieces or amounts, after going back, it is another one.
    Amounts are in the order's currency and without tax, which stands beside them.
    """
    taken = {position: count for position, count in quantities.items() if count}
    key = key_of_refund(key, quantities, amount, tax, shipping)
    hold(f"{SOURCE}:{key}")
    order = lock_order(order)
    known = order.refunds.filter(external_id=key).first()
    if known:
        return known
    if not taken and not amount:
        raise ValidationError(_("Say how many pieces came back, or what amount is given back."), code="required")
    lines = [{"position": position + 1, "quantity": count} for position, count in sorted(taken.items())]
    sent: dict[str, Any] = {"external_id": key, "tax": str(tax), "shipping": str(shipping)}
    sent |= {"lines": lines} if lines else {}
    sent |= {"amount": str(amount)} if amount else {}
    return _write(order, sent, by=by, at=at)


@transaction.atomic
def refund_rest(order: Order, *, by: User, at: datetime, key: str) -> Refund:
    """Everything that has not been given back yet, tax and shipping included."""
    key = key_of_words(key, "rest")
    hold(f"{SOURCE}:{key}")
    order = lock_order(order)
    known = order.refunds.filter(external_id=key).first()
    if known:
        return known
    lines = []
    for rest in returnable_lines(order):
        if rest.quantity or rest.amount:
            entry = {"position": rest.line.position + 1, "quantity": rest.quantity}
            # In a foreign currency the pieces' share is exact, and a base amount cannot be said.
            lines.append(entry | ({"amount": str(rest.amount)} if order.rate == 1 else {}))
    if not lines:
        raise ValidationError(_("Everything of this order was given back already."), code="out-of-range")
    return _write(order, {"external_id": key, "lines": lines, **rest_of_extras(order)}, by=by, at=at)


def rest_of_extras(order: Order) -> dict[str, str]:
    """Tax and shipping that were not given back yet, in the order's currency."""
    given = order.refunds.aggregate(tax=Sum("tax"), shipping=Sum("shipping"))
    taken = {"tax": order.tax or sum((line.tax for line in order.lines.all()), ZERO), "shipping": order.shipping}
    left = {name: max(amount - (given[name] or ZERO) / order.rate, ZERO) for name, amount in taken.items()}
    return {name: str(amount.quantize(Decimal("0.01"))) for name, amount in left.items()}


@transaction.atomic
def take_back_refund(refund: Refund, *, by: User, at: datetime) -> Order:
    """A refund that was a slip of the hand."""
    order = lock_order(refund.order)
    order.refunds.filter(pk=refund.pk).delete()
    return order


def _write(order: Order, sent: dict[str, Any], *, by: User, at: datetime) -> Refund:
    caller = caller_of(by, at, None)
    data, failures = read_struct(RefundIn, sent, caller)
    if failures:
        raise refusal(failures)
    try:
        add_refund(order, data, caller)
    except Refused as error:
        raise refusal(error.failures) from None
    return order.refunds.get(external_id=sent["external_id"])
