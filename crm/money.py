"""Amounts: reading, converting, spreading to the last unit, and showing them with their unit."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from types import MappingProxyType

from crm.currencies import DIGITS
from crm.jalali import language_key
from crm.text import SPACES_AND_INVISIBLE, to_latin_digits, to_persian_digits

STORED_DIGITS = 2
MAX_INTEGER_DIGITS = 18
MAX_TYPED = 64
MINUS = "\u2212"
NOTHING = "—"

PLAIN = re.compile(r"(?P<whole>[0-9]+)(?:\.(?P<fraction>[0-9]+))?", re.ASCII)
# «٬» means thousands and nothing else. The rest is only safe where a person sees how it was read.
GROUPED = re.compile(r"[0-9]{1,3}(?:٬[0-9]{3})+(?:\.[0-9]+)?", re.ASCII)
GROUPED_IN_FORMS = re.compile(r"[0-9]{1,3}(?:(?P<mark>[,،٬ ])[0-9]{3})(?:(?P=mark)[0-9]{3})*(?:\.[0-9]+)?", re.ASCII)
GROUP_MARKS = str.maketrans("", "", ",،٬ ")


class AmountError(ValueError):
    """A text that is no amount; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CurrencyDigits(dict[str, int]):
    """Decimals of a currency's smallest unit; two where nothing else is known."""

    def __missing__(self, currency: str) -> int:
        return STORED_DIGITS


CURRENCY_DIGITS = CurrencyDigits(DIGITS)

# How many rials one of them is: a reader counts such amounts in rials or tomans, and in no other.
RIALS_IN = {"IRR": 1, "IRT": 10}


@dataclass(frozen=True)
class DisplayUnit:
    """A way to show amounts; `factor` is how many of what is kept one of it holds.

    It has up to `decimals` digits after the point, of which `least` stand there even as zeros.
    """

    key: str
    factor: Decimal
    decimals: int
    names: Mapping[str, str]
    least: int = 0

    def name(self, language: str) -> str:
        return self.names[language_key(language)]

    @property
    def is_plain(self) -> bool:
        """Its name stands for no zeros, as that of a million Toman does."""
        return self.key not in SCALED_UNITS


DISPLAY_UNITS: Mapping[str, DisplayUnit] = MappingProxyType(
    {
        key: DisplayUnit(key, Decimal(factor), decimals, MappingProxyType({"en": english, "fa": persian}))
        for key, factor, decimals, english, persian in (
            ("rial", 1, 0, "Rial", "ریال"),
            ("toman", 10, 1, "Toman", "تومان"),
            ("thousand_toman", 10_000, 1, "thousand Toman", "هزار تومان"),
            ("million_toman", 10_000_000, 2, "million Toman", "میلیون تومان"),
            ("million_rial", 1_000_000, 2, "million Rial", "میلیون ریال"),
        )
    }
)

SCALED_UNITS = {"thousand_toman": "toman", "million_toman": "toman", "million_rial": "rial"}


def base_unit(currency: str, chosen: str) -> DisplayUnit:
    """How amounts in the base currency are shown: Rial and Toman as the reader has chosen, any other as it is."""
    if currency not in RIALS_IN:
        return currency_unit(currency)
    unit = DISPLAY_UNITS[chosen]
    return replace(unit, factor=unit.factor / RIALS_IN[currency])


def currency_unit(currency: str) -> DisplayUnit:
    """An amount as it is, beside the code of its currency, but for the two that everybody calls by name."""
    known = {"IRR": "rial", "IRT": "toman"}.get(currency)
    names = DISPLAY_UNITS[known].names if known else MappingProxyType({"en": currency, "fa": currency})
    digits = CURRENCY_DIGITS[currency]
    return DisplayUnit(currency, Decimal(1), digits, names, least=digits)


# How many digits of a number a word after it stands for.
# As Arabic keyboards write the letters of the words beside amounts.
ARABIC_LETTERS = str.maketrans("يىك", "ییک")
MULTIPLES = {"هزار": 3, "میلیون": 6, "میلیارد": 9, "thousand": 3, "million": 6, "billion": 9}


def unit_of(currency: str) -> Decimal:
    """The smallest amount of a currency that is kept: 1 rial, 0.01 euro."""
    return Decimal(1).scaleb(-min(CURRENCY_DIGITS[currency], STORED_DIGITS))


def spread(amount: Decimal, weights: Sequence[Decimal | int], unit: Decimal) -> list[Decimal]:
    """Parts in proportion to the weights that add up to the amount: largest remainder, ties to the earlier part."""
    if any(weight < 0 for weight in weights):
        raise ValueError("A weight must not be negative.")
    if not weights:
        raise ValueError("An amount cannot be spread over nothing.")
    if amount < 0:
        return [-part for part in spread(-amount, weights, unit)]
    shares = [weight if isinstance(weight, int) else Fraction(weight) for weight in weights]
    if not any(shares):
        shares = [1] * len(shares)
    units, rest = divmod(amount, unit)
    total = sum(shares)
    divided = [divmod(int(units) * share, total) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda index: (-divided[index][1], index))
    counts = [int(quotient) for quotient, _ in divided]
    for index in by_remainder[: int(units) - sum(counts)]:
        counts[index] += 1
    parts = [count * unit for count in counts]
    # An amount finer than the unit keeps its last piece in one part, or the sum would lose it.
    parts[by_remainder[0] if rest else 0] += rest
    return parts


def convert(amount: Decimal, rate: Decimal) -> Decimal:
    """A foreign amount in base units: rounded once, half to even."""
    with localcontext(prec=60):
        return (amount * rate).quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)


def parse_amount(text: str, *, form: bool = False, decimals: int = STORED_DIGITS) -> Decimal:
    """The amount in a text. `form` also takes `12,500` and the old decimal slash: the reader's own screen shows the result."""
    if len(text) > MAX_TYPED:
        raise AmountError("amount-too-large", f"An amount has at most {MAX_INTEGER_DIGITS} digits.")
    typed = to_latin_digits(text).strip(SPACES_AND_INVISIBLE).replace(MINUS, "-").replace("٫", ".").replace("\u00a0", " ")
    is_negative, digits = typed.startswith("-"), typed.removeprefix("-")
    if (GROUPED_IN_FORMS if form else GROUPED).fullmatch(digits):
        digits = digits.translate(GROUP_MARKS)
    elif form and digits.count("/") == 1:
        digits = digits.replace("/", ".")
    match = PLAIN.fullmatch(digits)
    if not match:
        raise AmountError("invalid-amount", "Enter an amount in digits, such as 1250000.")
    check_digits(match["whole"], match["fraction"] or "", decimals)
    number = Decimal(digits)
    # The operator would round to 28 digits, and nothing has no sign.
    return number.copy_negate() if is_negative and number else number


def without_unit(text: str, unit: DisplayUnit) -> str:
    """«۲٫۵ میلیون تومان» in tomans is «۲٫۵ میلیون», and in millions of tomans «۲٫۵»."""
    typed = text.strip(SPACES_AND_INVISIBLE)
    for name in unit.names.values():
        typed = _without_word(typed, name)
    return typed


def split_multiple(typed: str) -> tuple[str, int]:
    """«۲٫۵ میلیون» is «۲٫۵» and 6: the digits that a word after the number stands for."""
    for word, digits in MULTIPLES.items():
        if (number := _without_word(typed, word)) != typed:
            return number, digits
    return typed, 0


def _without_word(typed: str, word: str) -> str:
    """However it is written: in capitals, with Arabic letters, with any space before it."""
    is_there = typed.translate(ARABIC_LETTERS).casefold().endswith(word.casefold())
    return typed[: -len(word)].rstrip(SPACES_AND_INVISIBLE) if is_there else typed


def check_digits(whole: str, fraction: str, decimals: int) -> None:
    if len(whole.lstrip("0")) > MAX_INTEGER_DIGITS:
        raise AmountError("amount-too-large", f"An amount has at most {MAX_INTEGER_DIGITS} digits.")
    if len(fraction.rstrip("0")) > decimals and not is_like_thousands(whole, fraction):
        raise AmountError("precision", f"At most {decimals} decimals are kept here.")
    if is_like_thousands(whole, fraction):
        raise AmountError("ambiguous-amount", "Write 1250 or 1.25: this could mean either.")


def is_like_thousands(whole: str, fraction: str) -> bool:
    """`1.250` is 1250 to half of the world; `0.250`, `1.005` and `1250.000` can only be decimals."""
    return len(whole) <= len("999") and whole[0] != "0" and len(fraction) == len("000") and fraction.endswith("0")


def format_money(amount: Decimal | int | None, unit: str | DisplayUnit, language: str, *, latin_digits: bool = False) -> str:
    """Number first, unit after, as in «125٬000 ریال»."""
    if amount is None:
        return NOTHING
    return " ".join(money_parts(amount, unit, language, latin_digits=latin_digits))


def money_parts(amount: Decimal | int, unit: str | DisplayUnit, language: str, *, latin_digits: bool = False) -> tuple[str, str]:
    """Number and unit apart. `unit` is a key of DISPLAY_UNITS, or the code of a currency that is shown as it is."""
    if isinstance(unit, str):
        unit = DISPLAY_UNITS.get(unit) or currency_unit(unit)
    with localcontext(prec=60):
        shown = Decimal(amount) / unit.factor
    number = format_number(shown, language, latin_digits=latin_digits, decimals=unit.least or None, most=unit.decimals)
    return number, unit.name(language)


def format_number(
    value: Decimal | float | None,
    language: str,
    *,
    latin_digits: bool = False,
    decimals: int | None = None,
    most: int = STORED_DIGITS,
) -> str:
    """`decimals` digits after the point, or up to `most` without closing zeros."""
    if value is None or not math.isfinite(value):
        return NOTHING
    kept = most if decimals is None else decimals
    with localcontext(prec=60):
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-kept), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    sign = MINUS if rounded < 0 else ""
    return sign + localise_digits(text, language, latin_digits=latin_digits)


def format_percent(fraction: Decimal | float | None, language: str, *, latin_digits: bool = False, decimals: int = 1) -> str:
    if fraction is None:
        return NOTHING
    number = format_number(Decimal(str(fraction)) * 100, language, latin_digits=latin_digits, decimals=decimals)
    return number + ("٪" if is_persian(language, latin_digits=latin_digits) else "%")


def format_points(difference: Decimal | float | None, language: str, *, latin_digits: bool = False, decimals: int = 1) -> str:
    """A change of a rate, in percentage points and always with its sign: rates never change "by per cent"."""
    if difference is None:
        return NOTHING
    number = format_number(Decimal(str(difference)) * 100, language, latin_digits=latin_digits, decimals=decimals)
    is_rise = number[0] not in (MINUS, NOTHING) and number.strip("0۰.٫") != ""
    name = "واحد درصد" if language_key(language) == "fa" else "points"
    return f"{'+' if is_rise else ''}{number} {name}"


def localise_digits(text: str, language: str, *, latin_digits: bool = False) -> str:
    """A number in plain notation (`1,234.5`) with the digits and marks of the reader."""
    if not is_persian(language, latin_digits=latin_digits):
        return text
    return to_persian_digits(text).replace(",", "٬").replace(".", "٫")


def is_persian(language: str, *, latin_digits: bool) -> bool:
    return language_key(language) == "fa" and not latin_digits
