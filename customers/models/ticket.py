"""Requests for support and what happened to them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from crm.database import local_day_field
from crm.history.keeping import keeps_history
from crm.models import Record, RecordQuerySet, User
from crm.reasons import left_out
from customers.models.customer import Customer, of_left_out_customer
from customers.models.product import Product


class TicketQuerySet(RecordQuerySet):
    owner_paths = ("owner", "customer__owner")

    def counted(self) -> Self:
        return self.filter(Q(customer__isnull=True) | Q(customer__is_test=False, customer__is_spam=False))

    def left_out(self) -> Self:
        return left_out(self, of_left_out_customer())

    def resolved(self) -> Self:
        """Resolved, and not reopened since the last resolution."""
        still = Q(reopened_at__isnull=True) | Q(reopened_at__lte=F("resolved_at"))
        return self.filter(still, resolved_at__isnull=False)

    def open(self) -> Self:
        return self.filter(Q(resolved_at__isnull=True) | Q(reopened_at__gt=F("resolved_at")))


@keeps_history
class Ticket(Record):
    class Priority(models.TextChoices):
        URGENT = "urgent", _("Urgent")
        HIGH = "high", _("High")
        NORMAL = "normal", _("Normal")
        LOW = "low", _("Low")

    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets")
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets")
    priority = models.CharField(_("priority"), max_length=6, choices=Priority.choices, default=Priority.NORMAL)
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="tickets")
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    created_on = local_day_field("created_at")
    first_response_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_on = local_day_field("resolved_at")
    reopened_at = models.DateTimeField(null=True, blank=True)

    objects = TicketQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        indexes = [
            models.Index(fields=["resolved_on"], name="customers_ticket_resolved"),
            models.Index(fields=["created_on"], name="customers_ticket_created"),
        ]

    def __str__(self) -> str:
        return self.subject or f"#{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None or (self.reopened_at is not None and self.reopened_at > self.resolved_at)

    def may_be(self, event: str) -> bool:
        """Whether this can happen to it now."""
        match event:
            case TicketEvent.Kind.RESPONDED:
                return self.is_open and self.first_response_at is None
            case TicketEvent.Kind.RESOLVED:
                return self.is_open
            case TicketEvent.Kind.REOPENED:
                return not self.is_open
        return False


class TicketEvent(models.Model):
    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        RESPONDED = "responded", _("First response")
        RESOLVED = "resolved", _("Resolved")
        REOPENED = "reopened", _("Reopened")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
