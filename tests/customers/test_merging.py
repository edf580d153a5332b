"""Two records of one customer become one, through the service, the API and the page."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from campaigns.models import Channel
from crm.models import PeopleList
from customers.models import Answer, Customer, CustomerMerge, ListedCustomer, Order
from customers.services.belongings import relations
from customers.services.merging import follow_merge, left_behind, undo_merge
from leads import services as leads
from tests.api_client import Api
from tests.customers.merging import EARLIER, OTHER_PHONE, OWNERS, PHONE, answer, fill, follow, merge
from tests.factories.crm import make_token
from tests.factories.customers import NOON, make_customer, make_order
from tests.factories.leads import A_DAY, make_lead

pytestmark = pytest.mark.django_db


class TestMerge:
    def test_all_that_hangs_on_one_hangs_on_the_other(self, pair):
        customer, into = pair
        fill(customer)

        survivor = merge(customer, into)

        assert survivor == into
        assert {model.__name__: list(model.objects.values_list("customer", flat=True)) for model in OWNERS} == {
            model.__name__: [into.pk] for model in OWNERS
        }
        customer.refresh_from_db()
        assert customer.merged_into == into
        assert Customer.objects.filter(merged_into=into).count() == 2  # it, and the one merged into it before

    def test_every_table_that_points_to_customers_is_moved(self):
        """A new kind of record is moved without anybody thinking of it."""
        assert {model.__name__ for model, _field in relations()} >= {
            *("Order", "Lead", "Opportunity", "Quote", "Ticket", "Answer", "Activity", "Customer"),
            *("Cart", "Contract", "Invitation", "InvitationSkip"),
        }  # fmt: skip
        assert not {model for model, _field in relations() if "History" in model.__name__ or "Fact" in model.__name__}

    def test_who_is_in_one_list_with_the_other(self, pair, sara):
        """A list shows the one that stays for either, and both again after the way back."""
        people_list = PeopleList.objects.create(owner=sara, name="Lost", kind="customers", scope="private")
        ListedCustomer.objects.bulk_create(ListedCustomer(people_list=people_list, customer=each) for each in pair)

        merge(*pair)
        shown = list(Customer.objects.listed().in_list(people_list))
        undo_merge(pair[0], by=sara, at=NOON)

        assert shown == [pair[1]]
        assert set(Customer.objects.listed().in_list(people_list)) == set(pair)

    def test_the_survivor_keeps_its_own_and_takes_what_it_lacks(self, pair, omid):
        customer, into = pair
        Customer.objects.filter(pk=customer.pk).update(email="a@example.com", owner=omid, kind="company")

        merge(customer, into)

        into.refresh_from_db()
        assert (into.name, into.kind, into.phone, into.email, into.owner) == ("Ali M.", "person", PHONE, "a@example.com", omid)
        assert into.created_at == EARLIER

    def test_what_is_chosen_is_taken(self, pair):
        customer, into = pair
        Customer.objects.filter(pk=customer.pk).update(kind="company")
        Customer.objects.filter(pk=into.pk).update(phone=OTHER_PHONE)

        merge(customer, into, take=["name", "kind"])

        into.refresh_from_db()
        assert (into.name, into.kind, into.phone) == ("Ali", "company", OTHER_PHONE)

    @pytest.mark.parametrize(("goes_with", "stays_with", "wanted"), [("a", "b", "a"), ("", "b", "b"), ("a", "", "a")])
    def test_the_first_touch_is_that_of_the_earlier_one(self, pair, goes_with, stays_with, wanted):
        channels = {slug: Channel.objects.create(slug=slug, name=slug) for slug in "ab"} | {"": None}
        for customer, slug in zip(pair, (goes_with, stays_with), strict=True):
            Customer.objects.filter(pk=customer.pk).update(channel=channels[slug])

        merge(*pair)

        assert Customer.objects.get(pk=pair[1].pk).channel == channels[wanted]

    def test_of_two_answers_of_one_day_the_later_one_stays(self, pair):
        customer, into = pair
        answer(customer, score=9, answered_at=NOON + timedelta(hours=1))
        answer(into, score=2)
        answer(customer, score=7, answered_at=NOON + timedelta(days=1))
        answer(customer, score=1, external_id="x", source="shop")

        merge(customer, into)

        assert sorted(into.answers.values_list("score", flat=True)) == [1, 7, 9]

    def test_merged_again_it_is_merged_once(self, pair):
        merge(*pair)

        assert merge(*pair) == pair[1]
        assert CustomerMerge.objects.count() == 1

    def test_what_cannot_be_merged(self, pair):
        customer, into = pair
        third = make_customer()
        merge(customer, into)

        for one, other in ((into, into), (third, customer), (customer, third)):
            with pytest.raises(ValidationError) as refused:
                merge(one, other)
            assert refused.value.code == "conflict"
        assert CustomerMerge.objects.count() == 1

    @pytest.mark.parametrize("flag", ["is_test", "is_spam"])
    @pytest.mark.parametrize("side", [0, 1])
    def test_what_counts_is_not_mixed_with_what_does_not(self, pair, flag, side):
        Customer.objects.filter(pk=pair[side].pk).update(**{flag: True})

        with pytest.raises(ValidationError, match="Mark both alike first"):
            merge(*pair)
        Customer.objects.update(**{flag: True})
        assert merge(*pair) == pair[1]

    def test_its_old_image_is_kept(self, pair):
        customer, into = pair
        merge(customer, into, take=["name"])

        assert list(into.history.values_list("name", flat=True)) == ["Ali M."]
        assert list(customer.history.values_list("merged_into", flat=True)) == [None]


class TestAfterIt:
    """Whoever still uses the keys of the record that went means the one that stays."""

    def test_an_order_by_its_keys(self, pair, api):
        customer, into = pair
        Customer.objects.filter(pk=into.pk).update(phone=OTHER_PHONE, email="m@example.com")
        Customer.objects.filter(pk=customer.pk).update(external_id="c1", source="shop", email="a@example.com")
        merge(customer, into)
        keys = [customer.pk, {"external_id": "c1"}, {"phone": PHONE}, {"email": "a@example.com"}, {"phone": OTHER_PHONE}]

        line = {"sku": "A", "quantity": 1, "unit_price": 1}
        found = [
            api.post("/orders/", {"external_id": str(n), "customer": who, "lines": [line]}).json() for n, who in enumerate(keys)
        ]

        assert [order["customer"] for order in found] == [into.pk] * 5
        assert Customer.objects.count() == 2

    def test_a_ticket_by_its_id(self, pair, api):
        merge(*pair)

        ticket = api.post("/tickets/", {"customer": pair[0].pk, "subject": "?"}).json()

        assert ticket["customer"] == pair[1].pk

    def test_a_lead_that_is_converted(self, pair):
        customer, into = pair
        Customer.objects.filter(pk=into.pk).update(phone=OTHER_PHONE)
        merge(customer, into)

        opportunity = leads.convert_lead(make_lead(phone=PHONE), by=None, at=A_DAY)

        assert opportunity.customer == into

    def test_a_row_that_came_too_late_follows(self, pair):
        """An order that was being written while the two were merged."""
        customer, into = pair
        merge(customer, into)
        make_order(customer=customer)
        answer(customer, score=9, answered_at=NOON + timedelta(hours=1))
        answer(into, score=2)

        assert follow() == 2

        assert [order.customer for order in Order.objects.all()] == [into]
        assert [each.score for each in into.answers.all()] == [9]
        assert follow() == 0

    def test_it_goes_back_with_the_merges_it_followed(self, pair):
        """Into B, and B into C: an order and an answer of A that came too late are C's, then B's, then A's again."""
        customer, into = pair
        third = make_customer()
        merge(customer, into)
        merge(into, third)
        order = make_order(customer=customer)
        answer(customer, score=9)
        answer(third, score=2, answered_at=NOON + timedelta(hours=1))
        follow()
        assert [each.score for each in Answer.objects.all()] == [2]

        undo_merge(into, by=None, at=NOON)
        order.refresh_from_db()
        assert order.customer == into
        undo_merge(customer, by=None, at=NOON)
        follow()
        order.refresh_from_db()

        assert order.customer == customer
        assert set(Answer.objects.values_list("customer", "score")) == {(customer.pk, 9), (third.pk, 2)}

    def test_nothing_follows_a_merge_that_is_undone_meanwhile(self, pair):
        customer, into = pair
        merge(customer, into)
        order = make_order(customer=customer)
        (found,) = left_behind()

        undo_merge(customer, by=None, at=NOON)

        assert follow_merge(found) == 0
        order.refresh_from_db()
        assert order.customer == customer


class TestApi:
    def test_merge_and_unmerge(self, pair, api):
        customer, into = pair
        order = make_order(customer=customer)

        merged = api.post(f"/customers/{customer.pk}/merge/", {"into": into.pk, "take": ["name"]})
        gone = api.get(f"/customers/{customer.pk}/").json()
        again = api.post(f"/customers/{customer.pk}/merge/", {"into": into.pk})
        undone = api.post(f"/customers/{customer.pk}/unmerge/", {})

        assert (merged.status_code, merged.json()["id"], merged.json()["name"]) == (200, into.pk, "Ali")
        assert gone["merged_into"] == into.pk
        assert again.status_code == 200
        assert (undone.status_code, undone.json()["merged_into"]) == (200, None)
        order.refresh_from_db()
        assert order.customer == customer

    @pytest.mark.parametrize(
        ("data", "status", "pointer"),
        [
            ({}, 400, "/into"),
            ({"into": 999_999}, 400, "/into"),
            ({"into": "1"}, 400, "/into"),
            ({"into": None, "take": ["id"]}, 400, "/into"),
        ],
    )
    def test_what_is_refused(self, pair, api, data, status, pointer):
        response = api.post(f"/customers/{pair[0].pk}/merge/", data)

        assert (response.status_code, response.json()["errors"][0]["pointer"]) == (status, pointer)
        assert CustomerMerge.objects.count() == 0

    def test_into_itself(self, pair, api):
        response = api.post(f"/customers/{pair[0].pk}/merge/", {"into": pair[0].pk})

        assert (response.status_code, response.json()["detail"]) == (409, "A customer cannot be merged into itself.")

    def test_archived_and_restored(self, pair, api):
        key = pair[0].pk
        archived = api.post(f"/customers/{key}/archive/", {}).json()
        lists = [
            [row["id"] for row in api.get("/customers/", is_archived=value).json()["results"]] for value in ("true", "false")
        ]
        restored = api.post(f"/customers/{key}/restore/", {}).json()

        assert (archived["is_archived"], restored["is_archived"]) == (True, False)
        assert lists == [[key], [pair[1].pk]]


class TestPage:
    def url(self, customer, **query):
        return reverse("customers:customer-merge", args=[customer.pk], query=query)

    def test_similar_ones_are_offered_and_others_found(self, pair, browse, sara):
        customer, _into = pair
        twin, stranger = make_customer(name="X", phone=PHONE), make_customer(name="Bahar")

        offered = browse(sara).get(self.url(customer)).context["candidates"]
        found = browse(sara).get(self.url(customer, q="bahar")).context["candidates"]

        assert (offered, found) == ([twin], [stranger])

    def test_picked_field_by_field(self, pair, browse, sara):
        customer, into = pair
        Customer.objects.filter(pk=into.pk).update(phone=OTHER_PHONE)
        client = browse(sara)

        page = client.get(self.url(customer, into=into.pk))
        choices = {row.name: row.field is not None for row in page.context["form"].rows}
        response = client.post(self.url(customer), {"into": into.pk, "name": "goes", "phone": "stays"}, follow=True)

        assert choices == {
            "name": True,
            "company": False,
            "kind": False,
            "phone": True,
            "email": False,
            "national_id": False,
            "owner": False,
        }
        assert response.redirect_chain == [(reverse("customers:customer-detail", args=[into.pk]), 302)]
        into.refresh_from_db()
        assert (into.name, into.phone) == ("Ali", OTHER_PHONE)

    def test_undone_from_the_toast_and_from_the_page(self, pair, browse, sara):
        customer, into = pair
        client = browse(sara)
        for _ in range(2):
            client.post(self.url(customer), {"into": into.pk, "name": "stays"})
            assert "Undo the merge" in client.get(self.url(customer)).content.decode()
            client.post(reverse("customers:customer-unmerge", args=[customer.pk]))
        customer.refresh_from_db()

        assert customer.merged_into is None

    def test_the_survivor_knows_what_it_took_and_the_way_back(self, pair, browse, sara):
        customer, into = pair
        client, survivor = browse(sara), reverse("customers:customer-detail", args=[into.pk])
        client.post(self.url(customer), {"into": into.pk, "name": "stays"})

        merged = client.get(survivor)
        client.post(reverse("customers:customer-unmerge", args=[customer.pk]))

        assert [merge.customer for merge in merged.context["taken"]] == [customer]
        assert self.url(customer) in merged.content.decode()
        assert client.get(survivor).context["taken"] == []

    def test_an_archived_survivor_is_named(self, pair, browse, sara):
        customer, into = pair
        Customer.objects.filter(pk=into.pk).update(is_archived=True)

        assert "The record that stays is archived" in browse(sara).get(self.url(customer, into=into.pk)).content.decode()

    def test_an_undecided_field_is_asked_for(self, pair, browse, sara):
        customer, into = pair

        response = browse(sara).post(self.url(customer), {"into": into.pk})

        assert response.context["form"].errors == {"name": ["This field is required."]}
        assert CustomerMerge.objects.count() == 0

    @pytest.mark.parametrize("into", ["", "0", "x", "999999", "٣"])
    def test_nobody_is_no_survivor(self, pair, browse, sara, into):
        response = browse(sara).post(self.url(pair[0]), {"into": into})

        assert response.status_code == 200
        assert "Choose the record that stays." in response.content.decode()

    def test_only_what_one_sees_is_merged(self, browse, omid, nima):
        mine, theirs = make_customer(owner=omid, phone=PHONE), make_customer(owner=nima, phone=PHONE)
        client = browse(omid)

        assert client.get(self.url(mine)).context["candidates"] == []
        assert client.get(self.url(theirs)).status_code == 404
        client.post(self.url(mine), {"into": theirs.pk})
        assert client.post(reverse("customers:customer-unmerge", args=[theirs.pk])).status_code == 404
        assert CustomerMerge.objects.count() == 0

    def test_who_sees_one_of_the_two_does_not_undo_it_nor_reads_the_other_name(self, browse, client, omid, nima):
        mine, theirs = make_customer(name="Ali", owner=omid), make_customer(name="Bahar", owner=nima)
        merge(mine, theirs)
        reader = browse(omid)

        detail = reverse("customers:customer-detail", args=[mine.pk])
        pages = [reader.get(url).content.decode() for url in (self.url(mine), detail)]
        undone = reader.post(reverse("customers:customer-unmerge", args=[mine.pk]))
        by_token = Api(client, make_token(omid)).post(f"/customers/{mine.pk}/unmerge/", {})

        assert [("Bahar" in page, "Undo the merge" in page) for page in pages] == [(False, False)] * 2
        assert (undone.status_code, by_token.status_code) == (404, 403)
        assert CustomerMerge.objects.filter(undone_at=None).count() == 1
