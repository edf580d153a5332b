"""The pages of products: found, written down, told apart from others like them, archived and brought back."""

from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from customers.models import Category, Order, Product
from tests.api_client import Api
from tests.factories.crm import make_token
from tests.factories.customers import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

URL = "/products/"
TOKEN = "0f0e8a2e-3a3c-4a53-9d1c-0d6a1d0b6a11"
TEA = {"sku": "T-1", "name": "چای", "category": "نوشیدنی", "family": "tea", "tier": "۲", "list_price": "۱۵۰٬۰۰۰"} | {
    "unit_cost": "۱۲۰٬۰۰۰"
}


def shown(response):
    return [row.sku for row in response.context["rows"]]


def toast(response):
    return [(str(message), message.extra_tags) for message in get_messages(response.wsgi_request)][-1]


@pytest.fixture
def three():
    tea = Category.objects.create(name="Tea")
    make_product(sku="B", name="Green tea", category=tea, unit_cost=70_000)
    make_product(sku="C", name="Old tea", category=tea, is_archived=True)
    make_product(sku="A")
    return tea


def test_a_list_is_narrowed_and_sorted(browse, omid, three):
    asked = [{}, {"q": "TEA"}, {"category": three.pk}, {"category": "none"}, {"state": "archived"}, {"state": "all", "q": "tea"}]
    asked += [{"sort": "name", "state": "all"}, {"sort": "sku", "state": "all"}, {"category": "9999"}]

    found = [shown(browse(omid).get(URL, query)) for query in asked]

    assert found == [["A", "B"], ["B"], ["B"], ["A"], ["C"], ["C", "B"], ["A", "B", "C"], ["A", "B", "C"], []]


def test_a_sorted_list_is_turned_by_what_it_is_sorted_by(browse, omid):
    """Of one name by their keys; the page before is the one that one came from."""
    for number in range(30):
        make_product(sku=f"{number:02}", name="Same" if number < 28 else "First")
    client = browse(omid)

    first = client.get(URL, {"sort": "name"})
    second = client.get(URL + first.context["pager"].next_url.removeprefix(URL))
    back = client.get(URL + second.context["pager"].previous_url.removeprefix(URL))

    assert client.get(URL, {"sort": "name", "after": "\0_1"}).status_code == 400
    assert shown(first) == ["28", "29", *(f"{number:02}" for number in range(23))]
    assert (shown(second), shown(back)) == (["23", "24", "25", "26", "27"], shown(first))


@pytest.mark.usefixtures("three")
def test_costs_are_for_those_who_see_them(browse, sara, hana):
    product = Product.objects.get(sku="B")
    Product.objects.filter(pk=product.pk).update(unit_cost=80_000)
    pages = [URL, f"{URL}{product.pk}/", f"{URL}{product.pk}/history/", f"{URL}?export=csv&q=Green"]

    for reader, is_told in ((sara, True), (hana, False)):
        for page in pages:
            answer = browse(reader).get(page)
            text = answer.getvalue().decode()
            assert (page, "8,000" in text or "8000" in text) == (page, is_told)


def test_only_those_who_keep_reference_data_write(browse, omid, client):
    product = make_product()
    ways = [f"{URL}new/", f"{URL}{product.pk}/edit/", f"{URL}{product.pk}/archive/", f"{URL}{product.pk}/restore/"]

    refused = [browse(omid).post(way, TEA).status_code for way in ways]
    refused.append(Api(client, make_token(omid)).post(f"/products/{product.pk}/archive/", {}).status_code)

    assert (refused, Product.objects.get().is_archived) == ([403] * 5, False)


def test_one_is_written_down_once_and_told_apart(browse, sara):
    """Typed in the reader's unit, Tomans; a SKU is one product's, a name may be of several when its reader says so."""
    client = browse(sara)
    for _time in range(2):
        answer = client.post(f"{URL}new/", TEA | {"token": TOKEN})
    tea = Product.objects.select_related("category").get()
    facts = (tea.name, tea.category.name, tea.family, tea.tier, tea.list_price, tea.unit_cost)
    assert (facts, answer.url) == (("چای", "نوشیدنی", "tea", 2, Decimal(1_500_000), Decimal(1_200_000)), f"{URL}{tea.pk}/")

    namesake = TEA | {"sku": "T-2", "name": "چاي"}
    asks = client.post(f"{URL}new/", namesake)
    assert (asks.context["duplicates"].visible, Product.objects.count()) == ([tea], 1)
    client.post(f"{URL}new/", namesake | {"anyway": "1"})
    taken = client.post(f"{URL}new/", TEA | {"anyway": "1"})

    assert taken.context["form"].errors == {"sku": ["There is a product with this SKU already."]}
    assert list(Product.objects.values_list("sku", "category")) == [("T-1", tea.category_id), ("T-2", tea.category_id)]


def test_one_is_corrected_and_its_history_says_what_was(browse, sara):
    product, client = make_product(sku="T-1", name="Tee"), browse(sara)
    form = client.get(f"{URL}{product.pk}/edit/").context["form"]

    client.post(f"{URL}{product.pk}/edit/", {"sku": "T-1", "name": "Tea", "category": "Drinks", "seen": form["seen"].value()})

    product.refresh_from_db()
    entries = client.get(f"{URL}{product.pk}/history/").context["entries"]
    changes = [tuple(change.values()) for change in entries[0]["changes"]]
    assert (product.name, product.category.name, entries[0]["by"]) == ("Tea", "Drinks", "Sara")
    assert changes == [("Name", "Tee", "Tea"), ("Category", "", "Drinks")]


def test_an_archived_one_is_offered_no_longer_and_can_be_brought_back(browse, sara, client):
    """Whoever edits what was sold keeps it, and a shop goes on sending it."""
    product, page = make_product(sku="T-1", name="Tea"), browse(sara)
    options = reverse("customers:product-options")

    text, undo = toast(page.post(f"{URL}{product.pk}/archive/"))
    offered = [page.get(options, {"q": "tea"}).content.decode().count("T-1"), list(Product.objects.called("Tea"))]
    sold = {"sku": "T-1", "quantity": 1, "unit_price": "100"}
    api = Api(client, make_token(name="Shop"))
    api.post("/orders/", {"external_id": "1", "placed_at": "2025-09-23T10:00:00Z", "lines": [sold]})
    page.post(undo)

    assert (text, offered) == ("Tea was archived.", [0, [product]])
    assert (Product.objects.get().is_archived, Order.objects.get().lines.get().product) == (False, product)
    assert page.get(options, {"q": "tea"}).content.decode().count("T-1") == 1
    assert api.post(f"/products/{product.pk}/archive/", {}).json()["is_archived"] is True


def test_its_page_tells_what_was_sold_in_the_orders_that_its_reader_sees(browse, sara, omid, nima):
    """Of one order both lines together; another product beside it is not counted."""
    tea, mug = make_product(name="Tea"), make_product(name="Mug")
    mine = make_order([(2, 100_000, tea), (1, 90_000, tea), (5, 10_000, mug)], owner=omid, number="M")
    make_order([(1, 100_000, tea)], owner=nima, number="N")
    make_order([(1, 100_000, mug)], owner=omid)

    rows = {reader: browse(reader).get(f"{URL}{tea.pk}/").context["orders"] for reader in (omid, sara)}
    seen = {reader: [(row.number, row.sold_quantity, row.sold_net_amount) for row in found] for reader, found in rows.items()}

    assert seen[omid] == [(mine.number, 3, 290_000)]
    assert [number for number, *_sums in seen[sara]] == ["N", "M"]


def test_a_line_without_a_price_has_that_of_the_list(browse, omid):
    """In the base currency: of an order in another one it is asked for."""
    make_product(sku="tea", list_price=905)
    arya = make_customer(owner=omid)
    foreign = make_order(customer=arya, currency="USD", rate=50_000)
    client, sent = browse(omid), {"lines-TOTAL_FORMS": 1, "lines-INITIAL_FORMS": 0, "status": "paid"}
    sent |= {"lines-0-product": "tea", "lines-0-quantity": "2", "lines-0-unit_price": ""}

    offered = client.get(reverse("customers:product-options"), {"q": "tea"}).content.decode()
    client.post(reverse("customers:customer-order", args=[arya.pk]), sent)
    asked = client.post(reverse("customers:order-edit", args=[foreign.pk]), sent)

    assert 'data-price="90.5"' in offered
    assert Order.objects.exclude(pk=foreign.pk).get().net_amount == 1810
    assert asked.context["form"].lines.errors == [{"unit_price": ["This field is required."]}]
