"""One search over leads, opportunities, quotes, customers and orders: the dropdown while typing, and a page of its own."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import path
from django.views.generic import TemplateView

from crm.models import User
from crm.pages import Page
from crm.permissions import may_sell
from customers.models import Customer, Order
from leads.models import Lead, Opportunity, Quote

IN_DROPDOWN, ON_PAGE = 5, 20


class SearchView(Page, TemplateView):
    template_name = "crm/search.html"

    def get_template_names(self) -> list[str]:
        return ["crm/_search_results.html"] if self.request.htmx else [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text, user = self.request.GET.get("q", "").strip()[:100], self.request.user
        most = IN_DROPDOWN if self.request.htmx else ON_PAGE
        found = results(text, user, most) if text else {}
        return super().get_context_data(q=text, **found, is_empty=not any(found.values()), **kwargs)


def results(text: str, user: User, most: int) -> dict[str, list[Any]]:
    """Of each kind the newest few that a user may see."""
    customers = Customer.objects.visible_to(user).filter(merged_into=None).search(text).order_by("-pk")[:most]
    # By what they are called: those of a found customer are one step away.
    orders = Order.objects.visible_to(user).numbered(text).select_related("customer").order_by("-pk")[:most]
    found: dict[str, list[Any]] = {"customers": list(customers), "orders": list(orders)}
    if may_sell(user):
        found["leads"] = list(_leads(text, user)[:most])
        found["opportunities"] = list(_opportunities(text, user)[:most])
        found["quotes"] = list(_quotes(text, user)[:most])
    return found


def _leads(text: str, user: User) -> QuerySet[Lead]:
    return Lead.objects.visible_to(user).filter(merged_into=None).search(text).order_by("-pk")


def _opportunities(text: str, user: User) -> QuerySet[Opportunity]:
    """By their own name, as those of a found lead or customer are one step away."""
    return Opportunity.objects.visible_to(user).search(text).select_related("stage").order_by("-pk")


def _quotes(text: str, user: User) -> QuerySet[Quote]:
    found = Quote.objects.visible_to(user).found_by(text, user)
    return found.select_related("opportunity", "customer", "lead").order_by("-pk")


urlpatterns = [path("search/", SearchView.as_view(), name="search")]
