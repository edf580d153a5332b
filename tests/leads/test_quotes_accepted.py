"""What becomes of a quote: sent, accepted as an order, declined."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from customers.models import Customer, Order, OrderLine
from leads.models import Lead, Opportunity, Quote, QuoteLine
from leads.services import decline_quote
from tests.api_client import Api
from tests.factories.crm import make_token, make_user
from tests.factories.customers import make_customer
from tests.factories.leads import make_lead, make_opportunity, make_quote
from tests.leads.test_quotes import AT, errors, make, offer, statuses, tea

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client):
    return Api(client, make_token(name="shop"))


def test_a_quote_goes_its_way(api):
    quote = make_quote(lead=make_lead())
    path = f"/quotes/{quote.pk}"

    assert api.get(f"{path}/").json()["status"] == "draft"
    assert api.post(f"{path}/send/", {"at": "2025-10-02T10:00:00Z"}).json()["issued_at"] == "2025-10-02T13:30:00+03:30"
    again = api.post(f"{path}/send/", {"at": "2025-10-05T10:00:00Z"}).json()
    assert (again["issued_at"], again["status"]) == ("2025-10-02T13:30:00+03:30", "sent")
    Quote.objects.update(valid_until=date(2025, 10, 5))
    assert api.get(f"{path}/").json()["status"] == "expired"
    declined = api.post(f"{path}/decline/", {"reason": "price"}).json()
    assert (declined["status"], declined["declined_reason"]) == ("declined", "price")
    response = api.post(f"{path}/accept/", {})
    assert (response.status_code, Order.objects.count()) == (409, 0)


def test_an_accepted_quote_is_an_order(api):
    rep = make_user("rep")
    opportunity = make_opportunity(customer=make_customer(), owner=rep)
    quote = make_quote([(2, 100_000), (1, 50_000)], opportunity=opportunity, number="Q-7")
    QuoteLine.objects.filter(position=0).update(discount=1_000, line_class="cross_sell")

    body = api.post(f"/quotes/{quote.pk}/accept/", {"at": "2025-10-02T10:00:00Z"}).json()
    again = api.post(f"/quotes/{quote.pk}/accept/", {"at": "2025-10-04T10:00:00Z"}).json()

    order = Order.objects.get()
    assert (body["order"], body["status"], again) == (order.pk, "accepted", body)
    # 2 × 100,000 − 1,000 + 50,000
    assert (order.net_amount, order.status, order.number, order.owner) == (249_000, "pending", "Q-7", rep)
    assert (order.customer, order.placed_at) == (opportunity.customer, datetime(2025, 10, 2, 10, tzinfo=UTC))
    assert list(OrderLine.objects.values_list("quantity", "unit_price", "discount", "line_class")) == [
        (2, 100_000, 1_000, "cross_sell"),
        (1, 50_000, 0, ""),
    ]
    assert (list(opportunity.orders.all()), order.history.exists()) == ([order], False)
    quote.refresh_from_db()
    assert quote.issued_at == quote.accepted_at == datetime(2025, 10, 2, 10, tzinfo=UTC)


def test_another_customer_accepts_nothing_for_the_opportunity(api):
    quote = make_quote(opportunity=make_opportunity(customer=make_customer()), customer=make_customer())

    response = api.post(f"/quotes/{quote.pk}/accept/", {})

    assert (response.status_code, Order.objects.count(), Opportunity.orders.through.objects.count()) == (409, 0, 0)


def test_a_lead_that_accepts_becomes_a_customer(api):
    lead = make_lead(name="Ali", phone="+989120000001")
    opportunity = make_opportunity(lead=lead)
    quote = make_quote(opportunity=opportunity)

    api.post(f"/quotes/{quote.pk}/accept/", {"status": "paid"})

    customer = Customer.objects.get()
    rows = [Lead.objects.get(), Opportunity.objects.get(), Quote.objects.get(), Order.objects.get()]
    assert (customer.phone, {row.customer for row in rows}) == ("+989120000001", {customer})
    assert Order.objects.get().status == "paid"


def test_one_version_of_a_quote_is_accepted(api):
    lead = make_lead(phone="+989120000001")
    first = make_quote(lead=lead)
    second = make_quote(lead=lead, revision_of=first, original=first)
    api.post(f"/quotes/{second.pk}/accept/", {})

    response = api.post(f"/quotes/{first.pk}/accept/", {})

    assert (response.status_code, response.json()["code"], Order.objects.count()) == (409, "conflict", 1)


def test_a_rep_accepts_a_quote_of_a_customer_of_somebody_else(client):
    rep = make_user("rep")
    customer = make_customer(owner=make_user("rep"))
    quote = make_quote(opportunity=make_opportunity(customer=customer, owner=rep))
    client.force_login(rep)

    body = Api(client).post(f"/quotes/{quote.pk}/accept/", {}).json()

    order = Order.objects.get()
    assert (body["order"], order.customer, order.owner) == (order.pk, customer, rep)


def test_an_accepted_quote_is_not_declined(api):
    quote = make_quote(lead=make_lead(phone="+989120000001"))
    api.post(f"/quotes/{quote.pk}/accept/", {})

    with pytest.raises(ValidationError):
        decline_quote(Quote.objects.get(), by=None, at=AT, reason="x")
    assert Quote.objects.get().declined_at is None


class TestAcceptedQuote:
    """Its order has been made of it, and would not follow."""

    @pytest.fixture
    def quote(self, api):
        return api.post(f"/quotes/{make(api, '/quotes/', **offer(lead=make_lead(name='a').pk))['id']}/accept/", {}).json()

    @pytest.mark.parametrize(
        ("facts", "pointer"),
        [
            ({"lines": [tea(price=90_000)]}, "/lines"),
            ({"lines": [tea(), tea(quantity=1)]}, "/lines"),
            ({"lines": [tea(**{"class": "upsell"})]}, "/lines"),
            ({"currency": "EUR", "rate": "50000"}, "/currency"),
            ({"accepted_at": None}, "/accepted_at"),
        ],
    )
    def test_it_is_frozen(self, api, quote, facts, pointer):
        response = api.put(f"/quotes/{quote['id']}/", facts)

        assert (response.status_code, response.json()["code"], errors(response)[0]) == (409, "conflict", (pointer, "conflict"))
        assert response.json()["detail"] == "This quote was accepted: change its order, or make a revision of it."
        assert api.get(f"/quotes/{quote['id']}/").json() == quote
        assert Order.objects.get().net_amount == 200_000

    def test_it_stays_its_customers(self, api, quote):
        response = api.put(f"/quotes/{quote['id']}/", {"customer": make_customer().pk})

        assert (response.status_code, errors(response)) == (409, [("/customer", "conflict")])

    def test_sent_again_as_it_is_it_is_unchanged(self, api, quote):
        assert statuses(api, offer()) == ["unchanged"]

    def test_what_does_not_concern_its_order_is_written(self, api, quote):
        assert statuses(api, {"external_id": "q1", "valid_until": "2025-11-30"}) == ["updated"]

    def test_in_bulk_it_is_the_one_that_is_refused(self, api, quote):
        lead = make_lead(name="b").pk

        assert statuses(api, offer(lines=[tea(quantity=9)]), offer(external_id="q2", lead=lead)) == ["error", "created"]
