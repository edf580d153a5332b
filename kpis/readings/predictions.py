"""Which fitted models stand behind a period's predicted values, and why there are none."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime

from kpis.engine.predictions import is_installed
from kpis.models import PredictionFit


class Fits:
    """The last models on or before each of some days."""

    def __init__(self, days: Sequence[date]) -> None:
        known = list(PredictionFit.objects.filter(day__lte=max(days)).order_by("day"))
        ends = [fit.day for fit in known]
        places = [bisect_right(ends, day) for day in days]
        self._fits = [known[place - 1] if place else None for place in places]

    def reason(self, index: int) -> str:
        """Why nothing is predicted; empty where the models have been fitted."""
        fit = self._fits[index]
        if fit is not None:
            return fit.reason
        return "not_fitted" if is_installed() else "not_installed"

    def fitted_at(self, index: int) -> datetime | None:
        fit = self._fits[index]
        return fit and fit.fitted_at
