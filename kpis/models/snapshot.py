"""What closed periods reported, and what they were restated to."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.fields import ExactField
from crm.models import User


class SnapshotQuerySet(models.QuerySet):
    def latest_revisions(self) -> Self:
        """The newest revision of each KPI and period."""
        keys = ("kpi", "version", "calendar", "grain", "start")
        return self.order_by(*keys, "-revision").distinct(*keys)


class Snapshot(models.Model):
    """The company's value of one KPI for one closed period; revision 1 is as reported, later ones restate it."""

    kpi = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    calendar = models.CharField(max_length=10)
    grain = models.CharField(max_length=15)
    start = models.DateField()
    revision = models.PositiveIntegerField(default=1)
    numerator = ExactField(null=True)
    denominator = ExactField(null=True)
    value = ExactField(null=True)
    # The organisation's rules it was last found right under: they are part of the definition. Unknown of what was kept before.
    rules = models.JSONField(default=dict, blank=True)
    # Of a restatement: which of them had become others, with what each was and is. Its reason says so, or why else.
    changes = models.JSONField(default=list, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    # Who changed the rules, where one known person did. Records are changed by many.
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField()

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kpi", "version", "calendar", "grain", "start", "revision"], name="kpis_snapshot_revision"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kpi} {self.start} r{self.revision}"
