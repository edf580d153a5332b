"""The list of orders: whose rows, in which order, narrowed how, in how many queries, and as a file."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Campaign
from crm.models import Organization
from customers.models import Order
from tests.factories.campaigns import make_channel
from tests.factories.customers import make_customer, make_order

pytestmark = pytest.mark.django_db

URL = "/orders/"
NOON = datetime(2025, 9, 23, 8, 30, tzinfo=UTC)  # Tuesday 1 Mehr 1404, 12:00 in Tehran


def numbers(response):
    return [row.number for row in response.context["rows"]]


def shown(client, **query):
    return numbers(client.get(URL, query))


@pytest.fixture
def three(omid, nima):
    """Of Omid himself, of a customer of his, and of a colleague's."""
    arya, pars = make_customer(name="Arya", phone="+989121112233", owner=omid), make_customer(name="Pars", owner=nima)
    make_order(number="A-1", customer=arya, placed_at=NOON, channel=make_channel(name="Shop"))
    make_order(number="A-2", customer=pars, owner=omid, placed_at=NOON - timedelta(days=1), status="pending")
    make_order(number="B-1", customer=pars, placed_at=NOON - timedelta(days=40), external_id="web-77", source="shop")


@pytest.mark.usefixtures("three")
def test_everybody_sees_what_they_may(browse, sara, omid, nima, hana):
    seen = [shown(browse(user)) for user in (sara, omid, nima, hana)]

    assert seen == [["A-1", "A-2", "B-1"], ["A-1", "A-2"], ["B-1"], ["A-1", "A-2", "B-1"]]
    assert browse().get(URL).status_code == 302


@pytest.mark.parametrize(
    ("query", "found", "chips"),
    [
        ({"status": "paid"}, ["A-1", "B-1"], ["Status: Paid"]),
        ({"owner": "none"}, ["A-1", "B-1"], ["Owner: Nobody"]),
        ({"channel": "none", "status": "paid"}, ["B-1"], ["Status: Paid", "Channel: Unknown"]),
        ({"placed": "2025-09-22..2025-09-23"}, ["A-1", "A-2"], ["Placed: 22 to 23 September 2025"]),
        ({"q": "B-"}, ["B-1"], ["Search: B-"]),
        ({"q": "ARYA"}, ["A-1"], ["Search: ARYA"]),
        ({"q": "0912 111 2233"}, ["A-1"], ["Search: 0912 111 2233"]),
        ({"q": "web-77"}, ["B-1"], ["Search: web-77"]),
        ({"q": "nobody"}, [], ["Search: nobody"]),
        ({"status": "eaten", "placed": "some day"}, [], ["Status: not available", "Placed: not available"]),
    ],
)
@pytest.mark.usefixtures("three")
def test_filters_stand_in_the_address_and_as_chips(browse, sara, query, found, chips):
    response = browse(sara).get(URL, query)

    assert (numbers(response), [chip.text for chip in response.context["chips"]]) == (found, chips)


def test_a_rep_filters_by_no_owner(browse, omid, sara, three):
    page = browse(omid).get(URL, {"owner": sara.pk})

    assert (numbers(page), 'name="owner"' in page.content.decode()) == ([], False)


def test_pages_turn_by_the_last_row_also_where_moments_are_equal(browse, sara, monkeypatch):
    monkeypatch.setattr("customers.views.order_list.OrderListView.page_size", 2)
    for number, hours in (("1", 0), ("2", 0), ("3", 0), ("4", 1), ("5", -1)):
        make_order(number=number, placed_at=NOON + timedelta(hours=hours))
    client, url, pages = browse(sara), URL, []

    while url:
        response = client.get(url)
        pages.append(numbers(response))
        url = response.context["pager"].next_url
    back = numbers(client.get(response.context["pager"].previous_url))

    assert (pages, back) == ([["4", "3"], ["2", "1"], ["5"]], ["2", "1"])
    assert response.context["pager"].text == "1 of 5"


def test_columns_are_chosen_and_kept(browse, sara, three):
    client = browse(sara)

    client.post(URL, {"column": ["channel", "placed"]})

    sara.refresh_from_db()
    assert sara.columns == {"orders": ["channel", "placed"]}
    page = client.get(URL).content.decode()
    assert ("Shop" in page, "Arya" in page) == (True, False)


def test_as_a_file_it_is_what_the_filters_show(browse, sara, three):
    Order.objects.filter(number="A-2").update(number="=HYPERLINK")
    campaign = Campaign.objects.create(name="Spring")
    Order.objects.filter(number="A-1").update(campaign=campaign)

    response = browse(sara).get(URL, {"export": "csv", "placed": "2025-09-22..2025-09-23"})

    # 100,000 Rial are 10,000 Toman
    assert b"".join(response).decode().splitlines() == [
        "\ufeffNumber,Customer,Status,Net amount (Toman),Owner,Channel,Campaign,Placed,Placed (ISO)",
        'A-1,Arya,Paid,10000.00,,Shop,Spring,"2025-09-23, 12:00",2025-09-23T12:00:00+03:30',
        '\'=HYPERLINK,Pars,Pending,10000.00,Omid,,,"2025-09-22, 12:00",2025-09-22T12:00:00+03:30',
    ]


def test_it_costs_the_same_with_one_order_and_three(browse, sara, omid):
    Organization.current()
    client, counts = browse(sara), []
    client.get(URL)
    for wanted in (1, 3):
        while Order.objects.count() < wanted:
            make_order(customer=make_customer(owner=omid), owner=omid, channel=make_channel())
        with CaptureQueriesContext(connection) as captured:
            assert client.get(URL, {"columns": "customer,owner,channel,campaign,source"}).status_code == 200
        counts.append(len(captured))

    assert counts == [counts[0]] * 2
    assert counts[0] <= 10


def test_deep_pages_and_searches_walk_indexes(sara):
    """The planner, told that nothing may be read whole, finds an index for each."""
    Order.objects.bulk_create(Order(number=f"N-{number}", placed_at=NOON, currency="IRR") for number in range(50))
    deep = Order.objects.filter(placed_at__lte=NOON).order_by("-placed_at", "-pk")[:26]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")

    plans = [rows.explain() for rows in (deep, Order.objects.filter(number__startswith="N-4").exclude(number=""))]

    assert ["customers_order_list" in plans[0], "customers_order_number" in plans[1]] == [True, True]


def test_it_stands_in_the_menu(browse, omid):
    page = browse(omid).get(URL)

    current = [str(item.label) for item in page.context["navigation"] if item.is_current]
    assert (current, reverse("customers:order-list")) == (["Orders"], URL)
