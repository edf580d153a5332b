"""A number is found however it is written."""

from importlib import import_module

import pytest
from django.db import connection

from customers.models import Customer
from tests.api_client import Api
from tests.factories.crm import make_token
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import make_quote

SPELLINGS = ["09123456789", "۰۹۱۲۳۴۵۶۷۸۹", "0912 345 6789", "+98 912 345 6789", "912-345-6789", "6789"]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", SPELLINGS)
def test_a_phone_is_found_by_every_spelling(typed):
    known = Customer.objects.create(name="Mina", phone="+989123456789")
    Customer.objects.create(name="Reza", phone="+989121111111")

    assert list(Customer.objects.search(typed)) == [known]


@pytest.mark.django_db
def test_words_are_found_in_any_order_and_only_all_together():
    known = Customer.objects.create(name="Mina Sadeghi")
    Customer.objects.create(name="Mina Karimi")

    assert list(Customer.objects.search("sadeghi mina")) == [known]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("امیر", ["امیر حسینی", "محمدامیر"]),
        ("علیرضا", ["علی رضا کریمی", "علیرضا", "علی -  رضا"]),
        ("علیرض", ["علی رضا کریمی", "علیرضا", "علی -  رضا"]),
        ("علی‌رضا کریمی", ["علی رضا کریمی"]),
        ("رضاکریمی", ["علی رضا کریمی"]),
        ("میرزا", ["سینا میرزایی"]),
        ("ینامیر", []),
    ],
)
def test_a_word_is_found_over_others_only_from_where_one_begins(typed, found):
    """“ا” and “میر” of two names are no «امیر»; names are written in one word or in two."""
    for name in ("سینا میرزایی", "امیر حسینی", "محمدامیر", "علی رضا کریمی", "علیرضا", "علی -  رضا"):
        Customer.objects.create(name=name)

    assert sorted(Customer.objects.search(typed).values_list("name", flat=True)) == sorted(found)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/orders/", "/quotes/"])
def test_a_number_is_found_in_any_digits_over_the_api(client, path):
    make_order(number="A-12")
    make_quote(number="A-12", customer=make_customer())
    api = Api(client, make_token())

    found = [len(api.get(f"{path}?number={typed}").json()["results"]) for typed in ("A-12", "A-۱۲", "A-١٢", "A-1")]

    assert found == [1, 1, 1, 0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("migration", "make"),
    [("customers.migrations.0011_latin_numbers", make_order), ("leads.migrations.0014_latin_numbers", make_quote)],
)
def test_numbers_kept_in_other_digits_become_latin(migration, make):
    """Also those that are another's, too; what they were before is kept."""
    buyer = make_customer()
    numbers = [("A-۱۲", "shop"), ("A-١٢", "shop"), ("A-12", "till"), ("A-۱۲", "till"), ("۱٢", None), ("12", "shop"), ("", None)]
    rows = [make(number=number, source=source, customer=buyer) for number, source in numbers]

    [step] = import_module(migration).Migration.operations
    with connection.cursor() as cursor:
        cursor.execute(step.sql)

    for row in rows:
        row.refresh_from_db()
    assert [row.number for row in rows] == ["A-12", "A-12", "A-12", "A-12", "12", "12", ""]
    assert [row.history.latest("pgh_id").number for row in (rows[0], rows[4])] == ["A-۱۲", "۱٢"]
