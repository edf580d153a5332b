"""What each customer is expected to bring, as the last models fitted by the end of a period say."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet, Subquery

from kpis.catalogue.cubes.sides import FACT_SIDES
from kpis.definitions import Day, Fold, PeriodCube
from kpis.models import Prediction, PredictionFit


def predicted(_first: Day, last: Day) -> QuerySet:
    """Each customer who still counts once; nobody where the last models were refused."""
    return Prediction.objects.counted().filter(fit=Subquery(PredictionFit.objects.until(last).values("pk")[:1]))


PREDICTIONS = PeriodCube(
    key="predictions",
    code=109,
    rows=Prediction.objects.counted,
    rows_in=predicted,
    day="last_day",
    dimensions=FACT_SIDES,
    folds={
        "value": Fold(amount=F("value"), is_cost=True),
        "customers": Fold(),
        "unknown_costs": Fold(Q(unknown_costs__gt=0)),
    },
    resource="customers",
    stores_days=False,
)
