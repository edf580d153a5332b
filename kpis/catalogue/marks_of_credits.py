"""What makes credits of money dirty: beside orders and refunds every touch of their customers.

By the first of all touches, which stands on the customer, later ones change nothing, so that they leave no marks. Whoever changes
how touches are credited keeps their writers still until it is changed (services/attribution.py).
"""

from __future__ import annotations

from kpis.catalogue.cubes.columns import CUSTOMER, ORDER, TOUCH
from kpis.catalogue.cubes.credits import (
    CAMPAIGN_ORDERS,
    CAMPAIGN_RECORDS,
    CAMPAIGN_REFUNDS,
    CAMPAIGN_RETURNS,
    CAMPAIGN_SPENDING,
    CREDITED_RECORDS,
    CREDITS,
)
from kpis.catalogue.marks_of_engagement import CUSTOMERS_OF_VISITORS, VISITOR_NUMBER
from kpis.tracking import Mark, of_day, of_group, of_parent

BY_LATER_TOUCHES = "(SELECT attribution_model <> 'first' OR touch_days IS NOT NULL FROM crm_organization)"
CREDITED = (CREDITS, CREDITED_RECORDS, CAMPAIGN_RETURNS, CAMPAIGN_RECORDS)
MONEY = ("net_amount", "cost_amount", "unknown_costs")
OWN_TOUCH = ("placed_at", "channel_id", "campaign_id")
VISIT = ("visitor", "started_at", "channel_id", "campaign_id", "landing_page_id", "social_network_id", "is_bot")
REFUND_DAYS = "SELECT r.refunded_on, r.refunded_on FROM changed c JOIN customers_refund r ON r.order_id = c.id"


def days_of(customers: str) -> str:
    """The days of all orders and refunds of some customers."""
    return (
        f"SELECT d.day, d.day FROM ({customers}) k (id) CROSS JOIN LATERAL ("
        "SELECT o.placed_on AS day FROM customers_order o WHERE o.customer_id = k.id UNION "
        "SELECT r.refunded_on FROM customers_refund r JOIN customers_order o ON o.id = r.order_id WHERE o.customer_id = k.id) d"
    )


def where_touched(names: str, condition: str = "TRUE") -> str:
    """What changed rows name, where later touches matter at all."""
    return f"SELECT {names} FROM changed c WHERE {BY_LATER_TOUCHES} AND {condition}"


OF_CUSTOMERS = days_of("SELECT c.id FROM changed c")
OF_LEADS = days_of("SELECT l.customer_id FROM changed c JOIN leads_lead l ON l.id = c.id")
OF_VISITORS = days_of(CUSTOMERS_OF_VISITORS)
TOUCHED_BY = (
    "SELECT k.id FROM changed c JOIN customers_customer k ON k.{column} = c.id"
    f" UNION SELECT t.customer_id FROM changed c JOIN leads_touchpoint t ON t.{{column}} = c.id WHERE {BY_LATER_TOUCHES}"
)

CREDIT_MARKS: tuple[Mark, ...] = (
    of_day("customers_order", "placed_on", (*ORDER, *MONEY, *OWN_TOUCH), *CREDITED),
    of_day("customers_order", "placed_on", (*ORDER, *MONEY), CAMPAIGN_ORDERS),
    of_group(
        "customer.touched_orders",
        "customers_order",
        ("customer_id", *OWN_TOUCH),
        where_touched("c.customer_id", "coalesce(c.channel_id, c.campaign_id) IS NOT NULL"),
        OF_CUSTOMERS,
        *CREDITED,
    ),
    of_parent("order.credited_refunds", "customers_order", (*ORDER, *OWN_TOUCH), REFUND_DAYS, *CREDITED, CAMPAIGN_REFUNDS),
    of_day("customers_refund", "refunded_on", ("order_id", "amount", "cost_amount"), *CREDITED, CAMPAIGN_REFUNDS),
    of_parent(
        "customer.credits",
        "customers_customer",
        (*CUSTOMER, "created_at"),
        OF_CUSTOMERS,
        *CREDITED,
        CAMPAIGN_ORDERS,
        CAMPAIGN_REFUNDS,
    ),
    of_group(
        "customer.touched_leads",
        "leads_lead",
        (*TOUCH, "created_at", "customer_id", "merged_into_id", "visitor"),
        where_touched("c.customer_id"),
        OF_CUSTOMERS,
        *CREDITED,
    ),
    of_group(
        "lead.merged_visitors",
        "leads_lead",
        ("created_at", "merged_into_id", "visitor"),
        where_touched("c.merged_into_id"),
        OF_LEADS,
        *CREDITED,
    ),
    of_group("lead.touches", "leads_touch", ("lead_id", "at", *TOUCH), where_touched("c.lead_id"), OF_LEADS, *CREDITED),
    of_group(
        "visitor.touches",
        "campaigns_session",
        VISIT,
        where_touched(VISITOR_NUMBER, "c.visitor <> ''"),
        OF_VISITORS,
        *CREDITED,
    ),
    of_group(
        "customer.touched_carts",
        "customers_cart",
        ("visitor", "customer_id", "created_at"),
        where_touched("c.customer_id"),
        OF_CUSTOMERS,
        *CREDITED,
    ),
    of_parent(
        "organization.credits",
        "crm_organization",
        ("attribution_model", "touch_days"),
        "SELECT o.placed_on, o.placed_on FROM changed c CROSS JOIN customers_order o"
        " UNION SELECT r.refunded_on, r.refunded_on FROM changed c CROSS JOIN customers_refund r",
        *CREDITED,
    ),
    of_parent(
        "channel.credits",
        "campaigns_channel",
        ("is_marketing",),
        days_of(TOUCHED_BY.format(column="channel_id")),
        CREDITS,
        CREDITED_RECORDS,
    ),
    # windows of campaigns
    of_parent(
        "campaign.returns",
        "campaigns_campaign",
        ("starts_on", "ends_on"),
        days_of(TOUCHED_BY.format(column="campaign_id")),
        CAMPAIGN_RETURNS,
        CAMPAIGN_RECORDS,
        CAMPAIGN_ORDERS,
        CAMPAIGN_REFUNDS,
    ),
    of_parent(
        "campaign.spending",
        "campaigns_campaign",
        ("starts_on", "ends_on", "channel_id"),
        "SELECT e.valid_from, e.valid_to FROM changed c JOIN campaigns_expense e ON e.campaign_id = c.id",
        CAMPAIGN_SPENDING,
    ),
    of_parent(
        "channel.campaign_spending",
        "campaigns_channel",
        ("is_marketing",),
        "SELECT e.valid_from, e.valid_to FROM changed c JOIN campaigns_expense e ON e.channel_id = c.id",
        CAMPAIGN_SPENDING,
    ),
    Mark(
        "campaigns_expense",
        ("valid_from", "valid_to", "amount", "kind", "campaign_id", "channel_id", "is_estimate"),
        "SELECT c.valid_from, c.valid_to FROM changed c",
        (CAMPAIGN_SPENDING,),
    ),
)
