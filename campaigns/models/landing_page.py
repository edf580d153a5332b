"""Pages that people land on."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.channel import ReferenceQuerySet
from crm.models import Record


class LandingPage(Record):
    url = models.URLField(_("address"), max_length=500, unique=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["url"]

    def __str__(self) -> str:
        return self.title or self.url
