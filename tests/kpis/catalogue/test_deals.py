"""Deals, one worked example per KPI. Days are of Mehr 1404 unless a row says otherwise."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.models import Team, User
from customers.models import Customer, Product
from kpis.definitions import Dimension
from leads.models import Lead, Opportunity, Quote, Stage, StageChange
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.kpis.catalogue.conftest import LONG_AFTER, near
from tests.kpis.proof import card, parts

pytestmark = pytest.mark.django_db
MEHR, SHAHRIVAR, ABAN = tehran(2025, 9, 25), tehran(2025, 8, 25), tehran(2025, 10, 25)


def deal(**facts):
    return Opportunity.objects.create(name="Deal", stage=Stage.objects.get(kind="won"), **{"created_at": MEHR, **facts})


def move(opportunity, at, amount, probability="0.5", kind="open"):
    stage = Stage.objects.filter(kind=kind).first()
    return StageChange.objects.create(
        opportunity=opportunity, to_stage=stage, amount=amount, probability=Decimal(probability), at=at
    )


def test_win_rate_cohort(refresh):
    for facts, count in (({"won_at": ABAN}, 3), ({"lost_at": MEHR}, 5), ({}, 2)):
        for _ in range(count):
            deal(**facts)
    deal(created_at=SHAHRIVAR, won_at=MEHR)  # created before
    deal(won_at=MEHR, customer=Customer.objects.create(is_spam=True))
    refresh()

    # 3 of 3 + 5 + 2: open ones are of the cohort too; Wilson 0.107791 to 0.603222
    value = card("win_rate_cohort")
    assert (value.numerator, value.denominator, value.value) == (3, 10, Decimal("0.3"))
    assert [value.lower, value.upper] == near(0.107791, 0.603222)
    assert card("win_rate_cohort", today=date(2026, 1, 20)).state == "maturing"


def test_win_rate_cohort_by_product(refresh):
    tea, rice = (Product.objects.create(sku=sku) for sku in ("T", "R"))
    deal(won_at=ABAN).products.set([tea, rice])
    deal().products.set([tea])
    refresh()

    assert parts("win_rate_cohort", Dimension.PRODUCT) == {tea.pk: Decimal("0.5"), rice.pk: 1}


def test_sales_cycle_days(refresh):
    deal(created_at=tehran(2025, 9, 20, 23, 59), won_at=tehran(2025, 9, 24, 0, 1))  # 4 local days, though 72 hours
    deal(created_at=tehran(2025, 9, 5), won_at=tehran(2025, 9, 25))  # 20
    deal(created_at=tehran(2025, 9, 25, 9), won_at=tehran(2025, 9, 25, 17))  # 0
    deal(created_at=tehran(2025, 8, 1), lost_at=MEHR)  # lost
    deal(created_at=tehran(2025, 8, 1), won_at=SHAHRIVAR)  # won before
    refresh()

    # (4 + 20 + 0) ÷ 3 = 8; s² = ((−4)² + 12² + (−8)²) ÷ 2 = 112; 8 ± 4.302653 × √(112 ÷ 3)
    value = card("sales_cycle_days")
    assert (value.numerator, value.denominator, value.value) == (24, 3, 8)
    assert [value.lower, value.upper] == near(-18.289642, 34.289642)
    # in the middle of 0, 4 and 20
    median = card("median_sales_cycle_days")
    assert (median.value, median.numerator, median.denominator) == (4, None, 3)
    assert card("median_sales_cycle_days", date(2025, 10, 25), today=LONG_AFTER).reason == "no_denominator"


def test_pipeline(refresh):
    """What was open on an evening, with the amount and probability it had then."""
    grown, won, lost, reopened = (deal() for _ in range(4))
    move(grown, SHAHRIVAR, 1000, "0.1")
    move(grown, MEHR, 4000, "0.5")  # from Mehr on 4,000 instead
    move(won, SHAHRIVAR, 500)
    move(won, MEHR, 500, 1, kind="won")
    move(lost, MEHR, 9000)
    move(lost, MEHR + timedelta(hours=1), 9000, 0, kind="lost")  # came and went within a day
    move(reopened, SHAHRIVAR, 200, 0, kind="lost")
    move(reopened, ABAN, 200, "0.25")
    move(deal(customer=Customer.objects.create(is_test=True)), SHAHRIVAR, 77)
    refresh()

    # Shahrivar 1,000 + 500; Mehr 4,000; Aban 4,000 + 200
    assert card("pipeline_value", date(2025, 9, 1)).value == 1500
    value = card("pipeline_value", today=LONG_AFTER)
    assert (value.value, value.sample_size) == (4000, 1)
    assert card("pipeline_value", date(2025, 10, 25), today=LONG_AFTER).value == 4200
    # 1,000 × 0.1 + 500 × 0.5 = 350; 4,000 × 0.5 = 2,000; 2,000 + 200 × 0.25 = 2,050
    assert card("weighted_pipeline_value", date(2025, 9, 1)).value == 350
    assert card("weighted_pipeline_value", today=LONG_AFTER).value == 2000
    assert card("weighted_pipeline_value", date(2025, 10, 25), today=LONG_AFTER).value == 2050


def test_pipeline_of_two_moves_at_one_moment_is_that_of_the_later_row(refresh):
    one = deal()
    move(one, MEHR, 100)
    move(one, MEHR, 300)
    refresh()

    assert card("pipeline_value").value == 300


def test_pipeline_stands_under_who_owns_it_now(refresh):
    team = Team.objects.create(name="East")
    seller = User.objects.create_user("s@example.com", team=team)
    move(deal(owner=seller), MEHR, 100)
    move(deal(customer=make_customer(owner=seller)), MEHR, 20)
    move(deal(), MEHR, 3)
    refresh()

    assert parts("pipeline_value", Dimension.OWNER) == {seller.pk: 120, 0: 3}
    assert parts("pipeline_value", Dimension.TEAM) == {team.pk: 120, 0: 3}


def lead(created_at=MEHR, **facts):
    return Lead.objects.create(name="Lead", created_at=created_at, **facts)


def test_leads_invoiced(refresh):
    for status in ("pending", "paid", "draft", "cancelled"):  # an invoice is neither draft nor cancelled
        deal(lead=lead()).orders.add(make_order(status=status))
    Quote.objects.create(lead=lead(), order=make_order(placed_at=ABAN), currency="IRR")
    Quote.objects.create(opportunity=deal(lead=lead()), order=make_order(), currency="IRR")
    buyer, earlier = make_customer(), make_customer()
    make_order(customer=buyer, placed_at=ABAN)
    make_order(customer=earlier, placed_at=SHAHRIVAR)
    lead(customer=buyer)  # neither quote nor opportunity: through the customer
    lead(customer=earlier)  # whose order was before the lead
    deal(lead=lead(customer=buyer))  # an opportunity without an invoice: what the customer bought is not of this lead
    lead(is_test=True, customer=buyer)
    lead(SHAHRIVAR, customer=buyer)
    refresh()

    # pending, paid, two quotes and the buyer's lead: 5 of 4 + 2 + 3 = 9; Wilson 0.266651 to 0.811221
    assert card("leads_invoiced").value == 5
    value = card("lead_to_invoice_rate")
    assert (value.numerator, value.denominator) == (5, 9)
    assert [value.lower, value.upper] == near(0.266651, 0.811221)
    assert card("leads_invoiced", date(2025, 9, 1)).value == 1
