"""A few rows of every kind that figures count, and the moments they happen at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from psycopg.sql import SQL, Composed, Identifier

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
        cursor.execute(SQL("ANALYZE {}").format(our_tables(cursor)))


def vacuum(tables: Iterable[str] = ()) -> None:
    """Outside of a transaction, once many rows were taken back: nobody shall walk over what is left of them.

    Of a table that was never looked at (a new or a truncated one) the planner expects ten pages, and it reads the whole calendar
    for a handful of rows; it does so no longer.
    """
    with connection.cursor() as cursor:
        cursor.execute(SQL("VACUUM {}").format(listed(tables) if tables else our_tables(cursor)))


def our_tables(cursor: Any) -> Composed:
    return listed(connection.introspection.table_names(cursor))


def listed(tables: Iterable[str]) -> Composed:
    return SQL(", ").join(map(Identifier, tables))


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
    members = make_members()
    touch = {"channel": members["channels"][0], "campaign": members["campaigns"][0], "owner": members["users"][0]}
    customer = Customer.objects.create(name="Ali", **touch)
    sold = make_sale(customer, members["products"])
    lead = make_journey(customer, touch)
    deal = make_deal(lead, members["products"][0])
    said = make_service(customer, members["products"][0])
    span = {"valid_from": date(2025, 9, 23), "valid_to": date(2025, 10, 22)}
    expense = Expense.objects.create(kind="ads", amount=30_000_007, campaign=touch["campaign"], **span)
    for row in (*sold.values(), deal["quote"]):
        row.refresh_from_db()  # totals come from the database
    return Books(customer=customer, lead=lead, expense=expense, **members, **sold, **deal, **said)


def make_members() -> dict[str, Any]:
    """Two of each dimension."""
    one, two = Channel.objects.create(slug="one", name="One"), Channel.objects.create(slug="two", name="Two")
    teams = [Team.objects.create(name=name) for name in ("East", "West")]
    categories = [Category.objects.create(name=name) for name in ("Tea", "Rice")]
    return {
        "channels": [one, two],
        "campaigns": [Campaign.objects.create(name=goal, goal=goal, channel=one) for goal in ("leads", "sales")],
        "users": [User.objects.create_user(f"{team.name}@example.com", team=team, visibility="own") for team in teams],
        "categories": categories,
        "products": [Product.objects.create(sku=each.name, category=each, unit_cost=400) for each in categories],
    }


def make_sale(customer: Customer, products: list[Product]) -> dict[str, Any]:
    """Two orders; of the first, half is given back."""
    order = Order.objects.create(customer=customer, placed_at=tehran(2025, 9, 23), status="paid", currency="IRR")
    line = OrderLine.objects.create(order=order, position=0, product=products[0], quantity=2, unit_price=1000, unit_cost=400)
    second = Order.objects.create(customer=customer, placed_at=tehran(2025, 9, 27), status="fulfilled", currency="IRR")
    OrderLine.objects.create(order=second, position=0, product=products[1], quantity=1, unit_price=5000)
    refund = Refund.objects.create(order=order, amount=1000, refunded_at=tehran(2025, 9, 25))
    RefundLine.objects.create(refund=refund, line=line, quantity=1, amount=1000, cost_amount=400)
    return {"order": order, "line": line, "refund": refund}


def make_journey(customer: Customer, touch: dict[str, Any]) -> Lead:
    """The customer's lead: each of its steps a day after the one before."""
    names = ("created_at", "mql_at", "sql_at", "converted_at")
    moments = {name: tehran(2025, 9, day) for name, day in zip(names, (23, 24, 25, 26), strict=True)}
    return Lead.objects.create(name="Ali", customer=customer, **moments, **touch)


def make_deal(lead: Lead, product: Product) -> dict[str, Any]:
    """A won opportunity with its stages, a demo and a quote."""
    won, opened = Stage.objects.get(kind="won"), Stage.objects.filter(kind="open").first()
    created, decided = tehran(2025, 8, 25), tehran(2025, 9, 26)
    opportunity = Opportunity.objects.create(
        name="Deal", lead=lead, stage=won, created_at=created, won_at=decided, owner=lead.owner
    )
    opportunity.products.set([product])
    steps = StageChange.objects
    change = steps.create(opportunity=opportunity, to_stage=opened, amount=9000, probability=Decimal("0.5"), at=created)
    steps.create(opportunity=opportunity, to_stage=won, amount=9000, probability=1, at=decided)
    held, booked = tehran(2025, 9, 27), tehran(2025, 9, 24)
    demo = Activity.objects.create(kind="demo", lead=lead, booked_at=booked, due_at=held, done_at=held)
    quote = Quote.objects.create(opportunity=opportunity, currency="IRR", issued_at=booked)
    offer = {"quantity": 2, "unit_price": 1000, "line_class": OrderLine.Class.UPSELL}
    QuoteLine.objects.create(quote=quote, position=0, product=product, **offer)
    return {"opportunity": opportunity, "change": change, "demo": demo, "quote": quote}


def make_service(customer: Customer, product: Product) -> dict[str, Any]:
    """A ticket resolved in a day, and an answer."""
    asked, resolved = tehran(2025, 9, 24), tehran(2025, 9, 25)
    survey = Survey.objects.create(slug="own-nps", name="NPS", kind="nps")
    return {
        "ticket": Ticket.objects.create(customer=customer, created_at=asked, resolved_at=resolved, product=product),
        "survey": survey,
        "answer": Answer.objects.create(survey=survey, customer=customer, score=4, answered_at=tehran(2025, 9, 28)),
    }


def tehran(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment by the clocks of Tehran."""
    return datetime(year, month, day, hour, minute, tzinfo=TEHRAN)
