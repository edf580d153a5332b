"""What every writing door reads and writes by: quick looks that must agree with the thorough ones."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.db import connection

from crm.api.reading import MOST_DEPTH, nests_too_deep
from crm.inputs.arrays import array
from crm.inputs.columns import insert_rows
from crm.inputs.fields import PLAIN, FieldError, read_money
from crm.money import AmountError
from crm.text import PLAIN_EMAIL, PLAIN_LETTERS, clean_email, clean_host, clean_text, fold
from customers.models import Order, OrderLine

EVENING = datetime(2025, 10, 1, 20, 30, 0, 250, tzinfo=timezone(timedelta(hours=3, minutes=30)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", ["plain", "", 'with "quotes"', "back\\slash", "{1,2}", "NULL", "چای, شکر"]),
        ("text", [None, None]),
        ("text", ["a", None]),
        ("text", ["a\x1fb", "c"]),
        ("boolean", [True, None]),
        ("date", [date(2025, 10, 1), None]),
        ("bigint", [1, 2**62]),
        ("numeric", [Decimal("0.10"), Decimal(10**17), None]),
        ("timestamptz", [EVENING, datetime(2025, 1, 1, tzinfo=UTC)]),
        ("timestamptz", [EVENING, None]),
        ("text", []),
    ],
)
def test_a_column_arrives_as_it_was(kind, values):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [array(values)])

        assert cursor.fetchone()[0] == values


@pytest.mark.parametrize("text", ["", "a", "SKU-12 (new)", "خریدار ۱۲", "آب و نان", "a b c"])
def test_a_plain_text_is_seen_at_a_glance(text):
    assert PLAIN.fullmatch(text)
    assert clean_text(text) == text


@pytest.mark.parametrize("text", [" a", "a ", "a  b", "a\tb", "می\u200cشود", "e\u0301", "ي\u0654", "a\x00", "\u202eabc", "ﷺ"])
def test_whatever_else_is_looked_at_closely(text):
    assert not PLAIN.fullmatch(text)


def test_plain_letters_need_no_folding():
    """Else the database, which does not look closer at them, and Python would disagree."""
    assert fold(PLAIN_LETTERS) == PLAIN_LETTERS


@pytest.mark.parametrize("address", ["c1@example.com", "a.b-c+d@mail.example.co", "x_1@xn--mgba3a4f16a.ir"])
def test_a_plain_address_is_stored_as_it_is(address):
    assert PLAIN_EMAIL.fullmatch(address)
    assert clean_email(address) == address
    assert clean_host(address.partition("@")[2]) == address.partition("@")[2]


@pytest.mark.parametrize(
    "address", ["A@example.com", "a@b", "a..b@example.com", ".a@example.com", "a@-b.com", "a@b.c1", "a@b.com."]
)
def test_no_other_address_passes_for_plain(address):
    assert not PLAIN_EMAIL.fullmatch(address)


@pytest.mark.parametrize(("text", "amount"), [("250000", "250000"), ("1250.5", "1250.5"), ("0.25", "0.25"), ("٢٥٫٥", "25.5")])
def test_an_amount_is_read_exactly(text, amount):
    assert read_money(text, None) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.250", "ambiguous-amount"),
        ("0.005", "precision"),
        ("1" * 19, "amount-too-large"),
        ("-1", "negative"),
        ("1e3", "invalid-amount"),
    ],
)
def test_an_amount_that_is_none_is_refused(text, code):
    with pytest.raises((FieldError, AmountError)) as refused:
        read_money(text, None)

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"[" * MOST_DEPTH + b"]" * MOST_DEPTH, False),
        (b"[" * (MOST_DEPTH + 1) + b"]" * (MOST_DEPTH + 1), True),
        (b'{"a":"' + b"[" * 30 + b'"}', False),
        # an empty text between two with brackets, and two texts with nothing between them
        (b'["[","","]"]', False),
        (b'{"[":"]","{":"}"}', False),
        (rb'["\"[", "\\", "]\\\""]', False),
        (b'{"a":"]"' + b',"b":[' * 20 + b"]" * 20 + b"}", True),
        (b"[1", True),
    ],
)
def test_depth_is_counted_outside_texts(body, expected):
    assert nests_too_deep(body) == expected


@pytest.mark.django_db
def test_a_reference_to_a_row_that_is_not_saved_is_refused_not_lost():
    with pytest.raises(ValueError, match="order refers to a row that is not saved"):
        insert_rows([OrderLine(order=Order())])
