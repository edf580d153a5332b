"""Sessions and social posts: traffic is written by integrations, and read by those who look at the whole."""

from __future__ import annotations

from msgspec import Struct

from campaigns.models import Session, SocialPost
from campaigns.services import write_sessions, write_social_posts
from campaigns.services.inputs import SessionIn, SocialPostIn
from crm.api.output import Column, Output, shown
from crm.api.resource import Resource, equals, moment, refers
from crm.inputs.caller import Caller
from crm.permissions import may_see_traffic


class PageViewOut(Struct):
    path: str
    at: str


def views_of(session: Session, caller: Caller) -> list[PageViewOut]:
    return [PageViewOut(view.path, shown(view.at, caller)) for view in session.page_views.all()]


def variant_of(session: Session, _caller: Caller) -> str | None:
    return session.variant.key if session.variant else None


SESSIONS = Resource(
    name="sessions",
    model=Session,
    struct=SessionIn,
    write=write_sessions,
    required=("started_at",),
    may_write=may_see_traffic,
    may_read=may_see_traffic,
    rows=lambda rows: rows.select_related("variant").prefetch_related("page_views"),
    output=Output(
        Session,
        [
            *("visitor", "started_at", "ended_at", "channel", "social_network", "landing_page", "campaign", "referrer", "utm"),
            *("converted_at", "is_bot", "is_engaged", "view_count"),
        ],
        [Column("variant", str | None, variant_of), Column("page_views", list[PageViewOut], views_of)],
    ),
    filters={
        "visitor": equals("visitor"),
        "channel": refers("channel", "slug"),
        "social_network": refers("social_network", "slug"),
        "landing_page": refers("landing_page", "url"),
        "campaign": refers("campaign"),
        "started_from": moment("started_from", "started_at__gte"),
        "started_before": moment("started_before", "started_at__lt"),
    },
)
SOCIAL_POSTS = Resource(
    name="social-posts",
    model=SocialPost,
    struct=SocialPostIn,
    write=write_social_posts,
    required=("social_network", "posted_at"),
    may_write=may_see_traffic,
    may_read=may_see_traffic,
    output=Output(
        SocialPost,
        ["social_network", "campaign", "posted_at", "url", "reach", "impressions", "likes", "comments", "shares"],
    ),
    filters={
        "social_network": refers("social_network", "slug"),
        "campaign": refers("campaign"),
        "posted_from": moment("posted_from", "posted_at__gte"),
        "posted_before": moment("posted_before", "posted_at__lt"),
    },
)
