"""What an order comes to, line by line; every amount worked by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from campaigns.models import Campaign, Channel
from crm.models import ExchangeRate
from customers.models import Customer, Order, OrderLine, Product, Refund, RefundLine
from tests.factories.customers import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def line(sku="A", quantity=1, unit_price=100, **facts):
    return {"sku": sku, "quantity": quantity, "unit_price": unit_price, **facts}


def order(*lines, **facts):
    return {"external_id": "1", "placed_at": "2025-10-01T10:00:00Z", "status": "paid", "lines": list(lines) or [line()], **facts}


def put(api, data, expected=201):
    response = api.post("/orders/", data)
    assert response.status_code == expected, response.content
    return response.json()


def amounts():
    return list(OrderLine.objects.order_by("position").values_list("order_discount", "net_amount"))


def test_a_discount_on_the_order_is_spread_by_largest_remainder(api):
    # 100 over 1:1:1 → 34, 33, 33; of 300 remain 200
    body = put(api, order(line("A"), line("B"), line("C"), discount=100))

    assert amounts() == [(34, 66), (33, 67), (33, 67)]
    assert (body["net_amount"], body["total"]) == ("200", "200")


def test_line_and_order_discounts_add_up(api):
    # 2 × 100 − 50 = 150, and 1 × 50; the order's 20 in proportion 150:50 → 15, 5
    put(api, order(line("A", 2, 100, discount=50), line("B", 1, 50), discount=20, total=180))

    assert amounts() == [(15, 135), (5, 45)]


def test_the_total_counts_tax_and_shipping_once(api):
    body = put(api, order(line(tax=9), shipping=20, total=129))

    assert (body["net_amount"], body["total"]) == ("100", "129")


def test_tomans_are_ten_rials(api):
    # 12,500 Toman − its share of 1 Toman over 3 lines, in rials: 4 + 3 + 3 = 10
    body = put(api, order(*[line(sku, 1, 12_500) for sku in "ABC"], currency="IRT", discount=1))

    assert amounts() == [(Decimal("0.4"), 124_996), (Decimal("0.3"), 124_997), (Decimal("0.3"), 124_997)]
    assert (body["net_amount"], body["currency"], body["total"]) == ("374990", "IRT", "37499")


def test_a_foreign_order_takes_the_latest_rate_up_to_its_day_and_keeps_it(api):
    for day, rate in ((date(2025, 9, 1), 1_000), (date(2025, 10, 1), 1_100), (date(2025, 10, 2), 9_999)):
        ExchangeRate.objects.create(currency="EUR", day=day, rate=rate)
    body = put(api, order(line(unit_price="10.05"), currency="EUR"))
    ExchangeRate.objects.update(rate=1)

    again = put(api, order(line(unit_price="10.05"), currency="EUR"), expected=200)

    # 10.05 × 1,100
    assert (body["net_amount"], again["net_amount"], body["rate"]) == ("11055", "11055", "1100")


def test_a_sent_rate_wins_and_lines_are_rounded_half_to_even(api):
    # 0.05 × 0.5 = 0.025 → 0.02; 0.15 × 0.5 = 0.075 → 0.08
    put(api, order(line("A", 1, "0.05"), line("B", 1, "0.15"), currency="EUR", rate="0.5"))

    assert [net for _, net in amounts()] == [Decimal("0.02"), Decimal("0.08")]


def test_costs_are_frozen_when_written(api):
    tea = make_product(sku="A", unit_cost=40)
    put(api, order(line("A", 2), line("B"), line("C", 1, unit_cost=7)))
    Product.objects.filter(pk=tea.pk).update(unit_cost=60)

    put(api, order(line("A", 3), line("B"), line("C", 1, unit_cost=7)), expected=200)

    # 3 × 40 frozen + unknown + 7
    row = Order.objects.get()
    assert (row.cost_amount, row.unknown_costs) == (127, 1)
    assert list(OrderLine.objects.order_by("position").values_list("unit_cost", flat=True)) == [40, None, 7]


def test_only_changed_lines_are_rewritten(api):
    put(api, order(line("A"), line("B"), line("C")))
    keys = list(OrderLine.objects.order_by("position").values_list("pk", flat=True))

    put(api, order(line("A"), line("B", 5)), expected=200)

    assert list(OrderLine.objects.order_by("position").values_list("pk", "quantity")) == [(keys[0], 1), (keys[1], 5)]
    assert Order.objects.get().net_amount == 600


def test_what_is_not_sent_stays(api):
    first = put(api, order(number="N۱", discount=10))

    changed = api.patch(f"/orders/{first['id']}/", {"status": "fulfilled"}).json()

    assert (changed["status"], changed["number"], changed["discount"], changed["net_amount"]) == ("fulfilled", "N1", "10", "90")


@pytest.mark.parametrize(
    ("stored", "sent", "status"),
    [
        ("5", "4", "stale"),
        ("5", 5, "updated"),
        ("5", "10", "updated"),
        ("2025-10-01T10:00:00Z", "2025-10-01T13:29:59+03:30", "stale"),
        ("2025-10-01T10:00:00Z", "2025-10-01T13:30:01+03:30", "updated"),
        ("5", None, "updated"),
    ],
)
def test_an_older_version_is_ignored(api, stored, sent, status):
    put(api, order(source_version=stored))

    result = api.post("/orders/bulk/", {"items": [order(source_version=sent, number="N2")]}).json()["results"][0]

    assert result["status"] == status
    assert Order.objects.get().number == ("" if status == "stale" else "N2")


def test_of_one_version_the_further_state_wins(api):
    put(api, order(source_version="5", status="fulfilled"))

    result = api.post("/orders/bulk/", {"items": [order(source_version="5", status="paid")]}).json()["results"][0]

    assert (result["status"], Order.objects.get().status) == ("stale", "fulfilled")


def test_a_jalali_date_is_read_where_the_request_says_so(api):
    response = api.post("/orders/?calendar=jalali", order(placed_at="1404-07-01T08:30:00"))

    assert response.json()["placed_at"] == "2025-09-23T08:30:00+03:30"


def test_the_hour_that_came_twice_is_the_earlier_one(api):
    # 2022-09-21: clocks went from 24:00 back to 23:00; summer time is +04:30
    body = put(api, order(placed_at="2022-09-21T23:30:00"))

    assert body["placed_at"] == "2022-09-21T23:30:00+04:30"


# Refunds


def parts():
    return list(RefundLine.objects.order_by("line__position").values_list("quantity", "amount", "cost_amount"))


def test_a_refund_without_lines_is_spread_and_reverses_no_cost(api):
    make_product(sku="A", unit_cost=40)

    put(api, order(line("A", 1, 200), line("B", 1, 100), refunds=[{"external_id": "r", "amount": 100}]))

    # 100 over 200:100 → 67, 33
    assert parts() == [(0, 67, 0), (0, 33, 0)]
    assert (Refund.objects.get().amount, Refund.objects.get().cost_amount) == (100, 0)


def test_a_refund_of_pieces_reverses_their_cost(api):
    make_product(sku="A", unit_cost=40)

    put(api, order(line("A", 4, 100), discount=100, refunds=[{"lines": [{"sku": "A", "quantity": 3}]}]))

    # the line came to 300 for 4: three of them 225
    assert parts() == [(3, 225, 120)]
    assert (Refund.objects.get().amount, Refund.objects.get().cost_amount) == (225, 120)


def test_a_refund_is_added_and_replaced_by_its_key(api):
    key = put(api, order(line("A", 1, 300), tax=5))["id"]

    first = api.post(f"/orders/{key}/refunds/", {"external_id": "r1", "amount": 100, "refunded_at": "2025-10-05T10:00:00Z"})
    second = api.post(f"/orders/{key}/refunds/", {"external_id": "r2", "amount": 50, "tax": 5})
    api.post(f"/orders/{key}/refunds/", {"external_id": "r1", "amount": 120, "refunded_at": "2025-10-05T10:00:00Z"})
    too_much = api.post(f"/orders/{key}/refunds/", {"external_id": "r3", "amount": 131})
    too_taxed = api.post(f"/orders/{key}/refunds/", {"external_id": "r3", "amount": 10, "tax": 1})

    assert (first.status_code, second.status_code, too_much.status_code) == (201, 201, 400)
    assert "More tax is given back than the order has." in too_taxed.content.decode()
    assert list(Refund.objects.order_by("external_id").values_list("external_id", "amount", "tax")) == [
        ("r1", 120, 0),
        ("r2", 50, 5),
    ]
    assert sum(amount for _, amount, _ in parts()) == 170
    # 170 of goods and 5 of tax were given back: the order cannot have come to less.
    lowered = [api.patch(f"/orders/{key}/", change) for change in ({"tax": 4}, {"discount": 131}, {"tax": 6, "discount": 130})]
    assert [each.status_code for each in lowered] == [400, 400, 200]


def test_sent_refunds_replace_the_stored_ones(api):
    put(api, order(refunds=[{"external_id": "a", "amount": 10}, {"external_id": "b", "amount": 20}]))

    put(api, order(refunds=[{"external_id": "b", "amount": 20}, {"external_id": "c", "amount": 30}]), expected=200)

    assert set(Refund.objects.values_list("external_id", "amount")) == {("b", 20), ("c", 30)}


def test_refunds_sent_again_are_unchanged(api):
    data = order(refunds=[{"amount": 10, "refunded_at": "2025-10-02T00:00:00Z"}, {"amount": 10}])
    put(api, data)
    before = list(Refund.objects.order_by("pk").values())

    result = api.post("/orders/bulk/", {"items": [data]}).json()["results"][0]

    assert result["status"] == "unchanged"
    assert list(Refund.objects.order_by("pk").values()) == before


def test_refunds_follow_changed_lines(api):
    make_product(sku="A", unit_cost=40)
    put(api, order(line("A", 2), line("B", 1, 200), refunds=[{"lines": [{"sku": "A", "quantity": 1}]}]))

    put(api, order(line("C", 1, 50), line("A", 2), line("B", 1, 200)), expected=200)

    assert list(RefundLine.objects.values_list("line__product__sku", "quantity", "amount", "cost_amount")) == [("A", 1, 100, 40)]


# Whose order it is


def buyer(**facts):
    return order(customer=facts)


def test_the_external_id_comes_first_then_phone_then_email(api):
    by_key = make_customer(source="shop", external_id="k", name="key")
    by_phone = make_customer(phone="+989120000001", name="phone")
    by_email = make_customer(email="a@example.com", name="email")
    every = {"phone": "09120000001", "email": "a@example.com"}

    found = [
        put(api, order(external_id="1", customer={"external_id": "k", **every}))["customer"],
        put(api, order(external_id="2", customer=every))["customer"],
        put(api, order(external_id="3", customer={"phone": "09120000009", "email": "A@Example.com"}))["customer"],
    ]

    assert found == [by_key.pk, by_phone.pk, by_email.pk]
    assert Customer.objects.count() == 3


def test_nobody_takes_anothers_phone_or_key(api):
    theirs = make_customer(source="shop", external_id="one", phone="+989120000001", name="first")

    other = put(api, buyer(external_id="two", phone="09120000001", name="second"))["customer"]

    assert other != theirs.pk
    theirs.refresh_from_db()
    assert (theirs.external_id, theirs.name, theirs.phone) == ("one", "first", "+989120000001")


def test_what_is_blank_is_filled_in(api):
    known = make_customer(phone="+989120000001", name="")

    put(api, buyer(external_id="k", phone="09120000001", name="مریم", email="m@example.com"))

    known.refresh_from_db()
    assert (known.external_id, known.source, known.name, known.email) == ("k", "shop", "مریم", "m@example.com")


def test_a_merged_customers_orders_go_to_the_survivor(api):
    survivor = make_customer()
    make_customer(source="shop", external_id="old", merged_into=survivor)

    assert put(api, buyer(external_id="old"))["customer"] == survivor.pk


def test_one_buyer_of_many_orders_in_a_call_is_made_once(api):
    people = [{"phone": "09120000001"}, {"phone": "+989120000001", "email": "x@example.com"}, {"email": "X@example.com"}]

    api.post("/orders/bulk/", {"items": [order(external_id=str(n), customer=who) for n, who in enumerate(people)]})

    assert Customer.objects.values_list("phone", "email").get() == ("+989120000001", "x@example.com")
    assert Order.objects.filter(customer__isnull=False).count() == 3


def test_a_guest_with_a_name_is_made_once(api):
    put(api, buyer(name="مهمان"))

    put(api, buyer(name="مهمان"), expected=200)

    assert Customer.objects.count() == 1


def test_a_refused_order_makes_neither_customer_nor_product(api):
    api.post("/orders/bulk/", {"items": [order(line(quantity=0), customer={"phone": "09120000001"})]})

    assert (Customer.objects.count(), Product.objects.count()) == (0, 0)


# First touch


def test_a_new_customer_takes_the_touch_of_their_first_order(api):
    google, _ = (Channel.objects.create(slug=slug, name=slug) for slug in ("google", "store"))
    items = [
        order(external_id="late", placed_at="2025-10-03T00:00:00Z", channel="store", customer={"phone": "09120000001"}),
        order(external_id="early", placed_at="2025-10-01T00:00:00Z", channel="google", customer={"phone": "09120000001"}),
    ]

    api.post("/orders/bulk/", {"items": items})

    customer = Customer.objects.get()
    assert (customer.channel, customer.created_at) == (google, datetime(2025, 10, 1, tzinfo=UTC))


def test_a_touch_is_neither_replaced_nor_given_late(api):
    google, store = (Channel.objects.create(slug=slug, name=slug) for slug in ("google", "store"))
    touched, bare = make_customer(channel=google), make_customer()
    put(api, order(external_id="0", customer=bare.pk))

    put(api, order(external_id="1", customer=touched.pk, channel="store"))
    put(api, order(external_id="2", customer=bare.pk, channel="store", placed_at="2025-10-02T00:00:00Z"))

    assert [Customer.objects.get(pk=each.pk).channel for each in (touched, bare)] == [google, None]
    assert Order.objects.filter(channel=store).count() == 2


@pytest.mark.parametrize(
    ("utm", "slug"),
    [
        ({"source": "google", "medium": "cpc"}, "paid-search"),
        ({"source": "instagram", "medium": "paid_social"}, "paid-social"),
        ({"source": "x", "medium": "banner"}, "display"),
        ({"source": "list", "medium": "newsletter"}, "email"),
        ({"source": "kavenegar", "medium": "SMS"}, "sms"),
        ({"source": "telegram"}, "social"),
        ({"source": "somewhere"}, None),
    ],
)
def test_utm_parameters_lead_to_a_channel(api, utm, slug):
    body = put(api, order(utm=utm, customer={"phone": "09120000001"}))

    assert body["channel"] == slug
    channel = Customer.objects.get().channel
    assert (channel and channel.slug) == slug


def test_a_campaign_is_found_by_the_name_in_the_utm_and_gives_its_channel(api):
    google = Channel.objects.create(slug="google", name="Google")
    campaign = Campaign.objects.create(name="nowruz", channel=google)

    body = put(api, order(utm={"campaign": "nowruz"}))

    assert (body["campaign"], body["channel"]) == (campaign.pk, "google")


def test_nothing_real_becomes_the_demo_companys_with_which_it_would_go(api):
    """What is the demo company's already can be sent back as it is."""
    facts = {"source": "demo", "external_id": "7"}
    ours, theirs = make_customer(name="Ali", phone="+989121112233"), make_customer(name="Sara", **facts)
    bought = make_order(customer=theirs, source="demo", external_id="6")

    refused = [
        api.post("/orders/", order() | facts),
        api.post("/customers/", {"name": "Reza"} | facts | {"external_id": "8"}),
        api.patch(f"/customers/{ours.pk}/", {"source": "demo"}),
        api.post("/orders/", order(customer={"name": "Reza"} | facts | {"source": " demo"})),
    ]

    pointers = ["/source", "/source", "/source", "/customer/source"]
    assert [(answer.status_code, answer.json()["errors"][0]["pointer"]) for answer in refused] == [(400, at) for at in pointers]
    assert api.patch(f"/customers/{theirs.pk}/", facts | {"name": "Sara A"}).status_code == 200
    assert api.patch(f"/orders/{bought.pk}/", {"customer": {"external_id": "9", "phone": "09121112233"}}).status_code == 200
    ours.refresh_from_db()
    assert (Order.objects.get().customer, ours.source, ours.external_id) == (ours, "manual", "9")
    assert api.patch(f"/orders/{bought.pk}/", {"customer": {"external_id": "10", "name": "Mina"}}).status_code == 200
    assert list(Customer.objects.filter(source="demo")) == [theirs]
