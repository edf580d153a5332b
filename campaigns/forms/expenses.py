"""What people type about an expense."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Channel, Expense, LeadSource
from crm.forms.fields import AmountField, DayField, TextField
from crm.forms.reader import ReaderForm
from crm.models import ExchangeRate


def offer_currencies(form: ReaderForm) -> None:
    """Those with an exchange rate, for what is written anew: an expense that stands keeps the currency it has."""
    amount, base = form.fields["amount"], form.prefs.organization.currency
    known = ExchangeRate.objects.exclude(currency=base).values_list("currency", flat=True).distinct().order_by("currency")
    codes = [] if "seen" in form.initial else list(known)
    if not codes:
        del form.fields["currency"]
        return
    form.fields["currency"].choices = [("", amount.unit), *((code, code) for code in codes)]
    amount.label = type(form).base_fields["amount"].label
    chosen = form.data.get(form.add_prefix("currency"))
    amount.currency = chosen if chosen in codes else None


class ExpenseForm(ReaderForm):
    """`token` makes a form that was sent twice one expense; `seen` is the state of the one that was changed."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Expense.Kind.choices)
    amount = AmountField(label=_("Amount"))
    currency = forms.ChoiceField(
        label=_("Currency"),
        required=False,
        help_text=_("Another currency is counted at the exchange rate of the first day; the settings keep the rates."),
    )
    valid_from = DayField(label=_("First day"))
    valid_to = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("The amount is spread evenly over its days, both included. Left empty, it is all of the first day."),
    )
    campaign = forms.ModelChoiceField(
        label=_("Campaign"), queryset=Campaign.objects.none(), required=False, empty_label=_("None")
    )
    channel = forms.ModelChoiceField(
        label=_("Channel"),
        queryset=Channel.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("Left empty, an expense of a campaign counts for the channel of that campaign."),
    )
    lead_source = forms.ModelChoiceField(
        label=_("Lead source"), queryset=LeadSource.objects.none(), required=False, empty_label=_("None")
    )
    note = TextField(label=_("Note"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    is_estimate = forms.BooleanField(
        label=_("Estimate"), required=False, help_text=_("Figures that rest on it say that they are estimated.")
    )
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seen = forms.DateTimeField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("campaign", Campaign), ("channel", Channel), ("lead_source", LeadSource)):
            self.fields[name].queryset = model.objects.visible_to(self.user)
        offer_currencies(self)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if "valid_from" in facts and "valid_to" in facts:
            facts["valid_to"] = facts["valid_to"] or facts["valid_from"]
        return facts

    @property
    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in {"token", "seen"}}
