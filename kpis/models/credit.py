"""Money of orders and refunds, credited to the touches that led to them."""

from __future__ import annotations

from typing import Self

from django.db import models

from campaigns.models import Campaign, Channel, LandingPage, LeadSource, SocialNetwork
from crm.fields import MoneyField
from crm.models import RecordQuerySet, User
from crm.reasons import left_out
from customers.models import Customer, Order
from customers.models.order import of_counted_order, of_left_out_order


class CreditQuerySet(RecordQuerySet):
    owner_paths = ("owner",)

    def counted(self) -> Self:
        return self.filter(of_counted_order())

    def left_out(self) -> Self:
        return left_out(self, of_left_out_order())


class Credit(models.Model):
    """A row of a view (kpis/credits.py): what one touch gets of an order, or gives back of a refund."""

    pk = models.CompositePrimaryKey("kind", "record_id", "place")
    kind = models.CharField(max_length=6)
    record_id = models.BigIntegerField()
    place = models.BigIntegerField()
    order = models.ForeignKey(Order, on_delete=models.DO_NOTHING, related_name="+")
    day = models.DateField()
    # Of its order: the owner is that of the customer where the order names none.
    status = models.CharField(max_length=9)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.DO_NOTHING, related_name="+")
    owner = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, related_name="+")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.DO_NOTHING, related_name="+")
    lead_source = models.ForeignKey(LeadSource, null=True, on_delete=models.DO_NOTHING, related_name="+")
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.DO_NOTHING, related_name="+")
    landing_page = models.ForeignKey(LandingPage, null=True, on_delete=models.DO_NOTHING, related_name="+")
    social_network = models.ForeignKey(SocialNetwork, null=True, on_delete=models.DO_NOTHING, related_name="+")
    amount = MoneyField()
    cost = MoneyField()
    # One number for each order and each refund, whatever their credits.
    entry = models.BigIntegerField()

    objects = CreditQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "kpis_credit"

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}: {self.amount}"
