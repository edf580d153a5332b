"""What the models could have said of customers, thrown with dice: figures that are read need not be fitted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from random import Random

from kpis.models import CustomerFact, Prediction, PredictionFit


def make_predictions(days: Sequence[date], dice: Random, at: datetime) -> None:
    """As of some evenings, of everybody who had ordered by then; of the second nobody, as its models were refused."""
    for number, day in enumerate(days):
        facts = [] if number == 1 else list(CustomerFact.objects.filter(first_order_day__lte=day).order_by("customer"))
        fit = PredictionFit.objects.create(
            day=day,
            fitted_at=at,
            checked_on=day,
            checksum=0,
            reason="" if facts else PredictionFit.Reason.FAILED,
            customers=len(facts),
            repeaters=0,
            history_days=0,
            yearly_rate=Decimal("0.2"),
        )
        Prediction.objects.bulk_create(
            Prediction(
                fit=fit,
                fact=fact,
                last_day=fact.first_order_day,
                orders=Decimal(dice.randint(0, 9_999_999)) / 10**6,
                alive=Decimal(dice.randint(0, 10**6)) / 10**6,
                order_margin=dice.randint(0, 10**6),
                value=Decimal(dice.randint(-(10**9), 10**12)) / 10**6,
                unknown_costs=dice.randint(0, 1),
            )
            for fact in facts
        )
