"""Every road by which replies and visits change, and those who tell whose they are: each must reach who counts as engaged."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta

import pytest

from campaigns.models import Session
from crm.models import User
from customers.models import Cart, Customer
from kpis.definitions import Dimension
from kpis.engine import drain
from kpis.models import DirtyCustomer, DirtyParent
from leads.models import Activity, Lead, Opportunity
from leads.services.merging import merge_leads
from tests.factories.campaigns import make_session
from tests.factories.customers import make_cart, make_customer, make_order
from tests.factories.kpis import tehran
from tests.factories.leads import make_opportunity
from tests.kpis.proof import NOW
from tests.kpis.writing import assert_reached, rows, save, sql

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MEHR, SHAHRIVAR, DAY = tehran(2025, 9, 25), tehran(2025, 8, 25), timedelta(days=1)


@dataclass
class People:
    """Ann comes to the site, known by her lead; Bob replied, through his deal; Dan came a month before, known by his cart."""

    users: list[User]
    ann: Customer
    bob: Customer
    dan: Customer
    lead: Lead
    other_lead: Lead
    visit: Session
    cart: Cart
    known_cart: Cart
    deal: Opportunity
    reply: Activity
    unanswered: Activity


def make_people():
    users = [User.objects.create_user(f"{name}@example.com") for name in ("east", "west", "south")]
    ann, bob, dan = (make_customer(owner=owner) for owner in users)
    for customer in (ann, bob, dan):
        make_order(customer=customer, placed_at=tehran(2025, 7, 1))
    lead = Lead.objects.create(name="Ann", customer=ann, visitor="ann")
    other_lead = Lead.objects.create(name="Dan", customer=dan)
    visit = make_session(visitor="ann", started_at=MEHR)
    make_session(visitor="eve", started_at=MEHR)
    make_session(visitor="dan", started_at=SHAHRIVAR)
    cart = make_cart(visitor="eve", created_at=MEHR)
    known_cart = make_cart(visitor="dan", customer=dan, created_at=MEHR)
    deal = make_opportunity(customer=bob, lead=Lead.objects.create(name="Bob"))
    reply = Activity.objects.create(kind="message", opportunity=deal, done_at=MEHR, outcome="replied")
    unanswered = Activity.objects.create(kind="e-mail", customer=dan, done_at=MEHR)
    return People(users, ann, bob, dan, lead, other_lead, visit, cart, known_cart, deal, reply, unanswered)


@pytest.fixture(scope="module")
def drained_people(once):
    people = make_people()
    drain(at=NOW)
    return people


@pytest.fixture
def people(drained_people):
    """For one test, which may change both the rows and what it holds in its hands."""
    return deepcopy(drained_people)


def merged(p):
    """Dan's lead was merged into Ann's."""
    Lead.objects.filter(pk=p.other_lead.pk).update(customer=None)
    merge_leads(p.other_lead, into=p.lead, by=None, at=NOW)
    drain(at=NOW)


def also_about(p, **about):
    """The reply names somebody beside Bob."""
    save(p.reply, **about)
    drain(at=NOW)


WRITES = {
    # sessions
    "visit on another day": lambda p: save(p.visit, started_at=SHAHRIVAR),
    "visit of a robot": rows(Session, is_bot=True),
    "visit of another visitor": lambda p: save(p.visit, visitor="bob"),
    "visit deleted": lambda p: p.visit.delete(),
    "visits in bulk": lambda _: Session.objects.bulk_create(
        Session(visitor="ann", started_at=SHAHRIVAR + n * DAY) for n in (0, 1)
    ),
    "visits truncated": sql("TRUNCATE campaigns_session CASCADE"),
    # who the visitor is
    "lead names another visitor": lambda p: save(p.lead, visitor="nobody"),
    "lead of another customer": lambda p: save(p.lead, customer=p.dan),
    "lead of nobody": lambda p: save(p.lead, customer=None),
    "lead is spam": lambda p: save(p.lead, is_spam=True),
    "lead deleted": lambda p: p.lead.delete(),
    "another lead names the visitor": lambda p: save(p.other_lead, visitor="eve"),
    "merged lead names the visitor": lambda p: (merged(p), Lead.objects.filter(pk=p.other_lead.pk).update(visitor="dan")),
    "lead merged into that of another customer": lambda p: Lead.objects.filter(pk=p.lead.pk).update(merged_into=p.other_lead),
    "cart gets a customer": lambda p: save(p.cart, customer=p.dan),
    "cart names another visitor": lambda p: save(p.known_cart, visitor="nobody"),
    "cart deleted": lambda p: p.known_cart.delete(),
    "customers merged": lambda p: (
        Lead.objects.update(customer=p.dan),
        Customer.objects.filter(pk=p.ann.pk).update(merged_into=p.dan),
    ),
    # replies
    "reply noted": lambda p: save(p.unanswered, outcome="replied"),
    "link followed": lambda p: save(p.unanswered, outcome="clicked"),
    "reply taken back": lambda p: save(p.reply, outcome=""),
    "reply on another day": lambda p: save(p.reply, done_at=SHAHRIVAR),
    "reply not there yet": lambda p: save(p.reply, done_at=None),
    "message was a note": lambda p: save(p.reply, kind="note"),
    "reply deleted": lambda p: p.reply.delete(),
    "reply through a lead": lambda p: Activity.objects.create(kind="message", lead=p.other_lead, done_at=MEHR, outcome="talked"),
    "reply about another deal": lambda p: save(p.reply, opportunity=make_opportunity(customer=p.dan)),
    "activities truncated": sql("TRUNCATE leads_activity CASCADE"),
    # who replied
    "deal of another customer": lambda p: save(p.deal, customer=p.dan),
    "deal deleted": lambda p: p.deal.delete(),
    "deal gets a lead that is a test": lambda p: save(p.deal, lead=Lead.objects.create(name="Test", is_test=True)),
    "lead of the deal is spam": lambda p: save(p.deal.lead, is_spam=True),
    "lead beside the deal is spam": lambda p: (also_about(p, lead=p.lead), save(p.lead, is_spam=True)),
    "customer beside the deal is a test": lambda p: (
        also_about(p, customer=make_customer()),
        save(p.reply.customer, is_test=True),
    ),
}


@pytest.mark.parametrize("name", WRITES)
def test_a_write_reaches_who_is_engaged(people, name):
    assert_reached(people, WRITES[name], ("customer_engagement_rate",), Dimension.OWNER)


@pytest.mark.parametrize("name", ["length of a visit", "text of a reply", "visit of nobody known", "amount of a deal"])
def test_what_says_nothing_of_engagement_looks_at_no_customer(people, name):
    match name:
        case "length of a visit":
            save(people.visit, ended_at=MEHR + DAY)
        case "text of a reply":
            save(people.reply, subject="Prices", body="Thanks")
        case "visit of nobody known":
            Session.objects.create(started_at=MEHR)
        case "amount of a deal":
            save(people.deal, expected_close_on=MEHR.date())

    assert not DirtyCustomer.objects.exists()
    assert not DirtyParent.objects.exists()
