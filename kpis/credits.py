"""The view that credits the money of each order and refund to touches, so that the credits add up to the last unit."""

from __future__ import annotations

# By largest remainder: what is left of whole units goes where most was cut off, then to the earlier place.
# An amount that is no multiple of the smallest unit (a converted one) is cut into hundredths instead.
CREATE_SPLIT_MONEY = """
CREATE OR REPLACE FUNCTION split_money(amount numeric, weights numeric[]) RETURNS numeric[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
SELECT pg_catalog.array_agg(
           ((s.whole + (s.rank <= s.missing)::int) * s.unit * pg_catalog.sign(amount))::numeric(20, 2) ORDER BY s.place)
  FROM (SELECT p.place, p.whole, p.unit, p.units - pg_catalog.sum(p.whole) OVER () AS missing,
               pg_catalog.row_number() OVER (ORDER BY p.rest DESC, p.place) AS rank
          FROM (SELECT w.place, u.unit, u.units, pg_catalog.div(u.units * w.weight, t.total) AS whole,
                       pg_catalog.mod(u.units * w.weight, t.total) AS rest
                  FROM pg_catalog.unnest(weights) WITH ORDINALITY w (weight, place)
                 CROSS JOIN (SELECT pg_catalog.sum(weight) AS total FROM pg_catalog.unnest(weights) x (weight)) t
                 CROSS JOIN (SELECT n.unit, pg_catalog.abs(amount) / n.unit AS units
                               FROM (SELECT CASE WHEN pg_catalog.mod(amount, public.money_unit()) = 0
                                                 THEN public.money_unit() ELSE 0.01 END AS unit) n) u) p) s
$$;
"""
# What each touch weighs, of n before an order, by its place among them and its age in half-lives of seven days.
CREATE_TOUCH_WEIGHT = """
CREATE OR REPLACE FUNCTION touch_weight(model text, place bigint, n bigint, age interval) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE model
        WHEN 'first' THEN (place = 1)::int
        WHEN 'linear' THEN 1
        WHEN 'position' THEN CASE WHEN n < 3 THEN 1 WHEN place IN (1, n) THEN 2 * (n - 2) ELSE 1 END
        WHEN 'decay' THEN pg_catalog.power(2::numeric, -EXTRACT(EPOCH FROM age)::numeric / 604800)
        ELSE (place = n)::int END::numeric $$;
"""
# How long before an order a touch may lie; null where all do. Looked up when it runs, as the view is older than the setting.
CREATE_TOUCH_DAYS = """
CREATE OR REPLACE FUNCTION touch_days() RETURNS int LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$ BEGIN RETURN (SELECT o.touch_days FROM public.crm_organization o); END $$;
"""
# With what tells of its order who sees it and whether it counts, so that nobody has to look for the order again.
MONEY = {
    "order": "SELECT o.id AS record_id, o.id AS order_id, o.placed_on AS day, o.status, o.customer_id, o.owner_id, o.placed_at,"
    " o.net_amount AS amount, o.cost_amount AS cost FROM customers_order o",
    "refund": "SELECT r.id AS record_id, r.order_id, r.refunded_on AS day, o.status, o.customer_id, o.owner_id, o.placed_at,"
    " r.amount, r.cost_amount AS cost FROM customers_refund r JOIN customers_order o ON o.id = r.order_id",
}
# Orders have even numbers, refunds odd ones.
ENTRIES = {"order": "2 * b.record_id", "refund": "2 * b.record_id + 1"}
MODEL = "(SELECT attribution_model FROM crm_organization)"
# The first of all touches stands on the customer, and needs no look at the others.
BY_CUSTOMER = f"({MODEL} = 'first' AND touch_days() IS NULL)"
SINCE = "coalesce(b.placed_at - (SELECT touch_days()) * interval '24 hours', '-infinity')"
BY_FIRST_TOUCH = """
SELECT '{kind}' AS kind, b.record_id, b.order_id, b.day, b.status, b.customer_id, coalesce(b.owner_id, c.owner_id) AS owner_id,
       1::bigint AS place, c.channel_id, c.lead_source_id, c.campaign_id,
       c.landing_page_id, c.social_network_id, b.amount, b.cost, {entry} AS entry
  FROM ({money}) b LEFT JOIN customers_customer c ON c.id = b.customer_id
 WHERE {by_customer}
"""
BY_TOUCHES = """
SELECT '{kind}', b.record_id, b.order_id, b.day, b.status, b.customer_id, coalesce(b.owner_id, c.owner_id), coalesce(t.place, 1),
       t.channel_id, t.lead_source_id, t.campaign_id,
       t.landing_page_id, t.social_network_id, coalesce((split_money(b.amount, t.weights))[t.place], b.amount),
       coalesce((split_money(b.cost, t.weights))[t.place], b.cost), {entry}
  FROM ({money}) b
  LEFT JOIN customers_customer c ON c.id = b.customer_id
  LEFT JOIN LATERAL (
        SELECT w.*, array_agg(w.weight)
                    OVER (ORDER BY w.place ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS weights
          FROM (SELECT p.*, touch_weight({model}, p.place, count(*) OVER (), b.placed_at - p.at) AS weight
                  FROM (SELECT x.at, x.channel_id, x.lead_source_id, x.campaign_id, x.landing_page_id, x.social_network_id,
                               row_number() OVER (ORDER BY x.at, x.kind, x.row_id, x.person) AS place
                          FROM leads_touchpoint x
                         WHERE x.customer_id = b.customer_id AND x.at <= b.placed_at AND x.at > {since}) p) w) t
    ON t.weight > 0
 WHERE NOT {by_customer}
"""
CREATE_CREDIT = (
    CREATE_SPLIT_MONEY
    + CREATE_TOUCH_WEIGHT
    + CREATE_TOUCH_DAYS
    + "CREATE OR REPLACE VIEW kpis_credit AS"
    + " UNION ALL ".join(
        text.format(kind=kind, money=money, entry=ENTRIES[kind], model=MODEL, by_customer=BY_CUSTOMER, since=SINCE)
        for text in (BY_FIRST_TOUCH, BY_TOUCHES)
        for kind, money in MONEY.items()
    )
)
DROP_CREDIT = (
    "DROP VIEW IF EXISTS kpis_credit; DROP FUNCTION IF EXISTS touch_weight(text, bigint, bigint, interval);"
    " DROP FUNCTION IF EXISTS touch_days();"
    " DROP FUNCTION IF EXISTS split_money(numeric, numeric[])"
)
