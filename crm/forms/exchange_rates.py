"""What an administrator types about an exchange rate."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.forms.edits import EditForm
from crm.forms.fields import CodeField, DayField, NumberField
from crm.forms.reader import ReaderForm
from crm.money import DisplayUnit, format_number
from crm.preferences import Preferences
from crm.templatetags.crm_format import reader_digits

DECIMALS = 8
LARGEST_RATE = Decimal(10) ** 12


class RateField(NumberField):
    """Typed and shown in the reader's unit as amounts are, and kept in the base currency with all its decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(decimals=DECIMALS, **kwargs)

    @property
    def unit(self) -> DisplayUnit:
        return self.prefs.plain_unit

    def read(self, text: str) -> Decimal:
        self.decimals = DECIMALS + self.unit.factor.adjusted()
        rate = super().read(text) * self.unit.factor
        if not 0 < rate < LARGEST_RATE:
            digits = LARGEST_RATE.adjusted() - self.unit.factor.adjusted()
            count = reader_digits(str(digits), self.prefs)
            text = _("A rate is more than zero, and has at most this many digits before the point: %(count)s.")
            raise ValidationError(text % {"count": count}, "out-of-range")
        return rate

    def prepare_value(self, value: Any) -> Any:
        return rate_text(value, self.prefs) if isinstance(value, Decimal) else value


def rate_text(rate: Decimal, prefs: Preferences) -> str:
    """Every digit that is kept, in the reader's unit."""
    unit = prefs.plain_unit
    most = DECIMALS + unit.factor.adjusted()
    return format_number(rate / unit.factor, prefs.language, latin_digits=prefs.latin_digits, most=most)


class RateForm(ReaderForm):
    currency = CodeField(label=_("Currency"), max_length=3, help_text=_("Its code of three letters, such as EUR or USD."))
    day = DayField(label=_("From the day"))
    rate = RateField(label=_("Worth of one"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rate = self.fields["rate"]
        rate.label = f"{rate.label} ({rate.unit.name(self.prefs.language)})"

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"].upper()


class EditRateForm(EditForm, RateForm):
    """Of a rate that others may be changing; `anyway` says that what it does to days that have passed was read."""

    currency = None
    anyway = forms.BooleanField(widget=forms.HiddenInput, required=False)
