"""Customers, products, orders, carts, contracts and invitations."""

from datetime import UTC, date, datetime
from itertools import count

from model_bakery import baker

from customers.models import Cart, Contract, Customer, Invitation, Order, OrderLine, Product, Survey

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


def make_cart(**facts):
    return Cart.objects.create(**{"created_at": NOON, "amount": 100_000, **facts})


def make_contract(**facts):
    customer = facts.pop("customer", None) or make_customer()
    return Contract.objects.create(customer=customer, **{"starts_on": date(2025, 1, 1), **facts})


def make_invitation(survey="nps", **facts):
    customer = facts.pop("customer", None) or make_customer()
    facts = {"created_at": NOON, "sent_at": NOON, "delivered_at": NOON, **facts}
    return Invitation.objects.create(survey=Survey.objects.get(slug=survey), customer=customer, **facts)
