"""What makes the steps of leads dirty, beside their customers: the leads of a dirty customer are computed after it.

Whoever tells a step of a lead names it, or its opportunity; both are noted, as they were and as they are. A test or spam
takes a quote out of the funnel of everybody whom the quote names.
"""

from __future__ import annotations

from dataclasses import replace

from kpis.catalogue.cubes.columns import FLAGS, LEAD
from kpis.tracking import CHANGED, Mark, of_group, of_parent

LEAD_ID = "SELECT c.lead_id FROM changed c"
OPPORTUNITY_ID = "SELECT c.opportunity_id FROM changed c"
OF_OPPORTUNITIES = "SELECT o.lead_id FROM changed c JOIN leads_opportunity o ON o.id = c.id"
# The leads of quotes, one of which is found as q: their own, and those of their opportunities.
OF_QUOTES = (
    "SELECT p.lead_id FROM changed c {found} LEFT JOIN leads_opportunity o ON o.id = q.opportunity_id"
    " CROSS JOIN LATERAL (VALUES (q.lead_id), (o.lead_id)) p (lead_id)"
)
QUOTES_OF_DEALS = "JOIN leads_opportunity d ON d.{key} = c.id JOIN leads_quote q ON q.opportunity_id = d.id"
OF_ORDERS = (
    "SELECT o.lead_id FROM changed c JOIN leads_opportunity_orders x ON x.order_id = c.id"
    " JOIN leads_opportunity o ON o.id = x.opportunity_id UNION "
    + OF_QUOTES.format(found="JOIN leads_quote q ON q.order_id = c.id")
)
OF_CUSTOMERS = (
    "SELECT o.lead_id FROM changed c JOIN leads_opportunity o ON o.customer_id = c.id UNION "
    + OF_QUOTES.format(found="JOIN leads_quote q ON q.customer_id = c.id")
    + " UNION "
    + OF_QUOTES.format(found=QUOTES_OF_DEALS.format(key="customer_id"))
    + " UNION "
    + OF_ORDERS.replace("FROM changed c", "FROM (SELECT b.id FROM changed k JOIN customers_order b ON b.customer_id = k.id) c")
)

FUNNEL_MARKS: tuple[Mark, ...] = tuple(
    replace(mark, of_leads=True)
    for mark in (
        Mark(
            "leads_lead",
            ("created_at", "created_on", "mql_at", "converted_at", "customer_id", *LEAD),
            CHANGED,
        ),
        of_parent(
            "lead.quoted_leads",
            "leads_lead",
            FLAGS,
            OF_QUOTES.format(found="JOIN leads_quote q ON q.lead_id = c.id")
            + " UNION "
            + OF_QUOTES.format(found=QUOTES_OF_DEALS.format(key="lead_id")),
        ),
        Mark("leads_activity", ("lead_id", "kind", "outcome", "done_at"), LEAD_ID),
        Mark("leads_opportunity", ("lead_id", "customer_id", "created_at"), LEAD_ID),
        of_parent(
            "opportunity.quoted_leads",
            "leads_opportunity",
            ("lead_id", "customer_id"),
            "SELECT q.lead_id FROM changed c JOIN leads_quote q ON q.opportunity_id = c.id",
        ),
        of_group(
            "opportunity.ordering_lead",
            "leads_opportunity_orders",
            ("opportunity_id", "order_id"),
            OPPORTUNITY_ID,
            OF_OPPORTUNITIES,
        ),
        Mark("leads_quote", ("lead_id", "opportunity_id", "customer_id", "issued_at", "order_id"), LEAD_ID),
        of_group(
            "quote.lead_of_opportunity",
            "leads_quote",
            ("lead_id", "opportunity_id", "customer_id", "issued_at", "order_id"),
            OPPORTUNITY_ID,
            OF_OPPORTUNITIES,
        ),
        of_parent("order.leads", "customers_order", ("status", "customer_id", "placed_at"), OF_ORDERS),
        of_parent("customer.leads_of_deals", "customers_customer", FLAGS, OF_CUSTOMERS),
    )
)
