"""What a customer's page says at a glance, with the basis of each number beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from crm.models import User
from customers.models import Answer, Contract, Customer, Order, Refund, Survey, Ticket

MOST_CONTRACTS = 50


@dataclass(frozen=True)
class CustomerFacts:
    """Counted orders only: paid or fulfilled. Revenue is without tax and shipping, and after refunds.

    Whoever looks after a customer knows that a ticket is open also where a colleague answers it (`tickets_elsewhere`).
    """

    orders: int
    revenue: Decimal
    last_order_at: datetime | None
    open_tickets: int
    tickets_elsewhere: int
    nps: Answer | None
    csat: Answer | None


def facts_of(customer: Customer, user: User) -> CustomerFacts:
    orders = Order.objects.visible_to(user).counted().filter(customer=customer)
    sums = orders.aggregate(count=Count("pk"), net=Sum("net_amount"), last=Max("placed_at"))
    refunds = Refund.objects.visible_to(user).counted().filter(order__customer=customer).aggregate(sum=Sum("amount"))["sum"]
    seen = Q(pk__in=Ticket.objects.visible_to(user).filter(customer=customer).values("pk"))
    tickets = Ticket.objects.open().filter(customer=customer).aggregate(all=Count("pk"), seen=Count("pk", filter=seen))
    return CustomerFacts(
        orders=sums["count"],
        revenue=(sums["net"] or Decimal(0)) - (refunds or Decimal(0)),
        last_order_at=sums["last"],
        open_tickets=tickets["all"],
        tickets_elsewhere=tickets["all"] - tickets["seen"],
        nps=_last_answer(customer, user, [Survey.Kind.NPS]),
        csat=_last_answer(customer, user, [Survey.Kind.CSAT, Survey.Kind.CSAT_WORDS]),
    )


def _last_answer(customer: Customer, user: User, kinds: list[str]) -> Answer | None:
    answers = Answer.objects.visible_to(user).filter(customer=customer, survey__kind__in=kinds)
    return answers.select_related("survey").order_by("-answered_at", "-pk").first()


def survivor_of(customer: Customer, user: User) -> Customer | None:
    """The record that a merged one became, where the reader may see it."""
    key = customer.merged_into_id
    return Customer.objects.visible_to(user).filter(pk=key).first() if key else None


def orders_with_refunds(rows: QuerySet[Order]) -> QuerySet[Order]:
    """Each order with what was given back of it."""
    return rows.annotate(refunded=Sum("refunds__amount"))


def contracts_of(customer: Customer, user: User, today: date, *, most: int | None) -> tuple[list[Contract], int]:
    """The newest first, each with how it stands today, and how many older ones are left out."""
    rows = Contract.objects.visible_to(user).filter(customer=customer).order_by("-starts_on", "-pk")
    contracts = list(rows[:most])
    for contract in contracts:
        contract.state = contract.state_on(today)
    return contracts, rows.count() - most if len(contracts) == most else 0


def order_totals(order: Order, lines: Any, refunds: Any) -> dict[str, Decimal]:
    """The sums under an order's lines, in the base currency."""
    return {
        "discount": sum((line.discount + line.order_discount for line in lines), Decimal(0)) * order.rate,
        "net": order.net_amount,
        "tax": (order.tax or sum((line.tax for line in lines), Decimal(0))) * order.rate,
        "shipping": order.shipping * order.rate,
        "refunded": sum((refund.amount for refund in refunds), Decimal(0)),
    }
