"""A campaign: a goal, a channel, a span of days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.channel import Channel, ReferenceQuerySet
from crm.fields import MoneyField
from crm.history import keeps_history
from crm.models import Record, User

# So long after its end a campaign still waits for somebody to judge it.
REVIEW_DAYS = 60


class CampaignQuerySet(ReferenceQuerySet):
    def to_review(self, today: date) -> Self:
        """Those that have ended lately and whose report card nobody has closed."""
        ended = Q(ends_on__lt=today, ends_on__gte=today - timedelta(days=REVIEW_DAYS))
        return self.filter(ended, reviewed_at__isnull=True)


@keeps_history
class Campaign(Record):
    class Goal(models.TextChoices):
        LEADS = "leads", _("Leads")
        AWARENESS = "awareness", _("Awareness")
        SALES = "sales", _("Sales")

    class GoalEvent(models.TextChoices):
        OPPORTUNITY = "opportunity", _("Opportunity")
        FORM = "form", _("Form")
        DOWNLOAD = "download", _("Download")
        VIDEO = "video", _("Video")
        SALE = "sale", _("Sale")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    name = models.CharField(_("name"), max_length=200)
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="campaigns")
    goal = models.CharField(_("goal"), max_length=10, choices=Goal.choices, default=Goal.LEADS)
    goal_event = models.CharField(_("goal event"), max_length=12, choices=GoalEvent.choices, default=GoalEvent.OPPORTUNITY)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    budget = MoneyField(_("budget"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.RUNNING)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="campaigns")

    # When its owner closed its report card.
    reviewed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-id"]
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="campaigns_campaign_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name
