"""An order as PDF, for its buyer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.generic import View

from crm.pages import Page
from crm.paper import pdf_response
from customers.models import Order
from customers.printing import paper_asked, print_sale, sheet_of_order


class OrderPdfView(Page, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        order = get_object_or_404(Order.objects.visible_to(request.user).select_related("customer"), pk=pk)
        with paper_asked(request) as prefs:
            sheet = sheet_of_order(order, request.user, prefs)
            return pdf_response(sheet.name, print_sale(sheet, prefs, at=self.at))
