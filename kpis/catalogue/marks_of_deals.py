"""What makes opportunities by their first day, the pipeline and the invoices of leads dirty."""

from __future__ import annotations

from kpis.catalogue.cubes.columns import CUSTOMER, FLAGS, LEAD, OPPORTUNITY
from kpis.catalogue.cubes.deals import LEADS_INVOICED, OPPORTUNITIES_CREATED, PIPELINE, PRODUCTS_OF_CREATED
from kpis.tracking import Mark, of_child, of_day, of_group, of_parent

CHANGE = ("opportunity_id", "to_stage_id", "amount", "probability", "at")
CHANGE_DAYS = "SELECT s.day, s.day FROM changed c JOIN leads_stagechange s ON {key} = c.id"
DEALS_CHANGE_DAYS = (
    "SELECT s.day, s.day FROM changed c JOIN leads_opportunity o ON {key} = c.id"
    " JOIN leads_stagechange s ON s.opportunity_id = o.id"
)
LEAD_ID = "SELECT c.lead_id FROM changed c"
CUSTOMER_OF_LEAD = "SELECT l.customer_id FROM changed c JOIN leads_lead l ON l.id = c.id"
LEAD_DAY = "SELECT l.created_on, l.created_on FROM changed c JOIN leads_lead l ON l.id = c.id"
# The leads of the opportunities and quotes that became an order.
INVOICED_BY_ORDER = (
    "SELECT l.created_on, l.created_on FROM changed c JOIN leads_opportunity_orders x ON x.order_id = c.id"
    " JOIN leads_opportunity o ON o.id = x.opportunity_id JOIN leads_lead l ON l.id = o.lead_id"
    " UNION SELECT l.created_on, l.created_on FROM changed c JOIN leads_quote q ON q.order_id = c.id"
    " LEFT JOIN leads_opportunity o ON o.id = q.opportunity_id JOIN leads_lead l ON l.id IN (q.lead_id, o.lead_id)"
)

DEAL_MARKS: tuple[Mark, ...] = (
    # opportunities by the day they were created
    of_day("leads_opportunity", "created_on", OPPORTUNITY, OPPORTUNITIES_CREATED, PRODUCTS_OF_CREATED),
    of_child(
        "leads_opportunity_products",
        ("opportunity_id", "product_id"),
        "SELECT o.created_on, o.created_on FROM changed c JOIN leads_opportunity o ON o.id = c.opportunity_id",
        ("leads_opportunity", "opportunity_id"),
        PRODUCTS_OF_CREATED,
    ),
    of_parent(
        "lead.created_opportunities",
        "leads_lead",
        (*FLAGS, "channel_id", "campaign_id"),
        "SELECT o.created_on, o.created_on FROM changed c JOIN leads_opportunity o ON o.lead_id = c.id",
        OPPORTUNITIES_CREATED,
        PRODUCTS_OF_CREATED,
    ),
    of_parent(
        "customer.created_opportunities",
        "customers_customer",
        CUSTOMER,
        "SELECT o.created_on, o.created_on FROM changed c JOIN leads_opportunity o ON o.customer_id = c.id",
        OPPORTUNITIES_CREATED,
        PRODUCTS_OF_CREATED,
    ),
    # the pipeline: a change counts by what it adds to the one before it
    of_day("leads_stagechange", "day", CHANGE, PIPELINE),
    of_group(
        "opportunity.changes",
        "leads_stagechange",
        ("day", *CHANGE),
        "SELECT c.opportunity_id FROM changed c",
        CHANGE_DAYS.format(key="s.opportunity_id"),
        PIPELINE,
    ),
    of_parent(
        "opportunity.pipeline",
        "leads_opportunity",
        ("owner_id", "lead_id", "customer_id"),
        CHANGE_DAYS.format(key="s.opportunity_id"),
        PIPELINE,
    ),
    of_parent("lead.pipeline", "leads_lead", FLAGS, DEALS_CHANGE_DAYS.format(key="o.lead_id"), PIPELINE),
    of_parent(
        "customer.pipeline", "customers_customer", (*FLAGS, "owner_id"), DEALS_CHANGE_DAYS.format(key="o.customer_id"), PIPELINE
    ),
    of_parent(
        "stage.changes",
        "leads_stage",
        ("kind",),
        "SELECT s.day, s.day FROM leads_stagechange s WHERE s.opportunity_id IN"
        " (SELECT t.opportunity_id FROM changed c JOIN leads_stagechange t ON t.to_stage_id = c.id)",
        PIPELINE,
    ),
    # invoices of leads: an order, a quote or an opportunity concerns every lead of those it names
    of_day("leads_lead", "created_on", LEAD, LEADS_INVOICED),
    of_parent("order.invoiced_leads", "customers_order", ("status", "customer_id"), INVOICED_BY_ORDER, LEADS_INVOICED),
    of_parent(
        "customer.orders_of_leads",
        "customers_customer",
        FLAGS,
        INVOICED_BY_ORDER.replace(
            "FROM changed c", "FROM (SELECT o.id FROM changed k JOIN customers_order o ON o.customer_id = k.id) c"
        ),
        LEADS_INVOICED,
    ),
    of_group(
        "opportunity.invoiced_lead",
        "leads_opportunity",
        ("lead_id",),
        LEAD_ID,
        LEAD_DAY,
        LEADS_INVOICED,
    ),
    of_group(
        "opportunity.invoiced_orders",
        "leads_opportunity_orders",
        ("opportunity_id", "order_id"),
        "SELECT c.opportunity_id FROM changed c",
        "SELECT l.created_on, l.created_on FROM changed c JOIN leads_opportunity o ON o.id = c.id"
        " JOIN leads_lead l ON l.id = o.lead_id",
        LEADS_INVOICED,
    ),
    of_group("quote.invoiced_lead", "leads_quote", ("lead_id", "order_id"), LEAD_ID, LEAD_DAY, LEADS_INVOICED),
    of_group(
        "quote.invoiced_opportunity",
        "leads_quote",
        ("opportunity_id", "order_id"),
        "SELECT c.opportunity_id FROM changed c",
        "SELECT l.created_on, l.created_on FROM changed c JOIN leads_opportunity o ON o.id = c.id"
        " JOIN leads_lead l ON l.id = o.lead_id",
        LEADS_INVOICED,
    ),
    # with its first quote or opportunity a lead's invoice is its own, no longer its customer's
    of_group("opportunity.customer_of_lead", "leads_opportunity", ("lead_id",), LEAD_ID, CUSTOMER_OF_LEAD),
    of_group("quote.customer_of_lead", "leads_quote", ("lead_id",), LEAD_ID, CUSTOMER_OF_LEAD),
)
