"""Which columns of which tables the cubes read: the declaration that `kpis.tracking` turns into triggers.

A test compiles every cube and fails when it reads a table that no mark here covers.
"""

from __future__ import annotations

from kpis.catalogue.cubes.columns import CUSTOMER, FLAGS, LEAD, OPPORTUNITY, ORDER, TICKET
from kpis.catalogue.cubes.spending import SPENDING
from kpis.catalogue.cubes.support import OPINIONS, TICKETS_OPENED, TICKETS_RESOLVED
from kpis.catalogue.marks_of_credits import CREDIT_MARKS
from kpis.catalogue.marks_of_deals import DEAL_MARKS
from kpis.catalogue.marks_of_demos import DEMO_MARKS
from kpis.catalogue.marks_of_engagement import ENGAGEMENT_MARKS
from kpis.catalogue.marks_of_funnel import FUNNEL_MARKS
from kpis.catalogue.marks_of_quotes import QUOTE_MARKS
from kpis.catalogue.marks_of_selling import SELLING_MARKS
from kpis.catalogue.marks_of_traffic import TRAFFIC_MARKS
from kpis.catalogue.measures import (
    ANSWERS,
    CATEGORY_ORDERS,
    CONVERSIONS,
    EXPENSES,
    LEADS_CREATED,
    LINES,
    MQLS,
    OPPORTUNITIES_CLOSED,
    OPPORTUNITY_PRODUCTS,
    ORDERS,
    REFUND_LINES,
    REFUNDS,
    RFM,
    SQLS,
)
from kpis.tracking import Mark, of_child, of_day, of_parent

MARKS: tuple[Mark, ...] = (
    # leads
    of_day("leads_lead", "created_on", (*LEAD, "converted_on"), LEADS_CREATED),
    of_day("leads_lead", "mql_on", (*LEAD, "sql_on"), MQLS),
    of_day("leads_lead", "sql_on", LEAD, SQLS),
    of_day("leads_lead", "converted_on", LEAD, CONVERSIONS),
    Mark("leads_lead", (*LEAD, "created_on", "customer_id", "visitor"), "SELECT c.customer_id FROM changed c"),
    of_parent(
        "lead.opportunities",
        "leads_lead",
        (*FLAGS, "channel_id", "campaign_id"),
        "SELECT o.closed_on, o.closed_on FROM changed c JOIN leads_opportunity o ON o.lead_id = c.id",
        OPPORTUNITIES_CLOSED,
        OPPORTUNITY_PRODUCTS,
    ),
    of_parent(
        "campaign.leads",
        "campaigns_campaign",
        ("goal",),
        "SELECT l.created_on, l.created_on FROM changed c JOIN leads_lead l ON l.campaign_id = c.id",
        LEADS_CREATED,
    ),
    # orders
    of_day("customers_order", "placed_on", (*ORDER, "net_amount", "cost_amount", "unknown_costs"), ORDERS),
    of_day("customers_order", "placed_on", ORDER, LINES, CATEGORY_ORDERS),
    of_day("customers_order", "placed_on", ("status", "customer_id", "net_amount"), RFM),
    of_parent(
        "order.refunds",
        "customers_order",
        ORDER,
        "SELECT r.refunded_on, r.refunded_on FROM changed c JOIN customers_refund r ON r.order_id = c.id",
        REFUNDS,
        REFUND_LINES,
        RFM,
    ),
    Mark("customers_order", (*ORDER, "net_amount", "placed_at", "placed_on"), "SELECT c.customer_id FROM changed c"),
    of_child(
        "customers_orderline",
        ("order_id", "product_id", "net_amount", "cost_amount", "unit_cost"),
        "SELECT o.placed_on, o.placed_on FROM changed c JOIN customers_order o ON o.id = c.order_id",
        ("customers_order", "order_id"),
        LINES,
        CATEGORY_ORDERS,
    ),
    of_parent(
        "orderline.refunds",
        "customers_orderline",
        ("product_id",),
        "SELECT r.refunded_on, r.refunded_on FROM changed c"
        " JOIN customers_refundline rl ON rl.line_id = c.id JOIN customers_refund r ON r.id = rl.refund_id",
        REFUND_LINES,
    ),
    of_day("customers_refund", "refunded_on", ("order_id", "amount", "cost_amount"), REFUNDS, REFUND_LINES, RFM),
    of_child(
        "customers_refund",
        ("order_id", "refunded_on", "amount"),
        "SELECT o.customer_id FROM changed c JOIN customers_order o ON o.id = c.order_id",
        ("customers_order", "order_id"),
    ),
    of_child(
        "customers_refundline",
        ("refund_id", "line_id", "amount", "cost_amount"),
        "SELECT r.refunded_on, r.refunded_on FROM changed c JOIN customers_refund r ON r.id = c.refund_id",
        ("customers_refund", "refund_id"),
        REFUND_LINES,
    ),
    of_parent(
        "product.lines",
        "customers_product",
        ("category_id",),
        "SELECT o.placed_on, o.placed_on FROM changed c"
        " JOIN customers_orderline l ON l.product_id = c.id JOIN customers_order o ON o.id = l.order_id",
        LINES,
        CATEGORY_ORDERS,
    ),
    of_parent(
        "product.refunds",
        "customers_product",
        ("category_id",),
        "SELECT r.refunded_on, r.refunded_on FROM changed c JOIN customers_orderline l ON l.product_id = c.id"
        " JOIN customers_refundline rl ON rl.line_id = l.id JOIN customers_refund r ON r.id = rl.refund_id",
        REFUND_LINES,
    ),
    # customers
    of_parent(
        "customer.orders",
        "customers_customer",
        CUSTOMER,
        "SELECT o.placed_on, o.placed_on FROM changed c JOIN customers_order o ON o.customer_id = c.id",
        ORDERS,
        LINES,
        CATEGORY_ORDERS,
    ),
    of_parent(
        "customer.refunds",
        "customers_customer",
        CUSTOMER,
        "SELECT r.refunded_on, r.refunded_on FROM changed c"
        " JOIN customers_order o ON o.customer_id = c.id JOIN customers_refund r ON r.order_id = o.id",
        REFUNDS,
        REFUND_LINES,
    ),
    of_parent(
        "customer.tickets",
        "customers_customer",
        CUSTOMER,
        "SELECT t.resolved_on, t.resolved_on FROM changed c JOIN customers_ticket t ON t.customer_id = c.id",
        TICKETS_RESOLVED,
    ),
    of_parent(
        "customer.opened_tickets",
        "customers_customer",
        CUSTOMER,
        "SELECT t.created_on, t.created_on FROM changed c JOIN customers_ticket t ON t.customer_id = c.id",
        TICKETS_OPENED,
    ),
    of_parent(
        "organization.tickets",
        "crm_organization",
        ("business_days", "opens_at", "closes_at", "time_zone"),
        "SELECT t.resolved_on, t.resolved_on FROM changed c CROSS JOIN customers_ticket t",
        TICKETS_RESOLVED,
    ),
    of_parent(
        "customer.answers",
        "customers_customer",
        CUSTOMER,
        "SELECT a.answered_on, a.answered_on FROM changed c JOIN customers_answer a ON a.customer_id = c.id",
        ANSWERS,
        OPINIONS,
    ),
    of_parent(
        "customer.opportunities",
        "customers_customer",
        CUSTOMER,
        "SELECT o.closed_on, o.closed_on FROM changed c JOIN leads_opportunity o ON o.customer_id = c.id",
        OPPORTUNITIES_CLOSED,
        OPPORTUNITY_PRODUCTS,
    ),
    of_parent(
        "customer.rfm",
        "customers_customer",
        (*FLAGS, "merged_into_id"),
        "SELECT o.placed_on, o.placed_on FROM changed c JOIN customers_order o ON o.customer_id = c.id"
        " UNION SELECT r.refunded_on, r.refunded_on FROM changed c"
        " JOIN customers_order o ON o.customer_id = c.id JOIN customers_refund r ON r.order_id = o.id",
        RFM,
    ),
    Mark("customers_customer", CUSTOMER, "SELECT c.id FROM changed c"),
    Mark("customers_contract", ("customer_id", "starts_on", "ends_on", "is_trial"), "SELECT c.customer_id FROM changed c"),
    of_parent(
        "user.customers",
        "crm_user",
        ("team_id",),
        "SELECT o.customer_id FROM changed c JOIN customers_order o ON o.owner_id = c.id"
        " UNION SELECT k.id FROM changed c JOIN customers_customer k ON k.owner_id = c.id",
    ),
    # Medians are stored by team.
    of_parent(
        "user.opportunities",
        "crm_user",
        ("team_id",),
        "SELECT o.closed_on, o.closed_on FROM changed c JOIN leads_opportunity o ON o.owner_id = c.id"
        " UNION SELECT o.closed_on, o.closed_on FROM changed c"
        " JOIN customers_customer k ON k.owner_id = c.id JOIN leads_opportunity o ON o.customer_id = k.id",
        OPPORTUNITIES_CLOSED,
    ),
    of_parent(
        "user.tickets",
        "crm_user",
        ("team_id",),
        "SELECT t.resolved_on, t.resolved_on FROM changed c JOIN customers_ticket t ON t.owner_id = c.id"
        " UNION SELECT t.resolved_on, t.resolved_on FROM changed c"
        " JOIN customers_customer k ON k.owner_id = c.id JOIN customers_ticket t ON t.customer_id = k.id",
        TICKETS_RESOLVED,
    ),
    of_parent(
        "organization.customers",
        "crm_organization",
        ("inactivity_days",),
        "SELECT DISTINCT o.customer_id FROM changed c CROSS JOIN customers_order o",
    ),
    # expenses
    Mark(
        "campaigns_expense",
        ("valid_from", "valid_to", "amount", "kind", "campaign_id", "channel_id", "lead_source_id", "is_estimate"),
        "SELECT c.valid_from, c.valid_to FROM changed c",
        (EXPENSES, SPENDING),
    ),
    of_parent(
        "campaign.expenses",
        "campaigns_campaign",
        ("goal", "channel_id"),
        "SELECT e.valid_from, e.valid_to FROM changed c JOIN campaigns_expense e ON e.campaign_id = c.id",
        EXPENSES,
        SPENDING,
    ),
    # what counts as marketing
    of_parent(
        "channel.expenses",
        "campaigns_channel",
        ("is_marketing",),
        "SELECT e.valid_from, e.valid_to FROM changed c JOIN campaigns_expense e ON e.channel_id = c.id",
        SPENDING,
    ),
    of_parent(
        "channel.orders",
        "campaigns_channel",
        ("is_marketing",),
        "SELECT o.placed_on, o.placed_on FROM changed c JOIN customers_customer k ON k.channel_id = c.id"
        " JOIN customers_order o ON o.customer_id = k.id",
        ORDERS,
    ),
    of_parent(
        "channel.conversions",
        "campaigns_channel",
        ("is_marketing",),
        "SELECT l.converted_on, l.converted_on FROM changed c JOIN leads_lead l ON l.channel_id = c.id",
        CONVERSIONS,
    ),
    # opportunities
    of_day("leads_opportunity", "closed_on", (*OPPORTUNITY, "created_on"), OPPORTUNITIES_CLOSED, OPPORTUNITY_PRODUCTS),
    of_child(
        "leads_opportunity_products",
        ("opportunity_id", "product_id"),
        "SELECT o.closed_on, o.closed_on FROM changed c JOIN leads_opportunity o ON o.id = c.opportunity_id",
        ("leads_opportunity", "opportunity_id"),
        OPPORTUNITY_PRODUCTS,
    ),
    # support and satisfaction
    of_day("customers_ticket", "resolved_on", ("created_on", *TICKET), TICKETS_RESOLVED),
    of_day("customers_ticket", "created_on", ("resolved_on", *TICKET), TICKETS_OPENED),
    of_day("customers_answer", "answered_on", ("survey_id", "customer_id", "product_id", "score"), ANSWERS, OPINIONS),
    of_parent(
        "survey.answers",
        "customers_survey",
        ("kind",),
        "SELECT a.answered_on, a.answered_on FROM changed c JOIN customers_answer a ON a.survey_id = c.id",
        ANSWERS,
        OPINIONS,
    ),
    *SELLING_MARKS,
    *DEMO_MARKS,
    *DEAL_MARKS,
    *TRAFFIC_MARKS,
    *ENGAGEMENT_MARKS,
    *QUOTE_MARKS,
    *CREDIT_MARKS,
    *FUNNEL_MARKS,
)

DEFERRED = {mark.deferred: mark for mark in MARKS if mark.deferred}
