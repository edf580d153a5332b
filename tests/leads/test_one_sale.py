"""An order is the outcome of one opportunity, bought by who is behind it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from leads import services
from leads.models import Opportunity
from tests.api_client import Api
from tests.factories.crm import make_token
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import A_DAY, make_opportunity

pytestmark = pytest.mark.django_db
FOUND = {"09125556677": "+989125556677", "09124443322": "+989124443322", "09121112233": "+989121112233"}
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
