"""Looking at the same figures every week or month: what is looked at, and each sitting with its notes."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import User
from crm.periods import Grain
from crm.words import CALENDARS, choices


class ReviewQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """One's own: notes are written for oneself."""
        return self.filter(user=user, is_on=True) if user.is_active else self.none()


class Review(models.Model):
    """Some KPIs that a user looks at when a week or a month has ended."""

    class Cadence(models.TextChoices):
        WEEKLY = Grain.WEEK.value, _("Weekly")
        MONTHLY = Grain.MONTH.value, _("Monthly")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    cadence = models.CharField(_("how often"), max_length=5, choices=Cadence.choices)
    calendar = models.CharField(_("calendar"), max_length=10, choices=choices(CALENDARS))
    kpis = ArrayField(models.CharField(max_length=60), verbose_name=_("KPIs"))
    created_at = models.DateTimeField()
    is_on = models.BooleanField(default=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class ReviewSession(models.Model):
    """The sitting about one period, from the moment it was opened; one that nobody opened has no row."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="sessions")
    start = models.DateField()
    opened_at = models.DateTimeField()
    note = models.TextField(_("notes"), blank=True)
    noted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "start"], name="kpis_reviewsession_one_a_period")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.start}"
