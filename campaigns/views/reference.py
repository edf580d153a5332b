"""Channels and lead sources, for those who keep the settings."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.forms.reference import ChannelForm, EditChannelForm, EditLeadSourceForm, LeadSourceForm
from campaigns.models import Channel, LeadSource
from campaigns.services import reference as services
from crm.pages import action, say
from crm.permissions import may_manage_people
from crm.views.history import HistoryPage
from crm.views.reference import ReferenceCreateView, ReferenceEditView, ReferenceListView, say_removed


class ChannelListView(ReferenceListView):
    template_name = "campaigns/channels.html"
    model = Channel
    route = "campaigns:channel"
    heading = gettext_lazy("Channels")
    new = gettext_lazy("New channel")
    nothing = gettext_lazy("No channels yet")
    hint = gettext_lazy("How people come: by a search, a social network, a store. Visits make those that they name, too.")
    icon = "share-2"

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("social_network")


class ChannelCreateView(ReferenceCreateView):
    form_class = ChannelForm
    model = Channel
    route = "campaigns:channel"
    heading = gettext_lazy("New channel")
    add = staticmethod(services.add_channel)


class ChannelEditView(ReferenceEditView):
    form_class = EditChannelForm
    model = Channel
    route = "campaigns:channel"
    edit = staticmethod(services.edit_channel)


class ChannelHistoryView(HistoryPage):
    permits = staticmethod(may_manage_people)
    model = Channel
    page = "campaigns:channel-edit"


@action(may_manage_people)
def remove_channel(request: HttpRequest, pk: int) -> str:
    return _remove(request, Channel, pk, "campaigns:channel")


@action(may_manage_people)
def restore_channel(request: HttpRequest, way: str) -> str:
    return _restore(request, Channel, way, "campaigns:channel")


class LeadSourceListView(ReferenceListView):
    model = LeadSource
    route = "campaigns:lead-source"
    heading = gettext_lazy("Lead sources")
    new = gettext_lazy("New lead source")
    nothing = gettext_lazy("No lead sources yet")
    hint = gettext_lazy("Where leads were met, such as an exhibition. A form on your site makes those that it names, too.")
    icon = "flag"


class LeadSourceCreateView(ReferenceCreateView):
    form_class = LeadSourceForm
    model = LeadSource
    route = "campaigns:lead-source"
    heading = gettext_lazy("New lead source")
    add = staticmethod(services.add_lead_source)


class LeadSourceEditView(ReferenceEditView):
    form_class = EditLeadSourceForm
    model = LeadSource
    route = "campaigns:lead-source"
    edit = staticmethod(services.edit_lead_source)


class LeadSourceHistoryView(HistoryPage):
    permits = staticmethod(may_manage_people)
    model = LeadSource
    page = "campaigns:lead-source-edit"


@action(may_manage_people)
def remove_lead_source(request: HttpRequest, pk: int) -> str:
    return _remove(request, LeadSource, pk, "campaigns:lead-source")


@action(may_manage_people)
def restore_lead_source(request: HttpRequest, way: str) -> str:
    return _restore(request, LeadSource, way, "campaigns:lead-source")


def _remove(request: HttpRequest, model: type[Channel | LeadSource], pk: int, route: str) -> str:
    row = get_object_or_404(model.objects.visible_to(request.user), pk=pk)
    return say_removed(request, row, route, services.remove(row, by=request.user, at=timezone.now()))


def _restore(request: HttpRequest, model: type[Channel | LeadSource], way: str, route: str) -> str:
    services.restore(model, way, by=request.user, at=timezone.now())
    say(request, _("Taken back."))
    return reverse(f"{route}-list")
