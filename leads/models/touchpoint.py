"""Every touch of a person, wherever it is stored."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models

from campaigns.models import Campaign, Channel, LandingPage, LeadSource, SocialNetwork
from crm.models import RecordQuerySet
from customers.models import Customer
from leads.models.lead import Lead


class TouchpointQuerySet(RecordQuerySet):
    owner_paths = ("lead__owner", "customer__owner")

    def until(self, moment: datetime) -> Self:
        """Those that an order of that moment can be credited to, the first one first."""
        return self.filter(at__lte=moment).order_by("at", "kind", "row_id")


class Touchpoint(models.Model):
    """A row of a view (leads/touchpoints.py), so that it does not matter in which order we hear of people and visits."""

    pk = models.CompositePrimaryKey("kind", "row_id", "person")
    kind = models.CharField(max_length=8)
    row_id = models.BigIntegerField()
    person = models.BigIntegerField()
    customer = models.ForeignKey(Customer, null=True, on_delete=models.DO_NOTHING, related_name="+")
    lead = models.ForeignKey(Lead, null=True, on_delete=models.DO_NOTHING, related_name="+")
    at = models.DateTimeField()
    channel = models.ForeignKey(Channel, null=True, on_delete=models.DO_NOTHING, related_name="+")
    lead_source = models.ForeignKey(LeadSource, null=True, on_delete=models.DO_NOTHING, related_name="+")
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.DO_NOTHING, related_name="+")
    landing_page = models.ForeignKey(LandingPage, null=True, on_delete=models.DO_NOTHING, related_name="+")
    social_network = models.ForeignKey(SocialNetwork, null=True, on_delete=models.DO_NOTHING, related_name="+")

    objects = TouchpointQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "leads_touchpoint"

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"
