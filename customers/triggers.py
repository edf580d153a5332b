"""Triggers that keep an order's totals equal to its lines, whoever writes them.

Services write the totals together with the lines, so in their case nothing is left to update.
"""

from __future__ import annotations

TOTALS = """
CREATE OR REPLACE FUNCTION customers_sum_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever else adds lines to the same order right now goes first or waits, so that neither sum misses a line.
    PERFORM 1 FROM customers_order o WHERE o.id IN (SELECT order_id FROM changed)
        AND o.xmin <> pg_current_xact_id()::xid ORDER BY o.id FOR NO KEY UPDATE;
    UPDATE customers_order o
       SET net_amount = s.net, cost_amount = s.cost, unknown_costs = s.unknown
      FROM (SELECT t.order_id, coalesce(sum(l.net_amount), 0) AS net, coalesce(sum(l.cost_amount), 0) AS cost,
                   count(l.id) FILTER (WHERE l.unit_cost IS NULL) AS unknown
              FROM (SELECT DISTINCT order_id FROM changed) t
              LEFT JOIN customers_orderline l ON l.order_id = t.order_id
             GROUP BY t.order_id) s
     WHERE o.id = s.order_id
       AND (o.net_amount, o.cost_amount, o.unknown_costs) IS DISTINCT FROM (s.net, s.cost, s.unknown::int);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION customers_sum_refund_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM customers_refund r WHERE r.id IN (SELECT refund_id FROM changed)
        AND r.xmin <> pg_current_xact_id()::xid ORDER BY r.id FOR NO KEY UPDATE;
    UPDATE customers_refund r
       SET cost_amount = s.cost
      FROM (SELECT t.refund_id, coalesce(sum(l.cost_amount), 0) AS cost
              FROM (SELECT DISTINCT refund_id FROM changed) t
              LEFT JOIN customers_refundline l ON l.refund_id = t.refund_id
             GROUP BY t.refund_id) s
     WHERE r.id = s.refund_id AND r.cost_amount IS DISTINCT FROM s.cost;
    RETURN NULL;
END $$;
"""

TRIGGER = """
CREATE TRIGGER {name}_{event_name} AFTER {event} ON {table} REFERENCING {image} TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION {function}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}_{event_name};
"""

TABLES = [("customers_orderline", "customers_sum_lines"), ("customers_refundline", "customers_sum_refund_lines")]
IMAGES = [("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")]


def totals_sql() -> str:
    """The functions and the triggers of order and refund totals (a line never moves to another order)."""
    return TOTALS + "".join(
        TRIGGER.format(
            table=table, function=function, name="customers_totals", event=event, event_name=event.lower(), image=image
        )
        for table, function in TABLES
        for event, image in IMAGES
    )


DROP_TOTALS = (
    "DROP FUNCTION IF EXISTS customers_sum_lines() CASCADE; DROP FUNCTION IF EXISTS customers_sum_refund_lines() CASCADE;"
)
