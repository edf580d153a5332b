"""A quote as PDF, for whom it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.generic import View

from crm.pages import Page
from crm.paper import pdf_response
from crm.permissions import may_sell
from customers.printing import paper_asked, print_sale
from leads.models import Quote
from leads.printing import WHOSE, sheet_of_quote


class QuotePdfView(Page, View):
    permits = staticmethod(may_sell)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        quote = get_object_or_404(Quote.objects.visible_to(request.user).select_related(*WHOSE), pk=pk)
        with paper_asked(request) as prefs:
            sheet = sheet_of_quote(quote, request.user, prefs, today=prefs.today(self.at))
            return pdf_response(sheet.name, print_sale(sheet, prefs, at=self.at))
