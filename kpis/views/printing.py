"""The overview, the pages of KPIs and dashboards as PDF."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.generic import View

from crm.pages import Page
from crm.paper import pdf_response
from kpis import addresses
from kpis.models import Dashboard
from kpis.printing import print_kpi, print_overview
from kpis.printing_of_dashboards import print_dashboard
from kpis.readings.words import period_text
from kpis.views.detail import choice_for, kpi_of


class OverviewPdfView(Page, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        choice = addresses.choice_of(request.GET, request.prefs, request.prefs.today(self.at), request.user)
        name = _("KPI overview") + f"-{period_text(choice.period, request.prefs)}"
        return pdf_response(name, print_overview(choice, request.prefs, at=self.at))


class KpiPdfView(Page, View):
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        kpi = kpi_of(key)
        addresses.refuse_unknown_filters(request.GET, kpi)
        choice, by = choice_for(request, kpi, self.at), addresses.breakdown_asked(request.GET, kpi)
        name = f"{kpi.name}-{period_text(choice.period, request.prefs)}"
        return pdf_response(name, print_kpi(kpi, by, choice, request.prefs, at=self.at))


class DashboardPdfView(Page, View):
    """Without anything in its address it is as it was made, as its page is."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        dashboard = get_object_or_404(Dashboard.objects.visible_to(request.user), pk=pk)
        query = request.GET or dashboard.view
        choice = addresses.choice_of(query, request.prefs, request.prefs.today(self.at), request.user)
        name = f"{dashboard.name}-{period_text(choice.period, request.prefs)}"
        return pdf_response(name, print_dashboard(dashboard, choice, request.prefs, at=self.at))
