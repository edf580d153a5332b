"""What was sold more and beside, as far as a customer's whole history tells it."""

from __future__ import annotations

from django.db import models

from kpis.models.fact import CustomerDayQuerySet


class OrderCategory(models.Model):
    """A category in a counted order of a customer; the row that is first stands for the whole order."""

    order_id = models.BigIntegerField()
    customer_id = models.BigIntegerField(db_index=True)
    placed_on = models.DateField(db_index=True)
    owner_id = models.BigIntegerField(default=0)
    category_id = models.BigIntegerField(default=0)
    is_first = models.BooleanField()
    has_lines = models.BooleanField()
    is_repeat = models.BooleanField()
    has_upsell = models.BooleanField()
    has_cross_sell = models.BooleanField()
    order_has_upsell = models.BooleanField()
    order_has_cross_sell = models.BooleanField()

    objects = CustomerDayQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.order_id}: {self.category_id}"
