"""Cohorts within a window: of three that entered on 3 Mehr 1404 one converted after 10 days, one after 30, one never."""

from datetime import date, timedelta

import pytest

from crm.periods import Calendar, Grain
from customers.models import Category, Product
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension, Kind
from kpis.readings import Query, list_rows
from leads.models import Lead, Opportunity, Quote, QuoteLine, Stage
from tests.factories.customers import make_customer, make_invitation, make_order
from tests.factories.kpis import tehran
from tests.kpis.proof import TODAY, card, parts, periods_of

pytestmark = pytest.mark.django_db
ENTRY = tehran(2025, 9, 25, 20)
TENTH, THIRTIETH = tehran(2025, 10, 5, 1), tehran(2025, 10, 25, 23)
CONVERSIONS = (TENTH, THIRTIETH, None)
# Of a window of so many days, how many of the three it counts.
EXPECTED = {9: 0, 10: 1, 29: 1, 30: 2, 365: 2, None: 2}


def ordered(customer, *days, **facts):
    return [make_order(customer=customer, placed_at=day, lines=((1, 100),), **facts) for day in days if day]


def lead(**facts):
    return Lead.objects.create(name="L", created_at=ENTRY, **facts)


def quote(**facts):
    return Quote.objects.create(issued_at=ENTRY, currency="IRR", customer=make_customer(), **facts)


def leads_that_convert():
    for at in CONVERSIONS:
        lead(converted_at=at)


def mqls_that_become_sqls():
    for at in CONVERSIONS:
        Lead.objects.create(name="L", created_at=ENTRY - timedelta(days=50), mql_at=ENTRY, sql_at=at)


def leads_that_order():
    """What their customers ordered before and after is no first order of theirs."""
    for at in CONVERSIONS:
        customer = make_customer()
        lead(customer=customer)
        ordered(customer, ENTRY - timedelta(days=3), at, at and at + timedelta(days=100))
    ordered(Lead.objects.order_by("pk").last().customer, ENTRY + timedelta(days=5), status="draft")


def leads_that_are_invoiced():
    """One by its customer's order, one by its quote: the second version was billed first, then the first one too."""
    by_customer, by_quote, _never = (lead(customer=make_customer()) for _ in CONVERSIONS)
    ordered(by_customer.customer, ENTRY - timedelta(days=1), TENTH, THIRTIETH, status="pending")
    (late,) = ordered(by_quote.customer, THIRTIETH + timedelta(days=1), status="pending")
    (first,) = ordered(by_quote.customer, THIRTIETH, status="pending")
    ordered(by_quote.customer, TENTH, status="pending")  # of the same customer, but not by the lead's quote
    original = Quote.objects.create(issued_at=ENTRY, currency="IRR", lead=by_quote, order=late)
    Quote.objects.create(issued_at=TENTH, currency="IRR", lead=by_quote, order=first, original=original, revision_of=original)


def quotes_that_are_invoiced():
    for at in CONVERSIONS:
        made = quote()
        QuoteLine.objects.create(quote=made, position=0, quantity=1, unit_price=7)
        for order in ordered(made.customer, at, at and at + timedelta(days=20)):
            version = Quote.objects.create(
                issued_at=ENTRY, currency="IRR", customer=made.customer, original=made, revision_of=made, order=order
            )
            QuoteLine.objects.create(quote=version, position=0, quantity=1, unit_price=7)


def offers_that_are_accepted():
    product = Product.objects.create(sku="G", category=Category.objects.create(name="Tea"))
    for at in CONVERSIONS:
        made = quote(accepted_at=at)
        for position, line_class in enumerate(("upsell", "cross_sell")):
            QuoteLine.objects.create(
                quote=made, position=position, quantity=1, unit_price=1, line_class=line_class, product=product
            )


def deals_that_are_won():
    product = Product.objects.create(sku="G")
    for at in CONVERSIONS:
        stage = Stage.objects.filter(kind="won" if at else "open").first()
        deal = Opportunity.objects.create(name="D", stage=stage, customer=make_customer(), created_at=ENTRY, won_at=at)
        deal.products.set([product])


def customers_that_come_again():
    for at in CONVERSIONS:
        ordered(make_customer(), ENTRY, at, at and at + timedelta(days=50))


def invitations_that_are_answered():
    for at in CONVERSIONS:
        make_invitation(delivered_at=ENTRY, answered_at=at)


COHORTS = {
    "lead_conversion_rate_cohort": leads_that_convert,
    "mql_to_sql_rate": mqls_that_become_sqls,
    "lead_to_customer_rate": leads_that_order,
    "leads_invoiced": leads_that_are_invoiced,
    "lead_to_invoice_rate": leads_that_are_invoiced,
    "quote_to_invoice_rate": quotes_that_are_invoiced,
    "quote_to_invoice_value_rate": quotes_that_are_invoiced,
    "upsell_offer_rate": offers_that_are_accepted,
    "cross_sell_offer_rate": offers_that_are_accepted,
    "win_rate_cohort": deals_that_are_won,
    "repeat_purchase_rate": customers_that_come_again,
    "survey_response_rate": invitations_that_are_answered,
}


def test_each_cohort_takes_one_but_those_whose_formula_names_24_hours():
    cohorts = {key for key, kpi in CATALOGUE.items() if kpi.kind is Kind.COHORT}

    assert cohorts == {*COHORTS, "landing_page_conversion_rate", "cart_abandonment_rate"}
    assert {key for key, kpi in CATALOGUE.items() if kpi.takes_window} == set(COHORTS)


@pytest.mark.parametrize("key", COHORTS)
def test_a_window_counts_what_converts_at_most_so_many_days_after_the_day_of_entry(refresh, key):
    COHORTS[key]()
    refresh()
    unit = 7 if key == "quote_to_invoice_value_rate" else 1
    month = periods_of(Calendar.JALALI, Grain.MONTH, date(2025, 9, 25), date(2025, 9, 25))

    counted = {days: card(key, window=days).numerator for days in EXPECTED}
    listed = {days: list_rows(CATALOGUE[key], "numerator", Query(month, TODAY, window=days)) for days in EXPECTED}

    assert counted == {days: unit * count for days, count in EXPECTED.items()}
    assert {days: (page.total, page.amount) for days, page in listed.items()} == {
        days: (count, unit * count) for days, count in EXPECTED.items()
    }
    if CATALOGUE[key].is_ratio:
        assert card(key, window=10).denominator == 3 * unit
    # A cohort whose window has passed is closed, however long others may take: that of 10 days on 2 November.
    states = [card(key, today=day, window=10).state for day in (date(2025, 11, 1), date(2025, 11, 2))]
    assert states == ["maturing", "closed"]


@pytest.mark.parametrize(("key", "by"), [("win_rate_cohort", Dimension.PRODUCT), ("cross_sell_offer_rate", Dimension.CATEGORY)])
def test_the_parts_of_a_cohort_have_its_window_too(refresh, key, by):
    COHORTS[key]()
    refresh()
    (member,) = (Product if by is Dimension.PRODUCT else Category).objects.values_list("pk", flat=True)

    assert [round(3 * parts(key, by, window=days)[member]) for days in (9, 10, 30)] == [0, 1, 2]
    assert card(key, window=10, filters={by: member}).numerator == 1
