"""The pages of customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from crm.columns import ColumnsPage
from crm.exports import KINDS, Table, file_response, phone_cell
from crm.models import PeopleList, User
from crm.pages import (
    LONGEST_SEARCH,
    MOST_COUNTED,
    MOST_FOUND,
    Chip,
    DetailPage,
    FormPage,
    Page,
    action,
    count_of,
    form_key,
    not_offered,
    say,
)
from crm.permissions import may_enter, may_see_costs, may_sell, owners_for
from crm.templatetags.crm_format import format_moment
from customers.columns import COLUMNS
from customers.facts import MOST_CONTRACTS, contracts_of, facts_of, orders_with_refunds, survivor_of
from customers.forms.customers import CustomerField, CustomerForm, EditCustomerForm, NewCustomerForm
from customers.models import Answer, Customer, CustomerMerge, Order, Ticket
from customers.services.customers import archive_customer, create_customer, edit_customer, restore_customer
from customers.views.duplicates import PersonFormPage

EXPORT_CHUNK = 2000
ROWS_ON_PAGE = 20
MOST_OPTIONS = 20


class CustomerListView(ColumnsPage):
    template_name = "customers/customer_list.html"
    permits = staticmethod(may_enter)
    list_name = "customers"
    columns = COLUMNS

    def get_queryset(self) -> Any:
        self.owners = owners_for(self.request.user) if self.sees_others else User.objects.none()
        text = self.request.GET.get("q", "").strip()
        self.q = text if len(text) <= LONGEST_SEARCH else ""
        wish = self.request.GET.get("owner", "")
        self.owner = next((owner for owner in self.owners if str(owner.pk) == wish), None)
        rows = Customer.objects.visible_to(self.request.user).listed()
        rows = rows.filter(owner=self.owner) if self.owner else rows
        self.lists = list(PeopleList.objects.visible_to(self.request.user).of_customers())
        self.people_list = next((each for each in self.lists if str(each.pk) == self.request.GET.get("list", "")), None)
        rows = rows.in_list(self.people_list) if self.people_list else rows
        self.missing = not_offered(self.request.GET, {"owner": self.owner, "list": self.people_list, "q": self.q})
        self.found = rows.none() if self.missing else rows.search(self.q)
        return self.found.select_related(*self.joins).annotate(
            order_count=Count("orders", filter=Q(orders__status__in=Order.COUNTED)),
            last_order_at=Max("orders__placed_at", filter=Q(orders__status__in=Order.COUNTED)),
        )

    @property
    def sees_others(self) -> bool:
        return self.request.user.sees_all or self.request.user.sees_team

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        most = MOST_FOUND if self.q or self.people_list else MOST_COUNTED
        return context | {
            "q": self.q,
            "owner": self.owner,
            "owners": self.owners,
            "lists": self.lists,
            "people_list": self.people_list,
            "chips": self._chips(),
            "pager": replace(context["pager"], text=self.count_text(len(context["rows"]), count_of(self.found, most), most)),
            "files": {kind: self.url_with(export=kind, after=None, before=None) for kind in KINDS},
        }

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if (kind := self.request.GET.get("export")) in KINDS:
            header = [_("Name"), _("Company"), _("Kind"), _("Phone"), _("E-mail"), _("Owner"), _("Since"), _("Since (ISO)")]
            return file_response(self.request, kind, Table(_("customers"), header, self._cells()))
        return super().render_to_response(context, **kwargs)

    def _chips(self) -> list[Chip]:
        labels = {"owner": _("Owner"), "list": _("List"), "q": _("Search")}
        urls = {name: self.url_with(**{name: None}, after=None, before=None) for name in labels}
        chosen = {"owner": self.owner, "list": self.people_list, "q": self.q}
        chips = [Chip(f"{labels[name]}: {value}", urls[name]) for name, value in chosen.items() if value]
        return chips + [Chip.not_offered(labels[name], urls[name]) for name in self.missing]

    def _cells(self) -> Iterator[list[Any]]:
        prefs = self.request.prefs
        for customer in self.found.select_related("owner").order_by("-pk").iterator(chunk_size=EXPORT_CHUNK):
            phone = phone_cell(customer.phone)
            since = [format_moment(customer.created_at, prefs, "short"), customer.created_at.astimezone(prefs.zone)]
            yield [customer.name, customer.company, customer.get_kind_display(), phone, customer.email, customer.owner, *since]


class CustomerDetailView(DetailPage):
    template_name = "customers/customer_detail.html"

    def get_object(self) -> Customer:
        rows = Customer.objects.visible_to(self.request.user)
        related = rows.select_related("owner", "channel", "lead_source", "campaign")
        return get_object_or_404(related, pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        user, customer = self.request.user, self.object
        orders = orders_with_refunds(Order.objects.visible_to(user).filter(customer=customer))
        answers = Answer.objects.visible_to(user).filter(customer=customer).select_related("survey")
        most = None if self.request.GET.get("contracts") == "all" else MOST_CONTRACTS
        contracts, older = contracts_of(customer, user, self.request.prefs.today(self.at), most=most)
        return context | {
            "customer": customer,
            "survivor": survivor_of(customer, user),
            "facts": facts_of(customer, user),
            "taken": [merge for merge in self.merges() if merge.may_be_undone(self.at)],
            "orders": orders.order_by("-placed_at", "-pk")[:ROWS_ON_PAGE],
            "answers": answers.order_by("-answered_at", "-pk")[:ROWS_ON_PAGE],
            "contracts": contracts,
            "older_contracts": older,
            "tickets": Ticket.objects.visible_to(user).filter(customer=customer).order_by("-created_at", "-pk")[:ROWS_ON_PAGE],
            "may_sell": may_sell(user),
            "sees_costs": may_see_costs(user),
        }

    def merges(self) -> QuerySet[CustomerMerge]:
        """What was merged into this record, the last one first, as far as its reader may part the two again."""
        seen = Customer.objects.visible_to(self.request.user)
        return CustomerMerge.objects.filter(survivor=self.object, undone_at=None, customer__in=seen).select_related("customer")


class CustomerCreateView(PersonFormPage):
    template_name = "customers/customer_create.html"
    form_class = NewCustomerForm
    rows = Customer.objects.all()

    def get_initial(self) -> dict[str, Any]:
        return {"token": uuid4(), "owner": self.request.user}

    def save(self, form: NewCustomerForm) -> HttpResponse:
        facts = {name: form.cleaned_data[name] for name in CustomerForm.base_fields}
        key = form_key(Customer, form.cleaned_data["token"], facts)
        if (question := self.asks_first(form, facts, key)) is not None:
            return question
        customer = create_customer(by=self.request.user, at=self.at, **facts, **key)
        say(self.request, _("%(customer)s was saved.") % {"customer": customer})
        return redirect("customers:customer-detail", pk=customer.pk)


class CustomerOptionsView(Page, TemplateView):
    """Whom a form offers while somebody types into its field of a customer."""

    template_name = "customers/_customer_options.html"
    permits = staticmethod(may_enter)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = self.request.GET.get("customer", "").strip()
        found = Customer.objects.visible_to(self.request.user).meant_by(text[: CustomerField.LONGEST])
        return super().get_context_data(q=text, customers=found[:MOST_OPTIONS], **kwargs)


class CustomerFormPage(FormPage):
    """A form about one customer."""

    @property
    def customer(self) -> Customer:
        if not hasattr(self, "_customer"):
            rows = Customer.objects.visible_to(self.request.user).filter(merged_into=None)
            self._customer = get_object_or_404(rows.select_related("owner"), pk=self.kwargs["pk"])
        return self._customer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        url = reverse("customers:customer-detail", args=[self.customer.pk])
        return super().get_context_data(customer=self.customer, cancel_url=url, **kwargs)


class CustomerEditView(CustomerFormPage, PersonFormPage):
    template_name = "customers/customer_form.html"
    form_class = EditCustomerForm
    rows = Customer.objects.all()

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.customer, name) for name in CustomerForm.base_fields}

    def save(self, form: EditCustomerForm) -> HttpResponse:
        changed = {name: form.cleaned_data[name] for name in CustomerForm.base_fields if name in form.cleaned_data}
        if (question := self.asks_first(form, form.initial | changed, record=self.customer)) is not None:
            return question
        edit_customer(self.customer, by=self.request.user, at=self.at, **changed)
        say(self.request, _("Saved."))
        return redirect("customers:customer-detail", pk=self.customer.pk)


@action(may_enter)
def archive(request: HttpRequest, pk: int) -> str:
    """Out of the lists."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    archive_customer(customer, by=request.user, at=timezone.now())
    say(request, _("%(customer)s was archived.") % {"customer": customer}, undo=reverse("customers:customer-restore", args=[pk]))
    return reverse("customers:customer-detail", args=[pk])


@action(may_enter)
def restore(request: HttpRequest, pk: int) -> str:
    """Out of the archive; an integration may have put it there."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    restore_customer(customer, by=request.user, at=timezone.now())
    say(request, _("%(customer)s is in the lists again.") % {"customer": customer})
    return reverse("customers:customer-detail", args=[pk])
