"""What people type about a request for support."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import TextField
from crm.forms.reader import ReaderForm
from crm.models import User
from crm.permissions import owners_for
from customers.forms.customers import CustomerField
from customers.forms.orders import ProductField
from customers.models import Ticket


class TicketForm(ReaderForm):
    """`token` makes a form that was sent twice one ticket."""

    subject = TextField(label=_("Subject"), max_length=200)
    customer = CustomerField(required=False)
    priority = forms.ChoiceField(label=_("Priority"), choices=Ticket.Priority.choices)
    product = ProductField(label=_("Product"), required=False)
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("Nobody"))
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        owner.queryset = owners_for(self.user)
        if not self.user.sees_all:
            owner.required, owner.empty_label = True, None
