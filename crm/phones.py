"""Telephone numbers: one stored form (E.164), one shown form, one key to match on."""

from __future__ import annotations

import re

import phonenumbers

from crm.text import SPACES_AND_INVISIBLE, to_latin_digits

HOME_REGION = "IR"
HOME_CODE = 98
MATCHED_DIGITS = 10
MAX_TYPED = 40
# Numbers are also copied with direction marks and non-breaking spaces around and inside them.
IGNORED = str.maketrans("", "", SPACES_AND_INVISIBLE + "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
PUNCTUATION = str.maketrans("", "", "-()./\u2010\u2011\u2012\u2013\u2014\u2212\uff0d")
DIALLED = re.compile(r"\+?[0-9]{4,20}", re.ASCII)
IRANIAN_MOBILE = re.compile(r"(?:\+98|0098|98)?0?(9[0-9]{9})", re.ASCII)
BARE_IRANIAN = re.compile(r"98[1-9][0-9]{9}", re.ASCII)


class PhoneError(ValueError):
    """A text that is no telephone number; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def normalise_phone(text: str, region: str = HOME_REGION) -> str:
    """The number in E.164. Numbers without a country code are read as dialled in the region."""
    dialled = to_latin_digits(text.translate(IGNORED)).replace("\uff0b", "+").translate(PUNCTUATION)
    if len(text) > MAX_TYPED or not DIALLED.fullmatch(dialled):
        raise PhoneError("invalid-phone", "Enter a telephone number, such as 0912 345 6789.")
    is_home = region == HOME_REGION or dialled.startswith(("+98", "0098"))
    mobile = IRANIAN_MOBILE.fullmatch(dialled) if is_home else None
    if mobile:
        dialled = f"+98{mobile[1]}"
    elif dialled.startswith("00"):
        dialled = f"+{dialled[2:]}"
    elif region == HOME_REGION and BARE_IRANIAN.fullmatch(dialled):
        dialled = f"+{dialled}"
    try:
        number = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException:
        raise PhoneError("invalid-phone", "Enter a telephone number, such as 0912 345 6789.") from None
    check_length(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_length(number: phonenumbers.PhoneNumber) -> None:
    """Refuse what cannot ring. Only Iranian numbers must also lie in a range in use: tables of others age."""
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == phonenumbers.ValidationResult.TOO_LONG:
        raise PhoneError("phone-too-long", "This number has too many digits.")
    if reason in (phonenumbers.ValidationResult.TOO_SHORT, phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        raise PhoneError("phone-too-short", "This number has too few digits. Write a landline with its area code.")
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise PhoneError("invalid-phone", "This is not a telephone number.")
    if number.country_code == HOME_CODE and not is_iranian(str(number.national_number)):
        raise PhoneError("invalid-phone", "This is not an Iranian telephone number.")


def is_iranian(national: str) -> bool:
    """A mobile (9xx) or a landline with its two-digit area code: ten digits either way."""
    return len(national) == MATCHED_DIGITS and national[0] in "123456789" and (national[0] == "9" or national[1] != "0")


def format_phone(e164: str) -> str:
    """The number as people at home write it: 0912 345 6789, 021 8888 1234; foreign ones keep their country code."""
    national = e164.removeprefix("+98")
    if not e164.startswith("+98") or len(national) != MATCHED_DIGITS:
        return format_foreign(e164)
    if national.startswith("9"):
        return f"0{national[:3]} {national[3:6]} {national[6:]}"
    return f"0{national[:2]} {national[2:6]} {national[6:]}"


def phone_as_name(e164: str) -> str:
    """Of somebody of whom nothing else is known: in one piece, or text from right to left would turn its parts around."""
    return format_phone(e164).replace(" ", "\u00a0")


def format_foreign(e164: str) -> str:
    try:
        number = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def match_key(e164: str) -> str:
    """The digits that duplicates share, whatever the country code was taken for."""
    return re.sub(r"[^0-9]", "", e164)[-MATCHED_DIGITS:]
