"""Quotes, one worked example per KPI. Days are of Mehr 1404 unless a row says otherwise."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from campaigns.models import Channel
from crm.models import Team, User
from customers.models import Category, Customer, Product
from kpis.definitions import Dimension
from leads.models import Lead, Opportunity, Quote, QuoteLine, Stage
from tests.customers.test_order_pages import typed
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.factories.leads import make_opportunity
from tests.kpis.catalogue.conftest import LONG_AFTER, near
from tests.kpis.proof import card, parts

pytestmark = pytest.mark.django_db
MEHR, SHAHRIVAR, ABAN = tehran(2025, 9, 25), tehran(2025, 8, 25), tehran(2025, 10, 25)


def quote(issued_at=MEHR, amount=0, line_class="", product=None, **facts):
    if not {"lead", "opportunity", "customer"} & set(facts):
        facts["customer"] = make_customer()
    made = Quote.objects.create(issued_at=issued_at, currency="IRR", **facts)
    if amount or line_class:
        QuoteLine.objects.create(
            quote=made, position=0, quantity=1, unit_price=amount or 1, line_class=line_class, product=product
        )
    return made


def revise(first, issued_at, amount=0, **facts):
    return quote(issued_at, amount, original=first, revision_of=first, customer=first.customer, **facts)


def test_quotes_issued(refresh):
    first = quote()
    revise(first, MEHR + timedelta(days=2))  # a revision of one is no other
    revise(first, ABAN)
    unsent = quote(None)
    revise(unsent, MEHR)  # issued first as a revision
    quote(None)  # a draft
    quote(SHAHRIVAR)
    quote(lead=Lead.objects.create(name="L", is_test=True))
    quote(customer=Customer.objects.create(is_spam=True))
    refresh()

    # Poisson 0.242209 to 7.224688
    value = card("quotes_issued")
    assert value.value == 2
    assert [value.lower, value.upper] == near(0.242209, 7.224688)
    assert card("quotes_issued", date(2025, 9, 1)).value == 1
    assert card("quotes_issued", date(2025, 10, 25), today=LONG_AFTER).value == 0


def test_quote_to_invoice_rate(refresh):
    """The sheet's own numbers: 18 of 60."""
    for status, count in (("paid", 10), ("pending", 6), ("draft", 3), ("cancelled", 3)):  # an invoice is neither of the last two
        for _ in range(count):
            quote(order=make_order(status=status, placed_at=ABAN))
    for _ in range(2):
        revise(quote(), ABAN, order=make_order(status="fulfilled"))  # the revision was billed, a month later
    quote(order=make_order(customer=Customer.objects.create(is_test=True)))
    for _ in range(35):
        quote()
    revise(quote(SHAHRIVAR), MEHR, order=make_order())  # first issued before
    refresh()

    # 10 + 6 + 2 of 10 + 6 + 3 + 3 + 2 + 1 + 35 = 60
    value = card("quote_to_invoice_rate")
    assert (value.numerator, value.denominator, value.value) == (18, 60, Decimal("0.3"))
    assert [value.lower, value.upper] == near(0.198982, 0.425087)
    assert card("quote_to_invoice_rate", today=date(2026, 1, 20)).state == "maturing"  # 90 days after 22 October
    assert card("quote_to_invoice_rate", today=date(2026, 1, 21)).state == "closed"


def test_quote_to_invoice_value_rate(refresh):
    revise(quote(amount=900), ABAN, 600, order=make_order())  # the last amount counts
    quote(amount=400, order=make_order(status="cancelled"))
    revise(quote(amount=1000), None, 70)  # a revision that was not sent changes nothing
    refresh()

    # 600 ÷ (600 + 400 + 1,000)
    value = card("quote_to_invoice_value_rate")
    assert (value.numerator, value.denominator, value.value) == (600, 2000, Decimal("0.3"))
    assert (value.sample_size, value.lower) == (3, None)


def test_quotes_without_amounts_have_no_rate_by_amount(refresh):
    quote()
    refresh()

    assert card("quote_to_invoice_value_rate").reason == "no_denominator"
    assert card("quote_to_invoice_rate", date(2025, 9, 1)).reason == "no_data"


def test_quotes_stand_under_their_seller_and_their_leads_channel(refresh):
    team = Team.objects.create(name="East")
    seller = User.objects.create_user("s@example.com", team=team)
    site, fair = (Channel.objects.create(slug=slug, name=slug) for slug in ("own-site", "own-fair"))
    lead = Lead.objects.create(name="L", channel=site, owner=seller)
    deal = Opportunity.objects.create(name="D", stage=Stage.objects.get(kind="won"), lead=lead, owner=seller)
    quote(opportunity=deal, order=make_order())
    quote(lead=lead)
    quote(customer=make_customer(channel=fair))
    refresh()

    assert parts("quotes_issued", Dimension.OWNER) == {seller.pk: 2, 0: 1}
    assert parts("quotes_issued", Dimension.TEAM) == {team.pk: 2, 0: 1}
    assert parts("quote_to_invoice_rate", Dimension.CHANNEL) == {site.pk: Decimal("0.5"), fair.pk: 0}


def test_upsell_offer_rate(refresh):
    accepted = {"accepted_at": ABAN}
    quote(line_class="upsell", **accepted)
    quote(line_class="upsell")
    quote(line_class="cross_sell", **accepted)
    late = quote()
    revise(late, MEHR, line_class="upsell", **accepted)  # first offered in the revision
    dropped = quote(line_class="upsell")
    revise(dropped, ABAN, 10, **accepted)  # offered, and ordered without it
    revise(quote(SHAHRIVAR, line_class="upsell"), MEHR, line_class="upsell", **accepted)  # first offered before
    quote(None, line_class="upsell")
    refresh()

    # two of four; Wilson 0.150039 to 0.849961
    value = card("upsell_offer_rate")
    assert (value.numerator, value.denominator, value.value) == (2, 4, Decimal("0.5"))
    assert [value.lower, value.upper] == near(0.150039, 0.849961)
    assert card("upsell_offer_rate", date(2025, 9, 1)).value == 1
    assert card("cross_sell_offer_rate").value == 1


def test_cross_sell_offer_rate(refresh):
    tea, rice = (Category.objects.create(name=name) for name in ("Tea", "Rice"))
    green, black, brown = (Product.objects.create(sku=sku, category=c) for sku, c in (("G", tea), ("B", tea), ("R", rice)))
    both = quote(line_class="cross_sell", product=green)
    for position, product in ((1, black), (2, brown)):  # tea twice in one quote is one offer of tea
        QuoteLine.objects.create(
            quote=both, position=position, quantity=1, unit_price=1, line_class="cross_sell", product=product
        )
    revise(both, ABAN, line_class="cross_sell", product=black, accepted_at=ABAN)  # the rice was not taken
    quote(line_class="cross_sell", product=brown, accepted_at=MEHR)
    quote(line_class="cross_sell")  # something without a product
    refresh()

    # two of three quotes; tea 1 of 1, rice 1 of 2, what has no category 0 of 1
    value = card("cross_sell_offer_rate")
    assert (value.numerator, value.denominator) == (2, 3)
    assert parts("cross_sell_offer_rate", Dimension.CATEGORY) == {tea.pk: 1, rice.pk: Decimal("0.5"), 0: 0}


def test_a_quote_written_and_accepted_in_the_page_is_one_that_became_an_invoice(browse, omid, refresh):
    """Two are written on one day, 2 × 5,000 and 1 × 30,000 Rial; the first one is ordered, and its order paid."""
    deal = make_opportunity(owner=omid, customer=make_customer(owner=omid))
    client, url = browse(omid), reverse("leads:opportunity-quote", args=[deal.pk])
    for line in ({"name": "Tea", "quantity": "2", "unit_price": "500"}, {"name": "Cup", "unit_price": "3,000"}):
        client.post(url, typed(line, initial=1, send="1"))
    first, second = Quote.objects.order_by("pk")
    client.post(reverse("leads:quote-accept", args=[first.pk]))
    order = deal.orders.get()
    client.post(reverse("customers:order-status", args=[order.pk]), {"status": "paid"})
    assert (first.amount, second.amount, order.net_amount) == (10_000, 30_000, 10_000)
    # The page reads the clock; the figures of a month are read on its ninth day.
    Quote.objects.update(issued_at=MEHR)
    refresh()

    rate, by_amount = card("quote_to_invoice_rate"), card("quote_to_invoice_value_rate")
    assert (rate.numerator, rate.denominator, rate.value) == (1, 2, Decimal("0.5"))
    assert (by_amount.numerator, by_amount.denominator, by_amount.value) == (10_000, 40_000, Decimal("0.25"))
    page = client.get("/kpis/quotes_issued/?period=1404-07").content.decode()
    assert [reverse("leads:quote-detail", args=[quote.pk]) in page for quote in (first, second)] == [True, True]
