"""The pages of orders: the record, its forms, and what comes back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from crm.models import User
from crm.pages import DetailPage, FormPage, Page, next_url, say
from crm.permissions import may_enter, may_sell
from crm.templatetags.crm_format import named_apart
from customers.facts import order_totals
from customers.forms.orders import MOST_LINES, NewOrderForm, OrderForm, RefundForm, SaleForm, lines_of
from customers.models import Customer, Order, Product
from customers.services.giving_back import key_of_refund, refund_order, refund_rest, rest_of_extras, returnable_lines
from customers.services.sales import SaleLine, edit_order, place_order
from customers.views.customers import CustomerFormPage
from customers.views.mails import mails_shown

PRODUCTS_OFFERED = 100
STATUS = Order.Status
ICONS = {STATUS.PAID: "wallet", STATUS.FULFILLED: "package", STATUS.CANCELLED: "circle-x", STATUS.PENDING: "undo-2"}
PAY, CANCEL = (STATUS.PAID, _("Mark as paid")), (STATUS.CANCELLED, _("Cancel the order"))
# What is usually done next with an order in each state; the first one is the way forward.
NEXT: dict[Order.Status, tuple[tuple[Order.Status, Promise], ...]] = {
    STATUS.DRAFT: (PAY, CANCEL),
    STATUS.PENDING: (PAY, CANCEL),
    STATUS.PAID: ((STATUS.FULFILLED, _("Mark as fulfilled")), CANCEL),
    STATUS.FULFILLED: (CANCEL,),
    STATUS.CANCELLED: ((STATUS.PENDING, _("Reopen")),),
}


def foreign_currency(currency: str, page: Page) -> str | None:
    """An order's or quote's own currency where it is not the one of the figures."""
    return currency if currency != page.request.prefs.organization.currency else None


class OrderDetailView(DetailPage):
    template_name = "customers/order_detail.html"

    def get_object(self) -> Order:
        rows = Order.objects.visible_to(self.request.user)
        return get_object_or_404(rows.select_related("customer", "owner", "campaign", "channel"), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        order = self.object
        lines = list(order.lines.select_related("product").order_by("position"))
        refunds = list(order.refunds.order_by("refunded_at", "pk"))
        totals = order_totals(order, lines, refunds)
        return context | {
            "order": order,
            "sees_customer": Customer.objects.visible_to(self.request.user).filter(pk=order.customer_id).exists(),
            "lines": lines,
            "refunds": refunds,
            "totals": totals,
            "sees_costs": self.request.user.may_see_costs,
            "may_sell": may_sell(self.request.user),
            "is_editable": len(lines) <= MOST_LINES,
            "may_mail": order.status != Order.Status.CANCELLED,
            **mails_shown(order, self.request.prefs, self.at),
            "is_refundable": order.status in Order.COUNTED and totals["refunded"] < totals["net"],
            "currency": foreign_currency(order.currency, self),
            "next_statuses": [(status.value, ICONS[status], label) for status, label in NEXT[Order.Status(order.status)]],
        }


class SaleFormPage(FormPage):
    """What the forms of orders and quotes have in common: lines that grow, and sums while typing."""

    form_class: type[SaleForm]

    def first_lines(self) -> list[SaleLine]:
        return []

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs() | {"lines": self.first_lines()}
        if "more" in self.request.POST:
            kwargs["data"] = with_one_more_line(kwargs["data"])
        return kwargs

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "sums" in request.POST:
            return self.render_sums()
        if "more" in request.POST:
            return self.render_to_response(self.get_context_data())
        return super().post(request, *args, **kwargs)

    def render_sums(self) -> HttpResponse:
        """A fragment for the form while it is being typed into."""
        form = self.get_form()
        self.template_name = "customers/_order_sums.html"
        return self.render_to_response({"sums": form.sums, "currency": self.currency, "expected": self.expected})

    @property
    def currency(self) -> str | None:
        return None

    @property
    def expected(self) -> Decimal | None:
        """What the sale was thought to come to."""
        return None

    @property
    def placeholder(self) -> str:
        """What stands for a product until one is chosen."""
        return ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "sums": context["form"].sums,
            "expected": self.expected,
            "placeholder": self.placeholder,
            "products": Product.objects.offered()[:PRODUCTS_OFFERED],
            "currency": self.currency,
        }


def with_one_more_line(data: Any) -> Any:
    """A blank row at the end, for those whose browser runs no scripts."""
    grown = data.copy()
    count = grown.get("lines-TOTAL_FORMS", "")
    if count.isascii() and count.isdigit() and int(count) < MOST_LINES:
        grown["lines-TOTAL_FORMS"] = str(int(count) + 1)
        grown[f"lines-{int(count)}-quantity"] = "1"
    return grown


class OrderFormPage(SaleFormPage):
    """The form of a new order."""

    template_name = "customers/order_form.html"
    form_class = OrderForm

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"token": uuid4()}

    def save(self, form: OrderForm) -> HttpResponse:
        order = self.place(form)
        say(self.request, gettext("Order %(order)s was saved.") % {"order": named_apart(order, self.request.prefs)})
        return redirect(next_url(self.request, default=reverse("customers:order-detail", args=[order.pk])))

    def buyer_of(self, form: OrderForm) -> Customer:
        raise NotImplementedError

    @property
    def owner(self) -> User | None:
        """Whose order it will be, where that is not for the writer's visibility to say."""
        return None

    def place(self, form: OrderForm) -> Order:
        facts = form.facts | {"status": form.cleaned_data["status"], "key": str(form.cleaned_data["token"] or uuid4())}
        whose = {"customer": self.buyer_of(form), "owner": self.owner}
        return place_order(by=self.request.user, at=self.at, lines=self.lines_of(form), **whose, **facts)

    def lines_of(self, form: OrderForm) -> list[SaleLine]:
        return form.lines.sale_lines


class OrderCreateView(OrderFormPage):
    """From the list or the menu: whose order it is stands on the form."""

    form_class = NewOrderForm

    def buyer_of(self, form: NewOrderForm) -> Customer:
        return form.cleaned_data["customer"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cancel_url=reverse("customers:order-list"), **kwargs)


class CustomerOrderView(CustomerFormPage, OrderFormPage):
    def buyer_of(self, form: OrderForm) -> Customer:
        return self.customer


class OneOrderPage(FormPage):
    """A form about one order."""

    @property
    def order(self) -> Order:
        if not hasattr(self, "_order"):
            rows = Order.objects.visible_to(self.request.user).select_related("customer")
            self._order = get_object_or_404(rows, pk=self.kwargs["pk"])
        return self._order

    @property
    def currency(self) -> str | None:
        return foreign_currency(self.order.currency, self)

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"currency": self.currency}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        url = reverse("customers:order-detail", args=[self.order.pk])
        return super().get_context_data(order=self.order, customer=self.order.customer, cancel_url=url, **kwargs)

    def done(self, text: str, undo: str = "") -> HttpResponse:
        say(self.request, text, undo=undo)
        return redirect("customers:order-detail", pk=self.order.pk)


class OrderEditView(OneOrderPage, SaleFormPage):
    """The status is not on this form: it has buttons of its own, with a way back."""

    template_name = "customers/order_form.html"
    form_class = OrderForm

    def first_lines(self) -> list[SaleLine]:
        return lines_of(self.order)

    def get_initial(self) -> dict[str, Any]:
        sums = {name: getattr(self.order, name) or None for name in ("discount", "tax", "shipping")}
        return {"number": self.order.number, "seen": self.order.updated_at.isoformat(), **sums}

    def get_form(self, form_class: type[OrderForm] | None = None) -> OrderForm:
        form = super().get_form(form_class)
        del form.fields["status"]
        return form

    def save(self, form: OrderForm) -> HttpResponse:
        seen = form.cleaned_data["seen"]
        edit_order(self.order, by=self.request.user, at=self.at, lines=form.lines.sale_lines, seen=seen, **form.facts)
        return self.done(gettext("Saved."))


class OrderRefundView(OneOrderPage):
    template_name = "customers/order_refund.html"
    form_class = RefundForm

    def get_initial(self) -> dict[str, Any]:
        return {"token": uuid4()}

    def get_form_kwargs(self) -> dict[str, Any]:
        most_tax = Decimal(rest_of_extras(self.order)["tax"])
        return super().get_form_kwargs() | {"lines": returnable_lines(self.order), "most_tax": most_tax}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        left = sum(rest.amount for rest in context["form"].returnable)
        return context | {"left": left, "currency": self.currency}

    def save(self, form: RefundForm) -> HttpResponse:
        typed, facts = form.cleaned_data, {"by": self.request.user, "at": self.at}
        key = str(typed["token"] or uuid4())
        if "rest" in self.request.POST:
            refund = refund_rest(self.order, key=key, **facts)
        else:
            said = {"quantities": form.quantities, "amount": typed["amount"]}
            said |= {name: typed[name] or 0 for name in ("tax", "shipping")}
            if not self.order.refunds.filter(external_id=key_of_refund(key, **said)).exists():
                form.require_left()
            refund = refund_order(self.order, key=key, **said, **facts)
        return self.done(gettext("The refund was saved."), undo=reverse("customers:refund-take-back", args=[refund.pk]))


class ProductOptionsView(Page, TemplateView):
    """Options for the field of a product while it is being typed into, whichever line it stands on."""

    template_name = "customers/_product_options.html"
    permits = staticmethod(may_enter)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        typed = next((value for name, value in self.request.GET.items() if name == "q" or name.endswith("-product")), "")
        found = Product.objects.search(typed.strip()[:100]).offered()[:PRODUCTS_OFFERED]
        return super().get_context_data(products=found, **kwargs)
