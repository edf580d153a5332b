"""Merging two records of one customer, and taking it back."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.pages import FormPage, action, key_in, say
from crm.permissions import may_enter
from customers.facts import survivor_of
from customers.forms.merging import CustomerMergeForm
from customers.models import Customer, Order
from customers.models.merge import UNDO_DAYS
from customers.services.merging import merge_customers, undo_merge

MOST_CANDIDATES = 10


class CustomerMergeView(FormPage):
    """First whom to merge with, then which values stay; for a merged record, the way back."""

    template_name = "customers/customer_merge.html"
    form_class = CustomerMergeForm

    @property
    def customer(self) -> Customer:
        if not hasattr(self, "_customer"):
            self._customer = get_object_or_404(self._known(), pk=self.kwargs["pk"])
        return self._customer

    @property
    def other(self) -> Customer | None:
        """The record that stays, once it is chosen."""
        if not hasattr(self, "_other"):
            key = key_in(self.request.POST.get("into") or self.request.GET.get("into"))
            self._other = self._mergeable().filter(pk=key).first() if key else None
        return self._other

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"customer": self.customer, "other": self.other}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        merge = self.customer.merges.filter(survivor=self.customer.merged_into, undone_at=None).select_related("by").first()
        return super().get_context_data(
            customer=self.customer,
            survivor=survivor_of(self.customer, self.request.user),
            other=self.other,
            q=self._typed,
            candidates=[] if self.other or self.customer.merged_into_id else self._candidates(),
            merge=merge if merge and merge.may_be_undone(self.at) else None,
            undo_days=UNDO_DAYS,
            cancel_url=reverse("customers:customer-detail", args=[self.customer.pk]),
            **kwargs,
        )

    def save(self, form: CustomerMergeForm) -> HttpResponse:
        if self.other is None:
            raise ValidationError(_("Choose the record that stays."), code="required")
        survivor = merge_customers(self.customer, into=self.other, by=self.request.user, at=self.at, take=form.taken)
        undo = reverse("customers:customer-unmerge", args=[self.customer.pk])
        say(self.request, _("The two records are one now."), undo=undo)
        return redirect("customers:customer-detail", pk=survivor.pk)

    @property
    def _typed(self) -> str:
        return self.request.GET.get("q", "").strip()[:100]

    def _known(self) -> Any:
        """Customers the reader may see, with what tells two of them apart."""
        counted = Q(orders__status__in=Order.COUNTED)
        rows = Customer.objects.visible_to(self.request.user).select_related("owner", "merged_into")
        return rows.annotate(order_count=Count("orders", filter=counted), last_order_at=Max("orders__placed_at", filter=counted))

    def _mergeable(self) -> Any:
        return self._known().filter(merged_into=None).exclude(pk=self.customer.pk)

    def _candidates(self) -> list[Customer]:
        """Those found by what was typed, else those with the same phone, address or name."""
        customer, rows = self.customer, self._mergeable()
        if self._typed:
            return list(rows.search(self._typed).order_by("-pk")[:MOST_CANDIDATES])
        same = Q(pk__in=[])
        for column in ("phone", "email", "national_id"):
            if getattr(customer, column):
                same |= Q(**{column: getattr(customer, column)})
        found = list(rows.filter(same).order_by("-pk")[:MOST_CANDIDATES])
        return found or list(rows.search(customer.name).order_by("-pk")[:MOST_CANDIDATES] if customer.name else [])


@action(may_enter)
def unmerge(request: HttpRequest, pk: int) -> str:
    customer = get_object_or_404(Customer.objects.separable_by(request.user), pk=pk)
    undo_merge(customer, by=request.user, at=timezone.now())
    say(request, _("They are two records again."))
    return reverse("customers:customer-detail", args=[pk])
