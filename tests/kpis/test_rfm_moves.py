"""Moves between the segments of two months: by hand, counted again in Python, and stored as what they are read as."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from crm.periods import Calendar, Grain, periods_between
from customers.models import Customer, Order
from kpis.engine.rfm import drain_snapshots
from kpis.models import RfmMove, RfmSnapshot
from kpis.readings.rfm import Rfm, moved, movement
from kpis.rfm import SEGMENT_CODES, Segment, recency_scores, scores, segment_of
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW
from tests.kpis.test_rfm import make_ten, score, wrong_scores

pytestmark = pytest.mark.django_db
# The ends of July, August and September 2025, and those of Mordad and Shahrivar 1404.
JULY, AUGUST, SEPTEMBER = date(2025, 7, 31), date(2025, 8, 31), date(2025, 9, 30)
MORDAD, SHAHRIVAR = date(2025, 8, 22), date(2025, 9, 22)
STORED = ("earlier", "day", "before", "after", "customers")


def stored(earlier, day):
    """{"from > to": customers}, "-" being who had not bought."""
    name = {0: "-"} | {code: segment.value for segment, code in SEGMENT_CODES.items()}
    rows = RfmMove.objects.filter(earlier=earlier, day=day)
    return {f"{name[row.before]} > {name[row.after]}": row.customers for row in rows}


@pytest.fixture
def three(omid):
    """One who leaves the window in September 2025, one who enters it then, and Omid's, who stays."""
    leaver, enterer, stayer = make_customer(), make_customer(), make_customer(owner=omid)
    make_order(customer=leaver, placed_at=tehran(2024, 9, 10))
    make_order(customer=enterer, placed_at=tehran(2025, 9, 10))
    for day in (1, 2):
        make_order(customer=stayer, placed_at=tehran(2025, 6, day))
    score()
    return leaver, enterer, stayer


def test_one_leaves_one_enters_and_one_stays(three):
    """Of two, the better has k = 1 for what is more, 1 + floor(5/2) = 3, and for days the worse has 6 − 3 = 3.

    In August: the leaver R 3 F 1, the stayer R 5 F 3. In September: the enterer R 5 F 1, the stayer R 3 F 3.
    """
    expected = {"about_to_sleep > -": 1, "- > new": 1, "potential_loyalist > needs_attention": 1}

    assert stored(AUGUST, SEPTEMBER) == stored(MORDAD, SHAHRIVAR) == expected
    # In July the two were as in August.
    assert stored(JULY, AUGUST) == {"about_to_sleep > about_to_sleep": 1, "potential_loyalist > potential_loyalist": 1}
    assert not RfmMove.objects.filter(earlier=SHAHRIVAR, day=SEPTEMBER).exists()


def test_an_order_entered_late_makes_both_matrices_right(three):
    """The leaver turns out to have bought on 25 August, so that he stays.

    August, days 6 and 90 and two orders each: the leaver R 5 F 1, the stayer R 3 F 1. In September three, by days 20
    (enterer), 36 (leaver) and 120: k = 0, 1, 2 of 3 → R 5, 6 − 2 = 4, 6 − 4 = 2; orders 1, 1, 2: F 1, 1, 1 + floor(10/3) = 4.
    """
    make_order(customer=three[0], placed_at=tehran(2025, 8, 25))
    before = stored(JULY, AUGUST)
    score()

    assert before == {"about_to_sleep > about_to_sleep": 1, "potential_loyalist > potential_loyalist": 1}
    assert stored(JULY, AUGUST) == {"about_to_sleep > new": 1, "potential_loyalist > about_to_sleep": 1}
    assert stored(AUGUST, SEPTEMBER) == {"new > promising": 1, "about_to_sleep > at_risk": 1, "- > new": 1}
    assert stored(MORDAD, SHAHRIVAR) == {"about_to_sleep > promising": 1, "potential_loyalist > at_risk": 1, "- > new": 1}
    assert wrong_scores() == []


def test_a_move_lists_whom_it_counts_and_to_each_their_own(three, sara, omid):
    """Of a month and of a week apart; the manager and the company are told what is stored, Omid of his customer."""
    for then in (AUGUST, SHAHRIVAR):
        counts = []
        for viewer in (None, sara, omid):
            before, now = Rfm(then, viewer), Rfm(SEPTEMBER, viewer)
            moves = movement(before, now)
            assert {pair: len(moved(before, now, *pair)) for pair in moves} == moves
            counts.append(moves)
        assert counts[0] == counts[1]
        assert counts[2] == {pair: 1 for pair in counts[0] if pair[1] == Segment.NEEDS_ATTENTION}
    RfmMove.objects.filter(earlier=AUGUST, day=SEPTEMBER, before=0).update(customers=7)
    read = [movement(Rfm(AUGUST, viewer), Rfm(SEPTEMBER, viewer)) for viewer in (None, sara, omid)]
    assert [moves.get((None, Segment.NEW)) for moves in read] == [7, 7, None]


def segments_on(day, bought):
    """{customer: segment} from (customer, day of an order): the definition, in Python."""
    window = [(pk, on) for pk, on in bought if day - timedelta(days=365) < on <= day]
    last, orders = dict(sorted(window)), Counter(pk for pk, _ in window)
    ranks = zip(recency_scores([(day - on).days for on in last.values()]), scores([orders[pk] for pk in last]), strict=True)
    return {pk: segment_of(*rank) for pk, rank in zip(last, ranks, strict=True)} if last else {}


def counted_again():
    """All moves, from the orders."""
    bought = list(Order.objects.counted().values_list("customer_id", "placed_on"))
    code, found = {None: 0} | SEGMENT_CODES, Counter()
    for calendar in Calendar:
        months = periods_between(min(on for _, on in bought), SEPTEMBER, calendar, Grain.MONTH)
        for earlier, day in pairwise(month.end for month in months if month.end <= SEPTEMBER):
            was, now = segments_on(earlier, bought), segments_on(day, bought)
            found += Counter((earlier, day, code[was.get(pk)], code[now.get(pk)]) for pk in was.keys() | now.keys())
    return {(*key, count) for key, count in found.items()}


def test_moves_are_those_that_the_orders_tell_however_many_snapshots_are_computed_at_once():
    """Also of pairs whose days are computed apart, before or after one another, and of every second snapshot alone."""
    ten = make_ten()
    Customer.objects.filter(pk=ten[4]).update(is_test=True)
    score()
    expected = counted_again()

    assert set(RfmMove.objects.values_list(*STORED)) == expected
    for limit in (1, 2, 5):
        RfmMove.objects.all().delete()
        RfmSnapshot.objects.update(is_dirty=True, computed_at=None)
        while drain_snapshots(at=NOW, limit=limit):
            pass
        assert set(RfmMove.objects.values_list(*STORED)) == expected
    for chosen in RfmSnapshot.objects.order_by("day")[3:9:2]:
        RfmSnapshot.objects.filter(pk=chosen.pk).update(is_dirty=True)
    RfmMove.objects.filter(day__in=RfmSnapshot.objects.filter(is_dirty=True)).delete()
    score()
    assert wrong_scores() == []
    assert set(RfmMove.objects.values_list(*STORED)) == expected


def test_drift_sees_a_wrong_a_missing_and_a_needless_move(three):
    moves = RfmMove.objects.filter(earlier=AUGUST, day=SEPTEMBER)
    moves.filter(before=0).update(customers=3)
    moves.filter(after=0).delete()
    RfmMove.objects.create(earlier=SHAHRIVAR, day=SEPTEMBER, before=1, after=2, customers=4)
    code = SEGMENT_CODES

    assert wrong_scores() == [
        f"rfm: moves (0, {code[Segment.NEW]}) from 2025-08-31 to 2025-09-30 differ by -2",
        f"rfm: moves ({code[Segment.ABOUT_TO_SLEEP]}, 0) from 2025-08-31 to 2025-09-30 differ by 1",
        "rfm: moves (1, 2) from 2025-09-22 to 2025-09-30 differ by -4",
    ]
    RfmSnapshot.objects.filter(pk=SEPTEMBER).update(is_dirty=True)
    assert wrong_scores() == []
