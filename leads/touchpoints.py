"""The view of every touch of a person: what credits of money are given to."""

from __future__ import annotations

# A person is a customer, or a lead that is none yet. Their touches are
#   lead      the lead's own fields, at its creation;
#   touch     what became known of it later: leads that were merged into it;
#   session   every later session of a visitor they are known to be, by their lead (merged ones too) or their cart: once,
#             by the earliest of a customer's leads that name the visitor;
#   order     what an order says of itself;
#   customer  the first touch an import gave to a customer of whom nothing else is known.
# Rows say which row they come from (`kind`, `row_id`) and whose they are (`person` is the lead, else the customer).
CREATE_TOUCHPOINT = """
CREATE OR REPLACE VIEW leads_touchpoint AS
WITH known AS (
    SELECT l.customer_id, l.id AS lead_id, m.visitor, m.created_at AS since
      FROM leads_lead m JOIN leads_lead l ON l.id = coalesce(m.merged_into_id, m.id)
     WHERE m.visitor <> ''
       AND NOT EXISTS (SELECT FROM leads_lead e JOIN leads_lead k ON k.id = coalesce(e.merged_into_id, e.id)
                        WHERE e.visitor = m.visitor AND e.visitor <> '' AND (k.id = l.id OR k.customer_id = l.customer_id)
                          AND (e.created_at, e.id) < (m.created_at, m.id))
    UNION ALL
    SELECT k.customer_id, NULL, k.visitor, min(k.created_at)
      FROM customers_cart k
     WHERE k.visitor <> '' AND k.customer_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM leads_lead l WHERE l.visitor = k.visitor AND l.customer_id = k.customer_id)
     GROUP BY k.customer_id, k.visitor
)
SELECT 'lead' AS kind, l.id AS row_id, l.id AS person, l.customer_id, l.id AS lead_id, l.created_at AS at,
       l.channel_id, l.lead_source_id, l.campaign_id, l.landing_page_id, l.social_network_id
  FROM leads_lead l
 WHERE l.merged_into_id IS NULL
   AND coalesce(l.channel_id, l.lead_source_id, l.campaign_id, l.landing_page_id, l.social_network_id) IS NOT NULL
UNION ALL
SELECT 'touch', t.id, l.id, l.customer_id, l.id, t.at,
       t.channel_id, t.lead_source_id, t.campaign_id, t.landing_page_id, t.social_network_id
  FROM leads_touch t JOIN leads_lead l ON l.id = t.lead_id
UNION ALL
SELECT 'session', s.id, coalesce(k.lead_id, k.customer_id), k.customer_id, k.lead_id, s.started_at,
       s.channel_id, NULL, s.campaign_id, s.landing_page_id, s.social_network_id
  FROM known k JOIN campaigns_session s ON s.visitor = k.visitor AND s.started_at > k.since
 WHERE NOT s.is_bot
UNION ALL
SELECT 'order', o.id, o.customer_id, o.customer_id, NULL, o.placed_at, o.channel_id, NULL, o.campaign_id, NULL, NULL
  FROM customers_order o
 WHERE o.customer_id IS NOT NULL AND coalesce(o.channel_id, o.campaign_id) IS NOT NULL
UNION ALL
SELECT 'customer', c.id, c.id, c.id, NULL, c.created_at,
       c.channel_id, c.lead_source_id, c.campaign_id, c.landing_page_id, c.social_network_id
  FROM customers_customer c
 WHERE coalesce(c.channel_id, c.lead_source_id, c.campaign_id, c.landing_page_id, c.social_network_id) IS NOT NULL
   AND NOT EXISTS (SELECT FROM leads_lead l WHERE l.customer_id = c.id AND l.merged_into_id IS NULL)
   AND NOT EXISTS (SELECT FROM customers_order o
                    WHERE o.customer_id = c.id AND coalesce(o.channel_id, o.campaign_id) IS NOT NULL);
"""
DROP_TOUCHPOINT = "DROP VIEW IF EXISTS leads_touchpoint;"
