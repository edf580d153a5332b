"""The form of a campaign: what it is, and what its figures should come to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Channel
from campaigns.services.keeping import TARGETS
from crm.forms.fields import AmountField, DayField, ReaderField, TextField
from crm.forms.reader import ReaderForm
from crm.models import User
from crm.permissions import colleagues
from kpis import grids
from kpis.definitions import Unit
from kpis.readings.campaigns import BY_KEY, HEADINGS
from kpis.readings.words import unit_text


class FigureField(ReaderField):
    """What a figure should come to, as it is written: a rate in per cent, money in the reader's unit."""

    def __init__(self, figure: str, **kwargs: Any) -> None:
        super().__init__(**({"label": HEADINGS[figure], "max_length": 40, "required": False} | kwargs))
        self.kpi = BY_KEY[figure].kpi
        self.widget.attrs |= {"dir": "ltr", "inputmode": "decimal", "autocomplete": "off", "class": "number"}

    def read(self, text: str) -> Decimal | int | None:
        value = grids.read_figure(self.kpi, text, self.prefs)
        return int(value) if value is not None and self.kpi.unit is Unit.COUNT else value

    def prepare_value(self, value: Any) -> Any:
        return grids.figure_text(self.kpi, Decimal(value), self.prefs) if isinstance(value, Decimal | int) else value


class CampaignForm(ReaderForm):
    """`token` makes a form that was sent twice one campaign; `seen` is the state of the one that was changed."""

    name = TextField(label=_("Name"), max_length=200)
    channel = forms.ModelChoiceField(
        label=_("Channel"), queryset=Channel.objects.none(), required=False, empty_label=_("Unknown")
    )
    goal = forms.ChoiceField(label=_("Goal"), choices=Campaign.Goal.choices)
    goal_event = forms.ChoiceField(label=_("Counts as reached"), choices=Campaign.GoalEvent.choices)
    status = forms.ChoiceField(label=_("Status"), choices=Campaign.Status.choices)
    starts_on = DayField(label=_("First day"), required=False)
    ends_on = DayField(label=_("Last day"), required=False, help_text=_("Both days are included; without a last day it runs on."))
    budget = AmountField(label=_("Budget"), required=False)
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("Nobody"))
    target_leads = FigureField("leads")
    target_mqls = FigureField("mqls")
    target_sqls = FigureField("sqls")
    target_converted = FigureField("converted")
    target_lead_conversion_rate = FigureField("lead_conversion_rate")
    target_cost_per_lead = FigureField("cost_per_lead")
    target_cost_per_converted_lead = FigureField("cost_per_converted_lead")
    target_new_customers = FigureField("new_customers")
    target_orders = FigureField("orders")
    target_revenue = FigureField("revenue")
    target_romi_short = FigureField("romi_short")
    target_romi_long = FigureField("romi_long")
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seen = forms.DateTimeField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = Channel.objects.all()
        # Whose it is stays possible, also after they have left.
        is_offered = Q(pk__in=colleagues().values("pk")) | Q(pk=getattr(self.initial.get("owner"), "pk", None))
        self.fields["owner"].queryset = User.objects.filter(is_offered).order_by("name", "email")
        for field in self.fields.values():
            if isinstance(field, FigureField) and (unit := unit_text(field.kpi, self.prefs)):
                field.label = f"{field.label} ({unit})"

    @property
    def about(self) -> list[forms.BoundField]:
        """What it is, with what the page fills in itself."""
        return [self[name] for name in self.fields if name not in TARGETS]

    @property
    def targets(self) -> list[forms.BoundField]:
        return [self[name] for name in TARGETS]

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        first, last = facts.get("starts_on"), facts.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", ValidationError(_("The first day comes after the last."), code="out-of-range"))
        return facts

    @property
    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in {"token", "seen"}}
