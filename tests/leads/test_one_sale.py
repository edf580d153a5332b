"""An order is the outcome of one opportunity, bought by who is behind it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from customers.models import Customer, Order
from leads import services
from leads.models import Opportunity
from tests.api_client import Api
from tests.factories.crm import make_token
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import A_DAY, make_lead, make_opportunity

pytestmark = pytest.mark.django_db
LINES = [{"name": "Tea", "quantity": 2, "unit_price": "500"}]


def refusals(response):
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


class TestOneSale:
    """An order is the outcome of one opportunity."""

    @pytest.fixture
    def order(self, omid, theirs, deal):
        order = make_order(customer=theirs, owner=omid, source="phone", external_id="1")
        deal.orders.add(order)
        return order

    @pytest.fixture
    def other(self, omid, theirs):
        return make_opportunity(owner=omid, customer=theirs)

    def test_every_answer_names_it(self, api, deal, order):
        new = api.post("/orders/", {"opportunity": deal.pk, "lines": LINES}).json()
        bare = api.post("/orders/", {"lines": LINES}).json()

        listed = {row["id"]: row["opportunity"] for row in api.get("/orders/").json()["results"]}
        assert (new["opportunity"], bare["opportunity"]) == (deal.pk, None)
        assert listed == {order.pk: deal.pk, new["id"]: deal.pk, bare["id"]: None}
        assert api.get(f"/orders/{order.pk}/").json()["opportunity"] == deal.pk
        schema = api.get("/schema/").json()["components"]["schemas"]["Order"]["properties"]["opportunity"]
        assert {"type": "integer"} in schema["anyOf"]

    def test_it_is_not_won_twice(self, api, deal, order, other):
        responses = [
            api.patch(f"/orders/{order.pk}/", {"opportunity": other.pk, "number": "7"}),
            api.post("/orders/", {"external_id": "1", "opportunity": other.pk, "number": "7", "lines": LINES}),
        ]
        (result,) = api.post("/orders/bulk/", {"items": [{"external_id": "1", "opportunity": other.pk}]}).json()["results"]

        assert [(response.status_code, refusals(response)) for response in responses] == [
            (409, [("/opportunity", "conflict")])
        ] * 2
        assert result["errors"][0]["detail"].startswith(f"This order is the outcome of opportunity #{deal.pk} already")
        order.refresh_from_db()
        assert (list(deal.orders.all()), other.orders.count(), order.number) == ([order], 0, "")

    def test_its_buyer_does_not_change_behind_its_back(self, api, omid, deal, order):
        other = make_customer(owner=omid, phone="+989125556677")
        sent = [{"customer": other.pk}, {"customer": {"phone": "09125556677"}}, {"customer": None}]

        refused = [api.patch(f"/orders/{order.pk}/", each) for each in sent]
        deal_refused = api.patch(f"/opportunities/{deal.pk}/", {"customer": other.pk})
        with pytest.raises(ValidationError, match="Another customer has bought for this opportunity"):
            services.edit_opportunity(deal, by=omid, at=A_DAY, customer=other)
        freed = api.patch(f"/orders/{order.pk}/", {"customer": other.pk, "opportunity": None})
        changed = api.patch(f"/opportunities/{deal.pk}/", {"customer": other.pk})

        answers = [*refused, deal_refused]
        assert [(each.status_code, refusals(each)) for each in answers] == [(409, [("/customer", "conflict")])] * 4
        assert (freed.json()["customer"], freed.json()["opportunity"], changed.json()["customer"]) == (other.pk, None, other.pk)

    def test_null_frees_it_for_another(self, api, deal, order, other):
        freed = api.patch(f"/orders/{order.pk}/", {"opportunity": None})
        moved = api.patch(f"/orders/{order.pk}/", {"opportunity": other.pk})

        assert (freed.json()["opportunity"], moved.json()["opportunity"]) == (None, other.pk)
        assert (deal.orders.count(), list(other.orders.all())) == (0, [order])

    def test_who_sees_the_order_alone_may_send_it_back_but_not_free_it(self, client, hana, deal, order):
        api = Api(client, make_token(hana, name="desk"))

        same = api.patch(f"/orders/{order.pk}/", {"opportunity": deal.pk, "number": "7"})
        refused = api.patch(f"/orders/{order.pk}/", {"opportunity": None})

        assert (same.status_code, same.json()["number"], refusals(refused)) == (200, "7", [("/opportunity", "not-allowed")])
        assert list(deal.orders.all()) == [order]

    def test_services_and_database_agree(self, omid, deal, order, other):
        with pytest.raises(ValidationError, match=f"This order is the outcome of opportunity #{deal.pk} already"):
            services.link_order(other, order=order, by=omid, at=A_DAY)
        with pytest.raises(IntegrityError), transaction.atomic():
            Opportunity.orders.through.objects.create(opportunity=other, order=order)

        assert services.link_order(deal, order=order, by=omid, at=A_DAY) == deal
        assert other.orders.count() == 0


class TestWhoSaysWhoseItIs:
    @pytest.mark.parametrize("is_of_a_lead", [True, False])
    def test_it_takes_the_scope_of_opportunities_too(self, client, omid, is_of_a_lead):
        """`orders:write` alone sells to the customer whom an opportunity has, and links what names no buyer."""
        deal = make_opportunity(owner=omid, lead=make_lead(name="Ali", owner=omid) if is_of_a_lead else None)
        shop = Api(client, make_token(omid, scopes=["orders:write"]))
        both = Api(client, make_token(omid, scopes=["orders:write", "opportunities:write"]))
        sent = {"opportunity": deal.pk, "lines": LINES, "customer": {"name": "Ali"}}

        refused = shop.post("/orders/", sent)
        (result,) = shop.post("/orders/bulk/", {"items": [sent]}).json()["results"]
        kept = Order.objects.count(), Customer.objects.count(), deal.orders.count()
        answers = [api.post("/orders/", sent).status_code for api in (both, shop)]

        assert (refused.status_code, refused.json()["code"]) == (403, "insufficient-scope")
        assert refusals(refused) == [("/opportunity", "insufficient-scope")]
        assert "that needs the scope opportunities:write as well" in refused.json()["detail"]
        assert (result["status"], result["errors"], kept) == ("error", refused.json()["errors"], (0, 0, 0))
        deal.refresh_from_db()
        assert (answers, deal.customer, deal.orders.count()) == ([201, 201], Customer.objects.get(), 2)

    def test_an_order_without_a_buyer_says_nothing(self, client, omid):
        deal = make_opportunity(owner=omid)

        response = Api(client, make_token(omid, scopes=["orders:write"])).post(
            "/orders/", {"opportunity": deal.pk, "lines": LINES}
        )

        deal.refresh_from_db()
        assert (response.status_code, deal.customer, deal.orders.count()) == (201, None, 1)

    def test_a_stored_order_that_says_only_later_who_buys_says_it_of_its_deal_too(self, client, omid):
        """Two orders without a buyer, of one deal without a customer: the first who buys is its customer, and nobody else."""
        deal, ali, reza = make_opportunity(owner=omid), make_customer(name="Ali", owner=omid), make_customer(owner=omid)
        first, second = (make_order(owner=omid, source="phone", external_id=key) for key in "12")
        deal.orders.add(first, second)
        shop = Api(client, make_token(omid, scopes=["orders:write"]))
        both = Api(client, make_token(omid, scopes=["orders:write", "opportunities:write"]))

        refused = shop.patch(f"/orders/{first.pk}/", {"customer": ali.pk})
        items = [{"id": first.pk, "customer": ali.pk}, {"id": second.pk, "customer": reza.pk}]
        answers = [both.patch(f"/orders/{item.pop('id')}/", item) for item in items]

        assert (refused.status_code, refusals(refused)) == (403, [("/customer", "insufficient-scope")])
        assert [answer.status_code for answer in answers] == [200, 409]
        assert refusals(answers[1]) == [("/customer", "conflict")]
        for row in (deal, first, second):
            row.refresh_from_db()
        assert (deal.customer, first.customer, second.customer) == (ali, ali, None)

    def test_of_two_in_one_call_the_first_who_buys_is_its_customer(self, api, omid):
        deal, ali, reza = make_opportunity(owner=omid), make_customer(name="Ali", owner=omid), make_customer(owner=omid)
        keys = ["1", "2"]
        deal.orders.add(*(make_order(owner=omid, source="phone", external_id=key) for key in keys))
        items = [{"external_id": key, "customer": buyer.pk} for key, buyer in zip(keys, (ali, reza), strict=True)]

        results = api.post("/orders/bulk/", {"items": items}).json()["results"]

        deal.refresh_from_db()
        assert ([result["status"] for result in results], deal.customer) == (["updated", "error"], ali)
        assert [error["code"] for error in results[1]["errors"]] == ["conflict"]

    def test_many_who_may_not_be_named_are_refused_in_one_go(self, api, omid, nima):
        hidden, mine = make_customer(owner=nima), make_customer(owner=omid)

        def sent(strangers):
            deal = make_opportunity(owner=omid)
            buyers = [*[hidden.pk] * strangers, mine.pk, mine.pk]
            items = [{"external_id": f"{deal.pk}-{n}", "opportunity": deal.pk, "customer": pk} for n, pk in enumerate(buyers)]
            with CaptureQueriesContext(connection) as asked:
                response = api.post("/orders/bulk/", {"items": [item | {"lines": LINES} for item in items]})
            deal.refresh_from_db()
            statuses = [result["status"] for result in response.json()["results"]]
            return len(asked), statuses, deal.customer, deal.orders.count()

        few, *first = sent(1)
        many, *second = sent(9)

        assert first == [["error", "created", "created"], mine, 2]
        assert second == [["error"] * 9 + ["created", "created"], mine, 2]
        assert many <= few
