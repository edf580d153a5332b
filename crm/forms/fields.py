"""Fields that read what people in Iran type: three scripts of digits, two calendars, two words for money."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.inputs.fields import FIRST_YEAR, YEARS_AHEAD
from crm.models import User
from crm.money import (
    AmountError,
    DisplayUnit,
    currency_unit,
    format_number,
    localise_digits,
    parse_amount,
    split_multiple,
    unit_of,
    without_unit,
)
from crm.periods import Calendar, DateError, parts
from crm.phones import PhoneError, format_phone, normalise_phone
from crm.preferences import Preferences
from crm.templatetags.crm_format import reader_digits, typed_amount
from crm.text import TextError, clean_email, clean_line, clean_text, to_latin_digits, to_persian_digits
from crm.typed_dates import parse_date

# The readers below speak English to machines; people get these words for the same codes.
WORDS = {
    "null-character": _("The text contains a character that cannot be stored."),
    "forbidden-character": _("The text contains a character that cannot be stored."),
    "blank": _("The text is blank."),
    "invalid-email": _("Enter an e-mail address, such as name@example.com."),
    "invalid-phone": _("Enter a telephone number, such as 0912 345 6789."),
    "phone-too-long": _("This number has too many digits."),
    "phone-too-short": _("This number has too few digits. Write a landline with its area code."),
    "invalid-amount": _("Enter an amount in digits, such as 1250000."),
    "amount-too-large": _("This amount is too large."),
    "precision": _("This amount has too many decimals."),
    "ambiguous-amount": _("Write 1250 or 1.25: this could mean either."),
    "invalid-date": _("“%(found)s” is not a date: write 1404/07/01, 1 Mehr 1404 or 2025-09-23."),
    "more-than-a-date": _("“%(found)s” is a date, but “%(rest)s” beside it is not part of one: take it out."),
    "other-calendar": _("The month and the year are of two calendars: write 1 Mehr 1404 or 23 September 2025."),
    "no-such-day": _("There is no such day in the calendar."),
    "date-out-of-range": _("This year is out of range."),
}
# The same of a number that is no money.
NUMBER_WORDS = {
    "invalid-amount": _("Enter a number in digits, such as 120."),
    "amount-too-large": _("This number is too large."),
    "precision": _("This number has too many decimals."),
}
READ_ERRORS = (TextError, PhoneError, AmountError, DateError)


def in_words(error: Exception) -> ValidationError:
    code = getattr(error, "code", "invalid")
    return ValidationError(WORDS.get(code, _("This cannot be read.")), code, getattr(error, "facts", None))


class TextField(forms.CharField):
    """Text as it is stored: one form of each letter, without what cannot be seen, in one line unless its box has several."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("dir", "auto")

    def to_python(self, value: Any) -> str:
        text, is_long = super().to_python(value), isinstance(self.widget, forms.Textarea)
        try:
            return (clean_text if is_long else clean_line)(text) if text else ""
        except TextError as error:
            raise in_words(error) from None


class CodeField(TextField):
    """A text in Latin letters: it runs from left to right on every page."""

    def __init__(self, *, input_mode: str = "text", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs |= {"dir": "ltr", "inputmode": input_mode, "autocomplete": "off"}


class PhoneField(CodeField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": 40, "input_mode": "tel"} | kwargs))

    def to_python(self, value: Any) -> str:
        text = forms.CharField.to_python(self, value)  # as it was copied, with the marks of its direction
        try:
            return normalise_phone(text) if text else ""
        except PhoneError as error:
            raise in_words(error) from None

    def prepare_value(self, value: Any) -> Any:
        return format_phone(value) if isinstance(value, str) and value.startswith("+") else value


class EmailField(CodeField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": 254, "input_mode": "email"} | kwargs))

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        try:
            return clean_email(text) if text else ""
        except TextError as error:
            raise in_words(error) from None


class ReadField(forms.CharField):
    """A text that stands for something else: checked as a text first, then read."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return self.read(text) if text else None
        except READ_ERRORS as error:
            raise in_words(error) from None

    def read(self, text: str) -> Any:
        raise NotImplementedError

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Against what the form showed: what is stored is no text."""
        return super().has_changed(self.prepare_value(initial), data)


class ReaderField(ReadField):
    """A field that has to know its reader; `ReaderForm` tells it."""

    user: User
    prefs: Preferences
    today: date


# numeric(20, 2) holds 18 digits before the point, in the base currency.
LARGEST_AMOUNT = Decimal(10) ** 18


class AmountField(ReaderField):
    """Typed and shown in the reader's unit, kept in the base currency; a foreign `currency` is typed and kept as it is."""

    currency: str | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": 64} | kwargs))
        self.widget.attrs |= {"dir": "ltr", "inputmode": "decimal", "autocomplete": "off", "class": "number"}

    @property
    def shown_in(self) -> DisplayUnit:
        return currency_unit(self.currency) if self.currency else self.prefs.unit

    @property
    def unit(self) -> str:
        return self.shown_in.name(self.prefs.language)

    @property
    def kept_in(self) -> str:
        return self.currency or self.prefs.organization.currency

    @property
    def decimals(self) -> int:
        """As many as reach down to the smallest amount of the currency: none for rials, one for tomans, seven for millions."""
        return max(0, (self.shown_in.factor / unit_of(self.kept_in)).adjusted())

    def read(self, text: str) -> Decimal:
        typed = without_unit(text, self.shown_in)
        # A word for zeros beside a million Toman could mean either.
        typed, digits = split_multiple(typed) if self.shown_in.is_plain else (typed, 0)
        try:
            amount = parse_amount(typed, form=True, decimals=self.decimals + digits) * 10**digits * self.shown_in.factor
        except AmountError as error:
            raise self._too_fine() if error.code == "precision" else in_words(error) from None
        if amount < 0:
            raise ValidationError(_("An amount is not negative."), code="invalid-amount")
        if amount >= LARGEST_AMOUNT:
            raise ValidationError(_("An amount has at most 18 digits."), code="amount-too-large")
        if amount % unit_of(self.kept_in):
            raise self._too_fine()
        return amount

    def _too_fine(self) -> ValidationError:
        if self.decimals == 0:
            # Five rials are a whole number too, but half a toman.
            unit = currency_unit(self.kept_in).name(self.prefs.language)
            return ValidationError(_("An amount in %(unit)s is a whole number.") % {"unit": unit}, code="precision")
        count = localise_digits(str(self.decimals), self.prefs.language, latin_digits=self.prefs.latin_digits)
        text = _("An amount in %(unit)s has at most this many decimals: %(count)s.")
        return ValidationError(text % {"unit": self.unit, "count": count}, code="precision")

    def prepare_value(self, value: Any) -> Any:
        return typed_amount(value, self.shown_in, self.prefs) if isinstance(value, Decimal | int) else value


class NumberField(ReaderField):
    """A number that is no amount, such as a rate, in digits of any script."""

    def __init__(self, *, decimals: int, **kwargs: Any) -> None:
        super().__init__(**({"max_length": 64} | kwargs))
        self.decimals = decimals
        self.widget.attrs |= {"dir": "ltr", "inputmode": "decimal", "autocomplete": "off"}

    def read(self, text: str) -> Decimal:
        try:
            return parse_amount(text, form=True, decimals=self.decimals)
        except AmountError as error:
            if error.code not in NUMBER_WORDS:
                raise
            raise ValidationError(NUMBER_WORDS[error.code], error.code) from None

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal | int):
            return value
        return format_number(value, self.prefs.language, latin_digits=self.prefs.latin_digits, most=self.decimals)


class DayField(ReaderField):
    """A day of either calendar, as typed, pasted or picked."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": 100} | kwargs))
        self.widget.attrs |= {"dir": "ltr", "inputmode": "numeric", "autocomplete": "off", "data-date": True}

    def read(self, text: str) -> date:
        day = parse_date(text, Calendar(self.prefs.calendar), self.today)
        first, last = date(FIRST_YEAR, 1, 1), date(self.today.year + YEARS_AHEAD, 12, 31)
        if not first <= day <= last:
            bounds = {"found": text, "first": self.prepare_value(first), "last": self.prepare_value(last)}
            raise ValidationError(
                _("“%(found)s” is too far away: give a day from %(first)s to %(last)s."), "out-of-range", bounds
            )
        return day

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, date):
            return value
        if self.prefs.calendar == Calendar.GREGORIAN:
            return value.isoformat()
        text = "{:04}/{:02}/{:02}".format(*parts(value, Calendar.JALALI))
        is_persian = self.prefs.language == "fa" and not self.prefs.latin_digits
        return to_persian_digits(text) if is_persian else text


class ClockField(ReaderField):
    """A time of day: 10:30, ۱۰:۳۰, 9."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": 8} | kwargs))
        self.widget.attrs |= {"dir": "ltr", "inputmode": "numeric", "autocomplete": "off", "placeholder": _("10:00")}

    def read(self, text: str) -> time:
        hour, _colon, minute = to_latin_digits(text).replace(".", ":").partition(":")
        try:
            return time(int(hour), int(minute or 0))
        except ValueError:
            raise ValidationError(_("Enter a time of day, such as 10:30."), code="invalid-time") from None

    def prepare_value(self, value: Any) -> Any:
        return reader_digits(f"{value:%H:%M}", self.prefs) if isinstance(value, time) else value


class WholeNumberField(ReaderField):
    """A count between two bounds, in digits of any script."""

    def __init__(self, *, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(**({"max_length": 12} | kwargs))
        self.least, self.most = least, most
        self.widget.attrs |= {"dir": "ltr", "inputmode": "numeric", "autocomplete": "off"}

    def read(self, text: str) -> int:
        digits = to_latin_digits(text).strip()
        is_number = digits.isascii() and digits.isdigit()
        if not is_number or not self.least <= int(digits) <= self.most:
            bounds = {"found": text, "least": self._words(self.least), "most": self._words(self.most)}
            raise ValidationError(_("“%(found)s” is not a whole number from %(least)s to %(most)s."), "out-of-range", bounds)
        return int(digits)

    def prepare_value(self, value: Any) -> Any:
        return self._words(value, group=False) if isinstance(value, int) else value

    def _words(self, value: int, *, group: bool = True) -> str:
        language, latin_digits = self.prefs.language, self.prefs.latin_digits
        if group:
            return format_number(value, language, latin_digits=latin_digits)
        return localise_digits(str(value), language, latin_digits=latin_digits)
