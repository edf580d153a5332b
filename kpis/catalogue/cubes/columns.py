"""Columns of base tables that figures read, as marks name them."""

from __future__ import annotations

TOUCH = ("channel_id", "lead_source_id", "campaign_id", "landing_page_id", "social_network_id")
FLAGS = ("is_test", "is_spam")
LEAD = (*TOUCH, *FLAGS, "owner_id", "merged_into_id")
LEAD_DAYS = ("created_on", "mql_on", "sql_on", "converted_on")
CUSTOMER = (*TOUCH, *FLAGS, "owner_id", "merged_into_id")
OPPORTUNITY = ("won_at", "lost_at", "owner_id", "lead_id", "customer_id")
ORDER = ("status", "customer_id", "owner_id")
TICKET = ("created_at", "resolved_at", "reopened_at", "owner_id", "customer_id", "product_id", "priority")
