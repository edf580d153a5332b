"""Money spent, valid for a span of days over which it is spread."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaign import Campaign
from campaigns.models.channel import Channel, LeadSource
from crm.fields import MoneyField
from crm.history.keeping import keeps_history
from crm.models import Record, RecordQuerySet, User


def of_marketing(path: str = "") -> Q:
    """With a campaign or a marketing channel, of every kind but operating and retention; `path` leads to the expense."""
    placed = Q(**{f"{path}campaign__isnull": False}) | Q(**{f"{path}channel__is_marketing": True})
    return placed & ~Q(**{f"{path}kind__in": [Expense.Kind.OPERATING, Expense.Kind.RETENTION]})


class ExpenseQuerySet(RecordQuerySet):
    def visible_to(self, user: User) -> Self:
        """Costs are for those whose role may see them; then all of them."""
        return self if user.is_active and user.may_see_costs else self.none()

    def acquiring(self) -> Self:
        """What customer acquisition cost counts."""
        return self.filter(kind__in=Expense.ACQUISITION_KINDS)

    def marketing(self) -> Self:
        return self.filter(of_marketing())

    def spent(self, kind: str, channel: Channel | None, days: Collection[date]) -> Self:
        """Of a kind and a channel, each wholly on one of some days."""
        return self.filter(kind=kind, channel=channel, valid_from__in=days, valid_to=F("valid_from"))

    def touching(self, first: date, last: date) -> Self:
        """Of which at least one day lies between two, both included."""
        return self.filter(valid_from__lte=last, valid_to__gte=first)


@keeps_history
class Expense(Record):
    class Kind(models.TextChoices):
        ADS = "ads", _("Ads")
        SALARY = "salary", _("Salary")
        COMMISSION = "commission", _("Commission")
        CONTENT = "content", _("Content")
        TECHNICAL = "technical", _("Technical")
        MAINTENANCE = "maintenance", _("Maintenance")
        RETENTION = "retention", _("Retention")
        OPERATING = "operating", _("Operating")

    ACQUISITION_KINDS = (Kind.ADS, Kind.SALARY, Kind.COMMISSION, Kind.CONTENT, Kind.TECHNICAL, Kind.MAINTENANCE)

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="expenses")
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="expenses")
    lead_source = models.ForeignKey(LeadSource, null=True, blank=True, on_delete=models.PROTECT, related_name="expenses")
    amount = MoneyField(_("amount"), help_text=_("in the base currency"))
    currency = models.CharField(max_length=3, blank=True)
    currency_amount = MoneyField(null=True, blank=True)
    rate = models.DecimalField(max_digits=20, decimal_places=8, default=Decimal(1))
    is_estimate = models.BooleanField(_("estimate"), default=False)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"))
    note = models.TextField(_("note"), blank=True)

    objects = ExpenseQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("expense")
        verbose_name_plural = _("expenses")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="campaigns_expense_ends_after_start"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="campaigns_expense_amount_not_negative"),
        ]
        indexes = [models.Index(fields=["valid_from", "valid_to"], name="campaigns_expense_days")]

    def __str__(self) -> str:
        """What it was for. Its amount stands beside it, as money of whoever reads."""
        return f"{self.get_kind_display()} · {self.note}" if self.note else self.get_kind_display()

    @property
    def own_amount(self) -> Decimal:
        """As it was entered, in its own currency."""
        return self.amount if self.currency_amount is None else self.currency_amount


class ExpenseDayQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self if user.is_active and user.may_see_costs else self.none()


class ExpenseDay(models.Model):
    """One day's share of an expense: a view (campaigns/spread.py) that spreads by largest remainder."""

    pk = models.CompositePrimaryKey("expense", "day")
    expense = models.ForeignKey(Expense, on_delete=models.DO_NOTHING, related_name="days")
    day = models.DateField()
    amount = MoneyField()

    objects = ExpenseDayQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "campaigns_expenseday"

    def __str__(self) -> str:
        return f"{self.expense_id} {self.day}"
