"""What an API token may do: to read or to write one kind of record, in words for whoever chooses among them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

EVERYTHING = "*"
VERBS: Mapping[str, Promise] = MappingProxyType({"read": _("read"), "write": _("write")})
GROUPS: tuple[tuple[Promise, Mapping[str, Promise]], ...] = (
    (
        _("Leads and sales"),
        {"leads": _("Leads"), "opportunities": _("Opportunities"), "activities": _("Activities"), "quotes": _("Quotes")},
    ),
    (
        _("Customers and orders"),
        {
            "customers": _("Customers"),
            "orders": _("Orders"),
            "carts": _("Carts"),
            "contracts": _("Contracts"),
            "products": _("Products"),
        },
    ),
    (
        _("Support and surveys"),
        {
            "tickets": _("Tickets"),
            "surveys": _("Surveys"),
            "survey-answers": _("Answers to surveys"),
            "survey-invitations": _("Invitations to surveys"),
            "survey-skips": _("Surveys not sent"),
        },
    ),
    (
        _("Marketing"),
        {
            "campaigns": _("Campaigns"),
            "channels": _("Channels"),
            "lead-sources": _("Lead sources"),
            "landing-pages": _("Landing pages"),
            "sessions": _("Sessions"),
            "social-networks": _("Social networks"),
            "social-posts": _("Posts"),
            "expenses": _("Expenses"),
        },
    ),
    (
        _("Figures"),
        {"kpis": _("KPIs"), "targets": _("Targets"), "alerts": _("Alerts"), "annotations": _("Notes on trends")},
    ),
    (_("Who works here"), {"users": _("People"), "teams": _("Teams")}),
)
RESOURCES: Mapping[str, Promise] = MappingProxyType({name: label for _title, group in GROUPS for name, label in group.items()})
ONLY_READ = frozenset({"kpis:write", "teams:write", "users:write", "survey-skips:write"})
SCOPES = frozenset(f"{resource}:{verb}" for resource in RESOURCES for verb in VERBS) - ONLY_READ | {EVERYTHING}


def scopes_of(resource: str) -> dict[str, Promise]:
    """Those of one kind of record, with the word for what each allows."""
    scopes = {f"{resource}:{verb}": word for verb, word in VERBS.items()}
    return {scope: word for scope, word in scopes.items() if scope in SCOPES}


def in_words(scopes: Collection[str]) -> list[str]:
    """“Orders: read and write”, in the order in which they are chosen."""
    if EVERYTHING in scopes:
        return [gettext("Everything that the account may do")]
    both = gettext("read and write")
    chosen = ((label, [word for scope, word in scopes_of(name).items() if scope in scopes]) for name, label in RESOURCES.items())
    return [f"{label}: {both if len(words) > 1 else words[0]}" for label, words in chosen if words]
