"""Orders through the API that say which opportunity they are the outcome of."""

import pytest

from customers.models import Customer, Order
from tests.api_client import Api
from tests.factories.crm import make_token
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import make_lead, make_opportunity

pytestmark = pytest.mark.django_db
FOUND = {"09125556677": "+989125556677", "09124443322": "+989124443322", "09121112233": "+989121112233"}
LINES = [{"name": "Tea", "quantity": 2, "unit_price": "500"}]


def sold():
    return list(Order.objects.order_by("pk").values_list("customer", "owner", "net_amount"))


def refusals(response):
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


@pytest.mark.parametrize("named", ["", "customer"])
def test_a_rep_sells_to_the_customer_of_a_colleague_on_their_own_deal(api, omid, theirs, deal, named):
    response = api.post("/orders/", {"opportunity": deal.pk, "lines": LINES} | ({"customer": theirs.pk} if named else {}))

    assert response.status_code == 201, response.content
    assert (sold(), list(deal.orders.values_list("pk", flat=True))) == ([(theirs.pk, omid.pk, 1000)], [response.json()["id"]])


def test_without_the_deal_the_customer_stays_a_colleagues(api, theirs):
    response = api.post("/orders/", {"customer": theirs.pk, "lines": LINES})

    assert (response.status_code, refusals(response), sold()) == (400, [("/customer", "invalid-reference")], [])


@pytest.mark.parametrize("wish", ["another's deal", "no deal", "another buyer"])
def test_what_is_refused_writes_nothing(api, omid, theirs, deal, wish):
    sent = {
        "another's deal": {"opportunity": make_opportunity(owner=theirs.owner, customer=theirs).pk},
        "no deal": {"opportunity": 0},
        "another buyer": {"opportunity": deal.pk, "customer": make_customer(owner=omid).pk},
    }[wish]

    response = api.post("/orders/", {"lines": LINES} | sent)

    field = {"another buyer": ("/customer", "conflict"), "no deal": ("/opportunity", "out-of-range")}
    assert response.status_code in {400, 409}
    assert (refusals(response), sold()) == ([field.get(wish, ("/opportunity", "invalid-reference"))], [])


def test_in_bulk_each_item_is_judged_by_its_own_deal(api, omid, nima, theirs, deal):
    other = make_opportunity(owner=nima, customer=theirs)
    mine = make_customer(name="Arya", owner=omid)
    items = [
        {"external_id": "1", "opportunity": deal.pk, "lines": LINES},
        {"external_id": "2", "opportunity": other.pk, "lines": LINES},
        {"external_id": "3", "customer": mine.pk, "lines": LINES},
        {"external_id": "4", "customer": theirs.pk, "lines": LINES},
    ]

    results = api.post("/orders/bulk/", {"items": items}).json()["results"]
    again = api.post("/orders/bulk/", {"items": items[:1]}).json()["results"]

    assert [result["status"] for result in results] == ["created", "error", "created", "error"]
    assert [result["status"] for result in again] == ["unchanged"]
    assert (sold(), deal.orders.count()) == ([(theirs.pk, omid.pk, 1000), (mine.pk, omid.pk, 1000)], 1)


def test_a_stored_order_is_linked_and_keeps_its_owner(client, sara, nima, theirs, deal):
    order = make_order(customer=theirs, owner=nima)
    other = make_order(customer=make_customer())
    api = Api(client, make_token(sara, name="desk"))

    linked = api.patch(f"/orders/{order.pk}/", {"opportunity": deal.pk})
    refused = api.patch(f"/orders/{other.pk}/", {"opportunity": deal.pk})

    assert (linked.status_code, refused.status_code, refusals(refused)) == (200, 409, [("/customer", "conflict")])
    order.refresh_from_db()
    assert (list(deal.orders.all()), order.owner) == ([order], nima)
    assert [row["id"] for row in api.get("/orders/", opportunity=deal.pk).json()["results"]] == [order.pk]


def test_a_deal_without_a_customer_leaves_the_buyer_to_the_order(api, omid):
    mine, deal = make_customer(owner=omid), make_opportunity(owner=omid)

    api.post("/orders/", {"opportunity": deal.pk, "customer": mine.pk, "lines": LINES})

    deal.refresh_from_db()
    assert (sold(), deal.orders.count(), deal.customer) == ([(mine.pk, omid.pk, 1000)], 1, mine)


def test_the_first_who_buys_for_a_deal_without_a_customer_is_its_customer(api, omid):
    deal, other = make_opportunity(owner=omid), make_opportunity(owner=omid)
    wanted = [{}, {"phone": "09121112233"}, {"phone": "09124445566"}, {"name": ""}]
    items = [{"external_id": str(number), "opportunity": deal.pk, "customer": who} for number, who in enumerate(wanted)]
    items.append({"external_id": "4", "opportunity": other.pk})

    results = api.post("/orders/bulk/", {"items": [item | {"lines": LINES} for item in items]}).json()["results"]

    bought = Customer.objects.get()
    deal.refresh_from_db()
    assert [result["status"] for result in results] == ["created", "created", "error", "created", "created"]
    assert (bought.phone, deal.customer, results[2]["errors"][0]["pointer"]) == ("+989121112233", bought, "/customer")
    # Orders that name nobody leave it to the one that does; the deal that nobody is named for stays without a customer.
    found = dict(Order.objects.values_list("external_id", "customer"))
    assert found == {"0": bought.pk, "1": bought.pk, "3": bought.pk, "4": None}


class TestDescribedBuyer:
    """Omid's deal, whose customer is Nima's: Pars, 0912 111 2233, known to the shop "web" as 7, merged from a record of 8."""

    @pytest.fixture
    def theirs(self, nima):
        pars = make_customer(name="Pars", owner=nima, phone="+989121112233", source="web", external_id="7")
        make_customer(owner=nima, email="old@example.com", source="web", external_id="8", merged_into=pars)
        return pars

    @pytest.fixture
    def deal(self, omid, theirs):
        return make_opportunity(owner=omid, customer=theirs, lead=make_lead(name="Ali", phone="+989123334455"))

    @pytest.mark.parametrize(
        "customer",
        [
            {"phone": "0912 111 2233", "name": "Somebody"},
            {"source": "web", "external_id": "7", "phone": "09120000000"},
            {"source": "web", "external_id": "8"},
            {"source": "shop", "external_id": "new", "phone": "09121112233"},
            {"email": "OLD@example.com"},
            {"phone": "09123334455"},  # the lead's
            {"name": "pars"},
            {"name": "Ali"},  # the lead's, and nobody else's
        ],
    )
    def test_the_same_person_in_other_words(self, api, omid, theirs, deal, customer):
        response = api.post("/orders/", {"opportunity": deal.pk, "customer": customer, "lines": LINES})

        assert response.status_code == 201, response.content
        assert (sold(), Customer.objects.count()) == ([(theirs.pk, omid.pk, 1000)], 2)

    @pytest.mark.parametrize(
        "customer",
        [
            {"phone": "09125556677"},
            {"phone": "09124443322", "email": "old@example.com"},  # the phone is another's
            {"source": "web", "external_id": "9", "phone": "09121112233"},  # another one of the same shop
            {"name": "Ali Pars"},
        ],
    )
    def test_another_person_is_refused_in_words(self, api, deal, customer):
        make_customer(phone="+989124443322")

        response = api.post("/orders/", {"opportunity": deal.pk, "customer": customer, "lines": LINES})

        (error,) = response.json()["errors"]
        assert (response.status_code, error["pointer"], error["code"]) == (409, "/customer", "conflict")
        found = ", ".join(FOUND.get(each, each) for each in customer.values() if each != "web")
        assert error["detail"].startswith(f"This is not the customer of the opportunity: {found}. Leave the customer out")
        assert (sold(), Customer.objects.count()) == ([], 3)

    def test_what_the_lead_shares_with_somebody_else_is_theirs(self, api, omid, deal):
        other = make_customer(owner=omid, phone="+989123334455")
        deal.lead.customer = other
        deal.lead.save()

        for customer in (other.pk, {"phone": "09123334455"}):
            response = api.post("/orders/", {"opportunity": deal.pk, "customer": customer, "lines": LINES})
            assert (response.status_code, refusals(response)) == (409, [("/customer", "conflict")])
        assert sold() == []

    def test_a_name_that_is_also_another_customers_is_not_the_leads(self, api, deal):
        make_customer(name="ALI")

        response = api.post("/orders/", {"opportunity": deal.pk, "customer": {"name": "Ali"}, "lines": LINES})

        assert (response.status_code, refusals(response), sold()) == (409, [("/customer", "conflict")], [])

    def test_a_merged_record_is_who_it_became(self, api, omid, theirs, deal):
        old = Customer.objects.get(merged_into=theirs)

        api.post("/orders/", {"opportunity": deal.pk, "customer": old.pk, "lines": LINES})

        assert sold() == [(theirs.pk, omid.pk, 1000)]

    def test_blanks_are_filled_with_what_is_nobody_elses(self, api, omid):
        make_customer(owner=omid, source="web", external_id="5", email="other@example.com")
        known = make_customer(name="", owner=omid, phone="+989125556677")
        deal, sent = make_opportunity(owner=omid, customer=known), {"phone": "09125556677", "source": "web"}
        items = [
            {"external_id": "3", "customer": {"source": "web", "external_id": "42"}},
            {"external_id": "1", "opportunity": deal.pk, "customer": sent | {"name": "Arya", "email": "other@example.com"}},
            {"external_id": "2", "opportunity": deal.pk, "customer": sent | {"external_id": "42", "email": "a@example.com"}},
        ]

        api.post("/orders/bulk/", {"items": [item | {"lines": LINES} for item in items]})

        known.refresh_from_db()
        assert (known.name, known.source, known.external_id, known.email) == ("Arya", "web", "42", "a@example.com")
        assert sold() == [(known.pk, omid.pk, 1000)] * 3


class TestDealOfALead:
    """The opportunity has no customer yet, only its lead: the order makes the lead one."""

    @pytest.fixture
    def deal(self, omid):
        return make_opportunity(owner=omid, lead=make_lead(name="Ali", company="Pars", phone="+989123334455", owner=omid))

    @pytest.mark.parametrize("named", [{}, {"customer": {"phone": "۰۹۱۲ ۳۳۳ ۴۴۵۵"}}])
    def test_its_person_becomes_a_customer(self, api, omid, deal, named):
        sent = {"external_id": "1", "opportunity": deal.pk, "lines": LINES} | named

        first = api.post("/orders/", sent)
        again = api.post("/orders/bulk/", {"items": [sent]}).json()["results"]

        made = Customer.objects.get()
        deal.refresh_from_db()
        assert (first.status_code, first.json()["customer"], again[0]["status"]) == (201, made.pk, "unchanged")
        assert (made.name, made.company, made.phone, made.owner, deal.customer, deal.lead.customer) == (
            "Ali",
            "Pars",
            "+989123334455",
            omid,
            made,
            made,
        )
        assert sold() == [(made.pk, omid.pk, 1000)]

    def test_what_the_order_knows_of_them_is_kept(self, api, deal):
        customer = {
            "source": "web",
            "external_id": "42",
            "phone": "09123334455",
            "email": "ali@example.com",
            "name": "Ali Moradi",
        }

        api.post("/orders/", {"opportunity": deal.pk, "customer": customer, "lines": LINES})
        api.post("/orders/", {"customer": {"source": "web", "external_id": "42", "name": "Ali"}, "lines": LINES})

        made = Customer.objects.get()
        assert (made.name, made.external_id, made.email, Order.objects.filter(customer=made).count()) == (
            "Ali",
            "42",
            "ali@example.com",
            2,
        )

    def test_a_description_that_says_nothing_leaves_the_buyer_to_the_deal(self, api, omid, theirs, deal):
        empty = [None, {}, {"name": ""}, {"name": None, "phone": None, "email": None, "external_id": None}, {"source": "web"}]
        sold_before = make_opportunity(owner=omid, customer=theirs)
        named = [{"opportunity": pk, "customer": said} for pk in (sold_before.pk, deal.pk) for said in empty]
        items = [item | {"external_id": str(number), "lines": LINES} for number, item in enumerate(named)]

        api.post("/orders/bulk/", {"items": items})

        deal.refresh_from_db()
        assert (deal.customer.name, Customer.objects.count()) == ("Ali", 2)
        assert sold() == [(theirs.pk, omid.pk, 1000)] * 5 + [(deal.customer_id, omid.pk, 1000)] * 5

    def test_only_a_new_order_without_an_owner_gets_the_deals(self, client, sara, nima, deal):
        api, order = Api(client, make_token(sara, name="desk")), make_order(customer=None, owner=nima)

        api.patch(f"/orders/{order.pk}/", {"opportunity": deal.pk})
        other = make_opportunity(owner=deal.owner, lead=make_lead(name="Zed"))
        named = api.post("/orders/", {"opportunity": other.pk, "owner": nima.email, "lines": LINES})

        order.refresh_from_db()
        assert (order.owner, order.customer.name, named.json()["owner"]) == (nima, "Ali", nima.email)

    def test_of_several_with_its_phone_it_is_the_one_the_seller_sees(self, api, omid, nima, deal):
        for owner in (nima, omid):
            known = make_customer(owner=owner, phone="+989123334455")

        api.post("/orders/", {"opportunity": deal.pk, "customer": {"phone": "09123334455"}, "lines": LINES})

        assert (sold(), Customer.objects.count()) == ([(known.pk, omid.pk, 1000)], 2)

    def test_a_colleagues_customer_whom_the_seller_does_not_see_is_not_sold_to(self, api, omid, nima, deal):
        known = make_customer(owner=nima, phone="+989123334455")

        response = api.post("/orders/", {"opportunity": deal.pk, "customer": {"phone": "09123334455"}, "lines": LINES})

        own = Customer.objects.exclude(pk=known.pk).get()
        assert (response.status_code, sold(), own.owner) == (201, [(own.pk, omid.pk, 1000)], omid)

    @pytest.mark.parametrize("said", ["unknown", "known", "named", "id", "stored"])
    def test_a_stranger_does_not_buy_for_it(self, api, omid, deal, said):
        other = make_customer(name="Zed", owner=omid, phone="+989125556677")
        customer = {
            "unknown": {"phone": "09120000001"},
            "known": {"phone": "09125556677"},
            "named": {"name": "Zed"},
            "id": other.pk,
        }
        sent = {"opportunity": deal.pk, "lines": LINES}
        if said == "stored":
            response = api.patch(f"/orders/{make_order(customer=other, owner=omid).pk}/", sent)
        else:
            response = api.post("/orders/", sent | {"customer": customer[said]})

        found = {"unknown": "+989120000001", "known": "+989125556677", "named": "Zed"}.get(said, f"#{other.pk}")
        (error,) = response.json()["errors"]
        assert (response.status_code, error["pointer"], error["code"]) == (409, "/customer", "conflict")
        assert error["detail"].startswith(f"This is not the lead of the opportunity: {found}. Leave the customer out")
        deal.refresh_from_db()
        assert (deal.customer, deal.orders.count(), Order.objects.count()) == (None, 0, int(said == "stored"))

    @pytest.mark.parametrize("is_stored", [True, False])
    def test_who_carries_its_phone_is_it(self, api, omid, deal, is_stored):
        make_customer(owner=omid, phone="+989123334455")
        known = make_customer(owner=omid, phone="+989123334455")
        sent = {"opportunity": deal.pk, "lines": LINES}
        if is_stored:
            api.patch(f"/orders/{make_order(customer=known, owner=omid).pk}/", sent)
        else:
            api.post("/orders/", sent | {"customer": known.pk})

        deal.refresh_from_db()
        assert (deal.customer, deal.lead.customer, sold()) == (known, known, [(known.pk, omid.pk, 1000)])

    def test_known_by_name_alone_it_is_who_is_called_so(self, api, omid):
        deal = make_opportunity(owner=omid, lead=make_lead(name="علی مرادی", owner=omid))

        sent = {"name": "علي مرادي", "phone": "09123334455"}
        response = api.post("/orders/", {"opportunity": deal.pk, "customer": sent, "lines": LINES})

        made = Customer.objects.get()
        assert (response.status_code, made.name, made.phone) == (201, "علی مرادی", "+989123334455")

    def test_what_is_refused_makes_nobody_a_customer(self, api, deal):
        wrong = {"opportunity": deal.pk, "lines": [{"name": "Tea", "quantity": 1, "unit_price": "0.5"}]}

        response = api.post("/orders/bulk/", {"items": [wrong]})

        assert (response.json()["results"][0]["status"], Customer.objects.count(), sold()) == ("error", 0, [])
