"""What people type about a product."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.forms.edits import EditForm
from crm.forms.fields import AmountField, CodeField, TextField, WholeNumberField
from crm.forms.reader import ReaderForm
from customers.services.products import HIGHEST_TIER


class ProductForm(ReaderForm):
    """A category is typed or taken from those there are; `anyway` says that a likely duplicate was seen."""

    sku = CodeField(label=_("SKU"), max_length=100)
    name = TextField(label=_("Name"), max_length=200, required=False)
    category = TextField(label=_("Category"), max_length=100, required=False)
    family = TextField(
        label=_("Family"),
        max_length=100,
        required=False,
        help_text=_("Products of one family stand in for one another: a higher tier of what a buyer has is an up-sell."),
    )
    tier = WholeNumberField(label=_("Tier"), least=0, most=HIGHEST_TIER, required=False)
    list_price = AmountField(
        label=_("List price"),
        required=False,
        help_text=_("What a line of an order or a quote begins with. The price agreed with the buyer is typed over it."),
    )
    unit_cost = AmountField(
        label=_("Unit cost"),
        required=False,
        help_text=_("What one of it costs you. New order lines keep it; lines that were sold stay as they are."),
    )
    anyway = forms.BooleanField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].widget.attrs |= {"list": "category-options", "autocomplete": "off"}


class NewProductForm(ProductForm):
    """`token` makes a form that was sent twice one product."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False)


class EditProductForm(EditForm, ProductForm):
    """Of a product that others may be changing."""
