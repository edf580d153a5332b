"""What the customers of RFM's segments are expected to bring, by the models that were fitted last by the day of the scores.

Nothing is stored of it: who is of which segment changes with each order, and each customer's value with each night.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property

from kpis.catalogue import CATALOGUE
from kpis.definitions import is_hidden
from kpis.models import Prediction, PredictionFit
from kpis.readings.rfm import BY_CODE, Rfm, fetch
from kpis.rfm import Segment

KPI = CATALOGUE["clv_predicted"]


class SegmentValues:
    """Of one day, for one viewer."""

    def __init__(self, rfm: Rfm) -> None:
        self.rfm = rfm

    @cached_property
    def fit(self) -> PredictionFit | None:
        """The models; none for whoever may not see costs, and where too little was known to fit any."""
        if self.rfm.viewer and is_hidden(KPI, self.rfm.viewer):
            return None
        fit = PredictionFit.objects.until(self.rfm.as_of).first()
        return fit if fit and fit.has_converged else None

    def means(self) -> dict[Segment, Decimal]:
        """The mean value of the customers of each segment who have a prediction, where there are any; base currency."""
        people, params = self.rfm.relation()
        values = Prediction.objects.counted().filter(fit=self.fit).order_by().values_list("fact_id", "value")
        sql, value_params = values.query.sql_with_params()
        found = fetch(
            f"SELECT segment, sum(value), count(*) FROM ({people}) p JOIN ({sql}) v (customer_id, value) USING (customer_id)"
            " GROUP BY segment",
            [*params, *value_params],
        )
        return {BY_CODE[segment]: value / count for segment, value, count in found}
