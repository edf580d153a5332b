"""The pages of customers and orders: what they show, to whom, and in how many queries."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import Answer, Customer, Order, OrderLine, Refund, Survey, Ticket

pytestmark = pytest.mark.django_db

A_DAY = datetime(2025, 9, 1, 8, 0, tzinfo=UTC)


def make_order(customer, *, status="paid", price=1000, quantity=1, **facts):
    order = Order.objects.create(customer=customer, placed_at=A_DAY, status=status, currency="IRR", **facts)
    OrderLine.objects.create(order=order, position=0, name="Thing", quantity=quantity, unit_price=price, unit_cost=Decimal(300))
    return order


def names(response):
    return [str(row) for row in response.context["rows"]]


class TestAccess:
    def test_the_table(self, browse, sara, omid, nima, hana):
        customer = Customer.objects.create(name="Arya", owner=omid)
        urls = [
            reverse("customers:customer-detail", args=[customer.pk]),
            reverse("customers:customer-edit", args=[customer.pk]),
            reverse("customers:customer-order", args=[customer.pk]),
        ]

        for url in urls:
            statuses = [browse(user).get(url).status_code for user in (sara, omid, nima, hana, None)]
            assert (url, statuses) == (url, [200, 200, 404, 200, 302])

    def test_lists_are_for_everybody_who_is_signed_in(self, browse, omid, hana):
        for name in ("customer-list", "customer-create"):
            assert [browse(user).get(reverse(f"customers:{name}")).status_code for user in (omid, hana, None)] == [200, 200, 302]

    def test_nobody_writes_for_the_customer_of_another(self, browse, omid, nima):
        customer = Customer.objects.create(name="Arya", owner=omid)
        client = browse(nima)

        statuses = [
            client.post(reverse("customers:customer-edit", args=[customer.pk]), {"name": "X", "kind": "person"}).status_code,
            client.post(reverse("customers:customer-order", args=[customer.pk]), {"name": "X", "unit_price": "1"}).status_code,
        ]

        customer.refresh_from_db()
        assert (statuses, customer.name, Order.objects.count()) == ([404, 404], "Arya", 0)


class TestList:
    def test_merged_and_archived_customers_are_not_listed(self, browse, sara):
        kept = Customer.objects.create(name="Kept")
        Customer.objects.create(name="Archived", is_archived=True)
        Customer.objects.create(name="Merged", merged_into=kept)

        assert names(browse(sara).get(reverse("customers:customer-list"))) == ["Kept"]

    def test_search_and_owner_narrow(self, browse, sara, omid):
        Customer.objects.create(name="شركت آريا", owner=omid)
        Customer.objects.create(name="پارس", owner=omid)
        Customer.objects.create(name="آریا دو", owner=sara)

        response = browse(sara).get(reverse("customers:customer-list"), {"q": "آریا", "owner": omid.pk})

        assert names(response) == ["شركت آريا"]
        assert [chip.text for chip in response.context["chips"]] == ["Owner: Omid", "Search: آریا"]

    def test_counts_are_of_counted_orders(self, browse, sara):
        customer = Customer.objects.create(name="Arya")
        for status in ("paid", "fulfilled", "pending", "cancelled"):
            make_order(customer, status=status)

        assert [row.order_count for row in browse(sara).get(reverse("customers:customer-list")).context["rows"]] == [2]

    def test_it_costs_the_same_for_one_row_and_three(self, browse, sara, omid):
        client, counts = browse(sara), []
        for wanted in (1, 3):
            while Customer.objects.count() < wanted:
                make_order(Customer.objects.create(name="Arya", owner=omid))
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("customers:customer-list"))
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 10

    def test_export_has_no_formula(self, browse, sara):
        Customer.objects.create(name="+1", created_at=A_DAY)

        lines = (
            b"".join(browse(sara).get(reverse("customers:customer-list"), {"export": "csv"}).streaming_content)
            .decode()
            .splitlines()
        )

        assert lines[1] == '\'+1,,Person,,,,"2025-09-01, 11:30",2025-09-01T11:30:00+03:30'


class TestRecord:
    def test_the_glance_counts_paid_orders_less_refunds(self, browse, sara):
        customer = Customer.objects.create(name="Arya", owner=sara)
        order = make_order(customer, price=10_000, quantity=2)
        make_order(customer, status="pending", price=99_000)
        Refund.objects.create(order=order, amount=Decimal(5_000), refunded_at=A_DAY)
        nps = Survey.objects.get_or_create(slug="nps", defaults={"name": "NPS", "kind": "nps"})[0]
        for score in (3, 9):
            Answer.objects.create(survey=nps, customer=customer, score=score, answered_at=A_DAY.replace(day=score))
        Ticket.objects.create(customer=customer, subject="Where is it?")
        Ticket.objects.create(customer=customer, subject="Solved", resolved_at=A_DAY)

        facts = browse(sara).get(reverse("customers:customer-detail", args=[customer.pk])).context["facts"]

        # 2 × 10,000 − 5,000
        assert (facts.orders, facts.revenue, facts.last_order_at, facts.open_tickets) == (1, 15_000, A_DAY, 1)
        assert (facts.nps.score, facts.csat) == (9, None)

    def test_a_ticket_that_a_colleague_answers_is_open_all_the_same(self, browse, omid, nima):
        customer = Customer.objects.create(name="Arya", owner=omid)
        Ticket.objects.create(customer=customer, subject="Where is it?", owner=nima)

        page = browse(omid).get(reverse("customers:customer-detail", args=[customer.pk]))

        assert (page.context["facts"].open_tickets, list(page.context["tickets"])) == (1, [])
        assert [text in page.content.decode() for text in ("Open tickets with colleagues:", "No tickets", "Where is")] == [
            True, False, False,
        ]  # fmt: skip

    def test_opportunities_come_from_the_app_above(self, browse, sara, hana):
        customer = Customer.objects.create(name="Arya")
        panel = reverse("leads:customer-opportunities", args=[customer.pk])
        url = reverse("customers:customer-detail", args=[customer.pk])

        assert panel in browse(sara).get(url).content.decode()
        assert panel not in browse(hana).get(url).content.decode()
        assert browse(sara).get(panel).status_code == 200

    def test_it_costs_the_same_for_one_order_and_three(self, browse, sara):
        customer = Customer.objects.create(name="Arya", owner=sara)
        client, counts = browse(sara), []
        client.get(reverse("customers:customer-detail", args=[customer.pk]))  # the first visit is remembered for the palette
        for wanted in (1, 3):
            while customer.orders.count() < wanted:
                make_order(customer)
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("customers:customer-detail", args=[customer.pk]))
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 20


class TestForms:
    def test_a_form_sent_twice_is_one_customer(self, browse, omid):
        client = browse(omid)
        token = client.get(reverse("customers:customer-create")).context["form"].initial["token"]
        sent = {"name": "Arya", "kind": "company", "owner": omid.pk, "token": token}
        pages = [client.post(reverse("customers:customer-create"), sent).url for _time in range(2)]

        customer = Customer.objects.get()
        assert (customer.name, customer.kind, customer.owner) == ("Arya", "company", omid)
        assert pages == [reverse("customers:customer-detail", args=[customer.pk])] * 2

    def test_a_likely_duplicate_is_shown_once_with_values_kept(self, browse, omid):
        known = Customer.objects.create(name="Ali Moradi", owner=omid)
        Customer.objects.create(name="A. Moradi", phone="+989121112233", merged_into=known)
        client, url = browse(omid), reverse("customers:customer-create")
        typed = {"name": "Ali M.", "kind": "person", "phone": "0912 111 2233", "company": "Arya"}

        warned = client.post(url, typed).content.decode()

        assert Customer.objects.count() == 2
        known_url = reverse("customers:customer-detail", args=[known.pk])
        assert [text in warned for text in ("Looks like", known_url, 'value="Arya"', "Create anyway")] == [True] * 4
        client.post(url, typed | {"anyway": "1"})
        assert Customer.objects.count() == 3

    def test_of_a_colleagues_customer_only_the_owner_is_told_while_typing(self, browse, omid, nima):
        Customer.objects.create(name="Secret Name", email="ali@example.com", owner=nima)
        client, url = browse(omid), reverse("customers:customer-duplicates")

        page = client.get(url, {"email": "Ali@example.com"}).content.decode()

        assert ("Nima" in page, "Secret" in page) == (True, False)
        assert client.get(url, {"email": "ali@"}).content.decode().strip() == ""

    @pytest.mark.parametrize(
        ("typed", "field"),
        [({}, "__all__"), ({"name": "A", "national_id": "123"}, "national_id"), ({"name": "A", "phone": "1"}, "phone")],
    )
    def test_errors(self, browse, omid, typed, field):
        response = browse(omid).post(reverse("customers:customer-create"), {"kind": "person"} | typed)

        assert list(response.context["form"].errors) == [field]
        assert Customer.objects.count() == 0

    def test_a_token_that_is_none_is_told_in_our_words(self, browse, omid):
        sent = {"name": "A", "kind": "person", "token": "5f0c-11"}

        response = browse(omid).post(reverse("customers:customer-create"), sent)

        assert response.context["form"].errors == {"__all__": ["This form was changed on the way: open it again."]}
        assert Customer.objects.count() == 0

    def test_edit(self, browse, omid):
        customer = Customer.objects.create(name="Arya", owner=omid)

        sent = {"name": "Arya Co.", "kind": "company", "national_id": "۱۴۰۰۷۶۵۰۹۱۲", "owner": omid.pk}
        browse(omid).post(reverse("customers:customer-edit", args=[customer.pk]), sent)

        customer.refresh_from_db()
        assert (customer.name, customer.national_id) == ("Arya Co.", "14007650912")

    def test_a_new_number_of_somebody_known_is_asked_about_and_an_own_one_is_not(self, browse, omid):
        """The two share an address already; the number is the archived one's."""
        Customer.objects.create(name="Ali Moradi", phone="+989121112233", owner=omid, is_archived=True)
        Customer.objects.create(name="Twin", email="a@example.com", owner=omid)
        customer = Customer.objects.create(name="Arya", email="a@example.com", owner=omid)
        client, url = browse(omid), reverse("customers:customer-edit", args=[customer.pk])
        sent = {"name": "Arya Co.", "kind": "company", "email": "a@example.com", "owner": omid.pk}

        answers = [client.post(url, sent), client.post(url, sent | {"phone": "0912 111 2233"})]
        typing = client.get(reverse("customers:customer-duplicates"), {"record": customer.pk, "phone": "09121112233"})

        assert [answer.status_code for answer in answers] == [302, 200]
        for page in (answers[1].content.decode(), typing.content.decode()):
            assert [text in page for text in ("Ali Moradi", "archived", "Open it to bring it back", "Twin")] == [True] * 3 + [
                False
            ]
        assert Customer.objects.get(pk=customer.pk).phone == ""
        client.post(url, sent | {"phone": "0912 111 2233", "anyway": "1"})
        assert Customer.objects.get(pk=customer.pk).phone == "+989121112233"


def test_an_archived_customer_is_brought_back_by_those_who_see_it(browse, omid, nima):
    customer = Customer.objects.create(name="Arya", owner=omid, is_archived=True)
    url = reverse("customers:customer-restore", args=[customer.pk])

    page = browse(omid).get(reverse("customers:customer-detail", args=[customer.pk])).content.decode()
    refused = browse(nima).post(url).status_code

    assert (url in page, refused, Customer.objects.get().is_archived) == (True, 404, True)
    browse(omid).post(url)
    assert not Customer.objects.get().is_archived


def test_a_customer_is_archived_and_the_toast_takes_it_back(browse, omid, nima):
    customer = Customer.objects.create(name="Arya", owner=omid)
    url, page = (reverse(f"customers:customer-{name}", args=[customer.pk]) for name in ("archive", "detail"))
    client = browse(omid)

    offered = url in client.get(page).content.decode()
    statuses = [browse(nima).post(url).status_code, client.get(url).status_code]
    (toast,) = get_messages(client.post(url).wsgi_request)

    assert (offered, statuses, str(toast)) == (True, [404, 405], "Arya was archived.")
    assert (Customer.objects.get().is_archived, url in client.get(page).content.decode()) == (True, False)
    client.post(toast.extra_tags)
    assert not Customer.objects.get().is_archived
