"""A campaign: a goal, a channel, a span of days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.channel import Channel, ReferenceQuerySet
from crm.fields import ExactField, MoneyField
from crm.history.keeping import keeps_history
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

    # For those who see costs.
    COSTS = ("budget", "target_cost_per_lead", "target_cost_per_converted_lead", "target_romi_short", "target_romi_long")

    name = models.CharField(_("name"), max_length=200)
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="campaigns")
    goal = models.CharField(_("goal"), max_length=10, choices=Goal.choices, default=Goal.LEADS)
    goal_event = models.CharField(_("goal event"), max_length=12, choices=GoalEvent.choices, default=GoalEvent.OPPORTUNITY)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    budget = MoneyField(_("budget"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.RUNNING)
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="campaigns")

    # What the figures of its report card should come to over its whole life; a rate and a return are fractions.
    target_leads = models.PositiveBigIntegerField(_("target: leads"), null=True, blank=True)
    target_mqls = models.PositiveBigIntegerField(_("target: MQL"), null=True, blank=True)
    target_sqls = models.PositiveBigIntegerField(_("target: SQL"), null=True, blank=True)
    target_converted = models.PositiveBigIntegerField(_("target: converted leads"), null=True, blank=True)
    target_lead_conversion_rate = ExactField(_("target: lead conversion rate"), null=True, blank=True)
    target_cost_per_lead = MoneyField(_("target: cost per lead"), null=True, blank=True)
    target_cost_per_converted_lead = MoneyField(_("target: cost per converted lead"), null=True, blank=True)
    target_new_customers = models.PositiveBigIntegerField(_("target: new customers"), null=True, blank=True)
    target_orders = models.PositiveBigIntegerField(_("target: orders"), null=True, blank=True)
    target_revenue = MoneyField(_("target: net revenue"), null=True, blank=True)
    target_romi_short = ExactField(_("target: ROMI, short term"), null=True, blank=True)
    target_romi_long = ExactField(_("target: ROMI, long term"), null=True, blank=True)

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
            models.CheckConstraint(
                condition=Q(
                    target_lead_conversion_rate__gte=0,
                    target_cost_per_lead__gte=0,
                    target_cost_per_converted_lead__gte=0,
                    target_revenue__gte=0,
                ),
                name="campaigns_campaign_targets_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name
