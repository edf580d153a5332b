"""Where one can go. What a reader may not open is absent, not grey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import User
from crm.permissions import (
    may_enter,
    may_keep_reference_data,
    may_manage_people,
    may_open_screens,
    may_see_costs,
    may_see_traffic,
    may_sell,
)


@dataclass(frozen=True)
class Entry:
    """`target` is a URL name, or a path for pages of an app that names them itself."""

    label: Promise
    icon: str
    target: str
    prefixes: tuple[str, ...]
    is_for: Callable[[User], bool]


@dataclass(frozen=True)
class Item:
    label: Promise
    icon: str
    url: str
    is_current: bool
    hint: str = ""


# Where the pages of figures are.
OF_KPIS = ("/kpis/", "/targets/", "/reports/", "/alerts/", "/reviews/", "/annotations/", "/lists/")
ENTRIES = (
    Entry(_("Today"), "house", "leads:today", ("/today/", "/activities/"), may_sell),
    Entry(_("Leads"), "users", "leads:lead-list", ("/leads/",), may_sell),
    Entry(_("Pipeline"), "kanban", "leads:opportunity-board", ("/pipeline/", "/opportunities/", "/quotes/"), may_sell),
    Entry(_("Customers"), "building-2", "customers:customer-list", ("/customers/", "/contracts/"), may_enter),
    Entry(_("Orders"), "package", "customers:order-list", ("/orders/", "/products/"), may_enter),
    Entry(_("Campaigns"), "megaphone", "/campaigns/", ("/campaigns/",), may_see_traffic),
    Entry(_("KPIs"), "gauge", "/kpis/", OF_KPIS, may_enter),
    Entry(_("Dashboards"), "layout-dashboard", "/kpis/dashboards/", ("/kpis/dashboards/",), may_enter),
    Entry(_("Surveys"), "star", "customers:survey-list", ("/surveys/",), may_enter),
    Entry(_("Support"), "message-square", "customers:ticket-list", ("/tickets/",), may_enter),
    Entry(_("Settings"), "settings", "settings", ("/settings/", "/admin/"), may_manage_people),
)


# What one can begin from anywhere.
NEW = (
    Entry(_("New lead"), "user-plus", "leads:lead-create", (), may_sell),
    Entry(_("New opportunity"), "hand-coins", "leads:opportunity-create", (), may_sell),
    Entry(_("New order"), "package", "customers:order-create", (), may_enter),
    Entry(_("New task"), "calendar", "leads:task-create", (), may_sell),
    Entry(_("New customer"), "building-2", "customers:customer-create", (), may_enter),
    Entry(_("New ticket"), "message-square", "customers:ticket-create", (), may_enter),
    Entry(_("New product"), "package", "customers:product-create", (), may_keep_reference_data),
    Entry(_("New campaign"), "megaphone", "kpis:campaign-create", (), may_keep_reference_data),
    Entry(_("New expense"), "wallet", "campaigns:expense-create", (), may_see_costs),
)
# Pages that stand in no menu of their own.
OTHERS = (
    Entry(_("KPI catalogue"), "list", "kpis:catalogue", (), may_enter),
    Entry(_("New dashboard"), "layout-dashboard", "kpis:dashboard-create", (), may_enter),
    Entry(_("Cards of my overview"), "pin", "kpis:pins", (), may_enter),
    Entry(_("Reports"), "chart-column", "/reports/", (), may_enter),
    Entry(_("Campaign report card"), "megaphone", "kpis:campaigns-report", (), may_sell),
    Entry(_("Sales funnel"), "filter", "/kpis/funnel/", (), may_sell),
    Entry(_("Pipeline at the end of a day"), "kanban", "/reports/pipeline/", (), may_sell),
    Entry(_("Retention cohorts"), "table", "/kpis/cohorts/", (), may_enter),
    Entry(_("RFM"), "table", "kpis:rfm", (), may_enter),
    Entry(_("Lists of people"), "users", "leads:people-lists", (), may_enter),
    Entry(_("Targets"), "target", "/targets/", (), may_enter),
    Entry(_("Alerts"), "bell", "/alerts/", (), may_enter),
    Entry(_("Reviews"), "eye", "/reviews/", (), may_enter),
    Entry(_("Reports by e-mail"), "mail", "/reports/mail/", (), may_enter),
    Entry(_("Screens"), "monitor", "kpis:screens", (), may_open_screens),
    Entry(_("Change password"), "lock", "account_change_password", (), may_enter),
    Entry(_("Two-step sign-in"), "key-round", "mfa_index", (), may_enter),
)

# The lists that are settings, each with its own pages.
LISTS = (
    Entry(_("People"), "users", "people", (), may_manage_people),
    Entry(_("Teams"), "users", "teams", (), may_manage_people),
    Entry(_("Stages of the pipeline"), "kanban", "leads:stages", (), may_manage_people),
    Entry(_("Lead sources"), "flag", "campaigns:lead-source-list", (), may_manage_people),
    Entry(_("Channels"), "share-2", "campaigns:channel-list", (), may_manage_people),
    Entry(_("Social networks"), "share-2", "campaigns:social-network-list", (), may_manage_people),
    Entry(_("Campaigns"), "megaphone", "kpis:campaign-list", (), may_manage_people),
    Entry(_("Expenses"), "wallet", "campaigns:expense-list", (), may_see_costs),
    Entry(_("Products"), "package", "customers:product-list", (), may_enter),
    Entry(_("Product categories"), "tag", "customers:category-list", (), may_manage_people),
    Entry(_("Surveys"), "star", "customers:survey-list", (), may_manage_people),
    Entry(_("Holidays"), "calendar", "holidays", (), may_manage_people),
    Entry(_("Exchange rates"), "hand-coins", "exchange-rates", (), may_manage_people),
    Entry(_("API tokens"), "key-round", "tokens", (), may_manage_people),
    Entry(_("Sample data"), "package", "kpis:samples", (), may_manage_people),
    Entry(_("All settings"), "settings", "admin:index", (), may_manage_people),
)


def items_for(user: User, path: str) -> list[Item]:
    """The entries of the menu a user may open, with the one they are in."""
    return items_of(ENTRIES, user, path)


def items_of(entries: tuple[Entry, ...], user: User, path: str = "") -> list[Item]:
    """Those of the entries that a user may open and that answer."""
    allowed = [(entry, url_of(entry.target)) for entry in entries if entry.is_for(user)]
    # One entry may lie within another: the narrower one is where the reader is.
    nearest = max(
        (prefix for entry, url in allowed if url for prefix in entry.prefixes if path.startswith(prefix)), key=len, default=""
    )
    return [Item(entry.label, entry.icon, url, nearest in entry.prefixes) for entry, url in allowed if url]


@cache
def url_of(target: str) -> str:
    """The address behind a URL name or a path; empty where nothing answers there."""
    try:
        if target.startswith("/"):
            resolve(target)
            return target
        return reverse(target)
    except (NoReverseMatch, Resolver404):
        return ""


ON_PHONES = 4
# Where somebody lands: reps at their day, support at the requests, marketers at the campaigns, the others at the figures.
HOMES = {User.Role.REP: "leads:today", User.Role.SUPPORT: "customers:ticket-list", User.Role.MARKETER: "/campaigns/"}


def home_of(user: User) -> str:
    return url_of("/kpis/" if user.is_superuser else HOMES.get(User.Role(user.role), "/kpis/"))


def for_thumbs(items: list[Item], user: User) -> tuple[list[Item], list[Item]]:
    """What the bar at the bottom of a phone has room for, one's home first, and what is left for the menu."""
    home = home_of(user)
    ordered = sorted(items, key=lambda item: item.url != home)
    return ordered[:ON_PHONES], ordered[ON_PHONES:]
