"""Whatever is refused says so: in which field, why, and with the keyboard there; what was not sent is left as it was."""

import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from campaigns.models import Campaign, Expense
from kpis.models import AlertRule, Dashboard
from leads.models import Lead, Opportunity
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import make_lead, make_opportunity, make_quote

pytestmark = pytest.mark.django_db

FOCUSED = re.compile(r"<(\w+)([^>]*\bautofocus\b[^>]*)>")


@pytest.fixture
def forms(sara):
    """By the name of its page: the address, and something that is refused there."""
    customer = make_customer(name="Arya", owner=sara)
    deal = make_opportunity(name="Big order", owner=sara, customer=customer)
    campaign = Campaign.objects.create(name="Autumn", starts_on=date(2025, 9, 23))
    day = campaign.starts_on
    cost = Expense.objects.create(kind="ads", amount=5, campaign=campaign, valid_from=day, valid_to=day)
    rule = AlertRule.objects.create(user=sara, kpi="revenue", condition="above", bound=5, calendar="jalali", grain="month")
    board = Dashboard.objects.create(user=sara, name="Board", tiles=[{"kpi": "revenue", "shape": "card", "by": ""}], view={})
    return {
        "leads:lead-create": ((), {"phone": "12"}),
        "leads:lead-edit": ((make_lead(name="Ali", owner=sara).pk,), {"phone": "12"}),
        "leads:lead-convert": ((make_lead(name="Reza", owner=sara).pk,), {"amount": "1"}),
        "leads:opportunity-edit": ((deal.pk,), {"amount": "much"}),
        "leads:opportunity-move": ((deal.pk,), {"stage": "won", "answered": "1"}),
        "leads:opportunity-quote": ((deal.pk,), {"number": "7"}),
        "leads:quote-edit": ((make_quote(opportunity=deal).pk,), {"number": "7"}),
        "leads:opportunity-order": ((deal.pk,), {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-name": "Thing"}),
        "customers:customer-edit": ((customer.pk,), {"email": "ali@"}),
        "customers:order-edit": ((make_order(customer=customer).pk,), {"number": "7"}),
        "customers:order-refund": ((make_order(customer=customer).pk,), {"amount": "much"}),
        "customers:contract-create": ((customer.pk,), {"starts_on": "soon"}),
        "campaigns:expense-create": ((), {"kind": "ads"}),
        "campaigns:expense-edit": ((cost.pk,), {"note": "x"}),
        "kpis:campaign-edit": ((campaign.pk,), {"budget": "much"}),
        "kpis:alert-edit": ((rule.pk,), {"bound": "much"}),
        "kpis:dashboard-edit": ((board.pk,), {"name": ""}),
    }


def errors_of(form):
    lines = getattr(form, "lines", None)
    yield from form.errors.values()
    if lines is not None:
        yield lines.non_form_errors()
        for line in lines:
            yield from line.errors.values()


def test_every_refused_form_says_what_is_wrong_and_puts_the_keyboard_there(browse, sara, forms):
    client = browse(sara)
    for name, (key, sent) in forms.items():
        response = client.post(reverse(name, args=key), sent)

        told = [str(error) for errors in errors_of(response.context["form"]) for error in errors]
        page = unescape(response.content.decode())
        tag, attributes = FOCUSED.search(page).groups()
        is_wrong = 'role="alert"' if tag == "div" else 'aria-invalid="true"'
        assert (name, bool(told), [text for text in told if text not in page]) == (name, True, [])
        assert (name, is_wrong in attributes) == (name, True)


def test_a_form_that_is_fine_takes_no_focus_but_of_a_lead_that_is_made_or_converted(browse, sara, forms):
    client = browse(sara)
    pages = {name: client.get(reverse(name, args=key), sent).content.decode() for name, (key, sent) in forms.items()}
    focused = {name: found.group() for name, page in pages.items() if (found := FOCUSED.search(page))}
    fields = {name: re.search('name="([a-z_]+)"', field)[1] for name, field in focused.items()}
    assert fields == {"leads:lead-create": "name", "leads:lead-convert": "opportunity_name"}


def test_fields_that_were_not_sent_stay_as_they_are(browse, sara):
    client, lead = browse(sara), make_lead(name="Ali", phone="+989121112233", company="Arya", owner=sara)
    deal = make_opportunity(name="Big order", owner=sara, customer=make_customer(owner=sara), amount=Decimal(5_000))

    client.post(reverse("leads:lead-edit", args=[lead.pk]), {"notes": "Called twice"})
    client.post(reverse("leads:opportunity-edit", args=[deal.pk]), {"name": "Larger order"})

    kept = Lead.objects.values_list("name", "phone", "company", "notes").get(pk=lead.pk)
    assert kept == ("Ali", "+989121112233", "Arya", "Called twice")
    kept = Opportunity.objects.values_list("name", "amount", "customer", "owner").get(pk=deal.pk)
    assert kept == ("Larger order", 5_000, deal.customer_id, sara.pk)
