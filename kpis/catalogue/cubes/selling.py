"""Orders with up-sell and cross-sell lines."""

from __future__ import annotations

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from customers.models import Order, OrderLine
from kpis.definitions import Cube, Dimension, Fold
from kpis.models import OrderCategory

D = Dimension
IS_FIRST, HAS_LINES = Q(is_first=True), Q(has_lines=True)

SELLING = Cube(
    key="selling",
    code=50,
    rows=OrderCategory.objects.all,
    day="placed_on",
    dimensions={D.OWNER: "owner_id", D.CATEGORY: "category_id"},
    # A row is of one category: by category all rows count, else each order's first, which knows of the whole order.
    folds={
        "repeat": Fold(IS_FIRST & Q(is_repeat=True)),
        "upsold": Fold(IS_FIRST & Q(order_has_upsell=True)),
        "crossed": Fold(IS_FIRST & Q(order_has_cross_sell=True)),
        "repeat_in_category": Fold(HAS_LINES & Q(is_repeat=True)),
        "upsold_in_category": Fold(Q(has_upsell=True)),
        "crossed_in_category": Fold(Q(has_cross_sell=True)),
    },
    resource="orders",
    stores_days=False,
)


def lines_of_nobody() -> QuerySet:
    """Lines of counted orders without a customer, of whose past nothing is known, with their order's own category."""
    siblings = OrderLine.objects.filter(order=OuterRef("order"), product__category__isnull=False)
    own = Subquery(siblings.order_by("position", "pk").values("product__category")[:1])
    counted = OrderLine.objects.filter(order__customer__isnull=True, order__status__in=Order.COUNTED)
    return counted.alias(own=own)


ADDED_ON = Q(product__category__lt=F("own")) | Q(product__category__gt=F("own"))
CROSSED = Q(line_class=OrderLine.Class.CROSS_SELL) | (Q(line_class="") & ADDED_ON)
CROSS_SOLD_TO_NOBODY = Cube(
    key="cross_sold_to_nobody",
    code=51,
    rows=lines_of_nobody,
    day="order__placed_on",
    dimensions={D.OWNER: "order__owner_id"},
    folds={"orders": Fold(CROSSED, distinct="order_id")},
    resource="orders",
)
CATEGORIES_SOLD_TO_NOBODY = Cube(
    key="categories_sold_to_nobody",
    code=52,
    rows=lines_of_nobody,
    day="order__placed_on",
    dimensions={D.CATEGORY: "product__category_id", D.OWNER: "order__owner_id"},
    folds={"orders": Fold(CROSSED, distinct="order_id")},
    resource="orders",
    live={D.PRODUCT: "product_id"},
)
NOBODYS_CUBES = (CROSS_SOLD_TO_NOBODY, CATEGORIES_SOLD_TO_NOBODY)
