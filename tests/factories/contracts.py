"""Contracts of the company of three years: with customers who also order and with some who never do."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from customers.models import Contract, Customer

LAST = date(2025, 9, 30)


def make_contracts(customers: list[Customer], dice: Random) -> None:
    """Following each other without a gap, after one, or apart; a few that run on."""
    silent = Customer.objects.bulk_create(Customer(name=f"Subscriber {i}", channel=customers[i].channel) for i in range(12))
    rows = []
    for customer in [*dice.sample(customers, 40), *silent]:
        day = date(2022, 6, 1) + timedelta(days=dice.randint(0, 900))
        for _ in range(dice.randint(1, 4)):
            end = day + timedelta(days=dice.randint(0, 300))
            rows.append(Contract(customer=customer, starts_on=day, ends_on=end, is_trial=dice.random() < 0.15))
            day = end + timedelta(days=dice.choice((1, 1, 2, -20, dice.randint(3, 400))))
        if dice.random() < 0.2 and day <= LAST:
            rows[-1].ends_on = None
    Contract.objects.bulk_create(rows)


def edit_contracts(dice: Random) -> None:
    """Some are ended, prolonged, moved, given to somebody else, found to be trials, or deleted."""
    rows = list(Contract.objects.order_by("pk"))
    for row in dice.sample(rows, 8):
        Contract.objects.filter(pk=row.pk).update(ends_on=row.starts_on + timedelta(days=dice.randint(0, 500)))
    for row in dice.sample(rows, 6):
        other = dice.choice(rows)
        Contract.objects.filter(pk=row.pk).update(customer=other.customer_id, starts_on=row.starts_on - timedelta(days=40))
    Contract.objects.filter(pk__in=[row.pk for row in dice.sample(rows, 5)]).update(is_trial=True)
    Contract.objects.filter(pk__in=[row.pk for row in dice.sample(rows, 5)]).delete()
