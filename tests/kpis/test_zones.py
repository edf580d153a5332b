"""Which day something belongs to: by the organisation's clocks, whatever those of a session, on both sides of midnight."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from crm.models import Organization
from crm.periods import Calendar, Grain, period_of
from crm.services import change_time_zone
from customers.models import Refund
from kpis.catalogue import CATALOGUE
from kpis.engine import drain, find_drift
from kpis.readings import Query, read
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import make_lead

pytestmark = pytest.mark.django_db
SESSIONS = ("Asia/Tehran", "America/St_Johns")
LATER, TODAY = datetime(2026, 1, 2, tzinfo=UTC), date(2026, 1, 2)
MOMENT = timedelta(microseconds=1)
# When in UTC a day begins: in winter, in summer, on 1 Farvardin 1404 (21 March), and around changes of clocks.
MIDNIGHTS = {
    "UTC": {"2025-01-01": "2025-01-01 00:00", "2025-03-21": "2025-03-21 00:00", "2025-07-01": "2025-07-01 00:00"},
    # three and a half hours ahead, and four and a half in the summers up to 2022
    "Asia/Tehran": {
        "2022-07-01": "2022-06-30 19:30",
        "2022-09-22": "2022-09-21 20:30",
        "2025-03-21": "2025-03-20 20:30",
        "2025-07-01": "2025-06-30 20:30",
    },
    "Asia/Kolkata": {"2025-01-01": "2024-12-31 18:30", "2025-03-21": "2025-03-20 18:30", "2025-07-01": "2025-06-30 18:30"},
    # 26 October has 25 hours
    "Europe/London": {
        "2025-03-21": "2025-03-21 00:00",
        "2025-07-01": "2025-06-30 23:00",
        "2025-10-26": "2025-10-25 23:00",
        "2025-10-28": "2025-10-28 00:00",
    },
    # 9 March has 23 hours; three and a half hours behind before it, two and a half after
    "America/St_Johns": {
        "2025-01-01": "2025-01-01 03:30",
        "2025-03-09": "2025-03-09 03:30",
        "2025-03-11": "2025-03-11 02:30",
        "2025-03-21": "2025-03-21 02:30",
    },
    "Pacific/Kiritimati": {"2025-01-01": "2024-12-31 10:00", "2025-03-21": "2025-03-20 10:00", "2025-07-01": "2025-06-30 10:00"},
}


def sit_in(zone):
    """The clocks of the database's session, up to the end of the test."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])


def write_around(midnight, old):
    """At the last moment of a day a lead, 100 sold and 10 given back; at the first of the next two, 300 and 30."""
    for at, times in ((midnight - MOMENT, 1), (midnight, 2)):
        amount = 100 if times == 1 else 300
        make_order([(1, amount)], customer=old.customer, placed_at=at)
        Refund.objects.create(order=old, amount=amount // 10, refunded_at=at)
        for _number in range(times):
            make_lead(at=at)


def figures(*days, grain=Grain.DAY, calendar=Calendar.GREGORIAN):
    """(leads, orders, revenue) of the periods that days are in."""
    periods = tuple(period_of(day, calendar, grain) for day in days)
    tables = read([CATALOGUE[key] for key in ("leads", "orders", "revenue")], Query(periods, TODAY))
    return list(zip(*([value.value for value in table.total] for table in tables.values()), strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("zone", MIDNIGHTS)
def test_what_happens_around_midnight_is_of_the_days_of_the_organisation(zone):
    change_time_zone(Organization.current(), zone=zone)
    old = make_order([(1, 100_000)], customer=make_customer(), placed_at=datetime(2021, 1, 1, tzinfo=UTC))
    starts = {date.fromisoformat(day): datetime.fromisoformat(f"{at}+00:00") for day, at in MIDNIGHTS[zone].items()}
    days = [day for start in starts for day in (start - timedelta(days=1), start)]

    for number, session in enumerate(SESSIONS, start=1):
        sit_in(session)
        for midnight in starts.values():
            write_around(midnight, old)
        drain(at=LATER)
        # 100 less 10 before, and 300 less 30 after
        assert figures(*days) == [(number, number, 90 * number), (2 * number, number, 270 * number)] * len(starts)

    for session in SESSIONS:
        sit_in(session)
        assert figures(*days) == [(2, 2, 180), (4, 2, 540)] * len(starts)
    assert find_drift() == []
    if (nowruz := date(2025, 3, 21)) in starts:
        # Esfand 1403 ends with 20 March; in St. John's the midnights of 9 and 11 March are in it, too
        months = figures(nowruz - timedelta(days=1), nowruz, grain=Grain.MONTH, calendar=Calendar.JALALI)
        esfand = (2 + 2 * 6, 2 + 2 * 4, 180 + 2 * 720) if zone == "America/St_Johns" else (2, 2, 180)
        assert months == [esfand, (4, 2, 540)]


def test_another_zone_moves_what_is_there_to_the_days_of_its_clocks():
    """Half past eight in the evening of UTC is the next day in Tehran, and the same one in London and St. John's."""
    make_lead(at=datetime(2025, 6, 30, 20, 30, tzinfo=UTC))
    found = {}

    for zone in ("Asia/Tehran", "Europe/London", "America/St_Johns", "Pacific/Kiritimati"):
        change_time_zone(Organization.current(), zone=zone)
        drain(at=LATER)
        found[zone] = [leads for leads, *_rest in figures(date(2025, 6, 30), date(2025, 7, 1))]

    last, first = [1, 0], [None, 1]  # nothing is known of a day before the first record
    assert list(found.values()) == [first, last, last, first]
