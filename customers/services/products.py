"""Products: written by their SKU, and made on the fly where an order names an unknown one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import UNSET, UnsetType

from crm.inputs.caller import Caller
from crm.inputs.fields import Money, Name, RecordIn, Title
from crm.inputs.items import Item
from crm.inputs.upsert import Recipe, upsert
from crm.statements import prepared_cursor
from customers.models import Category, Product

LOOK_UP = "SELECT sku, id, unit_cost FROM customers_product WHERE sku = ANY(%s::text[])"
# In one order of keys, so that two calls making the same products wait for each other instead of blocking each other.
MAKE = """
INSERT INTO customers_product (sku, name, family, created_at)
SELECT v.sku, v.name, '', %s FROM unnest(%s::text[], %s::text[]) AS v (sku, name) ORDER BY v.sku
ON CONFLICT (sku) DO NOTHING
"""


class ProductIn(RecordIn):
    """A product; its cost is that of new order lines, written ones keep theirs."""

    sku: Name | UnsetType = UNSET
    name: Title | UnsetType | None = UNSET
    family: Name | UnsetType | None = UNSET
    tier: int | UnsetType | None = UNSET
    category: Name | UnsetType | None = UNSET
    unit_cost: Money | UnsetType | None = UNSET


def find_or_make_products(names: Mapping[str, str], caller: Caller) -> dict[str, tuple[int, Decimal | None]]:
    """Key and cost by SKU; unknown ones are made with the name they were sold under."""
    if not names:
        return {}
    with prepared_cursor() as cursor:
        cursor.execute(LOOK_UP, [list(names)])
        found = {sku: (pk, cost) for sku, pk, cost in cursor.fetchall()}
        missing = [sku for sku in names if sku not in found]
        if missing:
            cursor.execute(MAKE, [caller.at, missing, [names[sku] for sku in missing]])
            cursor.execute(LOOK_UP, [missing])
            found |= {sku: (pk, cost) for sku, pk, cost in cursor.fetchall()}
    return found


def complete_products(items: list[Item], caller: Caller) -> None:
    for item in items:
        tier, cost = item.values.get("tier"), item.values.get("unit_cost")
        if tier is not None and not 0 <= tier <= 32767:
            item.refuse("/tier", "out-of-range")
        if cost is not None and not caller.user.may_see_costs:
            item.refuse("/unit_cost", "not-allowed")
    named = [item for item in items if item.data.category is not UNSET]
    names = sorted({item.data.category for item in named if item.data.category})
    Category.objects.bulk_create([Category(name=name) for name in names], ignore_conflicts=True)
    keys = dict(Category.objects.filter(name__in=names).values_list("name", "pk")) if names else {}
    for item in named:
        item.values["category_id"] = keys.get(item.data.category)


PRODUCTS = Recipe(
    model=Product, struct=ProductIn, natural="sku", required=("sku",), apart=frozenset({"category"}), completes=complete_products
)


def write_products(items: list[Item], caller: Caller) -> None:
    upsert(PRODUCTS, items, caller)
