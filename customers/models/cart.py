"""Carts: what somebody meant to buy, and whether they did."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models import Channel
from crm.database import TextNumber, local_day_field
from crm.fields import MoneyField
from crm.history.keeping import keeps_history
from crm.models import Record, RecordQuerySet
from crm.reasons import left_out
from customers.models.customer import Customer, of_left_out_customer
from customers.models.order import Order


class CartQuerySet(RecordQuerySet):
    owner_paths = ("customer__owner",)

    def counted(self) -> Self:
        return self.filter(Q(customer__isnull=True) | Q(customer__is_test=False, customer__is_spam=False))

    def left_out(self) -> Self:
        return left_out(self, of_left_out_customer())


@keeps_history
class Cart(Record):
    """`created_at` is when the first thing was put in. A completed cart stays completed whatever becomes of its order."""

    visitor = models.CharField(_("visitor"), max_length=100, blank=True)
    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), null=True, blank=True, on_delete=models.PROTECT, related_name="carts"
    )
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="carts")
    created_on = local_day_field("created_at")
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    completed_on = local_day_field("completed_at")
    order = models.ForeignKey(Order, null=True, blank=True, on_delete=models.SET_NULL, related_name="carts")
    amount = MoneyField(_("amount"), default=0, help_text=_("in the base currency"))

    objects = CartQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("cart")
        verbose_name_plural = _("carts")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(condition=Q(amount__gte=0), name="customers_cart_amount_not_negative"),
        ]
        indexes = [
            models.Index(fields=["created_on"], name="customers_cart_created"),
            models.Index(fields=["completed_on"], condition=Q(completed_on__isnull=False), name="customers_cart_completed"),
            # Carts of a visitor: their conversions, and the channel that a later session brings.
            models.Index(fields=["visitor", "created_at"], condition=~Q(visitor=""), name="customers_cart_visitor"),
            models.Index(TextNumber("visitor"), condition=~Q(visitor=""), name="customers_cart_visitor_number"),
        ]

    def __str__(self) -> str:
        return self.external_id or f"#{self.pk}"
