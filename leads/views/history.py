"""What was changed of leads and their sale."""

from __future__ import annotations

from crm.history.changes import Telling
from crm.history.lines import Lines
from crm.permissions import may_manage_people, may_sell
from crm.views.history import HistoryPage
from customers.views.history import line_text
from leads.models import Lead, Opportunity, Quote, QuoteLine, Stage


class LeadHistoryView(HistoryPage):
    permits = staticmethod(may_sell)
    model = Lead
    page = "leads:lead-detail"
    telling = Telling(left_out=("utm", "visitor"))


class OpportunityHistoryView(HistoryPage):
    permits = staticmethod(may_sell)
    model = Opportunity
    page = "leads:opportunity-detail"


class QuoteHistoryView(HistoryPage):
    permits = staticmethod(may_sell)
    model = Quote
    page = "leads:quote-detail"
    telling = Telling(lines=Lines(QuoteLine, "quote", ("product",), line_text))


class StageHistoryView(HistoryPage):
    permits = staticmethod(may_manage_people)
    model = Stage
    page = "leads:stage-edit"
