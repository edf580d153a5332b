"""Medians of all periods but years: kept with the sums of the days they are of."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from campaigns.models import Channel
from crm.models import Team, User
from crm.periods import Grain
from customers.models import Ticket
from kpis.catalogue.cubes.deals import SALES_CYCLES
from kpis.catalogue.cubes.support import RESOLUTION_TIMES
from kpis.engine import drain, find_drift
from kpis.engine.refolding import refold_facts_sql
from kpis.models import DirtyDay, Rollup
from leads.models import Opportunity, Stage
from tests.factories.customers import make_customer
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW, assert_right, wrong_cells

pytestmark = pytest.mark.django_db
CHANNEL, TEAM = 1, 5


def win(days, *day, **facts):
    """A deal won on a day, so many days after it was made."""
    won_at = tehran(2025, *day)
    made_at = won_at - timedelta(days=days)
    return Opportunity.objects.create(
        name="Deal", stage=Stage.objects.get(kind="won"), created_at=made_at, won_at=won_at, **facts
    )


def stored(cube, dimension=0):
    """{(month, member): value}; Gregorian months are 2025-9, Jalali ones are named by their first day, as 8/23."""
    rows = Rollup.objects.filter(cube=cube.code, dimension=dimension, grain__in=(2, 5)).values_list(
        "grain", "start", "member", "m1"
    )
    return {(f"{d.month}/{d.day}" if grain == 5 else f"{d.year}-{d.month}", member): m1 for grain, d, member, m1 in rows}


def medians(grain):
    """{first day: median of the sales cycle} of all deals."""
    rows = Rollup.objects.filter(cube=SALES_CYCLES.code, dimension=0, grain=grain)
    return {f"{start.year}-{start.month}-{start.day}": m1 for start, m1 in rows.values_list("start", "m1")}


def test_a_month_has_its_own_median():
    mail = Channel.objects.create(slug="mail", name="Mail")
    sender = make_customer(channel=mail)
    win(3, 8, 25)
    win(5, 9, 20)
    last = win(10, 9, 30, customer=sender)
    drain(at=NOW)

    # Shahrivar is 23 August to 22 September: 3 and 5; September has 5 and 10, Mehr only 10
    middle = {("2025-8", 0): 3, ("2025-9", 0): 7.5, ("8/23", 0): 4, ("9/23", 0): 10}
    assert stored(SALES_CYCLES) == middle
    of_mail, of_none = {("2025-9", mail.pk): 10, ("9/23", mail.pk): 10}, {("2025-8", 0): 3, ("2025-9", 0): 5, ("8/23", 0): 4}
    assert stored(SALES_CYCLES, CHANNEL) == of_mail | of_none
    # from July on 3, 5 and 10; in summer (22 June to 22 September) 3 and 5, in autumn 10
    assert (medians(3), medians(6)) == ({"2025-7-1": 5}, {"2025-6-22": 4, "2025-9-23": 10})
    assert_right(["median_sales_cycle_days"])
    assert wrong_cells(["median_sales_cycle_days"], grain=Grain.QUARTER) == []

    Opportunity.objects.filter(pk=last.pk).update(created_at=F("created_at") + timedelta(days=4))
    assert find_drift() == []  # marked
    assert_right(["median_sales_cycle_days"])
    assert stored(SALES_CYCLES) == middle | {("2025-9", 0): 5.5, ("9/23", 0): 6}
    last.delete()
    assert_right(["median_sales_cycle_days"])
    assert stored(SALES_CYCLES) == {("2025-8", 0): 3, ("2025-9", 0): 5, ("8/23", 0): 4}
    assert stored(SALES_CYCLES, CHANNEL) == of_none
    assert (medians(3), medians(6)) == ({"2025-7-1": 4}, {"2025-6-22": 4})


def test_a_day_and_a_week_have_their_own_medians():
    for days, day in ((3, 22), (5, 22), (10, 23), (20, 30)):
        win(days, 9, day)
    last = win(7, 9, 26)
    drain(at=NOW)

    # The week from Saturday the 20th of September has 3, 5, 7 and 10, the next one 20.
    assert medians(0) == {"2025-9-22": 4, "2025-9-23": 10, "2025-9-26": 7, "2025-9-30": 20}
    assert medians(1) == {"2025-9-20": 6, "2025-9-27": 20}
    assert wrong_cells(["median_sales_cycle_days"], grain=Grain.DAY) == []
    assert wrong_cells(["median_sales_cycle_days"], grain=Grain.WEEK) == []

    last.delete()
    drain(at=NOW)
    assert medians(0) == {"2025-9-22": 4, "2025-9-23": 10, "2025-9-30": 20}
    assert medians(1) == {"2025-9-20": 5, "2025-9-27": 20}
    assert find_drift() == []


def test_a_team_has_its_own_median():
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    first, second = (User.objects.create_user(f"{name}@example.com", team=north) for name in ("first", "second"))
    for days, facts in ((3, {"owner": first}), (8, {"owner": second}), (10, {"customer": make_customer(owner=second)})):
        win(days, 9, 24, **facts)
    drain(at=NOW)
    of_north = {("2025-9", north.pk): 8, ("9/23", north.pk): 8}
    assert stored(SALES_CYCLES, TEAM) == of_north

    User.objects.filter(pk=second.pk).update(team=south)
    assert find_drift() == []  # marked
    # the first one's 3 is what North has left; of 8 and 10, also by the customer's owner, nine is in the middle
    assert_right(["median_sales_cycle_days"])
    north_and_south = {("2025-9", north.pk): 3, ("9/23", north.pk): 3, ("2025-9", south.pk): 9, ("9/23", south.pk): 9}
    assert stored(SALES_CYCLES, TEAM) == north_and_south


def test_what_differs_without_a_mark_is_drift():
    asked = tehran(2025, 9, 1, 8)
    for hours in (1, 3):
        Ticket.objects.create(customer=make_customer(), created_at=asked, resolved_at=asked + timedelta(hours=hours))
    drain(at=NOW)
    # between one hour and three: two; nine tenths of the way, 2.8
    found = Rollup.objects.filter(cube=RESOLUTION_TIMES.code, dimension=0, grain=2).values_list("m1", "m2")
    assert list(found) == [(7200, 10080)]

    Rollup.objects.filter(cube=RESOLUTION_TIMES.code, dimension=0, grain=2).update(m1=1)
    assert find_drift() == ["resolution_times: grain 2, 2025-09-01, dimension 0/0 is wrong"]
    Ticket.objects.create(customer=make_customer(), created_at=asked, resolved_at=asked)
    assert find_drift() == []  # a day of the month is dirty
    DirtyDay.objects.all().delete()
    assert "resolution_times: grain 2, 2025-09-01, dimension 0/0 is wrong" in find_drift()


def test_facts_that_begin_from_nothing_leave_medians_alone():
    win(3, 8, 25)
    drain(at=NOW)
    with connection.cursor() as cursor:
        cursor.execute(refold_facts_sql())

    assert_right(["median_sales_cycle_days"])
    assert stored(SALES_CYCLES) == {("2025-8", 0): 3, ("8/23", 0): 3}
