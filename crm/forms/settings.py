"""What is typed into the settings, and what a reader chooses about their pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import TextField, WholeNumberField
from crm.forms.reader import ReaderForm
from crm.models import Team, User
from crm.models.organization import DAYS_OF_TEN_YEARS, HIGHEST_CSAT, MINUTES_OF_A_WEEK
from crm.preferences import MONEY_UNITS


class OrganizationForm(ReaderForm):
    """The rules of the organisation that no past figure stands on."""

    name = TextField(label=_("Name of the organisation"), max_length=100)
    first_contact_minutes = WholeNumberField(
        label=_("Minutes until a new lead waits too long"),
        least=1,
        most=MINUTES_OF_A_WEEK,
        help_text=_("After so many minutes without a call, Today marks a new lead as late. Usual: 60."),
    )
    new_leads_team = forms.ModelChoiceField(
        Team.objects.order_by("name"),
        label=_("Team that new leads go to"),
        required=False,
        empty_label=_("Nobody: they wait in Today"),
        help_text=_("Sales reps of this team are given the leads that arrive through the API without an owner, each in turn."),
    )
    nps_interval_days = WholeNumberField(
        label=_("Days between two NPS surveys of one customer"),
        least=1,
        most=DAYS_OF_TEN_YEARS,
        help_text=_("Who was asked is left in peace for so long. Usual: 90."),
    )
    nps_first_order_days = WholeNumberField(
        label=_("Days from the first order to the first NPS survey"),
        least=0,
        most=DAYS_OF_TEN_YEARS,
        help_text=_("A new customer has nothing to judge yet. Usual: 30."),
    )
    nps_first_delivery_days = WholeNumberField(
        label=_("Days from the first delivery to the first NPS survey"),
        least=0,
        most=DAYS_OF_TEN_YEARS,
        help_text=_("Counted from the first order that was fulfilled. Usual: 14."),
    )
    csat_low_score = WholeNumberField(
        label=_("CSAT score that asks for the reason"),
        least=1,
        most=HIGHEST_CSAT,
        help_text=_("At this score or below a follow-up is due. Usual: 2."),
    )
    letterhead = TextField(
        label=_("Seller's details on paper"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Address, telephone, tax number: below the name on quotes and invoices."),
    )
    quote_terms = TextField(
        label=_("Terms on quotes"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Below the sums of every quote, such as how it is paid and delivered."),
    )


class PreferencesForm(forms.Form):
    """What a reader chooses about their pages; only what was sent changes."""

    calendar = forms.ChoiceField(choices=[("jalali", ""), ("gregorian", "")], required=False)
    money_unit = forms.ChoiceField(choices=[(key, "") for key in MONEY_UNITS], required=False)
    theme = forms.ChoiceField(choices=User.Theme.choices, required=False)
    latin_digits = forms.TypedChoiceField(choices=[("0", ""), ("1", "")], coerce=lambda sent: sent == "1", required=False)
    shortcuts = forms.TypedChoiceField(choices=[("0", ""), ("1", "")], coerce=lambda sent: sent == "1", required=False)

    @property
    def chosen(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name in self.data and value != ""}
