import unicodedata

import pytest
from django.db import connection

from crm.text import FOLD_SQL, TextError, clean_email, clean_text, fold, name_key, to_latin_digits, to_persian_digits

ZWNJ = "\u200c"
EQUAL = [
    ("کسبوکار", "کسب‌وکار", "كسب‌وكار", "کسب وکار"),
    ("علی", "علي", "على", "عَلی", "عـــلی"),
    ("مسأله", "مساله", "مسالة"),
    ("۱۲۳", "١٢٣", "123", "１２３"),
    ("آب", "اب", "أب", "ٱب"),
    ("خانهٔ", "خانه", "خانۀ"),
    ("ALI-REZA", "ali reza", "Ali (Reza)"),
    ("ﻋﻠﯽ", "علی"),
    ("۱۰۰٪", "100%"),
    ("Café", "Cafe\u0301"),
    ("+98 912", "98912"),
]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Expo 1-2", "Expo 1/2"), ("e-mail", "E.mail!"), ("ايميل", "ایمیل"), ("جست و جو", "جست‌وجو"), ("google_ads", "Google Ads")],
)
def test_a_name_in_two_spellings(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Expo 12", "Expo 1-2"),
        ("1-23", "12-3"),
        ("Plan C", "Plan C++"),
        ("=1+1", "11"),
        ("???", "!!!"),
    ],
)
def test_two_names(one, other):
    assert name_key(one) != name_key(other)


def test_digits_of_three_scripts():
    assert to_latin_digits("۰۱۲۳۴۵۶۷۸۹ ٠١٢٣٤٥٦٧٨٩ a1") == "0123456789 0123456789 a1"
    assert to_persian_digits("0123456789 ٤ ۴") == "۰۱۲۳۴۵۶۷۸۹ ۴ ۴"


def test_clean_text_keeps_the_joiner_inside_words():
    assert clean_text(f"  می{ZWNJ}خواهم ") == f"می{ZWNJ}خواهم"


def test_clean_text_composes_strips_and_replaces_hard_spaces():
    assert clean_text("Cafe\u0301") == "Café"
    assert clean_text("\ufeff\u00a0 علی\u00a0رضا \u200f\n") == "علی رضا"
    assert clean_text("") == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\x00b", "null-character"),
        ("a\u202eb", "forbidden-character"),
        ("\u202aab", "forbidden-character"),
        ("a\u2066b\u2069", "forbidden-character"),
        ("a\ud800", "forbidden-character"),
        ("\u200b\u2060\ufeff", "blank"),
        (f" {ZWNJ} ", "blank"),
        ("   ", "blank"),
    ],
)
def test_text_that_cannot_be_stored_is_refused(text, code):
    with pytest.raises(TextError) as error:
        clean_text(text)

    assert error.value.code == code


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Ali@Example.COM ", "ali@example.com"),
        ("ali+shop@mail.example.ir", "ali+shop@mail.example.ir"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("ali@مثال.ایران", "ali@xn--mgbh0fb.xn--mgba3a4f16a"),
        ("ali@xn--mgbh0fb.xn--mgba3a4f16a", "ali@xn--mgbh0fb.xn--mgba3a4f16a"),
        ("a@bu\u0308cher.example", "a@xn--bcher-kva.example"),
        ("ali＠example.com", "ali@example.com"),
    ],
)
def test_e_mail_addresses_have_one_spelling(typed, stored):
    assert clean_email(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "a@b",
        "@example.com",
        "ali",
        "",
        '"a b"@x.y',
        "a b@example.com",
        "a..b@example.com",
        ".a@example.com",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        "a@b.c",
        "a@-x.com",
        "a@x..com",
        "a@b@example.com",
        "a@x.com\r\nBcc: b@example.com",
        "علی@example.com",
        "a@" + "x" * 320 + ".com",
        "a" * 65 + "@example.com",
        "a@" + ".".join(["x" * 60] * 5) + ".com",
        "a@" + "ü" * 64 + ".com",
        # Short enough as typed, too long in ASCII.
        "a@" + ".".join(["آبپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"] * 6) + ".com",
    ],
)
def test_what_is_no_e_mail_address_is_refused(typed):
    with pytest.raises(TextError) as error:
        clean_email(typed)

    assert error.value.code == "invalid-email"


@pytest.mark.parametrize("spellings", EQUAL, ids=lambda spellings: spellings[0])
def test_spellings_that_search_takes_for_equal(spellings):
    assert {fold(spelling) for spelling in spellings} == {fold(spellings[0])}
    assert fold(spellings[0]) != ""


def test_different_words_stay_different():
    words = ["علی", "عالی", "پدر", "بدر", "گل", "کل", "ژاله", "زاله", "a", "b", "c#", "c"]

    assert len({fold(word) for word in words}) == len(words)


def test_folding_twice_changes_nothing():
    for spellings in EQUAL:
        for spelling in spellings:
            assert fold(fold(spelling)) == fold(spelling)


def test_the_statement_is_plain_ascii():
    assert FOLD_SQL.isascii()
    # A percent sign would be read as a parameter.
    assert "%" not in FOLD_SQL


@pytest.mark.django_db
def test_the_database_folds_as_python_does():
    # Letters that this Python's Unicode does not know yet may have a lower case in a newer database.
    letters = [chr(code) for code in range(1, 0x10000) if unicodedata.category(chr(code)) not in {"Cn", "Cs"}]
    texts = [spelling for spellings in EQUAL for spelling in spellings] + letters + ["İΣΟΦΟΣ ﷼ ﷺ", ""]

    with connection.cursor() as cursor:
        cursor.execute(FOLD_SQL)
        cursor.execute("SELECT typed, fold_text(typed) FROM unnest(%s::text[]) AS typed", [texts])
        differences = [(typed, folded, fold(typed)) for typed, folded in cursor.fetchall() if folded != fold(typed)]
        cursor.execute("SELECT fold_text(NULL)")
        of_null = cursor.fetchone()

    assert differences == []
    assert of_null == (None,)


@pytest.mark.django_db
def test_an_index_can_stand_on_the_folded_form():
    with connection.cursor() as cursor:
        cursor.execute(FOLD_SQL)
        cursor.execute("SELECT provolatile, proisstrict, proparallel FROM pg_proc WHERE proname = 'fold_text'")

        assert cursor.fetchone() == ("i", False, "s")
