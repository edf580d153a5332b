"""Mails that wait in the rows they tell of: what is due stands in the database, and is settled there."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _


class OutgoingQuerySet(models.QuerySet):
    def due(self, at: datetime) -> Self:
        return self.filter(mail=Outgoing.Mail.DUE, mail_at__lte=at).order_by("mail_at", "pk")

    def abandoned(self, before: datetime) -> Self:
        """Taken so long ago that whoever took them is dead."""
        return self.filter(mail=Outgoing.Mail.SENDING, mail_at__lt=before)


class Outgoing(models.Model):
    """A row that is told of by one mail."""

    class Mail(models.TextChoices):
        NONE = "none", _("no e-mail")
        DUE = "due", _("e-mail to be sent")
        SENDING = "sending", _("e-mail being sent")
        SENT = "sent", _("e-mail sent")
        KEPT = "kept", _("e-mail kept by the server: none is sent")
        FAILED = "failed", _("e-mail refused")
        UNKNOWN = "unknown", _("e-mail perhaps sent")

    mail = models.CharField(max_length=7, choices=Mail.choices, default=Mail.NONE)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_at = models.DateTimeField(null=True, blank=True, help_text="when it is due, was taken, or was settled")
    mail_error = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True
