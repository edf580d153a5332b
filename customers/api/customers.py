"""Customers and products."""

from __future__ import annotations

from decimal import Decimal

from crm.api.output import Column, Output, plain
from crm.api.resource import EMAIL, PHONE, Action, Resource, equals, flag, refers
from crm.inputs.verbs import Verb
from crm.permissions import may_keep_reference_data
from customers.api import verbs
from customers.models import Customer, Product
from customers.models.merge import UNDO_DAYS
from customers.services.bulk import CustomerRecordIn, write_customers
from customers.services.products import ProductIn, write_products

UNMERGE = f"Take a merge of the last {UNDO_DAYS} days back: what it brought, and what came of that since, goes back with it"


CUSTOMERS = Resource(
    name="customers",
    model=Customer,
    struct=CustomerRecordIn,
    write=write_customers,
    output=Output(
        Customer,
        [
            *(
                "name",
                "company",
                "kind",
                "phone",
                "email",
                "national_id",
                "owner",
                "channel",
                "lead_source",
                "campaign",
                "landing_page",
            ),
            *("social_network", "is_test", "is_spam", "is_archived", "merged_into"),
        ],
    ),
    filters={
        "phone": PHONE,
        "email": EMAIL,
        "owner": refers("owner", "email"),
        "channel": refers("channel", "slug"),
        "campaign": refers("campaign"),
        "is_archived": flag("is_archived"),
    },
    actions=(
        Action("merge", "Merge a customer into another one", verbs.CustomerMergeIn, verbs.merge, holds=False),
        Action(
            "unmerge",
            f"Take a merge of the last {UNDO_DAYS} days back, with what came since of what it brought",
            Verb,
            verbs.unmerge,
            holds=False,
        ),
        Action("archive", "Take a customer out of the lists; figures keep counting them", Verb, verbs.archive),
        Action("restore", "Bring an archived customer back", Verb, verbs.restore),
    ),
)

PRODUCTS = Resource(
    name="products",
    model=Product,
    struct=ProductIn,
    write=write_products,
    required=("sku",),
    may_write=may_keep_reference_data,
    rows=lambda rows: rows.select_related("category"),
    output=Output(
        Product,
        ["sku", "name", "family", "tier", "is_archived"],
        [
            Column("category", str | None, lambda row, _caller: row.category.name if row.category else None),
            Column("list_price", Decimal | None, lambda row, _caller: plain(row.list_price)),
            Column("unit_cost", Decimal | None, lambda row, caller: plain(row.unit_cost) if caller.user.may_see_costs else None),
        ],
    ),
    filters={
        "sku": equals("sku"),
        "family": equals("family"),
        "category": equals("category__name"),
        "is_archived": flag("is_archived"),
    },
    actions=(
        Action("archive", "Offer a product no longer; what was sold of it counts on", Verb, verbs.archive_product),
        Action("restore", "Offer an archived product again", Verb, verbs.restore_product),
    ),
)
