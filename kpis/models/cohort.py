"""Customers by the month of their first order and the months in which they ordered: a few thousand sums."""

from __future__ import annotations

from django.db import models


class CohortCell(models.Model):
    """How many customers whose first order was in one month ordered in another, in total or of one member.

    `grain` is that of the months of either calendar; `dimension` is 0 for the total, else one of DIMENSION_CODES.
    """

    pk = models.CompositePrimaryKey("grain", "dimension", "cohort", "member", "month")
    grain = models.PositiveSmallIntegerField()
    dimension = models.PositiveSmallIntegerField()
    cohort = models.DateField()
    member = models.BigIntegerField()
    month = models.DateField()
    customers = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.cohort} in {self.month}: {self.customers}"
