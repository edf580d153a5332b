"""Predicted value of customers: fitted on all that was ordered by an evening, stored with each customer's own figures.

The ends of months keep theirs, and the last evening has one; a night later they are fitted again only where the histories
they stand on have changed. So no message and no trigger is needed, and a night that was missed is made up for by the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from typing import Any

from django.db.models import F

from crm.models import Organization
from customers.models import Order, Refund
from kpis.engine.locks import PREDICTIONS, lock, own_transaction
from kpis.models import HORIZON_WEEKS, Prediction, PredictionFit
from kpis.rfm import snapshot_days

# Months that have ended are fitted so far back, and looked at again so long.
KEPT_DAYS = 400
BATCH = 5_000
PLACES = Decimal("0.000001")
# An order day is a day with counted orders, and leaves their margin less what of them has been given back by then.
HISTORIES = """
WITH flow (customer, day, margin, unknown) AS ({orders} UNION ALL {refunds}),
     bought AS (
        SELECT customer, day, sum(margin) AS margin, sum(unknown) AS unknown, min(day) OVER (PARTITION BY customer) AS first_day
          FROM flow GROUP BY customer, day),
     history AS (
        SELECT customer, first_day, max(day) AS last_day, count(*) - 1 AS x, sum(unknown) AS unknown,
               coalesce(sum(margin) FILTER (WHERE day > first_day), 0) AS margin
          FROM bought GROUP BY customer, first_day)
"""
SUMMARY = """
SELECT count(*), coalesce(sum(hashtextextended(concat_ws(' ', customer, first_day, last_day, x, unknown, margin), 0)), 0),
       min(first_day), coalesce(sum(x), 0), coalesce(sum(last_day - first_day), 0),
       count(*) FILTER (WHERE x > 0), count(*) FILTER (WHERE x > 0 AND margin > 0)
  FROM history
"""
ROWS = "SELECT customer, first_day, last_day, x, unknown, margin FROM history ORDER BY customer"


class BusyError(Exception):
    """Another session is fitting."""


@dataclass(frozen=True)
class Needs:
    """The least that the models are fitted on: customers, and how often the usual time between two order days has passed."""

    customers: int = 500
    cycles: int = 3


@dataclass(frozen=True)
class Evening:
    """What is known as of the evening of a day, and what it comes to."""

    day: date
    cursor: Any
    organization: Organization

    @cached_property
    def statement(self) -> tuple[str, list[Any]]:
        bought = Order.objects.counted().filter(customer__isnull=False, customer__merged_into__isnull=True)
        orders = bought.filter(placed_on__lte=self.day).order_by()
        orders = orders.values_list("customer_id", "placed_on", F("net_amount") - F("cost_amount"), "unknown_costs")
        refunds = Refund.objects.counted().filter(order__in=bought, order__placed_on__lte=self.day, refunded_on__lte=self.day)
        refunds = refunds.order_by().annotate(nothing=F("cost_amount") - F("cost_amount"))
        refunds = refunds.values_list("order__customer_id", "order__placed_on", F("cost_amount") - F("amount"), "nothing")
        (order_sql, order_params), (refund_sql, refund_params) = (rows.query.sql_with_params() for rows in (orders, refunds))
        return HISTORIES.format(orders=order_sql, refunds=refund_sql), [*order_params, *refund_params]

    def run(self, body: str) -> list[tuple]:
        sql, params = self.statement
        self.cursor.execute(sql + body, params)
        return self.cursor.fetchall()

    @cached_property
    def summary(self) -> Summary:
        ((customers, checksum, first, repeats, days, repeaters, profitable),) = self.run(SUMMARY)
        history_days = (self.day - first).days if first else 0
        cycle = (Decimal(days) / repeats).quantize(PLACES) if repeats else None
        return Summary(customers, checksum, history_days, cycle, repeaters, profitable)


@dataclass(frozen=True)
class Summary:
    customers: int
    checksum: Decimal
    history_days: int
    cycle_days: Decimal | None
    repeaters: int
    profitable: int

    def reason(self, needs: Needs) -> str:
        """Why the models are not fitted; empty where they can be."""
        shortest = needs.cycles * (self.cycle_days or 0)
        if self.customers < needs.customers or self.history_days < shortest:
            return PredictionFit.Reason.TOO_LITTLE_DATA
        # Spending is fitted on those who came back and left something, and one of them has no spread.
        return PredictionFit.Reason.TOO_FEW_PROFITABLE if self.profitable < 2 else ""


def is_installed() -> bool:
    """Whether the extra `predict` is there."""
    return find_spec("scipy") is not None


def first_order_day() -> date | None:
    return Order.objects.counted().first_day()


def fit_due(*, at: datetime, needs: Needs | None = None) -> int:
    """Fit what is due today, the last evening first; how many were."""
    if not is_installed():
        return 0
    today = Organization.current().day_of(at)
    first = first_order_day()
    # What was said before anybody bought was said of orders that have been taken back, such as those of the demo.
    PredictionFit.objects.filter(day__lt=first or date.max).delete()
    if first is None or first >= today:
        return 0
    evening = today - timedelta(days=1)
    ends = [day for day in snapshot_days(first, evening) if day >= evening - timedelta(days=KEPT_DAYS)]
    looked_at = set(PredictionFit.objects.filter(checked_on__gte=today).values_list("day", flat=True))
    due = sorted({evening, *ends} - looked_at, reverse=True)
    fitted = sum(fit(day, at=at, needs=needs) for day in due)
    # Between the ends of months only the last evening keeps what it said.
    PredictionFit.objects.filter(day__range=(evening - timedelta(days=KEPT_DAYS), evening)).exclude(
        day__in=[evening, *ends]
    ).delete()
    return fitted


def fit(day: date, *, at: datetime, needs: Needs | None = None) -> bool:
    """Fit the models of an evening and store each customer's figures; False where nothing has changed since the last time."""
    with own_transaction() as cursor:
        if not lock(cursor, PREDICTIONS, wait=False):
            raise BusyError
        # Between two statements the models of a million customers are fitted, for minutes.
        cursor.execute("SET LOCAL work_mem = '256MB'; SET LOCAL statement_timeout = '600s'")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        evening = Evening(day, cursor, Organization.current())
        known, today = PredictionFit.objects.filter(pk=day), evening.organization.day_of(at)
        same = {"checksum": evening.summary.checksum, "yearly_rate": evening.organization.discount_rate}
        if known.filter(**same).update(checked_on=today):
            return False
        known.delete()
        store(evening, needs or Needs(), fitted_at=at, checked_on=today, **same)
        return True


def store(evening: Evening, needs: Needs, **facts: Any) -> None:
    """The fit and its predictions, or the fit and its reason."""
    summary = evening.summary
    found = PredictionFit(
        day=evening.day,
        customers=summary.customers,
        repeaters=summary.repeaters,
        history_days=summary.history_days,
        cycle_days=summary.cycle_days,
        **facts,
    )
    predictions: Iterator[Prediction] = iter(())
    found.reason = summary.reason(needs)
    if not found.reason:
        predictions = predict(found, evening)
    found.save(force_insert=True)
    while batch := list(islice(predictions, BATCH)):
        Prediction.objects.bulk_create(batch)


def predict(found: PredictionFit, evening: Evening) -> Iterator[Prediction]:
    """Each customer's figures; the fit gets its parameters, or the reason why it has none."""
    clv = import_module("kpis.engine.clv")
    rows = evening.run(ROWS)
    histories = clv.Histories.of([(x, last - first, evening.day - first, margin) for _, first, last, x, _, margin in rows])
    try:
        purchases, spending = clv.Purchases.fit(histories), clv.Spending.fit(histories)
        factor = float(1 + found.yearly_rate) ** (-1 / HORIZON_WEEKS)
        figures = clv.figures(histories, purchases, spending, weeks=HORIZON_WEEKS, factor=factor)
    except clv.NotFittedError:
        found.reason = PredictionFit.Reason.FAILED
        return iter(())
    for name, value in {**vars(purchases), **vars(spending)}.items():
        setattr(found, name, exact(value))
    return predictions_of(found, rows, figures)


def predictions_of(found: PredictionFit, rows: list[tuple], figures: list[tuple[float, ...]]) -> Iterator[Prediction]:
    for (customer, _, last_day, _, unknown, _), each in zip(rows, figures, strict=True):
        orders, alive, order_margin, value = (exact(number) for number in each)
        yield Prediction(
            fit=found,
            fact_id=customer,
            last_day=last_day,
            orders=orders,
            alive=alive,
            order_margin=order_margin,
            value=value,
            unknown_costs=unknown,
        )


def exact(number: float) -> Decimal:
    """A decimal to six places: what is stored is added up exactly from then on."""
    return Decimal(repr(float(number))).quantize(PLACES)
