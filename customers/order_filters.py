"""The filters of the list of orders: read from its address, as rows, chips and controls."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, Channel
from crm.pages import LONGEST_SEARCH, MOST_COUNTED, MOST_FOUND, Chip, not_offered, query_with
from crm.permissions import owners_for
from crm.spans import choices_of, span_of
from customers.models import Order

NOBODY = "none"


class OrderFilterForm(forms.Form):
    """The filters as controls."""

    q = forms.CharField(label=_("Search"), required=False, max_length=LONGEST_SEARCH)
    status = forms.ChoiceField(label=_("Status"), required=False)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    campaign = forms.ChoiceField(label=_("Campaign"), required=False)
    placed = forms.CharField(label=_("Placed"), required=False, widget=forms.Select, max_length=40)

    def __init__(self, *args: Any, owners: list[tuple[str, str]], spans: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("status", _("Any status"), list(Order.Status.choices))
        for name, model, anything in (("channel", Channel, _("Any channel")), ("campaign", Campaign, _("Any campaign"))):
            rows = [(str(key), label) for key, label in model.objects.values_list("pk", "name")]
            self._offer(name, anything, [*rows, (NOBODY, _("Unknown"))])
        if owners:
            self._offer("owner", _("Any owner"), [*owners, (NOBODY, _("Nobody"))])
        else:
            del self.fields["owner"]
        self.fields["placed"].widget.choices = [("", _("Any time")), *spans]

    def _offer(self, name: str, anything: Promise, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = [("", anything), *choices]

    def value(self, name: str) -> str:
        return self.cleaned_data.get(name) or "" if name in self.fields else ""


class OrderFilters:
    """The reader's wish for the list."""

    def __init__(self, request: HttpRequest, today: date) -> None:
        self.request, user, prefs = request, request.user, request.prefs
        self.visible = Order.objects.visible_to(user)
        self.span = span_of(request.GET.get("placed", ""), prefs, today) if request.GET.get("placed") else None
        sees_others = user.sees_all or user.sees_team
        owners = owners_for(user).values_list("pk", "name", "email") if sees_others else []
        people = [(str(key), name or email) for key, name, email in owners]
        self.form = OrderFilterForm(request.GET, owners=people, spans=choices_of(self.span))
        self.form.is_valid()
        self.missing = not_offered(request.GET, {name: self._chosen(name) for name in OrderFilterForm.base_fields})

    def rows(self) -> QuerySet[Order]:
        found = self.visible.none() if self.missing else self.visible
        if status := self.form.value("status"):
            found = found.filter(status=status)
        for name in ("owner", "channel", "campaign"):
            if wish := self.form.value(name):
                found = found.filter(**({f"{name}__isnull": True} if wish == NOBODY else {name: wish}))
        if self.span:
            found = found.filter(placed_on__range=(self.span.start, self.span.end))
        return found.search(self.form.value("q"))

    @property
    def most(self) -> int:
        """Up to where the rows are counted."""
        return MOST_FOUND if self.chips() else MOST_COUNTED

    @property
    def selects(self) -> list[dict[str, Any]]:
        """The filters as the page draws them."""
        return [
            {"name": name, "label": self.form[name].label, "options": field.widget.choices, "chosen": self._chosen(name)}
            for name, field in self.form.fields.items()
            if name != "q"
        ]

    def chips(self) -> list[Chip]:
        chips = [
            Chip(f"{self.form.fields[name].label}: {self._words(name)}", self._without(name))
            for name in self.form.fields
            if self._chosen(name)
        ]
        labels = {name: field.label for name, field in OrderFilterForm.base_fields.items()}
        return chips + [Chip.not_offered(labels[name], self._without(name)) for name in self.missing]

    def _chosen(self, name: str) -> str:
        return (self.span.token if self.span else "") if name == "placed" else self.form.value(name)

    def _words(self, name: str) -> Any:
        if name == "placed":
            return self.span.label if self.span else ""
        return self.form.value(name) if name == "q" else dict(self.form.fields[name].choices)[self.form.value(name)]

    def _without(self, name: str) -> str:
        return self.request.path + query_with(self.request.GET, after=None, before=None, **{name: None})
