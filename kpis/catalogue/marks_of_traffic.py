"""What makes visits, posts, carts and invitations dirty, and visitors who landed.

Visitors are computed after their customers: what somebody orders marks the customer, and with them the visitors they are.
"""

from __future__ import annotations

from kpis.catalogue.cubes.asking import CARTS, CARTS_RECOVERED, INVITATIONS
from kpis.catalogue.cubes.columns import FLAGS
from kpis.catalogue.cubes.traffic import POSTS, SESSIONS
from kpis.tracking import Mark, of_day, of_parent

SESSION = ("channel_id", "social_network_id", "landing_page_id", "is_bot", "view_count", "is_engaged")
POST = ("social_network_id", "campaign_id", "likes", "comments", "shares", "reach")
CART = ("created_at", "completed_at", "channel_id", "customer_id")
INVITATION = ("answered_at", "customer_id", "survey_id", "ticket_id")
OF_CUSTOMER = (*FLAGS, "owner_id")
LANDED = ("started_at", "started_on", "converted_at", "is_bot", "landing_page_id", "campaign_id", "channel_id", "variant_id")
VISITOR = "SELECT CASE WHEN c.visitor = '' THEN 's' || c.id ELSE 'v' || c.visitor END FROM changed c"
NAMED = "SELECT 'v' || c.visitor FROM changed c WHERE c.visitor <> ''"

TRAFFIC_MARKS: tuple[Mark, ...] = (
    of_day("campaigns_session", "started_on", SESSION, SESSIONS),
    of_parent(
        "channel.sessions",
        "campaigns_channel",
        ("slug", "kind"),
        "SELECT DISTINCT s.started_on, s.started_on FROM changed c JOIN campaigns_session s ON s.channel_id = c.id",
        SESSIONS,
    ),
    of_day("campaigns_socialpost", "posted_on", POST, POSTS),
    of_parent(
        "campaign.posts",
        "campaigns_campaign",
        ("channel_id",),
        "SELECT p.posted_on, p.posted_on FROM changed c JOIN campaigns_socialpost p ON p.campaign_id = c.id",
        POSTS,
    ),
    of_day("customers_cart", "created_on", CART, CARTS),
    of_day("customers_cart", "completed_on", CART, CARTS_RECOVERED),
    of_parent(
        "customer.carts",
        "customers_customer",
        OF_CUSTOMER,
        "SELECT k.created_on, k.created_on FROM changed c JOIN customers_cart k ON k.customer_id = c.id",
        CARTS,
    ),
    of_parent(
        "customer.recovered_carts",
        "customers_customer",
        OF_CUSTOMER,
        "SELECT k.completed_on, k.completed_on FROM changed c JOIN customers_cart k ON k.customer_id = c.id",
        CARTS_RECOVERED,
    ),
    of_day("customers_invitation", "delivered_on", INVITATION, INVITATIONS),
    of_parent(
        "customer.invitations",
        "customers_customer",
        OF_CUSTOMER,
        "SELECT i.delivered_on, i.delivered_on FROM changed c JOIN customers_invitation i ON i.customer_id = c.id",
        INVITATIONS,
    ),
    of_parent(
        "ticket.invitations",
        "customers_ticket",
        ("product_id",),
        "SELECT i.delivered_on, i.delivered_on FROM changed c JOIN customers_invitation i ON i.ticket_id = c.id",
        INVITATIONS,
    ),
    Mark("campaigns_session", ("visitor", *LANDED), VISITOR, of_visitors=True),
    Mark("leads_lead", ("visitor", "created_at", "customer_id", *FLAGS), NAMED, of_visitors=True),
    Mark("customers_cart", ("visitor", "completed_at", "customer_id"), NAMED, of_visitors=True),
)
