"""Where sales meet orders: an order written for an opportunity, and the opportunities of an order or a customer."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from crm.models import User
from crm.pages import Page, action, key_in, say
from crm.permissions import may_sell
from crm.templatetags.crm_format import named_apart
from crm.text import fold
from customers.forms.orders import OrderForm, SaleForm
from customers.models import Customer, Order
from customers.services.sales import SaleLine
from customers.views.orders import CustomerOrderView, SaleFormPage
from leads import services
from leads.models import Opportunity, Quote
from leads.offered import quotes_shown


class DealPage(SaleFormPage):
    """An order or a quote that starts from what the opportunity says."""

    permits = staticmethod(may_sell)

    @property
    def opportunity(self) -> Opportunity:
        if not hasattr(self, "_opportunity"):
            rows = Opportunity.objects.visible_to(self.request.user).select_related("stage", "owner", "lead", "customer")
            self._opportunity = get_object_or_404(rows, pk=self.kwargs["pk"])
        return self._opportunity

    @property
    def expected(self) -> Decimal | None:
        return self.opportunity.amount or None

    @property
    def placeholder(self) -> str:
        """The deal's name, where it says more than whose deal it is."""
        deal = self.opportunity
        return "" if fold(deal.name) in {fold(str(deal.lead)), fold(str(deal.customer))} else deal.name

    def lines_of(self, form: SaleForm) -> list[SaleLine]:
        """A product goes by its own name, not by the deal's that stood there before one was chosen."""
        lines = form.lines.sale_lines
        return [replace(line, name="") if line.product and line.name == self.placeholder else line for line in lines]

    def first_lines(self) -> list[SaleLine]:
        """Its products; the amount is the price of a single one, and of several only their seller knows the prices."""
        products = list(self.opportunity.products.order_by("pk"))
        price = self.opportunity.amount or None
        if not products:
            return [SaleLine(quantity=1, unit_price=price, name=self.placeholder)]
        return [SaleLine(quantity=1, unit_price=price if len(products) == 1 else None, product=product) for product in products]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        url = reverse("leads:opportunity-detail", args=[self.opportunity.pk])
        return super().get_context_data(**kwargs) | {"opportunity": self.opportunity, "cancel_url": url}


class OpportunityOrderView(DealPage, CustomerOrderView):
    """It is linked to the opportunity when it is written."""

    form_class = OrderForm

    @property
    def customer(self) -> Customer:
        """The deal's buyer. Whoever may work on the deal may sell to them, also where they are a colleague's customer."""
        if not hasattr(self, "_customer"):
            rows = Customer.objects.filter(merged_into=None)
            self._customer = get_object_or_404(rows, pk=self.opportunity.customer_id or 0)
        return self._customer

    @property
    def owner(self) -> User | None:
        """The sale is the deal owner's, whoever writes it down and whose customer it is."""
        return self.opportunity.owner

    @transaction.atomic
    def place(self, form: OrderForm) -> Order:
        services.hold_deals([self.opportunity.pk])  # before the customer, as whoever changes either does
        order = super().place(form)
        services.link_order(self.opportunity, order=order, by=self.request.user, at=self.at)
        return order


@action(may_sell)
def link_order(request: HttpRequest, pk: int) -> str:
    opportunity = get_object_or_404(Opportunity.objects.visible_to(request.user), pk=pk)
    order = get_object_or_404(Order.objects.visible_to(request.user), pk=key_in(request.POST.get("order")))
    services.link_order(opportunity, order=order, by=request.user, at=timezone.now())
    undo = f"{reverse('leads:opportunity-unlink-order', args=[pk])}?order={order.pk}"
    say(request, _("Order %(order)s belongs to this opportunity now.") % {"order": named_apart(order, request.prefs)}, undo=undo)
    return reverse("leads:opportunity-detail", args=[pk])


@action(may_sell)
def unlink_order(request: HttpRequest, pk: int) -> str:
    opportunity = get_object_or_404(Opportunity.objects.visible_to(request.user), pk=pk)
    key = key_in(request.POST.get("order") or request.GET.get("order"))
    order = get_object_or_404(Order.objects.visible_to(request.user), pk=key)
    services.unlink_order(opportunity, order=order, by=request.user, at=timezone.now())
    say(request, _("Order %(order)s no longer belongs to this opportunity.") % {"order": named_apart(order, request.prefs)})
    return reverse("leads:opportunity-detail", args=[pk])


class OpportunitiesPanel(Page, TemplateView):
    """A panel for the page of a record that knows nothing of opportunities; without scripts it is a page of its own."""

    permits = staticmethod(may_sell)
    MOST = 20

    def get_template_names(self) -> list[str]:
        return ["leads/_opportunities_panel.html"] if self.request.htmx else ["leads/opportunities_of.html"]

    def panel(self, rows: QuerySet[Opportunity], **about: Any) -> dict[str, Any]:
        visible = rows.visible_to(self.request.user).select_related("stage")
        return {"opportunities": visible.order_by("-pk")[: self.MOST], **about}


class CustomerOpportunitiesView(OpportunitiesPanel):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        customer = get_object_or_404(Customer.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        standing = None if customer.merged_into_id else customer
        panel = self.panel(Opportunity.objects.filter(customer=customer), customer=standing, of=customer)
        panel["quotes"] = quotes_shown(Quote.objects.for_customer(customer), self, self.MOST)
        return super().get_context_data(back_url=reverse("customers:customer-detail", args=[customer.pk]), **panel, **kwargs)


class OrderOpportunitiesView(OpportunitiesPanel):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order = get_object_or_404(Order.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        deals = Opportunity.objects.filter(orders=order)
        panel = self.panel(deals, of=order, won_without_order=self.panel(deals.won_with_cancelled_orders())["opportunities"])
        panel["quotes"] = quotes_shown(Quote.objects.filter(order=order), self, self.MOST)
        return super().get_context_data(back_url=reverse("customers:order-detail", args=[order.pk]), **panel, **kwargs)
