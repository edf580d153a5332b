"""The settings of the organisation."""

from __future__ import annotations

from typing import Any

from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from crm import services
from crm.forms.settings import OrganizationForm
from crm.models import Organization
from crm.navigation import LISTS, items_of
from crm.pages import FormPage, say
from crm.permissions import may_manage_people
from crm.views.history import last_change


class SettingsView(FormPage):
    """The rules of the organisation, and the way to the lists that are settings, too."""

    template_name = "crm/settings.html"
    form_class = OrganizationForm
    permits = staticmethod(may_manage_people)

    def get_initial(self) -> dict[str, Any]:
        organization = Organization.current()
        return model_to_dict(organization, OrganizationForm.base_fields)

    def save(self, form: OrganizationForm) -> HttpResponse:
        services.change_rules(**form.cleaned_data)
        say(self.request, _("Saved."))
        return redirect("settings")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lists = items_of(LISTS, self.request.user)
        return super().get_context_data(lists=lists, last_change=last_change(self.request), **kwargs)
