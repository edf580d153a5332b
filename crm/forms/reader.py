"""The form that all others are: it knows who reads it."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import chain
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.forms.fields import AmountField, ReaderField
from crm.models import User
from crm.periods import localise
from crm.preferences import Preferences
from crm.templatetags.crm_format import reader_digits

LENGTHS = {"max_length", "min_length"}


def in_reader_digits(error: ValidationError, prefs: Preferences) -> ValidationError:
    """Django's own texts about lengths count in Latin digits, whoever reads them."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    for one in chain.from_iterable(by_field.values()):
        if one.code in LENGTHS:
            one.message, one.params = reader_digits(" ".join(one.messages), prefs), None
    return error


class ReaderForm(forms.Form):
    """A form that knows who reads it, in which calendar, unit and zone, and what day it is.

    `currency` is that of the amounts on it; without one they are in the reader's unit.
    """

    error_css_class = "has-error"

    def __init__(
        self, *args: Any, user: User, prefs: Preferences, at: datetime, currency: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.prefs, self.at = user, prefs, at
        for field in self.fields.values():
            if isinstance(field, ReaderField):
                field.user, field.prefs, field.today = user, prefs, prefs.today(at)
            if isinstance(field, AmountField):
                field.currency = currency if currency != prefs.organization.currency else None
                field.label = f"{field.label} ({field.unit})"

    def add_error(self, field: str | None, error: Any) -> None:
        """What the page itself fills in is nobody's to correct, and its place is not seen: that is said above the form."""
        if field in self.fields and type(self.fields[field].widget) is forms.HiddenInput:
            field, error = None, _("This form was changed on the way: open it again.")
        error = error if isinstance(error, ValidationError) else ValidationError(error)
        super().add_error(field, in_reader_digits(error, self.prefs))

    def focus_on_error(self) -> bool:
        """The first field that is wrong is where its reader goes on typing; what is wrong with the whole stands above it."""
        wrong = next((field for field in self.visible_fields() if field.errors), None)
        if wrong:
            wrong.field.widget.attrs["autofocus"] = True
        return wrong is not None

    def moment(self, day: date, clock: time | None) -> datetime:
        """The moment behind a local day and time; a day without a time means the morning."""
        return localise(datetime.combine(day, clock or time(9)), self.prefs.zone)
