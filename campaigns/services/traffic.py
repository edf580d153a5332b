"""Sessions and social posts as integrations write them: set-wise."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from msgspec import UNSET

from campaigns.models import Campaign, LandingPage, PageView, Session, SocialPost, Variant
from campaigns.services.bulk import CHANNEL, SOCIAL_NETWORK
from campaigns.services.inputs import SessionIn, SocialPostIn
from campaigns.services.touches import Visit, derive_visits, host_of
from crm.inputs.caller import Caller
from crm.inputs.items import Item, sound
from crm.inputs.parts import Parts, replace_parts
from crm.inputs.references import Target
from crm.inputs.upsert import Recipe, upsert

MOST_PATH = 500
VIEWS = Parts(PageView, "session", ("path", "at"), order=("at", "id"))


def complete_sessions(items: list[Item], caller: Caller) -> None:
    addresses = dict(LandingPage.objects.values_list("url", "pk"))
    for item in items:
        values, row = item.values, item.row
        if "started_at" in values:
            values["created_at"] = values["started_at"]
        if values.get("referrer"):
            values["referrer"] = values["referrer"][:MOST_PATH]
        item.keep("channel_id", "campaign_id", "social_network_id", "landing_page_id")
        views = views_of(item)
        if row is None:
            values["view_count"] = len(views)
            if values.get("ended_at") is None and views:
                values["ended_at"] = max(view["at"] for view in views)
        if values.get("landing_page_id", getattr(row, "landing_page_id", None)) is None and item.data.page_views:
            first = min(item.data.page_views, key=lambda view: view.at or values.get("started_at") or row.started_at)
            values["landing_page_id"] = page_at(first.path, addresses)
    set_variants(items)
    new = [item for item in sound(items) if item.row is None]
    derive_visits(
        [Visit(item.values, item.data.utm or None, item.values.get("referrer") or "") for item in new],
        {host_of(address) for address in addresses},
    )


def page_at(path: str, addresses: dict[str, int]) -> int | None:
    """The landing page at an address, or the only one with that path."""
    if path in addresses:
        return addresses[path]
    found = [pk for address, pk in addresses.items() if path_of(address) == path_of(path)]
    return found[0] if len(found) == 1 else None


def path_of(address: str) -> str:
    """The path alone: what follows `?` and `#` makes no other page."""
    try:
        return (urlsplit(address).path or "/")[:MOST_PATH]
    except ValueError:
        return address[:MOST_PATH]


def views_of(item: Item) -> list[dict[str, Any]]:
    started: datetime = item.values.get("started_at") or item.row.started_at
    views = [{"path": path_of(view.path), "at": view.at or started} for view in item.data.page_views or []]
    return sorted(views, key=lambda view: view["at"])


def set_variants(items: list[Item]) -> None:
    """The variant of the session's own landing page, by its key."""
    sent = [item for item in items if item.data.variant is not UNSET]
    pages = {item: item.values.get("landing_page_id", getattr(item.row, "landing_page_id", None)) for item in sent}
    rows = Variant.objects.filter(landing_page__in={page for page in pages.values() if page}) if sent else []
    known = {(variant.landing_page_id, variant.key): variant.pk for variant in rows}
    for item, page in pages.items():
        item.values["variant_id"] = known.get((page, item.data.variant)) if item.data.variant else None
        if item.data.variant and item.values["variant_id"] is None:
            item.refuse("/variant", "invalid-reference")


def complete_posts(items: list[Item], caller: Caller) -> None:
    for item in items:
        if "posted_at" in item.values:
            item.values["created_at"] = item.values["posted_at"]


SESSIONS = Recipe(
    model=Session,
    struct=SessionIn,
    references={
        "channel": CHANNEL,
        "social_network": SOCIAL_NETWORK,
        "landing_page": Target(LandingPage, natural="url"),
        "campaign": Target(Campaign),
    },
    required=("started_at",),
    apart=frozenset({"page_views", "variant"}),
    history=("created_at", "started_at", "ended_at", "converted_at"),
    completes=complete_sessions,
)
POSTS = Recipe(
    model=SocialPost,
    struct=SocialPostIn,
    references={"social_network": SOCIAL_NETWORK, "campaign": Target(Campaign)},
    required=("social_network", "posted_at"),
    history=("created_at", "posted_at"),
    completes=complete_posts,
)


def write_sessions(items: list[Item], caller: Caller) -> None:
    upsert(SESSIONS, items, caller)
    sent = [item for item in items if item.pk and not item.failures and item.data.page_views is not UNSET]
    replace_parts(VIEWS, sent, {item.index: views_of(item) for item in sent})


def write_social_posts(items: list[Item], caller: Caller) -> None:
    upsert(POSTS, items, caller)
