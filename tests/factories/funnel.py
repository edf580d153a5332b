"""Leads that come a known part of the way to an invoice."""

from datetime import timedelta

from leads.models import Activity, Lead, Opportunity, Stage
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.factories.leads import make_quote

MEHR = tehran(2025, 9, 24)


def later(days):
    return MEHR + timedelta(days=days)


def lead(**facts):
    return Lead.objects.create(**{"name": "Lead", "created_at": MEHR, **facts})


def deal(lead, days):
    return Opportunity.objects.create(name="Deal", lead=lead, stage=Stage.objects.get(slug="contacted"), created_at=later(days))


def call(lead, days, **facts):
    return Activity.objects.create(**{"kind": "call", "lead": lead, "done_at": later(days), "outcome": "talked", **facts})


def make_eight(omid):
    """Eight leads of 2 Mehr; each line says how far it comes, and on which day after."""
    lead(name="nothing")
    missed = lead(name="missed call", owner=omid)
    call(missed, 1, outcome="no_answer")
    call(missed, 1, kind="note", outcome="")
    call(missed, 1, done_at=None)
    lead(name="mql on day 2", owner=omid, mql_at=later(2))
    called = lead(name="called on day 1", mql_at=later(3))
    call(called, 1)
    lead(name="converted on day 4", mql_at=later(2), converted_at=later(4))  # prospect to opportunity: 2 days
    quoted = lead(name="quoted on day 9", mql_at=later(1), converted_at=later(3))  # 2 days, then 6 days to the quote
    make_quote(opportunity=deal(quoted, 5), issued_at=later(9))
    billed = lead(name="billed on day 5")  # no moment of a prospect or an opportunity: the invoice implies them
    make_quote(lead=billed, issued_at=later(1), order=make_order(status="pending", placed_at=later(5)))
    buyer = make_customer()
    make_order(customer=buyer, placed_at=later(-3))  # before the lead's day: not of this lead
    make_order(customer=buyer, placed_at=later(6))
    lead(name="bought on day 6", customer=buyer, owner=omid)
    lead(name="a test", is_test=True, mql_at=later(1))
    lead(name="of Shahrivar", created_at=tehran(2025, 9, 22), mql_at=later(1))
