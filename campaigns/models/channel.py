"""Where people come from."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.history.keeping import keeps_history
from crm.models import Record, RecordQuerySet, User


class ReferenceQuerySet(RecordQuerySet):
    """Reference data is seen by everybody who signs in."""

    def visible_to(self, user: User) -> Self:
        return self if user.is_active else self.none()


@keeps_history
class SocialNetwork(Record):
    slug = models.SlugField(max_length=100, unique=True, allow_unicode=True)
    name = models.CharField(_("name"), max_length=100)

    objects = ReferenceQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("social network")
        verbose_name_plural = _("social networks")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@keeps_history
class LeadSource(Record):
    slug = models.SlugField(max_length=100, unique=True, allow_unicode=True)
    name = models.CharField(_("name"), max_length=100)

    objects = ReferenceQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("lead source")
        verbose_name_plural = _("lead sources")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@keeps_history
class Channel(Record):
    class Kind(models.TextChoices):
        SEARCH = "search", _("Search")
        SOCIAL = "social", _("Social")
        DISPLAY = "display", _("Display")
        EMAIL = "e-mail", _("E-mail")
        SMS = "SMS", _("SMS")
        EXHIBITION = "exhibition", _("Exhibition")
        STORE = "store", _("Store")
        SITE = "site", _("Site")
        REFERRAL = "referral", _("Referral")
        DIRECT = "direct", _("Direct")
        OTHER = "other", _("Other")

    slug = models.SlugField(max_length=100, unique=True, allow_unicode=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.OTHER)
    social_network = models.ForeignKey(SocialNetwork, null=True, blank=True, on_delete=models.PROTECT)
    is_marketing = models.BooleanField(_("marketing channel"), default=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
