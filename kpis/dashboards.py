"""Which KPIs stand on whose dashboard: eight that answer "are we all right?", the rest one look further down."""

from __future__ import annotations

from collections.abc import Mapping

from crm.models import User
from kpis.catalogue import CATALOGUE
from kpis.definitions import Kpi, Timing

MOST_CARDS = 8
LEADERS = (
    "revenue",
    "lead_conversion_rate",
    "new_customers",
    "churn_rate",
    "cost_per_lead",
    "customer_acquisition_cost",
    "win_rate",
    "nps",
)
PINNED: Mapping[str, tuple[str, ...]] = {
    User.Role.ADMIN: LEADERS,
    User.Role.MANAGER: LEADERS,
    User.Role.INTEGRATION: LEADERS,
    User.Role.MARKETER: (
        "leads",
        "mqls",
        "lead_conversion_rate",
        "lead_to_customer_rate",
        "cost_per_lead",
        "customer_acquisition_cost",
        "new_customers",
        "revenue",
    ),
    User.Role.REP: (
        "leads",
        "sqls",
        "lead_conversion_rate",
        "win_rate",
        "revenue",
        "orders",
        "average_order_value",
        "new_customers",
    ),
    User.Role.SUPPORT: (
        "mean_time_to_resolution",
        "csat",
        "nps",
        "churn_rate",
        "active_customers",
        "lost_customers",
        "reactivated_customers",
        "repeat_purchase_rate",
    ),
}
# What happened in a period: each step counts its own events.
FUNNEL_OF_PERIOD = ("leads", "mqls", "sqls", "lead_conversion_rate", "new_customers")
GROWTH = ("new_customers", "reactivated_customers", "lost_customers", "net_customer_growth")
# The same question asked of a period and of a cohort.
TWINS: Mapping[str, str] = {
    "lead_conversion_rate": "lead_conversion_rate_cohort",
    "lead_conversion_rate_cohort": "lead_conversion_rate",
}


def pinned(user: User, timing: Timing | None) -> list[Kpi]:
    """The cards of a user: their role's, and of one timing the rest of the catalogue until there are eight."""
    own = [CATALOGUE[key] for key in PINNED[User.Role.ADMIN if user.is_superuser else User.Role(user.role)]]
    if timing is None:
        return own
    others = [kpi for kpi in CATALOGUE.values() if kpi not in own]
    return [kpi for kpi in own + others if has_timing(kpi, timing)][:MOST_CARDS]


def has_timing(kpi: Kpi, timing: Timing | None) -> bool:
    return timing is None or kpi.timing in (timing, Timing.BOTH)
