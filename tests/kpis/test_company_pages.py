"""The KPI pages of a company with twelve of everything, made once: what each page asks, and that all of it opens."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from model_bakery import baker

from campaigns.models import Campaign, Channel, Expense
from crm.models import Organization, Team, User
from crm.periods import Calendar, Grain, period_of
from customers.models import Refund
from kpis.catalogue import CATALOGUE
from kpis.engine import drain
from tests.conftest import make_user
from tests.factories.customers import make_customer, make_order, make_product
from tests.factories.leads import make_lead

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ROWS = 12
MOST_STATEMENTS = 18


@pytest.fixture(scope="module")
def people(once):
    """A manager of everything, one of a team, and its rep, whose the whole company is."""
    team = Team.objects.create(name="Sales")
    sees = {"sara": (User.Role.MANAGER, "all"), "mina": (User.Role.MANAGER, "team"), "omid": (User.Role.REP, "own")}
    return {name: make_user(name, role, visibility, team) for name, (role, visibility) in sees.items()}


@pytest.fixture(scope="module")
def filters(people, request):
    """So many channels and campaigns with leads, orders, refunds and expenses before now; the addresses that ask for one."""
    owner, now = people["omid"], timezone.now()
    for n in range(request.param):
        name = f"c{request.param}-{n}"
        channel = baker.make(Channel, slug=name, name=name, source=None, external_id=None)
        campaign = baker.make(Campaign, channel=channel, goal="leads", source=None, external_id=None)
        touch = {"channel": channel, "campaign": campaign}
        customer, product = make_customer(owner=owner, **touch), make_product(unit_cost=n + 1)
        for days in (400, 200, 35, 0):
            at = now - timedelta(days=days)
            make_lead(at=at, owner=owner, **touch)
            order = make_order([(2, 1_000, product)], customer=customer, owner=owner, placed_at=at)
            baker.make(Refund, order=order, amount=5, cost_amount=1, refunded_at=at)
        spent = {"valid_from": (now - timedelta(days=40)).date(), "valid_to": now.date()}
        baker.make(Expense, campaign=campaign, amount=7, kind="ads", **spent)
    drain(at=now)
    of_channel = f"&channel={channel.pk}"
    return ["", of_channel, f"{of_channel}&owner={owner.pk}", f"&campaign={campaign.pk}"]


def period_before(now):
    return period_of(Organization.current().day_of(now), Calendar.GREGORIAN, Grain.MONTH).previous()


def questions(client, address):
    """The statements a page asks, without those that open and close the snapshot."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    statements = [query["sql"] for query in seen.captured_queries]
    return [sql for sql in statements if sql.split()[0] in ("SELECT", "WITH", "UPDATE", "INSERT") or sql.startswith("(")]


@pytest.mark.parametrize("filters", [1, ROWS], indirect=True, scope="module")
@pytest.mark.parametrize("who", ["sara", "mina", "omid"])
@pytest.mark.parametrize("page", ["", "more/", "revenue/", "gross_margin/", "churn_rate/", "cost_per_lead/", "win_rate/"])
def test_a_page_asks_few_questions(browse, people, filters, who, page):
    """Whatever the filters, and whether the period runs or is over: nothing is asked once for each row or member."""
    client, asked = browse(people[who]), {}
    for period in ("grain=month", f"period={period_before(timezone.now()).key}"):
        for filtered in filters:
            address = f"/kpis/{page}?{period}{filtered}"
            asked[address] = questions(client, address)

    assert {address: found for address, found in asked.items() if len(found) > MOST_STATEMENTS} == {}


@pytest.mark.parametrize("filters", [ROWS], indirect=True, scope="module")
@pytest.mark.parametrize("key", CATALOGUE)
def test_every_kpi_is_broken_down_by_each_of_its_dimensions(browse, people, filters, key):
    client = browse(people["sara"])

    statuses = {name: client.get(f"/kpis/{key}/?grain=month&by={name}").status_code for name in CATALOGUE[key].dimensions}

    assert statuses == dict.fromkeys(CATALOGUE[key].dimensions, 200)
