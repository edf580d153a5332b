"""What figures leave out: beside each number stand the records that would be in it, each with why they are not."""

import csv
import io
from datetime import UTC, datetime, timedelta
from itertools import product
from urllib.parse import urlsplit

import pytest
from django.db.models import F

from campaigns.models import Session
from crm.reasons import Reason
from crm.services import create_token
from customers.models import Answer, Cart, Invitation, Order, OrderLine, Refund, RefundLine, Survey, Ticket
from kpis.catalogue import CATALOGUE
from kpis.engine import drain
from kpis.exports import TYPES
from kpis.models import Credit
from kpis.readings.left_out import leaves_out
from kpis.readings.sources import SHOWN
from leads.models import Activity, Lead, Opportunity, Quote, QuoteLine
from tests.api_client import Api
from tests.factories.campaigns import make_channel, make_session
from tests.factories.customers import make_cart, make_customer, make_invitation, make_order, make_product
from tests.factories.leads import make_lead, make_opportunity, make_quote

pytestmark = pytest.mark.django_db
MEHR = datetime(2025, 9, 23, 6, tzinfo=UTC)  # 1 Mehr 1404, 9:30 in Tehran
DRAINED = datetime(2026, 1, 1, tzinfo=UTC)
STATUSES = ("draft", "pending", "paid", "fulfilled", "cancelled")


def day(number):
    return MEHR + timedelta(days=number - 1)


@pytest.fixture
def orders(omid):
    """Of Mehr: one that counts, five that do not, and a refund of a cancelled one; of Aban another draft."""
    real, test, spam = make_customer(owner=omid), make_customer(is_test=True), make_customer(is_spam=True)
    facts = {
        "A1": {"status": "paid", "customer": real},
        "A2": {"status": "draft", "customer": real},
        "A3": {"status": "cancelled", "customer": real},
        "A4": {"status": "paid", "customer": test},
        "A5": {"status": "fulfilled", "customer": spam},
        # Both would do: what is its own comes first.
        "A6": {"status": "pending", "customer": test},
    }
    made = {
        number: make_order(number=number, placed_at=day(n), **each) for n, (number, each) in enumerate(facts.items(), start=1)
    }
    make_order(number="B1", placed_at=day(31), status="draft")
    Refund.objects.create(order=made["A3"], amount=40, refunded_at=day(9))
    drain(at=DRAINED)
    return made


def opened(client, key, **query):
    asked = {"period": "1404-07", "side": "excluded"} | query
    return client.get(f"/kpis/{key}/", asked).context


def told(context):
    return [(row["label"], str(row["type"]), str(row["reason"])) for row in context["left_out_rows"]]


def tab(client, context):
    """Beside those of the sides: its name, and how much it says there is, once it is asked."""
    return [(link.label, client.get(link.count_url).content.decode().strip()) for link in context["sides"] if link.count_url]


@pytest.mark.usefixtures("orders")
def test_orders_say_why_they_are_not_in_the_revenue(browse, sara):
    """100,000 Rial of A1 alone; of the other six records each says why."""
    client = browse(sara)
    shown = opened(client, "revenue")

    assert shown["now"].value == 100_000
    assert told(shown) == [
        ("A2", "Order", "Draft order"),
        ("A3", "Order", "Cancelled order"),
        ("A4", "Order", "Test customer"),
        ("A5", "Order", "Spam customer"),
        ("A6", "Order", "Pending order"),
        ("A3", "Refund", "Cancelled order"),
    ]
    assert (tab(client, shown), shown["row_total"]) == ([("Excluded", "6")], "6")
    assert tab(client, opened(client, "orders", side="numerator")) == [("Excluded", "5")]


@pytest.mark.usefixtures("orders")
def test_the_tab_is_there_where_something_could_be_left_out(browse, sara):
    client = browse(sara)

    empty = opened(client, "orders", period="1404-06")
    assert (tab(client, empty), empty["row_total"], empty["left_out_rows"]) == ([("Excluded", "0")], "0", [])
    # What is worked out from other records leaves out nobody.
    assert tab(client, opened(client, "new_customers", side="numerator")) == []
    assert client.get("/kpis/new_customers/?side=excluded").status_code == 400
    assert client.get("/kpis/new_customers/excluded/").status_code == 400
    assert client.get("/kpis/new_customers/csv/?what=excluded").status_code == 400
    assert client.get("/kpis/orders/csv/?what=excluded&after=0").status_code == 400
    assert client.get("/kpis/orders/?side=excluded&after=x").status_code == 400


def test_a_rep_sees_what_is_left_out_of_what_is_his(browse, omid, nima, hana, orders):
    assert told(opened(browse(omid), "orders")) == [("A2", "Order", "Draft order"), ("A3", "Order", "Cancelled order")]
    assert tab(browse(nima), opened(browse(nima), "orders", side="numerator")) == [("Excluded", "0")]
    assert len(told(opened(browse(hana), "orders"))) == 5


def test_filters_apply_to_what_is_left_out_too(browse, sara):
    """A lead is listed once, whether it was created or converted in the period."""
    ads = make_channel(name="Ads")
    one = make_lead(at=day(1), name="One", channel=ads)
    facts = {"Test": {"is_test": True}, "Spam": {"is_spam": True}, "Twin": {"merged_into": one}}
    for number, (name, fact) in enumerate(facts.items(), start=2):
        lead = make_lead(at=day(number), name=name, channel=ads if number < 4 else None)
        Lead.objects.filter(pk=lead.pk).update(converted_at=day(20), **fact)
    drain(at=DRAINED)
    client, reasons = browse(sara), ["Marked as a test", "Marked as spam", "Duplicate, merged into another"]

    assert opened(client, "leads", side="numerator")["now"].value == 1
    for key in ("leads", "lead_conversion_rate"):
        assert told(opened(client, key)) == list(zip(facts, ["Lead"] * 3, reasons, strict=True))
        assert [reason for _, _, reason in told(opened(client, key, channel=ads.pk))] == reasons[:2]
    assert told(opened(client, "lead_conversion_rate", period="1404-06")) == []


def test_robots_and_what_test_customers_answer_or_ask(browse, sara):
    make_session(started_at=MEHR)
    robot = make_session(started_at=MEHR, is_bot=True)
    test = make_customer(name="Trial", is_test=True)
    Ticket.objects.create(customer=test, created_at=MEHR)
    Answer.objects.create(survey=Survey.objects.get(kind="nps"), customer=test, score=9, answered_at=MEHR)
    drain(at=DRAINED)
    client = browse(sara)

    assert told(opened(client, "sessions")) == [(f"#{robot.pk}", "Session", "Robot")]
    # Of another channel than the organic one.
    assert told(opened(client, "organic_sessions")) == []
    assert [row[1:] for row in told(opened(client, "tickets_opened"))] == [("Ticket", "Test customer")]
    assert [row[1:] for row in told(opened(client, "nps"))] == [("Survey answer", "Test customer")]
    # Not resolved: it would not have been in the time to resolution either.
    assert told(opened(client, "mean_time_to_resolution")) == []


def test_an_order_of_two_lines_of_a_category_is_left_out_once(browse, sara):
    tea = make_product(category__name="Tea")
    make_order(number="A1", status="draft", placed_at=MEHR, lines=[(1, 10, tea), (2, 20, tea)])

    assert told(opened(browse(sara), "orders", product=tea.pk)) == [("A1", "Order", "Draft order")]


def test_many_are_turned_page_by_page_and_all_are_in_the_file(browse, sara, omid):
    """27 drafts, one a day, and the day after the refund of another: 25 on the first page, 3 on the second."""
    mina = make_customer(name="Mina")
    for number in range(1, 28):
        make_order(number=f"A{number:02}", status="draft", placed_at=day(number), customer=mina, owner=omid)
    before = make_order(number="B1", status="draft", placed_at=day(-9))
    Refund.objects.create(order=before, amount=40, refunded_at=day(28))
    client = browse(sara)

    first = opened(client, "revenue")
    second = client.get("/kpis/revenue/" + first["rows_pager"].next_url.partition("#")[0]).context
    file = client.get(urlsplit(first["files"]["rows"]["csv"]).geturl())

    assert (tab(client, first), len(told(first))) == ([("Excluded", "28")], 25)
    assert told(second) == [
        ("A26", "Order", "Draft order"), ("A27", "Order", "Draft order"), ("B1", "Refund", "Draft order"),
    ]  # fmt: skip
    assert second["rows_pager"].next_url == ""
    rows = list(csv.DictReader(io.StringIO(b"".join(file.streaming_content).decode().removeprefix("\ufeff"))))
    assert [(row["Name"], row["Type"], row["Reason"]) for row in rows] == told(first) + told(second)
    assert {(row["customer"], row["owner"]) for row in first["left_out_rows"]} == {("Mina", omid.name)}
    assert (rows[0]["Customer"], rows[0]["Owner"]) == ("Mina", omid.name)
    assert (rows[0]["Day (ISO)"], rows[0]["Number"]) == ("2025-09-23", str(Order.objects.get(number="A01").pk))


@pytest.mark.usefixtures("orders")
def test_programs_ask_for_the_same_rows(browse, sara):
    token, token.secret = create_token(sara, scopes=["kpis:read", "orders:read", "customers:read"], at=DRAINED)
    api, asked = Api(browse(), token), {"period": "1404-07", "side": "excluded", "limit": 2}

    first = api.get("/kpis/revenue/rows/", **asked).json()
    second = api.get("/kpis/revenue/rows/", cursor=first["next"], **asked).json()

    assert (first["total"], first["amount"]) == (6, "0")
    assert [(row["label"], row["reason"], row["amount"]) for row in first["results"] + second["results"]] == [
        ("A2", "draft", "0"),
        ("A3", "cancelled", "0"),
        ("A4", "test_customer", "0"),
        ("A5", "spam_customer", "0"),
    ]
    (counted,) = api.get("/kpis/orders/rows/", period="1404-07").json()["results"]
    assert (counted["label"], counted["reason"]) == ("A1", None)
    narrow, narrow.secret = create_token(sara, scopes=["kpis:read", "orders:read", "survey-answers:read"], at=DRAINED)
    (nameless,) = Api(browse(), narrow).get("/kpis/orders/rows/", period="1404-07").json()["results"]
    assert (bool(counted["customer"]), nameless["customer"]) == (True, None)
    facts = {"survey": Survey.objects.get(slug="nps"), "customer": make_customer(name="Arya"), "answered_at": MEHR}
    Answer.objects.create(score=9, **facts)
    (said,) = Api(browse(), narrow).get("/kpis/nps/rows/", period="1404-07", side="denominator").json()["results"]
    assert (said["label"], said["customer"]) == ("NPS: 9", None)
    assert api.get("/kpis/customers_total/rows/", period="1404-07", side="excluded").json()["total"] == 0
    assert api.get("/kpis/orders/rows/", period="1404-07", side="left").json()["errors"][0]["pointer"] == "?side"


def test_a_quote_for_a_test_customer_says_what_it_is(browse, sara):
    make_quote(number="Q1", customer=make_customer(is_test=True), issued_at=MEHR)

    assert told(opened(browse(sara), "quotes_issued")) == [("Q1", "Quote", "Test customer")]
    assert {shown.type for shown in SHOWN.values()} == set(TYPES)


FLAGS = [{}, {"is_test": True}, {"is_spam": True}, {"is_test": True, "is_spam": True}]


def everything():
    """Each kind of record, of everybody that figures count or leave out, and of nobody."""
    customers = [None, *(make_customer(**flags) for flags in FLAGS)]
    leads = [None]
    for flags in FLAGS:
        leads.append(make_lead())
        Lead.objects.filter(pk=leads[-1].pk).update(**flags)
    merged = make_lead()
    Lead.objects.filter(pk=merged.pk).update(merged_into=leads[1])
    for customer in customers:
        for status in STATUSES:
            order = make_order(status=status, customer=customer)
            refund = Refund.objects.create(order=order, amount=40, refunded_at=MEHR)
            RefundLine.objects.create(refund=refund, line=order.lines.get(), amount=40)
        make_cart(customer=customer)
        Ticket.objects.create(customer=customer, created_at=MEHR)
        Answer.objects.create(survey=Survey.objects.get(kind="nps"), customer=customer, score=9, answered_at=MEHR)
        if customer:
            make_invitation(customer=customer)
    for lead, customer in product(leads, customers):
        deal = make_opportunity()
        Opportunity.objects.filter(pk=deal.pk).update(lead=lead, customer=customer)
        make_quote(opportunity=deal)
        subject = {"lead": lead, "customer": customer} if lead or customer else {"opportunity": deal}
        make_quote(**subject)
        Activity.objects.create(kind="demo", opportunity=deal, created_at=MEHR)
        Activity.objects.create(kind="demo", **subject, created_at=MEHR)
    for is_bot in (False, True):
        make_session(is_bot=is_bot)


def test_every_record_counts_or_is_left_out_for_a_reason():
    everything()
    kinds = (Order, OrderLine, Refund, RefundLine, Cart, Ticket, Answer, Invitation, Session)
    kinds += (Lead, Opportunity, Quote, QuoteLine, Activity, Credit)

    for kind in kinds:
        counted = list(kind.objects.counted().values_list("pk", flat=True))
        left_out = dict(kind.objects.left_out().values_list("pk", F("left_out_for")))
        assert sorted([*counted, *left_out]) == sorted(kind.objects.values_list("pk", flat=True)), kind
        assert (bool(counted), bool(left_out)) == (True, True), kind
        assert set(left_out.values()) <= set(Reason.values), kind


def test_facts_and_stocks_leave_out_nobody():
    """Of what flows in a period, and of the records themselves."""
    silent = {key for key, kpi in CATALOGUE.items() if not leaves_out(kpi)}

    assert silent >= {"new_customers", "churn_rate", "customers_total", "pipeline_value", "open_tickets", "operating_expenses"}
    assert silent.isdisjoint({"leads", "revenue", "orders", "win_rate", "quotes_issued", "nps", "sessions", "romi_long"})
