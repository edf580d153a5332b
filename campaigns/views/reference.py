"""Channels and lead sources, for those who keep the settings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy

from campaigns.forms.reference import ChannelForm, EditChannelForm
from campaigns.models import Channel, LeadSource, SocialNetwork
from campaigns.services import reference as services
from crm.forms.reference import EditNameForm, NameForm
from crm.permissions import may_manage_people
from crm.views import reference as pages
from crm.views.history import HistoryPage
from crm.views.reference import ReferenceCreateView, ReferenceEditView, ReferenceListView


def removing_and_restoring(model: type[Channel | LeadSource | SocialNetwork], route: str) -> tuple[Callable, Callable]:
    return pages.removing_and_restoring(model, route, remove=services.remove, restore=partial(services.restore, model))


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


remove_channel, restore_channel = removing_and_restoring(Channel, "campaigns:channel")


class LeadSourceListView(ReferenceListView):
    model = LeadSource
    route = "campaigns:lead-source"
    heading = gettext_lazy("Lead sources")
    new = gettext_lazy("New lead source")
    nothing = gettext_lazy("No lead sources yet")
    hint = gettext_lazy("Where leads were met, such as an exhibition. A form on your site makes those that it names, too.")
    icon = "flag"


class LeadSourceCreateView(ReferenceCreateView):
    form_class = NameForm
    model = LeadSource
    route = "campaigns:lead-source"
    heading = gettext_lazy("New lead source")
    add = staticmethod(services.add_lead_source)


class LeadSourceEditView(ReferenceEditView):
    form_class = EditNameForm
    model = LeadSource
    route = "campaigns:lead-source"
    edit = staticmethod(services.edit_lead_source)


class LeadSourceHistoryView(HistoryPage):
    permits = staticmethod(may_manage_people)
    model = LeadSource
    page = "campaigns:lead-source-edit"


remove_lead_source, restore_lead_source = removing_and_restoring(LeadSource, "campaigns:lead-source")


class SocialNetworkListView(ReferenceListView):
    model = SocialNetwork
    route = "campaigns:social-network"
    heading = gettext_lazy("Social networks")
    new = gettext_lazy("New social network")
    nothing = gettext_lazy("No social networks yet")
    hint = gettext_lazy("Where you post and are written to. Visits, leads and posts make those that they name, too.")
    icon = "share-2"


class SocialNetworkCreateView(ReferenceCreateView):
    form_class = NameForm
    model = SocialNetwork
    route = "campaigns:social-network"
    heading = gettext_lazy("New social network")
    add = staticmethod(services.add_social_network)


class SocialNetworkEditView(ReferenceEditView):
    form_class = EditNameForm
    model = SocialNetwork
    route = "campaigns:social-network"
    edit = staticmethod(services.edit_social_network)


class SocialNetworkHistoryView(HistoryPage):
    permits = staticmethod(may_manage_people)
    model = SocialNetwork
    page = "campaigns:social-network-edit"


remove_social_network, restore_social_network = removing_and_restoring(SocialNetwork, "campaigns:social-network")
