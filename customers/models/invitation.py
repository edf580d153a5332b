"""Invitations to surveys, and those that were not sent."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.database import local_day_field
from crm.history.keeping import keeps_history
from crm.models import Record, RecordQuerySet
from crm.reasons import left_out
from customers.models.customer import Customer, of_left_out_customer
from customers.models.order import Order
from customers.models.survey import Survey
from customers.models.ticket import Ticket


class InvitationQuerySet(RecordQuerySet):
    owner_paths = ("customer__owner",)

    def counted(self) -> Self:
        return self.filter(customer__is_test=False, customer__is_spam=False)

    def left_out(self) -> Self:
        return left_out(self, of_left_out_customer())

    def unsent(self) -> Self:
        """Planned, and not on their way yet."""
        return self.filter(sent_at__isnull=True)


@keeps_history
class Invitation(Record):
    """One customer asked once; `created_at` is when it was planned."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="invitations")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invitations")
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    delivered_on = local_day_field("delivered_at")
    # Written with the answer, so that a cohort of invitations is one table.
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_on = local_day_field("answered_at")

    objects = InvitationQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [
            models.Index(fields=["delivered_on"], condition=Q(delivered_on__isnull=False), name="customers_invitation_day"),
            models.Index(fields=["customer", "survey"], name="customers_invitation_customer"),
        ]

    def __str__(self) -> str:
        return self.external_id or f"#{self.pk}"


class InvitationSkipQuerySet(RecordQuerySet):
    owner_paths = ("customer__owner",)


class InvitationSkip(models.Model):
    """A customer who was not asked, when, and why."""

    class Reason(models.TextChoices):
        LEFT_OUT = "left_out", _("A test, spam or merged record")
        UNREACHABLE = "unreachable", _("Neither phone nor e-mail address")
        NO_ORDER = "no_order", _("No order yet")
        TOO_EARLY = "too_early", _("Too soon after the first order or delivery")
        ASKED_LATELY = "asked_lately", _("Asked or answered not long ago")
        OPEN_TICKET = "open_ticket", _("A request for support is open")

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="skips")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    objects = InvitationSkipQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey not sent")
        verbose_name_plural = _("surveys not sent")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["customer", "survey", "-at"], name="customers_skip_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.reason}"
