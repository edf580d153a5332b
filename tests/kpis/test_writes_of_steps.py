"""Whatever moves a step of a lead moves what is stored of it: each kind of write, and then any of them in any order."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize

from customers.models import Customer, Order
from kpis.catalogue.cubes.funnel import REACHED
from kpis.catalogue.marks import DEFERRED
from kpis.engine.customers import drain_customers
from kpis.engine.drain import resolve_parents
from kpis.engine.drift import dirty_leads, drift_of_days
from kpis.engine.funnel import MOMENTS, drain_leads, drift_of_steps
from kpis.models import DirtyCustomer, DirtyLead, DirtyParent, FunnelFact
from leads.models import Activity, Lead, Opportunity, Quote, Stage
from tests.factories.crm import make_user
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.kpis.machine import Figures, run, write
from tests.kpis.proof import NOW

pytestmark = pytest.mark.django_db
MEHR = tehran(2025, 9, 24)


def on(day):
    return MEHR + timedelta(days=day)


def drift():
    """What differs without a mark; sums of days never do."""
    with connection.cursor() as cursor:
        marks = [DEFERRED[key] for key in DirtyParent.objects.values_list("mark", flat=True).distinct()]
        return [*drift_of_steps(cursor, dirty_leads(marks), 20), *drift_of_days(cursor, REACHED, [])]


def settle():
    """Drain what steps hang on, and nothing else: what is not marked may not differ, before and after it."""
    assert drift() == []
    resolve_parents(wait=True)
    while drain_customers(at=NOW):
        pass
    while drain_leads():
        pass
    assert not any(model.objects.exists() for model in (DirtyParent, DirtyLead))
    assert not DirtyCustomer.objects.filter(part=DirtyCustomer.Part.FACTS).exists()
    assert drift() == []


def stored():
    """{lead: the day after it of each step, or none, as far as it came}."""
    facts = FunnelFact.objects.values_list("lead__name", "reach", *MOMENTS)
    return {name: [at and (at - MEHR).days for at in moments][: reach + 1] for name, reach, *moments in facts}


@pytest.fixture
def scene():
    """Ann was called on day 1, her deal opened on day 2 and invoiced on day 5; its quote of day 4 names Eve, too.

    Bob is a bare lead whose customer paid on day 6: that is his invoice as well.
    """
    buyer, other = make_customer(name="buyer"), make_customer(name="other")
    ann, bob, eve = (Lead.objects.create(name=name, created_at=MEHR) for name in ("Ann", "Bob", "Eve"))
    Lead.objects.filter(pk=bob.pk).update(customer=buyer)
    Activity.objects.create(kind="call", lead=ann, done_at=on(1), outcome="talked")
    deal = Opportunity.objects.create(
        name="Deal", lead=ann, customer=other, stage=Stage.objects.get(slug="contacted"), created_at=on(2)
    )
    Quote.objects.create(lead=eve, opportunity=deal, issued_at=on(4), currency="IRR", number="Q")
    deal.orders.add(make_order(customer=other, status="pending", placed_at=on(5), number="5"))
    make_order(customer=buyer, placed_at=on(6), number="6")
    settle()


ANN, BOB, EVE = [0, 1, 2, 4, 5], [0, None, None, None, 6, 6], [0, None, None, 4]


def of(model, **facts):
    return lambda: model.objects.filter(**facts)


ann, bob, eve = (of(Lead, name=name) for name in ("Ann", "Bob", "Eve"))
call, deal, quote = of(Activity), of(Opportunity), of(Quote)
fifth, sixth = of(Order, number="5"), of(Order, number="6")
buyer, other = of(Customer, name="buyer"), of(Customer, name="other")
WRITES = {
    "a new lead": (lambda: Lead.objects.create(name="Dan", created_at=on(3)), {"Dan": [3]}),
    "an MQL": (lambda: bob().update(mql_at=on(2)), {"Bob": [0, 2, None, None, 6, 6]}),
    "a conversion": (lambda: ann().update(converted_at=on(1)), {"Ann": [0, 1, 1, 4, 5]}),
    "a lead of a later day": (lambda: bob().update(created_at=on(7)), {"Bob": [7]}),
    "another customer": (lambda: bob().update(customer=other().get()), {"Bob": [0, None, None, None, 5]}),
    "no customer": (lambda: bob().update(customer=None), {"Bob": [0]}),
    # what is a test takes its quote with it, of which others hear
    "a test": (lambda: ann().update(is_test=True), {"Ann": None, "Eve": [0]}),
    "spam": (lambda: eve().update(is_spam=True), {"Eve": None, "Ann": [0, 1, 2, None, 5]}),
    "a merge": (lambda: ann().update(merged_into=bob().get()), {"Ann": None}),
    "a lead deleted": (lambda: bob().delete(), {"Bob": None}),
    "a call before": (lambda: Activity.objects.create(kind="call", lead=bob().get(), done_at=on(2)), {"Bob": [0, 2, *BOB[2:]]}),
    "nobody answered": (lambda: call().update(outcome="no_answer"), {"Ann": [0, None, 2, 4, 5]}),
    "a note instead": (lambda: call().update(kind="note"), {"Ann": [0, None, 2, 4, 5]}),
    "a call of another": (lambda: call().update(lead=bob().get()), {"Ann": [0, None, 2, 4, 5], "Bob": [0, 1, *BOB[2:]]}),
    "a call deleted": (lambda: call().delete(), {"Ann": [0, None, 2, 4, 5]}),
    "an earlier deal": (lambda: deal().update(created_at=on(1)), {"Ann": [0, 1, 1, 4, 5]}),
    # with a deal of his own, what his customer bought is no longer Bob's invoice
    "a deal of another": (lambda: deal().update(lead=bob().get()), {"Ann": [0, 1], "Bob": [0, None, 2, 4, 5, 6]}),
    "a deal of a test": (
        lambda: deal().update(customer=make_customer(is_test=True)),
        {"Ann": [0, 1, None, None, 5], "Eve": [0]},
    ),
    "an invoice taken off": (lambda: deal().get().orders.set([]), {"Ann": [0, 1, 2, 4]}),
    "an invoice more": (lambda: deal().get().orders.add(sixth().get()), {}),
    "a quote withdrawn": (lambda: quote().update(issued_at=None), {"Ann": [0, 1, 2, None, 5], "Eve": [0]}),
    "a quote invoiced": (lambda: quote().update(order=sixth().get()), {"Eve": [0, None, None, 4, 6]}),
    "a quote of another": (
        lambda: quote().update(lead=bob().get(), opportunity=None),
        {"Ann": [0, 1, 2, None, 5], "Bob": [0, None, None, 4, None, 6], "Eve": [0]},
    ),
    "a quote deleted": (lambda: quote().delete(), {"Ann": [0, 1, 2, None, 5], "Eve": [0]}),
    "a cancelled invoice": (lambda: fifth().update(status="cancelled"), {"Ann": [0, 1, 2, 4]}),
    "a later invoice": (lambda: fifth().update(placed_at=on(8)), {"Ann": [0, 1, 2, 4, 8]}),
    "not paid": (lambda: sixth().update(status="pending"), {"Bob": [0, None, None, None, 6]}),
    "bought by another": (lambda: sixth().update(customer=other().get()), {"Bob": [0]}),
    "an earlier order": (lambda: make_order(customer=buyer().get(), placed_at=on(3)), {"Bob": [0, None, None, None, 3, 3]}),
    "a customer who is a test": (lambda: buyer().update(is_test=True), {"Bob": [0]}),
    "a deal with a test": (lambda: other().update(is_test=True), {"Ann": [0, 1], "Eve": [0]}),
}


def test_each_write_moves_the_steps_it_tells(scene):
    """One after another from the same beginning, as making it takes longer than a write."""
    for name, (change, moved) in WRITES.items():
        with transaction.atomic():
            change()
            settle()
            expected = {"Ann": ANN, "Bob": BOB, "Eve": EVE} | moved
            assert stored() == {lead: steps for lead, steps in expected.items() if steps}, name
            transaction.set_rollback(True)


def test_rows_copied_and_tables_emptied(scene):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE leads_activity")
        settle()
        assert stored()["Ann"] == [0, None, 2, 4, 5]

        row = ("call", Lead.objects.get(name="Bob").pk, on(2), "", "", "", MEHR)
        columns = "kind, lead_id, done_at, outcome, subject, body, created_at"
        with cursor.copy(f"COPY leads_activity ({columns}) FROM STDIN") as rows:
            rows.write_row(row)
    settle()
    assert stored() == {"Ann": [0, None, 2, 4, 5], "Bob": [0, 2, *BOB[2:]], "Eve": EVE}


days = st.integers(0, 6).map(on)
maybe = st.one_of(st.none(), days)
picks = st.integers(0, 3)


class Steps(Figures):
    """Leads, deals and quotes that hang on one another in any way."""

    leads, deals, quotes, orders = Bundle("leads"), Bundle("deals"), Bundle("quotes"), Bundle("orders")

    @initialize()
    def begin(self):
        self.stage = Stage.objects.get(slug="contacted")
        self.reps = [None, *(make_user(email=f"rep{number}@example.com").pk for number in (1, 2, 3))]
        self.buyers = [None, *(Customer.objects.create(name=name).pk for name in "ABC")]

    @write(target=leads, buyer=picks, at=days)
    def add_lead(self, buyer, at):
        return Lead.objects.create(name="L", customer_id=self.buyers[buyer], created_at=at).pk

    @write(lead=leads, buyer=picks, at=days, mql=maybe, converted=maybe)
    def change_lead(self, *, lead, buyer, at, mql, converted):
        moments = {"created_at": at, "mql_at": mql, "converted_at": converted}
        Lead.objects.filter(pk=lead).update(customer_id=self.buyers[buyer], **moments)

    @write(lead=leads, owner=picks)
    def hand_lead_over(self, lead, owner):
        Lead.objects.filter(pk=lead).update(owner_id=self.reps[owner])

    @write(lead=leads, into=st.one_of(st.none(), leads), is_test=st.booleans())
    def take_lead_out(self, lead, into, is_test):
        Lead.objects.filter(pk=lead).update(is_test=is_test, merged_into_id=into if into != lead else None)

    @write(lead=leads, at=maybe, outcome=st.sampled_from(["", "no_answer"]))
    def call(self, lead, at, outcome):
        Activity.objects.create(kind="call", lead_id=lead, done_at=at, outcome=outcome)

    @write(lead=leads)
    def forget_calls(self, lead):
        Activity.objects.filter(lead=lead).delete()

    @write(target=deals, lead=st.one_of(st.none(), leads), buyer=picks, at=days)
    def open_deal(self, lead, buyer, at):
        facts = {"lead_id": lead, "customer_id": self.buyers[buyer], "created_at": at}
        return Opportunity.objects.create(name="D", stage=self.stage, **facts).pk

    @write(deal=deals, lead=st.one_of(st.none(), leads), buyer=picks)
    def change_deal(self, deal, lead, buyer):
        Opportunity.objects.filter(pk=deal).update(lead_id=lead, customer_id=self.buyers[buyer])

    @write(target=quotes, lead=st.one_of(st.none(), leads), deal=deals, buyer=picks, at=maybe)
    def issue_quote(self, *, lead, deal, buyer, at):
        facts = {"lead_id": lead, "opportunity_id": deal, "customer_id": self.buyers[buyer], "issued_at": at}
        return Quote.objects.create(currency="IRR", **facts).pk

    @write(quote=quotes, lead=leads, deal=st.one_of(st.none(), deals), at=maybe, order=st.one_of(st.none(), orders))
    def change_quote(self, *, quote, lead, deal, at, order):
        Quote.objects.filter(pk=quote).update(lead_id=lead, opportunity_id=deal, issued_at=at, order_id=order)

    @write(target=orders, buyer=picks, at=days, status=st.sampled_from(Order.Status.values))
    def add_order(self, buyer, at, status):
        return Order.objects.create(customer_id=self.buyers[buyer], placed_at=at, status=status, currency="IRR").pk

    @write(order=orders, buyer=picks, at=days, status=st.sampled_from(Order.Status.values))
    def change_order(self, order, buyer, at, status):
        Order.objects.filter(pk=order).update(customer_id=self.buyers[buyer], placed_at=at, status=status)

    @write(deal=deals, bought=st.sets(orders, max_size=2))
    def invoice(self, deal, bought):
        Opportunity.objects.get(pk=deal).orders.set(bought)

    @write(buyer=st.integers(1, 3), is_spam=st.booleans())
    def flag_customer(self, buyer, is_spam):
        Customer.objects.filter(pk=self.buyers[buyer]).update(is_spam=is_spam)

    def look(self):
        self.unseen = 0
        settle()


def test_steps_follow_whatever_is_written():
    run(Steps)
