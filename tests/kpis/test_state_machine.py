"""Whatever is written in whatever order: after every drain the figures are those of the rows."""

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, consumes, initialize, multiple

from campaigns.models import Campaign, Channel, Expense
from crm.models import Organization, Team, User
from customers.models import Contract, Customer, Order, OrderLine, Product, Refund, RefundLine
from leads.models import Lead, Quote, QuoteLine
from tests.kpis.machine import Figures, moments, run, write

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
KEYS = ["orders", "revenue", "new_customers", "lost_customers", "reactivated_customers", "active_customers", "churn_rate"]
KEYS += [
    "sales_per_customer",
    "repeat_purchase_rate",
    "lead_to_customer_rate",
    "lead_conversion_rate",
    "customer_acquisition_cost",
    "quotes_issued",
    "quote_to_invoice_rate",
    "quote_to_invoice_value_rate",
    "upsell_offer_rate",
    "romi_short",
    "romi_long",
]

statuses = st.sampled_from(["paid", "paid", "fulfilled", "pending", "cancelled"])
amounts = st.integers(1, 1000)
picks = st.integers(0, 2)
classes = st.sampled_from(["", "upsell", "cross_sell"])
lengths = st.one_of(st.none(), st.integers(0, 400))


def span_of(at, length):
    """Of a contract of so many days more than one, or without a last day."""
    return {"starts_on": at.date(), "ends_on": None if length is None else at.date() + timedelta(days=length)}


class Books(Figures):
    keys = KEYS
    customers, orders, leads = Bundle("customers"), Bundle("orders"), Bundle("leads")
    quotes, contracts = Bundle("quotes"), Bundle("contracts")

    @initialize()
    def begin(self):
        self.channels = [None, *(Channel.objects.create(slug=slug, name=slug) for slug in ("one", "two"))]
        self.teams = [None, *(Team.objects.create(name=name) for name in ("East", "West"))]
        self.users = [None, *(User.objects.create_user(f"{i}@example.com", team=self.teams[i]) for i in (1, 2))]
        self.products = [None, *(Product.objects.create(sku=sku, unit_cost=5) for sku in ("A", "B"))]
        self.campaigns = [None, *(Campaign.objects.create(name=goal, goal=goal) for goal in ("leads", "sales"))]

    @write(target=customers, channel=picks, owner=picks)
    def add_customer(self, channel, owner):
        return Customer.objects.create(name="C", channel=self.channels[channel], owner=self.users[owner]).pk

    @write(target=orders, customer=customers, at=moments, status=statuses, owner=picks, product=picks, price=amounts)
    def add_order(self, *, customer, at, status, owner, product, price):
        facts = {"customer_id": customer, "placed_at": at, "status": status, "owner": self.users[owner], "currency": "IRR"}
        order = Order.objects.create(**facts)
        OrderLine.objects.create(order=order, position=0, product=self.products[product], quantity=1, unit_price=price)
        return order.pk

    @write(target=orders, customer=customers, when=st.lists(moments, min_size=2, max_size=6), status=statuses)
    def import_orders(self, customer, when, status):
        made = Order.objects.bulk_create(
            Order(customer_id=customer, placed_at=moment, status=status, currency="IRR") for moment in when
        )
        return multiple(*(order.pk for order in made))

    @write(order=orders, at=moments)
    def move_order(self, order, at):
        Order.objects.filter(pk=order).update(placed_at=at)

    @write(order=orders, status=statuses)
    def change_status(self, order, status):
        Order.objects.filter(pk=order).update(status=status)

    @write(order=orders, customer=customers, owner=picks)
    def give_order_away(self, order, customer, owner):
        Order.objects.filter(pk=order).update(customer_id=customer, owner=self.users[owner])

    @write(order=orders, price=amounts, product=picks)
    def change_lines(self, order, price, product):
        OrderLine.objects.filter(order=order).update(unit_price=price, product=self.products[product])

    @write(order=orders, at=moments, amount=amounts)
    def refund(self, order, at, amount):
        line = OrderLine.objects.filter(order=order).first()
        if line:
            refund = Refund.objects.create(order_id=order, amount=amount, refunded_at=at)
            RefundLine.objects.create(refund=refund, line=line, amount=amount, cost_amount=1)

    @write(order=consumes(orders))
    def delete_order(self, order):
        Order.objects.filter(pk=order).delete()

    @write(target=contracts, customer=customers, at=moments, length=lengths, is_trial=st.booleans())
    def sign_contract(self, customer, at, length, is_trial):
        return Contract.objects.create(customer_id=customer, is_trial=is_trial, **span_of(at, length)).pk

    @write(contract=contracts, at=moments, length=lengths, is_trial=st.booleans())
    def change_contract(self, contract, at, length, is_trial):
        Contract.objects.filter(pk=contract).update(is_trial=is_trial, **span_of(at, length))

    @write(contract=contracts, customer=customers)
    def give_contract_away(self, contract, customer):
        Contract.objects.filter(pk=contract).update(customer_id=customer)

    @write(contract=consumes(contracts))
    def delete_contract(self, contract):
        Contract.objects.filter(pk=contract).delete()

    @write(customer=customers, channel=picks, owner=picks)
    def change_customer(self, customer, channel, owner):
        Customer.objects.filter(pk=customer).update(channel=self.channels[channel], owner=self.users[owner])

    @write(customer=customers, is_test=st.booleans())
    def flag_customer(self, customer, is_test):
        Customer.objects.filter(pk=customer).update(is_test=is_test)

    @write(gone=consumes(customers), kept=customers)
    def merge_customers(self, gone, kept):
        if gone != kept:
            for model in (Order, Contract, Lead, Quote):
                model.objects.filter(customer=gone).update(customer=kept)
            Customer.objects.filter(pk=gone).update(merged_into=kept)

    @write(target=leads, customer=customers, at=moments, channel=picks, campaign=picks)
    def add_lead(self, customer, at, channel, campaign):
        sides = {"channel": self.channels[channel], "campaign": self.campaigns[campaign]}
        return Lead.objects.create(name="L", customer_id=customer, created_at=at, **sides).pk

    @write(lead=leads, customer=st.one_of(st.none(), customers), at=moments, converted=st.one_of(st.none(), moments))
    def change_lead(self, lead, customer, at, converted):
        Lead.objects.filter(pk=lead).update(customer_id=customer, created_at=at, converted_at=converted)

    @write(lead=consumes(leads))
    def delete_lead(self, lead):
        Lead.objects.filter(pk=lead).delete()

    @write(user=st.integers(1, 2), team=picks)
    def change_team(self, user, team):
        User.objects.filter(pk=self.users[user].pk).update(team=self.teams[team])

    @write(at=moments, length=st.integers(0, 400), amount=amounts, campaign=picks)
    def spend(self, at, length, amount, campaign):
        span = {"valid_from": at.date(), "valid_to": at.date() + timedelta(days=length)}
        Expense.objects.create(kind="ads", amount=amount, campaign=self.campaigns[campaign], **span)

    @write(target=quotes, customer=customers, at=moments, line_class=classes, owner=picks)
    def issue_quote(self, customer, at, line_class, owner):
        quote = Quote.objects.create(customer_id=customer, issued_at=at, currency="IRR", owner=self.users[owner])
        QuoteLine.objects.create(quote=quote, position=0, quantity=1, unit_price=9, line_class=line_class)
        return quote.pk

    @write(target=quotes, quote=quotes, at=st.one_of(st.none(), moments), line_class=classes, is_accepted=st.booleans())
    def revise_quote(self, *, quote, at, line_class, is_accepted):
        old = Quote.objects.get(pk=quote)
        facts = {"customer_id": old.customer_id, "currency": "IRR", "accepted_at": at if is_accepted else None}
        new = Quote.objects.create(issued_at=at, original_id=old.original_id or quote, revision_of=old, **facts)
        QuoteLine.objects.create(quote=new, position=0, quantity=2, unit_price=9, line_class=line_class)
        return new.pk

    @write(quote=quotes, at=st.one_of(st.none(), moments), order=st.one_of(st.none(), orders))
    def change_quote(self, quote, at, order):
        Quote.objects.filter(pk=quote).update(issued_at=at, order=Order.objects.filter(pk=order).first())

    @write(quote=quotes, line_class=classes)
    def change_offer(self, quote, line_class):
        QuoteLine.objects.filter(quote=quote).update(line_class=line_class)

    @write(campaign=st.integers(1, 2), at=moments, length=st.integers(0, 60))
    def change_campaign(self, campaign, at, length):
        span = {"starts_on": at.date(), "ends_on": at.date() + timedelta(days=length)}
        Campaign.objects.filter(pk=self.campaigns[campaign].pk).update(**span)

    @write(customer=customers, campaign=picks)
    def change_first_touch(self, customer, campaign):
        Customer.objects.filter(pk=customer).update(campaign=self.campaigns[campaign])

    @write(threshold=st.sampled_from([7, 30, 180]))
    def change_threshold(self, threshold):
        Organization.objects.update(inactivity_days=threshold)


def test_figures_follow_whatever_is_written():
    run(Books)
