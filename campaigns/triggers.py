"""A session's number of page views equals its page views, whoever writes them."""

from __future__ import annotations

from crm.totals import Total

TOTALS = (
    Total(
        "campaigns_session",
        {"view_count": "count(p.id)::int"},
        parts="campaigns_pageview",
        key="session_id",
        function="campaigns_count_views",
    ),
)
