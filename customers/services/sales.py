"""Orders that people write, change and take back by hand, through the same door as a shop's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.inputs.caller import Caller
from crm.inputs.failures import Failure
from crm.inputs.items import Item
from crm.inputs.reading import read_struct
from crm.models import Organization, User
from crm.money import localise_digits
from crm.transactions import hold
from customers.models import Customer, Order, Product
from customers.services.orders import OrderIn, write_orders

SOURCE = "page"
ZERO = Decimal(0)


@dataclass(frozen=True)
class SaleLine:
    """One line as it is typed: a product, or words for what was sold; amounts in the order's currency.

    Only a line that a form starts from may lack its price.
    """

    quantity: int
    unit_price: Decimal | None
    product: Product | None = None
    name: str = ""
    discount: Decimal = ZERO
    tax: Decimal = ZERO
    line_class: str = ""

    @property
    def sent(self) -> dict[str, Any]:
        named = {"sku": self.product.sku, "name": self.name} if self.product else {"name": self.name}
        amounts = {name: str(getattr(self, name)) for name in ("unit_price", "discount", "tax")}
        return {**named, "quantity": self.quantity, **amounts, "class": self.line_class}

    @property
    def facts(self) -> tuple[Any, ...]:
        """What was entered of it."""
        key = self.product.pk if self.product else None
        return key, self.name, self.quantity, self.unit_price, self.discount, self.tax, self.line_class


def line_of(row: Any) -> SaleLine:
    """A stored line as it would be typed."""
    facts = {name: getattr(row, name) for name in ("quantity", "unit_price", "product", "name", "discount", "tax", "line_class")}
    return SaleLine(**facts)


@transaction.atomic
def place_order(
    *,
    by: User,
    at: datetime,
    customer: Customer,
    lines: Sequence[SaleLine],
    key: str,
    status: str = Order.Status.PAID,
    owner: User | None = None,
    **facts: Any,
) -> Order:
    """A new order; `facts` are number, discount, tax and shipping.

    For whom it may be written is for the door to say: the buyer of somebody's own deal may be a colleague's customer.
    Such an order has an owner of its own, or they would lose sight of it.
    The same `key` with the same words answers with the order it has, so a form sent twice is one sale; sent again with
    anything else in it, after going back, it is another sale.
    """
    amounts = {name: facts.get(name, ZERO) for name in ("discount", "tax", "shipping")}
    said = [customer, owner, status, facts.get("number", ""), amounts, [line.facts for line in lines]]
    key = key_of_words(key, said)
    hold(f"{SOURCE}:{key}")
    known = Order.objects.filter(source=SOURCE, external_id=key).first()
    if known:
        return known
    sent = {"external_id": key, "status": status, **sent_facts(facts), "lines": [line.sent for line in lines]}
    whose = {"customer_id": customer.pk} | ({"owner_id": owner.pk} if owner else {})
    _write(sent, by=by, at=at, values=whose)
    return Order.objects.get(source=SOURCE, external_id=key)


@transaction.atomic
def edit_order(
    order: Order, *, by: User, at: datetime, lines: Sequence[SaleLine], seen: datetime | None = None, **facts: Any
) -> Order:
    """New lines and sums. `seen` is the state the writer had before them: what changed since is not written over."""
    order = lock_order(order)
    if seen is not None and order.updated_at != seen:
        raise ValidationError(
            _("Somebody changed this order in the meantime: open it again and repeat your change."), code="conflict"
        )
    _write(sent_facts(facts) | {"lines": [line.sent for line in lines]}, by=by, at=at, order=order)
    return Order.objects.get(pk=order.pk)


@transaction.atomic
def set_order_status(order: Order, *, status: str, by: User, at: datetime) -> Order:
    """Pending, paid, fulfilled or cancelled; any of them can be taken back by setting the one before."""
    order = lock_order(order)
    if status not in Order.Status.values:
        raise ValidationError(_("This status is not known."), code="invalid-status")
    if order.status != status:
        _write({"status": status}, by=by, at=at, order=order)
    return Order.objects.get(pk=order.pk)


def lock_order(order: Order) -> Order:
    return Order.objects.select_for_update().get(pk=order.pk)


def key_of_words(key: str, said: Any) -> str:
    """The key of a form and of everything it says; what became since of the row that it made does not matter."""
    return str(uuid5(NAMESPACE_OID, json.dumps([key, said], sort_keys=True, default=worded)))


def worded(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.pk if isinstance(value, Model) else str(value)


def sent_facts(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) for name, value in facts.items()}


def caller_of(by: User, at: datetime, source: str | None) -> Caller:
    return Caller(user=by, organization=Organization.current(), at=at, source=source, may_give_history=by.may_give_history)


def refusal(failures: list[Failure], said: str = "") -> ValidationError:
    """What the rules of orders or quotes object to, with the line it is about."""
    texts = []
    for failure in failures:
        part, _slash, rest = failure.pointer.lstrip("/").partition("/")
        number = rest.partition("/")[0]
        is_of_line = part == "lines" and number.isdigit()
        place = localise_digits(str(int(number) + 1), get_language() or "en") if is_of_line else ""
        texts.append(_("Line %(number)s: %(text)s") % {"number": place, "text": failure.text} if place else failure.text)
    return ValidationError([said or _("The order was not saved."), *texts], code=failures[0].code)


def _write(
    sent: dict[str, Any], *, by: User, at: datetime, order: Order | None = None, values: dict[str, Any] | None = None
) -> None:
    caller = caller_of(by, at, None if order else SOURCE)
    data, failures = read_struct(OrderIn, sent, caller)
    item = Item(0, data, failures=failures, values=values or {}, row=order)
    if not failures:
        write_orders([item], caller)
    if item.failures:
        raise refusal(item.failures)
