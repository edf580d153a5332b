"""What is typed about opportunities and quotes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.forms.edits import EditForm
from crm.forms.fields import AmountField, DayField, TextField
from crm.forms.reader import ReaderForm
from crm.models import User
from crm.permissions import colleagues
from customers.forms.customers import CustomerField
from customers.forms.orders import SaleForm
from leads.models import Stage

LOSS_REASONS = (_("Price"), _("Chose a competitor"), _("No answer"), _("Bad timing"), _("Missing feature"))


class OpportunityForm(ReaderForm):
    name = TextField(label=_("Name"), max_length=200)
    amount = AmountField(label=_("Amount"), required=False)
    expected_close_on = DayField(label=_("Expected close"), required=False)
    customer = CustomerField(required=False)
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("Nobody"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues()


class EditOpportunityForm(EditForm, OpportunityForm):
    """Of an opportunity that others may be changing."""

    def clean(self) -> dict[str, Any]:
        """Nothing typed is an amount of nothing."""
        facts = super().clean()
        return facts | {"amount": facts["amount"] or 0} if "amount" in facts else facts


class NewOpportunityForm(OpportunityForm):
    stage = forms.ModelChoiceField(label=_("Stage"), queryset=Stage.objects.open(), empty_label=None)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)


class WonForm(ReaderForm):
    """A win that brings nothing is asked about: mostly its amount was forgotten."""

    amount = AmountField(label=_("Final amount"), required=True)
    without_amount = forms.BooleanField(label=_("Won without an amount"), required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if facts.get("amount") == 0 and not facts.get("without_amount"):
            self.fields["without_amount"].widget = forms.CheckboxInput(attrs={"data-answers": "amount"})
            text = _("Give the amount, or say below that it was won without one.")
            self.add_error("amount", ValidationError(text, code="required"))
        return facts


class QuoteForm(SaleForm):
    """What is offered, and until when."""

    valid_until = DayField(label=_("Valid until"), required=False)

    def clean_valid_until(self) -> date | None:
        day = self.cleaned_data["valid_until"]
        if day and day < self.prefs.today(self.at):
            raise ValidationError(_("This day has passed already."), code="out-of-range")
        return day

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("number", "valid_until")}
