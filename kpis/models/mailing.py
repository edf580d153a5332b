"""Pages that are sent as PDF when a day, a week or a month has ended: to whom, and each that was sent."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import Organization, User
from crm.models.outbox import Outgoing, OutgoingQuerySet
from crm.periods import Calendar, Grain, Period, localise, period_of
from crm.words import CALENDARS, choices
from kpis.models.dashboard import Dashboard


class MailingQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """One's own."""
        return self.filter(user=user, is_removed=False) if user.is_active else self.none()

    def due(self, at: datetime) -> Self:
        return self.filter(is_on=True, is_removed=False, user__is_active=True, next_at__lte=at).order_by("next_at", "pk")


class Mailing(models.Model):
    """A page of figures for some readers; each gets what they themselves may see, in their own language.

    With neither a dashboard nor a KPI it is the overview. `query` is what the page's address would say besides the period.
    """

    class Cadence(models.TextChoices):
        DAILY = Grain.DAY.value, _("Every day")
        WEEKLY = Grain.WEEK.value, _("Every week")
        MONTHLY = Grain.MONTH.value, _("Every month")

    source = models.CharField(max_length=40, editable=False, default="", blank=True)
    external_id = models.CharField(max_length=100, editable=False, null=True, blank=True)
    user = models.ForeignKey(User, verbose_name=_("of"), on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    kpi = models.CharField(_("KPI"), max_length=60, blank=True)
    dashboard = models.ForeignKey(
        Dashboard, verbose_name=_("dashboard"), on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    query = models.JSONField(default=dict, blank=True)
    cadence = models.CharField(_("how often"), max_length=5, choices=Cadence.choices)
    calendar = models.CharField(_("calendar"), max_length=10, choices=choices(CALENDARS))
    hour = models.PositiveSmallIntegerField(_("at"), default=8, validators=[MaxValueValidator(23)])
    is_on = models.BooleanField(_("on"), default=True)
    is_removed = models.BooleanField(default=False, editable=False)
    next_at = models.DateTimeField(_("next"))
    created_at = models.DateTimeField()

    objects = MailingQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("report by e-mail")
        verbose_name_plural = _("reports by e-mail")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="kpis_mailing_key"),
            models.CheckConstraint(condition=models.Q(hour__lte=23), name="kpis_mailing_hour"),
            models.CheckConstraint(condition=models.Q(kpi="") | models.Q(dashboard=None), name="kpis_mailing_one_page"),
        ]
        indexes = [models.Index(fields=["next_at"], condition=models.Q(is_on=True), name="kpis_mailing_next")]

    def __str__(self) -> str:
        return self.name

    @property
    def reader_keys(self) -> list[int]:
        return sorted(self.recipients.listed().values_list("user", flat=True))

    def period_at(self, day: date, organization: Organization) -> Period:
        """The period that runs on a day."""
        return period_of(day, Calendar(self.calendar), Grain(self.cadence), organization.calendar_rules)

    def last_period(self, at: datetime, organization: Organization) -> Period:
        """The one that has ended last."""
        return self.period_at(organization.day_of(at), organization).previous()

    def next_after(self, at: datetime, organization: Organization) -> datetime:
        """The first moment after another at which a period has just ended and the hour has come, by the organisation's clock."""
        period = self.period_at(organization.day_of(at), organization)
        moment = self.moment_of(period, organization)
        return moment if moment > at else self.moment_of(period.next(), organization)

    def moment_of(self, period: Period, organization: Organization) -> datetime:
        return localise(datetime.combine(period.start, time(self.hour)), organization.zone)


class RecipientQuerySet(models.QuerySet):
    def listed(self) -> Self:
        """Those whom its owner has chosen, also who has unsubscribed."""
        return self.filter(is_removed=False, mailing__is_removed=False)

    def wanting(self) -> Self:
        return self.listed().filter(unsubscribed_at__isnull=True, user__is_active=True)


class Recipient(models.Model):
    """Who gets a mailing, until they say that they want no more of it.

    Whom its owner takes off the list keeps the row: put back, they are as unsubscribed, and got as much, as before.
    """

    mailing = models.ForeignKey(Mailing, on_delete=models.CASCADE, related_name="recipients")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    unsubscribed_at = models.DateTimeField(null=True, blank=True)
    is_removed = models.BooleanField(default=False, editable=False)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailing", "user"], name="kpis_recipient_once")]

    def __str__(self) -> str:
        return f"{self.mailing_id} {self.user_id}"


class Delivery(Outgoing):
    """What one reader gets of one period: its own outbox, and the history. One a period, whoever plans it."""

    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="deliveries")
    grain = models.CharField(max_length=15)
    calendar = models.CharField(max_length=10)
    start = models.DateField()

    objects = OutgoingQuerySet.as_manager()

    class Meta:
        verbose_name = _("report that was sent")
        verbose_name_plural = _("reports that were sent")
        constraints = [
            models.UniqueConstraint(fields=["recipient", "calendar", "grain", "start"], name="kpis_delivery_once_a_period"),
        ]
        indexes = [
            models.Index(fields=["mail_at"], condition=models.Q(mail__in=["due", "sending"]), name="kpis_delivery_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.start}"
