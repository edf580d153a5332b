"""Numbers of KPIs as people read them: each unit in its own way, the unit always beside the number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, localcontext

from django.utils.translation import gettext as _

from crm.jalali import language_key
from crm.money import MINUS, NOTHING, format_number, format_percent, money_parts
from crm.periods import Period
from crm.preferences import Preferences
from crm.templatetags.crm_format import reader_digits
from kpis.definitions import Kpi, Unit
from kpis.readings.exact import PRECISION

# From what amount on a short form says millions or billions; units that say it already stay as they are.
SCALES = ((Decimal(10**12), "trillion"), (Decimal(10**9), "billion"), (Decimal(10**6), "million"))
WHOLE_FROM = 1000
EXACT = 4  # decimals
OUR_NUMBER = re.compile(r"#[0-9]+")
# Keeps a sign at the left of its number where the words around run from right to left.
ISOLATE, ISOLATE_BY_WORDS, END_ISOLATE = "\u2066", "\u2068", "\u2069"
NO_BREAK = "\u00a0"


def scaled(scale: str, unit: str) -> str:
    match scale:
        case "trillion":
            return _("trillion %(unit)s") % {"unit": unit}
        case "billion":
            return _("billion %(unit)s") % {"unit": unit}
        case _:
            return _("million %(unit)s") % {"unit": unit}


def label_text(label: str, prefs: Preferences) -> str:
    """What a record is called by: of one without a name or number of its own, ours in the reader's digits."""
    return reader_digits(label, prefs) if OUR_NUMBER.fullmatch(label) else label


def number_text(value: Decimal | float | None, prefs: Preferences, *, decimals: int | None = None, most: int = 2) -> str:
    return format_number(value, prefs.language, latin_digits=prefs.latin_digits, decimals=decimals, most=most)


def percent_text(fraction: Decimal | float | None, prefs: Preferences, decimals: int = 1) -> str:
    """Its sign stands where it does in a number alone: beside Persian words it would change sides."""
    if fraction is None:
        return NOTHING
    text = format_percent(fraction, prefs.language, latin_digits=prefs.latin_digits, decimals=decimals)
    return isolated(text, prefs)


def percent_sign(prefs: Preferences) -> str:
    return format_percent(Decimal(0), prefs.language, latin_digits=prefs.latin_digits, decimals=0)[-1]


def short_money(amount: Decimal, prefs: Preferences) -> tuple[str, str]:
    """At most four digits and a word for the rest: «1٫63 میلیارد تومان»."""
    unit = prefs.unit
    with localcontext(prec=PRECISION):
        shown = amount / unit.factor
    if unit.is_plain:
        for scale, name in SCALES:
            if abs(shown) >= scale:
                return number_text(shown / scale, prefs, most=2), scaled(name, unit.name(prefs.language))
        most = 0 if abs(shown) >= WHOLE_FROM else unit.decimals
        return number_text(shown, prefs, decimals=unit.least or None, most=most), unit.name(prefs.language)
    return money_parts(amount, prefs.unit, prefs.language, latin_digits=prefs.latin_digits)


def column_parts(kpi: Kpi, values: Sequence[Decimal | None], prefs: Preferences) -> tuple[list[str], str]:
    """Numbers that stand below each other, and the unit that is said once for all; per cent stays at its number.

    Amounts share the largest word of which the greatest is ten times: the small ones are still told apart.
    """
    if kpi.unit is Unit.PERCENT:
        return [value_text(kpi, value, prefs) for value in values], ""
    unit = unit_text(kpi, prefs)
    if kpi.unit is not Unit.MONEY or not prefs.unit.is_plain:
        return [with_sign(value_parts(kpi, value, prefs)[0], prefs) for value in values], unit
    with localcontext(prec=PRECISION):
        shown = [value and value / prefs.unit.factor for value in values]
        most = max((abs(value) for value in shown if value is not None), default=Decimal(0))
        scale, name = next(((scale, name) for scale, name in SCALES if most >= 10 * scale), (Decimal(1), ""))
        shown = [value and value / scale for value in shown]
    texts = [with_sign(number_text(value, prefs, decimals=2 if name else prefs.unit.least), prefs) for value in shown]
    return texts, scaled(name, unit) if name else unit


def money_text(amount: Decimal, prefs: Preferences) -> str:
    number, unit = money_parts(amount, prefs.unit, prefs.language, latin_digits=prefs.latin_digits)
    return f"{with_sign(number, prefs)} {unit}"


def value_parts(kpi: Kpi, value: Decimal | None, prefs: Preferences, *, short: bool = False) -> tuple[str, str]:
    """Number and unit apart."""
    if value is None:
        return NOTHING, ""
    match kpi.unit:
        case Unit.PERCENT:
            return number_text(value * 100, prefs, decimals=1), percent_sign(prefs)
        case Unit.MONEY if short:
            return short_money(value, prefs)
        case Unit.MONEY:
            return money_parts(value, prefs.unit, prefs.language, latin_digits=prefs.latin_digits)
        case Unit.HOURS:
            return number_text(value, prefs, decimals=1), _("hours")
        case Unit.DAYS:
            return number_text(value, prefs, decimals=1), _("days")
        case Unit.MONTHS:
            return number_text(value, prefs, decimals=1), _("months")
        case Unit.SCORE:
            return signed(value, prefs), ""
        case Unit.RATIO:
            return number_text(value, prefs, decimals=2), ""
    return number_text(value, prefs, most=0), ""


def unit_text(kpi: Kpi, prefs: Preferences) -> str:
    """The unit in which figures of the KPI are typed; counts and scores have none."""
    if kpi.unit is Unit.MONEY:
        return prefs.unit.name(prefs.language)
    return value_parts(kpi, Decimal(0), prefs)[1]


def signed(value: Decimal, prefs: Preferences, decimals: int = 0) -> str:
    """A score or a difference: its sign says as much as its digits."""
    text = number_text(value, prefs, decimals=decimals)
    is_rise = not text.startswith(MINUS) and text.strip("0۰.٫") != ""
    return f"+{text}" if is_rise else text


def value_text(kpi: Kpi, value: Decimal | None, prefs: Preferences, *, short: bool = False) -> str:
    number, unit = value_parts(kpi, value, prefs, short=short)
    if kpi.unit is Unit.PERCENT:
        return isolated(number + unit, prefs)
    return f"{with_sign(number, prefs)} {unit}".strip()


def exact_text(kpi: Kpi, value: Decimal, prefs: Preferences) -> str:
    """With up to four decimals, which tiles have no room for; of an amount all that are stored."""
    if kpi.unit is Unit.MONEY:
        return value_text(kpi, value, prefs)
    if kpi.unit is Unit.PERCENT:
        return isolated(number_text(value * 100, prefs, most=EXACT) + percent_sign(prefs), prefs)
    number = number_text(value, prefs, most=EXACT)
    sign = "+" if kpi.unit is Unit.SCORE and value > 0 else ""
    return f"{with_sign(sign + number, prefs)} {unit_text(kpi, prefs)}".strip()


def difference_text(kpi: Kpi, difference: Decimal | None, prefs: Preferences) -> str:
    """A difference in the KPI's own unit; of rates, in points."""
    if difference is None:
        return NOTHING
    if kpi.unit is Unit.PERCENT:
        return _("%(number)s points") % {"number": isolated(signed(difference * 100, prefs, 1), prefs)}
    if kpi.unit is Unit.SCORE:
        return with_sign(signed(difference, prefs, 1), prefs)
    number, unit = value_parts(kpi, difference, prefs, short=True)
    sign = "+" if difference > 0 else ""
    return f"{isolated(sign + number, prefs)} {unit}".strip()


def distance_text(kpi: Kpi, distance: Decimal, prefs: Preferences) -> str:
    """A difference in the KPI's own unit without its sign, which words around it tell; of rates, in points."""
    if kpi.unit is Unit.PERCENT:
        return _("%(number)s points") % {"number": number_text(distance * 100, prefs, decimals=1)}
    if kpi.unit is Unit.SCORE:
        return number_text(distance, prefs, decimals=1)
    return value_text(kpi, distance, prefs, short=True)


def isolated(number: str, prefs: Preferences) -> str:
    return f"{ISOLATE}{number}{END_ISOLATE}" if language_key(prefs.language) == "fa" else number


def with_sign(number: str, prefs: Preferences) -> str:
    return isolated(number, prefs) if number.startswith(("+", MINUS)) else number


def operand(text: str, prefs: Preferences) -> str:
    """An amount inside a formula: it runs as its own words do, and its unit never falls onto the next line."""
    text = text.replace(" ", NO_BREAK)
    return f"{ISOLATE_BY_WORDS}{text}{END_ISOLATE}" if language_key(prefs.language) == "fa" else text


def period_text(period: Period, prefs: Preferences) -> str:
    return period.label(prefs.language, latin_digits=prefs.latin_digits)
