"""What is sold."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.channel import ReferenceQuerySet
from crm.fields import MoneyField
from crm.history import keeps_history
from crm.models import Record


class Category(models.Model):
    name = models.CharField(_("name"), max_length=100, unique=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@keeps_history
class Product(Record):
    sku = models.CharField("SKU", max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    family = models.CharField(_("family"), max_length=100, blank=True)
    tier = models.PositiveSmallIntegerField(_("tier"), null=True, blank=True)
    category = models.ForeignKey(
        Category, verbose_name=_("category"), null=True, blank=True, on_delete=models.PROTECT, related_name="products"
    )
    unit_cost = MoneyField(_("unit cost"), null=True, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta(Record.Meta):
        ordering = ["sku"]

    def __str__(self) -> str:
        return self.name or self.sku
