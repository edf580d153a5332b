"""The panel of what one customer is worth: margin so far, their share of what winning customers cost, and a prediction."""

from datetime import UTC, date, datetime
from random import Random

import pytest
from django.utils import timezone

from campaigns.models import Campaign, Expense
from customers.models import Customer, Refund
from kpis.engine import drain
from kpis.models import Prediction
from tests.factories.customers import make_customer, make_order, make_product
from tests.factories.predictions import make_predictions

pytestmark = pytest.mark.django_db

MEHR = datetime(2025, 9, 23, 9, tzinfo=UTC)  # 1 Mehr 1404


@pytest.fixture
def arya(omid):
    """The first of two whom 1,001 of ads won in Mehr.

    2 × (10,000 − 3,000) and 1,000 of unknown cost, of which 5,000 were given back: 10,000.
    """
    autumn = Campaign.objects.create(name="Autumn")
    customers = [make_customer(name=name, owner=omid, campaign=autumn) for name in ("Arya", "Pars")]
    tea = make_product(unit_cost=3_000)
    order = make_order([(2, 10_000, tea), (1, 1_000)], customer=customers[0], owner=omid, placed_at=MEHR)
    make_order(customer=customers[1], owner=omid, placed_at=MEHR)
    make_order(customer=customers[0], owner=omid, placed_at=MEHR, status="pending")
    Refund.objects.create(order=order, amount=5_000, refunded_at=MEHR)
    Expense.objects.create(kind="ads", campaign=autumn, amount=1_001, valid_from=MEHR.date(), valid_to=MEHR.date())
    drain(at=datetime(2026, 1, 1, tzinfo=UTC))
    return customers[0]


def page_of(customer):
    return f"/customers/{customer.pk}/value/"


def test_it_is_the_margin_less_a_share_of_what_winning_them_cost(browse, sara, arya):
    sara.calendar = "jalali"
    sara.save()
    page = browse(sara).get(page_of(arya))

    worth = page.context["worth"]
    assert (worth.margin, worth.unknown_costs, worth.cost, worth.value) == (10_000, 1, 501, 9_499)
    assert page.context["shares_url"] == "/kpis/customer_acquisition_cost/?side=shares&period=1404-07#rows"
    assert "Lines without a unit cost" in page.content.decode()
    assert browse(sara).get(page.context["shares_url"]).status_code == 200


def test_whose_eyes_see_a_part_of_the_customers_are_told_no_share(browse, mina, arya):
    worth = browse(mina).get(page_of(arya)).context["worth"]

    assert (worth.margin, worth.cost, worth.value) == (10_000, None, None)
    assert browse(mina).get(page_of(make_customer(name="Of nobody"))).status_code == 404


def test_it_is_for_those_who_see_costs_and_the_customer(browse, sara, omid, hana, arya):
    panel, page = page_of(arya), f"/customers/{arya.pk}/"

    assert [browse(user).get(panel).status_code for user in (sara, omid, hana, None)] == [200, 403, 403, 302]
    assert [panel in browse(user).get(page).content.decode() for user in (sara, omid, hana)] == [True, False, False]


def test_a_prediction_is_shown_where_there_is_one(browse, sara, arya):
    newcomer = make_customer(name="New")
    make_predictions([date(2025, 10, 1)], Random(1), timezone.now())
    Prediction.objects.filter(fact=arya.pk).update(value=1_000, orders="2.5", alive="0.25")

    forecasts = [browse(sara).get(page_of(customer)).context["forecast"] for customer in (arya, newcomer)]

    assert forecasts == [{"orders": "2.5", "alive": "25%", "value": "100 Toman"}, None]


def test_of_somebody_who_never_bought_nothing_is_known(browse, sara):
    worth = browse(sara).get(page_of(make_customer())).context["worth"]

    assert (worth.margin, worth.cost, worth.value, Customer.objects.count()) == (0, None, None, 1)
