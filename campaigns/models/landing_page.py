"""Pages that people land on, and the variants that are tried out on them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.channel import ReferenceQuerySet
from crm.history.keeping import keeps_history
from crm.models import Record


@keeps_history
class LandingPage(Record):
    url = models.URLField(_("address"), max_length=500, unique=True)
    title = models.CharField(_("title"), max_length=200, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("landing page")
        verbose_name_plural = _("landing pages")
        ordering = ["url"]

    def __str__(self) -> str:
        return self.title or self.url


@keeps_history
class Variant(models.Model):
    """One of the versions of a page that an A/B test shows; `lever` says what it changes of the first one."""

    class Lever(models.TextChoices):
        CTA_COLOUR = "cta_colour", _("Colour of the call to action")
        CTA_TEXT = "cta_text", _("Words of the call to action")
        COPY = "copy", _("Text of the page")
        SHORT_FORM = "short_form", _("Shorter form")
        SOCIAL_PROOF = "social_proof", _("Social proof")

    landing_page = models.ForeignKey(LandingPage, on_delete=models.CASCADE, related_name="variants")
    key = models.CharField(_("key"), max_length=50)
    name = models.CharField(_("name"), max_length=100, blank=True)
    lever = models.CharField(_("what it changes"), max_length=12, choices=Lever.choices, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["landing_page", "key"]
        constraints = [models.UniqueConstraint(fields=["landing_page", "key"], name="campaigns_variant_key")]

    def __str__(self) -> str:
        return self.name or self.key
