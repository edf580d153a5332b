"""What people type about customers and their orders."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.forms import AmountField, CodeField, EmailField, PhoneField, ReaderForm, TextField
from crm.models import User
from crm.permissions import colleagues
from crm.text import to_latin_digits
from customers.models import Customer, Order, Product


class CustomerForm(ReaderForm):
    name = TextField(label=_("Name"), max_length=100, required=False)
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


class NewCustomerForm(CustomerForm):
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)


class OrderForm(ReaderForm):
    """One line is enough to write a sale down; shops and scripts send theirs whole."""

    product = forms.ModelChoiceField(label=_("Product"), queryset=Product.objects.none(), required=False, empty_label=_("None"))
    name = TextField(label=_("Description"), max_length=200, required=False, help_text=_("Instead of a product from the list."))
    quantity = CodeField(label=_("Quantity"), max_length=7, initial="1", input_mode="numeric")
    unit_price = AmountField(label=_("Unit price"))
    status = forms.ChoiceField(label=_("Status"), choices=Order.Status.choices, initial=Order.Status.PAID)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = Product.objects.order_by("name", "sku")

    def clean_quantity(self) -> int:
        digits = to_latin_digits(self.cleaned_data["quantity"])
        if not (digits.isascii() and digits.isdigit() and 0 < int(digits) <= 1_000_000):
            raise ValidationError(_("Enter a whole number from 1 to 1000000."), code="invalid-quantity")
        return int(digits)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if not self.errors and not (facts.get("product") or facts.get("name")):
            raise ValidationError(_("Choose a product, or describe what was sold."), code="required")
        return facts
