"""Which KPIs stand on whose dashboard: eight that answer "are we all right?", the rest one look further down."""

from __future__ import annotations

from collections.abc import Mapping

from crm.models import User
from kpis.catalogue import CATALOGUE
from kpis.definitions import Kpi, Timing, is_hidden
from kpis.models import Pins

MOST_CARDS = 8
MOST_PINS = 12
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
FUNNEL_OF_PERIOD = ("leads", "mqls", "sqls", "lead_conversion_rate", "quotes_issued", "quote_to_invoice_rate", "new_customers")
GROWTH = ("new_customers", "reactivated_customers", "lost_customers", "net_customer_growth")
# The same question, asked of what happened in a period and of those who entered in it; by either of the two.
TWINS: Mapping[str, tuple[str, str]] = {
    key: pair
    for pair in (("lead_conversion_rate", "lead_conversion_rate_cohort"), ("win_rate", "win_rate_cohort"))
    for key in pair
}


def usual(user: User) -> list[Kpi]:
    """The cards of a user's role."""
    return [CATALOGUE[key] for key in PINNED[User.Role.ADMIN if user.is_superuser else User.Role(user.role)]]


def own(user: User) -> list[Kpi]:
    """The cards a user has pinned, but for what their role has stopped to see; else those of the role."""
    pins = Pins.objects.visible_to(user).first()
    found = [CATALOGUE[key] for key in (pins and pins.kpis) or () if key in CATALOGUE]
    return [kpi for kpi in found if not is_hidden(kpi, user)] or usual(user)


def pinned(user: User, timing: Timing | None) -> list[Kpi]:
    """The cards of a user, and of one timing the rest of the catalogue until there are eight."""
    chosen = own(user)
    if timing is None:
        return chosen
    timed = [kpi for kpi in chosen if has_timing(kpi, timing)]
    others = [kpi for kpi in CATALOGUE.values() if kpi not in chosen and has_timing(kpi, timing)]
    return timed + others[: max(MOST_CARDS - len(timed), 0)]


def has_timing(kpi: Kpi, timing: Timing | None) -> bool:
    return timing is None or kpi.timing in (timing, Timing.BOTH)
