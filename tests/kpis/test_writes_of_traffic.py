"""Every road by which visits, posts, carts and invitations change: each must reach the figures that count them."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection

from campaigns.models import Campaign, Channel, PageView, Session, SocialNetwork, SocialPost
from crm.models import Team, User
from customers.models import Cart, Customer, Invitation, Survey, Ticket
from kpis.definitions import Dimension
from kpis.engine import drain, is_clean
from tests.factories.campaigns import make_channel, make_landing_page, make_post, make_session
from tests.factories.customers import make_cart, make_customer, make_invitation, make_product
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW
from tests.kpis.writing import assert_reached, rows, save, sql

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MEHR, SHAHRIVAR, DAY = tehran(2025, 9, 25), tehran(2025, 8, 25), timedelta(days=1)
SESSIONS = ("sessions", "pages_per_session", "site_engagement_rate")


@dataclass
class Site:
    """One of everything."""

    channels: list[Channel]
    campaign: Campaign
    users: list[User]
    session: Session
    post: SocialPost
    cart: Cart
    late: Cart
    customer: Customer
    ticket: Ticket
    invitation: Invitation


def make_site():
    channels = [make_channel(), make_channel(kind="social")]
    campaign = Campaign.objects.create(name="Spring", channel=channels[0])
    users = [User.objects.create_user(f"{name}@example.com", team=Team.objects.create(name=name)) for name in ("east", "west")]
    session = make_session(paths=("/a", "/b"), started_at=MEHR, channel=channels[0], landing_page=make_landing_page())
    make_session(started_at=SHAHRIVAR)
    post = make_post(posted_at=MEHR, reach=100, likes=7, campaign=campaign)
    customer = make_customer(owner=users[0])
    ticket = Ticket.objects.create(customer=customer, created_at=SHAHRIVAR, product=make_product())
    cart = make_cart(created_at=MEHR, customer=customer, channel=channels[0])
    late = make_cart(created_at=MEHR, completed_at=MEHR + 3 * DAY, customer=customer)
    invitation = make_invitation(customer=customer, ticket=ticket, delivered_at=MEHR, answered_at=MEHR + DAY)
    return Site(channels, campaign, users, session, post, cart, late, customer, ticket, invitation)


@pytest.fixture(scope="module")
def drained_site(once):
    site = make_site()
    drain(at=NOW)
    return site


@pytest.fixture
def site(drained_site):
    """For one test, which may change both the rows and what it holds in its hands."""
    return deepcopy(drained_site)


def merge_sessions(site):
    with connection.cursor() as cursor:
        cursor.execute(
            "MERGE INTO campaigns_session s USING campaigns_channel c ON c.id = s.channel_id"
            " WHEN MATCHED THEN UPDATE SET started_at = s.started_at - interval '40 days'"
        )


def copy_sessions(site):
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY campaigns_session (visitor, started_at, referrer, is_bot, view_count) FROM STDIN") as stream,
    ):
        stream.write_row(["v", "2025-03-20 23:59:00+03:30", "", False, 0])


# name: (write, KPIs that must change, the dimension by which the change shows)
WRITES = {
    "session on another day": (rows(Session, started_at=tehran(2025, 7, 1)), SESSIONS, None),
    "sessions in bulk": (
        lambda _: Session.objects.bulk_create(Session(started_at=MEHR, converted_at=MEHR) for _ in range(3)),
        SESSIONS,
        None,
    ),
    "more sessions than are named": (
        lambda _: Session.objects.bulk_create(Session(started_at=MEHR) for _ in range(30)),
        SESSIONS,
        None,
    ),
    "sessions copied in": (copy_sessions, SESSIONS[:1], None),
    "sessions merged by SQL": (merge_sessions, SESSIONS[:1], Dimension.CHANNEL),
    "session is a robot's": (rows(Session, is_bot=True), SESSIONS, None),
    "session of another channel": (
        lambda s: save(s.session, channel=s.channels[1]),
        ("sessions", "social_sessions", "social_session_share"),
        Dimension.CHANNEL,
    ),
    "session of a network": (
        lambda s: save(s.session, social_network=SocialNetwork.objects.create(slug="net", name="Net")),
        SESSIONS,
        Dimension.SOCIAL_NETWORK,
    ),
    "session landed elsewhere": (
        lambda s: save(s.session, landing_page=make_landing_page()),
        ("sessions", "site_engagement_rate"),
        Dimension.LANDING_PAGE,
    ),
    "session stayed": (
        lambda s: (PageView.objects.all().delete(), save(s.session, view_count=0, ended_at=MEHR + DAY)),
        ("pages_per_session",),
        None,
    ),
    "session had an end and no pages": (
        lambda _: Session.objects.filter(channel=None).update(ended_at=SHAHRIVAR + timedelta(seconds=11)),
        ("site_engagement_rate",),
        None,
    ),
    "one more page": (
        lambda s: PageView.objects.create(session=s.session, path="/c", at=MEHR),
        ("pages_per_session",),
        Dimension.CHANNEL,
    ),
    "pages deleted": (
        lambda _: PageView.objects.all().delete(),
        ("pages_per_session", "site_engagement_rate"),
        None,
    ),
    "pages truncated": (sql("TRUNCATE campaigns_pageview"), ("pages_per_session", "site_engagement_rate"), None),
    "session deleted": (lambda s: s.session.delete(), SESSIONS, None),
    "sessions truncated": (sql("TRUNCATE campaigns_session CASCADE"), SESSIONS[:1], None),
    "channel is a network's": (
        lambda s: save(s.channels[0], kind="social"),
        ("social_sessions", "social_session_share"),
        None,
    ),
    "channel is organic search": (lambda s: save(s.channels[0], slug="organic-search"), ("organic_sessions",), None),
    "post got more": (
        rows(SocialPost, shares=3),
        ("social_engagement_rate", "social_engagement_rate_per_post"),
        Dimension.SOCIAL_NETWORK,
    ),
    "post reached nobody": (rows(SocialPost, reach=0), ("social_engagement_rate", "social_engagement_rate_per_post"), None),
    "post on another day": (rows(SocialPost, posted_at=SHAHRIVAR), ("social_engagement_rate",), None),
    "post of no campaign": (rows(SocialPost, campaign=None), ("social_engagement_rate",), Dimension.CAMPAIGN),
    "campaign of a post on another channel": (
        lambda s: save(s.campaign, channel=s.channels[1]),
        ("social_engagement_rate",),
        Dimension.CHANNEL,
    ),
    "post deleted": (lambda s: s.post.delete(), ("social_engagement_rate",), None),
    "cart completed in time": (lambda s: save(s.cart, completed_at=MEHR + DAY), ("cart_abandonment_rate",), None),
    "cart completed too late": (lambda s: save(s.cart, completed_at=MEHR + 2 * DAY), ("recovered_carts",), None),
    "cart begun later": (rows(Cart, created_at=MEHR + 2 * DAY), ("cart_abandonment_rate", "recovered_carts"), None),
    "cart in another month": (rows(Cart, created_at=SHAHRIVAR), ("cart_abandonment_rate",), None),
    "cart of another channel": (
        rows(Cart, channel=None),
        ("cart_abandonment_rate",),
        Dimension.CHANNEL,
    ),
    "cart's visitor came from a channel": (
        lambda s: (
            save(s.cart, channel=None, visitor="v"),
            drain(at=NOW),
            make_session(visitor="v", started_at=MEHR - DAY, channel=s.channels[1]),
        ),
        ("cart_abandonment_rate",),
        Dimension.CHANNEL,
    ),
    "cart's customer is a test": (rows(Customer, is_test=True), ("cart_abandonment_rate", "recovered_carts"), None),
    "cart deleted": (lambda s: s.late.delete(), ("cart_abandonment_rate", "recovered_carts"), None),
    "carts truncated": (sql("TRUNCATE customers_cart"), ("cart_abandonment_rate",), None),
    "invitation not answered": (rows(Invitation, answered_at=None), ("survey_response_rate",), None),
    "invitation arrived earlier": (rows(Invitation, delivered_at=SHAHRIVAR), ("survey_response_rate",), None),
    "invitation never arrived": (rows(Invitation, delivered_at=None), ("survey_response_rate",), None),
    "invitation to another survey": (
        lambda s: save(s.invitation, survey=Survey.objects.get(slug="csat")),
        ("survey_response_rate",),
        Dimension.SURVEY,
    ),
    "ticket of an invitation is about another product": (
        lambda s: save(s.ticket, product=make_product()),
        ("survey_response_rate",),
        Dimension.PRODUCT,
    ),
    "customer asked is another's": (
        lambda s: save(s.customer, owner=s.users[1]),
        ("survey_response_rate",),
        Dimension.OWNER,
    ),
    "customer asked is spam": (rows(Customer, is_spam=True), ("survey_response_rate",), None),
    "invitation of another customer": (
        lambda s: save(s.invitation, customer=make_customer(owner=s.users[1])),
        ("survey_response_rate",),
        Dimension.TEAM,
    ),
    "invitation deleted": (lambda s: s.invitation.delete(), ("survey_response_rate",), None),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_write_reaches_the_figures_that_count_it(site, name):
    assert_reached(site, *WRITES[name])


@pytest.mark.parametrize(
    "write",
    [
        rows(Session, referrer="https://example.com"),
        rows(SocialPost, url="https://example.com/p"),
        rows(SocialPost, impressions=9),
        rows(Cart, amount=7),
        rows(Channel, name="Another"),
    ],
    ids=["referrer", "address", "impressions", "amount", "name"],
)
def test_what_no_figure_counts_makes_nothing_dirty(site, write):
    write(site)

    assert is_clean()
