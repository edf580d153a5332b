"""What customers bought and gave back around the days on which they came."""

from __future__ import annotations

from django.db import models

from crm.fields import ExactField
from kpis.models.fact import CustomerFact


class NewcomerDay(models.Model):
    """A day, at most a year from the acquisition, on which a customer bought from an owner or gave back: all of it together."""

    fact = models.ForeignKey(CustomerFact, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    day = models.DateField()
    owner_id = models.BigIntegerField(default=0)
    orders = models.IntegerField()
    net = ExactField()
    refunded = ExactField()

    class Meta:
        indexes = [models.Index(fields=["day"], name="kpis_newcomerday_day")]

    def __str__(self) -> str:
        return f"{self.fact_id}: {self.day}"
