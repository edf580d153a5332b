"""The pages of orders: what is written with them, to whom they open, and in how many queries."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import Order, OrderLine, Refund
from tests.factories.customers import make_customer, make_order, make_product
from tests.toasts import toasts

pytestmark = pytest.mark.django_db

A_DAY = datetime(2025, 9, 1, 8, 0, tzinfo=UTC)


def typed(*lines, initial=0, **facts):
    """What a form of so many lines sends."""
    sent = {"lines-TOTAL_FORMS": len(lines), "lines-INITIAL_FORMS": initial, "status": "paid", **facts}
    for index, line in enumerate(lines):
        sent |= {f"lines-{index}-{name}": value for name, value in {"quantity": "1", "unit_price": "5", **line}.items()}
    return sent


@pytest.fixture
def arya(omid):
    return make_customer(name="Arya", owner=omid)


@pytest.fixture
def tea(db):
    return make_product(sku="tea", name="Green tea", unit_cost=Decimal(400))


@pytest.fixture
def new_url(arya):
    return reverse("customers:customer-order", args=[arya.pk])


def url_of(name, row):
    return reverse(f"customers:{name}", args=[row.pk])


class TestAccess:
    def test_the_table(self, browse, sara, omid, nima, hana):
        order = make_order(customer=make_customer(owner=omid))
        for name in ("order-detail", "order-edit", "order-refund", "order-pdf", "order-mail"):
            statuses = [browse(user).get(url_of(name, order)).status_code for user in (sara, omid, nima, hana, None)]

            assert (name, statuses) == (name, [200, 200, 404, 200, 302])

    def test_nobody_changes_the_order_of_another(self, browse, omid, nima, arya):
        order = make_order(customer=arya)
        refund = Refund.objects.create(order=order, amount=Decimal(5), refunded_at=A_DAY)
        urls = [
            *(url_of(name, order) for name in ("order-edit", "order-refund", "order-mail", "order-status")),
            url_of("refund-take-back", refund),
        ]

        assert [browse(nima).post(url, {"status": "cancelled", "rest": "1"}).status_code for url in urls] == [404] * 5
        assert [browse(omid).get(url).status_code for url in urls[3:]] == [405, 405]
        order.refresh_from_db()
        assert (order.status, order.refunds.count(), order.net_amount) == ("paid", 1, 100_000)

    def test_products_are_for_those_who_are_signed_in(self, browse, omid, hana, tea):
        url = reverse("customers:product-options")

        assert [browse(user).get(url).status_code for user in (omid, hana, None)] == [200, 200, 302]


class TestWriting:
    def test_several_lines_with_discounts_and_classes(self, browse, omid, arya, tea, new_url):
        lines = [
            {"product": "tea", "quantity": "۳", "unit_price": "1,000", "discount": "۲۰۰٫۵", "line_class": "upsell"},
            {"name": "Gift wrap", "quantity": "2", "unit_price": "500"},
            {"unit_price": ""},  # a row left blank
        ]

        response = browse(omid).post(new_url, typed(*lines, number="N-7", discount="100", shipping="50"))

        order = Order.objects.get()
        assert response.url == url_of("order-detail", order)
        stored = list(order.lines.order_by("position").values_list("product", "name", "quantity", "unit_price", "discount"))
        # in rials: Toman × 10
        assert stored == [(tea.pk, "", 3, 10_000, 2_005), (None, "Gift wrap", 2, 5_000, 0)]
        # 30,000 − 2,005 + 10,000 − 1,000
        assert (order.net_amount, order.cost_amount, order.shipping, order.number) == (36_995, 1_200, 500, "N-7")
        assert (order.customer, order.owner, order.status) == (arya, omid, "paid")
        assert list(order.lines.order_by("position").values_list("line_class", flat=True)) == ["upsell", ""]

    def test_the_customer_is_chosen_where_none_is_said(self, browse, omid, nima, arya):
        url, line = reverse("customers:order-create"), {"name": "Thing", "unit_price": "5"}
        make_customer(name="Of another", owner=nima)
        client = browse(omid)

        offered = client.get(reverse("customers:customer-options"), {"customer": "a"}).context["customers"]
        nobody, another = client.post(url, typed(line)), browse(nima).post(url, typed(line, customer=f"#{arya.pk}"))

        assert list(offered) == [arya]
        assert [list(response.context["form"].errors) for response in (nobody, another)] == [["customer"], ["customer"]]
        assert not Order.objects.exists()
        client.post(url, typed(line, customer=f"#{arya.pk}"))
        assert list(Order.objects.values_list("customer", "owner", "net_amount")) == [(arya.pk, omid.pk, 50)]

    def test_a_customer_is_meant_by_what_only_theirs_says(self, browse, omid):
        url, line = reverse("customers:order-create"), {"name": "Thing", "unit_price": "5"}
        first, second = (make_customer(name="امیر راد", phone=phone, owner=omid) for phone in ("+989121111111", "+989122222222"))
        client = browse(omid)

        several = client.post(url, typed(line, customer="أمير راد"))
        options = client.get(reverse("customers:customer-options"), {"customer": "۰۹۱۲ ۲۲۲"}).context["customers"]

        form = several.context["form"]
        assert (form.fields["customer"].candidates, form["customer"].value()) == ([second, first], "أمير راد")
        assert [f'value="{row.title}"' in several.content.decode() for row in (first, second)] == [True, True]
        assert list(options) == [second]
        for text in (first.title, "0912 222", "امیر"):
            client.post(url, typed(line, customer=text))
        assert list(Order.objects.order_by("pk").values_list("customer", flat=True)) == [first.pk, second.pk]

    def test_a_form_sent_twice_is_one_order(self, browse, omid, new_url):
        client = browse(omid)
        token = client.get(new_url).context["form"].initial["token"]

        for price in ("5", "5", "7"):
            client.post(new_url, typed({"name": "Thing", "unit_price": price}, token=token))

        # going back and typing another price is another sale
        assert sorted(Order.objects.values_list("net_amount", flat=True)) == [50, 70]

    @pytest.mark.parametrize("text", ["tea", "TEA", "TEA2 ", "Green tea · tea", "green  tea", "گرين تی"])
    def test_a_product_is_known_by_what_people_type(self, browse, omid, tea, new_url, text):
        make_product(sku="TEA2", name="Black tea")
        make_product(sku="P3", name="گرین تى")

        browse(omid).post(new_url, typed({"product": text}))

        expected = {"TEA2 ": "TEA2", "گرين تی": "P3"}.get(text, "tea")
        assert OrderLine.objects.get().product.sku == expected

    @pytest.mark.parametrize(
        ("wrong", "error"),
        [
            ({"quantity": "0"}, {"quantity": ["Enter a whole number from 1 to 1,000,000."]}),
            ({"quantity": "1.5"}, {"quantity": ["Enter a whole number from 1 to 1,000,000."]}),
            ({"unit_price": ""}, {"unit_price": ["This field is required."]}),
            ({"unit_price": "0.55"}, {"unit_price": ["An amount in Toman has at most this many decimals: 1."]}),
            ({"unit_price": "-1"}, {"unit_price": ["An amount is not negative."]}),
            ({"discount": "6"}, {"discount": ["The discount is larger than the line."]}),
            ({"name": ""}, {"product": ["Choose a product, or describe what was sold."]}),
            (
                {"product": "te"},
                {"product": ["There is no such product: choose one from the list, or write what was sold under “Description”."]},
            ),
            ({"product": "Twin"}, {"product": ["Several products have this name: type the SKU."]}),
            ({"line_class": "x"}, {"line_class": ["Select a valid choice. x is not one of the available choices."]}),
        ],
    )
    def test_a_line_that_cannot_be_is_not_written(self, browse, omid, new_url, wrong, error):
        for sku in ("tea", "T1", "T2"):
            make_product(sku=sku, name="" if sku == "tea" else "Twin")

        response = browse(omid).post(new_url, typed({"name": "Thing"}, {"name": "Thing"} | wrong))

        assert response.status_code == 200
        assert response.context["form"].lines.errors == [{}, error]
        assert Order.objects.count() == 0

    @pytest.mark.parametrize(
        ("sent", "texts"),
        [
            (typed({"unit_price": ""}), ["Write down at least one line."]),
            ({"status": "paid"}, ["The lines did not arrive: load the page again."]),
            (
                {**typed(), "lines-TOTAL_FORMS": "5000"},
                ["These are too many lines for a page; larger orders come through the API."],
            ),
        ],
    )
    def test_an_order_without_lines_is_not_written(self, browse, omid, new_url, sent, texts):
        response = browse(omid).post(new_url, sent)

        assert (response.status_code, Order.objects.count()) == (200, 0)
        assert response.context["form"].lines.non_form_errors() == texts

    def test_a_discount_larger_than_the_order_is_refused(self, browse, omid, new_url):
        response = browse(omid).post(new_url, typed({"name": "Thing"}, discount="6"))

        assert response.context["form"].errors == {"discount": ["The discount is larger than the order."]}

    def test_without_scripts_a_button_brings_another_line_and_keeps_what_was_typed(self, browse, omid, new_url):
        response = browse(omid).post(new_url, typed({"name": "Thing", "unit_price": "7"}, more="1"))

        lines = response.context["form"].lines
        assert (len(lines.forms), lines.forms[0]["unit_price"].value(), Order.objects.count()) == (2, "7", 0)

    def test_sums_are_the_servers_while_typing(self, browse, omid, new_url):
        lines = [{"name": "Thing", "quantity": "3", "unit_price": "100"}, {"unit_price": "x"}, {"unit_price": "40"}]
        lines.append({"unit_price": "7000", "DELETE": "on"})

        page = browse(omid).post(new_url, typed(*lines, discount="20", shipping="5", sums="1")).content.decode()

        # 300 + 40 − 20, and + 5: what is sold may be said last
        assert "320</bdi> Toman" in page
        assert "325</bdi> Toman" in page
        assert (Order.objects.count(), "<html" in page) == (0, False)

    def test_options_are_found_by_sku_and_name(self, browse, omid, tea):
        make_product(sku="x1", name="Coffee")
        client, url = browse(omid), reverse("customers:product-options")

        found = [client.get(url, {"lines-3-product": text}).content.decode() for text in ("GREEN", "x1", "nothing")]

        assert [page.count("<option") for page in found] == [1, 1, 0]
        assert "Green tea · tea" in found[0]


class TestEditing:
    def test_what_is_stored_comes_back_and_nothing_changes_untouched(self, browse, omid, arya, tea):
        order = make_order(customer=arya, lines=[(3, 12_345, tea), (1, 70)], number="N-1", tax=9)
        order.lines.filter(position=1).update(name="Gift wrap", discount=5, line_class="cross_sell")
        client, url = browse(omid), url_of("order-edit", order)
        form = client.get(url).context["form"]
        before = list(OrderLine.objects.order_by("position").values())
        values = {field.html_name: field.value() for line in form.lines for field in line if field.value() not in (None, False)}

        sums = {name: form[name].value() for name in ("number", "tax", "seen")}
        client.post(url, {**values, **sums, "lines-TOTAL_FORMS": 2, "lines-INITIAL_FORMS": 2})

        assert list(OrderLine.objects.order_by("position").values()) == before
        assert values["lines-0-unit_price"] == "1,234.5"
        order.refresh_from_db()
        assert (order.number, order.tax, order.status) == ("N-1", 9, "paid")

    def test_a_line_is_removed_and_another_added(self, browse, omid, arya, tea):
        order = make_order(customer=arya, lines=[(1, 100, tea), (2, 50)])
        order.lines.filter(position=1).update(name="Gift wrap")
        lines = [{"product": "tea", "DELETE": "on"}, {"name": "Gift wrap", "quantity": "2"}, {"product": "tea", "quantity": "4"}]

        browse(omid).post(url_of("order-edit", order), typed(*lines, initial=2))

        assert list(order.lines.order_by("position").values_list("name", "quantity", "unit_price")) == [
            ("Gift wrap", 2, 50),
            ("", 4, 50),
        ]

    def test_two_people_notice_each_other(self, browse, omid, arya, tea):
        order = make_order(customer=arya, lines=[(1, 100, tea)])
        client, url = browse(omid), url_of("order-edit", order)
        seen = client.get(url).context["form"].initial["seen"]
        client.post(url, typed({"product": "tea", "unit_price": "20"}, initial=1, seen=seen))

        response = client.post(url, typed({"product": "tea", "unit_price": "30"}, initial=1, seen=seen))

        assert "Somebody changed this order in the meantime" in response.content.decode()
        assert Order.objects.get().net_amount == 200

    def test_a_foreign_order_is_edited_in_its_own_currency(self, browse, omid, arya, tea):
        order = make_order(customer=arya, lines=[(2, Decimal("12.50"), tea)], currency="EUR", rate=Decimal(450_000))
        order.lines.update(rate=Decimal(450_000))
        client, url = browse(omid), url_of("order-edit", order)

        first = client.get(url).context["form"].lines.forms[0]
        client.post(url, typed({"product": "tea", "quantity": "2", "unit_price": "13.25"}, initial=1))

        assert (first["unit_price"].label, first["unit_price"].value()) == ("Unit price (EUR)", "12.5")
        order.refresh_from_db()
        # 2 × 13.25 € × 450,000
        assert (order.currency, order.net_amount) == ("EUR", 11_925_000)


class TestStatus:
    @pytest.mark.parametrize(
        ("before", "offered"),
        [
            ("draft", ["paid", "cancelled"]),
            ("pending", ["paid", "cancelled"]),
            ("paid", ["fulfilled", "cancelled"]),
            ("fulfilled", ["cancelled"]),
            ("cancelled", ["pending"]),
        ],
    )
    def test_the_next_ones_are_offered_and_taken_back(self, browse, omid, arya, before, offered):
        order = make_order(customer=arya, status=before)
        client, url = browse(omid), url_of("order-status", order)

        statuses = [status for status, _icon, _label in client.get(url_of("order-detail", order)).context["next_statuses"]]
        response = client.post(url, {"status": offered[0]})
        order.refresh_from_db()
        changed, undo = order.status, toasts(response)[0][1]
        client.post(undo)

        order.refresh_from_db()
        assert (statuses, changed, order.status) == (offered, offered[0], before)

    def test_an_unknown_status_changes_nothing(self, browse, omid, arya):
        order = make_order(customer=arya)

        response = browse(omid).post(url_of("order-status", order), {"status": "lost"})

        assert toasts(response)[0][0] == "This status is not known."
        order.refresh_from_db()
        assert order.status == "paid"


class TestRefunds:
    def test_some_pieces(self, browse, omid, arya, tea):
        order = make_order(customer=arya, lines=[(3, 1_000, tea), (2, 50)])

        response = browse(omid).post(url_of("order-refund", order), {"quantity_0": "۲", "quantity_1": ""})

        refund = Refund.objects.get()
        assert (refund.amount, refund.cost_amount) == (2_000, 800)
        assert toasts(response) == [("The refund was saved.", url_of("refund-take-back", refund))]

    def test_sent_twice_it_is_one_refund_also_where_nothing_is_left(self, browse, omid, arya):
        order = make_order(customer=arya, lines=[(3, 1_000)])
        client, sent = browse(omid), {"token": "0f0e8a2e-3a3c-4a53-9d1c-0d6a1d0b6a11", "quantity_0": "3"}

        client.post(url_of("order-refund", order), sent)
        again = client.post(url_of("order-refund", order), sent)
        other = client.post(url_of("order-refund", order), sent | {"quantity_0": "1"})

        assert toasts(again)[-1] == ("The refund was saved.", url_of("refund-take-back", Refund.objects.get()))
        assert dict(other.context["form"].errors) == {"quantity_0": ["Enter a whole number from 0 to 0."]}

    def test_all_of_it_and_back(self, browse, omid, arya, tea):
        order = make_order(customer=arya, lines=[(3, 1_000, tea), (2, 50)])
        client = browse(omid)

        client.post(url_of("order-refund", order), {"rest": "1"})
        refund = Refund.objects.get()
        page = client.get(url_of("order-detail", order))
        client.post(url_of("refund-take-back", refund))

        assert (refund.amount, page.context["is_refundable"], Refund.objects.count()) == (3_100, False, 0)

    @pytest.mark.parametrize(
        ("sent", "errors"),
        [
            ({"quantity_0": "4"}, {"quantity_0": ["Enter a whole number from 0 to 3."]}),
            ({"amount": "0.05"}, {"amount": ["An amount in Toman has at most this many decimals: 1."]}),
            ({"amount": "1", "tax": "1"}, {"tax": ["So much tax is not on the order: at most 0 Toman is left to give back."]}),
            ({}, {"__all__": ["Say how many pieces came back, or what amount is given back."]}),
        ],
    )
    def test_what_cannot_come_back(self, browse, omid, arya, sent, errors):
        order = make_order(customer=arya, lines=[(3, 1_000)])

        response = browse(omid).post(url_of("order-refund", order), sent)

        assert dict(response.context["form"].errors) == errors
        assert Refund.objects.count() == 0


class TestPage:
    def test_costs_are_not_for_reps(self, browse, sara, omid, arya, tea):
        url = url_of("order-detail", make_order(customer=arya, lines=[(1, 10_000, tea)]))

        assert [browse(user).get(url).context["sees_costs"] for user in (sara, omid)] == [True, False]
        assert "Cost" not in browse(omid).get(url).content.decode()

    def test_our_own_number_is_in_the_readers_digits_wherever_it_stands(self, browse, omid, arya):
        omid.language = "fa"
        omid.save()
        order, client = make_order(customer=arya, lines=[(1, 10_000)], external_id=None, source=None), browse(omid)
        known = f"#{order.pk}".translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))

        pages = [client.get(url_of(name, order)) for name in ("order-detail", "order-edit", "order-refund")]
        pages += [client.get(url_of("customer-detail", arya)), client.get(reverse("customers:order-list"))]
        told = toasts(client.post(url_of("order-status", order), {"status": "fulfilled"}))

        assert [f'dir="ltr">{known}</bdi>' in page.content.decode() for page in pages] == [True] * 5
        assert f"\u2066{known}\u2069" in told[0][0]
        assert f"<title>سفارش \u2066{known}\u2069 · " in pages[0].content.decode()

    def test_sums_are_in_the_base_currency(self, browse, sara, arya):
        order = make_order(customer=arya, lines=[(1, 10_000)], tax=900, shipping=100)
        Refund.objects.create(order=order, amount=Decimal(2_500), refunded_at=A_DAY)

        totals = browse(sara).get(url_of("order-detail", order)).context["totals"]

        assert totals == {"discount": 0, "net": 10_000, "tax": 900, "shipping": 100, "refunded": 2_500}

    @pytest.mark.parametrize("name", ["order-detail", "order-edit", "order-refund"])
    def test_it_costs_the_same_for_one_line_and_three(self, browse, sara, arya, name):
        client, counts = browse(sara), []
        for wanted in (1, 3):
            order = make_order(customer=arya, lines=[(1, 10, make_product()) for _line in range(wanted)])
            with CaptureQueriesContext(connection) as queries:
                client.get(url_of(name, order))
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 12
