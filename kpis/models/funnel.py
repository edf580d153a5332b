"""The leads of a funnel, where its statement looks them up more than once."""

from __future__ import annotations

from django.db import models

from customers.models import Customer


class FunnelLead(models.Model):
    """A lead of the cohort: a WITH term of the statement (readings/funnel.py), not a table."""

    customer = models.ForeignKey(Customer, null=True, on_delete=models.DO_NOTHING, related_name="+")
    created_on = models.DateField()

    class Meta:
        managed = False
        db_table = "funnel_lead"

    def __str__(self) -> str:
        return str(self.pk)
