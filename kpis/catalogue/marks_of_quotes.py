"""What makes quotes dirty: every version tells of the whole quote, and so do its lines and the order it became."""

from __future__ import annotations

from kpis.catalogue.cubes.columns import FLAGS
from kpis.catalogue.cubes.quotes import OFFERS, OFFERS_BY_CATEGORY, QUOTE_CUBES, QUOTES_ISSUED
from kpis.tracking import Mark, of_child, of_day, of_group, of_parent

PERSON = ("channel_id", "owner_id", *FLAGS)
ABOUT = ("owner_id", "opportunity_id", "lead_id", "customer_id")
VERSION = (*ABOUT, "issued_at", "original_id")
LINE = ("quote_id", "line_class", "product_id")
# The days of all versions of the quotes of which one is found; `{found}` names it v.
FAMILY = (
    "SELECT q.issued_on, q.issued_on FROM changed c {found}"
    " JOIN leads_quote q ON q.id IN (v.id, v.original_id) OR q.original_id IN (v.id, v.original_id)"
)
OF_PERSON = "SELECT q.issued_on, q.issued_on FROM changed c JOIN leads_quote q ON q.{key} = c.id"
OF_DEALS_PERSON = (
    "SELECT q.issued_on, q.issued_on FROM changed c JOIN leads_opportunity o ON o.{key} = c.id"
    " JOIN leads_quote q ON q.opportunity_id = o.id"
)

QUOTE_MARKS: tuple[Mark, ...] = (
    of_day("leads_quote", "issued_on", (*VERSION, "amount", "order_id"), QUOTES_ISSUED),
    of_day("leads_quote", "issued_on", (*VERSION, "accepted_at"), OFFERS, OFFERS_BY_CATEGORY),
    of_group(
        "quote.versions",
        "leads_quote",
        ("issued_at", "issued_on", "original_id", "amount", "order_id", "accepted_at"),
        "SELECT coalesce(c.original_id, c.id) FROM changed c",
        FAMILY.format(found="JOIN leads_quote v ON v.id = c.id"),
        *QUOTE_CUBES,
    ),
    of_child(
        "leads_quoteline",
        LINE,
        "SELECT q.issued_on, q.issued_on FROM changed c JOIN leads_quote q ON q.id = c.quote_id",
        ("leads_quote", "quote_id"),
        OFFERS,
        OFFERS_BY_CATEGORY,
    ),
    of_group(
        "quoteline.versions",
        "leads_quoteline",
        LINE,
        "SELECT c.quote_id FROM changed c",
        FAMILY.format(found="JOIN leads_quote v ON v.id = c.id"),
        OFFERS,
        OFFERS_BY_CATEGORY,
    ),
    of_parent(
        "product.offers",
        "customers_product",
        ("category_id",),
        FAMILY.format(found="JOIN leads_quoteline l ON l.product_id = c.id JOIN leads_quote v ON v.id = l.quote_id"),
        OFFERS_BY_CATEGORY,
    ),
    of_parent(
        "order.quotes",
        "customers_order",
        ("status", "customer_id"),
        FAMILY.format(found="JOIN leads_quote v ON v.order_id = c.id"),
        QUOTES_ISSUED,
    ),
    of_parent(
        "customer.quoted_orders",
        "customers_customer",
        FLAGS,
        FAMILY.format(found="JOIN customers_order o ON o.customer_id = c.id JOIN leads_quote v ON v.order_id = o.id"),
        QUOTES_ISSUED,
    ),
    of_parent("lead.quotes", "leads_lead", PERSON, OF_PERSON.format(key="lead_id"), *QUOTE_CUBES),
    of_parent("customer.quotes", "customers_customer", PERSON, OF_PERSON.format(key="customer_id"), *QUOTE_CUBES),
    of_parent(
        "opportunity.quotes",
        "leads_opportunity",
        ("owner_id", "lead_id", "customer_id"),
        OF_PERSON.format(key="opportunity_id"),
        *QUOTE_CUBES,
    ),
    of_parent("lead.opportunity_quotes", "leads_lead", PERSON, OF_DEALS_PERSON.format(key="lead_id"), *QUOTE_CUBES),
    of_parent(
        "customer.opportunity_quotes", "customers_customer", PERSON, OF_DEALS_PERSON.format(key="customer_id"), *QUOTE_CUBES
    ),
)
