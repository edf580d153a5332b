"""RFM: scores and segments by hand, snapshots that follow every change, and the segment as a side of figures."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from customers.models import Customer, Order, OrderLine, Refund
from kpis.catalogue.measures import RFM
from kpis.engine import drain, find_drift
from kpis.engine.drain import resolve_parents
from kpis.engine.drift import changed_parents, dirty_days
from kpis.engine.rfm import drain_snapshots, scored
from kpis.engine.rfmdrift import drift_of_snapshots
from kpis.models import DirtyDay, RfmCell, RfmMove, RfmSnapshot, RfmSpan
from kpis.rfm import GRID, SEGMENT_CODES, Segment, recency_scores, scores, segment_of, snapshot_days
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW, assert_right

pytestmark = pytest.mark.django_db
SNAPSHOT = date(2025, 9, 30)
DAYS = [5, 10, 20, 30, 40, 60, 90, 120, 200, 300]
COUNTS = [10, 8, 8, 5, 3, 3, 1, 1, 1, 1]


def test_scores_of_the_sheet():
    assert recency_scores(DAYS) == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    # 8 has k = 8 of 10 smaller: 1 + floor(40/10) would be 5, but only 7 are smaller than 8: 1 + floor(35/10) = 4.
    assert scores(COUNTS) == [5, 4, 4, 4, 3, 3, 1, 1, 1, 1]


def test_equal_values_have_equal_scores():
    assert scores([7, 7, 7]) == [1, 1, 1]
    assert recency_scores([0]) == [5]
    # k = 0, 1, 1, 3 of 4: 1 + floor(0, 1.25, 1.25, 3.75)
    assert scores([Decimal(-3), Decimal(0), Decimal(0), Decimal(9)]) == [1, 2, 2, 4]


def test_segments_part_the_grid():
    cells = {(r, f): segment_of(r, f).value for r in range(1, 6) for f in range(1, 6)}

    assert {cell for cell, name in cells.items() if name == "cant_lose"} == {(1, 5), (2, 5)}
    assert {cell for cell, name in cells.items() if name == "loyal"} == {(3, 4), (3, 5), (4, 4), (4, 5)}
    assert {cell for cell, name in cells.items() if name == "potential_loyalist"} == {(4, 2), (4, 3), (5, 2), (5, 3)}
    counts = {name: list(cells.values()).count(name) for name in cells.values()}
    assert counts == {
        "lost": 4,
        "at_risk": 4,
        "cant_lose": 2,
        "about_to_sleep": 2,
        "needs_attention": 1,
        "loyal": 4,
        "promising": 1,
        "potential_loyalist": 4,
        "new": 1,
        "champion": 2,
    }
    assert {segment for row in GRID for segment in row} == set(Segment)


def test_snapshots_are_the_ends_of_months_of_both_calendars():
    # Mehr 1404 ends on 22 October, Aban on 21 November 2025.
    expected = [date(2025, 9, 30), date(2025, 10, 22), date(2025, 10, 31), date(2025, 11, 21)]

    assert list(snapshot_days(date(2025, 9, 23), date(2025, 11, 29))) == expected


def make_ten(day=SNAPSHOT):
    """The ten customers of the sheet: their last order so many days before, of so many orders, each of 1,000."""
    people, orders = [make_customer().pk for _ in DAYS], []
    for pk, ago, count in zip(people, DAYS, COUNTS, strict=True):
        last = day - timedelta(days=ago)
        facts = {"placed_at": tehran(last.year, last.month, last.day), "status": "paid", "currency": "IRR"}
        orders += [Order(customer_id=pk, **facts) for _ in range(count)]
    Order.objects.bulk_create(orders)
    OrderLine.objects.bulk_create([OrderLine(order=order, position=0, quantity=1, unit_price=1000) for order in orders])
    return people


def at(day, people):
    spans = {span.customer_id: span for span in RfmSpan.objects.on(day)}
    return [f"{s.recency}{s.frequency}{s.monetary}" if (s := spans.get(pk)) else "" for pk in people]


def test_the_ten_customers_of_the_sheet():
    people = make_ten()

    drain(at=NOW)

    # M is 1,000 for each order, so its scores are those of F.
    assert at(SNAPSHOT, people) == ["555", "544", "444", "444", "333", "333", "211", "211", "111", "111"]
    assert sum(RfmCell.objects.filter(day=SNAPSHOT).values_list("customers", flat=True)) == 10
    assert sum(RfmCell.objects.filter(day=SNAPSHOT).values_list("revenue", flat=True)) == 41_000
    assert find_drift() == []
    segments = RfmSpan.objects.on(SNAPSHOT).order_by("customer_id").values_list("segment", flat=True)
    assert [Segment.values[code - 1] for code in segments] == [
        *("champion", "champion", "loyal", "loyal", "needs_attention", "needs_attention", "lost", "lost", "lost", "lost")
    ]


def test_the_window_has_365_days_and_ends_with_its_day():
    inside, outside, later = make_customer(), make_customer(), make_customer()
    make_order(customer=outside, placed_at=tehran(2024, 9, 30, 23, 59))
    make_order(customer=inside, placed_at=tehran(2024, 10, 1, 0, 0))
    make_order(customer=later, placed_at=tehran(2025, 10, 1, 0, 0))

    drain(at=NOW)

    assert set(RfmSpan.objects.on(SNAPSHOT).values_list("customer_id", flat=True)) == {inside.pk}
    with connection.cursor() as cursor:
        cursor.execute(*scored(SNAPSHOT, None))
        assert {row[0]: row[5:] for row in cursor.fetchall()} == {
            outside.pk: (365, 1, Decimal("100000.00")),
            inside.pk: (364, 1, Decimal("100000.00")),
        }


def test_refunds_are_taken_off_on_their_own_day():
    rich, poor = make_customer(), make_customer()
    order = make_order([(1, 1000)], customer=rich, placed_at=tehran(2025, 8, 1))
    make_order([(1, 500)], customer=poor, placed_at=tehran(2025, 8, 1))
    Refund.objects.create(order=order, amount=600, refunded_at=tehran(2025, 9, 25))

    drain(at=NOW)

    # Of two: k = 0 → 1, k = 1 → 1 + floor(5/2) = 3. Until the refund 1,000 > 500; after it 400 < 500.
    assert [at(day, [rich.pk, poor.pk]) for day in (date(2025, 8, 31), date(2025, 9, 22), SNAPSHOT)] == [
        ["513", "511"],
        ["513", "511"],
        ["511", "513"],
    ]
    assert find_drift() == []


def test_scores_are_stored_only_where_they_change():
    customer = make_customer()
    make_order(customer=customer, placed_at=tehran(2024, 3, 1))

    drain(at=NOW)

    # Alone among customers one is 5-1-1 as long as the order is in the window: to the end of Bahman 1403, 18 Feb 2025.
    spans = RfmSpan.objects.values_list("customer_id", "recency", "frequency", "monetary", "first_day", "until_day")
    assert list(spans) == [(customer.pk, 5, 1, 1, date(2024, 3, 19), date(2025, 3, 20))]
    assert RfmSnapshot.objects.filter(is_dirty=True).count() == 0


def score():
    """What the drain does of it."""
    resolve_parents(wait=True)
    while drain_snapshots(at=NOW):
        pass


def wrong_scores():
    """What `find_drift` finds of snapshots."""
    with connection.cursor() as cursor:
        return list(drift_of_snapshots(cursor, dirty_days(cursor, RFM, changed_parents(cursor))))


def all_stored():
    columns = ("customer_id", "recency", "frequency", "monetary", "segment", "first_day", "until_day")
    return set(RfmSpan.objects.values_list(*columns)), set(
        RfmMove.objects.values_list("earlier", "day", "before", "after", "customers")
    )


def then_right():
    """Before the drain a mark excuses every difference; after it there is none, and computed from nothing it is the same."""
    assert wrong_scores() == []
    score()
    assert (RfmSnapshot.objects.filter(is_dirty=True).exists(), wrong_scores()) == (False, [])
    kept = all_stored()
    RfmSpan.objects.all().delete()
    RfmMove.objects.all().delete()
    RfmSnapshot.objects.update(is_dirty=True, computed_at=None)
    score()
    assert (all_stored(), wrong_scores()) == (kept, [])


CHANGES = {
    "an order of last year": lambda ten: make_order(customer_id=ten[9], placed_at=tehran(2024, 11, 5)),
    "the first order of all, long ago": lambda ten: make_order(customer_id=ten[0], placed_at=tehran(2022, 5, 5)),
    "an order moves": lambda ten: Order.objects.filter(customer=ten[6]).update(placed_at=tehran(2025, 2, 1)),
    "an order is cancelled": lambda ten: Order.objects.filter(customer=ten[3]).update(status="cancelled"),
    "an order goes to another customer": lambda ten: Order.objects.filter(customer=ten[7]).update(customer=ten[8]),
    "an order is deleted": lambda ten: Order.objects.filter(customer=ten[5]).first().delete(),
    "a price changes": lambda ten: Order.objects.filter(customer=ten[5]).first().lines.update(unit_price=7_000_000),
    "a customer is a test": lambda ten: Customer.objects.filter(pk=ten[0]).update(is_test=True),
    "a customer is merged": lambda ten: Customer.objects.filter(pk=ten[9]).update(merged_into=ten[0]),
    "a refund": lambda ten: Refund.objects.create(
        order=Order.objects.filter(customer=ten[0]).first(), amount=900, refunded_at=tehran(2025, 9, 29)
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_snapshots_follow_every_change(change):
    ten = make_ten()
    score()
    before = set(RfmCell.objects.values_list("day", "recency", "frequency", "monetary", "customers", "revenue"))

    change(ten)
    then_right()

    assert set(RfmCell.objects.values_list("day", "recency", "frequency", "monetary", "customers", "revenue")) != before


def test_changes_years_apart_leave_alone_what_lies_between():
    """Computed in one go are the 24 month ends of both calendars after January 2021, and then some after December 2024."""
    ten = make_ten()
    for customer, year, month in ((ten[0], 2020, 5), (ten[1], 2023, 3)):
        make_order(customer_id=customer, placed_at=tehran(year, month, 5))
    score()

    for year, month in ((2021, 1), (2024, 12)):
        make_order(customer_id=ten[9], placed_at=tehran(year, month, 5))
    then_right()

    assert RfmSpan.objects.on(date(2023, 6, 30)).values_list("customer_id", flat=True).get() == ten[1]


def test_truncated_orders_leave_nobody():
    make_ten()
    score()

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE customers_order CASCADE")
    then_right()

    assert RfmSpan.objects.count() == 0


def test_a_new_owner_changes_no_snapshot(sara):
    """The days of an order that only changes hands are folded again, but its scores stay as they are."""
    ten = make_ten()
    drain(at=NOW)

    Customer.objects.filter(pk=ten[0]).update(owner=sara)
    Order.objects.update(owner=sara)
    drain(at=NOW, batch=5)

    assert not RfmSnapshot.objects.exclude(computed_at=NOW).exists()
    assert DirtyDay.objects.count() == 0
    assert_right(["orders"])


def test_drift_sees_a_wrong_score_and_a_wrong_cell():
    """The customer had not bought in August, and so moves to the wrong segment too."""
    ten = make_ten()
    drain(at=NOW)
    RfmSpan.objects.on(SNAPSHOT).filter(customer=ten[0]).update(segment=SEGMENT_CODES[Segment.LOST])
    RfmCell.objects.filter(day=SNAPSHOT, recency=5, frequency=5).update(customers=2)

    assert find_drift() == [
        f"rfm: 2025-09-30 wrong for customer {ten[0]}",
        "rfm: cell (5, 5, 5) of 2025-09-30 differs by (Decimal('-1'), Decimal('0.00'))",
        f"rfm: moves (0, {SEGMENT_CODES[Segment.LOST]}) from 2025-08-31 to 2025-09-30 differ by 1",
        f"rfm: moves (0, {SEGMENT_CODES[Segment.CHAMPION]}) from 2025-08-31 to 2025-09-30 differ by -1",
    ]
