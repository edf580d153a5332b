"""What people type about a contract."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import AmountField, DayField, TextField
from crm.forms.reader import ReaderForm


class ContractForm(ReaderForm):
    """`token` makes a form that was sent twice one contract; `seen` is the state of the one that was changed."""

    plan = TextField(label=_("Plan"), max_length=100, required=False)
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"), required=False, help_text=_("Both days are included. Left empty, it runs on."))
    monthly_amount = AmountField(label=_("Monthly amount"), required=False)
    is_trial = forms.BooleanField(
        label=_("Trial"), required=False, help_text=_("Who only tries is not counted as a customer in the figures.")
    )
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seen = forms.DateTimeField(widget=forms.HiddenInput, required=False)

    def clean_monthly_amount(self) -> Decimal:
        return self.cleaned_data["monthly_amount"] or Decimal(0)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        first, last = facts.get("starts_on"), facts.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", ValidationError(_("The first day comes after the last."), code="out-of-range"))
        return facts

    @property
    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in {"token", "seen"}}


class EndContractForm(ReaderForm):
    ends_on = DayField(label=_("Last day"), help_text=_("The customer is still active on this day."))
    seen = forms.DateTimeField(widget=forms.HiddenInput, required=False)
