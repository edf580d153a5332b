"""Quotes over HTTP and their verbs: amounts worked by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from crm.models import ExchangeRate
from customers.models import Order, Product
from leads.models import Quote, QuoteLine
from leads.services import convert_lead, send_quote, undo_conversion
from tests.api_client import Api
from tests.factories.crm import make_token, make_user
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import make_lead, make_opportunity, make_quote

pytestmark = pytest.mark.django_db
AT = datetime(2025, 10, 3, 10, tzinfo=UTC)


@pytest.fixture
def api(client):
    return Api(client, make_token(name="shop"))


def make(api, path, **data):
    response = api.post(path, data)
    assert response.status_code == 201, response.content
    return response.json()


def tea(quantity=2, price=100_000, **facts):
    return {"sku": "T", "name": "Tea", "quantity": quantity, "unit_price": price, **facts}


def offer(**facts):
    return {"external_id": "q1", "issued_at": "2025-10-01T10:00:00Z", "lines": [tea()], **facts}


def statuses(api, *items):
    return [result["status"] for result in api.post("/quotes/bulk/", {"items": list(items)}).json()["results"]]


def errors(response):
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


def test_a_quote_is_its_lines(api):
    lead = make_lead()
    lines = [tea(discount=5_000, tax=19_500, **{"class": "upsell"}), {"name": "Delivery", "quantity": 1, "unit_price": "30000"}]

    body = make(api, "/quotes/", **offer(lead=lead.pk, number="Q-1", valid_until="2025-10-31", lines=lines))

    # 2 × 100,000 − 5,000 + 30,000
    assert (body["amount"], body["currency"], body["number"], body["valid_until"]) == ("225000", "IRR", "Q-1", "2025-10-31")
    assert (body["lead"], body["revision_of"], body["original"], body["order"]) == (lead.pk, None, None, None)
    assert [(line["sku"], line["name"], line["class"], line["net_amount"]) for line in body["lines"]] == [
        ("T", "Tea", "upsell", "195000"),
        (None, "Delivery", "", "30000"),
    ]
    assert Product.objects.get().name == "Tea"
    row = Quote.objects.get()
    assert (row.issued_on, row.amount, row.source) == (date(2025, 10, 1), 225_000, "shop")


def test_the_same_quote_again_changes_nothing(api):
    lead = make_lead()
    make(api, "/quotes/", **offer(lead=lead.pk))
    before = list(Quote.objects.values()), list(QuoteLine.objects.values())

    assert statuses(api, offer(lead=lead.pk)) == ["unchanged"]
    assert (list(Quote.objects.values()), list(QuoteLine.objects.values())) == before


def test_new_lines_are_a_new_version(api):
    lead = make_lead()
    first = api.post("/quotes/", offer(lead=lead.pk))
    path = f"/quotes/{first.json()['id']}/"

    assert statuses(api, offer(lines=[tea(3)])) == ["updated"]
    changed = api.get(path)
    assert (changed.json()["amount"], changed["ETag"] == first["ETag"]) == ("300000", False)
    assert api.patch(path, {"number": "late"}, headers={"If-Match": first["ETag"]}).status_code == 412


def test_a_foreign_amount_keeps_the_rate_of_its_day(api):
    ExchangeRate.objects.create(currency="USD", day=date(2025, 9, 1), rate=Decimal("1000.5"))
    lead = make_lead()
    body = make(api, "/quotes/", **offer(lead=lead.pk, currency="USD", lines=[tea(1, "2.01"), tea(1, "0.03")]))

    # 2.01 × 1000.5 = 2011.005 → 2011.00 (half to even), 0.03 × 1000.5 = 30.015 → 30.02
    assert (body["amount"], body["rate"]) == ("2041.02", "1000.5")
    ExchangeRate.objects.update(rate=7)
    assert statuses(api, offer(currency="USD", lines=[tea(1, "2.01"), tea(1, "0.03")])) == ["unchanged"]
    # a rate sent later reprices the stored lines: 2.01 × 2 + 0.03 × 2
    assert api.patch(f"/quotes/{body['id']}/", {"rate": 2}).json()["amount"] == "4.08"
    assert errors(api.post("/quotes/", offer(external_id="2", lead=lead.pk, currency="GBP"))) == [("/rate", "rate-missing")]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"lead": None}, [("/opportunity", "required")]),
        ({"lines": []}, [("/lines", "too-few")]),
        ({"lines": [tea(0)]}, [("/lines/0/quantity", "out-of-range")]),
        ({"lines": [{"quantity": 1, "unit_price": 1}]}, [("/lines/0/sku", "required")]),
        ({"lines": [tea(price="0.5")]}, [("/lines/0/unit_price", "precision")]),
        ({"lines": [tea(discount=200_001)]}, [("/lines/0/discount", "out-of-range")]),
        ({"lines": [tea(quantity=2_000_000_000, price=10**12)]}, [("/lines", "amount-too-large")]),
        ({"lines": [tea(unit_cost=1)]}, [("/lines/0/unit_cost", "unknown-field")]),
        ({"rate": 2}, [("/rate", "conflict")]),
        ({"revision_of": 999_999}, [("/revision_of", "invalid-reference")]),
        ({"accepted_at": "2025-10-02T10:00:00Z", "declined_at": "2025-10-02T10:00:00Z"}, [("/declined_at", "conflict")]),
        ({"issued_at": "2101-10-02T10:00:00Z"}, [("/issued_at", "date-out-of-range")]),
        ({"status": "sent"}, [("/status", "unknown-field")]),
    ],
)
def test_what_is_wrong_is_named(api, facts, expected):
    response = api.post("/quotes/", offer(**{"lead": make_lead().pk, **facts}))

    assert (response.status_code in {400, 409}, errors(response)) == (True, expected)
    assert (Quote.objects.count(), Product.objects.count()) == (0, 0)


def test_a_new_quote_has_lines(api):
    assert errors(api.post("/quotes/", {"lead": make_lead().pk})) == [("/lines", "required")]


# Revisions


def family():
    return set(Quote.objects.values_list("external_id", "revision_of__external_id", "original__external_id"))


def test_revisions_are_one_family_whatever_they_replace(api):
    lead = make_lead().pk
    make(api, "/quotes/", **offer(lead=lead))
    second = offer(external_id="q2", lead=lead, revision_of={"external_id": "q1"})
    third = offer(external_id="q3", lead=lead, revision_of={"external_id": "q2"})

    assert statuses(api, third, second) == ["created", "created"]
    assert family() == {("q1", None, None), ("q2", "q1", "q1"), ("q3", "q2", "q1")}
    assert statuses(api, third, second) == ["unchanged", "unchanged"]


def test_a_family_follows_its_members(api):
    lead = make_lead().pk
    for name, before in (("q0", None), ("q1", None), ("q2", "q1"), ("q3", "q2")):
        make(api, "/quotes/", **offer(external_id=name, lead=lead, revision_of={"external_id": before} if before else None))

    assert statuses(api, {"external_id": "q1", "revision_of": {"external_id": "q0"}}) == ["updated"]
    assert family() == {("q0", None, None), ("q1", "q0", "q0"), ("q2", "q1", "q0"), ("q3", "q2", "q0")}
    assert statuses(api, {"external_id": "q2", "revision_of": None}) == ["updated"]
    assert family() == {("q0", None, None), ("q1", "q0", "q0"), ("q2", None, None), ("q3", "q2", "q2")}


@pytest.mark.parametrize(("name", "replaced"), [("q1", "q1"), ("q1", "q3"), ("q2", "q3")])
def test_no_quote_replaces_itself(api, name, replaced):
    lead = make_lead().pk
    for each, before in (("q1", None), ("q2", "q1"), ("q3", "q2")):
        make(api, "/quotes/", **offer(external_id=each, lead=lead, revision_of={"external_id": before} if before else None))
    before = family()

    key = Quote.objects.get(external_id=name).pk
    response = api.patch(f"/quotes/{key}/", {"revision_of": Quote.objects.get(external_id=replaced).pk})

    assert errors(response) == [("/revision_of", "conflict")]
    assert family() == before


def test_quotes_that_replace_each_other_are_refused(api):
    lead = make_lead().pk
    first = offer(external_id="a", lead=lead, revision_of={"external_id": "b"})
    second = offer(external_id="b", lead=lead, revision_of={"external_id": "a"})

    assert statuses(api, first, second, offer(lead=lead)) == ["error", "error", "created"]


# Verbs


def test_a_rep_may_not_say_when(client):
    rep = make_user("rep")
    quote = make_quote(lead=make_lead(owner=rep))
    client.force_login(rep)

    response = Api(client).post(f"/quotes/{quote.pk}/accept/", {"at": "2025-10-02T10:00:00Z"})

    assert (errors(response), Order.objects.count()) == ([("/at", "not-allowed")], 0)


def test_history_brings_its_orders(api):
    opportunity, order = make_opportunity(), make_order(source="shop", external_id="1")

    body = make(
        api, "/quotes/", **offer(opportunity=opportunity.pk, order={"external_id": "1"}, accepted_at="2025-10-02T10:00:00Z")
    )

    assert (body["order"], body["status"], list(opportunity.orders.all())) == (order.pk, "accepted", [order])


def test_without_a_day_of_its_own_the_yes_was_said_with_the_order(api):
    make_order(source="shop", external_id="1", placed_at=AT)

    body = make(api, "/quotes/", **offer(opportunity=make_opportunity().pk, order={"external_id": "1"}))

    assert (body["status"], Quote.objects.get().accepted_at) == ("accepted", AT)


def test_an_order_is_brought_by_the_quotes_of_one_opportunity(api):
    deals, order = [make_opportunity() for _number in range(2)], make_order(source="shop", external_id="1")
    items = [offer(external_id=str(deal.pk), opportunity=deal.pk, order=order.pk) for deal in deals]

    results = api.post("/quotes/bulk/", {"items": items}).json()["results"]

    assert [[(error["pointer"], error["code"]) for error in result["errors"]] for result in results] == [
        [],
        [("/order", "conflict")],
    ]
    assert (list(deals[0].orders.all()), Quote.objects.count()) == ([order], 1)


def test_an_order_of_another_customer_is_not_what_came_of_a_quote(api):
    deal, order = make_opportunity(customer=make_customer()), make_order(customer=make_customer())

    response = api.post("/quotes/", offer(opportunity=deal.pk, order=order.pk))

    assert (response.status_code, errors(response), Quote.objects.count()) == (409, [("/order", "conflict")], 0)


def test_a_quote_of_a_merged_customer_is_its_survivors(api):
    survivor = make_customer()
    merged = make_customer(merged_into=survivor)

    assert make(api, "/quotes/", **offer(customer=merged.pk))["customer"] == survivor.pk


def test_a_conversion_is_not_undone_under_a_quote():
    lead = make_lead(phone="+989120000001")
    opportunity = convert_lead(lead, by=None, at=AT)
    make_quote(opportunity=opportunity)

    with pytest.raises(ValidationError):
        undo_conversion(lead, by=None, at=AT)
    assert Quote.objects.get().opportunity == opportunity


# Questions, and the rules the database keeps


def test_quotes_for_test_records_do_not_count():
    real = make_quote(lead=make_lead())
    make_quote(lead=make_lead(is_test=True))
    make_quote(customer=make_customer(is_spam=True))
    make_quote(opportunity=make_opportunity(lead=make_lead(is_spam=True)))
    make_quote(opportunity=make_opportunity(customer=make_customer(is_test=True)))

    assert list(Quote.objects.counted()) == [real]
    assert set(QuoteLine.objects.counted()) == set(real.lines.all())


def test_whose_a_quote_is():
    rep, other = make_user("rep"), make_user("rep")
    mine = [
        make_quote(lead=make_lead(owner=other), owner=rep),
        make_quote(opportunity=make_opportunity(owner=rep)),
        make_quote(lead=make_lead(owner=rep)),
        make_quote(customer=make_customer(owner=rep)),
        make_quote(opportunity=make_opportunity(customer=make_customer(owner=rep))),
    ]
    make_quote(opportunity=make_opportunity(owner=other), customer=make_customer(owner=rep))
    make_quote(lead=make_lead())

    assert set(Quote.objects.visible_to(rep)) == set(mine)
    assert not Quote.objects.visible_to(make_user("support")).exists()


def test_a_merged_leads_quotes_go_with_it(api):
    first, second = make_lead(), make_lead()
    quote = make_quote(lead=second)

    api.post(f"/leads/{second.pk}/merge/", {"into": first.pk})

    quote.refresh_from_db()
    assert quote.lead == first


def test_the_amount_is_the_lines_whoever_writes_them():
    quote = make_quote([(2, 100)], lead=make_lead())

    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_quoteline SET quantity = 5")
        cursor.execute("UPDATE leads_quote SET amount = 1")
    quote.refresh_from_db()
    assert quote.amount == 500
    QuoteLine.objects.all().delete()
    quote.refresh_from_db()
    assert quote.amount == 0


@pytest.mark.parametrize("facts", [{}, {"accepted_at": AT, "declined_at": AT, "lead": True}, {"lead": True, "rate": 0}])
def test_the_database_refuses_what_cannot_be(facts):
    lead = make_lead()
    facts = facts | ({"lead": lead} if "lead" in facts else {})

    with pytest.raises(IntegrityError), transaction.atomic():
        Quote.objects.create(currency="IRR", **facts)


def test_sending_twice_is_sending_once():
    quote = send_quote(make_quote(lead=make_lead()), by=None, at=AT)

    assert send_quote(quote, by=None, at=datetime(2025, 10, 9, tzinfo=UTC)).issued_at == AT


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_takes_as_many_queries_for_one_as_for_three(api, count, django_assert_num_queries):
    for number in range(count):
        make_quote([(1, 100), (2, 100)], lead=make_lead(), number=str(number))
    api.get("/quotes/")

    # token with the organisation, quotes with owners, lines
    with django_assert_num_queries(3):
        assert len(api.get("/quotes/").json()["results"]) == count


def test_a_thousand_quotes_take_as_many_statements_as_ten(api, django_assert_max_num_queries):
    lead = make_lead().pk
    items = [offer(external_id=str(number), lead=lead, lines=[tea(number + 1), tea(1)]) for number in range(1_000)]

    with django_assert_max_num_queries(25):
        results = api.post("/quotes/bulk/", {"items": items}).json()["results"]

    assert {result["status"] for result in results} == {"created"}
    assert (Quote.objects.count(), QuoteLine.objects.count()) == (1_000, 2_000)
    # 100,000 × (1 + 2 + … + 1,000) and 1,000 times 100,000
    assert sum(Quote.objects.values_list("amount", flat=True)) == 50_050_000_000 + 100_000_000
