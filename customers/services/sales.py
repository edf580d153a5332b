"""An order written down by hand, through the same door as a shop's."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.inputs.caller import Caller
from crm.inputs.items import Item
from crm.inputs.reading import read_struct
from crm.models import Organization, User
from customers.models import Customer, Order, Product
from customers.services.orders import OrderIn, write_orders

SOURCE = "page"


@transaction.atomic
def place_order(
    *,
    by: User,
    at: datetime,
    customer: Customer,
    quantity: int,
    unit_price: Decimal,
    product: Product | None = None,
    name: str = "",
    status: str = Order.Status.PAID,
    key: str,
) -> Order:
    """An order of one line. The same `key` answers with the order it has, so a form sent twice is one sale.

    Sent again with another customer or sum, after going back, it is another sale.
    """
    with connection.cursor() as cursor:
        # The same form sent twice at once: the second waits, and finds the order of the first.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{SOURCE}:{key}"])
    known = Order.objects.filter(source=SOURCE, external_id=key).first()
    if known and (known.customer, known.net_amount) == (customer, quantity * unit_price):
        return known
    key = str(uuid4()) if known else key
    caller = Caller(user=by, organization=Organization.current(), at=at, source=SOURCE)
    line = {"quantity": quantity, "unit_price": str(unit_price)}
    line |= {"sku": product.sku} if product else {"name": name}
    sent = {"external_id": key, "customer": customer.pk, "status": status, "lines": [line]}
    data, failures = read_struct(OrderIn, sent, caller)
    item = Item(0, data, failures=failures)
    if not failures:
        write_orders([item], caller)
    if item.failures:
        texts = [str(failure.detail or failure.code) for failure in item.failures]
        raise ValidationError([_("The order was not saved."), *texts], code=item.failures[0].code)
    return Order.objects.get(source=SOURCE, external_id=key)
