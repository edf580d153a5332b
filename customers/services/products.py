"""Products: written by their SKU or by hand, and made on the fly where an order names an unknown one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from crm.inputs.caller import Caller
from crm.inputs.fields import Money, Name, RecordIn, Title
from crm.inputs.items import Item
from crm.inputs.upsert import Recipe, upsert
from crm.models import User
from crm.statements import prepared_cursor
from customers.models import Category, Product

EDITABLE = frozenset({"sku", "name", "family", "tier", "category", "list_price", "unit_cost", "is_archived"})
HIGHEST_TIER = 32767
LOOK_UP = "SELECT sku, id, unit_cost FROM customers_product WHERE sku = ANY(%s::text[])"
# In one order of keys, so that two calls making the same products wait for each other instead of blocking each other.
MAKE = """
INSERT INTO customers_product (sku, name, family, created_at)
SELECT v.sku, v.name, '', %s FROM unnest(%s::text[], %s::text[]) AS v (sku, name) ORDER BY v.sku
ON CONFLICT (sku) DO NOTHING
"""


class ProductIn(RecordIn):
    """A product; its cost is that of new order lines, written ones keep theirs; its list price is what forms begin with."""

    sku: Name | UnsetType = UNSET
    name: Title | UnsetType | None = UNSET
    family: Name | UnsetType | None = UNSET
    tier: int | UnsetType | None = UNSET
    category: Name | UnsetType | None = UNSET
    list_price: Money | UnsetType | None = UNSET
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
        if tier is not None and not 0 <= tier <= HIGHEST_TIER:
            item.refuse("/tier", "out-of-range")
        if cost is not None and not caller.user.may_see_costs:
            item.refuse("/unit_cost", "not-allowed")
    named = [item for item in items if item.data.category is not UNSET]
    keys = find_or_make_categories(item.data.category for item in named)
    for item in named:
        item.values["category_id"] = keys.get(item.data.category)


def find_or_make_categories(names: Iterable[str | None]) -> dict[str | None, int]:
    """The keys by name; what has no name is no category."""
    wanted = sorted(set(filter(None, names)))
    if not wanted:
        return {}
    Category.objects.bulk_create([Category(name=name) for name in wanted], ignore_conflicts=True)
    return dict(Category.objects.filter(name__in=wanted).values_list("name", "pk"))


PRODUCTS = Recipe(
    model=Product, struct=ProductIn, natural="sku", required=("sku",), apart=frozenset({"category"}), completes=complete_products
)


def write_products(items: list[Item], caller: Caller) -> None:
    upsert(PRODUCTS, items, caller)


@transaction.atomic
def create_product(
    *, by: User | None, at: datetime, source: str | None = None, external_id: str | None = None, **facts: Any
) -> Product:
    """A new product; its `category` is a name. A known (`source`, `external_id`) answers with the product it has."""
    columns = _columns(facts, by)
    sent = Product.objects.filter(source=source, external_id=external_id).first() if external_id is not None else None
    if sent is not None:
        return sent
    product = Product(source=source, external_id=external_id, created_at=at, **columns)
    _require_free_sku(product)
    product.save()
    return product


@transaction.atomic
def edit_product(product: Product, *, by: User | None, at: datetime, **changes: Any) -> Product:
    """New values for describing columns; lines that were sold keep the cost they were sold at."""
    columns = _columns(changes, by)
    product = Product.objects.select_for_update().get(pk=product.pk)
    changed = [column for column, value in columns.items() if getattr(product, column) != value]
    for column in changed:
        setattr(product, column, columns[column])
    if "sku" in changed:
        _require_free_sku(product)
    if changed:
        product.save(update_fields=[*changed, "updated_at"])
    return product


def archive_product(product: Product, *, by: User | None, at: datetime) -> Product:
    """Offer a product no longer; what was sold of it counts on."""
    return edit_product(product, by=by, at=at, is_archived=True)


def restore_product(product: Product, *, by: User | None, at: datetime) -> Product:
    """Offer an archived product again."""
    return edit_product(product, by=by, at=at, is_archived=False)


def _columns(facts: dict[str, Any], by: User | None) -> dict[str, Any]:
    unknown = set(facts) - EDITABLE
    if unknown:
        raise TypeError(f"a product cannot be given {', '.join(sorted(unknown))}")
    if "unit_cost" in facts and by is not None and not by.may_see_costs:
        raise PermissionDenied
    columns = {name: value for name, value in facts.items() if name != "category"}
    if "category" in facts:
        columns["category_id"] = find_or_make_categories([facts["category"]]).get(facts["category"])
    return columns


def _require_free_sku(product: Product) -> None:
    if Product.objects.filter(sku=product.sku).exclude(pk=product.pk).exists():
        raise ValidationError({"sku": ValidationError(_("There is a product with this SKU already."), code="duplicate")})
