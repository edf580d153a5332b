"""What a merge of two customers moved, so that it can be taken back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models import User
from customers.models.customer import Customer

UNDO_DAYS = 30


class CustomerMerge(models.Model):
    """`customer` disappeared into `survivor`. Rows that came later stay with the survivor whatever becomes of the merge."""

    customer = models.ForeignKey(Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="merges")
    survivor = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True, blank=True)
    # The keys of what hung on the customer, by `app.model.field`.
    moved = models.JSONField(default=dict)
    # What the survivor's columns were before and after, by column.
    changed = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # Answers that gave way to one of the same day, whole.
    dropped = models.JSONField(default=list, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.customer_id} → {self.survivor_id}"

    def may_be_undone(self, at: datetime) -> bool:
        return self.undone_at is None and at <= self.recorded_at + timedelta(days=UNDO_DAYS)
