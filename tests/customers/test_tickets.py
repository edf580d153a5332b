"""The page of support: which requests it shows, to whom, and what one press says about them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers.models import Ticket, TicketEvent
from customers.services import tickets as services
from tests.factories.customers import make_customer, make_product
from tests.spreadsheets import csv_rows
from tests.toasts import toasts

pytestmark = pytest.mark.django_db

AT = datetime(2025, 9, 23, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
Kind = TicketEvent.Kind
COURSE = (Kind.RESPONDED, Kind.RESOLVED, Kind.REOPENED)


@pytest.fixture(autouse=True)
def the_clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AT)


def make_ticket(subject="Late parcel", **facts):
    return Ticket.objects.create(subject=subject, **({"created_at": AT - 3 * HOUR} | facts))


def shown(client, query=""):
    return [str(ticket) for ticket in client.get(f"/tickets/{query}").context["rows"]]


def dates(ticket):
    ticket.refresh_from_db()
    return ticket.first_response_at, ticket.resolved_at, ticket.reopened_at


class TestList:
    def test_open_ones_at_first_the_newest_above(self, browse, hana):
        make_ticket("first")
        make_ticket("resolved", resolved_at=AT - HOUR)
        make_ticket("again", resolved_at=AT - 2 * HOUR, reopened_at=AT - HOUR)
        make_ticket("urgent", priority="urgent")
        client = browse(hana)

        assert shown(client) == ["urgent", "again", "first"]
        assert shown(client, "?state=resolved") == ["resolved"]
        assert shown(client, "?state=all") == ["urgent", "again", "resolved", "first"]
        assert shown(client, "?priority=urgent") == ["urgent"]
        assert shown(client, "?state=nonsense&priority=nonsense&owner=x") == []

    def test_it_shows_what_one_may_see(self, browse, hana, mina, omid, nima):
        make_ticket("omid's", owner=omid)
        make_ticket("of nima's customer", customer=make_customer(owner=nima))
        make_ticket("nobody's")

        seen = {user.name: shown(browse(user)) for user in (hana, mina, omid, nima)}

        assert seen == {
            "Hana": ["nobody's", "of nima's customer", "omid's"],
            "Mina": ["omid's"],
            "Omid": ["omid's"],
            "Nima": ["of nima's customer"],
        }
        assert browse().get("/tickets/").status_code == 302

    def test_only_a_customer_one_may_open_is_linked(self, browse, omid, nima):
        theirs, his = make_customer(owner=nima), make_customer(owner=omid)
        for customer in (theirs, his, None):
            make_ticket(owner=omid, customer=customer)

        page = browse(omid).get("/tickets/").content.decode()

        assert re.findall(r'<th scope="row"><a class="row-link" href="/customers/(\d+)/', page) == [str(his.pk)]

    def test_an_owner_is_a_filter_for_those_who_see_others(self, browse, sara, omid):
        make_ticket("omid's", owner=omid)
        make_ticket("sara's", owner=sara)

        assert shown(browse(sara), f"?owner={omid.pk}") == ["omid's"]
        assert shown(browse(omid), f"?owner={sara.pk}") == []

    def test_it_says_how_long_a_resolved_one_took(self, browse, hana):
        make_ticket(created_at=AT - 5 * HOUR, resolved_at=AT - 2 * HOUR)

        assert "Resolved in 3 hours" in browse(hana).get("/tickets/?state=all").content.decode()

    def test_as_a_file_it_is_what_the_filters_show(self, browse, omid):
        customer = make_customer(name="Arya", owner=omid)
        make_ticket("=late", owner=omid, customer=customer, priority="high", first_response_at=AT - HOUR)
        make_ticket("done", owner=omid, created_at=AT - 5 * HOUR, resolved_at=AT - 2 * HOUR)
        make_ticket("not his")
        client = browse(omid)

        rows = csv_rows(client.get("/tickets/?state=all&export=csv"))

        assert [(row["Subject"], row["State"]) for row in rows] == [("done", "Resolved in 3 hours"), ("'=late", "Answered")]
        assert (rows[1]["Customer"], rows[1]["Priority"], rows[1]["Owner"], rows[1]["Opened on (ISO)"]) == (
            "Arya", "High", "Omid", "2025-09-23T07:30:00+03:30",
        )  # fmt: skip
        assert len(csv_rows(client.get("/tickets/?export=csv"))) == 1

    def test_it_costs_the_same_for_one_and_three(self, browse, hana):
        counts = []
        for wanted in (1, 2):
            for _number in range(wanted):
                make_ticket(customer=make_customer())
            client = browse(hana)
            with CaptureQueriesContext(connection) as queries:
                client.get("/tickets/")
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 8


class TestNew:
    def test_from_a_customers_page_it_is_theirs_and_sent_twice_it_is_one(self, browse, hana):
        customer = make_customer(name="Arya", is_archived=True)
        tea = make_product(sku="tea", name="Green tea")
        client, page = browse(hana), f"/customers/{customer.pk}/"
        url = f"/tickets/new/?customer={customer.pk}&next={page}"
        assert f'href="{url.replace("&", "&amp;")}"' in client.get(page).content.decode()
        first = client.get(url).context["form"].initial
        sent = {"subject": "Too late", "customer": first["customer"].title, "priority": "high", "product": "tea"}
        sent |= {"owner": first["owner"].pk, "token": first["token"]}

        responses = [client.post(url, sent) for _time in range(2)]

        ticket = Ticket.objects.get()
        assert (ticket.subject, ticket.customer, ticket.priority, ticket.product) == ("Too late", customer, "high", tea)
        assert (ticket.owner, ticket.created_at, ticket.source) == (hana, AT, "page")
        assert list(ticket.events.values_list("kind", "at", "by")) == [("opened", AT, hana.pk)]
        assert (responses[0].url, toasts(responses[0])) == (page, [("“Too late” was saved.", "")])
        assert f'href="/tickets/?state=all&amp;number={ticket.pk}"' in client.get(page).content.decode()

    def test_what_is_missing_or_another_is_said_and_nothing_is_lost(self, browse, hana, omid, nima):
        his, theirs = make_customer(owner=omid), make_customer(owner=nima)
        sent = {"subject": "Broken", "customer": f"#{theirs.pk}", "priority": "normal", "owner": nima.pk}

        page = browse(omid).post("/tickets/new/", sent)
        empty = browse(hana).post("/tickets/new/", {"subject": " ", "priority": "soon", "product": "no such thing"})

        assert set(page.context["form"].errors) == {"customer", "owner"}
        assert "Broken" in page.content.decode()
        assert set(empty.context["form"].errors) == {"subject", "priority", "product"}
        assert Ticket.objects.count() == 0
        browse(omid).post("/tickets/new/", sent | {"customer": f"#{his.pk}", "owner": omid.pk})
        browse(hana).post("/tickets/new/", {"subject": "Of nobody", "priority": "low"})
        assert list(Ticket.objects.order_by("pk").values_list("customer", "owner")) == [(his.pk, omid.pk), (None, None)]


class TestPresses:
    def test_answered_resolved_reopened(self, browse, hana):
        ticket = make_ticket()
        client = browse(hana)

        for kind in COURSE:
            assert client.post(f"/tickets/{ticket.pk}/{kind}/").url == "/tickets/"

        assert dates(ticket) == (AT, AT, AT)
        assert list(ticket.events.values_list("kind", "at", "by")) == [(kind, AT, hana.pk) for kind in COURSE]

    def test_a_second_press_says_nothing_new(self, browse, hana):
        ticket = make_ticket()
        client = browse(hana)

        for _time in range(2):
            client.post(f"/tickets/{ticket.pk}/resolved/")

        assert ticket.events.count() == 1

    def test_undo_brings_back_what_stood_before(self, browse, hana):
        ticket = make_ticket()
        services.note_event(ticket, Kind.RESOLVED, by=hana, at=AT - 2 * HOUR)
        services.note_event(ticket, Kind.REOPENED, by=hana, at=AT - HOUR)
        client = browse(hana)
        ((text, undo),) = toasts(client.post(f"/tickets/{ticket.pk}/resolved/"))
        resolved = dates(ticket)

        client.post(undo)

        assert text == "“Late parcel” is resolved."
        assert (resolved, dates(ticket)) == ((None, AT, AT - HOUR), (None, AT - 2 * HOUR, AT - HOUR))

    def test_only_the_last_word_goes_back_and_by_whom_it_was_said(self, browse, hana, sara):
        ticket = make_ticket()
        first = services.note_event(ticket, Kind.RESPONDED, by=hana, at=AT)
        services.note_event(ticket, Kind.RESOLVED, by=sara, at=AT)

        with pytest.raises(ValidationError, match="Something happened to this request since"):
            services.undo_event(first, by=hana)
        assert browse(hana).post(f"/tickets/events/{ticket.events.last().pk}/undo/").status_code == 404
        assert dates(ticket) == (AT, AT, None)

    def test_who_may_not_see_it_says_nothing_about_it(self, browse, omid, nima):
        ticket = make_ticket(owner=nima)

        statuses = [browse(omid).post(f"/tickets/{ticket.pk}/resolved/").status_code]
        statuses += [browse().post(f"/tickets/{ticket.pk}/resolved/").status_code]
        statuses += [browse(nima).get(f"/tickets/{ticket.pk}/resolved/").status_code]
        statuses += [browse(nima).post(f"/tickets/{ticket.pk}/opened/").status_code]

        assert (statuses, dates(ticket)) == ([404, 302, 405, 404], (None, None, None))
