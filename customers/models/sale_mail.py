"""Mails that bring the paper of a sale to its buyer: each is kept, with what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models import User
from crm.models.outbox import Outgoing, OutgoingQuerySet
from customers.models.order import Order


class SaleMail(Outgoing):
    """One mail that somebody wrote: its outbox, and the history. The paper that comes with it is made when it leaves."""

    source = models.CharField(max_length=40, editable=False)
    external_id = models.CharField(max_length=100, editable=False)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(max_length=5, choices=User.Language.choices)
    address = models.CharField(_("recipient"), max_length=254)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    created_at = models.DateTimeField()

    objects = OutgoingQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["source", "external_id"], name="%(app_label)s_%(class)s_key")]
        indexes = [
            models.Index(fields=["mail_at"], condition=models.Q(mail__in=["due", "sending"]), name="%(app_label)s_%(class)s_due"),
        ]

    def __str__(self) -> str:
        return self.subject


class OrderMail(SaleMail):
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="mails")

    class Meta(SaleMail.Meta):
        verbose_name = _("e-mail about an order")
        verbose_name_plural = _("e-mails about orders")
