"""Contracts: customers who are there without ordering."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.fields import MoneyField
from crm.history.keeping import keeps_history
from crm.models import Record, RecordQuerySet, User
from customers.models.customer import Customer


class ContractQuerySet(RecordQuerySet):
    owner_paths = ("customer__owner",)

    def counted(self) -> Self:
        """Trials never count."""
        return self.filter(is_trial=False, customer__is_test=False, customer__is_spam=False)


@keeps_history
class Contract(Record):
    """A customer is active from the first day to the last, both included; without a last day it runs on."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        TO_COME = "to_come", _("To come")
        ENDED = "ended", _("Ended")

    customer = models.ForeignKey(Customer, verbose_name=_("customer"), on_delete=models.PROTECT, related_name="contracts")
    plan = models.CharField(_("plan"), max_length=100, blank=True)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    monthly_amount = MoneyField(_("monthly amount"), default=0, help_text=_("in the base currency"))
    # Who wrote it by hand last; its history keeps who did before. Nobody, where an integration did.
    written_by = models.ForeignKey(
        User, verbose_name=_("written by"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_trial = models.BooleanField(_("trial"), default=False)

    objects = ContractQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="customers_contract_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(monthly_amount__gte=0), name="customers_contract_amount_not_negative"),
        ]
        indexes = [models.Index(fields=["customer", "starts_on"], name="customers_contract_customer")]

    def __str__(self) -> str:
        """Its plan; a key that a form made up says nothing to a reader."""
        return self.plan or (self.external_id if self.source != "page" else "") or f"#{self.pk}"

    def state_on(self, day: date) -> State:
        if self.starts_on > day:
            return self.State.TO_COME
        return self.State.ENDED if self.ends_on is not None and self.ends_on < day else self.State.RUNNING
