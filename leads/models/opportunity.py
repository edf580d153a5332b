"""Opportunities and the stages they pass."""

from __future__ import annotations

from collections.abc import Container
from decimal import Decimal
from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crm.database import local_day_field
from crm.fields import MoneyField
from crm.history.keeping import keeps_history
from crm.models import Record, RecordQuerySet, User
from crm.reasons import Reason, Reasons, left_out
from customers.models import Customer, Order, Product
from customers.models.customer import SearchQuerySet, of_left_out_customer, search_key
from leads.models.lead import Lead


class StageQuerySet(models.QuerySet):
    def offered(self, beside: Stage | None = None) -> Self:
        """Those that opportunities are moved to, and one beside them that something stands in."""
        return self.filter(Q(is_archived=False) | Q(pk=beside.pk if beside else None))

    def open(self) -> Self:
        """Where opportunities begin and go on."""
        return self.offered().filter(kind=Stage.Kind.OPEN)

    def with_what_stands(self, keys: Container[int]) -> list[Stage]:
        """The columns of a board with opportunities in some stages: an archived one is shown as long as there are."""
        return [stage for stage in self if not stage.is_archived or stage.pk in keys]


@keeps_history
class Stage(models.Model):
    """A column of the board. Exactly one stage is won and one is lost."""

    class Kind(models.TextChoices):
        OPEN = "open", _("Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    slug = models.SlugField(max_length=50, unique=True)
    name = models.CharField(_("name"), max_length=50)
    name_fa = models.CharField(_("Persian name"), max_length=50)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.OPEN)
    probability = models.DecimalField(max_digits=3, decimal_places=2)
    stale_days = models.PositiveSmallIntegerField(_("days without activity before it is stale"), default=7)
    is_archived = models.BooleanField(_("archived"), default=False, db_default=False)

    objects = StageQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["position"]
        constraints = [
            # Looked at when a statement has ended: stages change places in one.
            models.UniqueConstraint(fields=["position"], name="leads_stage_position", deferrable=models.Deferrable.IMMEDIATE),
            models.UniqueConstraint(fields=["kind"], condition=~Q(kind="open"), name="leads_stage_one_end_each"),
            models.CheckConstraint(condition=Q(is_archived=False) | Q(kind="open"), name="leads_stage_ends_stay"),
            models.CheckConstraint(condition=Q(probability__gte=0, probability__lte=1), name="leads_stage_probability"),
        ]

    def __str__(self) -> str:
        return self.name_fa if get_language() == "fa" else self.name

    @property
    def is_open(self) -> bool:
        """Whether opportunities are moved to it."""
        return self.kind == self.Kind.OPEN and not self.is_archived


def of_counted_opportunity(path: str = "") -> Q:
    """Not of a lead or customer that figures leave out; `path` leads to the opportunity."""
    real = Q()
    for person in ("lead", "customer"):
        to = f"{path}{person}"
        real &= Q(**{f"{to}__isnull": True}) | Q(**{f"{to}__is_test": False, f"{to}__is_spam": False})
    return real


def of_left_out_opportunity(path: str = "") -> Reasons:
    """Why an opportunity is not `of_counted_opportunity`."""
    lead = {Reason.TEST_LEAD: Q(**{f"{path}lead__is_test": True}), Reason.SPAM_LEAD: Q(**{f"{path}lead__is_spam": True})}
    return lead | of_left_out_customer(path)


class OpportunityQuerySet(SearchQuerySet):
    owner_paths = ("owner", "customer__owner")
    is_for_sellers = True

    def counted(self) -> Self:
        return self.filter(of_counted_opportunity())

    def left_out(self) -> Self:
        return left_out(self, of_left_out_opportunity())

    def open(self) -> Self:
        return self.filter(won_at__isnull=True, lost_at__isnull=True)

    def won_with_cancelled_orders(self) -> Self:
        """Won still, though every order that came of it was cancelled."""
        orders = self.model.orders.through.objects.filter(opportunity=OuterRef("pk"))
        standing = orders.exclude(order__status=Order.Status.CANCELLED)
        return self.filter(Exists(orders), ~Exists(standing), won_at__isnull=False)


@keeps_history
class Opportunity(Record):
    name = models.CharField(_("name"), max_length=200)
    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.PROTECT, related_name="opportunities")
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="opportunities")
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.PROTECT, related_name="opportunities"
    )
    amount = MoneyField(_("amount"), default=0)
    currency = models.CharField(max_length=3, blank=True)
    stage = models.ForeignKey(Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="opportunities")
    expected_close_on = models.DateField(_("expected close"), null=True, blank=True)
    created_on = local_day_field("created_at")
    won_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True)
    closed_on = local_day_field(Coalesce("won_at", "lost_at"))
    lost_reason = models.CharField(_("reason of loss"), max_length=200, blank=True)
    products = models.ManyToManyField(Product, blank=True, related_name="opportunities")
    # An order is the outcome of one sale: a unique index of the migrations says so.
    orders = models.ManyToManyField(Order, blank=True, related_name="+")
    search_text = search_key("name", "external_id")

    objects = OpportunityQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(won_at__isnull=True) | Q(lost_at__isnull=True), name="leads_opportunity_one_close"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="leads_opportunity_amount_not_negative"),
        ]
        indexes = [
            models.Index(fields=["created_on"], name="leads_opportunity_created"),
            models.Index(fields=["closed_on"], condition=Q(closed_on__isnull=False), name="leads_opportunity_closed"),
            models.Index(fields=["stage", "-id"], name="leads_opportunity_board"),
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="leads_opportunity_search"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.won_at is None and self.lost_at is None

    @property
    def known_amount(self) -> Decimal | None:
        """None until somebody says what it is worth; the sums take it for nothing."""
        return self.amount or None

    @property
    def weighted_amount(self) -> Decimal | None:
        return self.known_amount and self.known_amount * self.stage.probability


class StageChangeQuerySet(RecordQuerySet):
    owner_paths = ("opportunity__owner", "opportunity__customer__owner")
    is_for_sellers = True

    def counted(self) -> Self:
        return self.filter(of_counted_opportunity("opportunity__"))


class StageChange(models.Model):
    """One dated move, with the amount and the probability from then on."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="changes")
    from_stage = models.ForeignKey(Stage, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    to_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()
    probability = models.DecimalField(max_digits=3, decimal_places=2)
    at = models.DateTimeField()
    day = local_day_field("at")
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = StageChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage change")
        verbose_name_plural = _("stage changes")
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["day"], name="leads_stagechange_day"),
            models.Index(fields=["opportunity", "at", "id"], name="leads_stagechange_order"),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id} → {self.to_stage_id}"
