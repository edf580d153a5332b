"""What somebody does without ordering is told with the facts of customers: tickets, answers, replies to what was written to them,
and sessions of visitors that they are known to be.

A reply is of every customer that its activity names, itself or by its lead or opportunity; a test or spam that it names takes
it away from all of them. Those are looked up by the drain, as are the customers of a session: a lead or a cart may name its
visitor before it or after it. A lead's own customer is marked with its other columns (marks.py).
"""

from __future__ import annotations

from kpis.catalogue.cubes.columns import FLAGS
from kpis.tracking import Mark, of_group, of_parent
from leads.models import Activity

CUSTOMER_ID = "SELECT c.customer_id FROM changed c"
# A visitor stands in a mark by a number that their name gives.
VISITOR_NUMBER = "hashtextextended(c.visitor, 0)"
CUSTOMERS_OF_VISITORS = (
    "SELECT l.customer_id FROM changed c JOIN leads_lead m ON m.visitor <> '' AND hashtextextended(m.visitor, 0) = c.id"
    " JOIN leads_lead l ON l.id = coalesce(m.merged_into_id, m.id)"
    " UNION SELECT k.customer_id FROM changed c JOIN customers_cart k"
    " ON k.visitor <> '' AND hashtextextended(k.visitor, 0) = c.id"
)
OF_LEADS = "SELECT l.customer_id FROM changed c JOIN leads_lead l ON l.id = c.id"
OF_OPPORTUNITIES = "SELECT o.customer_id FROM changed c JOIN leads_opportunity o ON o.id = c.id"
WRITTEN, REPLIES = (", ".join(f"'{value}'" for value in values) for values in (Activity.WRITTEN, Activity.REPLIES))
REPLY = ("kind", "outcome", "done_on", "lead_id", "opportunity_id", "customer_id")
IS_REPLY = f"{{row}}.kind IN ({WRITTEN}) AND {{row}}.outcome IN ({REPLIES})"
OF_REPLIES = (
    "SELECT p.customer_id FROM changed c {found} LEFT JOIN leads_opportunity o ON o.id = a.opportunity_id"
    " LEFT JOIN leads_lead l ON l.id = a.lead_id"
    " CROSS JOIN LATERAL (VALUES (a.customer_id), (o.customer_id), (l.customer_id)) p (customer_id)"
    f" WHERE {IS_REPLY.format(row='a')}"
)
# The replies that a changed row is named by, itself or through an opportunity.
NAMED_BY = "JOIN leads_activity a ON a.{key} = c.id"
NAMED_BY_DEALS = "JOIN leads_opportunity d ON d.{key} = c.id JOIN leads_activity a ON a.opportunity_id = d.id"


def told_by(names: str) -> str:
    """What changed activities name that are replies, or were."""
    return f"SELECT c.{names} FROM changed c WHERE {IS_REPLY.format(row='c')}"


def named_by(key: str) -> str:
    """The customers of the replies that name a changed row by this column."""
    found = (NAMED_BY.format(key=key), NAMED_BY_DEALS.format(key=key))
    return " UNION ".join(OF_REPLIES.format(found=each) for each in found)


ENGAGEMENT_MARKS: tuple[Mark, ...] = (
    Mark("customers_ticket", ("customer_id", "created_on"), CUSTOMER_ID),
    Mark("customers_answer", ("customer_id", "answered_on"), CUSTOMER_ID),
    # replies
    Mark("leads_activity", REPLY, told_by("customer_id")),
    of_group("reply.lead_customers", "leads_activity", REPLY, told_by("lead_id"), OF_LEADS),
    of_group("reply.opportunity_customers", "leads_activity", REPLY, told_by("opportunity_id"), OF_OPPORTUNITIES),
    Mark("leads_opportunity", ("customer_id",), CUSTOMER_ID),
    of_parent(
        "opportunity.replies",
        "leads_opportunity",
        ("lead_id", "customer_id"),
        OF_REPLIES.format(found=NAMED_BY.format(key="opportunity_id")),
    ),
    of_parent("lead.replies", "leads_lead", FLAGS, named_by("lead_id")),
    of_parent("customer.replies", "customers_customer", FLAGS, named_by("customer_id")),
    # sessions
    of_group(
        "visitor.customers",
        "campaigns_session",
        ("visitor", "started_on", "is_bot"),
        f"SELECT {VISITOR_NUMBER} FROM changed c WHERE c.visitor <> ''",
        CUSTOMERS_OF_VISITORS,
    ),
    of_group(
        "lead.merged_customers",
        "leads_lead",
        ("merged_into_id", "visitor"),
        "SELECT c.merged_into_id FROM changed c WHERE c.visitor <> ''",
        OF_LEADS,
    ),
    Mark("customers_cart", ("visitor", "customer_id"), f"{CUSTOMER_ID} WHERE c.visitor <> ''"),
)
