"""What writers do to a company all day long: each act is one change, by one of the roads that lead to a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.db import connection
from django.db.models import F, Model

from campaigns.models import Campaign, Channel, Expense
from crm.models import Organization, Team, User
from customers.models import Answer, Category, Customer, Order, OrderLine, Product, Refund, RefundLine, Survey, Ticket
from leads.models import Lead, Opportunity, Stage
from leads.services.merging import merge_leads

NOW = datetime(2025, 9, 30, 9, tzinfo=UTC)
ORDER_COLUMNS = (
    "customer_id, placed_at, status, currency, rate, discount, tax, shipping, net_amount, cost_amount, unknown_costs, number"
)
MERGE = """
    MERGE INTO customers_order o
    USING (SELECT id, customer_id FROM customers_order WHERE customer_id = %s
            UNION ALL SELECT -1, %s) s ON s.id = o.id
     WHEN MATCHED AND o.id %% 3 = 0 THEN UPDATE SET status = 'fulfilled', placed_at = o.placed_at - interval '3 days'
     WHEN MATCHED AND o.id %% 3 = 1 THEN UPDATE SET owner_id = NULL
     WHEN NOT MATCHED THEN
          INSERT (number, customer_id, placed_at, status, currency, rate, discount, tax, shipping,
                  net_amount, cost_amount, unknown_costs)
          VALUES ('', s.customer_id, %s, 'paid', 'IRR', 1, 0, 0, 0, 0, 0, 0)
"""


class Writer:
    """One writer with dice of its own; every act is a method without arguments."""

    def __init__(self, seed: int, *, is_rush: bool) -> None:
        self.dice, self.is_rush = Random(seed), is_rush
        self.acts = {name: ACTS[name] for name in RUSH} if is_rush else ACTS

    def any(self, model: type[Model], **facts: Any) -> Any:
        """One of the rows, as they are now."""
        rows = model._default_manager.filter(**facts).order_by("pk")
        count = rows.count()
        return rows[self.dice.randrange(count)] if count else None

    def maybe(self, model: type[Model]) -> Any:
        return self.any(model) if self.dice.random() < 0.7 else None

    def moment(self) -> datetime:
        """Often of the last days, where all writers meet; else of any day of three years."""
        days = self.dice.randint(0, 5) if self.is_rush or self.dice.random() < 0.5 else self.dice.randint(0, 1100)
        return NOW - timedelta(days=days, minutes=self.dice.randint(0, 1440))

    def amount(self) -> int:
        return self.dice.randint(1, 500_000)

    def status(self) -> str:
        return self.dice.choice(["paid", "paid", "fulfilled", "pending", "cancelled"])

    def act(self) -> str:
        """Do something; the name of what was done."""
        name = self.dice.choices(list(self.acts), list(self.acts.values()))[0]
        getattr(self, name)()
        return name

    # -- orders ----------------------------------------------------------------------------------------------------

    def place_order(self) -> None:
        order = Order.objects.create(
            customer=self.maybe(Customer), owner=self.maybe(User), placed_at=self.moment(), status=self.status(), currency="IRR"
        )
        for position in range(self.dice.randint(0, 3)):
            product = self.maybe(Product)
            cost = product.unit_cost if product else None
            OrderLine.objects.create(
                order=order, position=position, product=product, quantity=2, unit_price=self.amount(), unit_cost=cost
            )

    def import_orders(self) -> None:
        customer = self.any(Customer)
        Order.objects.bulk_create(
            Order(customer=customer, placed_at=self.moment(), status=self.status(), currency="IRR")
            for _ in range(self.dice.randint(2, 8))
        )

    def copy_orders(self) -> None:
        customer, moment = self.any(Customer), self.moment()
        with connection.cursor() as cursor, cursor.copy(f"COPY customers_order ({ORDER_COLUMNS}) FROM STDIN") as copy:
            for hours in range(self.dice.randint(1, 30)):
                at = moment - timedelta(hours=7 * hours)
                copy.write_row([customer.pk, at, "paid", "IRR", 1, 0, 0, 0, 0, 0, 0, "copied"])

    def merge_orders_in_sql(self) -> None:
        customer = self.any(Customer)
        with connection.cursor() as cursor:
            cursor.execute(MERGE, [customer.pk, customer.pk, self.moment()])

    def move_orders_in_sql(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE customers_order SET placed_at = placed_at - %s * interval '1 day' WHERE id %% 97 = %s",
                [self.dice.randint(-5, 40), self.dice.randrange(97)],
            )

    def edit_order(self) -> None:
        order = self.any(Order)
        change = self.dice.choice(
            [
                {"placed_at": self.moment()},
                {"status": self.status()},
                {"owner": self.maybe(User)},
                {"customer": self.maybe(Customer)},
            ]
        )
        Order.objects.filter(pk=order.pk).update(**change)

    def delete_order(self) -> None:
        self.any(Order).delete()

    def edit_lines(self) -> None:
        lines = OrderLine.objects.filter(order=self.any(Order))
        self.dice.choice(
            [
                lambda: lines.update(unit_price=self.amount()),
                lambda: lines.update(product=self.maybe(Product), unit_cost=None),
                lambda: lines.update(quantity=F("quantity") + 1, unit_cost=7),
                lambda: OrderLine.objects.create(order=self.any(Order), position=9, quantity=1, unit_price=self.amount()),
                lines.delete,
            ]
        )()

    def refund(self) -> None:
        line = self.any(OrderLine)
        refund = Refund.objects.create(order_id=line.order_id, amount=self.amount(), refunded_at=self.moment())
        RefundLine.objects.create(refund=refund, line=line, quantity=1, amount=refund.amount, cost_amount=self.dice.randint(0, 9))

    def edit_refund(self) -> None:
        refund = self.any(Refund)
        if refund:
            self.dice.choice(
                [
                    lambda: Refund.objects.filter(pk=refund.pk).update(refunded_at=self.moment()),
                    lambda: Refund.objects.filter(pk=refund.pk).update(amount=self.amount()),
                    lambda: RefundLine.objects.filter(refund=refund).update(amount=self.amount(), cost_amount=3),
                    refund.delete,
                ]
            )()

    # -- people ----------------------------------------------------------------------------------------------------

    def edit_customer(self) -> None:
        change = self.dice.choice(
            [
                {"channel": self.maybe(Channel)},
                {"owner": self.maybe(User)},
                {"campaign": self.maybe(Campaign)},
                {"is_test": self.dice.random() < 0.2},
                {"is_spam": self.dice.random() < 0.2},
            ]
        )
        Customer.objects.filter(pk=self.any(Customer).pk).update(**change)

    def merge_customers(self) -> None:
        gone, kept = self.any(Customer, merged_into=None), self.any(Customer, merged_into=None)
        if gone and kept and gone != kept:
            for model in (Order, Lead, Ticket):
                model.objects.filter(customer=gone).update(customer=kept)
            Customer.objects.filter(pk=gone.pk).update(merged_into=kept)

    def add_customer(self) -> None:
        Customer.objects.create(name="New", channel=self.maybe(Channel), owner=self.maybe(User))

    def move_seller(self) -> None:
        User.objects.filter(pk=self.any(User).pk).update(team=self.maybe(Team))

    # -- leads and deals -------------------------------------------------------------------------------------------

    def add_lead(self) -> None:
        at = self.moment()
        Lead.objects.create(
            name="New",
            customer=self.maybe(Customer),
            channel=self.maybe(Channel),
            created_at=at,
            mql_at=at,
            owner=self.maybe(User),
        )

    def edit_lead(self) -> None:
        change = self.dice.choice(
            [
                {"created_at": self.moment()},
                {"mql_at": self.moment(), "sql_at": self.moment()},
                {"converted_at": self.moment()},
                {"converted_at": None},
                {"customer": self.maybe(Customer)},
                {"campaign": self.maybe(Campaign)},
                {"owner": self.maybe(User)},
                {"is_spam": self.dice.random() < 0.2},
            ]
        )
        Lead.objects.filter(pk=self.any(Lead).pk).update(**change)

    def delete_lead(self) -> None:
        self.any(Lead).delete()

    def merge_leads(self) -> None:
        lead, into = self.any(Lead, merged_into=None, customer=None), self.any(Lead, merged_into=None)
        if lead and into and lead != into:
            merge_leads(lead, into=into, by=None, at=NOW)

    def close_deal(self) -> None:
        end = self.dice.choice(["won", "lost"])
        deal = Opportunity.objects.create(
            name=end, stage=Stage.objects.get(kind=end), amount=1, lead=self.maybe(Lead), **{f"{end}_at": self.moment()}
        )
        deal.products.set(self.dice.sample(list(Product.objects.all()), 2))

    def edit_deal(self) -> None:
        deal = self.any(Opportunity, won_at__isnull=False)
        Opportunity.objects.filter(pk=deal.pk).update(won_at=self.moment(), owner=self.maybe(User))
        deal.products.set([self.any(Product)])

    # -- what they hang on, and the rest ---------------------------------------------------------------------------

    def edit_product(self) -> None:
        Product.objects.filter(pk=self.any(Product).pk).update(category=self.maybe(Category))

    def edit_campaign(self) -> None:
        goal = self.dice.choice(["leads", "sales"])
        Campaign.objects.filter(pk=self.any(Campaign).pk).update(goal=goal, channel=self.maybe(Channel))

    def spend(self) -> None:
        start = self.moment().date()
        last = start + timedelta(days=self.dice.randint(0, 60))
        kind = self.dice.choice(Expense.Kind.values)
        Expense.objects.create(kind=kind, amount=self.amount(), campaign=self.maybe(Campaign), valid_from=start, valid_to=last)

    def edit_expense(self) -> None:
        expense = self.any(Expense)
        self.dice.choice([lambda: Expense.objects.filter(pk=expense.pk).update(amount=self.amount()), expense.delete])()

    def resolve_ticket(self) -> None:
        at = self.moment()
        customer, product = self.maybe(Customer), self.maybe(Product)
        Ticket.objects.create(customer=customer, product=product, created_at=at, resolved_at=at + timedelta(hours=5))

    def answer(self) -> None:
        survey = self.any(Survey, kind="nps")
        Answer.objects.create(
            survey=survey, customer=self.maybe(Customer), score=self.dice.randint(0, 10), answered_at=self.moment()
        )

    def edit_answer(self) -> None:
        Answer.objects.filter(pk=self.any(Answer).pk).update(answered_at=self.moment())

    def change_threshold(self) -> None:
        Organization.objects.update(inactivity_days=self.dice.choice([30, 90, 180]))


# How often each, compared with the others; what reaches every customer is rare.
ACTS: dict[str, float] = {
    name: 1.0
    for name, act in vars(Writer).items()
    if isinstance(act, Callable)
    and not name.startswith("_")
    and name not in {"any", "maybe", "moment", "amount", "status", "act"}
}
ACTS |= {"place_order": 5, "edit_order": 5, "edit_lines": 3, "edit_customer": 2, "edit_lead": 2, "change_threshold": 0.1}
# What falls on the last days alone, so that workers meet in a few cells.
RUSH = ("place_order", "import_orders", "refund", "add_lead", "close_deal", "resolve_ticket", "answer")
