"""The types of input fields. Each carries the function that turns what was sent into what is stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlsplit

from msgspec import UNSET, Meta, Struct, UnsetType

from crm.inputs.caller import Caller
from crm.money import MAX_INTEGER_DIGITS, parse_amount
from crm.periods import Calendar, day_bounds, existing_day, localise
from crm.phones import IRANIAN_MOBILE, normalise_phone
from crm.text import PLAIN_LETTERS, clean_email, clean_line, clean_text, to_latin_digits

Clean = Callable[[Any, Caller], Any]

# Latin and Persian words with single spaces between them: nothing to clean, and a quick look tells.
WORD = f"[!-~{PLAIN_LETTERS}أآؤ۰-۹]+"
PLAIN = re.compile(f"(?:{WORD}(?: {WORD})*)?")
CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
PLAIN_MONEY = re.compile(rf"[0-9]{{1,{MAX_INTEGER_DIGITS}}}(?:\.[0-9]{{1,2}})?", re.ASCII)
SLUG = re.compile(r"[\w-]+")
NATIONAL_ID = re.compile(r"[0-9]{10,11}", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
MOMENT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?P<clock>[Tt ]\d\d:\d\d(?::\d\d(?:[.]\d{1,6})?)?)?(?P<offset>[Zz]|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
FIRST_YEAR, YEARS_AHEAD = 1990, 5
LARGEST_FLOAT = 10**15
FIGURE_DECIMALS = 12
# Where the demo company is from: all that is goes when it is removed.
DEMO_SOURCE = "demo"


class FieldError(ValueError):
    """A value that cannot be stored; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Line:
    """One line of text of at most so many characters."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, value: str, caller: Caller) -> str:
        if PLAIN.fullmatch(value):
            return value
        text = clean_line(value)
        if CONTROL.search(text):
            raise FieldError("forbidden-character")
        if len(text) > self.most:
            raise FieldError("too-long")
        return text


class Code(Line):
    """A number by which people call something: its digits are kept as the search looks for them."""

    def __call__(self, value: str, caller: Caller) -> str:
        return to_latin_digits(super().__call__(value, caller))


class RealSource(Line):
    """Where somebody is from who is described with an order: not the demo company, with which they would be removed."""

    def __call__(self, value: str, caller: Caller) -> str:
        source = super().__call__(value, caller)
        if source == DEMO_SOURCE:
            raise FieldError("reserved")
        return source


def clean_long_text(value: str, caller: Caller) -> str:
    text = clean_text(value)
    if CONTROL.search(text):
        raise FieldError("forbidden-character")
    return text


def read_email(value: str, caller: Caller) -> str:
    return clean_email(value) if value.strip() else ""


def read_phone(value: str, caller: Caller) -> str:
    mobile = IRANIAN_MOBILE.fullmatch(value)
    if mobile:  # nearly all of them, and a library's whole parse faster
        return f"+98{mobile[1]}"
    return normalise_phone(value) if value.strip() else ""


def read_url(value: str, caller: Caller) -> str:
    text = clean_text(value)
    try:
        parts = urlsplit(text)
    except ValueError:
        raise FieldError("invalid-url") from None
    has_gap = any(character.isspace() for character in text) or CONTROL.search(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or has_gap or parts.username is not None:
        raise FieldError("invalid-url")
    return text


def read_slug(value: str, caller: Caller) -> str:
    text = clean_text(value).lower()
    if not SLUG.fullmatch(text):
        raise FieldError("invalid-slug")
    return text


def read_national_id(value: str, caller: Caller) -> str:
    digits = to_latin_digits(clean_text(value)).replace("-", "")
    if digits and not NATIONAL_ID.fullmatch(digits):
        raise FieldError("invalid-national-id")
    return digits


def read_currency(value: str, caller: Caller) -> str:
    code = value.upper()
    if not caller.organization.counts_in(code):
        raise FieldError("invalid-currency")
    return code


def read_number(value: str | float, decimals: int) -> Decimal:
    """An exact number. A JSON float is taken by its shortest notation, as long as that is what was meant."""
    if isinstance(value, str):
        return parse_amount(value, decimals=decimals)
    if isinstance(value, int):
        if abs(value) >= 10**MAX_INTEGER_DIGITS:
            raise FieldError("amount-too-large")
        return Decimal(value)
    if not abs(value) < LARGEST_FLOAT:
        raise FieldError("invalid-amount")
    number = Decimal(repr(value))
    if -number.as_tuple().exponent > decimals and number != number.to_integral_value():
        raise FieldError("precision")
    return number


def read_money(value: str | float, caller: Caller) -> Decimal:
    if type(value) is str and PLAIN_MONEY.fullmatch(value):
        return Decimal(value)
    amount = read_number(value, 2)
    if amount < 0:
        raise FieldError("negative")
    return amount


def read_figure(value: str | float, caller: Caller) -> Decimal:
    """A figure in a KPI's own unit; a score or a return may lie below nothing."""
    return read_number(value, FIGURE_DECIMALS)


def read_rate(value: str | float, caller: Caller) -> Decimal:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,8})?", value, re.ASCII):
        rate = Decimal(value)
    else:
        rate = read_number(value, 8)
    if not 0 < rate < 10**12:
        raise FieldError("out-of-range")
    return rate


def read_moment(value: str, caller: Caller) -> datetime:
    """An aware moment; one without offset is read on the organisation's clocks.

    A day alone is its first moment there, as many histories know no more. With an offset it is no local day: refused.
    """
    if DAY.fullmatch(to_latin_digits(value)):
        return day_bounds(read_day(value, caller), caller.zone)[0]
    match = MOMENT.fullmatch(value if value.isascii() else to_latin_digits(value))
    if not match:
        raise FieldError("invalid-date")
    text = match[0].upper()
    if caller.calendar is Calendar.JALALI:
        text = read_day(match["day"], caller).isoformat() + text[10:]
    try:
        moment = datetime.fromisoformat(text if match["clock"] else text[:10])
    except ValueError:
        raise FieldError("invalid-date") from None
    check_year(moment.year, caller)
    if not match["clock"]:
        raise FieldError("time-missing")
    return localise(moment, caller.zone) if moment.tzinfo is None else moment


def read_day(value: str, caller: Caller) -> date:
    """A local day, in the calendar the request is written in."""
    text = to_latin_digits(value)
    if not DAY.fullmatch(text):
        raise FieldError("invalid-date")
    year, month, number = (int(part) for part in text.split("-"))
    if caller.calendar is Calendar.GREGORIAN:
        check_year(year, caller)
    day = existing_day(caller.calendar, year, month, number)
    check_year(day.year, caller)
    return day


def check_year(year: int, caller: Caller) -> None:
    if not FIRST_YEAR <= year <= caller.at.year + YEARS_AHEAD:
        raise FieldError("date-out-of-range")


def check_not_future(moment: datetime, caller: Caller) -> None:
    """Clocks of shops run a little ahead; more than five minutes is a mistake."""
    if moment > caller.at + timedelta(minutes=5):
        raise FieldError("future-date")


def read_version(value: str | int, caller: Caller) -> str:
    """A source's own version of a record: a whole number, or a moment (kept in a form that compares)."""
    if isinstance(value, int):
        if not 0 <= value < 2**63:
            raise FieldError("out-of-range")
        return str(value)
    if value.isascii() and value.isdigit() and len(value) <= 18:
        return str(int(value))
    return read_moment(value, caller).astimezone(UTC).isoformat()


def line(most: int, description: str | None = None) -> Any:
    """The type of a text of one line."""
    return Annotated[str, Meta(max_length=most, extra={"clean": Line(most)}, description=description)]


ExternalId = line(255)
SourceName = line(100)
RealSourceName = Annotated[str, Meta(max_length=100, extra={"clean": RealSource(100)})]
Number = Annotated[str, Meta(max_length=100, extra={"clean": Code(100)})]
Name = line(100)
Title = line(200)
LongText = Annotated[str, Meta(max_length=20_000, extra={"clean": clean_long_text})]
Email = Annotated[str, Meta(max_length=320, extra={"clean": read_email}, extra_json_schema={"format": "idn-email"})]
Phone = Annotated[str, Meta(max_length=40, extra={"clean": read_phone}, examples=["0912 345 6789", "+989123456789"])]
Url = Annotated[str, Meta(max_length=500, extra={"clean": read_url}, extra_json_schema={"format": "uri"})]
Slug = Annotated[str, Meta(max_length=100, extra={"clean": read_slug})]
NationalId = Annotated[str, Meta(max_length=20, extra={"clean": read_national_id})]
Currency = Annotated[str, Meta(min_length=3, max_length=3, extra={"clean": read_currency}, examples=["IRR", "IRT", "EUR"])]
Money = Annotated[str | int | float, Meta(extra={"clean": read_money}, examples=["125000"], description="An exact amount")]
Rate = Annotated[str | int | float, Meta(extra={"clean": read_rate}, description="Base units for one unit of the currency")]
Figure = Annotated[
    str | int | float,
    Meta(extra={"clean": read_figure}, examples=["0.28"], description="In the KPI's own unit; a rate is a fraction"),
]
Moment = Annotated[
    str,
    Meta(
        max_length=40,
        extra={"clean": read_moment},
        extra_json_schema={"format": "date-time"},
        description="A day and a time; without an offset it is read in the organisation's zone, and a day alone as its start",
    ),
]
Day = Annotated[str, Meta(max_length=10, extra={"clean": read_day}, extra_json_schema={"format": "date"})]
Version = Annotated[str | int, Meta(extra={"clean": read_version}, description="ISO time or integer; an older one is ignored")]
Quantity = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Id = Annotated[int, Meta(ge=1, le=2**63 - 1)]


class External(Struct, forbid_unknown_fields=True, kw_only=True):
    """A record by the key its source gave it; the source is the caller's own unless named."""

    external_id: ExternalId
    source: SourceName | UnsetType = UNSET


class Utm(Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Campaign parameters of a web address."""

    source: Title | UnsetType = UNSET
    medium: Title | UnsetType = UNSET
    campaign: Title | UnsetType = UNSET
    term: Title | UnsetType = UNSET
    content: Title | UnsetType = UNSET


Reference = Annotated[Id | External, Meta(description="By id, or by external_id and source")]
KeyReference = Annotated[Id | line(500) | External, Meta(description="By id, natural key, or external_id and source")]
Person = Annotated[Id | line(254), Meta(description="A user, by id or e-mail")]


class RecordIn(Struct, forbid_unknown_fields=True, kw_only=True):
    """What every record may carry: its key at its source, and when it came into being."""

    external_id: ExternalId | UnsetType | None = UNSET
    source: SourceName | UnsetType | None = UNSET
    created_at: Moment | UnsetType = UNSET
