"""What is sold."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from campaigns.models.channel import ReferenceQuerySet
from crm.database import FoldText
from crm.fields import MoneyField
from crm.history.keeping import keeps_history
from crm.models import Record

SKU_MARK = " · "


@keeps_history
class Category(models.Model):
    name = models.CharField(_("name"), max_length=100, unique=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ProductQuerySet(ReferenceQuerySet):
    def search(self, text: str) -> Self:
        """Every word stands in the SKU or the name, whatever the letters' form."""
        found = self
        for word in text.split()[:8]:
            folded = FoldText(Value(word))
            found = found.alias(folded_name=FoldText("name"), folded_sku=FoldText("sku"))
            found = found.filter(Q(folded_name__contains=folded) | Q(folded_sku__contains=folded))
        return found

    def called(self, text: str) -> Self:
        """What somebody means who types this: a SKU, a title as the list shows it, or a name."""
        sku = text.rpartition(SKU_MARK)[2].strip()
        by_key = Q(sku__in={text, sku})
        return self.filter(by_key) if self.filter(by_key).exists() else self.resembling(sku=sku, name=text)

    def listed(self) -> Self:
        """What is sold still; the rest is archived, and stands where it was sold."""
        return self.filter(is_archived=False)

    def offered(self) -> Self:
        """What a form offers while somebody types into its field of a product."""
        return self.listed().order_by("name", "sku")

    def resembling(self, *, sku: str = "", name: str = "") -> Self:
        """Those of this SKU or this name, whatever the letters' form."""
        same = Q(pk__in=[])
        for column, text in (("sku", sku), ("name", name)):
            same |= Q(**{f"folded_{column}": FoldText(Value(text))}) if text else Q(pk__in=[])
        return self.alias(folded_name=FoldText("name"), folded_sku=FoldText("sku")).filter(same).order_by("sku")


@keeps_history
class Product(Record):
    sku = models.CharField("SKU", max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    family = models.CharField(_("family"), max_length=100, blank=True)
    tier = models.PositiveSmallIntegerField(_("tier"), null=True, blank=True)
    category = models.ForeignKey(
        Category, verbose_name=_("category"), null=True, blank=True, on_delete=models.PROTECT, related_name="products"
    )
    list_price = MoneyField(_("list price"), null=True, blank=True)
    unit_cost = MoneyField(_("unit cost"), null=True, blank=True)
    is_archived = models.BooleanField(_("archived"), default=False, db_default=False)

    objects = ProductQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["sku"]

    def __str__(self) -> str:
        return self.name or self.sku

    @property
    def title(self) -> str:
        """Its name with the SKU, which tells two of the same name apart."""
        return f"{self.name}{SKU_MARK}{self.sku}" if self.name else self.sku
