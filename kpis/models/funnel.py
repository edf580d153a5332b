"""The steps of leads: when a lead came to each step of the funnel, and how far it has come."""

from __future__ import annotations

from django.db import models
from django.db.models import Case, Value, When

from kpis.funnel import LAST
from leads.models import Lead


class FunnelFact(models.Model):
    """A counted lead. `at_0` is when it came, `at_1` and so on its first moment of each later step.

    Who reached a later step reached the earlier ones, too, though there is no moment of them.
    """

    lead = models.OneToOneField(Lead, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    at_0 = models.DateTimeField()
    at_1 = models.DateTimeField(null=True)
    at_2 = models.DateTimeField(null=True)
    at_3 = models.DateTimeField(null=True)
    at_4 = models.DateTimeField(null=True)
    at_5 = models.DateTimeField(null=True)
    reach = models.GeneratedField(
        expression=Case(
            *(When(**{f"at_{step}__isnull": False}, then=Value(step)) for step in range(LAST, 0, -1)), default=Value(0)
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.reach}"
