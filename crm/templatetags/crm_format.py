"""Dates, amounts, numbers and telephone numbers on a page, each in the reader's language, calendar, unit and digits.

The tags read `prefs` from the template's context.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from decimal import Decimal
from html import escape
from typing import Any, Protocol

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from crm.jalali import language_key, weekday_name
from crm.money import (
    NOTHING,
    STORED_DIGITS,
    DisplayUnit,
    format_number,
    format_percent,
    format_points,
    is_persian,
    money_parts,
)
from crm.periods import Calendar, Period, as_zone, day_title, local_day, month_title, parts
from crm.phones import format_phone
from crm.text import left_to_right, to_persian_digits

register = template.Library()
BEFORE_MARKS = re.compile(r"(?=[@.])")


class Preferences(Protocol):
    """How one reader wants things shown; language, calendar, unit and digits are chosen apart from each other."""

    language: str
    calendar: str
    unit: DisplayUnit
    latin_digits: bool
    zone: tzinfo | str


def reader_digits(text: str, prefs: Preferences) -> str:
    return to_persian_digits(text) if is_persian(prefs.language, latin_digits=prefs.latin_digits) else text


def format_day(day: date, prefs: Preferences, style: str = "medium") -> str:
    """Styles: `long` with the weekday, `medium`, `short` in digits, `month`."""
    # The other calendar has no such years; a mistyped day that is stored is shown all the same.
    calendar = Calendar(prefs.calendar) if 622 < day.year < date.max.year else Calendar.GREGORIAN
    match style:
        case "long":
            text = f"{weekday_name(day, prefs.language)} {day_title(day, calendar, prefs.language)}"
        case "medium":
            text = day_title(day, calendar, prefs.language)
        case "month":
            text = month_title(day, calendar, prefs.language)
        case "short":
            # Slashes are how Jalali dates are written; an English Gregorian one must not read as month/day.
            is_iso = calendar is Calendar.GREGORIAN and language_key(prefs.language) == "en"
            year, month, day_of_month = parts(day, calendar)
            text = ("-" if is_iso else "/").join((f"{year:04}", f"{month:02}", f"{day_of_month:02}"))
        case _:
            raise ValueError(f"Unknown style of a date: {style}")
    return reader_digits(text, prefs)


def format_moment(moment: datetime, prefs: Preferences, style: str = "medium") -> str:
    """The local day and time of day: «۱ مهر ۱۴۰۳، ۱۰:۳۰»."""
    clock = reader_digits(f"{moment.astimezone(as_zone(prefs.zone)):%H:%M}", prefs)
    comma = "،" if language_key(prefs.language) == "fa" else ","
    return f"{format_day(local_day(moment, prefs.zone), prefs, style)}{comma} {clock}"


def data_element(value: Decimal | float, text: str, after: str = "") -> SafeString:
    """A number that machines can read, isolated so that its sign stays at its side in right-to-left text."""
    return format_html('<data value="{}"><bdi dir="ltr">{}</bdi>{}</data>', f"{Decimal(str(value)):f}", text, after)


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | datetime | None, style: str = "medium") -> str:
    if value is None:
        return NOTHING
    prefs = context["prefs"]
    local = local_day(value, prefs.zone) if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), format_day(local, prefs, style))


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | None, style: str = "medium") -> str:
    if value is None:
        return NOTHING
    prefs = context["prefs"]
    iso = value.astimezone(as_zone(prefs.zone)).isoformat(timespec="seconds")
    return format_html('<time datetime="{}">{}</time>', iso, format_moment(value, prefs, style))


@register.simple_tag(takes_context=True)
def period(context: Context, value: Period) -> str:
    prefs = context["prefs"]
    return value.label(prefs.language, latin_digits=prefs.latin_digits)


@register.simple_tag(takes_context=True)
def money(context: Context, amount: Decimal | int | None, currency: str | None = None) -> str:
    """A base amount in the reader's unit, or with `currency` a foreign amount as it is."""
    if amount is None:
        return NOTHING
    prefs = context["prefs"]
    text, unit = money_parts(amount, currency or prefs.unit, prefs.language, latin_digits=prefs.latin_digits)
    return data_element(amount, text, f" {unit}")


def typed_amount(amount: Decimal | int, unit: DisplayUnit, prefs: Preferences) -> str:
    """Every digit that is stored, or saving a form that nobody touched would change the amount."""
    most = STORED_DIGITS + unit.factor.adjusted()
    return format_number(amount / unit.factor, prefs.language, latin_digits=prefs.latin_digits, most=most)


@register.filter
def typed(amount: Decimal, prefs: Preferences) -> str:
    """An amount as a field for it begins with it, in the reader's unit."""
    return typed_amount(amount, prefs.unit, prefs)


@register.simple_tag(takes_context=True)
def number(context: Context, value: Decimal | float | None, decimals: int | None = None) -> str:
    if value is None:
        return NOTHING
    prefs = context["prefs"]
    return data_element(value, format_number(value, prefs.language, latin_digits=prefs.latin_digits, decimals=decimals))


@register.simple_tag(takes_context=True)
def percent(context: Context, fraction: Decimal | float | None, decimals: int = 1) -> str:
    if fraction is None:
        return NOTHING
    prefs = context["prefs"]
    return data_element(fraction, format_percent(fraction, prefs.language, latin_digits=prefs.latin_digits, decimals=decimals))


@register.simple_tag(takes_context=True)
def points(context: Context, difference: Decimal | float | None, decimals: int = 1) -> str:
    """A change of a rate in percentage points."""
    if difference is None:
        return NOTHING
    prefs = context["prefs"]
    text, _, unit = format_points(difference, prefs.language, latin_digits=prefs.latin_digits, decimals=decimals).partition(" ")
    return data_element(difference, text, f" {unit}")


@register.simple_tag
def options(choices: Iterable[tuple[Any, Any]], chosen: Any = "") -> SafeString:
    """The options of a long list; as a loop in a template they would take longer than the rest of the page."""
    picked = str(chosen)
    return mark_safe(  # noqa: S308  both parts are escaped here
        "".join(
            f'<option value="{escape(str(value))}"{" selected" if str(value) == picked else ""}>{escape(str(label))}</option>'
            for value, label in choices
        )
    )


@register.simple_tag
def phone(e164: str | None) -> str:
    """Latin digits in every language: a telephone number is a code."""
    return ltr(format_phone(e164)) if e164 else NOTHING


@register.filter
def ltr(value: object) -> SafeString:
    """An e-mail address, a URL or a code inside text of either direction."""
    return format_html('<bdi dir="ltr">{}</bdi>', value)


@register.filter
def address(email: str) -> SafeString:
    """An e-mail address on the page; where it does not fit, a line ends before its sign or a dot and not inside a word."""
    parts = [(part,) for part in BEFORE_MARKS.split(email)]
    return format_html('<bdi dir="ltr">{}</bdi>', format_html_join(mark_safe("<wbr>"), "{}", parts))


def key_apart(key: int) -> str:
    """The number that we call a record by, inside a sentence in the language of the moment."""
    return left_to_right(fanum(f"#{key}")) if language_key(get_language() or "en") == "fa" else f"#{key}"


@register.filter
def named(row: Any, prefs: Preferences) -> str:
    """A record by its own number or name as it is written, else by our number in the digits of the reader."""
    return reader_digits(str(row), prefs) if is_called_by_key(row) else str(row)


def is_called_by_key(row: Any) -> bool:
    return not row.is_named if hasattr(row, "is_named") else str(row) == f"#{row.pk}"


@register.filter
def named_apart(row: Any, prefs: Preferences) -> str:
    """The same inside a sentence that has no elements: among Persian words the mark of our number would change sides."""
    is_code = hasattr(row, "is_named") or is_called_by_key(row)
    return left_to_right(named(row, prefs)) if is_code and language_key(prefs.language) == "fa" else named(row, prefs)


@register.filter
def fanum(value: object, prefs: Preferences | None = None) -> str:
    """Digits of a text in the reader's script: `{{ text|fanum:prefs }}`, or by the active language alone."""
    if prefs is not None:
        return reader_digits(str(value), prefs)
    return to_persian_digits(str(value)) if language_key(get_language() or "en") == "fa" else str(value)
