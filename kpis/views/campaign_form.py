"""Making a campaign and changing one: for those who keep them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns import services
from campaigns.models import Campaign
from campaigns.services.keeping import EDITABLE
from crm.pages import FormPage, form_key, say
from crm.permissions import may_keep_reference_data
from kpis.forms.campaigns import CampaignForm


class CampaignFormView(FormPage):
    """A new one, or one that is there."""

    template_name = "kpis/campaign_form.html"
    form_class = CampaignForm
    permits = staticmethod(may_keep_reference_data)
    campaign: Campaign | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and "pk" in kwargs:
            self.campaign = get_object_or_404(Campaign.objects.visible_to(request.user), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        if self.campaign is None:
            today, owner = self.request.prefs.today(self.at), self.request.user
            return {"token": uuid4(), "status": Campaign.Status.RUNNING, "starts_on": today, "owner": owner}
        known = {name: getattr(self.campaign, name) for name in EDITABLE}
        return known | {"seen": self.campaign.updated_at.isoformat()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about = {"campaign": self.campaign, "cancel_url": self.page_url(self.campaign)}
        return super().get_context_data(**about, **kwargs)

    def save(self, form: CampaignForm) -> HttpResponse:
        facts = form.facts | {"by": self.request.user, "at": self.at}
        if self.campaign is None:
            key = form_key(Campaign, form.cleaned_data["token"], form.facts)
            campaign = services.open_campaign(**facts, **key)
        else:
            campaign = services.edit_campaign(self.campaign, seen=form.cleaned_data["seen"], **facts)
        say(self.request, _("The campaign “%(campaign)s” was saved.") % {"campaign": campaign})
        return redirect(self.page_url(campaign))

    def page_url(self, campaign: Campaign | None) -> str:
        return reverse("kpis:campaign-detail", args=[campaign.pk]) if campaign else reverse("kpis:campaign-list")
