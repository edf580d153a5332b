"""Visits to the site: sessions and the pages that were viewed in them."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.lookups import GreaterThan
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaign import Campaign
from campaigns.models.channel import Channel, SocialNetwork
from campaigns.models.landing_page import LandingPage, Variant
from crm.database import ElapsedSeconds, local_day_field
from crm.models import Record, RecordQuerySet, User
from crm.reasons import Reason, left_out

ENGAGED_SECONDS = Decimal(10)


class TrafficQuerySet(RecordQuerySet):
    """What belongs to nobody: all of it for those whose role looks at traffic."""

    def visible_to(self, user: User) -> Self:
        return self if user.is_active and user.may_see_traffic else self.none()


class SessionQuerySet(TrafficQuerySet):
    def counted(self) -> Self:
        """Robots are no visitors."""
        return self.filter(is_bot=False)

    def left_out(self) -> Self:
        return left_out(self, {Reason.ROBOT: Q(is_bot=True)})


class Session(Record):
    """One visit. A session without a `visitor` is a visitor of its own. No history: a running one is written again and again."""

    visitor = models.CharField(_("visitor"), max_length=100, blank=True)
    started_at = models.DateTimeField(_("started at"))
    started_on = local_day_field("started_at")
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions")
    social_network = models.ForeignKey(SocialNetwork, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions")
    landing_page = models.ForeignKey(LandingPage, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions")
    variant = models.ForeignKey(Variant, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions")
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions")
    referrer = models.CharField(_("referrer"), max_length=500, blank=True)
    utm = models.JSONField(null=True, blank=True)
    converted_at = models.DateTimeField(_("converted at"), null=True, blank=True)
    is_bot = models.BooleanField(_("robot"), default=False)
    # The number of its page views, kept true by a trigger (campaigns/triggers.py).
    view_count = models.PositiveIntegerField(_("page views"), default=0)
    is_engaged = models.GeneratedField(
        expression=Case(
            When(
                Q(view_count__gte=2)
                | Q(converted_at__isnull=False)
                | Q(GreaterThan(ElapsedSeconds("started_at", "ended_at"), Value(ENGAGED_SECONDS))),
                then=Value(True),
            ),
            default=Value(False),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = SessionQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes = [
            models.Index(fields=["started_on"], name="campaigns_session_day"),
            # A visitor's sessions in order: the channel of their cart, their touches, their conversions after landing.
            models.Index(fields=["visitor", "started_at"], condition=~Q(visitor=""), name="campaigns_session_visitor"),
        ]

    def __str__(self) -> str:
        return self.external_id or f"#{self.pk}"


class PageViewQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self if user.is_active and user.may_see_traffic else self.none()

    def counted(self) -> Self:
        return self.filter(session__is_bot=False)


class PageView(models.Model):
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="page_views")
    path = models.CharField(_("path"), max_length=500)
    at = models.DateTimeField()

    objects = PageViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("page view")
        verbose_name_plural = _("page views")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.path
