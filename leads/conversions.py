"""The view of landings that converted: what the conversion of landing pages counts."""

from __future__ import annotations

# A landing converted where its visitor, at most a day later, did one of
#   session   converted, in this session or another one of theirs;
#   lead      left their name, by a form or otherwise;
#   cart      completed a cart;
#   order     ordered as the customer that a lead or a cart of theirs names.
# A session without a visitor is a visitor of its own, of whom nothing else is known.
CREATE_LANDING_CONVERSION = """
CREATE OR REPLACE VIEW leads_landingconversion AS
WITH conversion AS (
    SELECT s.visitor, s.converted_at AS at FROM campaigns_session s WHERE s.converted_at IS NOT NULL AND NOT s.is_bot
     UNION ALL
    SELECT l.visitor, l.created_at FROM leads_lead l WHERE l.visitor <> '' AND NOT l.is_test AND NOT l.is_spam
     UNION ALL
    SELECT k.visitor, k.completed_at
      FROM customers_cart k LEFT JOIN customers_customer c ON c.id = k.customer_id
     WHERE k.visitor <> '' AND k.completed_at IS NOT NULL AND (c.id IS NULL OR (NOT c.is_test AND NOT c.is_spam))
     UNION ALL
    SELECT k.visitor, o.placed_at
      FROM (SELECT visitor, customer_id FROM leads_lead WHERE visitor <> ''
             UNION SELECT visitor, customer_id FROM customers_cart WHERE visitor <> '') k
      JOIN customers_customer c ON c.id = k.customer_id AND NOT c.is_test AND NOT c.is_spam
      JOIN customers_order o ON o.customer_id = c.id AND o.status IN ('paid', 'fulfilled')
)
SELECT s.id AS session_id
  FROM campaigns_session s JOIN conversion c
    ON c.visitor = s.visitor AND s.started_at BETWEEN c.at - interval '24 hours' AND c.at
 WHERE s.visitor <> '' AND s.landing_page_id IS NOT NULL
UNION
SELECT s.id FROM campaigns_session s
 WHERE s.landing_page_id IS NOT NULL AND s.converted_at BETWEEN s.started_at AND s.started_at + interval '24 hours';
"""
DROP_LANDING_CONVERSION = "DROP VIEW IF EXISTS leads_landingconversion;"
