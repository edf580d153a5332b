"""An order's totals equal its lines, and a refund's cost its parts, whoever writes them."""

from __future__ import annotations

from crm.totals import Total, drop_totals_sql
from crm.totals import totals_sql as sql_of

TOTALS = (
    Total(
        "customers_order",
        {
            "net_amount": "coalesce(sum(p.net_amount), 0)",
            "cost_amount": "coalesce(sum(p.cost_amount), 0)",
            "unknown_costs": "(count(p.id) FILTER (WHERE p.unit_cost IS NULL))::int",
        },
        parts="customers_orderline",
        key="order_id",
        function="customers_sum_orders",
    ),
    Total(
        "customers_refund",
        {"cost_amount": "coalesce(sum(p.cost_amount), 0)"},
        parts="customers_refundline",
        key="refund_id",
        function="customers_sum_refunds",
    ),
)
DROP_TOTALS = drop_totals_sql(TOTALS)


def totals_sql() -> str:
    return sql_of(TOTALS)


# A cart without a channel has that of its visitor's last session before it, also where the session is heard of later.
CHANNEL_OF_CARTS = """
CREATE OR REPLACE FUNCTION customers_channel_of_carts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE customers_cart c SET channel_id = f.channel_id
      FROM (SELECT DISTINCT ON (k.id) k.id, s.channel_id
              FROM customers_cart k
              JOIN campaigns_session s ON s.visitor = k.visitor AND s.started_at <= k.created_at
             WHERE k.channel_id IS NULL AND k.visitor <> '' AND s.channel_id IS NOT NULL
               AND k.visitor IN (SELECT a.visitor FROM after_rows a)
             ORDER BY k.id, s.started_at DESC, s.id DESC) f
     WHERE c.id = f.id;
    RETURN NULL;
END $$;
CREATE TRIGGER customers_channel_of_carts AFTER INSERT ON campaigns_session REFERENCING NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION customers_channel_of_carts();
ALTER TABLE campaigns_session ENABLE ALWAYS TRIGGER customers_channel_of_carts;
"""
DROP_CHANNEL_OF_CARTS = "DROP FUNCTION IF EXISTS customers_channel_of_carts() CASCADE;"
