"""What customers are expected to bring: the fitted models of some evenings, and each customer's own figures from them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

from django.db import models

from crm.fields import ExactField
from crm.models import RecordQuerySet
from kpis.models.fact import CustomerFact

HORIZON_WEEKS = 52


class PredictionFitQuerySet(models.QuerySet):
    def until(self, day: date) -> Self:
        """Those on or before a day, the last one first."""
        return self.filter(day__lte=day).order_by("-day")


class PredictionFit(models.Model):
    """BG/NBD and Gamma-Gamma as of an evening: what they stand on, and their parameters or why there are none.

    `checksum` is of the histories they were fitted on; `checked_on` is when these were last found to be the same.
    """

    class Reason(models.TextChoices):
        TOO_LITTLE_DATA = "too_little_data"
        TOO_FEW_PROFITABLE = "too_few_profitable"
        FAILED = "failed"

    day = models.DateField(primary_key=True)
    fitted_at = models.DateTimeField()
    checked_on = models.DateField()
    checksum = ExactField()
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    customers = models.PositiveIntegerField()
    repeaters = models.PositiveIntegerField()
    history_days = models.PositiveIntegerField()
    cycle_days = ExactField(null=True)
    horizon_weeks = models.PositiveSmallIntegerField(default=HORIZON_WEEKS)
    yearly_rate = ExactField()
    r = ExactField(null=True)
    alpha = ExactField(null=True)
    a = ExactField(null=True)
    b = ExactField(null=True)
    log_likelihood = ExactField(null=True)
    p = ExactField(null=True)
    q = ExactField(null=True)
    v = ExactField(null=True)

    objects = PredictionFitQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.day}: {self.reason or 'fitted'}"

    @property
    def has_converged(self) -> bool:
        return not self.reason

    @property
    def purchases(self) -> tuple[Decimal, ...]:
        """BG/NBD: r, alpha, a, b and the logarithm of the likelihood."""
        return self.r, self.alpha, self.a, self.b, self.log_likelihood

    @property
    def spending(self) -> tuple[Decimal, ...]:
        """Gamma-Gamma: p, q and v."""
        return self.p, self.q, self.v


class PredictionQuerySet(RecordQuerySet):
    owner_paths = ("fact__customer__owner",)

    def counted(self) -> Self:
        """Of customers who count still: the others have been spam, merged or left without orders since, and have no facts."""
        return self.filter(fact__first_day__isnull=False)


class Prediction(models.Model):
    """One customer's part: order days expected in the horizon, the chance to be a customer still, an order day's margin.

    `value` is what those order days leave, each at what it is worth on the evening of the fit.
    """

    fit = models.ForeignKey(PredictionFit, on_delete=models.CASCADE, db_index=False, related_name="predictions")
    # Without facts where the customer no longer counts: nobody reads it then, and the next fit leaves it out.
    fact = models.ForeignKey(
        CustomerFact, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    last_day = models.DateField()
    orders = ExactField()
    alive = ExactField()
    order_margin = ExactField()
    value = ExactField()
    unknown_costs = models.PositiveIntegerField()

    objects = PredictionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fit", "fact"], name="kpis_prediction_once")]

    def __str__(self) -> str:
        return f"{self.fact_id} as of {self.fit_id}: {self.value}"
