"""What the command palette offers, to whom, and in which order."""

import pytest
from django.urls import reverse

from tests.factories.customers import make_customer
from tests.factories.leads import make_lead, make_opportunity

pytestmark = pytest.mark.django_db

URL = "/palette/"


def found(response):
    """The names of the options by their group."""
    context = response.context
    pages = {name: [str(item.label) for item in context[name]] for name in ("actions", "places")}
    return pages | {name: [str(row) for row in context.get(name, [])] for name in ("leads", "opportunities", "customers")}


def test_nothing_typed_offers_what_one_can_begin_and_the_menu(browse, omid):
    assert found(browse(omid).get(URL)) == {
        "actions": ["New lead", "New opportunity", "New order", "New task", "New customer", "New ticket"],
        "places": ["Today", "Leads", "Pipeline", "Customers", "Orders", "KPIs", "Dashboards", "Surveys", "Support"],
        "leads": [],
        "opportunities": [],
        "customers": [],
    }


def test_what_somebody_may_not_do_or_see_is_absent(browse, omid, nima, hana):
    make_lead(name="Arya one", owner=omid)
    make_lead(name="Arya two", owner=nima)
    make_opportunity(name="Arya deal", owner=nima)
    make_customer(name="Arya shop")

    mine, support = found(browse(omid).get(URL, {"q": "arya"})), found(browse(hana).get(URL, {"q": "arya"}))

    assert (mine["leads"], mine["opportunities"]) == (["Arya one"], [])
    assert (support["leads"], support["opportunities"], support["customers"]) == ([], [], ["Arya shop"])
    assert found(browse(hana).get(URL))["actions"] == ["New order", "New customer", "New ticket"]
    assert browse().get(URL).status_code == 302


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("lead conv", "Lead conversion rate"),
        ("conv lead", "Lead conversion rate"),
        ("NPS", "Net promoter score"),
        ("مراحل", "Pipeline"),
        ("ppeline", "Pipeline"),
        ("passw", "Change password"),
    ],
)
def test_pages_are_found_by_pieces_of_their_name_in_both_languages(browse, sara, typed, first):
    assert found(browse(sara).get(URL, {"q": typed}))["places"][0] == first


def test_a_word_comes_before_a_piece_of_one(browse, sara):
    """“rate” is a word of “Churn rate” and only a piece of “Leads generated”."""
    names = found(browse(sara).get(URL, {"q": "rate"}))["places"]

    assert [name for name in names if "rate" not in name.lower().split() and "rate," not in name.lower()] == []


def test_a_record_of_the_name_comes_before_a_page_with_its_letters(browse, sara):
    """The letters of «سارا» stand one after another in «سفارش‌ها», orders; nobody who types the name means them."""
    before = found(browse(sara).get(URL, {"q": "سارا"}))["places"]
    make_customer(name="سارا آزمونی")

    after = found(browse(sara).get(URL, {"q": "سارا"}))

    assert ("Orders" in before, after["places"], after["customers"]) == (True, [], ["سارا آزمونی"])


def test_nothing_found_says_so(browse, sara):
    response = browse(sara).get(URL, {"q": "zzzqqq"})

    assert (response.context["count"], "No match" in response.content.decode()) == (0, True)


def test_script_in_a_name_stays_text(browse, sara):
    make_customer(name="<script>alert(1)</script>")

    assert "<script>alert" not in browse(sara).get(URL, {"q": "script"}).content.decode()


def test_the_menu_of_new_things_is_that_of_the_palette(browse, hana, omid):
    assert reverse("leads:lead-create") not in browse(hana).get("/customers/").content.decode()
    assert reverse("leads:lead-create") in browse(omid).get("/customers/").content.decode()


class TestRecent:
    def names(self, client):
        return [str(item.label) for item in client.get(URL).context["recent"]]

    def test_what_was_opened_last_comes_first_and_once(self, browse, sara):
        lead, customer = make_lead(name="Ali"), make_customer(name="Arya")
        opportunity = make_opportunity(name="Deal")
        client = browse(sara)
        opened = [f"/leads/{lead.pk}/", f"/customers/{customer.pk}/", f"/opportunities/{opportunity.pk}/", f"/leads/{lead.pk}/"]

        for url in opened:
            client.get(url)

        assert self.names(client) == ["Ali", "Deal", "Arya"]
        assert "recent" not in client.get(URL, {"q": "ali"}).context

    def test_only_the_last_five(self, browse, sara):
        client = browse(sara)
        for number in range(6):
            client.get(f"/leads/{make_lead(name=str(number)).pk}/")

        assert self.names(client) == ["5", "4", "3", "2", "1"]

    def test_what_one_may_no_longer_see_is_gone(self, browse, omid, nima):
        lead = make_lead(name="Ali", owner=omid)
        client = browse(omid)
        client.get(f"/leads/{lead.pk}/")

        lead.owner = nima
        lead.save()

        assert self.names(client) == []

    def test_it_ends_with_the_session(self, browse, omid):
        client = browse(omid)
        client.get(f"/leads/{make_lead(owner=omid).pk}/")

        client.post("/account/logout/")
        client.force_login(omid)

        assert self.names(client) == []
