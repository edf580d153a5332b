"""The cards of the overview that a user has chosen."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from crm.models import User


class PinsQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """One's own."""
        return self.filter(user=user)


class Pins(models.Model):
    """`previous` is what a change can be undone to; None, in both, means those of the role."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    kpis = ArrayField(models.CharField(max_length=60), null=True, blank=True)
    previous = ArrayField(models.CharField(max_length=60), null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    objects = PinsQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "pins"

    def __str__(self) -> str:
        return f"{self.user_id}"
