"""One customer becomes two records again: all that hangs on the one that goes back goes with it, or says why it cannot."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from campaigns.models import Channel
from customers.models import Answer, Customer, CustomerMerge, Order, Ticket
from customers.services.merging import undo_merge
from tests.customers.merging import EARLIER, LATER, OTHER_PHONE, OWNERS, PHONE, answer, fill, merge
from tests.factories.customers import NOON, make_customer, make_order

pytestmark = pytest.mark.django_db


class TestUndo:
    def test_everything_goes_back(self, pair, omid):
        customer, into = pair
        fill(customer)
        make_order(customer=into)
        before = {model: dict(model.objects.values_list("pk", "customer")) for model in OWNERS}
        merge(customer, into, take=["name"])

        undone = undo_merge(customer, by=omid, at=NOON)

        assert undone == customer
        assert {model: dict(model.objects.values_list("pk", "customer")) for model in OWNERS} == before
        facts = Customer.objects.order_by("pk").values_list("name", "phone", "created_at", "merged_into")[:2]
        assert list(facts) == [("Ali", PHONE, EARLIER, None), ("Ali M.", "", LATER, None)]

    def test_to_the_last_microsecond(self, pair):
        customer, into = pair
        earlier, later = EARLIER.replace(microsecond=123456), LATER.replace(microsecond=654321)
        Customer.objects.filter(pk=customer.pk).update(created_at=earlier)
        Customer.objects.filter(pk=into.pk).update(created_at=later)
        answer(into, answered_at=NOON.replace(microsecond=123456))
        answer(customer, answered_at=NOON + timedelta(hours=1))
        merge(customer, into)

        undo_merge(customer, by=None, at=NOON)

        assert Customer.objects.get(pk=into.pk).created_at == later
        assert Answer.objects.get(customer=into).answered_at == NOON.replace(microsecond=123456)

    def test_without_what_is_gone_since(self, pair):
        """The survivor's channel and the ticket its answer was about were deleted while neither named them."""
        customer, into = pair
        channels = [Channel.objects.create(slug=slug, name=slug) for slug in "ab"]
        for each, channel in zip(pair, channels, strict=True):
            Customer.objects.filter(pk=each.pk).update(channel=channel)
        ticket = Ticket.objects.create(customer=into)
        answer(into, ticket=ticket)
        answer(customer, ticket=ticket, answered_at=NOON + timedelta(hours=1))
        merge(customer, into)
        channels[1].delete()
        ticket.delete()

        undo_merge(customer, by=None, at=NOON)
        connection.check_constraints()

        assert Customer.objects.get(pk=into.pk).channel is None
        assert list(into.answers.values_list("ticket", flat=True)) == [None]

    def test_what_came_since_stays(self, pair):
        customer, into = pair
        merge(customer, into)
        since = make_order(customer=into)
        Customer.objects.filter(pk=into.pk).update(phone=OTHER_PHONE)

        undo_merge(customer, by=None, at=NOON)

        since.refresh_from_db()
        into.refresh_from_db()
        assert (since.customer, into.phone) == (into, OTHER_PHONE)

    def test_answers_that_gave_way_are_back(self, pair):
        customer, into = pair
        answer(customer, score=9, answered_at=NOON + timedelta(hours=1))
        answer(into, score=2, comment="slow")
        merge(customer, into)

        undo_merge(customer, by=None, at=NOON)

        assert [(each.score, each.comment) for each in into.answers.all()] == [(2, "slow")]
        assert [each.score for each in customer.answers.all()] == [9]

    def test_it_can_be_merged_again_and_undone_again(self, pair):
        customer, into = pair
        make_order(customer=customer)
        for _ in range(2):
            merge(customer, into)
            undo_merge(customer, by=None, at=NOON)

        assert Order.objects.get().customer == customer
        assert undo_merge(customer, by=None, at=NOON) == customer  # undone already

    def test_not_after_a_month(self, pair):
        merge(*pair)
        at = CustomerMerge.objects.get().recorded_at + timedelta(days=30)

        with pytest.raises(ValidationError, match="30 days"):
            undo_merge(pair[0], by=None, at=at + timedelta(seconds=1))
        assert undo_merge(pair[0], by=None, at=at).merged_into is None

    def test_not_before_a_later_one_that_changed_the_same(self, pair):
        first, into = pair
        second = make_customer(name="Babak", created_at=EARLIER - timedelta(days=1))
        merge(first, into)
        merge(second, into)  # earlier still: both made the survivor's first day an earlier one

        with pytest.raises(ValidationError, match="Babak was merged into the same record later: undo that merge first"):
            undo_merge(first, by=None, at=NOON)

        undo_merge(second, by=None, at=NOON)
        undo_merge(first, by=None, at=NOON)
        assert Customer.objects.get(pk=into.pk).created_at == LATER

    def test_nor_before_one_that_dropped_what_it_brought(self, pair):
        first, into = pair
        Customer.objects.update(created_at=EARLIER)
        second = make_customer(name="Babak", created_at=EARLIER)
        for customer, score, hour in ((into, 1, 0), (first, 5, 1), (second, 9, 2)):
            answer(customer, score=score, answered_at=NOON + timedelta(hours=hour))
        merge(first, into)
        merge(second, into)

        with pytest.raises(ValidationError, match="undo that merge first"):
            undo_merge(first, by=None, at=NOON)

        undo_merge(second, by=None, at=NOON)
        undo_merge(first, by=None, at=NOON)
        assert dict(Answer.objects.values_list("customer", "score")) == {into.pk: 1, first.pk: 5, second.pk: 9}

    def test_not_before_the_later_merge(self, pair):
        """A went into B, and B into C: first C gives B back."""
        customer, into = pair
        third = make_customer()
        make_order(customer=customer)
        merge(customer, into)
        merge(into, third)
        assert Order.objects.get().customer == third

        with pytest.raises(ValidationError) as refused:
            undo_merge(customer, by=None, at=NOON)
        assert refused.value.code == "conflict"

        undo_merge(into, by=None, at=NOON)
        undo_merge(customer, by=None, at=NOON)
        assert Order.objects.get().customer == customer
