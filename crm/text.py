"""Text as people type it: digits of three scripts, invisible characters, e-mail addresses, and the folded form for search."""

from __future__ import annotations

import re
import unicodedata

PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"
LATIN_DIGITS = "0123456789"
TO_LATIN = str.maketrans(PERSIAN_DIGITS + ARABIC_DIGITS, LATIN_DIGITS * 2)
TO_PERSIAN = str.maketrans(LATIN_DIGITS + ARABIC_DIGITS, PERSIAN_DIGITS * 2)

# They turn the reading order of everything after them, so a name could forge the text beside it.
FORBIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
LTR_START, LTR_END = "\u2066", "\u2069"
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0"
)
SPACES_AND_INVISIBLE = (
    " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000"
    + "".join(map(chr, range(0x2000, 0x200B)))
    + INVISIBLE
)

LINE_BREAKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
EMAIL_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
HOST_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
TOP_LABEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
# Nearly every address, and as it is stored already.
PLAIN_EMAIL = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
MAX_EMAIL = 254
MAX_LOCAL = 64
# Longer is no key.
OUR_NUMBER = re.compile(r"#?([0-9]{1,18})")


class TextError(ValueError):
    """Text that cannot be stored; `code` says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def left_to_right(code: str) -> str:
    """A number inside text of either direction, where no markup can stand."""
    return f"{LTR_START}{code}{LTR_END}"


def to_latin_digits(text: str) -> str:
    return text.translate(TO_LATIN)


def to_persian_digits(text: str) -> str:
    return text.translate(TO_PERSIAN)


def our_number(text: str) -> int | None:
    """The key that pages call a record by which has no number of its own: “#2997”, in the digits of any script."""
    found = OUR_NUMBER.fullmatch(to_latin_digits(text.strip()))
    return int(found[1]) if found else None


def check_text(value: str) -> None:
    """Refuse what no stored text may hold."""
    if "\x00" in value:
        raise TextError("null-character", "The text contains a NUL character.")
    if FORBIDDEN.search(value):
        raise TextError("forbidden-character", "The text contains a character that is not allowed.")


def clean_text(value: str) -> str:
    """What is stored of a typed text. An empty text stays empty; one that only looks empty is refused."""
    check_text(value)
    text = unicodedata.normalize("NFC", value).replace("\u00a0", " ").strip(SPACES_AND_INVISIBLE)
    if value and not text:
        raise TextError("blank", "The text is blank.")
    return text


def clean_line(value: str) -> str:
    """The same of a name or another text of one line: a break in it is a space."""
    return clean_text(LINE_BREAKS.sub(" ", value))


def clean_email(value: str) -> str:
    """An address in lower case with its host in punycode, so that two spellings of one address are equal."""
    if len(value) <= MAX_LOCAL and PLAIN_EMAIL.fullmatch(value):
        return value
    check_text(value)
    # The compatibility form also turns full-width letters and "＠" into plain ones.
    address = unicodedata.normalize("NFKC", value).strip(SPACES_AND_INVISIBLE).lower()
    local, at, host = address.rpartition("@")
    if not at or len(address) > MAX_EMAIL or len(local) > MAX_LOCAL or not EMAIL_LOCAL.fullmatch(local):
        raise TextError("invalid-email", "Enter a valid e-mail address.")
    clean = f"{local}@{clean_host(host)}"
    if len(clean) > MAX_EMAIL:
        raise TextError("invalid-email", "Enter a valid e-mail address.")
    return clean


def clean_host(host: str) -> str:
    """A public host name in ASCII. Names without a dot are refused, and numeric addresses: no top label is a number."""
    try:
        ascii_host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise TextError("invalid-email", "Enter a valid e-mail address.") from None
    labels = ascii_host.split(".")
    whole = len(labels) > 1 and TOP_LABEL.fullmatch(labels[-1]) and all(HOST_LABEL.fullmatch(label) for label in labels)
    if not whole:
        raise TextError("invalid-email", "Enter a valid e-mail address.")
    return ascii_host


# Folding. One table serves Python and PostgreSQL, so that both always give the same answer.
FOLDED = {
    "ي": "ی", "ى": "ی", "ې": "ی", "ۍ": "ی", "ے": "ی",
    "ك": "ک", "ڪ": "ک",
    "ة": "ه", "ۀ": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ۃ": "ه",
    "أ": "ا", "إ": "ا", "ٱ": "ا", "آ": "ا", "ٲ": "ا", "ٳ": "ا",
    **dict(zip(PERSIAN_DIGITS, LATIN_DIGITS, strict=True)),
    **dict(zip(ARABIC_DIGITS, LATIN_DIGITS, strict=True)),
    "٪": "%",
}  # fmt: skip
HARAKAT = [*range(0x0610, 0x061B), *range(0x064B, 0x0660), 0x0670, *range(0x06D6, 0x06EE), 0x0307]
BIDI_CONTROLS = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
DASHES_AND_QUOTES = [*range(0x2010, 0x2016), 0x2018, 0x2019, 0x201A, 0x201C, 0x201D, 0x201E, 0x2022, 0x2039, 0x203A, 0x2212]
PUNCTUATION = "-_()[]{}'\"`.,;:!?/\\|*+«»·،؛؟٫٬٭۔…ـ\ufe0e\ufe0f"
# An ordered set: a repeated character would shift nothing, but the SQL stays shorter without it.
DROPPED = "".join(
    dict.fromkeys(SPACES_AND_INVISIBLE + PUNCTUATION + "".join(map(chr, [*HARAKAT, *BIDI_CONTROLS, *DASHES_AND_QUOTES])))
)
FOLDING = str.maketrans("".join(FOLDED), "".join(FOLDED.values()), DROPPED)


def fold(value: str) -> str:
    """The form that search and duplicate checks compare; the same as `fold_text` in the database."""
    compatible = unicodedata.normalize("NFKC", value)
    # Letter by letter, as PostgreSQL does it: str.lower() alone looks at neighbours (final sigma).
    lower = "".join(character.lower()[0] for character in compatible)
    return lower.translate(FOLDING)


# What parts words in one spelling and not in another; between digits it parts two numbers. Other signs are part of a name.
SEPARATORS = re.compile(rf"[\s{re.escape(PUNCTUATION.translate(str.maketrans('', '', '+*')))}]+")
BESIDE_NO_NUMBER = re.compile(r"(?<![0-9]) | (?![0-9])")
NAMING = str.maketrans(
    FOLDED
    | dict.fromkeys(map(chr, range(0x2010, 0x2016)), "-")
    | dict.fromkeys(map(chr, [*HARAKAT, *BIDI_CONTROLS]), "")
    | dict.fromkeys([*"ـ\ufe0e\ufe0f", *(sign for sign in SPACES_AND_INVISIBLE if not sign.isspace())], "")
)


def name_key(name: str) -> str:
    """What spellings of one name share: letters and digits fold as in a search, but 1-2 is not 12, nor C++ the same as C."""
    compatible = unicodedata.normalize("NFKC", name)
    lower = "".join(character.lower()[0] for character in compatible).translate(NAMING)
    return BESIDE_NO_NUMBER.sub("", SEPARATORS.sub(" ", lower)) or name


def sql_literal(text: str) -> str:
    """A PostgreSQL literal in plain ASCII: no quote, backslash or percent sign of the text survives as such."""
    escaped = (character if character.isascii() and character.isalnum() else f"\\{ord(character):04X}" for character in text)
    return f"U&'{''.join(escaped)}'"


# As folding leaves its letters.
ALPHABET = "ءابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهئی"
# Latin and plain Persian letters, digits and marks: nearly every text, and ten times faster to fold than the rest.
PLAIN_LETTERS = "ءئابتثجحخدذرزسشصضطظعغفقلمنهوپچژکگی"
PLAIN_PATTERN = "^[\\u0001-\\u007F" + "".join(f"\\u{ord(letter):04X}" for letter in PLAIN_LETTERS) + "]*$"
# A class of a pattern: translate() would compare each character with each of these, and take five times as long.
PLAIN_DROPPED = "[" + "".join(f"\\u{ord(mark):04X}" for mark in filter(str.isascii, DROPPED)) + "]"

# Not STRICT, or PostgreSQL would call it for every value instead of writing the expression in its place.
FOLD_SQL = f"""
CREATE OR REPLACE FUNCTION fold_text(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN $1 ~ '{PLAIN_PATTERN}' THEN regexp_replace(lower($1), '{PLAIN_DROPPED}', '', 'g')
    ELSE translate(
        lower(normalize($1, NFKC)),
        {sql_literal("".join(FOLDED) + DROPPED)},
        {sql_literal("".join(FOLDED.values()))}
    )
END;
"""


LATIN_NUMBERS_SQL = "UPDATE {table} SET number = {latin}, updated_at = now() WHERE number <> {latin}"


def latin_numbers_sql(table: str) -> str:
    """Numbers that people call rows by, kept before in whatever digits they were sent in, as they are kept and sought now.

    Two may be alike: they are no keys.
    """
    latin = f"translate(number, {sql_literal(PERSIAN_DIGITS + ARABIC_DIGITS)}, '{LATIN_DIGITS * 2}')"
    return LATIN_NUMBERS_SQL.format(table=table, latin=latin)
