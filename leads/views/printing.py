"""A quote as PDF, for whom it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.generic import View

from crm.pages import Page
from crm.paper import pdf_response
from crm.permissions import may_sell
from customers.printing import print_sale
from leads.models import Quote
from leads.printing import sheet_of_quote


class QuotePdfView(Page, View):
    permits = staticmethod(may_sell)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        whose = ("customer", "lead", "opportunity__customer", "opportunity__lead")
        quote = get_object_or_404(Quote.objects.visible_to(request.user).select_related(*whose), pk=pk)
        sheet = sheet_of_quote(quote, request.user, request.prefs, today=request.prefs.today(self.at))
        return pdf_response(sheet.name, print_sale(sheet, request.prefs, at=self.at))
