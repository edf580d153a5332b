"""What one customer is worth: a panel for the page of a customer, which knows nothing of KPIs; without scripts a page."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from crm.pages import Page
from crm.permissions import may_see_costs
from customers.models import Customer
from kpis.readings.acquisition import KPI
from kpis.readings.customer_value import value_of
from kpis.readings.rows import Forecast
from kpis.readings.snapshot import one_snapshot
from kpis.views.acquisition import SHARES
from kpis.views.predictions import forecast_cells


class CustomerValueView(Page, TemplateView):
    permits = staticmethod(may_see_costs)

    def get_template_names(self) -> list[str]:
        return ["kpis/_customer_value.html"] if self.request.htmx else ["kpis/customer_value.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, prefs = self.request.user, self.request.prefs
        customer = get_object_or_404(Customer.objects.visible_to(user), pk=self.kwargs["pk"])
        with one_snapshot():
            worth = value_of(customer, user, prefs, prefs.today(self.at))
        shares = reverse("kpis:kpi-detail", args=[KPI.key])
        return super().get_context_data(**kwargs) | {
            "customer": customer,
            "worth": worth,
            "shares_url": f"{shares}?side={SHARES}&period={worth.month.key}#rows" if worth.month else "",
            "forecast": forecast_cells(Forecast.of(worth.prediction), prefs) if worth.prediction else None,
        }
