"""What an administrator asks of the sample data: to load or to remove them, which a worker does."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from crm.models import User


class SampleJobQuerySet(models.QuerySet):
    def open(self) -> Self:
        """What has not come to an end, be it begun or not."""
        return self.filter(ended_at__isnull=True)


class SampleJob(models.Model):
    """One wish, and what came of it; `told` are the lines for whoever asked, in their language."""

    class Kind(models.TextChoices):
        LOAD = "load"
        REMOVE = "remove"
        UNLINK = "unlink"  # and part real rows from them

    class State(models.TextChoices):
        DUE = "due"
        DONE = "done"
        REFUSED = "refused"
        FAILED = "failed"

    kind = models.CharField(max_length=6, choices=Kind.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.DUE)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    removed = models.PositiveIntegerField(default=0)
    told = ArrayField(models.TextField(), default=list)

    objects = SampleJobQuerySet.as_manager()

    class Meta:
        verbose_name = "sample job"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="due", ended_at__isnull=True) | (~Q(state="due") & Q(ended_at__isnull=False)),
                name="kpis_samplejob_ended",
            ),
            models.UniqueConstraint(fields=["state"], condition=Q(state="due"), name="kpis_samplejob_one_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.asked_at:%Y-%m-%d}"
