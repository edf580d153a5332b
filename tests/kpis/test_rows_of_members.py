"""Behind the number of each member stand its rows for those, too, who see a part: of three sellers one's own, or a team's two."""

from datetime import date

import pytest

from crm.models import User
from crm.periods import Calendar, Grain
from customers.models import Customer
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from kpis.engine import drain
from kpis.readings import Query, read
from kpis.readings.rows import totals_of
from kpis.readings.sources import sources_of
from tests.factories.campaigns import make_landing_page, make_session
from tests.factories.history import DRAINED_AT
from tests.factories.kpis import make_books, make_deal, make_journey, make_sale, tehran
from tests.kpis.proof import TODAY, periods_of
from tests.kpis.test_rows import sides

pytestmark = pytest.mark.django_db
MEHR = date(2025, 9, 23)
# Kinds are those of costs, and variants those of pages: neither is for sellers.
NOTHING_OF = {"rep": {Dimension.KIND, Dimension.VARIANT}, "manager": set()}


@pytest.fixture(scope="module")
def viewers(once):
    """Two sellers of the East and one of the West, each with a customer, orders, a refund, a lead, a won deal and a quote."""
    books = make_books()
    rep, west = books.users
    colleague = User.objects.create_user("second@example.com", team=rep.team, visibility="own")
    for owner, channel, campaign in ((colleague, *books.channels[:1], books.campaigns[1]), (west, books.channels[1], None)):
        touch = {"owner": owner, "channel": channel, "campaign": campaign}
        customer = Customer.objects.create(name=owner.email, **touch)
        make_sale(customer, books.products)
        make_deal(make_journey(customer, touch), books.products[1])
    page = make_landing_page("ab")
    make_session(landing_page=page, variant=page.variants.first(), started_at=tehran(2025, 9, 24))
    drain(at=DRAINED_AT)
    manager = User(email="m@example.com", role="manager", visibility="team", team=rep.team)
    return {"rep": rep, "manager": manager, "system": None}


def asked(viewer, **facts):
    return Query(periods_of(Calendar.JALALI, Grain.MONTH, MEHR, MEHR), TODAY, viewer=viewer, **facts)


@pytest.mark.parametrize(("role", "leads"), [("rep", 1), ("manager", 2), ("system", 3)])
def test_each_sees_a_part(viewers, role, leads):
    assert read([CATALOGUE["leads"]], asked(viewers[role]))["leads"].total[0].value == leads


@pytest.mark.slow
@pytest.mark.parametrize("role", ["rep", "manager"])
@pytest.mark.parametrize("dimension", Dimension)
def test_rows_of_each_member_come_to_its_number_for_those_who_see_a_part(viewers, role, dimension):
    viewer, compared, wrong = viewers[role], 0, []
    kpis = [kpi for kpi in CATALOGUE.values() if dimension in kpi.dimensions]
    for key, table in read(kpis, asked(viewer, by=dimension)).items():
        for member, (value,) in table.members.items():
            if value.reason == "not_applicable":
                continue
            of_member = asked(viewer, filters={dimension: member})
            for side, amount in sides(value).items():
                if amount is not None:
                    found = totals_of(sources_of(CATALOGUE[key], side, of_member))[1]
                    compared += 1
                    wrong += [(key, member, side, found, amount)] if found != amount else []

    assert wrong == []
    assert (compared == 0) == (dimension in NOTHING_OF[role])
