"""Posts on social networks and what they got back."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaign import Campaign
from campaigns.models.channel import SocialNetwork
from campaigns.models.session import TrafficQuerySet
from crm.database import local_day_field
from crm.history.keeping import keeps_history
from crm.models import Record


class SocialPostQuerySet(TrafficQuerySet):
    def counted(self) -> Self:
        return self


@keeps_history
class SocialPost(Record):
    social_network = models.ForeignKey(SocialNetwork, on_delete=models.PROTECT, related_name="posts")
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="posts")
    posted_at = models.DateTimeField(_("posted at"))
    posted_on = local_day_field("posted_at")
    url = models.URLField(_("address"), max_length=500, blank=True)
    reach = models.PositiveBigIntegerField(_("reach"), default=0)
    impressions = models.PositiveBigIntegerField(_("impressions"), default=0)
    likes = models.PositiveBigIntegerField(_("likes"), default=0)
    comments = models.PositiveBigIntegerField(_("comments"), default=0)
    shares = models.PositiveBigIntegerField(_("shares"), default=0)

    objects = SocialPostQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(reach__gte=0, impressions__gte=0, likes__gte=0, comments__gte=0, shares__gte=0),
                name="campaigns_socialpost_not_negative",
            ),
        ]
        indexes = [models.Index(fields=["posted_on"], name="campaigns_socialpost_day")]

    def __str__(self) -> str:
        return self.url or self.external_id or f"#{self.pk}"

    @property
    def interactions(self) -> int:
        return self.likes + self.comments + self.shares
