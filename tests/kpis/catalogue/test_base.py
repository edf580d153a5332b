"""The customer base, one worked example per KPI. The threshold is 180 days, the month Mehr 1404."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from campaigns.models import Channel
from customers.models import Answer, Survey, Ticket
from kpis.definitions import Dimension
from leads.models import Activity, Lead
from tests.factories.campaigns import make_session
from tests.factories.customers import make_cart
from tests.factories.kpis import tehran
from tests.factories.leads import make_opportunity
from tests.kpis.catalogue.conftest import LONG_AFTER
from tests.kpis.catalogue.test_customers import LONG_AGO, MEHR, SPRING, SUMMER, people
from tests.kpis.proof import card, parts

pytestmark = pytest.mark.django_db


def test_customers_total_and_customer_growth_rate(refresh):
    shop = Channel.objects.create(slug="shop", name="Shop")
    people(150, LONG_AGO)  # lost since, and still of the base
    people(50, SUMMER, channel=shop)
    people(30, MEHR)
    people(3, MEHR, is_test=True)
    people(2)  # never bought
    refresh()

    # 200 before Mehr, 30 in it
    assert card("customers_total", date(2025, 9, 1)).value == 200
    assert card("customers_total").value == 230
    assert parts("customers_total", Dimension.CHANNEL) == {shop.pk: 50, 0: 180}
    value = card("customer_growth_rate")
    assert (value.numerator, value.denominator, value.value) == (30, 200, Decimal("0.15"))
    assert card("customer_growth_rate", date(2024, 12, 25)).reason == "no_denominator"


def test_active_customer_growth_rate(refresh):
    people(185, SUMMER)
    people(15, SPRING)  # lost on 7 October
    people(30, MEHR)
    people(5, LONG_AGO, tehran(2025, 10, 1))
    refresh()

    # 200 at the start, +30 new, +5 returned, −15 lost: 20 ÷ 200 = 10 %
    value = card("active_customer_growth_rate", today=LONG_AFTER)
    assert (value.numerator, value.denominator, value.value) == (20, 200, Decimal("0.1"))


def test_retention_rate(refresh):
    people(194, SUMMER)
    people(5, SPRING)
    people(1, SPRING, tehran(2025, 10, 20))  # left and came back within the month: kept
    people(40, MEHR)
    refresh()

    # 195 of 200 = 1 − 2.5 %, Wilson 94.28 % to 98.93 %
    value = card("retention_rate", today=LONG_AFTER)
    assert (value.numerator, value.denominator, value.value) == (195, 200, Decimal("0.975"))
    assert [value.lower, value.upper] == pytest.approx([Decimal("0.9428"), Decimal("0.9893")], abs=Decimal("0.00005"))
    assert value.value == 1 - card("churn_rate", today=LONG_AFTER).value


def test_customer_engagement_rate(refresh):
    silent, asking, answering, both = people(4, SUMMER)
    people(1, MEHR)
    people(1, SPRING)  # no longer active at the end
    (lost,) = people(1, LONG_AGO)
    survey = Survey.objects.create(slug="own-nps", name="NPS", kind="nps")
    for customer in (asking, both, lost):
        Ticket.objects.create(customer=customer, created_at=MEHR)
    Ticket.objects.create(customer=silent, created_at=MEHR - timedelta(days=10))  # before the month
    for customer in (answering, both):
        Answer.objects.create(survey=survey, customer=customer, score=7, answered_at=MEHR)
    refresh()

    # of the four of the summer and the buyer: one asked, one answered, one did both, one bought
    value = card("customer_engagement_rate", today=LONG_AFTER)
    assert (value.numerator, value.denominator, value.value) == (4, 5, Decimal("0.8"))


def test_customer_engagement_rate_counts_replies_and_visits(refresh):
    replying, clicking, browsing, shopping, silent = people(5, SUMMER)
    deal = make_opportunity(customer=clicking)
    Activity.objects.create(kind="message", customer=replying, done_at=MEHR, outcome="replied")
    Activity.objects.create(kind="e-mail", opportunity=deal, done_at=MEHR, outcome="clicked")
    Lead.objects.create(name="Ann", customer=browsing, visitor="ann")
    make_session(visitor="ann", started_at=MEHR)
    make_cart(customer=shopping, visitor="eve", created_at=MEHR + timedelta(days=3))
    make_session(visitor="eve", started_at=MEHR)  # before the shop knew who it was

    # what was written to somebody, and what others did, says nothing of them
    Activity.objects.create(kind="message", customer=silent, done_at=MEHR, outcome="no_answer")
    Activity.objects.create(kind="e-mail", customer=silent, done_at=MEHR)
    Activity.objects.create(kind="e-mail", customer=silent, due_at=MEHR, outcome="replied")
    Activity.objects.create(kind="call", customer=silent, done_at=MEHR, outcome="talked")
    Lead.objects.create(name="Bob", customer=silent, visitor="bob")
    make_session(visitor="bob", started_at=MEHR, is_bot=True)
    make_session(visitor="bob", started_at=SUMMER)
    make_session(visitor="nobody", started_at=MEHR)
    make_session(started_at=MEHR)
    refresh()

    # one replied, one followed a link, two came to the site, one did nothing
    value = card("customer_engagement_rate", today=LONG_AFTER)
    assert (value.numerator, value.denominator, value.value) == (4, 5, Decimal("0.8"))
