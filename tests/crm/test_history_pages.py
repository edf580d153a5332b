"""The page of a record's history: what was changed, by whom, and only what its reader may see of it."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from campaigns.models import Campaign
from crm.models import ApiToken, Organization, User
from customers.models import Contract, Customer, Order, Ticket
from leads.models import Lead, Opportunity, Quote
from tests.api_client import Api
from tests.factories.crm import make_token, make_user
from tests.factories.customers import make_contract, make_customer, make_order
from tests.factories.leads import make_lead, make_opportunity, make_quote
from tests.kpis.test_company_pages import questions

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(sara):
    sara.is_superuser = sara.is_staff = True
    sara.save()
    return sara


def history(client, route, row):
    """Every entry as plain words: its title, who it names, its changes."""
    answer = client.get(reverse(route, args=[row.pk]))
    assert answer.status_code == 200
    return [
        (entry["title"], entry.get("by", ""), [tuple(map(strip_tags, change.values())) for change in entry.get("changes", ())])
        for entry in answer.context["entries"]
    ]


def test_a_change_is_told_in_the_readers_words(browse, omid, sara):
    customer = make_customer(name="Arya", owner=omid)
    lead = make_lead(name="Ali", owner=omid)
    midnight = datetime(2025, 9, 22, 20, 40, tzinfo=UTC)
    facts = {"owner": sara, "customer": customer, "mql_at": midnight, "phone": "+989121112233", "is_test": True}
    Lead.objects.filter(pk=lead.pk).update(**facts)
    Lead.objects.filter(pk=lead.pk).update(name="Reza")
    sara.calendar = "jalali"
    sara.save()

    told = history(browse(sara), "leads:lead-history", lead)

    assert told == [
        ("Changed", "automatic", [("Name", "Ali", "Reza")]),
        (
            "Changed",
            "automatic",
            [
                ("Mobile", "", "0912 111 2233"),
                ("Owner", "Omid", "Sara"),
                ("MQL at", "", "1 Mehr 1404, 00:10"),
                ("Customer", "", "Arya"),
                ("Test", "No", "Yes"),
            ],
        ),
        ("First saved", "", []),
    ]


def test_amounts_are_in_the_readers_unit_and_choices_by_their_labels(browse, sara, hana):
    """What an order takes off is in its own currency; what its goods cost is for those who see costs."""
    order, abroad = make_order(status="pending"), make_order(currency="EUR", rate=600_000)
    Order.objects.filter(pk=order.pk).update(status="paid", shipping=50_000)
    order.lines.update(unit_cost=70)
    Order.objects.filter(pk=abroad.pk).update(tax=5)

    def told(reader, order):
        return [changes for title, _by, changes in history(browse(reader), "customers:order-history", order) if changes]

    paid = [("Status", "Pending", "Paid"), ("Shipping", "0 Toman", "5,000 Toman")]
    assert told(sara, order)[:2] == [[("Cost", "0 Toman", "7 Toman")], paid]
    assert told(hana, order)[0] == paid
    assert told(sara, abroad)[0] == [("Tax", "0.00 EUR", "5.00 EUR")]


def test_what_one_request_did_is_one_change(browse, sara, client):
    """Lines are written before the status, and an order's sum with each of them: only what came of it all is told."""
    order, api = make_order(status="pending"), Api(client, make_token(name="Shop"))

    api.patch(f"/orders/{order.pk}/", {"number": "7"})
    api.patch(f"/orders/{order.pk}/", {"lines": [{"name": "Tea", "quantity": 3, "unit_price": "100"}], "status": "paid"})

    assert order.history.count() > 2
    latest, first, *_making = history(browse(sara), "customers:order-history", order)
    assert (latest[2][:2], len(latest[2])) == ([("Status", "Pending", "Paid"), ("Net amount", "10,000 Toman", "30 Toman")], 3)
    assert (first[1], first[2][-1]) == ("API token Shop", ("Number", "", "7"))


def test_every_kind_has_its_history_and_a_link_to_it(browse, boss):
    customer = make_customer()
    deal = make_opportunity(customer=customer)
    campaign = Campaign.objects.create(name="Autumn")
    kinds = [
        (Lead, make_lead(), "leads:lead", {"notes": "x"}),
        (Opportunity, deal, "leads:opportunity", {"name": "x"}),
        (Quote, make_quote(opportunity=deal), "leads:quote", {"number": "x"}),
        (Customer, customer, "customers:customer", {"name": "x"}),
        (Order, make_order(customer=customer), "customers:order", {"number": "x"}),
        (Contract, make_contract(customer=customer), "customers:contract", {"plan": "x"}),
        (Ticket, Ticket.objects.create(customer=customer), "customers:ticket", {"subject": "x"}),
        (Campaign, campaign, "kpis:campaign", {"name": "x"}),
    ]
    client = browse(boss)
    for model, row, route, facts in kinds:
        model.objects.filter(pk=row.pk).update(**facts)
        address = reverse(f"{route}-history", args=[row.pk])
        page = client.get(address).context
        [change] = page["entries"][0]["changes"]
        assert change["new"] == "x"
        assert f'href="{address}"' in client.get(page["page_url"]).content.decode()


def test_who_is_named(browse, omid, client):
    """A person for what they did on a page, an integration by its token."""
    customer = make_customer(name="Arya", owner=omid)

    browse(omid).post(reverse("customers:customer-archive", args=[customer.pk]))
    Api(client, make_token(name="Shop")).patch(f"/customers/{customer.pk}/", {"name": "Arya 2"})

    assert history(browse(omid), "customers:customer-history", customer)[:2] == [
        ("Changed", "API token Shop", [("Name", "Arya", "Arya 2")]),
        ("Changed", "Omid", [("Archived", "No", "Yes")]),
    ]


def test_who_made_a_record_is_named(browse, omid, sara, client):
    """Of what a command or a task made nobody is."""
    mine = make_contract(plan="Gold")
    form = {"name": "Arya", "kind": "person", "owner": omid.pk}
    browse(omid).post(reverse("customers:customer-create"), form)
    Api(client, make_token(name="Shop")).post("/customers/", {"external_id": "7", "name": "Mina"})

    arya, mina = Customer.objects.get(name="Arya"), Customer.objects.get(name="Mina")
    made = [history(browse(sara), "customers:customer-history", row)[-1] for row in (mine.customer, arya, mina)]

    assert made == [("First saved", "", []), ("First saved", "Omid", []), ("First saved", "API token Shop", [])]


def test_a_name_that_its_reader_may_not_see_is_not_told(browse, omid, nima):
    hidden = make_customer(name="Secret buyer", owner=nima)
    deal = make_opportunity(name="Deal", owner=omid, customer=make_customer(name="Arya", owner=omid))
    Opportunity.objects.filter(pk=deal.pk).update(customer=hidden)

    told = history(browse(omid), "leads:opportunity-history", deal)

    assert told[0][2] == [("Customer", "Arya", "not shown to you")]


def test_a_history_is_for_those_who_see_the_record(browse, omid, nima, hana):
    lead = make_lead(owner=nima)

    assert browse(omid).get(reverse("leads:lead-history", args=[lead.pk])).status_code == 404
    assert browse(hana).get(reverse("leads:lead-history", args=[lead.pk])).status_code == 403
    assert browse(omid).get(reverse("settings-history")).status_code == 403


def test_what_only_the_keeping_of_a_row_changed_is_not_told(browse, sara):
    lead = make_lead(name="Ali")
    for change in ({"external_id": "7", "source": "shop"}, {"name": "Reza"}, {"visitor": "abc"}):
        Lead.objects.filter(pk=lead.pk).update(**change)

    told = history(browse(sara), "leads:lead-history", lead)

    assert lead.history.count() == 3
    assert told == [("Changed", "automatic", [("Name", "Ali", "Reza")]), ("First saved", "", [])]


def test_the_removal_of_a_row_that_came_back_is_told(browse, sara):
    contract = make_contract(plan="Gold")
    pk = contract.pk
    contract.delete()
    make_contract(pk=pk, customer=contract.customer, plan="Gold")
    Contract.objects.filter(pk=pk).update(plan="Silver")

    told = history(browse(sara), "customers:contract-history", Contract.objects.get(pk=pk))

    assert [entry[0] for entry in told] == ["Changed", "Deleted", "First saved"]
    assert told[0][2] == [("Plan", "Gold", "Silver")]


def test_a_long_history_has_pages(browse, sara):
    """25 changes on each; the first of the second page became what the last of the first page was."""
    lead = make_lead(name="0")
    for number in range(1, 31):
        Lead.objects.filter(pk=lead.pk).update(name=str(number))
        Lead.objects.filter(pk=lead.pk).update(visitor=str(number))
    client, address = browse(sara), reverse("leads:lead-history", args=[lead.pk])

    first = client.get(address).context
    second = client.get(first["pager"].next_url).context
    back = client.get(second["pager"].previous_url).context

    def news(page):
        return [entry["changes"][0]["new"] for entry in page["entries"] if "changes" in entry]

    assert news(first) == [str(number) for number in range(30, 5, -1)]
    assert news(second) == ["5", "4", "3", "2", "1"]
    assert news(back) == news(first)


def test_the_rules_of_the_organisation_have_a_history(browse, boss):
    Organization.objects.update(week_start=0, business_days=[0, 1])
    client = browse(boss)

    page, settings = client.get(reverse("settings-history")), client.get(reverse("settings"))

    assert [change["new"] for change in page.context["entries"][0]["changes"]] == ["Monday", "Monday · Tuesday"]
    assert settings.context["last_change"]["by"] == "automatic"
    assert reverse("settings-history") in settings.content.decode()


def test_what_became_of_a_token_is_told_without_its_secret(browse, boss, omid):
    """Who switches its person off ends it."""
    token = make_token(omid, scopes=["orders:read"])
    ApiToken.objects.filter(pk=token.pk).update(scopes=["orders:read", "orders:write"])
    person = reverse("admin:crm_user_change", args=[omid.pk])
    client = browse(boss)
    form = client.get(person).context["adminform"].form
    client.post(person, {name: form[name].value() or "" for name in form.fields} | {"is_active": "", "is_superuser": ""})
    ApiToken.objects.filter(pk=token.pk).update(digest="0" * 64, last_used_at=token.created_at)

    address = reverse("token-history", args=[token.pk])

    told = history(client, "token-history", token)
    assert [(title, by) for title, by, _changes in told] == [("Changed", "Sara"), ("Changed", "automatic"), ("First saved", "")]
    assert told[0][2][0][:2] == ("Revoked at", "")
    assert told[1][2] == [("Scopes", "Orders: read", "Orders: read and write")]
    assert f'href="{address}"' in client.get(reverse("token", args=[token.pk])).content.decode()
    assert browse(make_user("manager")).get(address).status_code == 403


def test_a_record_that_was_never_changed_says_so(browse, sara):
    answer = browse(sara).get(reverse("leads:lead-history", args=[make_lead().pk]))

    assert "No change is known" in answer.content.decode()


def test_a_page_asks_as_much_for_many_changes_as_for_one(browse, omid, nima, client):
    lead, other = make_lead(name="0", owner=omid), make_lead(name="0", owner=omid)
    token = make_token()

    def change(row, number):
        customer, person = make_customer(owner=omid), [omid, nima][number % 2]
        Lead.objects.filter(pk=row.pk).update(customer=customer, owner=person, merged_into=None)
        Api(client, token).patch(f"/leads/{row.pk}/", {"name": str(number)})

    change(lead, 1)
    for number in range(12):
        change(other, number)
    sees_all = User.objects.create_user("all@example.com", name="All", role="manager", visibility="all", language="en")

    asked = [len(questions(browse(sees_all), reverse("leads:lead-history", args=[row.pk]))) for row in (lead, other)]

    assert asked[0] == asked[1] <= 12
