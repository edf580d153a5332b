"""Channels, pages, sessions and posts."""

from datetime import UTC, datetime
from itertools import count

from campaigns.models import Channel, LandingPage, PageView, Session, SocialNetwork, SocialPost, Variant

NOON = datetime(2025, 10, 1, 12, tzinfo=UTC)
numbers = count(1)


def make_channel(**facts):
    number = next(numbers)
    return Channel.objects.create(**{"slug": f"channel-{number}", "name": f"Channel {number}", **facts})


def make_landing_page(variants=(), **facts):
    page = LandingPage.objects.create(**{"url": f"https://example.com/{next(numbers)}", **facts})
    Variant.objects.bulk_create(Variant(landing_page=page, key=key) for key in variants)
    return page


def make_session(paths=(), **facts):
    """A session with one page view per path, all at its start."""
    session = Session.objects.create(**{"started_at": NOON, **facts})
    PageView.objects.bulk_create(PageView(session=session, path=path, at=session.started_at) for path in paths)
    session.refresh_from_db()
    return session


def make_post(**facts):
    number = next(numbers)
    network = facts.pop("social_network", None) or SocialNetwork.objects.create(slug=f"network-{number}", name="Network")
    return SocialPost.objects.create(**{"social_network": network, "posted_at": NOON, **facts})
