"""The RFM scores of one customer: a panel for their page, which knows nothing of KPIs; without scripts a page."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from crm.pages import Page
from customers.models import Customer
from kpis.models import RfmSnapshot, RfmSpan
from kpis.rfm import SEGMENT_BY_CODE


class CustomerRfmView(Page, TemplateView):
    def get_template_names(self) -> list[str]:
        return ["kpis/_customer_rfm.html"] if self.request.htmx else ["kpis/customer_rfm.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """As they are stored of the last evening of a month."""
        customer = get_object_or_404(Customer.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        evening = RfmSnapshot.objects.filter(computed_at__isnull=False).order_by("-day").first()
        span = RfmSpan.objects.filter(customer=customer).on(evening.day).first() if evening else None
        segment = SEGMENT_BY_CODE[span.segment] if span else None
        return super().get_context_data(**kwargs) | {
            "customer": customer,
            "evening": evening,
            "span": span,
            "segment": segment,
            "report_url": f"{reverse('kpis:rfm')}?as_of={evening.day}&segment={segment.value}" if segment else "",
        }
