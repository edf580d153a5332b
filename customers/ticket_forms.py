"""What people type about a request for support."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms import ReaderForm, TextField
from crm.models import User
from crm.pages import key_in
from crm.permissions import owners_for
from customers.models import Customer, Ticket
from customers.order_forms import ProductField


class TicketForm(ReaderForm):
    """`token` makes a form that was sent twice one ticket."""

    subject = TextField(label=_("Subject"), max_length=200)
    customer = forms.ModelChoiceField(
        label=_("Customer"),
        queryset=Customer.objects.none(),
        required=False,
        empty_label=_("None"),
        help_text=_("Who is not offered here: “New ticket” on their own page."),
    )
    priority = forms.ChoiceField(label=_("Priority"), choices=Ticket.Priority.choices)
    product = ProductField(label=_("Product"), required=False)
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("Nobody"))
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = key_in(self.data.get("customer") or getattr(self.initial.get("customer"), "pk", None))
        self.fields["customer"].queryset = Customer.objects.visible_to(self.user).offered(chosen)
        owner = self.fields["owner"]
        owner.queryset = owners_for(self.user)
        if not self.user.sees_all:
            owner.required, owner.empty_label = True, None
