"""What people type about a sale: its lines, its sums, and what comes back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import AmountField, CodeField, ReaderField, ReadField, TextField
from crm.forms.reader import ReaderForm
from crm.models import User
from crm.money import format_money, format_number
from crm.templatetags.crm_format import reader_digits
from crm.text import to_latin_digits
from customers.forms.customers import CustomerField
from customers.models import Order, OrderLine, Product
from customers.services.giving_back import Returnable
from customers.services.sales import SaleLine, line_of

MOST_LINES = 100
MOST_PIECES = 1_000_000
ZERO = Decimal(0)


class CountField(ReaderField):
    """A whole number of pieces, in the digits of the reader."""

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(**({"max_length": 9} | kwargs))
        self.least, self.most = least, most
        self.widget.attrs |= {"dir": "ltr", "inputmode": "numeric", "autocomplete": "off"}

    def read(self, text: str) -> int:
        digits = to_latin_digits(text)
        if not (digits.isascii() and digits.isdigit() and self.least <= int(digits) <= self.most):
            raise self.refusal(self.most)
        return int(digits)

    def refusal(self, most: int) -> ValidationError:
        ends = {"least": self.written(self.least), "most": self.written(most)}
        return ValidationError(_("Enter a whole number from %(least)s to %(most)s.") % ends, code="invalid-quantity")

    def written(self, end: int) -> str:
        return format_number(end, self.prefs.language, latin_digits=self.prefs.latin_digits)

    def prepare_value(self, value: Any) -> Any:
        return reader_digits(str(value), self.prefs) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return to_latin_digits(str(data or "")).strip() != str(initial or "")


class ProductField(ReadField):
    """A product by its SKU or its name, as typed or taken from the list below the field."""

    def __init__(self, *, is_described: bool = False, **kwargs: Any) -> None:
        """`is_described` where a field “Description” stands beside it, for what is in no catalogue."""
        super().__init__(**({"max_length": 310} | kwargs))
        self.is_described = is_described
        self.widget.attrs |= {"dir": "auto", "list": "product-options", "autocomplete": "off"}
        # A catalogue may be longer than the list that the page came with.
        self.widget.attrs |= {"hx-get": reverse_lazy("customers:product-options"), "hx-target": "#product-options"}
        self.widget.attrs |= {"hx-trigger": "input changed delay:200ms", "hx-swap": "innerHTML", "hx-sync": "this:replace"}

    def read(self, text: str) -> Product:
        found = list(Product.objects.called(text)[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(_("Several products have this name: type the SKU."), code="ambiguous-product")
        text = _("There is no such product: choose one from the list.")
        if self.is_described:
            text = _("There is no such product: choose one from the list, or write what was sold under “Description”.")
        raise ValidationError(text, code="invalid-reference")

    def prepare_value(self, value: Any) -> Any:
        return value.title if isinstance(value, Product) else value


class OrderLineForm(ReaderForm):
    """One line; without a price that was agreed with the buyer it has that of the product's list."""

    product = ProductField(label=_("Product"), required=False, is_described=True)
    name = TextField(label=_("Description"), max_length=200, required=False)
    quantity = CountField(label=_("Quantity"), initial=1, least=1, most=MOST_PIECES)
    unit_price = AmountField(label=_("Unit price"))
    discount = AmountField(label=_("Discount"), required=False)
    tax = AmountField(label=_("Tax"), required=False)
    line_class = forms.ChoiceField(label=_("Class"), choices=[("", _("Unmarked")), *OrderLine.Class.choices], required=False)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        self._take_list_price(facts)
        if self.errors:
            return facts
        if not (facts.get("product") or facts.get("name")):
            self.add_error("product", ValidationError(_("Choose a product, or describe what was sold."), code="required"))
        if (facts.get("discount") or ZERO) > facts["quantity"] * facts["unit_price"]:
            self.add_error("discount", ValidationError(_("The discount is larger than the line."), code="out-of-range"))
        return facts

    def _take_list_price(self, facts: dict[str, Any]) -> None:
        """List prices are in the base currency."""
        price = getattr(facts.get("product"), "list_price", None)
        if self.has_error("unit_price", "required") and price is not None and not self.fields["unit_price"].currency:
            facts["unit_price"] = price
            del self.errors["unit_price"]

    @property
    def is_priced(self) -> bool:
        """Whether its amounts can be read, whatever else is missing yet."""
        return not {"quantity", "unit_price", "discount", "tax"} & self.errors.keys()

    @property
    def sale_line(self) -> SaleLine:
        typed = self.cleaned_data
        words = {name: typed.get(name, "") for name in ("name", "line_class")}
        amounts = {name: typed[name] or ZERO for name in ("discount", "tax")}
        return SaleLine(typed["quantity"], typed["unit_price"], typed.get("product"), **words, **amounts)


class Lines(BaseFormSet):
    """The lines of one order; new rows left blank are not lines."""

    default_error_messages = BaseFormSet.default_error_messages | {
        "missing_management_form": _("The lines did not arrive: load the page again."),
        "too_many_forms": _("These are too many lines for a page; larger orders come through the API."),
    }

    def clean(self) -> None:
        if self.management_form.is_valid() and not self.filled:
            raise ValidationError(_("Write down at least one line."), code="required")

    @property
    def filled(self) -> list[OrderLineForm]:
        # Not `deleted_forms`, which are none as long as any line is wrong.
        kept = [form for form in self.forms if not form.cleaned_data.get("DELETE")]
        return [form for form in kept if form.has_changed() or not form.empty_permitted]

    @property
    def sale_lines(self) -> list[SaleLine]:
        """Of those rows whose amounts can be read so far."""
        return [form.sale_line for form in self.filled if form.is_priced]

    @property
    def has_taxes(self) -> bool:
        """Whether some line came with a tax of its own, as a shop's do."""
        return any(form["tax"].value() or form["tax"].errors for form in self.forms)

    def get_deletion_widget(self) -> forms.Widget:
        return forms.CheckboxInput(attrs={"data-remove": True})


LineFormSet = formset_factory(
    OrderLineForm, formset=Lines, max_num=MOST_LINES, validate_max=True, absolute_max=MOST_LINES + 1, can_delete=True
)


class SaleForm(ReaderForm):
    """Lines and what they come to. `seen` is the state of what was changed, so that two people notice each other."""

    number = CodeField(label=_("Number"), max_length=100, required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seen = forms.DateTimeField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *args: Any, lines: list[SaleLine], **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        about = {name: kwargs[name] for name in ("user", "prefs", "at", "currency") if name in kwargs}
        initial = [{**vars(line), "discount": line.discount or None, "tax": line.tax or None} for line in lines]
        self.lines = LineFormSet(data, initial=initial, prefix="lines", form_kwargs=about)
        self.lines.extra = 0 if lines else 1
        self.first_lines = lines

    def is_valid(self) -> bool:
        return all([self.lines.is_valid(), super().is_valid()])

    def focus_on_error(self) -> bool:
        """Lines stand above the rest of the form."""
        return any(line.focus_on_error() for line in self.lines) or super().focus_on_error()

    @property
    def sums(self) -> dict[str, Decimal]:
        """What it comes to as it stands typed; what cannot be read yet counts as nothing."""
        self.is_valid()
        lines = self.lines.sale_lines if self.is_bound else [line for line in self.first_lines if line.unit_price is not None]
        typed = self.cleaned_data if self.is_bound else self.initial
        amounts = {name: typed.get(name) or ZERO for name in ("discount", "tax", "shipping")}
        goods = sum((line.quantity * line.unit_price - line.discount for line in lines), ZERO)
        net = max(goods - amounts["discount"], ZERO)
        tax = amounts["tax"] or sum((line.tax for line in lines), ZERO)
        return {"net": net, "tax": tax, "shipping": amounts["shipping"], "total": net + tax + amounts["shipping"]}


class OrderForm(SaleForm):
    """An order with its lines."""

    status = forms.ChoiceField(label=_("Status"), choices=Order.Status.choices, initial=Order.Status.PAID)
    discount = AmountField(label=_("Discount on the whole order"), required=False)
    tax = AmountField(label=_("Tax"), required=False)
    shipping = AmountField(label=_("Shipping"), required=False)

    MORE = ("number", "discount", "tax", "shipping")

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        goods = sum((line.quantity * line.unit_price - line.discount for line in self.lines.sale_lines), ZERO)
        if self.lines.is_valid() and (facts.get("discount") or ZERO) > goods:
            self.add_error("discount", ValidationError(_("The discount is larger than the order."), code="out-of-range"))
        return facts

    @property
    def more_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MORE]

    @property
    def has_more(self) -> bool:
        return any(field.value() or field.errors for field in self.more_fields)

    @property
    def facts(self) -> dict[str, Any]:
        """Number and sums, as the services take them."""
        typed = self.cleaned_data
        return {"number": typed["number"], **{name: typed[name] or ZERO for name in ("discount", "tax", "shipping")}}


class NewOrderForm(OrderForm):
    """Of somebody who is chosen on it."""

    customer = CustomerField()

    def focus_on_error(self) -> bool:
        """The customer stands above the lines."""
        return ReaderForm.focus_on_error(self) if "customer" in self.errors else super().focus_on_error()


def lines_of(order: Order) -> list[SaleLine]:
    return [line_of(row) for row in order.lines.select_related("product").order_by("position")]


class RefundForm(ReaderForm):
    """How many pieces of each line came back; the amount follows from them unless another one is said."""

    amount = AmountField(
        label=_("Amount"),
        required=False,
        help_text=_("Left empty: the price of the pieces above. Without pieces it is spread over the whole order."),
    )
    tax = AmountField(label=_("Tax given back"), required=False)
    shipping = AmountField(label=_("Shipping given back"), required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, lines: list[Returnable], most_tax: Decimal, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.returnable, self.most_tax = lines, most_tax
        for rest in lines:
            field = CountField(label=_("Pieces back"), required=False, least=0, most=rest.line.quantity)
            field.prefs = self.prefs
            field.widget.attrs |= {"placeholder": field.prepare_value(0)}
            field.widget.attrs |= {"aria-label": _("Pieces back of %(line)s") % {"line": rest.title}}
            self.fields[self.name_of(rest)] = field

    @staticmethod
    def name_of(rest: Returnable) -> str:
        return f"quantity_{rest.line.position}"

    @property
    def rows(self) -> list[tuple[Returnable, forms.BoundField]]:
        return [(rest, self[self.name_of(rest)]) for rest in self.returnable]

    @property
    def amount_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("amount", "tax", "shipping")]

    @property
    def quantities(self) -> dict[int, int]:
        """By the position of the line."""
        return {rest.line.position: self.cleaned_data[self.name_of(rest)] or 0 for rest in self.returnable}

    def require_left(self) -> None:
        """No more than is still with the buyer. A form sent twice has taken that itself, so it is asked only the first time."""
        if (self.cleaned_data["tax"] or ZERO) > self.most_tax:
            field = self.fields["tax"]
            most = format_money(self.most_tax, field.shown_in, self.prefs.language)
            text = _("So much tax is not on the order: at most %(most)s is left to give back.") % {"most": most}
            raise ValidationError({"tax": ValidationError(text, code="out-of-range")})
        over = [rest for rest in self.returnable if self.quantities[rest.line.position] > rest.quantity]
        if over:
            names = {self.name_of(rest): rest.quantity for rest in over}
            raise ValidationError({name: self.fields[name].refusal(most) for name, most in names.items()})
