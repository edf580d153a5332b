"""Up-sell and cross-sell: what the seller flagged, and what a customer's earlier orders let infer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kpis.catalogue.cubes.selling import SELLING
from kpis.engine.batches import BATCH, note_computed, take_batch
from kpis.engine.deltas import apply_delta, note_rows, prepare_delta
from kpis.engine.locks import SALES, lock, own_transaction
from kpis.engine.rewriting import Relation, analyze_believed_empty, is_known, rewrite
from kpis.models import Batch, DirtyCustomer

ORDER_CATEGORIES = Relation(
    "kpis_ordercategory",
    ("customer_id", "order_id", "category_id"),
    (
        "placed_on",
        "owner_id",
        "is_first",
        "has_lines",
        "is_repeat",
        "has_upsell",
        "has_cross_sell",
        "order_has_upsell",
        "order_has_cross_sell",
    ),
)
# An up-sell is flagged, or of a higher tier than all this customer bought of its family before; a first order has none.
# A cross-sell is flagged, or of a category that is not the order's own, or that a customer who ordered before never
# bought. The order's own category is that of its first line that has one. A line has one class, and up-sell wins.
WRITE = """
    WITH placed AS (
        SELECT o.id, o.customer_id, o.placed_at, o.placed_on, coalesce(o.owner_id, c.owner_id, 0) AS owner_id,
               rank() OVER (PARTITION BY o.customer_id ORDER BY o.placed_at, o.id) > 1 AS is_repeat
          FROM customers_order o JOIN kpis_batch b ON b.customer_id = o.customer_id
          JOIN customers_customer c ON c.id = o.customer_id
         WHERE o.status IN ('paid', 'fulfilled') AND NOT c.is_test AND NOT c.is_spam),
    line AS (
        SELECT p.*, l.id AS line_id, l.line_class, r.category_id, r.tier,
               first_value(r.category_id) OVER (PARTITION BY p.id ORDER BY r.category_id IS NULL, l.position, l.id) AS own,
               max(CASE WHEN r.family <> '' THEN r.tier END) OVER (PARTITION BY p.customer_id, r.family {earlier}) AS best,
               count(r.category_id) OVER (PARTITION BY p.customer_id, r.category_id {earlier}) AS bought
          FROM placed p LEFT JOIN customers_orderline l ON l.order_id = p.id
          LEFT JOIN customers_product r ON r.id = l.product_id),
    upsold AS (
        SELECT *, is_repeat AND (line_class = 'upsell' OR (line_class = '' AND tier > best)) IS TRUE AS is_upsell FROM line),
    classed AS (
        SELECT *, NOT is_upsell AND (line_class = 'cross_sell' OR (line_class = '' AND
                  (category_id <> own OR (category_id IS NOT NULL AND is_repeat AND bought = 0)))) IS TRUE AS is_cross_sell
          FROM upsold)
    SELECT customer_id, id, coalesce(category_id, 0), placed_on, owner_id,
           row_number() OVER (PARTITION BY id ORDER BY category_id) = 1, bool_or(line_id IS NOT NULL), is_repeat,
           bool_or(is_upsell), bool_or(is_cross_sell),
           bool_or(bool_or(is_upsell)) OVER (PARTITION BY id), bool_or(bool_or(is_cross_sell)) OVER (PARTITION BY id)
      FROM classed GROUP BY id, customer_id, placed_on, owner_id, category_id, is_repeat
""".format(earlier="ORDER BY p.placed_at, p.id GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING")

# The same in other words, for who checks what is stored: what each customer bought of a family is told order by order, and of
# a category only in which order they first bought it. All of it goes through a customer's orders once, however many.
CHECK = """
    WITH counted AS (
        SELECT o.id, o.customer_id, o.placed_at, o.placed_on, coalesce(o.owner_id, c.owner_id, 0) AS owner_id,
               lag(o.id) OVER (PARTITION BY o.customer_id ORDER BY o.placed_at, o.id) IS NOT NULL AS is_repeat
          FROM customers_order o JOIN customers_customer c ON c.id = o.customer_id
         WHERE o.status IN ('paid', 'fulfilled') AND NOT c.is_test AND NOT c.is_spam),
    item AS (
        SELECT o.id, o.customer_id, o.placed_at, l.id AS line, l.position, l.line_class, r.category_id,
               nullif(r.family, '') AS family, r.tier, o.is_repeat
          FROM counted o JOIN customers_orderline l ON l.order_id = o.id
          LEFT JOIN customers_product r ON r.id = l.product_id),
    own AS (SELECT DISTINCT ON (id) id, category_id FROM item WHERE category_id IS NOT NULL ORDER BY id, position, line),
    climb AS (
        SELECT id, family, max(max(tier)) OVER (PARTITION BY customer_id, family ORDER BY placed_at, id
                                                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS best
          FROM item WHERE family IS NOT NULL GROUP BY id, customer_id, placed_at, family),
    debut AS (
        SELECT DISTINCT ON (customer_id, category_id) customer_id, category_id, id FROM item
         WHERE category_id IS NOT NULL ORDER BY customer_id, category_id, placed_at, id),
    class AS (
        SELECT i.id, coalesce(i.category_id, 0) AS category_id,
               CASE WHEN i.is_repeat AND (i.line_class = 'upsell' OR (i.line_class = '' AND i.tier > p.best)) THEN 'up'
                    WHEN i.line_class = 'cross_sell' THEN 'cross'
                    WHEN i.line_class <> '' OR i.category_id IS NULL THEN ''
                    WHEN i.category_id <> k.category_id OR (i.is_repeat AND d.id = i.id) THEN 'cross' END AS name
          FROM item i LEFT JOIN climb p ON p.id = i.id AND p.family = i.family LEFT JOIN own k ON k.id = i.id
          LEFT JOIN debut d ON d.customer_id = i.customer_id AND d.category_id = i.category_id),
    expected AS (
        SELECT o.id, o.customer_id, o.placed_on, o.owner_id, x.category_id, o.is_repeat,
               coalesce(bool_or(x.name = 'up'), FALSE) AS up, coalesce(bool_or(x.name = 'cross'), FALSE) AS across
          FROM counted o LEFT JOIN class x ON x.id = o.id GROUP BY 1, 2, 3, 4, 5, 6)
    SELECT customer_id FROM kpis_ordercategory GROUP BY order_id, customer_id
    HAVING count(*) FILTER (WHERE is_first) <> 1 OR bool_or(has_upsell) <> bool_and(order_has_upsell)
        OR bool_or(has_cross_sell) <> bool_and(order_has_cross_sell)
     UNION ALL
    SELECT coalesce(e.customer_id, f.customer_id)
      FROM expected e FULL JOIN kpis_ordercategory f ON f.order_id = e.id AND f.category_id = coalesce(e.category_id, 0)
     WHERE (e.customer_id, e.placed_on, e.owner_id, e.category_id IS NOT NULL, e.is_repeat, e.up, e.across)
           IS DISTINCT FROM (f.customer_id, f.placed_on, f.owner_id, f.has_lines, f.is_repeat, f.has_upsell, f.has_cross_sell)
"""


def drain_sales(*, at: datetime, limit: int = BATCH, wait: bool = False) -> int | None:
    """Tell anew what up to `limit` dirty customers were sold; their number, or None when another worker is at it.

    It stands on orders and their lines alone, so it goes on beside the other facts of the same customers.
    """
    with own_transaction() as cursor:
        if not lock(cursor, SALES, wait=wait):
            return None
        count = take_batch(cursor, DirtyCustomer.Part.SALES, limit)
        if count:
            rewrite_sales(cursor)
            note_computed(cursor, at)
    return count


def rewrite_sales(cursor: Any) -> None:
    """Take back what the batch's orders contributed, write their categories anew, add what they contribute now."""
    rows = SELLING.rows().filter(customer_id__in=Batch.objects.values("customer_id"))
    prepare_delta(cursor)
    known = is_known(cursor, [ORDER_CATEGORIES])
    if known:
        note_rows(cursor, SELLING, rows, -1)
    rewrite(cursor, ORDER_CATEGORIES, WRITE, known=known)
    analyze_believed_empty(cursor, ORDER_CATEGORIES)
    note_rows(cursor, SELLING, rows, 1)
    apply_delta(cursor, SELLING)
