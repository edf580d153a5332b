"""What people keep about their lists: views with a name, and what they changed of many rows at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.models import PeopleList, User
from leads.models.lead import Lead


class SavedView(models.Model):
    """Somebody's own tab over the list of leads: the filters as they stand in the address."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="lead_views")
    name = models.CharField(_("name"), max_length=50)
    query = models.CharField(max_length=1000)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="leads_savedview_name")]

    def __str__(self) -> str:
        return self.name


class ListedLead(models.Model):
    """A member of a list of leads."""

    people_list = models.ForeignKey(PeopleList, on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="listed")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["people_list", "lead"], name="leads_listed_once")]

    def __str__(self) -> str:
        return f"{self.people_list_id} {self.lead_id}"


class BulkChangeQuerySet(models.QuerySet):
    def undoable_by(self, user: User) -> Self:
        return self.filter(by=user, undone_at__isnull=True)


class BulkChange(models.Model):
    """One change of many leads, with what stood there before, so that it can be taken back."""

    class Field(models.TextChoices):
        OWNER = "owner_id", _("Owner")
        CAMPAIGN = "campaign_id", _("Campaign")
        MQL = "mql_at", "MQL"
        SQL = "sql_at", "SQL"
        ARCHIVED = "is_archived", _("Archived")

    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    field = models.CharField(max_length=12, choices=Field.choices)
    before = models.JSONField(help_text="the old value by the lead's key")
    value = models.JSONField(help_text="the new value, as {new: …}")
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = BulkChangeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.field} {self.at:%Y-%m-%d}"

    @property
    def count(self) -> int:
        return len(self.before)

    @property
    def new_value(self) -> Any:
        """What was written, as the column holds it."""
        new = self.value["new"]
        return datetime.fromisoformat(new) if self.field in {self.Field.MQL, self.Field.SQL} else new
