"""The traffic, carts, posts and invitations of the three years (tests/factories/kpis.py), and what is edited of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from campaigns.models import Campaign, Channel, PageView, Session, SocialPost, Variant
from customers.models import Cart, Customer, Invitation, Ticket
from leads.models import Lead

if TYPE_CHECKING:
    from tests.factories.history import History

DAY = timedelta(days=1)
# Of a stay the seconds: none, up to the ten that do not count, just beyond, and long.
STAYS = (None, timedelta(0), timedelta(seconds=10), timedelta(seconds=10, microseconds=1), timedelta(minutes=4))
# After how long a cart is completed: at once, on the last moment of the first day, just beyond, later, never.
WAITS = (timedelta(minutes=20), DAY, DAY + timedelta(microseconds=1), 9 * DAY, None, None)


def make_traffic(past: History) -> None:
    """With dice of their own, so that the rest stays as it was."""
    past = replace(past, dice=Random(1404))
    make_sessions(past)
    make_posts(past)
    make_carts(past)
    make_invitations(past)


def make_sessions(past: History, count: int = 500) -> None:
    """With 0 to 3 pages; some visitors come often, some have no name, some are robots, some convert."""
    dice = past.dice
    variants = Variant.objects.bulk_create(Variant(landing_page=page, key=key) for page in past.pages for key in "ab")
    sessions = []
    for _ in range(count):
        at, stay, page = past.moment(), dice.choice(STAYS), past.maybe(past.pages)
        sides = {"channel": past.maybe(past.channels), "social_network": past.maybe(past.networks)}
        sides |= {"campaign": past.maybe(past.campaigns), "landing_page": page}
        if page and dice.random() < 0.5:
            sides["variant"] = dice.choice([variant for variant in variants if variant.landing_page_id == page.pk])
        sessions.append(
            Session(
                visitor=f"v{dice.randint(1, 150)}" if dice.random() < 0.9 else "",
                started_at=at,
                ended_at=at + stay if stay is not None else None,
                converted_at=past.later(at, 3, 0.1),
                is_bot=dice.random() < 0.08,
                **sides,
            )
        )
    Session.objects.bulk_create(sessions)
    PageView.objects.bulk_create(
        PageView(session=session, path=f"/{page}", at=session.started_at)
        for session in sessions
        for page in range(dice.choice([0, 1, 1, 2, 3]))
    )


def make_posts(past: History, count: int = 140) -> None:
    dice, posts = past.dice, []
    for i in range(count):
        reach = 0 if i % 20 == 0 else dice.randint(1, 9000)
        counts = {"likes": dice.randint(0, 300), "comments": dice.randint(0, 40), "shares": dice.randint(0, 20)}
        sides = {"social_network": dice.choice(past.networks), "campaign": past.maybe(past.campaigns)}
        posts.append(SocialPost(posted_at=past.moment(), reach=reach, **counts, **sides))
    SocialPost.objects.bulk_create(posts)


def make_carts(past: History, count: int = 260) -> None:
    dice, carts = past.dice, []
    for _ in range(count):
        at, wait = past.moment(), dice.choice(WAITS)
        sides = {"customer": past.maybe(past.customers), "channel": past.maybe(past.channels)}
        visitor = f"v{dice.randint(1, 150)}" if dice.random() < 0.6 else ""
        carts.append(Cart(created_at=at, completed_at=at + wait if wait else None, visitor=visitor, amount=1000, **sides))
    Cart.objects.bulk_create(carts)


def make_invitations(past: History, count: int = 220) -> None:
    dice, invitations, tickets = past.dice, [], list(Ticket.objects.order_by("pk"))
    for _ in range(count):
        at = past.moment()
        delivered = past.later(at, 2, 0.9)
        asked = {"survey": dice.choice(past.surveys), "customer": dice.choice(past.customers), "ticket": past.maybe(tickets[:40])}
        invitations.append(
            Invitation(
                created_at=at,
                delivered_at=delivered,
                answered_at=past.later(delivered, 40, 0.4) if delivered else None,
                **asked,
            )
        )
    Invitation.objects.bulk_create(invitations)


def edit_traffic(past: History) -> None:
    """Sessions that move, grow, turn out to be robots and go; channels that become others; carts and invitations too."""
    past = replace(past, dice=Random(1405))
    make_sessions_move()
    make_carts(past, count=30)
    Channel.objects.filter(pk=past.channels[2].pk).update(kind="social")
    Channel.objects.filter(pk=past.channels[0].pk).update(slug="organic-search")
    for post in SocialPost.objects.order_by("pk")[::7]:
        SocialPost.objects.filter(pk=post.pk).update(posted_at=post.posted_at - 40 * DAY, likes=post.likes + 5, reach=5000)
    SocialPost.objects.order_by("pk").first().delete()
    Campaign.objects.filter(pk=past.campaigns[1].pk).update(channel=past.channels[1])
    for cart in Cart.objects.order_by("pk")[::9]:
        Cart.objects.filter(pk=cart.pk).update(completed_at=cart.created_at + 3 * DAY, channel=past.channels[1])
    Cart.objects.filter(pk__in=list(Cart.objects.order_by("pk").values_list("pk", flat=True)[::23])).delete()
    Invitation.objects.filter(answered_at__isnull=False, survey=past.surveys[1]).update(answered_at=None)
    Invitation.objects.filter(ticket__isnull=True, survey=past.surveys[2]).update(customer=past.customers[5])
    for ticket in Ticket.objects.order_by("pk")[:20]:
        Ticket.objects.filter(pk=ticket.pk).update(product=past.products[2])
    Customer.objects.filter(pk=past.customers[6].pk).update(owner=past.users[3])
    for lead in Lead.objects.order_by("pk")[::5]:
        Lead.objects.filter(pk=lead.pk).update(visitor=f"v{lead.pk % 150}")


def make_sessions_move() -> None:
    keys = list(Session.objects.order_by("pk").values_list("pk", flat=True))
    for session in Session.objects.filter(pk__in=keys[::11]):
        Session.objects.filter(pk=session.pk).update(started_at=session.started_at - 3 * DAY, landing_page=None, variant=None)
    Session.objects.filter(pk__in=keys[::17]).update(is_bot=True)
    PageView.objects.filter(session__in=keys[::13]).delete()
    PageView.objects.bulk_create(
        PageView(session_id=key, path="/more", at=Session.objects.get(pk=key).started_at) for key in keys[::19]
    )
    Session.objects.filter(pk__in=keys[::29]).delete()
