"""Quotes that go to the customer by e-mail."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models.sale_mail import SaleMail
from leads.models.quote import Quote


class QuoteMail(SaleMail):
    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="mails")

    class Meta(SaleMail.Meta):
        verbose_name = _("e-mail about a quote")
        verbose_name_plural = _("e-mails about quotes")
