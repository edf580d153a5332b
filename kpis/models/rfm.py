"""RFM at the end of every month of both calendars. A customer's scores are stored only where they change."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models.functions import Now

from crm.fields import ExactField
from crm.models import RecordQuerySet
from customers.models import Customer

# The end of what holds until something is known to have changed.
FOR_EVER = date(9999, 12, 31)


class RfmSnapshot(models.Model):
    """The evening of a month's last day; dirty while it has to be computed again."""

    day = models.DateField(primary_key=True)
    is_dirty = models.BooleanField(default=True)
    marked_at = models.DateTimeField(db_default=Now())
    computed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["day"], condition=models.Q(is_dirty=True), name="kpis_rfmsnapshot_dirty")]

    def __str__(self) -> str:
        return str(self.day)


class RfmSpanQuerySet(RecordQuerySet):
    owner_paths = ("customer__owner",)

    def on(self, day: date) -> Self:
        """What the last snapshot on or before a day says of each customer."""
        return self.filter(first_day__lte=day, until_day__gt=day)


class RfmSpan(models.Model):
    """Scores of a customer from one snapshot up to, and without, another; no row where nothing was bought in the window."""

    customer = models.ForeignKey(
        Customer,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        related_query_name="rfm_span",
    )
    recency = models.PositiveSmallIntegerField()
    frequency = models.PositiveSmallIntegerField()
    monetary = models.PositiveSmallIntegerField()
    segment = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    until_day = models.DateField()

    objects = RfmSpanQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["customer", "first_day"], name="kpis_rfmspan_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.recency}{self.frequency}{self.monetary} from {self.first_day}"


class RfmCell(models.Model):
    """What a snapshot's customers of one combination of scores are together."""

    pk = models.CompositePrimaryKey("day", "recency", "frequency", "monetary")
    day = models.DateField()
    recency = models.PositiveSmallIntegerField()
    frequency = models.PositiveSmallIntegerField()
    monetary = models.PositiveSmallIntegerField()
    customers = models.PositiveIntegerField()
    revenue = ExactField()

    def __str__(self) -> str:
        return f"{self.day} {self.recency}{self.frequency}{self.monetary}: {self.customers}"


class RfmMove(models.Model):
    """How many customers a snapshot finds in a segment that a month earlier were in another or the same; 0 had not bought."""

    pk = models.CompositePrimaryKey("day", "earlier", "before", "after")
    day = models.DateField()
    earlier = models.DateField()
    before = models.PositiveSmallIntegerField()
    after = models.PositiveSmallIntegerField()
    customers = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.earlier} {self.before} to {self.day} {self.after}: {self.customers}"
