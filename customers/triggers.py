"""Triggers that keep an order's totals equal to its lines, and a refund's cost to its parts, whoever writes them.

Services insert the totals together with the lines, so in their case nothing is left to update.
"""

from __future__ import annotations

# Whoever else writes lines of the same order right now goes first or waits, so that neither sum misses a line;
# an order written by this very transaction cannot be changed by another one.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION customers_sum_orders(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM customers_order o WHERE o.id = ANY(ids) AND o.xmin <> pg_current_xact_id()::xid
     ORDER BY o.id FOR NO KEY UPDATE;
    UPDATE customers_order o
       SET net_amount = s.net, cost_amount = s.cost, unknown_costs = s.unknown
      FROM (SELECT t.id, coalesce(sum(l.net_amount), 0) AS net, coalesce(sum(l.cost_amount), 0) AS cost,
                   (count(l.id) FILTER (WHERE l.unit_cost IS NULL))::int AS unknown
              FROM unnest(ids) t (id) LEFT JOIN customers_orderline l ON l.order_id = t.id GROUP BY t.id) s
     WHERE o.id = s.id AND (o.net_amount, o.cost_amount, o.unknown_costs) IS DISTINCT FROM (s.net, s.cost, s.unknown);
END $$;

CREATE OR REPLACE FUNCTION customers_sum_refunds(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM customers_refund r WHERE r.id = ANY(ids) AND r.xmin <> pg_current_xact_id()::xid
     ORDER BY r.id FOR NO KEY UPDATE;
    UPDATE customers_refund r SET cost_amount = s.cost
      FROM (SELECT t.id, coalesce(sum(l.cost_amount), 0) AS cost
              FROM unnest(ids) t (id) LEFT JOIN customers_refundline l ON l.refund_id = t.id GROUP BY t.id) s
     WHERE r.id = s.id AND r.cost_amount IS DISTINCT FROM s.cost;
END $$;
"""
TRIGGER = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[] := ARRAY({ids});
BEGIN
    -- Statement triggers fire for no rows too; summing nothing again would never end.
    IF ids <> '{{}}' THEN
        PERFORM {function}(ids);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event} ON {table} {images} FOR EACH STATEMENT EXECUTE FUNCTION {name}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name};
"""
NEW, OLD = "NEW TABLE AS after_rows", "OLD TABLE AS before_rows"
# (total's table, its columns, parts' table, the parts' column, the function)
TOTALS = (
    (
        "customers_order",
        ("net_amount", "cost_amount", "unknown_costs"),
        "customers_orderline",
        "order_id",
        "customers_sum_orders",
    ),
    ("customers_refund", ("cost_amount",), "customers_refundline", "refund_id", "customers_sum_refunds"),
)


def totals_sql() -> str:
    """The functions and triggers; a total that anybody overwrites is summed again too."""
    return FUNCTIONS + "".join(
        TRIGGER.format(
            name=f"customers_totals_{table.removeprefix('customers_')}_{event.lower()}",
            function=function,
            ids=ids,
            event=event,
            table=table,
            images=f"REFERENCING {images}" if images else "",
        )
        for whole, columns, parts, column, function in TOTALS
        for table, event, images, ids in (
            (parts, "INSERT", NEW, f"SELECT DISTINCT {column} FROM after_rows"),
            (parts, "UPDATE", f"{OLD} {NEW}", f"SELECT {column} FROM before_rows UNION SELECT {column} FROM after_rows"),
            (parts, "DELETE", OLD, f"SELECT DISTINCT {column} FROM before_rows"),
            (parts, "TRUNCATE", "", f"SELECT id FROM {whole}"),
            (whole, "UPDATE", f"{OLD} {NEW}", overwritten(columns)),
        )
    )


def overwritten(columns: tuple[str, ...]) -> str:
    """The rows whose totals an update changed."""
    after, before = (f"({', '.join(f'{image}.{name}' for name in columns)})" for image in ("a", "b"))
    return f"SELECT a.id FROM after_rows a JOIN before_rows b USING (id) WHERE {after} IS DISTINCT FROM {before}"


DROP_TOTALS = "DROP FUNCTION IF EXISTS customers_sum_orders(bigint[]); DROP FUNCTION IF EXISTS customers_sum_refunds(bigint[]);"
