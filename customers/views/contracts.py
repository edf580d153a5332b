"""The contracts of a customer: entered, corrected, ended and taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.pages import FormPage, action, form_key, say
from crm.permissions import may_enter
from crm.slips import Change
from crm.templatetags.crm_format import format_day
from customers.forms.contracts import ContractForm, EndContractForm
from customers.models import Contract, Customer
from customers.services import contracts as services
from customers.views.customers import CustomerFormPage


def page_of(customer_id: int) -> str:
    return reverse("customers:customer-detail", args=[customer_id])


def contract_asked(request: HttpRequest, pk: int) -> Contract:
    """One that its reader may see. What is sent to one that was removed is answered by the service, nothing typed lost."""
    rows = Contract.objects.visible_to(request.user).select_related("customer")
    contract = rows.filter(pk=pk).first()
    if contract is None and request.method == "POST":
        contract = services.removed_contract(pk, request.user)
    if contract is None:
        raise Http404
    return contract


def undo_of(request: HttpRequest, contract: Contract, change: Change, at: datetime) -> str:
    way = services.way_back(change, by=request.user, at=at)
    return reverse("customers:contract-undo", args=[contract.customer_id, way])


class ContractCreateView(CustomerFormPage):
    template_name = "customers/contract_form.html"
    form_class = ContractForm

    def get_initial(self) -> dict[str, Any]:
        return {"token": uuid4(), "starts_on": self.request.prefs.today(self.at)}

    def save(self, form: ContractForm) -> HttpResponse:
        facts = form.facts | {"customer": self.customer}
        key = form_key(Contract, form.cleaned_data["token"], facts)
        contract = services.enter_contract(by=self.request.user, at=self.at, **facts, **key)
        say(self.request, _("The contract was saved."), undo=reverse("customers:contract-remove", args=[contract.pk]))
        return redirect(page_of(self.customer.pk))


class OneContractPage(FormPage):
    """A form about one contract."""

    template_name = "customers/contract_form.html"

    @property
    def contract(self) -> Contract:
        if not hasattr(self, "_contract"):
            self._contract = contract_asked(self.request, self.kwargs["pk"])
        return self._contract

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        customer = self.contract.customer
        about = {"contract": self.contract, "customer": customer, "cancel_url": page_of(customer.pk)}
        return super().get_context_data(**about, **kwargs)

    def edit(self, text: str, **changes: Any) -> HttpResponse:
        before = services.last_change(self.contract.pk)
        services.edit_contract(self.contract, by=self.request.user, at=self.at, **changes)
        change = services.last_change(self.contract.pk)
        say(self.request, text, undo=undo_of(self.request, self.contract, change, self.at) if change != before else "")
        return redirect(page_of(self.contract.customer_id))


class ContractEditView(OneContractPage):
    form_class = ContractForm

    def get_initial(self) -> dict[str, Any]:
        known = {name: getattr(self.contract, name) for name in services.EDITABLE}
        return known | {"monthly_amount": self.contract.monthly_amount or None, "seen": self.contract.updated_at.isoformat()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_remove = services.may_remove(self.contract, self.request.user, self.at)
        return super().get_context_data(may_remove=may_remove, **kwargs)

    def save(self, form: ContractForm) -> HttpResponse:
        return self.edit(_("Saved."), seen=form.cleaned_data["seen"], **form.facts)


class ContractEndView(OneContractPage):
    form_class = EndContractForm

    def get_initial(self) -> dict[str, Any]:
        last = self.contract.ends_on or max(self.contract.starts_on, self.request.prefs.today(self.at))
        return {"ends_on": last, "seen": self.contract.updated_at.isoformat()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(is_ending=True, **kwargs)

    def save(self, form: EndContractForm) -> HttpResponse:
        day = form.cleaned_data["ends_on"]
        text = _("The last day of the contract is %(day)s.") % {"day": format_day(day, self.request.prefs)}
        return self.edit(text, seen=form.cleaned_data["seen"], ends_on=day)


@action(may_enter)
def remove(request: HttpRequest, pk: int) -> str:
    contract = contract_asked(request, pk)
    at = timezone.now()
    change = services.remove_contract(contract, by=request.user, at=at)
    say(request, _("The contract was removed."), undo=undo_of(request, contract, change, at))
    return page_of(contract.customer_id)


@action(may_enter)
def take_back(request: HttpRequest, pk: int, way: str) -> str:
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    services.take_back_change(way, customer=customer, by=request.user, at=timezone.now())
    say(request, _("Taken back."))
    return page_of(pk)
