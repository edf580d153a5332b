"""Whatever becomes of visits, posts, carts and invitations, in whatever order: the figures are those of the rows."""

from datetime import date, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, initialize, multiple

from campaigns.models import Campaign, Channel, PageView, Session, SocialNetwork, SocialPost
from crm.models import User
from customers.models import Cart, Customer, Invitation, Survey, Ticket
from leads.models import Lead
from tests.factories.campaigns import make_landing_page
from tests.factories.customers import make_contract, make_product
from tests.kpis.machine import Figures, moments, run, write
from tests.kpis.proof import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
KEYS = ["sessions", "organic_sessions", "social_session_share", "pages_per_session", "site_engagement_rate"]
KEYS += ["social_engagement_rate", "social_engagement_rate_per_post", "cart_abandonment_rate", "recovered_carts"]
KEYS += ["survey_response_rate", "landing_page_conversion_rate", "customer_engagement_rate"]

waits = st.sampled_from([None, timedelta(0), timedelta(seconds=11), timedelta(hours=24), timedelta(hours=25), timedelta(days=30)])
picks, few = st.integers(0, 2), st.integers(0, 3)


def after(at, wait):
    return None if wait is None else at + wait


class Site(Figures):
    keys = KEYS
    sessions, posts, carts, invitations = (Bundle(name) for name in ("sessions", "posts", "carts", "invitations"))

    @initialize()
    def begin(self):
        self.channels = [None, *(Channel.objects.create(slug=slug, name=slug) for slug in ("one", "two"))]
        self.networks = [SocialNetwork.objects.create(slug=slug, name=slug) for slug in ("net", "web", "ring")]
        self.campaigns = [None, *(Campaign.objects.create(name=name) for name in ("Spring", "Autumn"))]
        self.pages = [None, make_landing_page(), make_landing_page()]
        self.users = [None, *(User.objects.create_user(f"{i}@example.com") for i in (1, 2))]
        self.customers = [make_contract(starts_on=date(2024, 9, 22)).customer for _ in range(3)]
        self.products = [None, make_product(), make_product()]
        self.tickets = [None, *(Ticket.objects.create(created_at=NOW) for _ in range(2))]
        self.surveys = [Survey.objects.get(slug=slug) for slug in ("nps", "csat", "loyalty")]

    @write(target=sessions, at=moments, stay=waits, channel=picks, page=picks, visitor=picks, views=few)
    def visit(self, *, at, stay, channel, page, visitor, views):
        sides = {"channel": self.channels[channel], "landing_page": self.pages[page]}
        session = Session.objects.create(started_at=at, ended_at=after(at, stay), visitor=f"v{visitor}", **sides)
        PageView.objects.bulk_create(PageView(session=session, path="/", at=at) for _ in range(views))
        return session.pk

    @write(target=sessions, when=st.lists(moments, min_size=2, max_size=25))
    def import_visits(self, when):
        return multiple(*(each.pk for each in Session.objects.bulk_create(Session(started_at=at) for at in when)))

    @write(session=sessions, at=moments, converted=waits, is_bot=st.booleans(), channel=picks)
    def change_session(self, *, session, at, converted, is_bot, channel):
        Session.objects.filter(pk=session).update(
            started_at=at, converted_at=after(at, converted), is_bot=is_bot, channel=self.channels[channel]
        )

    @write(session=sessions, views=few)
    def change_views(self, session, views):
        PageView.objects.filter(session=session).delete()
        PageView.objects.bulk_create(PageView(session_id=session, path="/", at=NOW) for _ in range(views))

    @write(session=consumes(sessions))
    def forget_session(self, session):
        Session.objects.filter(pk=session).delete()

    @write(channel=st.integers(1, 2), kind=st.sampled_from(["social", "search"]), is_organic=st.booleans())
    def change_channel(self, channel, kind, is_organic):
        slug = "organic-search" if is_organic else f"channel-{channel}"
        if not Channel.objects.filter(slug=slug).exclude(pk=self.channels[channel].pk).exists():
            Channel.objects.filter(pk=self.channels[channel].pk).update(kind=kind, slug=slug)

    @write(target=posts, at=moments, reach=st.sampled_from([0, 1, 7, 900]), likes=few, network=picks, campaign=picks)
    def post(self, *, at, reach, likes, network, campaign):
        sides = {"social_network": self.networks[network], "campaign": self.campaigns[campaign]}
        return SocialPost.objects.create(posted_at=at, reach=reach, likes=likes, **sides).pk

    @write(post=posts, at=moments, reach=st.sampled_from([0, 3]), shares=few)
    def change_post(self, post, at, reach, shares):
        SocialPost.objects.filter(pk=post).update(posted_at=at, reach=reach, shares=shares)

    @write(post=consumes(posts))
    def delete_post(self, post):
        SocialPost.objects.filter(pk=post).delete()

    @write(campaign=st.integers(1, 2), channel=picks)
    def move_campaign(self, campaign, channel):
        Campaign.objects.filter(pk=self.campaigns[campaign].pk).update(channel=self.channels[channel])

    @write(target=carts, at=moments, wait=waits, customer=picks, channel=picks, visitor=picks)
    def fill_cart(self, *, at, wait, customer, channel, visitor):
        sides = {"customer": self.customers[customer] if customer else None, "channel": self.channels[channel]}
        return Cart.objects.create(created_at=at, completed_at=after(at, wait), visitor=f"v{visitor}", **sides).pk

    @write(cart=carts, at=moments, wait=waits)
    def change_cart(self, cart, at, wait):
        Cart.objects.filter(pk=cart).update(created_at=at, completed_at=after(at, wait))

    @write(cart=consumes(carts))
    def delete_cart(self, cart):
        Cart.objects.filter(pk=cart).delete()

    @write(target=invitations, at=moments, wait=waits, customer=picks, survey=picks, ticket=picks)
    def invite(self, *, at, wait, customer, survey, ticket):
        about = {"customer": self.customers[customer], "survey": self.surveys[survey], "ticket": self.tickets[ticket]}
        return Invitation.objects.create(delivered_at=at, answered_at=after(at, wait), **about).pk

    @write(invitation=invitations, at=st.one_of(st.none(), moments), answered=st.one_of(st.none(), moments))
    def change_invitation(self, invitation, at, answered):
        Invitation.objects.filter(pk=invitation).update(delivered_at=at, answered_at=answered)

    @write(visitor=picks, customer=picks, into=picks)
    def leave_a_name(self, visitor, customer, into):
        """By a new lead, which may be one of those of before."""
        survivor = Lead.objects.filter(merged_into=None).order_by("pk")[into : into + 1].first() if into else None
        Lead.objects.create(name="L", visitor=f"v{visitor}", customer=self.customers[customer], merged_into=survivor)

    @write(customer=picks, owner=picks, is_test=st.booleans())
    def change_customer(self, customer, owner, is_test):
        Customer.objects.filter(pk=self.customers[customer].pk).update(owner=self.users[owner], is_test=is_test)

    @write(ticket=st.integers(1, 2), product=picks)
    def change_ticket(self, ticket, product):
        Ticket.objects.filter(pk=self.tickets[ticket].pk).update(product=self.products[product])


def test_figures_of_traffic_follow_whatever_is_written():
    run(Site)
