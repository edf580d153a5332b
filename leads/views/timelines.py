"""What was said to a customer and is planned with them, for the page of a record that knows nothing of activities."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from crm.pages import Page
from crm.permissions import may_sell
from customers.models import Customer
from leads.follow_up import when_choices
from leads.timeline import MOST_ENTRIES, CustomerTimeline, Reader
from leads.views.leads import activity_form


class CustomerTimelineView(Page, TemplateView):
    """A part of the customer's page with what is newest; a page of its own with all of it, also without scripts."""

    permits = staticmethod(may_sell)
    MOST = 5

    def get_template_names(self) -> list[str]:
        return ["leads/_customer_timeline.html"] if self.request.htmx else ["leads/customer_timeline.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        customer = get_object_or_404(Customer.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        reader = Reader(self.request.prefs, self.at, self.request.user)
        timeline, most = CustomerTimeline(customer, reader), self.MOST if self.request.htmx else MOST_ENTRIES
        entries = timeline.entries(most + 1)
        return super().get_context_data(
            customer=customer,
            entries=entries[:most],
            is_longer=len(entries) > most,
            steps=timeline.steps(),
            when_choices=when_choices(reader.today, reader.prefs),
            activity_form=activity_form(self.request, self.at),
            activity_url=reverse("leads:customer-activity", args=[customer.pk]),
            **kwargs,
        )
