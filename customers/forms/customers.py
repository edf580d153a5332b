"""What people type about customers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crm.forms.edits import EditForm
from crm.forms.fields import CodeField, EmailField, PhoneField, ReaderField, TextField
from crm.forms.reader import ReaderForm
from crm.models import User
from crm.permissions import colleagues
from crm.text import to_latin_digits
from customers.models import Customer


class CustomerField(ReaderField):
    """A customer whom its reader sees, as found while typing; without scripts, whoever alone is meant by what was typed.

    Several are shown below the field as `candidates`, one of which is then chosen there.
    """

    LONGEST = 500
    MOST_CANDIDATES = 8
    is_looked_up = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"label": _("Customer"), "max_length": self.LONGEST} | kwargs))
        self.candidates: list[Customer] = []
        self.widget.attrs |= {"dir": "auto", "autocomplete": "off", "placeholder": _("Name, phone, e-mail, company")}
        self.widget.attrs |= {"hx-get": reverse_lazy("customers:customer-options"), "hx-target": "next [data-options]"}
        self.widget.attrs |= {"hx-trigger": "input changed delay:150ms, lookup:open", "hx-sync": "this:replace"}
        self.widget.attrs |= {"hx-swap": "innerHTML", "data-lookup": True}

    @property
    def seen(self) -> QuerySet[Customer]:
        return Customer.objects.visible_to(self.user)

    def read(self, text: str) -> Customer:
        found = list(self.seen.meant_by(text)[: self.MOST_CANDIDATES + 1])
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValidationError(
                _("No customer is found by “%(found)s”: type a part of their name, phone, e-mail or company."),
                code="invalid-reference",
                params={"found": text},
            )
        self.candidates = found[: self.MOST_CANDIDATES]
        raise ValidationError(self._several(len(found)), code="ambiguous-customer", params={"found": text})

    def _several(self, count: int) -> str:
        if count > self.MOST_CANDIDATES:
            return _("Many customers are found by “%(found)s”: choose one of the newest below, or type more of them.")
        return _("Several customers are found by “%(found)s”: choose one below.")

    def prepare_value(self, value: Any) -> Any:
        """Of a colleague's customer no more than the number."""
        if not isinstance(value, Customer):
            return value
        return value.title if self.seen.filter(pk=value.pk).exists() else f"#{value.pk}"


class CustomerForm(ReaderForm):
    name = TextField(label=_("Name"), max_length=100, required=False)
    company = TextField(label=_("Company"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Customer.Kind.choices)
    phone = PhoneField(label=_("Phone"), required=False)
    email = EmailField(label=_("E-mail"), required=False)
    national_id = CodeField(label=_("National ID"), max_length=20, required=False, input_mode="numeric")
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("Nobody"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues()

    def clean_national_id(self) -> str:
        """Ten digits for a person, eleven for a company; the check digit is not insisted on, as old papers are wrong at times."""
        digits = to_latin_digits(self.cleaned_data["national_id"]).replace("-", "")
        if digits and not (digits.isascii() and digits.isdigit() and len(digits) in (10, 11)):
            raise ValidationError(_("A national ID has 10 digits, that of a company 11."), code="invalid-national-id")
        return digits

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if not self.errors and not any(facts.get(name) for name in ("name", "phone", "email")):
            raise ValidationError(_("Give at least a name, a phone or an e-mail address."), code="required")
        return facts


class EditCustomerForm(EditForm, CustomerForm):
    """Of a customer that others may be changing; `anyway` says that a likely duplicate was seen."""

    anyway = forms.BooleanField(widget=forms.HiddenInput, required=False)


class NewCustomerForm(CustomerForm):
    """`token` makes a form that was sent twice one customer; `anyway` says that a likely duplicate was seen."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    anyway = forms.BooleanField(widget=forms.HiddenInput, required=False)
