"""A number is found however it is written."""

import pytest

from customers.models import Customer

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
