"""Two people who have the same record open: nothing that one of them saved is lost without a word."""

from decimal import Decimal

import pytest
from django.urls import reverse

from customers.models import Customer
from leads.models import Lead, Opportunity
from tests.factories.customers import make_customer
from tests.factories.leads import make_lead, make_opportunity

pytestmark = pytest.mark.django_db


def opened(client, url):
    """What a browser would send if nobody typed anything."""
    page = client.get(url)
    form = page.context["form"]
    assert 'name="seen"' in page.content.decode()
    return {name: "" if form[name].value() is None else str(form[name].value()) for name in form.fields if name != "anyway"}


@pytest.mark.parametrize(
    ("kind", "changes", "then"),
    [
        ("lead", [{"company": "Arya"}, {"email": "ali@example.com"}], {"company": "Arya", "email": "ali@example.com"}),
        ("customer", [{"company": "Arya"}, {"name": "Ali"}], {"company": "Arya", "name": "Ali"}),
        ("opportunity", [{"amount": "250"}, {"name": "Tea"}], {"amount": Decimal(2500), "name": "Tea"}),
    ],
)
def test_what_each_of_two_changed_is_kept(browse, sara, kind, changes, then):
    """An amount of 250 tomans is 2,500 rials."""
    make, model, app = {
        "lead": (make_lead, Lead, "leads"),
        "customer": (make_customer, Customer, "customers"),
        "opportunity": (make_opportunity, Opportunity, "leads"),
    }[kind]
    row, client = make(owner=sara, name="Vali"), browse(sara)
    url = reverse(f"{app}:{kind}-edit", args=[row.pk])
    forms = [opened(client, url) | each for each in changes]

    answers = [client.post(url, form).status_code for form in forms]

    assert (answers, model.objects.filter(pk=row.pk).values(*then).get()) == ([302, 302], then)


def test_who_changes_the_same_is_told_and_who_saves_again_has_seen_it(browse, sara):
    lead, client = make_lead(owner=sara, name="Vali"), browse(sara)
    url = reverse("leads:lead-edit", args=[lead.pk])
    first, second = opened(client, url), opened(client, url) | {"company": "Mine", "name": "Ali"}
    client.post(url, first | {"company": "Theirs", "email": "t@example.com"})

    refused = client.post(url, second)
    form = refused.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    client.post(url, {name: value or "" for name, value in shown.items()})

    assert form.errors == {"company": ["Meanwhile this was set to Theirs. Save again to replace it."]}
    assert (shown["company"], shown["name"], shown["email"]) == ("Mine", "Ali", "t@example.com")
    lead.refresh_from_db()
    assert (lead.company, lead.name, lead.email) == ("Mine", "Ali", "t@example.com")


@pytest.mark.parametrize("seen", ["", "[]", "{", '{"company": 5, "pk": "x"}'])
def test_a_form_that_does_not_say_what_it_showed_saves_all_that_was_sent(browse, sara, seen):
    lead, client = make_lead(owner=sara, name="Vali"), browse(sara)
    url = reverse("leads:lead-edit", args=[lead.pk])

    response = client.post(url, opened(client, url) | {"company": "Mine", "seen": seen})

    lead.refresh_from_db()
    assert (response.status_code, lead.company, lead.name) == (302, "Mine", "Vali")
