"""Facts of customers that no single row holds: the day they came, first and last order day, spans of activity, order days.

Members are those of the moment the facts were computed, so that an old contribution can be taken back exactly.
"""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models

from crm.models import RecordQuerySet, User
from customers.models import Customer
from leads.models import Lead

# A day that no figure reaches: when whoever has a contract without a last day is lost.
NEVER = date.max


class CustomerFactQuerySet(RecordQuerySet):
    owner_paths = ("customer__owner",)


class Members(models.Model):
    """Whom a fact belongs to, by first touch and owner; 0 is the unknown member."""

    channel_id = models.BigIntegerField(default=0)
    lead_source_id = models.BigIntegerField(default=0)
    campaign_id = models.BigIntegerField(default=0)
    owner_id = models.BigIntegerField(default=0)
    landing_page_id = models.BigIntegerField(default=0)
    social_network_id = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class CustomerFact(Members):
    """One counted customer with a counted order or contract: `first_day` is the day of acquisition, the others are order days."""

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    first_day = models.DateField()
    first_order_day = models.DateField(null=True)
    second_day = models.DateField(null=True)
    last_day = models.DateField(null=True)

    objects = CustomerFactQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["first_day"], name="kpis_customerfact_first"),
            # Whose customers they are, and of which channel, is told from the index alone: a rep asks for no others.
            models.Index(fields=["owner_id", "channel_id"], include=["customer", "first_day"], name="kpis_customerfact_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.first_day}"


class FactDetailQuerySet(RecordQuerySet):
    owner_paths = ("fact__customer__owner",)

    def ending(self) -> Self:
        """Without those that run on: of a contract without a last day."""
        return self.filter(lost_day__lt=NEVER)


class CustomerDayQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """An order day belongs to the owner of its order, who need not own the customer."""
        if not user.is_active:
            return self.none()
        if user.sees_all:
            return self
        return self.filter(owner_id__in=User.objects.filter(team=user.team_id).values("pk") if user.sees_team else [user.pk])


class CustomerDay(models.Model):
    """A day on which a customer placed a counted order with an owner: the presence table of distinct counts."""

    fact = models.ForeignKey(CustomerFact, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="days")
    day = models.DateField()
    owner_id = models.BigIntegerField(default=0)
    team_id = models.BigIntegerField(default=0)

    objects = CustomerDayQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["fact", "day"], name="kpis_customerday_fact"),
            # Distinct buyers of days that no sum holds are counted from the index alone.
            models.Index(fields=["day"], include=["fact", "owner_id", "team_id"], name="kpis_customerday_day"),
        ]

    def __str__(self) -> str:
        return f"{self.fact_id}: {self.day}"


class CustomerContact(models.Model):
    """A day on which a customer wrote, answered or came to the site."""

    fact = models.ForeignKey(CustomerFact, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    day = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["fact", "day"], name="kpis_customercontact_fact"),
            # Who did something in a period is told from the index alone.
            models.Index(fields=["day"], include=["fact"], name="kpis_customercontact_day"),
        ]

    def __str__(self) -> str:
        return f"{self.fact_id}: {self.day}"


class CustomerSpan(models.Model):
    """A span of activity: from `start_day` up to the day before `lost_day`; the customer came `since` and again on `back_day`."""

    fact = models.ForeignKey(CustomerFact, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="spans")
    start_day = models.DateField()
    lost_day = models.DateField()
    is_first = models.BooleanField()
    since = models.DateField()
    back_day = models.DateField(null=True)

    objects = FactDetailQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["start_day"], include=["fact", "lost_day", "is_first"], name="kpis_customerspan_start"),
            # Who came, who was lost, and whether they were back, is told from the indexes alone. A day that the planner could
            # look for in the second one, past the first day, is none of its keys: it thinks too much of such a search.
            models.Index(fields=["lost_day", "start_day"], include=["fact", "back_day"], name="kpis_customerspan_lost"),
            models.Index(fields=["fact", "start_day"], include=["lost_day"], name="kpis_customerspan_fact"),
        ]

    def __str__(self) -> str:
        return f"{self.fact_id}: {self.start_day} to {self.lost_day}"


class LeadFactQuerySet(RecordQuerySet):
    owner_paths = ("lead__owner",)
    is_for_sellers = True


class LeadFact(Members):
    """A counted lead that has a customer, and whether that customer ordered on or after the lead's day.

    `is_invoiced`: it has neither quote nor opportunity of its own, but its customer has an invoice of its day or later.
    """

    lead = models.OneToOneField(Lead, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    customer_id = models.BigIntegerField(db_index=True)
    created_on = models.DateField()
    has_ordered = models.BooleanField()
    is_invoiced = models.BooleanField(db_default=False)

    objects = LeadFactQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["created_on"], name="kpis_leadfact_created")]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.has_ordered}"


class Batch(models.Model):
    """The customers being computed: a temporary table of the draining session (engine/customers.py)."""

    customer_id = models.BigIntegerField(primary_key=True)

    class Meta:
        managed = False
        db_table = "kpis_batch"

    def __str__(self) -> str:
        return str(self.customer_id)


class BatchLead(models.Model):
    """The leads of those customers, as they are and as they were: another temporary table."""

    lead_id = models.BigIntegerField(primary_key=True)

    class Meta:
        managed = False
        db_table = "kpis_batchlead"

    def __str__(self) -> str:
        return str(self.lead_id)
