"""The overview and the pages of KPIs as PDF."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.generic import View

from crm.pages import Page
from kpis import forms
from kpis.printing import print_kpi, print_overview
from kpis.readings.words import period_text
from kpis.views.detail import choice_for, kpi_of


class OverviewPdfView(Page, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        choice = forms.choice_of(request.GET, request.prefs, request.prefs.today(self.at), request.user)
        name = f"{_('KPI overview')}-{period_text(choice.period, request.prefs)}"
        return pdf_response(name, print_overview(choice, request.prefs, at=self.at))


class KpiPdfView(Page, View):
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        kpi = kpi_of(key)
        choice, by = choice_for(request, kpi, self.at), forms.breakdown_asked(request.GET, kpi)
        name = f"{kpi.name}-{period_text(choice.period, request.prefs)}"
        return pdf_response(name, print_kpi(kpi, by, choice, request.prefs, at=self.at))


def pdf_response(name: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    names = f"filename=\"report.pdf\"; filename*=UTF-8''{quote(name, safe='')}.pdf"
    response["Content-Disposition"] = f"attachment; {names}"
    return response
