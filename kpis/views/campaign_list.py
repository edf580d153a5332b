"""All campaigns with what they came to in a period: where a marketer begins."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from crm.permissions import may_keep_reference_data
from kpis.readings.campaigns import Figure
from kpis.views.campaigns import CampaignsReportView

SHOWN = {"spend", "leads", "converted", "cost_per_converted_lead", "revenue"}


class CampaignListView(CampaignsReportView):
    """The report card in short, of every campaign: also of one of which there is nothing in the period."""

    template_name = "kpis/campaign_list.html"
    title = _("Campaigns")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"may_keep": may_keep_reference_data(self.request.user)}

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(figure for figure in self.campaigns.shown if figure.key in SHOWN)

    def offered(self) -> QuerySet[Campaign]:
        return Campaign.objects.visible_to(self.request.user)

    def keys(self, figure: Figure, *, is_turned: bool) -> list[int]:
        """Those of which there is nothing stand at the end, the newest first."""
        ranked = super().keys(figure, is_turned=is_turned)
        return [*ranked, *sorted(self.names.keys() - set(ranked), reverse=True)]

    @cached_property
    def statuses(self) -> dict[int, str]:
        labels = dict(Campaign.Status.choices)
        return {key: labels[status] for key, status in self.offered().values_list("pk", "status")}

    def row(self, key: int) -> dict[str, Any]:
        leads_url = f"{reverse('leads:lead-list')}?{urlencode({'campaign': key})}"
        return super().row(key) | {"status": self.statuses[key], "leads_url": leads_url}
