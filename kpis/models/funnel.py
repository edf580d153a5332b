"""The steps of leads: when a lead came to each step of the funnel, and how far it has come."""

from __future__ import annotations

from django.db import models
from django.db.models import Case, Value, When

from kpis.funnel import LAST
from kpis.models.fact import LeadFactQuerySet, Members
from leads.models import Lead


class FunnelFact(Members):
    """A counted lead. `at_0` is when it came, `at_1` and so on its first moment of each later step.

    Who reached a later step reached the earlier ones, too, though there is no moment of them. Members are those of the
    moment the steps were computed, so that what a lead added to the sums can be taken back exactly.
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
    created_on = models.DateField()

    objects = LeadFactQuerySet.as_manager()

    class Meta:
        indexes = [
            # Medians of a period are told from the index alone.
            models.Index(
                fields=["created_on"], include=[f"at_{step}" for step in range(LAST + 1)], name="kpis_funnelfact_created"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.reach}"
