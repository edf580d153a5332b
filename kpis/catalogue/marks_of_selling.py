"""What makes up-sell and cross-sell dirty: a line tells of its order, and of all later ones of the customer."""

from __future__ import annotations

from kpis.catalogue.cubes.columns import ORDER
from kpis.catalogue.cubes.selling import CATEGORIES_SOLD_TO_NOBODY, CROSS_SOLD_TO_NOBODY, NOBODYS_CUBES
from kpis.tracking import Mark, of_child, of_day, of_parent

LINE = ("order_id", "product_id", "line_class", "position")
THEIR_ORDER = ("customers_order", "order_id")

SELLING_MARKS: tuple[Mark, ...] = (
    of_child(
        "customers_orderline",
        LINE,
        "SELECT o.customer_id FROM changed c JOIN customers_order o ON o.id = c.order_id",
        THEIR_ORDER,
    ),
    of_parent(
        "product.customers",
        "customers_product",
        ("category_id", "family", "tier"),
        "SELECT o.customer_id FROM changed c"
        " JOIN customers_orderline l ON l.product_id = c.id JOIN customers_order o ON o.id = l.order_id",
    ),
    of_day("customers_order", "placed_on", ORDER, CROSS_SOLD_TO_NOBODY, CATEGORIES_SOLD_TO_NOBODY),
    of_child(
        "customers_orderline",
        LINE,
        "SELECT o.placed_on, o.placed_on FROM changed c JOIN customers_order o ON o.id = c.order_id WHERE o.customer_id IS NULL",
        THEIR_ORDER,
        *NOBODYS_CUBES,
    ),
    of_parent(
        "product.lines_of_nobody",
        "customers_product",
        ("category_id",),
        "SELECT o.placed_on, o.placed_on FROM changed c JOIN customers_orderline l ON l.product_id = c.id"
        " JOIN customers_order o ON o.id = l.order_id WHERE o.customer_id IS NULL",
        *NOBODYS_CUBES,
    ),
)
