-- What figures count, told once more: straight from the base tables, in words that PostgreSQL and DuckDB share.
-- Every relation carries the members by which it may be split; a missing member is null. `:zone` is the
-- organisation's time zone; the base currency's smallest unit is one rial.

tau AS (
    SELECT inactivity_days AS days FROM crm_organization
),

-- Leads that are no test, no spam and not merged into another.
lead AS (
    SELECT l.id,
           l.customer_id AS customer,
           CAST(l.created_at AT TIME ZONE :zone AS DATE) AS day,
           CAST(l.mql_at AT TIME ZONE :zone AS DATE) AS mql_day,
           CAST(l.sql_at AT TIME ZONE :zone AS DATE) AS sql_day,
           CAST(l.converted_at AT TIME ZONE :zone AS DATE) AS converted_day,
           l.channel_id AS channel, l.lead_source_id AS lead_source, l.campaign_id AS campaign,
           l.landing_page_id AS landing_page, l.social_network_id AS social_network,
           l.owner_id AS owner, u.team_id AS team, k.goal,
           CASE WHEN h.is_marketing THEN TRUE ELSE FALSE END AS is_marketing
      FROM leads_lead l
      LEFT JOIN campaigns_channel h ON h.id = l.channel_id
      LEFT JOIN crm_user u ON u.id = l.owner_id
      LEFT JOIN campaigns_campaign k ON k.id = l.campaign_id
     WHERE l.is_test = FALSE AND l.is_spam = FALSE AND l.merged_into_id IS NULL
),

-- Customers that are no test, no spam and not merged into another.
customer AS (
    SELECT c.id, c.channel_id AS channel, c.lead_source_id AS lead_source, c.campaign_id AS campaign,
           c.social_network_id AS social_network, c.owner_id AS owner, u.team_id AS team
      FROM customers_customer c
      LEFT JOIN crm_user u ON u.id = c.owner_id
     WHERE c.is_test = FALSE AND c.is_spam = FALSE AND c.merged_into_id IS NULL
),

-- Paid and fulfilled orders, but none of a test or spam customer.
purchase AS (
    SELECT o.id,
           o.customer_id AS customer,
           CAST(o.placed_at AT TIME ZONE :zone AS DATE) AS day,
           c.channel_id AS channel, c.lead_source_id AS lead_source, c.campaign_id AS campaign,
           c.social_network_id AS social_network, c.landing_page_id AS landing_page,
           CASE WHEN h.is_marketing THEN TRUE ELSE FALSE END AS is_marketing,
           u.id AS owner, u.team_id AS team
      FROM customers_order o
      LEFT JOIN customers_customer c ON c.id = o.customer_id
      LEFT JOIN campaigns_channel h ON h.id = c.channel_id
      LEFT JOIN crm_user u ON u.id = CASE WHEN o.owner_id IS NULL THEN c.owner_id ELSE o.owner_id END
     WHERE o.status IN ('paid', 'fulfilled')
       AND (o.customer_id IS NULL OR (c.is_test = FALSE AND c.is_spam = FALSE))
),

-- Lines of those orders. Converted amounts are rounded half to even, to hundredths: `cents` is before rounding.
item AS (
    SELECT p.*, x.product, x.category, x.cost,
           (FLOOR(x.cents) + CASE WHEN x.cents - FLOOR(x.cents) > 0.5 THEN 1
                                  WHEN x.cents - FLOOR(x.cents) = 0.5 AND MOD(FLOOR(x.cents), 2) <> 0 THEN 1
                                  ELSE 0 END) * 0.01 AS net
      FROM purchase p
      JOIN (SELECT l.order_id, l.product_id AS product, r.category_id AS category,
                   (l.quantity * l.unit_price - l.discount - l.order_discount) * l.rate * 100 AS cents,
                   CASE WHEN l.unit_cost IS NULL THEN 0 ELSE l.quantity * l.unit_cost END AS cost
              FROM customers_orderline l
              LEFT JOIN customers_product r ON r.id = l.product_id) x ON x.order_id = p.id
),

-- Refunds of those orders, on their own day and on whom the order stands.
refund AS (
    SELECT f.id, CAST(f.refunded_at AT TIME ZONE :zone AS DATE) AS day, f.amount, p.customer,
           p.channel, p.lead_source, p.campaign, p.social_network, p.landing_page, p.is_marketing, p.owner, p.team
      FROM customers_refund f
      JOIN purchase p ON p.id = f.order_id
),
refund_item AS (
    SELECT f.*, b.amount AS part, b.cost_amount AS cost, l.product_id AS product, r.category_id AS category
      FROM refund f
      JOIN customers_refundline b ON b.refund_id = f.id
      JOIN customers_orderline l ON l.id = b.line_id
      LEFT JOIN customers_product r ON r.id = l.product_id
),

-- The last end of a month, of either calendar, before each period; by then, over 365 days, who bought how lately and how
-- often, and so in which segment (1 lost, 2 at risk, 3 can't lose, 4 about to sleep, 5 needs attention, 6 loyal,
-- 7 promising, 8 potential loyalist, 9 new, 10 champion).
eve AS (
    SELECT p.i, MAX(c.last) AS day
      FROM period p
      JOIN kpis_calendarday c ON c.grain IN (2, 5) AND c.day = c.last AND c.last < p.first_day
     GROUP BY p.i
),
buyer AS (
    SELECT e.i, o.customer, e.day - MAX(o.day) AS ago, COUNT(*) AS orders
      FROM eve e
      JOIN purchase o ON o.day > e.day - 365 AND o.day <= e.day
      JOIN customer c ON c.id = o.customer
     GROUP BY e.i, e.day, o.customer
),
scored AS (
    SELECT b.i, b.customer,
           5 - FLOOR(5.0 * (RANK() OVER (PARTITION BY b.i ORDER BY b.ago) - 1) / COUNT(*) OVER (PARTITION BY b.i)) AS r,
           1 + FLOOR(5.0 * (RANK() OVER (PARTITION BY b.i ORDER BY b.orders) - 1) / COUNT(*) OVER (PARTITION BY b.i)) AS f
      FROM buyer b
),
segmented AS (
    SELECT s.i, s.customer,
           CASE WHEN s.r < 3 AND s.f < 3 THEN 1 WHEN s.r < 3 AND s.f < 5 THEN 2 WHEN s.r < 3 THEN 3
                WHEN s.r = 3 AND s.f < 3 THEN 4 WHEN s.r = 3 AND s.f = 3 THEN 5 WHEN s.r < 5 AND s.f > 3 THEN 6
                WHEN s.r = 4 AND s.f = 1 THEN 7 WHEN s.f = 2 OR s.f = 3 THEN 8 WHEN s.f = 1 THEN 9 ELSE 10 END AS segment
      FROM scored s
),
segment_item AS (
    SELECT t.*, p.i, g.segment
      FROM item t
      JOIN period p ON t.day BETWEEN p.first_day AND p.last_day
      LEFT JOIN segmented g ON g.i = p.i AND g.customer = t.customer
),
segment_refund AS (
    SELECT t.*, p.i, g.segment
      FROM refund t
      JOIN period p ON t.day BETWEEN p.first_day AND p.last_day
      LEFT JOIN segmented g ON g.i = p.i AND g.customer = t.customer
),
segment_refund_item AS (
    SELECT t.*, p.i, g.segment
      FROM refund_item t
      JOIN period p ON t.day BETWEEN p.first_day AND p.last_day
      LEFT JOIN segmented g ON g.i = p.i AND g.customer = t.customer
),

-- Expenses that touch a period, with what falls on its days: every day gets `whole` units, the first `odd` days one more.
accrual AS (
    SELECT s.i, e.kind AS kind_name, k.goal,
           CASE e.kind WHEN 'ads' THEN 1 WHEN 'salary' THEN 2 WHEN 'commission' THEN 3 WHEN 'content' THEN 4
                       WHEN 'technical' THEN 5 WHEN 'maintenance' THEN 6 WHEN 'retention' THEN 7 WHEN 'operating' THEN 8 END AS kind,
           CASE WHEN e.channel_id IS NULL THEN k.channel_id ELSE e.channel_id END AS channel,
           CASE WHEN h.is_marketing THEN TRUE ELSE FALSE END AS is_marketing,
           e.campaign_id AS campaign, e.lead_source_id AS lead_source,
           e.unit * (e.whole * (s.b - s.a + 1) + GREATEST(0, LEAST(e.odd, s.b + 1) - s.a)) AS amount
      FROM (SELECT d.*, FLOOR(d.units / d.days) AS whole, d.units - d.days * FLOOR(d.units / d.days) AS odd
              FROM (SELECT x.*, x.valid_to - x.valid_from + 1 AS days,
                           CASE WHEN x.amount = FLOOR(x.amount) THEN x.amount ELSE x.amount * 100 END AS units,
                           CASE WHEN x.amount = FLOOR(x.amount) THEN 1 ELSE 0.01 END AS unit
                      FROM campaigns_expense x) d) e
      LEFT JOIN campaigns_campaign k ON k.id = e.campaign_id
      LEFT JOIN campaigns_channel h ON h.id = e.channel_id
      JOIN (SELECT x.id, p.i, GREATEST(p.first_day, x.valid_from) - x.valid_from AS a,
                   LEAST(p.last_day, x.valid_to) - x.valid_from AS b
              FROM campaigns_expense x
              JOIN period p ON p.first_day <= x.valid_to AND p.last_day >= x.valid_from) s ON s.id = e.id
),

-- How long a campaign counts: to 30 days after its last day, and to 365 after its first where that is later.
campaign_span AS (
    SELECT s.id, s.first_day, s.short_end,
           CASE WHEN s.starts_on IS NULL OR s.short_end > s.starts_on + 365 THEN s.short_end ELSE s.starts_on + 365 END AS long_end
      FROM (SELECT k.id, k.starts_on, CASE WHEN k.starts_on IS NULL THEN DATE '1900-01-01' ELSE k.starts_on END AS first_day,
                   CASE WHEN k.ends_on IS NULL THEN DATE '2200-01-01' ELSE k.ends_on + 30 END AS short_end
              FROM campaigns_campaign k) s
),
-- What campaigns cost day by day, whole units first and the odd ones on the first days.
campaign_cost AS (
    SELECT e.campaign_id AS campaign, c.day,
           CASE WHEN e.channel_id IS NULL THEN k.channel_id ELSE e.channel_id END AS channel,
           e.unit * (FLOOR(e.units / e.days) + CASE WHEN c.day - e.valid_from < e.units - e.days * FLOOR(e.units / e.days)
                                                    THEN 1 ELSE 0 END) AS amount
      FROM (SELECT x.*, x.valid_to - x.valid_from + 1 AS days,
                   CASE WHEN x.amount = FLOOR(x.amount) THEN x.amount ELSE x.amount * 100 END AS units,
                   CASE WHEN x.amount = FLOOR(x.amount) THEN 1 ELSE 0.01 END AS unit
              FROM campaigns_expense x WHERE x.kind NOT IN ('operating', 'retention')) e
      JOIN campaigns_campaign k ON k.id = e.campaign_id
      JOIN kpis_calendarday c ON c.grain = 2 AND c.day BETWEEN e.valid_from AND e.valid_to
),

-- Opportunities, by their own, their lead's or their customer's members; won and lost ones by the day they closed.
opportunity AS (
    SELECT o.id,
           CASE WHEN o.won_at IS NULL THEN 0 ELSE 1 END AS won,
           CASE WHEN o.won_at IS NULL AND o.lost_at IS NULL THEN 0 ELSE 1 END AS decided,
           CAST(o.created_at AT TIME ZONE :zone AS DATE) AS created_day,
           CAST((CASE WHEN o.won_at IS NULL THEN o.lost_at ELSE o.won_at END) AT TIME ZONE :zone AS DATE) AS day,
           CASE WHEN l.channel_id IS NULL THEN c.channel_id ELSE l.channel_id END AS channel,
           CASE WHEN l.campaign_id IS NULL THEN c.campaign_id ELSE l.campaign_id END AS campaign,
           u.id AS owner, u.team_id AS team
      FROM leads_opportunity o
      LEFT JOIN leads_lead l ON l.id = o.lead_id
      LEFT JOIN customers_customer c ON c.id = o.customer_id
      LEFT JOIN crm_user u ON u.id = CASE WHEN o.owner_id IS NULL THEN c.owner_id ELSE o.owner_id END
     WHERE (l.id IS NULL OR (l.is_test = FALSE AND l.is_spam = FALSE))
       AND (c.id IS NULL OR (c.is_test = FALSE AND c.is_spam = FALSE))
),
opportunity_product AS (
    SELECT d.*, x.product_id AS product
      FROM opportunity d
      JOIN leads_opportunity_products x ON x.opportunity_id = d.id
),
decision AS (
    SELECT * FROM opportunity WHERE decided = 1
),
decision_product AS (
    SELECT * FROM opportunity_product WHERE decided = 1
),

-- What each opportunity was worth from a change on, until the day of the next one.
standing AS (
    SELECT s.opportunity_id AS id, s.amount, s.probability, CASE WHEN g.kind = 'open' THEN 1 ELSE 0 END AS is_open,
           CAST(s.at AT TIME ZONE :zone AS DATE) AS day,
           LEAD(CAST(s.at AT TIME ZONE :zone AS DATE)) OVER (PARTITION BY s.opportunity_id ORDER BY s.at, s.id) AS next_day,
           d.owner, d.team
      FROM leads_stagechange s
      JOIN leads_stage g ON g.id = s.to_stage_id
      JOIN opportunity d ON d.id = s.opportunity_id
),

-- Orders that are bills: neither drafts nor cancelled.
invoice AS (
    SELECT o.id, o.customer_id AS customer, CAST(o.placed_at AT TIME ZONE :zone AS DATE) AS day
      FROM customers_order o
      LEFT JOIN customers_customer c ON c.id = o.customer_id
     WHERE o.status NOT IN ('draft', 'cancelled')
       AND (o.customer_id IS NULL OR (c.is_test = FALSE AND c.is_spam = FALSE))
),

-- Days on which a counted customer bought, split as the customer is.
buyday AS (
    SELECT DISTINCT c.id AS customer, p.day, t.days AS tau,
           c.channel, c.lead_source, c.campaign, c.social_network, c.owner, c.team
      FROM customer c
      JOIN purchase p ON p.customer = c.id
     CROSS JOIN tau t
),

-- What keeps a customer active from a day until another: an order for the threshold, a contract to the day after its last.
stay AS (
    SELECT b.customer, b.day, b.day + b.tau AS until, b.channel, b.lead_source, b.campaign, b.social_network, b.owner, b.team
      FROM buyday b
     UNION
    SELECT c.id, k.starts_on, CASE WHEN k.ends_on IS NULL THEN DATE '9999-12-31' ELSE k.ends_on + 1 END,
           c.channel, c.lead_source, c.campaign, c.social_network, c.owner, c.team
      FROM customer c
      JOIN customers_contract k ON k.customer_id = c.id
     WHERE k.is_trial = FALSE
),

-- The day on which each customer came, and whether a second order day follows the first within a year.
acquisition AS (
    SELECT c.id AS customer, s.day, c.channel, c.lead_source, c.campaign, c.social_network, c.owner, c.team,
           CASE WHEN EXISTS (SELECT 1 FROM buyday n WHERE n.customer = f.customer AND n.day > f.day AND n.day <= f.day + 365)
                THEN 1 ELSE 0 END AS repeated
      FROM customer c
      JOIN (SELECT customer, MIN(day) AS day FROM stay GROUP BY customer) s ON s.customer = c.id
      LEFT JOIN (SELECT customer, MIN(day) AS day FROM buyday GROUP BY customer) f ON f.customer = c.id
),

-- What each customer who still counts was expected to bring when the models were fitted on an evening.
prediction AS (
    SELECT n.fit_id AS day, n.value, c.id AS customer, c.channel, c.lead_source, c.campaign, c.social_network, c.owner, c.team
      FROM kpis_prediction n
      JOIN customer c ON c.id = n.fact_id
     WHERE EXISTS (SELECT 1 FROM stay s WHERE s.customer = c.id)
),

-- Days on which it became clear that a customer left; days on which one who had left came again.
loss AS (
    SELECT DISTINCT s.customer, s.until AS day, s.channel, s.lead_source, s.campaign, s.owner, s.team
      FROM stay s
     WHERE NOT EXISTS (SELECT 1 FROM stay n WHERE n.customer = s.customer AND n.day <= s.until AND n.until > s.until)
),
comeback AS (
    SELECT DISTINCT s.customer, s.day, s.channel, s.lead_source, s.campaign, s.owner, s.team
      FROM stay s
     WHERE EXISTS (SELECT 1 FROM stay n WHERE n.customer = s.customer AND n.day < s.day)
       AND NOT EXISTS (SELECT 1 FROM stay n WHERE n.customer = s.customer AND n.day < s.day AND n.until >= s.day)
),

-- Tickets; those that are resolved and not reopened since, by the day they were last resolved.
ticket AS (
    SELECT t.id, CAST(t.created_at AT TIME ZONE :zone AS DATE) AS created_day,
           CASE WHEN t.reopened_at IS NULL OR t.reopened_at <= t.resolved_at
                THEN CAST(t.resolved_at AT TIME ZONE :zone AS DATE) END AS day,
           t.created_at AT TIME ZONE :zone AS asked, t.resolved_at AT TIME ZONE :zone AS solved,
           EXTRACT(EPOCH FROM (t.resolved_at - t.created_at)) AS seconds, t.customer_id AS customer,
           CASE t.priority WHEN 'urgent' THEN 1 WHEN 'high' THEN 2 WHEN 'normal' THEN 3 WHEN 'low' THEN 4 END AS priority,
           t.product_id AS product, u.id AS owner, u.team_id AS team
      FROM customers_ticket t
      LEFT JOIN customers_customer c ON c.id = t.customer_id
      LEFT JOIN crm_user u ON u.id = CASE WHEN t.owner_id IS NULL THEN c.owner_id ELSE t.owner_id END
     WHERE t.customer_id IS NULL OR (c.is_test = FALSE AND c.is_spam = FALSE)
),
-- Business hours are those of Saturday to Wednesday from 9 to 17: whole days before each moment, and the part of its own.
-- Day 0 is a Monday.
clock AS (
    SELECT t.id, t.n, 5 * FLOOR(t.n / 7.0) + CASE MOD(t.n, 7) WHEN 0 THEN 0 WHEN 1 THEN 1 WHEN 2 THEN 2 WHEN 6 THEN 4 ELSE 3 END
           AS days_before,
           CASE WHEN MOD(t.n, 7) IN (3, 4) THEN 0 ELSE GREATEST(0, LEAST(28800, t.second - 32400)) END AS of_day, t.is_end
      FROM (SELECT x.id, x.is_end, CAST(x.moment AS DATE) - DATE '2001-01-01' AS n,
                   EXTRACT(EPOCH FROM (x.moment - DATE_TRUNC('day', x.moment))) AS second
              FROM (SELECT id, asked AS moment, 0 AS is_end FROM ticket UNION ALL SELECT id, solved, 1 FROM ticket) x) t
),
resolution AS (
    SELECT t.*, 28800 * (z.days_before - a.days_before) + z.of_day - a.of_day AS business
      FROM ticket t
      JOIN clock a ON a.id = t.id AND a.is_end = 0
      JOIN clock z ON z.id = t.id AND z.is_end = 1
     WHERE t.day IS NOT NULL
),

-- Answers to surveys.
answer AS (
    SELECT a.id, CAST(a.answered_at AT TIME ZONE :zone AS DATE) AS day, s.kind, a.score,
           a.survey_id AS survey, a.product_id AS product, a.customer_id AS customer, c.owner_id AS owner, u.team_id AS team
      FROM customers_answer a
      JOIN customers_survey s ON s.id = a.survey_id
      LEFT JOIN customers_customer c ON c.id = a.customer_id
      LEFT JOIN crm_user u ON u.id = c.owner_id
     WHERE a.customer_id IS NULL OR (c.is_test = FALSE AND c.is_spam = FALSE)
),
segment_answer AS (
    SELECT t.*, p.i, g.segment
      FROM answer t
      JOIN period p ON t.day BETWEEN p.first_day AND p.last_day
      LEFT JOIN segmented g ON g.i = p.i AND g.customer = t.customer
),

-- Visits of people, with what they looked at and whether anything came of it.
session AS (
    SELECT s.id, CAST(s.started_at AT TIME ZONE :zone AS DATE) AS day, s.channel_id AS channel,
           s.social_network_id AS social_network, s.landing_page_id AS landing_page, h.slug, h.kind AS channel_kind,
           CASE WHEN v.views IS NULL THEN 0 ELSE v.views END AS views,
           CASE WHEN v.views > 1 OR s.converted_at IS NOT NULL OR EXTRACT(EPOCH FROM (s.ended_at - s.started_at)) > 10
                THEN 1 ELSE 0 END AS is_engaged
      FROM campaigns_session s
      LEFT JOIN campaigns_channel h ON h.id = s.channel_id
      LEFT JOIN (SELECT session_id, COUNT(*) AS views FROM campaigns_pageview GROUP BY session_id) v ON v.session_id = s.id
     WHERE s.is_bot = FALSE
),

-- What visitors did that counts, and when: converted, left a name, bought a cart, ordered as a customer known by name.
conversion AS (
    SELECT visitor, converted_at AS at FROM campaigns_session WHERE converted_at IS NOT NULL AND is_bot = FALSE
     UNION ALL
    SELECT visitor, created_at FROM leads_lead WHERE is_test = FALSE AND is_spam = FALSE
     UNION ALL
    SELECT k.visitor, k.completed_at
      FROM customers_cart k
      LEFT JOIN customers_customer c ON c.id = k.customer_id
     WHERE k.completed_at IS NOT NULL AND (k.customer_id IS NULL OR (c.is_test = FALSE AND c.is_spam = FALSE))
     UNION ALL
    SELECT k.visitor, o.placed_at
      FROM (SELECT visitor, customer_id FROM leads_lead UNION SELECT visitor, customer_id FROM customers_cart) k
      JOIN purchase p ON p.customer = k.customer_id
      JOIN customers_order o ON o.id = p.id
),
-- Visits that began on a landing page; one without a visitor's name is a visitor of its own.
landing AS (
    SELECT s.id, CASE WHEN s.visitor = '' THEN s.id ELSE 0 END AS nameless, s.visitor,
           CAST(s.started_at AT TIME ZONE :zone AS DATE) AS day,
           s.landing_page_id AS landing_page, s.campaign_id AS campaign, s.channel_id AS channel, s.variant_id AS variant,
           CASE WHEN s.converted_at BETWEEN s.started_at AND s.started_at + INTERVAL '24' HOUR
                  OR EXISTS (SELECT 1 FROM conversion c WHERE c.visitor = s.visitor AND c.visitor <> ''
                                AND c.at BETWEEN s.started_at AND s.started_at + INTERVAL '24' HOUR)
                THEN 1 ELSE 0 END AS has_converted
      FROM campaigns_session s
     WHERE s.landing_page_id IS NOT NULL AND s.is_bot = FALSE
),

-- Visits of people who are known as customers: the lead that names the visitor, or the one it was merged into, or a cart
-- says of whom.
visit AS (
    SELECT k.customer_id AS customer, CAST(s.started_at AT TIME ZONE :zone AS DATE) AS day
      FROM campaigns_session s
      JOIN (SELECT n.visitor, l.customer_id
              FROM leads_lead n
              JOIN leads_lead l ON l.id = CASE WHEN n.merged_into_id IS NULL THEN n.id ELSE n.merged_into_id END
             WHERE l.is_test = FALSE AND l.is_spam = FALSE
             UNION ALL
            SELECT visitor, customer_id FROM customers_cart) k ON k.visitor = s.visitor
     WHERE s.visitor <> '' AND s.is_bot = FALSE
),

-- E-mails and messages that were answered, or whose link was followed, by each customer that they are about.
reply AS (
    SELECT w.customer, CAST(a.done_at AT TIME ZONE :zone AS DATE) AS day
      FROM leads_activity a
      JOIN (SELECT x.id, x.customer_id AS customer FROM leads_activity x
             UNION SELECT x.id, l.customer_id FROM leads_activity x JOIN leads_lead l ON l.id = x.lead_id
             UNION SELECT x.id, o.customer_id FROM leads_activity x JOIN leads_opportunity o ON o.id = x.opportunity_id) w
        ON w.id = a.id
      LEFT JOIN leads_lead l ON l.id = a.lead_id
      LEFT JOIN customers_customer c ON c.id = a.customer_id
     WHERE a.kind IN ('e-mail', 'message') AND a.outcome IN ('replied', 'clicked', 'talked') AND a.done_at IS NOT NULL
       AND (l.id IS NULL OR (l.is_test = FALSE AND l.is_spam = FALSE))
       AND (c.id IS NULL OR (c.is_test = FALSE AND c.is_spam = FALSE))
       AND (a.opportunity_id IS NULL OR a.opportunity_id IN (SELECT id FROM opportunity))
),

-- Posts; a rate is of those that reached somebody, to six places.
post AS (
    SELECT s.id, CAST(s.posted_at AT TIME ZONE :zone AS DATE) AS day, s.social_network_id AS social_network,
           s.campaign_id AS campaign, k.channel_id AS channel, s.likes + s.comments + s.shares AS interactions, s.reach,
           CASE WHEN s.reach > 0 THEN ROUND((s.likes + s.comments + s.shares) * 1.0 / s.reach, 6) END AS rate
      FROM campaigns_socialpost s
      LEFT JOIN campaigns_campaign k ON k.id = s.campaign_id
),

-- Carts, by the day something was put in; those that were completed, and how many seconds later.
cart AS (
    SELECT k.id, CAST(k.created_at AT TIME ZONE :zone AS DATE) AS day,
           CAST(k.completed_at AT TIME ZONE :zone AS DATE) AS completed_day,
           EXTRACT(EPOCH FROM (k.completed_at - k.created_at)) AS waited,
           k.channel_id AS channel, c.owner_id AS owner, u.team_id AS team
      FROM customers_cart k
      LEFT JOIN customers_customer c ON c.id = k.customer_id
      LEFT JOIN crm_user u ON u.id = c.owner_id
     WHERE k.customer_id IS NULL OR (c.is_test = FALSE AND c.is_spam = FALSE)
),

-- Invitations to surveys, by the day they arrived.
invitation AS (
    SELECT i.id, CAST(i.delivered_at AT TIME ZONE :zone AS DATE) AS day,
           CASE WHEN i.answered_at IS NULL THEN 0 ELSE 1 END AS is_answered, i.survey_id AS survey, t.product_id AS product,
           i.customer_id AS customer, c.owner_id AS owner, u.team_id AS team
      FROM customers_invitation i
      JOIN customers_customer c ON c.id = i.customer_id
      LEFT JOIN customers_ticket t ON t.id = i.ticket_id
      LEFT JOIN crm_user u ON u.id = c.owner_id
     WHERE c.is_test = FALSE AND c.is_spam = FALSE
),
segment_invitation AS (
    SELECT t.*, p.i, g.segment
      FROM invitation t
      JOIN period p ON t.day BETWEEN p.first_day AND p.last_day
      LEFT JOIN segmented g ON g.i = p.i AND g.customer = t.customer
),

-- Demos and consultations, by their own, their lead's, their opportunity's or their customer's members.
demonstration AS (
    SELECT a.id, a.outcome, CASE WHEN a.done_at IS NULL THEN 0 ELSE 1 END AS done,
           CAST(a.booked_at AT TIME ZONE :zone AS DATE) AS booked_day,
           CAST(a.due_at AT TIME ZONE :zone AS DATE) AS due_day,
           CAST(a.done_at AT TIME ZONE :zone AS DATE) AS done_day,
           CASE WHEN l.channel_id IS NOT NULL THEN l.channel_id WHEN ol.channel_id IS NOT NULL THEN ol.channel_id
                ELSE c.channel_id END AS channel,
           u.id AS owner, u.team_id AS team
      FROM leads_activity a
      LEFT JOIN leads_lead l ON l.id = a.lead_id
      LEFT JOIN customers_customer c ON c.id = a.customer_id
      LEFT JOIN leads_opportunity o ON o.id = a.opportunity_id
      LEFT JOIN leads_lead ol ON ol.id = o.lead_id
      LEFT JOIN customers_customer oc ON oc.id = o.customer_id
      LEFT JOIN crm_user u ON u.id = CASE WHEN a.owner_id IS NOT NULL THEN a.owner_id WHEN l.owner_id IS NOT NULL THEN l.owner_id
                                          WHEN o.owner_id IS NOT NULL THEN o.owner_id ELSE c.owner_id END
     WHERE a.kind IN ('demo', 'consultation')
       AND (l.id IS NULL OR (l.is_test = FALSE AND l.is_spam = FALSE))
       AND (c.id IS NULL OR (c.is_test = FALSE AND c.is_spam = FALSE))
       AND (ol.id IS NULL OR (ol.is_test = FALSE AND ol.is_spam = FALSE))
       AND (oc.id IS NULL OR (oc.is_test = FALSE AND oc.is_spam = FALSE))
),

-- What each line of those orders was: sold more, sold beside, or neither. A customer's past are their earlier orders.
sold AS (
    SELECT p.id, p.customer, p.day, p.owner, p.team, o.placed_at AS at, l.id AS line, l.position, l.line_class, r.category_id AS category,
           r.family, r.tier
      FROM purchase p
      JOIN customers_order o ON o.id = p.id
      LEFT JOIN customers_orderline l ON l.order_id = p.id
      LEFT JOIN customers_product r ON r.id = l.product_id
),
offered AS (
    SELECT s.*,
           CASE WHEN s.has_past = 1 AND (s.line_class = 'upsell' OR (s.line_class = '' AND s.goes_up = 1)) THEN 'up'
                WHEN s.line_class = 'cross_sell' OR (s.line_class = '' AND s.category IS NOT NULL
                     AND (s.is_added = 1 OR (s.has_past = 1 AND s.is_new = 1))) THEN 'beside'
                ELSE 'base' END AS offer
      FROM (SELECT a.*,
                   CASE WHEN EXISTS (SELECT 1 FROM sold b WHERE b.customer = a.customer AND (b.at < a.at OR (b.at = a.at AND b.id < a.id)))
                        THEN 1 ELSE 0 END AS has_past,
                   CASE WHEN EXISTS (SELECT 1 FROM sold b WHERE b.customer = a.customer AND (b.at < a.at OR (b.at = a.at AND b.id < a.id))
                                        AND b.family = a.family AND a.family <> '' AND b.tier < a.tier)
                         AND NOT EXISTS (SELECT 1 FROM sold b WHERE b.customer = a.customer
                                            AND (b.at < a.at OR (b.at = a.at AND b.id < a.id)) AND b.family = a.family AND b.tier >= a.tier)
                        THEN 1 ELSE 0 END AS goes_up,
                   CASE WHEN EXISTS (SELECT 1 FROM sold b WHERE b.customer = a.customer AND (b.at < a.at OR (b.at = a.at AND b.id < a.id))
                                        AND b.category = a.category) THEN 0 ELSE 1 END AS is_new,
                   CASE WHEN EXISTS (SELECT 1 FROM sold b WHERE b.id = a.id AND b.category <> a.category AND b.position < a.position
                                        AND NOT EXISTS (SELECT 1 FROM sold c WHERE c.id = a.id AND c.category IS NOT NULL
                                                           AND c.position < b.position)) THEN 1 ELSE 0 END AS is_added
              FROM sold a) s
),

-- Versions of quotes, and the person and owner they stand under; `quotation` names the first version of all of them.
offer_sheet AS (
    SELECT q.id, CASE WHEN q.original_id IS NULL THEN q.id ELSE q.original_id END AS quotation, q.issued_at AS at, q.amount,
           CAST(q.issued_at AT TIME ZONE :zone AS DATE) AS day, CASE WHEN i.id IS NULL THEN 0 ELSE 1 END AS billed,
           CASE WHEN q.accepted_at IS NULL THEN 0 ELSE 1 END AS taken,
           CASE WHEN l.channel_id IS NOT NULL THEN l.channel_id WHEN dl.channel_id IS NOT NULL THEN dl.channel_id
                WHEN c.channel_id IS NOT NULL THEN c.channel_id ELSE dc.channel_id END AS channel,
           u.id AS owner, u.team_id AS team,
           CASE WHEN l.is_test OR l.is_spam OR dl.is_test OR dl.is_spam OR c.is_test OR c.is_spam OR dc.is_test OR dc.is_spam
                THEN 0 ELSE 1 END AS is_real
      FROM leads_quote q
      LEFT JOIN invoice i ON i.id = q.order_id
      LEFT JOIN leads_opportunity d ON d.id = q.opportunity_id
      LEFT JOIN leads_lead l ON l.id = q.lead_id
      LEFT JOIN leads_lead dl ON dl.id = d.lead_id
      LEFT JOIN customers_customer c ON c.id = q.customer_id
      LEFT JOIN customers_customer dc ON dc.id = d.customer_id
      LEFT JOIN crm_user u ON u.id = CASE WHEN q.owner_id IS NOT NULL THEN q.owner_id WHEN d.owner_id IS NOT NULL THEN d.owner_id
                                          WHEN l.owner_id IS NOT NULL THEN l.owner_id WHEN c.owner_id IS NOT NULL THEN c.owner_id
                                          ELSE dc.owner_id END
),
-- Each quote once: as it was first issued, with its last amount and whether any version was billed.
first_sheet AS (
    SELECT s.id, s.quotation, s.day, s.channel, s.owner, s.team, t.billed, z.amount
      FROM (SELECT a.*, ROW_NUMBER() OVER (PARTITION BY a.quotation ORDER BY a.at, a.id) AS place
              FROM offer_sheet a WHERE a.day IS NOT NULL) s
      JOIN (SELECT a.*, ROW_NUMBER() OVER (PARTITION BY a.quotation ORDER BY a.at DESC, a.id DESC) AS place
              FROM offer_sheet a WHERE a.day IS NOT NULL) z ON z.quotation = s.quotation AND z.place = 1
      JOIN (SELECT quotation, MAX(billed) AS billed FROM offer_sheet GROUP BY quotation) t ON t.quotation = s.quotation
     WHERE s.place = 1 AND s.is_real = 1
),
-- What versions offer above (`upsell`) or beside (`cross_sell`): the first of a quote, in all or of each category.
sheet_line AS (
    SELECT s.id, s.quotation, s.at, s.day, s.owner, s.team, s.taken, s.is_real, b.line_class, r.category_id AS category,
           CASE WHEN r.category_id IS NULL THEN 0 ELSE r.category_id END AS shelf
      FROM offer_sheet s
      JOIN leads_quoteline b ON b.quote_id = s.id AND b.line_class IN ('upsell', 'cross_sell')
      LEFT JOIN customers_product r ON r.id = b.product_id
),
first_line AS (
    SELECT a.*, CASE WHEN EXISTS (SELECT 1 FROM sheet_line b WHERE b.quotation = a.quotation AND b.line_class = a.line_class
                                                               AND b.taken = 1) THEN 1 ELSE 0 END AS is_taken
      FROM sheet_line a
     WHERE a.is_real = 1 AND a.day IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM sheet_line b WHERE b.quotation = a.quotation AND b.line_class = a.line_class
                                                    AND (b.at < a.at OR (b.at = a.at AND b.id < a.id)))
),
first_shelf AS (
    SELECT a.*, CASE WHEN EXISTS (SELECT 1 FROM sheet_line b WHERE b.quotation = a.quotation AND b.line_class = a.line_class
                                                               AND b.shelf = a.shelf AND b.taken = 1) THEN 1 ELSE 0 END AS is_taken
      FROM sheet_line a
     WHERE a.is_real = 1 AND a.day IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM sheet_line b WHERE b.quotation = a.quotation AND b.line_class = a.line_class
                                                    AND b.shelf = a.shelf AND (b.at < a.at OR (b.at = a.at AND b.id < a.id)))
)
