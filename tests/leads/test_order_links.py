"""Orders of opportunities: what the form starts from, and that each side shows the other."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from customers.models import Order
from leads import services
from leads.models import Lead, Opportunity
from tests.customers.test_order_pages import typed
from tests.factories.customers import make_customer, make_order, make_product
from tests.factories.leads import A_DAY, make_lead, make_opportunity
from tests.toasts import toasts

pytestmark = pytest.mark.django_db


@pytest.fixture
def arya(omid):
    return make_customer(name="Arya", owner=omid)


@pytest.fixture
def deal(omid, arya):
    return make_opportunity(name="Big order", owner=omid, customer=arya, amount=Decimal(20_000))


def url_of(name, row):
    return reverse(f"leads:{name}", args=[row.pk])


class TestAccess:
    def test_the_table(self, browse, sara, omid, nima, hana):
        url = url_of("opportunity-order", make_opportunity(owner=omid, customer=make_customer(owner=omid)))

        assert [browse(user).get(url).status_code for user in (sara, omid, nima, hana, None)] == [200, 200, 404, 403, 302]

    def test_panels_are_for_sellers_who_see_the_record(self, browse, omid, nima, hana, arya):
        order = make_order(customer=arya)
        for url in (url_of("order-opportunities", order), url_of("customer-opportunities", arya)):
            assert [browse(user).get(url).status_code for user in (omid, nima, hana, None)] == [200, 404, 403, 302]

    def test_nobody_links_for_another(self, browse, nima, hana, deal, arya):
        order = make_order(customer=arya)
        for name in ("opportunity-link-order", "opportunity-unlink-order"):
            statuses = [browse(user).post(url_of(name, deal), {"order": order.pk}).status_code for user in (nima, hana)]

            assert (name, statuses) == (name, [404, 403])

    def test_an_order_needs_a_customer(self, browse, omid):
        opportunity = make_opportunity(owner=omid)

        assert browse(omid).get(url_of("opportunity-order", opportunity)).status_code == 404
        page = browse(omid).get(url_of("opportunity-detail", opportunity)).content.decode()
        assert "Choose the customer first" in page


class TestCustomerOfAColleague:
    """A lead may turn out to be somebody's customer already: the deal is still its owner's to close."""

    @pytest.fixture
    def theirs(self, nima):
        return make_customer(name="Pars", owner=nima)

    @pytest.fixture
    def deal(self, omid, theirs):
        return make_opportunity(name="Big order", owner=omid, customer=theirs)

    def test_the_order_is_the_deal_owners(self, browse, omid, nima, theirs, deal):
        client = browse(omid)
        page = client.get(url_of("opportunity-detail", deal)).content.decode()

        response = client.post(url_of("opportunity-order", deal), typed({"name": "Big order", "unit_price": "100"}, initial=1))

        order = Order.objects.get()
        assert url_of("opportunity-order", deal) in page
        assert response.url == reverse("customers:order-detail", args=[order.pk])
        assert (order.customer, order.owner, list(deal.orders.all())) == (theirs, omid, [order])
        assert [list(Order.objects.visible_to(user)) for user in (omid, nima)] == [[order], []]

    def test_the_customer_stays_theirs(self, browse, omid, theirs, deal):
        client, customer = browse(omid), reverse("customers:customer-detail", args=[theirs.pk])
        order = make_order(customer=theirs, owner=omid)
        pages = [url_of("opportunity-detail", deal), reverse("customers:order-detail", args=[order.pk])]

        shown = [client.get(page).content.decode() for page in pages]

        assert [("Pars" in page, customer in page) for page in shown] == [(True, False), (True, False)]
        statuses = [client.get(url).status_code for url in (customer, reverse("customers:customer-order", args=[theirs.pk]))]
        assert statuses == [404, 404]

    def test_written_down_by_a_manager_it_is_the_deal_owners_too(self, browse, sara, omid, deal):
        browse(sara).post(url_of("opportunity-order", deal), typed({"name": "Big order", "unit_price": "100"}, initial=1))

        assert Order.objects.get().owner == omid


class TestForm:
    def first(self, browse, omid, deal):
        form = browse(omid).get(url_of("opportunity-order", deal)).context["form"]
        names = ("product", "name", "quantity", "unit_price")
        return [tuple(line[name].value() for name in names) for line in form.lines]

    def test_it_starts_from_the_name_and_the_amount(self, browse, omid, deal):
        # 20,000 Rial are 2,000 Toman
        assert self.first(browse, omid, deal) == [(None, "Big order", "1", "2,000")]

    def test_the_name_of_the_buyer_is_no_name_of_what_is_sold(self, browse, omid, deal):
        Opportunity.objects.filter(pk=deal.pk).update(name=str(deal.customer))

        assert self.first(browse, omid, deal) == [(None, "", "1", "2,000")]

    def test_of_one_product_the_amount_is_the_price(self, browse, omid, deal):
        deal.products.add(make_product(sku="P1", name="Package"))

        assert self.first(browse, omid, deal) == [("Package · P1", "", "1", "2,000")]

    def test_of_several_only_their_seller_knows_the_prices(self, browse, omid, deal):
        deal.products.add(make_product(sku="P1", name="Package"), make_product(sku="P2", name=""))

        assert self.first(browse, omid, deal) == [("Package · P1", "", "1", None), ("P2", "", "1", None)]

    def test_a_product_goes_by_its_own_name(self, browse, omid, deal):
        make_product(sku="P1", name="Package")
        typed_lines = [{"product": "P1", "name": name} for name in ("Big order", "In blue")]

        browse(omid).post(url_of("opportunity-order", deal), typed(*typed_lines, initial=1))

        assert [(str(line.product), line.name) for line in Order.objects.get().lines.order_by("position")] == [
            ("Package", ""),
            ("Package", "In blue"),
        ]

    def test_another_sum_than_the_deals_is_pointed_out(self, browse, omid, deal):
        client, url = browse(omid), url_of("opportunity-order", deal)
        # the deal is of 2,000 Toman
        pages = [client.post(url, typed({"name": "x", "unit_price": price}, initial=1, sums="1")) for price in ("2000", "1999")]

        assert ["The net amount differs" in page.content.decode() for page in pages] == [False, True]


class TestLink:
    def test_each_side_shows_the_other(self, browse, omid, arya, deal):
        client = browse(omid)

        response = client.post(url_of("opportunity-order", deal), typed({"name": "Big order", "unit_price": "1,800"}, initial=1))

        order = Order.objects.get()
        assert (order.customer, order.net_amount, list(deal.orders.all())) == (arya, 18_000, [order])
        assert response.url == reverse("customers:order-detail", args=[order.pk])
        assert list(client.get(url_of("opportunity-detail", deal)).context["orders"]) == [order]
        panel = client.get(url_of("order-opportunities", order))
        assert list(panel.context["opportunities"]) == [deal]
        assert "<html" in panel.content.decode()  # a page of its own without scripts
        fragment = client.get(url_of("order-opportunities", order), headers={"HX-Request": "true"}).content.decode()
        assert ("Big order" in fragment, "<html" in fragment) == (True, False)

    def test_once_its_orders_are_paid_the_page_asks_whether_it_is_won(self, browse, omid, arya, deal):
        client, url = browse(omid), url_of("opportunity-detail", deal)
        for status, total in (("pending", 5_000), ("paid", 18_000), ("cancelled", 700)):
            deal.orders.add(make_order([(1, total)], customer=arya, status=status))
        before = client.get(url).context["won_form"]
        Order.objects.filter(status="pending").update(status="fulfilled")

        page = client.get(url)
        asked = {"stage": "won", "answered": "1", "amount": page.context["won_form"]["amount"].value()}
        client.post(url_of("opportunity-move", deal), asked)

        deal.refresh_from_db()
        # 18,000 + 5,000 Rial; what was cancelled is none of it
        assert (before, "mark as won?" in page.content.decode(), deal.stage.slug, deal.amount) == (None, True, "won", 23_000)
        assert [entry["kind"] for entry in page.context["entries"]].count("order") == 3
        assert client.get(url).context["won_form"] is None

    def test_won_without_an_order_that_stands_it_asks_to_be_reopened(self, browse, omid, arya, deal):
        client, url = browse(omid), url_of("opportunity-detail", deal)
        kept, order = (make_order(customer=arya, status="paid") for _time in range(2))
        deal.orders.set([kept, order])
        services.win_opportunity(deal, amount=Decimal(20_000), by=omid, at=A_DAY)
        client.post(reverse("customers:order-status", args=[order.pk]), {"status": "cancelled"})
        pages, notice = (url, url_of("order-opportunities", order)), "though its orders were cancelled"
        before = [notice in client.get(page).content.decode() for page in pages]
        client.post(reverse("customers:order-status", args=[kept.pk]), {"status": "cancelled"})
        after = [notice in client.get(page).content.decode() for page in pages]

        client.post(url_of("opportunity-reopen", deal))

        deal.refresh_from_db()
        assert (before, after, deal.is_open) == ([False, False], [True, True], True)
        assert [notice in client.get(page).content.decode() for page in pages] == [False, False]

    def test_sent_twice_it_is_one_order(self, browse, omid, deal):
        client, url = browse(omid), url_of("opportunity-order", deal)
        token = client.get(url).context["form"].initial["token"]
        for _time in range(2):
            client.post(url, typed({"name": "Big order"}, initial=1, token=token))

        assert (Order.objects.count(), deal.orders.count()) == (1, 1)

    def test_linked_and_unlinked_with_a_way_back(self, browse, omid, arya, deal):
        order, client = make_order(customer=arya), browse(omid)

        response = client.post(url_of("opportunity-link-order", deal), {"order": order.pk})
        linked, undo = deal.orders.count(), toasts(response)[0][1]
        client.post(undo)

        assert (linked, deal.orders.count()) == (1, 0)

    def test_an_order_of_another_customer_is_not_linked(self, browse, sara, deal):
        order = make_order(customer=make_customer(name="Pars"))

        response = browse(sara).post(url_of("opportunity-link-order", deal), {"order": order.pk})

        assert (toasts(response)[0][0], deal.orders.count()) == ("This order belongs to another customer.", 0)

    def test_an_order_of_another_sale_is_not_linked(self, browse, omid, arya, deal):
        order, other = make_order(customer=arya), make_opportunity(owner=omid, customer=arya)
        services.link_order(other, order=order, by=None, at=A_DAY)
        free = make_order(customer=arya)
        offered = browse(omid).get(url_of("opportunity-detail", deal)).context["other_orders"]

        response = browse(omid).post(url_of("opportunity-link-order", deal), {"order": order.pk})

        told = f"This order is the outcome of opportunity #{other.pk} already: take it from there first."
        assert (toasts(response)[0][0], deal.orders.count(), list(other.orders.all())) == (told, 0, [order])
        assert list(offered) == [free]

    def test_of_a_lead_it_is_the_order_of_who_carries_its_phone(self, omid, arya):
        deal = make_opportunity(owner=omid, lead=make_lead(phone="+989121112233"))
        hers, theirs = make_order(customer=make_customer(phone="+989121112233")), make_order(customer=arya)

        with pytest.raises(ValidationError, match="belongs to somebody else than the lead"):
            services.link_order(deal, order=theirs, by=omid, at=A_DAY)
        deal = services.link_order(deal, order=hers, by=omid, at=A_DAY)

        assert (list(deal.orders.all()), deal.customer, Lead.objects.get().customer) == ([hers], hers.customer, hers.customer)

    def test_the_panel_hides_what_is_another_sellers(self, browse, omid, nima, arya):
        order = make_order(customer=arya)
        theirs = make_opportunity(owner=nima)
        services.link_order(theirs, order=order, by=None, at=A_DAY)

        assert list(browse(omid).get(url_of("order-opportunities", order)).context["opportunities"]) == []
        assert Opportunity.objects.get().orders.get() == order
