"""Somebody offers customers at a price each: worth it while they leave more than that. The example is that of test_value.py."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm.models import Organization
from crm.periods import Calendar, Grain
from kpis.engine import drain
from kpis.readings.offers import judge
from kpis.readings.summary import Choice, Compare
from tests.kpis.catalogue.conftest import LONG_AFTER
from tests.kpis.catalogue.test_value import year_of_business
from tests.kpis.proof import periods_of

pytestmark = pytest.mark.django_db
PAGE = "/kpis/customer_lifetime_value/?period=1404-07"
DRAINED = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def business(db):
    """(2,800 − 365) ÷ 2.5 × 500 ÷ 365 = 1,334.25 of each customer, before the 3,650 that winning one cost."""
    year_of_business(lambda: drain(at=DRAINED))


def offer_of(price, day=date(2025, 9, 23)):
    (period,) = periods_of(Calendar.JALALI, Grain.MONTH, day, day)
    return judge(Decimal(price), Choice(period, Compare.NONE, {}, LONG_AFTER, None, Organization.current()))


def test_what_is_left_of_a_customer_who_was_bought(business):
    offer = offer_of(1_000)
    assert (offer.margin.value, offer.left) == (Decimal("1334.246575342466"), Decimal("334.246575342466"))
    assert offer.to_cost == Decimal("0.334246575342466")  # 334.25 ÷ 1,000
    assert [offer_of(price).is_worth_it for price in (0, 1_000, 1_334, 1_335)] == [True, True, True, False]
    assert offer_of(0).to_cost is None


def test_nothing_is_said_before_anybody_came(business):
    offer = offer_of(1_000, date(2023, 9, 23))
    assert (offer.left, offer.is_worth_it, offer.to_cost, offer.margin.reason) == (None, False, None, "no_data")


def test_the_page_of_lifetime_value_answers(browse, sara, business):
    good, bad = (browse(sara).get(f"{PAGE}&offer={price}").context["offer"] for price in ("100", "133.5"))  # tomans
    assert (good["is_worth_it"], bad["is_worth_it"]) == (True, False)
    page = browse(sara).get(f"{PAGE}&offer=100").content.decode()
    assert "Worth it at " in page
    assert '<input type="hidden" name="period" value="1404-07">' in page


def test_a_price_that_is_none_is_explained_and_other_pages_have_no_calculator(browse, sara, business):
    response = browse(sara).get(f"{PAGE}&offer=cheap")
    assert response.status_code == 200
    assert response.context["offer"] is None
    assert response.context["calculator"].errors.keys() == {"offer"}
    assert "calculator" not in browse(sara).get("/kpis/clv_to_cac/?offer=1000").context


def test_who_may_not_see_costs_is_not_asked(browse, omid, business):
    assert "calculator" not in browse(omid).get(f"{PAGE}&offer=1000").context
