"""The cards of one's overview: pinned from a KPI's page or the catalogue, put in order on a page of their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.forms.reader import ReaderForm
from crm.models import User
from crm.pages import FormPage, action, say
from crm.permissions import may_enter
from crm.preferences import Preferences
from kpis import dashboards
from kpis.addresses import kpi_of
from kpis.arranging import BUTTON, arranged
from kpis.catalogue import CATALOGUE
from kpis.definitions import is_hidden
from kpis.models import Pins
from kpis.options import kpi_choices
from kpis.services import pin_kpi, set_pins, undo_pins, unpin_kpi

COLUMNS = {"kpi": "new_kpi"}


class PinsForm(ReaderForm):
    kpi = forms.MultipleChoiceField(
        label=gettext_lazy("Cards"), widget=forms.MultipleHiddenInput, required=False, choices=[(key, key) for key in CATALOGUE]
    )

    def __init__(self, *args: Any, user: User, prefs: Preferences, **kwargs: Any) -> None:
        super().__init__(*args, user=user, prefs=prefs, **kwargs)
        keys = self.data.getlist("kpi") if self.is_bound else self.initial["kpi"]
        self.rows = [CATALOGUE[key] for key in keys if key in CATALOGUE]
        self.others = kpi_choices(user, without={kpi.key for kpi in self.rows})


class PinsView(FormPage):
    template_name = "kpis/pins.html"
    form_class = PinsForm

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        return kwargs | {"data": arranged(kwargs["data"], COLUMNS)} if BUTTON in self.request.POST else kwargs

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if BUTTON in request.POST:
            return self.render_to_response(self.get_context_data())
        return super().post(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"kpi": [kpi.key for kpi in dashboards.own(self.request.user)]}

    def save(self, form: PinsForm) -> HttpResponse:
        pins = set_pins(self.request.user, form.cleaned_data["kpi"])
        say(self.request, _("The cards of your overview were saved."), undo=undo_url(pins))
        return redirect("kpis:overview")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(most=dashboards.MOST_PINS, **kwargs)


def undo_url(pins: Pins) -> str:
    return reverse("kpis:pins-undo", args=[pins.version])


@action(may_enter)
def pin(request: HttpRequest, key: str) -> str:
    kpi = kpi_of(key)
    pins = pin_kpi(request.user, key)
    say(request, _("“%(kpi)s” stands on your overview now.") % {"kpi": kpi.name}, undo=undo_url(pins))
    return reverse("kpis:kpi-detail", args=[key])


@action(may_enter)
def unpin(request: HttpRequest, key: str) -> str:
    kpi = kpi_of(key)
    pins = unpin_kpi(request.user, key)
    say(request, _("“%(kpi)s” was taken off your overview.") % {"kpi": kpi.name}, undo=undo_url(pins))
    return reverse("kpis:kpi-detail", args=[key])


@action(may_enter)
def reset(request: HttpRequest) -> str:
    pins = set_pins(request.user, None)
    say(request, _("Your overview has the usual cards of your role again."), undo=undo_url(pins))
    return reverse("kpis:overview")


@action(may_enter)
def undo(request: HttpRequest, version: int) -> str:
    undo_pins(request.user, version)
    return reverse("kpis:overview")


def pin_of(request: HttpRequest, key: str) -> dict[str, Any]:
    """What `kpis/_pin.html` shows of one KPI."""
    return pin_button(key, {kpi.key for kpi in dashboards.own(request.user)}, request.user)


def pin_button(key: str, pinned: set[str], user: User) -> dict[str, Any]:
    is_on = key in pinned
    kpi = CATALOGUE[key]
    return {
        "is_on": is_on,
        "name": kpi.name,
        "url": reverse("kpis:unpin" if is_on else "kpis:pin", args=[key]),
        "is_offered": is_on or not is_hidden(kpi, user),
    }
