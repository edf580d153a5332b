"""What makes demos dirty: they hang on leads, customers and opportunities, and through those on leads and customers again."""

from __future__ import annotations

from kpis.catalogue.cubes.columns import FLAGS
from kpis.catalogue.cubes.demos import DEMO_CUBES, DEMOS_BOOKED, DEMOS_DONE, DEMOS_DUE
from kpis.tracking import Mark, of_day, of_parent

PERSON = ("channel_id", "owner_id", *FLAGS)
ACTIVITY = ("kind", "outcome", "done_at", "owner_id", "lead_id", "opportunity_id", "customer_id")
# The days of demos that hang on a changed row, by whichever of them the row is reached.
DEMO_DAYS = (
    "SELECT d.day, d.day FROM changed c JOIN leads_activity a ON {key} = c.id"
    " CROSS JOIN LATERAL (VALUES (a.booked_on), (a.due_on), (a.done_on)) d (day)"
)
DEALS_DEMO_DAYS = (
    "SELECT d.day, d.day FROM changed c JOIN leads_opportunity o ON {key} = c.id"
    " JOIN leads_activity a ON a.opportunity_id = o.id"
    " CROSS JOIN LATERAL (VALUES (a.booked_on), (a.due_on), (a.done_on)) d (day)"
)

DEMO_MARKS: tuple[Mark, ...] = (
    of_day("leads_activity", "booked_on", ACTIVITY, DEMOS_BOOKED),
    of_day("leads_activity", "done_on", ACTIVITY, DEMOS_DONE),
    of_day("leads_activity", "due_on", ACTIVITY, DEMOS_DUE),
    of_parent("lead.activities", "leads_lead", PERSON, DEMO_DAYS.format(key="a.lead_id"), *DEMO_CUBES),
    of_parent("customer.activities", "customers_customer", PERSON, DEMO_DAYS.format(key="a.customer_id"), *DEMO_CUBES),
    of_parent(
        "opportunity.activities",
        "leads_opportunity",
        ("owner_id", "lead_id", "customer_id"),
        DEMO_DAYS.format(key="a.opportunity_id"),
        *DEMO_CUBES,
    ),
    of_parent("lead.opportunity_activities", "leads_lead", PERSON, DEALS_DEMO_DAYS.format(key="o.lead_id"), *DEMO_CUBES),
    of_parent(
        "customer.opportunity_activities",
        "customers_customer",
        PERSON,
        DEALS_DEMO_DAYS.format(key="o.customer_id"),
        *DEMO_CUBES,
    ),
)
