"""Customers, products and orders."""

from datetime import UTC, datetime
from itertools import count

from model_bakery import baker

from customers.models import Customer, Order, OrderLine, Product

NOON = datetime(2025, 10, 1, 12, tzinfo=UTC)
numbers = count(1)


def make_customer(**facts):
    return baker.make(Customer, **{"name": "مریم", "phone": "", "email": "", "source": None, "external_id": None, **facts})


def make_product(**facts):
    return baker.make(Product, **{"sku": f"SKU-{next(numbers)}", "name": "", "source": None, "external_id": None, **facts})


def make_order(lines=((1, 100_000),), **facts):
    """An order with lines given as (quantity, unit price) or (quantity, unit price, product)."""
    facts = {"placed_at": NOON, "status": "paid", "currency": "IRR", "source": None, "external_id": None, **facts}
    order = baker.make(Order, **facts)
    for position, (quantity, unit_price, *product) in enumerate(lines):
        item = product[0] if product else None
        OrderLine.objects.create(
            order=order,
            position=position,
            product=item,
            quantity=quantity,
            unit_price=unit_price,
            unit_cost=item.unit_cost if item else None,
        )
    order.refresh_from_db()
    return order
