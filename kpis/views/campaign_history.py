"""What was changed of a campaign."""

from __future__ import annotations

from campaigns.models import Campaign
from crm.permissions import may_sell
from crm.views.history import HistoryPage


class CampaignHistoryView(HistoryPage):
    permits = staticmethod(may_sell)
    model = Campaign
    page = "kpis:campaign-detail"
    costs = Campaign.COSTS
