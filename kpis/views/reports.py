"""All reports on one page, each with the question it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from crm.models import User
from crm.pages import Page
from crm.permissions import may_enter, may_see_costs, may_see_traffic, may_sell


@dataclass(frozen=True)
class Report:
    """`query` presets the page of one KPI where that answers already."""

    name: Promise
    question: Promise
    icon: str
    target: str
    is_for: Callable[[User], bool] = may_enter
    key: str = ""
    query: str = ""

    @property
    def url(self) -> str:
        return reverse(self.target, args=[self.key] if self.key else []) + self.query


BY_PRODUCT = "?grain=year&by=product#breakdown"
REPORTS = (
    Report(_("Sales funnel"), _("Where do we lose people?"), "filter", "kpis:funnel", may_sell),
    Report(_("Pipeline at the end of a day"), _("What was open at the end of that month?"), "kanban", "kpis:pipeline", may_sell),
    Report(_("Campaign report card"), _("Which campaign pays?"), "megaphone", "kpis:campaigns-report", may_sell),
    Report(_("Retention cohorts"), _("Who comes back, and for how long?"), "table", "kpis:cohorts"),
    Report(_("RFM groups"), _("Who is moving between groups?"), "users", "kpis:rfm"),
    Report(
        _("Predicted value of customers"), _("Which customers will still bring most?"), "hand-coins", "kpis:kpi-detail",
        may_see_costs, key="clv_predicted", query="#rows",
    ),
    Report(_("Loyalty in word and in deed"), _("Who likes us, and who only comes back?"), "star", "kpis:loyalty"),
    Report(_("NPS by season"), _("Do more people recommend us than last season?"), "trending-up", "kpis:nps-seasons"),
    Report(_("CSAT by product"), _("Which product disappoints?"), "package", "kpis:kpi-detail", key="csat", query=BY_PRODUCT),
    Report(_("Top pages"), _("Where do visitors enter?"), "chart-line", "kpis:top-pages", may_see_traffic),
    Report(_("Landing pages"), _("Which page wins people over?"), "target", "kpis:landing-pages", may_see_traffic),
    Report(_("Lists of people"), _("Whom did we want to come back to?"), "users", "leads:people-lists"),
    Report(_("Reports by e-mail"), _("Who gets which figures, without looking for them?"), "mail", "kpis:mailings"),
    Report(_("Reviews"), _("What did we decide about these figures?"), "eye", "kpis:reviews"),
)  # fmt: skip


class ReportsView(Page, TemplateView):
    template_name = "kpis/reports.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = [report for report in REPORTS if report.is_for(self.request.user)]
        return super().get_context_data(**kwargs) | {"reports": shown}
