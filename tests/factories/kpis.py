"""A few rows of every kind that figures count, and the moments they happen at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection
from psycopg.sql import SQL, Identifier

from campaigns.models import Campaign, Channel, Expense
from crm.models import Team, User
from customers.models import Answer, Category, Customer, Order, OrderLine, Product, Refund, RefundLine, Survey, Ticket
from leads.models import Activity, Lead, Opportunity, Quote, QuoteLine, Stage, StageChange

TEHRAN = ZoneInfo("Asia/Tehran")


def analyze() -> None:
    """The planner knows nothing of what a transaction that is still open wrote or deleted, until it is told.

    Only our tables: some catalogues belong to all databases, so that other tests would wait for the end of this one's.
    """
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        cursor.execute(SQL("ANALYZE {}").format(SQL(", ").join(map(Identifier, tables))))


@dataclass
class Books:
    """One of everything, with all its members, so that any change of any of it shows somewhere."""

    channels: list[Channel]
    campaigns: list[Campaign]
    users: list[User]
    categories: list[Category]
    products: list[Product]
    customer: Customer
    order: Order
    line: OrderLine
    refund: Refund
    lead: Lead
    opportunity: Opportunity
    expense: Expense
    ticket: Ticket
    survey: Survey
    answer: Answer
    demo: Activity
    change: StageChange
    quote: Quote


def make_books() -> Books:
    """Orders of 1 and 5 Mehr 1404, a refund, a ticket, an answer; the customer's lead, deal and campaign."""
    one, two = Channel.objects.create(slug="one", name="One"), Channel.objects.create(slug="two", name="Two")
    campaigns = [Campaign.objects.create(name=goal, goal=goal, channel=one) for goal in ("leads", "sales")]
    teams = [Team.objects.create(name=name) for name in ("East", "West")]
    users = [User.objects.create_user(f"{team.name}@example.com", team=team, visibility="own") for team in teams]
    categories = [Category.objects.create(name=name) for name in ("Tea", "Rice")]
    products = [Product.objects.create(sku=each.name, category=each, unit_cost=400) for each in categories]
    sides = {"channel": one, "campaign": campaigns[0], "owner": users[0]}
    customer = Customer.objects.create(name="Ali", **sides)
    order = Order.objects.create(customer=customer, placed_at=tehran(2025, 9, 23), status="paid", currency="IRR")
    line = OrderLine.objects.create(order=order, position=0, product=products[0], quantity=2, unit_price=1000, unit_cost=400)
    second = Order.objects.create(customer=customer, placed_at=tehran(2025, 9, 27), status="fulfilled", currency="IRR")
    OrderLine.objects.create(order=second, position=0, product=products[1], quantity=1, unit_price=5000)
    refund = Refund.objects.create(order=order, amount=1000, refunded_at=tehran(2025, 9, 25))
    RefundLine.objects.create(refund=refund, line=line, quantity=1, amount=1000, cost_amount=400)
    lead = Lead.objects.create(
        name="Ali",
        customer=customer,
        created_at=tehran(2025, 9, 23),
        mql_at=tehran(2025, 9, 24),
        sql_at=tehran(2025, 9, 25),
        converted_at=tehran(2025, 9, 26),
        **sides,
    )
    stage = Stage.objects.get(kind="won")
    opportunity = Opportunity.objects.create(
        name="Deal", lead=lead, stage=stage, created_at=tehran(2025, 8, 25), won_at=tehran(2025, 9, 26), owner=users[0]
    )
    opportunity.products.set([products[0]])
    opened = {"to_stage": Stage.objects.filter(kind="open").first(), "amount": 9000, "probability": Decimal("0.5")}
    change = StageChange.objects.create(opportunity=opportunity, at=tehran(2025, 8, 25), **opened)
    StageChange.objects.create(opportunity=opportunity, to_stage=stage, amount=9000, probability=1, at=tehran(2025, 9, 26))
    span = {"valid_from": date(2025, 9, 23), "valid_to": date(2025, 10, 22)}
    expense = Expense.objects.create(kind="ads", amount=30_000_007, campaign=campaigns[0], **span)
    asked, resolved = tehran(2025, 9, 24), tehran(2025, 9, 25)
    ticket = Ticket.objects.create(customer=customer, created_at=asked, resolved_at=resolved, product=products[0])
    survey = Survey.objects.create(slug="own-nps", name="NPS", kind="nps")
    answer = Answer.objects.create(survey=survey, customer=customer, score=4, answered_at=tehran(2025, 9, 28))
    demo = Activity.objects.create(
        kind="demo", lead=lead, booked_at=asked, due_at=tehran(2025, 9, 27), done_at=tehran(2025, 9, 27)
    )
    quote = Quote.objects.create(opportunity=opportunity, currency="IRR", issued_at=tehran(2025, 9, 24))
    QuoteLine.objects.create(
        quote=quote, position=0, product=products[0], quantity=2, unit_price=1000, line_class=OrderLine.Class.UPSELL
    )
    for row in (order, refund, line, quote):
        row.refresh_from_db()  # totals come from the database
    return Books(
        [one, two],
        campaigns,
        users,
        categories,
        products,
        customer,
        order,
        line,
        refund,
        lead,
        opportunity,
        expense,
        ticket,
        survey,
        answer,
        demo,
        change,
        quote,
    )


def tehran(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment by the clocks of Tehran."""
    return datetime(year, month, day, hour, minute, tzinfo=TEHRAN)
