"""What is said of the records behind each card, from its definition."""

import re

import pytest
from django.utils import translation

from crm.models import Organization
from kpis.catalogue import CATALOGUE
from kpis.readings.provenance import left_out_text, source_text
from tests.factories.leads import make_lead

OF_LEADS = "Marked as a test · Marked as spam · Duplicate, merged into another"
OF_ORDERS = "Draft order · Pending order · Cancelled order · Test customer · Spam customer"
END = "up to the end of the period"


@pytest.mark.parametrize(
    ("key", "source", "left_out"),
    [
        ("lead_conversion_rate", "Leads (day of the conversion; day of creation)", OF_LEADS),
        ("revenue", "Orders (day of the order; day of the refund)", OF_ORDERS),
        # who has ordered, and nobody by what is no order
        ("customers_total", f"Customers (day of the first order, {END})", OF_ORDERS),
        ("pipeline_value", f"Opportunities ({END})", "Test lead · Spam lead · Test customer · Spam customer"),
        ("operating_expenses", "Expenses", ""),
        ("sessions", "Visits to the site (day of the start)", "Robot"),
        # of a year, whatever the period
        ("customer_lifetime_value_revenue", "Customers · orders", OF_ORDERS),
    ],
)
def test_records_and_their_days_are_named_and_what_is_not_counted(key, source, left_out):
    assert (source_text(CATALOGUE[key]), left_out_text(CATALOGUE[key])) == (source, left_out)


@pytest.mark.parametrize("text_of", [source_text, left_out_text])
def test_every_card_says_it_in_persian(text_of):
    with translation.override("fa"):
        said = {key: text_of(kpi) for key, kpi in CATALOGUE.items()}

    assert {key: text for key, text in said.items() if re.search("[A-Za-z]", re.sub("MQL|SQL", "", text))} == {}


@pytest.mark.django_db
def test_the_card_and_its_page_show_it_and_lead_to_the_list(browse, sara):
    make_lead()

    overview, page = (browse(sara).get(f"/kpis/{path}").content.decode() for path in ("", "lead_conversion_rate/"))

    assert "Data source: Leads (day of the conversion; day of creation)<br>Not counted: Marked as a test" in overview
    assert 'href="/kpis/catalog/#lead_conversion_rate"' in overview
    assert "<dd>Leads (day of the conversion; day of creation)</dd>" in page


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("lost_customers", "lost after 120 days without an order"),
        (
            "marketing_revenue",
            "money is credited by the attribution model “Linear” · touches are credited of 90 days before an order",
        ),
        ("orders", ""),
    ],
)
def test_the_page_says_what_the_company_decided(browse, sara, key, text):
    Organization.objects.update(inactivity_days=120, attribution_model="linear", touch_days=90)

    assert browse(sara).get(f"/kpis/{key}/").context["rules"] == text
