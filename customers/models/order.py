"""Orders, their lines and refunds. Amounts are in the base currency unless the name says `currency`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

from django.contrib.postgres.functions import TransactionNow
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Channel
from crm.database import RoundMoney, local_day_field
from crm.fields import MoneyField
from crm.history.keeping import keeps_history, keeps_history_by
from crm.models import Record, RecordQuerySet, User
from crm.reasons import Reason, Reasons, left_out
from crm.text import our_number, to_latin_digits
from customers.models.customer import Customer, of_left_out_customer
from customers.models.product import Product


def of_real_customer(path: str) -> Q:
    """Of nobody known, or of a customer that figures do not leave out."""
    return Q(**{f"{path}customer__isnull": True}) | Q(**{f"{path}customer__is_test": False, f"{path}customer__is_spam": False})


def of_counted_order(path: str = "") -> Q:
    """An order counts when it is paid or fulfilled and not of a customer that figures leave out.

    `path` leads to the order (`order__`), so that lines and refunds say it on the join they have anyway.
    """
    return of_real_customer(path) & Q(**{f"{path}status__in": Order.COUNTED})


def of_left_out_order(path: str = "") -> Reasons:
    """Why an order is not `of_counted_order`."""
    status = f"{path}status"
    return {
        Reason.DRAFT: Q(**{status: Order.Status.DRAFT}),
        Reason.PENDING: Q(**{status: Order.Status.PENDING}),
        Reason.CANCELLED: Q(**{status: Order.Status.CANCELLED}),
        **of_left_out_customer(path),
    }


def of_invoice(path: str = "") -> Q:
    """An invoice is an order that is neither a draft nor cancelled, of a customer that figures count."""
    return of_real_customer(path) & Q(**{f"{path}status__in": Order.INVOICED})


class OrderQuerySet(RecordQuerySet):
    owner_paths = ("owner", "customer__owner")

    def counted(self) -> Self:
        return self.filter(of_counted_order())

    def left_out(self) -> Self:
        return left_out(self, of_left_out_order())

    def first_day(self) -> date | None:
        """The day of the first in order, which an index finds; for the least of all days every order would be read."""
        return self.order_by("placed_on").values_list("placed_on", flat=True).first()

    def search(self, text: str) -> Self:
        """By its buyer, or by what it is called; each by an index of its own."""
        if not text.strip():
            return self
        bought = Order.objects.filter(customer__in=Customer.objects.search(text))
        return self.filter(pk__in=bought.order_by().values("pk").union(called(text)))

    def numbered(self, text: str) -> Self:
        return self.filter(pk__in=called(text))


def called(text: str) -> QuerySet:
    """The keys of orders whose number begins so, that a shop or we call so."""
    latin, ways = to_latin_digits(text.strip()), []
    ways.append(Order.objects.filter(number__startswith=latin).exclude(number=""))
    ways.append(Order.objects.filter(external_id__in={text.strip(), latin}))
    if (key := our_number(text)) is not None:
        ways.append(Order.objects.filter(pk=key))
    first, *others = (rows.order_by().values("pk") for rows in ways)
    return first.union(*others)


@keeps_history
class Order(Record):
    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PENDING = "pending", _("Pending")
        PAID = "paid", _("Paid")
        FULFILLED = "fulfilled", _("Fulfilled")
        CANCELLED = "cancelled", _("Cancelled")

    COUNTED = (Status.PAID, Status.FULFILLED)
    INVOICED = (Status.PENDING, *COUNTED)

    number = models.CharField(_("number"), max_length=100, blank=True)
    # No index of its own: customers_order_customer_day begins with it. So it is with the orders of lines and refunds.
    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="orders",
        db_index=False,
    )
    placed_at = models.DateTimeField(_("placed at"))
    placed_on = local_day_field("placed_at")
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.PENDING)
    # When it was first said to be delivered; surveys wait for it (customers/services/invitations.py).
    fulfilled_at = models.DateTimeField(_("fulfilled at"), null=True, blank=True)
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=20, decimal_places=8, default=Decimal(1))
    discount = MoneyField(default=0, help_text=_("in the order's currency"))
    tax = MoneyField(default=0, help_text=_("in the order's currency"))
    shipping = MoneyField(default=0, help_text=_("in the order's currency"))
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.PROTECT, related_name="orders"
    )
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="orders")
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="orders")
    utm = models.JSONField(null=True, blank=True)
    source_version = models.CharField(max_length=40, null=True, blank=True)
    # Sums of the lines, written with them and kept true by a trigger (customers/triggers.py).
    net_amount = MoneyField(default=0)
    cost_amount = MoneyField(default=0)
    unknown_costs = models.PositiveIntegerField(default=0)

    objects = OrderQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(condition=Q(rate__gt=0), name="customers_order_rate_positive"),
            models.CheckConstraint(
                condition=Q(discount__gte=0, tax__gte=0, shipping__gte=0), name="customers_order_amounts_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "pending", "paid", "fulfilled", "cancelled"]),
                name="customers_order_status_known",
            ),
        ]
        indexes = [
            models.Index(fields=["placed_on"], name="customers_order_day"),
            models.Index(F("placed_at").desc(), F("id").desc(), name="customers_order_list"),
            models.Index(
                OpClass(F("number"), name="varchar_pattern_ops"), condition=~Q(number=""), name="customers_order_number"
            ),
            # Facts of one customer: their counted order days, from the index alone.
            models.Index(fields=["customer", "placed_on"], include=["status", "owner"], name="customers_order_customer_day"),
        ]

    def __str__(self) -> str:
        """Its number; a key that was made up here says nothing to a reader."""
        return (self.number or self.external_id or "") if self.is_named else f"#{self.pk}"

    @property
    def is_named(self) -> bool:
        """Whether it goes by a number of its own, and not by ours."""
        return bool(self.number or (self.external_id and self.source not in ("page", "quote")))

    @property
    def is_counted(self) -> bool:
        return self.status in self.COUNTED and (self.customer is None or self.customer.is_counted)


class OrderLineQuerySet(models.QuerySet):
    def counted(self) -> Self:
        return self.filter(of_counted_order("order__"))

    def left_out(self) -> Self:
        return left_out(self, of_left_out_order("order__"))


@keeps_history_by("order")
class OrderLine(models.Model):
    class Class(models.TextChoices):
        BASE = "base", _("Base")
        UPSELL = "upsell", _("Up-sell")
        CROSS_SELL = "cross_sell", _("Cross-sell")

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="lines")
    name = models.CharField(max_length=200, blank=True)
    quantity = models.PositiveIntegerField()
    unit_price = MoneyField(help_text=_("in the order's currency, before tax"))
    discount = MoneyField(default=0, help_text=_("of the whole line, in the order's currency"))
    order_discount = MoneyField(default=0, help_text=_("the line's share of the order's discount"))
    tax = MoneyField(default=0)
    unit_cost = MoneyField(null=True, blank=True, help_text=_("in the base currency, frozen when written"))
    rate = models.DecimalField(max_digits=20, decimal_places=8, default=Decimal(1))
    line_class = models.CharField(max_length=10, choices=Class.choices, blank=True)
    # When the transaction began that its record was written in, as in the histories; of those of old nobody knows it.
    recorded_at = models.DateTimeField(null=True, editable=False, db_default=TransactionNow())
    net_amount = models.GeneratedField(
        expression=RoundMoney((F("quantity") * F("unit_price") - F("discount") - F("order_discount")) * F("rate")),
        output_field=models.DecimalField(max_digits=20, decimal_places=2),
        db_persist=True,
    )
    cost_amount = models.GeneratedField(
        expression=RoundMoney(F("quantity") * F("unit_cost")),
        output_field=models.DecimalField(max_digits=20, decimal_places=2, null=True),
        db_persist=True,
    )

    objects = OrderLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="customers_orderline_position"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="customers_orderline_quantity_positive"),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0, discount__gte=0, order_discount__gte=0),
                name="customers_orderline_amounts_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.product_id)


class RefundQuerySet(RecordQuerySet):
    owner_paths = ("order__owner", "order__customer__owner")

    def counted(self) -> Self:
        """Refunds count only while their order counts."""
        return self.filter(of_counted_order("order__"))

    def left_out(self) -> Self:
        return left_out(self, of_left_out_order("order__"))


@keeps_history
class Refund(Record):
    """Goods given back: `amount` is goods only, tax and shipping stand beside it; all in the base currency."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="refunds", db_index=False)
    amount = MoneyField()
    tax = MoneyField(default=0)
    shipping = MoneyField(default=0)
    refunded_at = models.DateTimeField()
    refunded_on = local_day_field("refunded_at")
    cost_amount = MoneyField(default=0)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.UniqueConstraint(fields=["order", "external_id"], name="customers_refund_order_external_id"),
            models.CheckConstraint(condition=Q(amount__gte=0, tax__gte=0, shipping__gte=0), name="customers_refund_not_negative"),
        ]
        indexes = [models.Index(fields=["refunded_on"], name="customers_refund_day")]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.amount}"


class RefundLineQuerySet(models.QuerySet):
    def counted(self) -> Self:
        return self.filter(of_counted_order("refund__order__"))

    def left_out(self) -> Self:
        return left_out(self, of_left_out_order("refund__order__"))


@keeps_history
class RefundLine(models.Model):
    """The part of a refund that falls on one line; `quantity` 0 where the amount was only spread."""

    refund = models.ForeignKey(Refund, on_delete=models.CASCADE, related_name="lines", db_index=False)
    line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="refunds")
    quantity = models.PositiveIntegerField(default=0)
    amount = MoneyField()
    cost_amount = MoneyField(default=0)

    objects = RefundLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["refund", "line"], name="customers_refundline_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="customers_refundline_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.amount}"
