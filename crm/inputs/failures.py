"""What is wrong with an input, field by field, in words and in a code that programs read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DETAILS: Mapping[str, str | Promise] = {
    "required": _("This field is required."),
    "unknown-field": _("There is no such field."),
    "wrong-type": _("The value has the wrong type."),
    "too-long": _("The text is too long."),
    "too-many": _("There are too many entries."),
    "too-few": _("There are too few entries."),
    "out-of-range": _("The number is out of range."),
    "invalid-choice": _("This is none of the possible values."),
    "blank": _("The text is blank."),
    "null-character": _("The text contains a NUL character."),
    "forbidden-character": _("The text contains a character that is not allowed."),
    "invalid-email": _("Enter a valid e-mail address."),
    "invalid-phone": _("Enter a telephone number, such as 0912 345 6789."),
    "phone-too-long": _("This number has too many digits."),
    "phone-too-short": _("This number has too few digits."),
    "invalid-url": _("Enter a web address that starts with http:// or https://."),
    "no-name": _("This is no name: write a letter or a digit at least."),
    "invalid-slug": _("Write letters, digits, hyphens and underscores only."),
    "invalid-national-id": _("A national ID has 10 digits, a company's has 11."),
    "invalid-amount": _("Enter an amount in digits, such as 1250000."),
    "ambiguous-amount": _("Write 1250 or 1.25: this could mean either."),
    "amount-too-large": _("An amount has at most 18 digits."),
    "precision": _("This currency has fewer decimals."),
    "negative": _("The amount must not be negative."),
    "invalid-currency": _("This is no currency: write its code by ISO 4217, such as IRR or EUR, or IRT for the Toman."),
    "invalid-date": _("Enter a date as in 2025-10-01, and a time as in 2025-10-01T12:30:00+03:30."),
    "time-missing": _("This is a day: give the time too, as in 2025-10-01T12:30:00+03:30."),
    "no-such-day": _("This day does not exist."),
    "date-out-of-range": _("The date is out of range. Jalali? Use calendar=jalali."),
    "future-date": _("The moment lies in the future."),
    "invalid-period": _("Name a month, quarter or year, such as 2025-10, 1404-Q3 or 1404."),
    "bad-parameter": _("This value is not allowed."),
    "not-narrowed": _("This KPI cannot be narrowed to one of these."),
    "reserved": _("This name is the demo company's: choose another one."),
    "invalid-reference": _("The record it refers to does not exist."),
    "not-allowed": _("You may not set this field."),
    "inconsistent": _("This contradicts another field."),
    "inconsistent-total": _("The total is not the sum of the lines, less discount, plus tax and shipping."),
    "rate-missing": _("There is no exchange rate for this currency on that day: send one."),
    "duplicate": _("Another record has this key already."),
    "conflict": _("This contradicts what is stored."),
    "insufficient-scope": _("The token's scopes do not allow this."),
    "not-applied": _("Nothing was written, because another entry was refused."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing wrong: where (a JSON pointer), which kind, and a text where the kind's own does not do."""

    pointer: str
    code: str
    detail: str | Promise = ""

    @property
    def text(self) -> str:
        return str(self.detail or DETAILS.get(self.code, self.code))


class Refused(Exception):  # noqa: N818 -- it says what happened to the input, not that the program erred
    """An input that is not written."""

    def __init__(self, failures: Iterable[Failure]) -> None:
        self.failures = list(failures)
        super().__init__(", ".join(f"{failure.pointer}: {failure.code}" for failure in self.failures))


def pointer_of(*parts: str | int) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)
