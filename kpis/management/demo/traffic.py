"""Who came to the site of the demo company: sessions, carts, and what was posted about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from campaigns.models import Campaign, Channel, LandingPage, PageView, Session, SocialPost, Variant
from crm.inputs.columns import insert_rows
from customers.models import Cart, Order
from kpis.management.demo.names import DEMO, DOMAIN, PATHS, SALE, TRAFFIC, VARIANTS
from kpis.management.demo.people import Crowd, campaign_on
from kpis.management.demo.reference import Frame
from kpis.management.demo.story import Story
from leads.models import Lead

SESSIONS, POSTS, ABANDONED = 4_500, 220, 2_600
RETURNING, BOTS, ONE_PAGE = 0.25, 0.04, 0.42
# the share of orders that came out of a cart, and of those that lay for more than a day
OF_A_CART, RECOVERED = 0.6, 0.06
TEST_MONTHS = 6
# Visits that an advertisement sends to a page whose new form hardly anybody gets through, and since how many days.
RUSH, RUSH_DAYS = 900, 40


class Arrival(NamedTuple):
    """A visit before it is a row."""

    visitor: str
    at: datetime
    channel: Channel
    page: LandingPage | None
    campaign: Campaign | None = None
    lead: Lead | None = None


def make_sessions(story: Story, frame: Frame, crowd: Crowd) -> list[Session]:
    """The visits that made the leads of the site, and many that made nothing."""
    variants = make_variants(frame)
    arrivals = [arrival_of(lead) for lead in crowd.leads if lead.visitor]
    arrivals += [arrival_on(story, frame, number, moment) for number, moment in enumerate(moments(story, SESSIONS))]
    arrivals = come_again(story, sorted(arrivals, key=lambda each: (each.at, each.visitor)))
    sessions, views = [], []
    for number, arrival in enumerate(arrivals):
        session = session_of(story, frame, number, arrival, variants)
        views += views_of(story, session)
        sessions.append(session)
    insert_rows(sessions)
    insert_rows(views)
    return sessions


def moments(story: Story, count: int) -> list[datetime]:
    return [story.moment(day) for day in story.busy_days(count)]


def make_variants(frame: Frame) -> dict[str, Variant]:
    page = frame.pages["start"]
    levers = ("", Variant.Lever.CTA_COLOUR)
    rows = zip(VARIANTS, levers, strict=True)
    return {key: Variant.objects.create(landing_page=page, key=key, name=name, lever=lever) for (key, name), lever in rows}


def arrival_of(lead: Lead) -> Arrival:
    """The visit in which somebody left their name; it began a few minutes before."""
    minutes = 2 + int(lead.visitor.rpartition("-")[2]) % 7
    at = lead.created_at - timedelta(minutes=minutes)
    return Arrival(lead.visitor, at, lead.channel, lead.landing_page, lead.campaign, lead)


def arrival_on(story: Story, frame: Frame, number: int, at: datetime) -> Arrival:
    slug = story.one_of([row[0] for row in TRAFFIC], [row[1] for row in TRAFFIC])
    campaign, page, _ = campaign_on(story, frame, slug, at.astimezone(story.zone).date())
    landed = frame.pages[page] if campaign or story.happens(0.4) else None
    return Arrival(f"{DEMO}-visitor-{number}", at, frame.channels[slug], landed, campaign)


def come_again(story: Story, arrivals: list[Arrival]) -> list[Arrival]:
    """Some of those without a name have been here before, as have some who left theirs."""
    known: list[str] = []
    found = []
    for arrival in arrivals:
        is_back = known and arrival.lead is None and story.happens(RETURNING)
        visitor = story.one_of(known[-400:]) if is_back else arrival.visitor
        known.append(visitor)
        found.append(arrival._replace(visitor=visitor))
    return found


def session_of(story: Story, frame: Frame, number: int, arrival: Arrival, variants: dict[str, Variant]) -> Session:
    count = 1 if arrival.lead is None and story.happens(ONE_PAGE) else story.rng.randint(2, 7)
    stay = timedelta(seconds=story.rng.randint(2, 9) if count == 1 else 35 * count + story.rng.randint(0, 90))
    is_tested = arrival.page == frame.pages["start"] and arrival.at.date() >= story.months[-TEST_MONTHS].start
    lead = arrival.lead
    return Session(
        visitor=arrival.visitor, started_at=arrival.at, created_at=arrival.at, channel=arrival.channel, campaign=arrival.campaign,
        ended_at=min(lead.created_at if lead else arrival.at + stay, story.now), landing_page=arrival.page, view_count=count,
        variant=variants[variant_of(arrival)] if is_tested else None, converted_at=lead.created_at if lead else None,
        social_network=lead.social_network if lead else network_of(story, frame, arrival.channel),
        is_bot=lead is None and story.happens(BOTS), source=DEMO, external_id=f"session-{number}",
    )  # fmt: skip


def variant_of(arrival: Arrival) -> str:
    """The same visitor always sees the same one; the second one wins more of them over."""
    number = int(arrival.visitor.rpartition("-")[2])
    return "b" if number % 20 < (12 if arrival.lead else 10) else "a"


def network_of(story: Story, frame: Frame, channel: Channel) -> object:
    return story.one_of(frame.networks) if channel.kind == Channel.Kind.SOCIAL else None


def views_of(story: Story, session: Session) -> list[PageView]:
    number = int(session.external_id.rpartition("-")[2])
    # A third of those who come by themselves enter somewhere inside.
    elsewhere = PATHS[number % 5] if number % 3 == 0 else "/"
    first = session.landing_page.url.removeprefix(f"https://shop.{DOMAIN}") if session.landing_page else elsewhere
    paths = [first, *(story.one_of(PATHS) for _ in range(session.view_count - 1))]
    step = (session.ended_at - session.started_at) / max(len(paths), 1)
    return [PageView(session=session, path=path, at=session.started_at + step * number) for number, path in enumerate(paths)]


def make_rush(story: Story, frame: Frame) -> list[Session]:
    """Many come to the page of the sale and leave no name: its conversion drops, and the alarm of landing pages rings."""
    page, campaign = frame.pages["sale"], frame.campaigns[SALE]
    sessions, views = [], []
    for number in range(RUSH):
        at = story.moment(story.today - timedelta(days=story.rng.randrange(RUSH_DAYS)))
        arrival = Arrival(f"{DEMO}-rush-{number}", at, frame.channels["social"], page, campaign)
        session = session_of(story, frame, number, arrival, {})
        session.external_id = f"rush-{number}"
        views += views_of(story, session)
        sessions.append(session)
    insert_rows(sessions)
    insert_rows(views)
    return sessions


def make_carts(story: Story, orders: list[Order], sessions: list[Session]) -> list[Cart]:
    """Those that became orders, a few of them a day late, and those that nobody came back for."""
    carts = [ordered(story, order) for order in orders if story.happens(OF_A_CART)]
    shoppers = [session for session in sessions if session.view_count > 2 and not session.is_bot]
    carts += [abandoned(story, session) for session in story.rng.sample(shoppers, k=min(ABANDONED, len(shoppers)))]
    for number, cart in enumerate(carts):
        cart.source, cart.external_id = DEMO, f"cart-{number}"
    insert_rows(carts)
    return carts


def ordered(story: Story, order: Order) -> Cart:
    is_late = story.happens(RECOVERED)
    waited = timedelta(hours=story.rng.randint(26, 90)) if is_late else timedelta(minutes=story.rng.randint(4, 50))
    return Cart(
        customer=order.customer, channel=order.customer.channel, order=order, amount=order.net_amount,
        created_at=order.placed_at - waited, completed_at=order.placed_at,
    )  # fmt: skip


def abandoned(story: Story, session: Session) -> Cart:
    return Cart(
        visitor=session.visitor, channel=session.channel, amount=Decimal(story.rng.randint(20, 400)) * 100_000,
        created_at=min(session.started_at + timedelta(minutes=2), session.ended_at),
    )  # fmt: skip


def make_posts(story: Story, frame: Frame) -> list[SocialPost]:
    """Their reach grows with the company; a campaign's posts name it."""
    rows = []
    for number, at in enumerate(moments(story, POSTS)):
        day = at.astimezone(story.zone).date()
        reach = int((900 + 2_200 * (day - story.first_day).days / max(len(story.days), 1)) * story.rng.lognormvariate(0, 0.5))
        likes = round(reach * story.rng.uniform(0.015, 0.06))
        comments, shares = round(likes * story.rng.uniform(0.05, 0.2)), round(likes * story.rng.uniform(0, 0.1))
        rows.append(
            SocialPost(
                social_network=story.one_of(frame.networks), campaign=campaign_on(story, frame, "social", day)[0], posted_at=at,
                created_at=at, url=f"https://social.{DOMAIN}/p/{number}", reach=reach, impressions=round(reach * 1.4),
                likes=likes, comments=comments, shares=shares, source=DEMO, external_id=f"post-{number}",
            )
        )  # fmt: skip
    insert_rows(rows)
    return rows
