"""From any change of any row to the right stored sums, by whatever road the change came."""

from collections import Counter
from datetime import date

import pytest
from django.db import connection
from django.db.models import Max, Min, Sum

from campaigns.models import Campaign, Channel
from crm.models import Organization, User
from customers.models import Customer, Order, Refund
from kpis.catalogue.measures import ACQUIRED, BUYERS, CATEGORY_ORDERS, LINES, ORDERS
from kpis.definitions import DIMENSION_CODES
from kpis.engine import cells, drain, find_drift, is_clean, rebuild, refolding
from kpis.models import (
    Cross,
    CrossDay,
    CustomerContact,
    CustomerDay,
    CustomerFact,
    CustomerSpan,
    DirtyCustomer,
    DirtyDay,
    DirtyParent,
    LeadFact,
    NewcomerDay,
    Rollup,
)
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import make_books, tehran
from tests.kpis import mutants
from tests.kpis.proof import NOW, assert_right, value_of

pytestmark = pytest.mark.django_db
MEHR, SHAHRIVAR, TIR = date(2025, 9, 23), date(2025, 8, 23), date(2025, 6, 22)


def state():
    """Everything that is stored, without the keys that only count rows."""
    models = (CustomerFact, CustomerDay, CustomerContact, CustomerSpan, NewcomerDay, LeadFact, Rollup, Cross)
    columns = {model: [f.attname for f in model._meta.concrete_fields if f.attname != "id"] for model in models}
    rows = {model.__name__: Counter(model.objects.values_list(*columns[model])) for model in models}
    for model in (Rollup, Cross):
        sums = [columns[model].index(name) for name in ("m1", "m2", "m3", "m4", "m5", "m6")]
        rows[model.__name__] = {row for row in rows[model.__name__] if any(row[place] for place in sums)}
    return rows | {"CrossDay": crossed_days()}


def crossed_days():
    """The crossed sums of days: of a day there may be several rows of the same members."""
    members = [field.attname for field in CrossDay._meta.concrete_fields if not field.attname.startswith(("id", "m"))]
    sums = {f"s{n}": Sum(f"m{n}") for n in range(1, 7)}
    return set(CrossDay.objects.values_list(*members, "member").annotate(**sums).order_by())


def test_a_drain_stores_sums_and_facts():
    books = make_books()
    Order.objects.exclude(pk=books.order.pk).delete()

    drain(at=NOW)

    day, owner = date(2025, 9, 23), books.users[0].pk
    # one order of 2 × 1,000 that cost 2 × 400, every cost known: the same in total and for each of its members
    order, line, category = (1, 2000, 800, 0), (2000, 800, 1, 0), (1, 0, 0, 0)
    sides = {"": 0, "channel": books.channels[0].pk, "campaign": books.campaigns[0].pk, "owner": owner}
    sides |= {"product": books.products[0].pk, "category": books.categories[0].pk}
    expected = [(ORDERS.code, name, order) for name in ("", "channel", "campaign", "owner")]
    expected += [(LINES.code, name, line) for name in ("", "owner", "product", "category")]
    expected += [(CATEGORY_ORDERS.code, name, category) for name in ("", "owner", "category")]
    rows = Rollup.objects.filter(cube__in=[ORDERS.code, LINES.code, CATEGORY_ORDERS.code], grain=0).exclude(
        member=0, dimension__gt=0
    )
    assert sorted(rows.values_list("cube", "dimension", "start", "member", "m1", "m2", "m3", "m4")) == sorted(
        (cube, DIMENSION_CODES[name], day, sides[name], *folds) for cube, name, folds in expected
    )
    fact = CustomerFact.objects.get()
    assert (fact.customer, fact.first_day, fact.second_day, fact.last_day) == (books.customer, day, None, day)
    assert list(CustomerDay.objects.values_list("fact", "day", "owner_id")) == [(books.customer.pk, day, owner)]
    assert list(CustomerSpan.objects.values_list("fact", "start_day", "lost_day", "is_first")) == [
        (books.customer.pk, day, date(2026, 3, 22), True)  # 180 days after 1 Mehr
    ]
    assert list(LeadFact.objects.values_list("lead", "has_ordered")) == [(books.lead.pk, True)]


def test_a_day_is_summed_into_every_period_it_lies_in():
    make_order(placed_at=tehran(2025, 9, 23), customer=make_customer())

    drain(at=NOW)

    starts = Rollup.objects.filter(cube=ORDERS.code, dimension=0).order_by("grain").values_list("grain", "start", "m1", "m2")
    assert list(starts) == [
        (0, date(2025, 9, 23), 1, 100_000),  # Tuesday 1 Mehr 1404
        (1, date(2025, 9, 20), 1, 100_000),  # its week, from Saturday
        (2, date(2025, 9, 1), 1, 100_000),
        (3, date(2025, 7, 1), 1, 100_000),
        (4, date(2025, 1, 1), 1, 100_000),
        (5, date(2025, 9, 23), 1, 100_000),
        (6, date(2025, 9, 23), 1, 100_000),  # the third quarter begins with Mehr
        (7, date(2025, 3, 21), 1, 100_000),
        (8, date(2025, 9, 23), 1, 100_000),
        (9, date(2025, 3, 21), 1, 100_000),
    ]


def test_computing_everything_again_changes_nothing():
    make_books()
    drain(at=NOW)
    once = state()

    drain(at=NOW)
    assert state() == once

    rebuild()
    assert not is_clean()
    drain(at=NOW)
    assert state() == once


def test_the_first_days_count_in_periods_that_begin_before_them():
    """Their quarter of either calendar, Jalali year and fiscal year begin in 1989; days are kept from 1990 on."""
    make_order(placed_at=tehran(1990, 1, 5))
    drain(at=NOW)

    assert find_drift() == []


def test_a_rebuild_of_some_days_touches_only_them():
    make_order(placed_at=tehran(2025, 9, 23))
    make_order(placed_at=tehran(2024, 9, 23))
    drain(at=NOW)

    rebuild((ORDERS,), first=date(2025, 1, 1))

    assert set(DirtyDay.objects.values_list("cube", flat=True)) == {ORDERS.code}
    days = DirtyDay.objects.aggregate(first=Min("first_day"), last=Max("last_day"))
    assert days == {"first": date(2025, 1, 1), "last": date(2025, 9, 23)}
    assert_right(["orders"])


def test_cubes_that_fold_otherwise_after_a_migration_are_folded_from_nothing(monkeypatch):
    """What an older version added to the sums of facts is not what the new one would take back."""
    make_books()
    drain(at=NOW)
    Rollup.objects.filter(cube=ACQUIRED.code).update(m2=77)
    # Of seventy years, in the one transaction of a test, too many cells would be locked.
    monkeypatch.setattr(refolding, "FIRST_DAY", date(2025, 1, 1))
    monkeypatch.setattr(refolding, "LAST_DAY", date(2026, 3, 31))

    with connection.cursor() as cursor:
        cursor.execute(refolding.refold_sql())

    assert_right()


def crossed(cube, grain, member, start=MEHR):
    """{(channel, campaign): first sum} of a month, in total (0) or of an owner."""
    rows = Cross.objects.filter(cube=cube.code, grain=grain, start=start, member=member).exclude(m1=0)
    return {(row.channel_id, row.campaign_id): row.m1 for row in rows.filter(dimension=DIMENSION_CODES["owner"] if member else 0)}


def test_an_owner_and_a_first_touch_are_summed_together():
    channel, campaign = Channel.objects.create(slug="one", name="One"), Campaign.objects.create(name="C")
    owner, other = (User.objects.create_user(f"{name}@example.com") for name in ("a", "b"))
    customer = make_customer(channel=channel, campaign=campaign, owner=owner)
    for day, seller in ((23, owner), (24, owner), (24, other)):
        make_order(customer=customer, owner=seller, placed_at=tehran(2025, 9, day))
    make_order(customer=make_customer(owner=owner), placed_at=tehran(2025, 9, 25))

    drain(at=NOW)

    jalali_month, here, nowhere = 5, (channel.pk, campaign.pk), (0, 0)
    # two orders of the owner and one of the other; whoever has no channel stands under 0
    assert crossed(ORDERS, jalali_month, 0) == {here: 3, nowhere: 1}
    assert crossed(ORDERS, jalali_month, owner.pk) == {here: 2, nowhere: 1}
    assert crossed(ORDERS, jalali_month, other.pk) == {here: 1}
    # one customer bought three times, and counts once with each of the two
    assert crossed(BUYERS, jalali_month, 0) == {here: 1, nowhere: 1}
    assert crossed(BUYERS, jalali_month, owner.pk) == {here: 1, nowhere: 1}
    assert crossed(BUYERS, jalali_month, other.pk) == {here: 1}
    days = CrossDay.objects.filter(cube=ORDERS.code, dimension=DIMENSION_CODES["owner"], member=owner.pk)
    assert list(days.order_by("start").values_list("start__day", "m1")) == [(23, 1), (24, 1), (25, 1)]

    Order.objects.filter(owner=owner, customer=customer).update(owner=other)
    assert_right()
    assert crossed(ORDERS, jalali_month, owner.pk) == {nowhere: 1}
    assert crossed(ORDERS, jalali_month, other.pk) == {here: 3}
    assert crossed(BUYERS, jalali_month, owner.pk) == {nowhere: 1}


@pytest.mark.parametrize("mutant", mutants.OF_CROSSED_SUMS, ids=lambda mutant: mutant.__name__)
def test_crossed_sums_of_a_broken_engine_are_seen_to_drift(monkeypatch, mutant):
    owner = User.objects.create_user("a@example.com")
    customer = make_customer(owner=owner)
    for day in (23, 24):
        make_order(customer=customer, placed_at=tehran(2025, 9, day))
    mutant(monkeypatch)

    drain(at=NOW)
    Order.objects.filter(placed_on__day=24).update(owner=User.objects.create_user("b@example.com"))
    drain(at=NOW)

    found = find_drift()
    assert found != []
    assert all("crossed" in line for line in found)


def test_what_is_marked_may_differ_and_nothing_else():
    """Drift is silent about dirty days, and loud about the same difference once the mark is gone."""
    make_books()
    drain(at=NOW)
    Order.objects.update(status="cancelled")
    assert find_drift() == []

    for marks in (DirtyDay, DirtyParent, DirtyCustomer):
        marks.objects.all().delete()

    assert [line for line in find_drift() if line.startswith("orders: 2025-09-23, ")] != []


def test_an_order_from_before_the_first_one_moves_the_customer_to_its_month():
    customer = make_customer()
    make_order(customer=customer, placed_at=tehran(2025, 9, 23))
    drain(at=NOW)
    # nothing is known of the month before
    assert (value_of("new_customers", MEHR), value_of("new_customers", SHAHRIVAR)) == (1, None)

    make_order(customer=customer, placed_at=tehran(2025, 8, 25))

    assert_right()
    assert (value_of("new_customers", MEHR), value_of("new_customers", SHAHRIVAR)) == (0, 1)
    assert value_of("repeat_purchase_rate", SHAHRIVAR) == 1
    first = Rollup.objects.filter(cube=ACQUIRED.code, grain=0, dimension=0).exclude(m1=0)
    assert list(first.values_list("start", "m1")) == [(date(2025, 8, 25), 1)]


def test_a_backdated_order_bridges_the_gap_that_lost_a_customer():
    """1 January and 1 September 2025 are 243 days apart; with an order 100 days before the second nobody left."""
    customer = make_customer()
    make_order(customer=customer, placed_at=tehran(2025, 1, 1))
    make_order(customer=customer, placed_at=tehran(2025, 9, 1))
    drain(at=NOW)
    lost = date(2025, 6, 30)  # 1 January + 180
    assert (value_of("lost_customers", lost), value_of("reactivated_customers", date(2025, 9, 1))) == (1, 1)

    make_order(customer=customer, placed_at=tehran(2025, 5, 24))

    assert_right()
    assert (value_of("lost_customers", lost), value_of("reactivated_customers", date(2025, 9, 1))) == (0, 0)


def test_an_order_exactly_the_threshold_later_keeps_the_customer():
    customer = make_customer()
    make_order(customer=customer, placed_at=tehran(2025, 1, 1))
    for day, spans in (((2025, 7, 1), 2), ((2025, 6, 30), 1)):  # 181 and 180 days later
        late = make_order(customer=customer, placed_at=tehran(*day))
        drain(at=NOW)
        assert CustomerSpan.objects.count() == spans
        assert_right()
        late.delete()


def test_a_shorter_threshold_loses_customers_on_other_days():
    customer = make_customer()
    make_order(customer=customer, placed_at=tehran(2025, 3, 1))
    make_order(customer=customer, placed_at=tehran(2025, 7, 1))
    drain(at=NOW)
    assert CustomerSpan.objects.count() == 1

    Organization.objects.update(inactivity_days=30)

    assert_right()
    spans = CustomerSpan.objects.order_by("start_day").values_list("start_day", "lost_day", "is_first")
    assert list(spans) == [(date(2025, 3, 1), date(2025, 3, 31), True), (date(2025, 7, 1), date(2025, 7, 31), False)]


def test_a_refund_counts_on_its_own_day_and_only_while_its_order_counts():
    books = make_books()
    Refund.objects.update(refunded_at=tehran(2025, 8, 24))
    drain(at=NOW)
    assert (value_of("revenue", MEHR), value_of("revenue", SHAHRIVAR)) == (7000, -1000)

    Order.objects.filter(pk=books.order.pk).update(status="cancelled")

    assert_right()
    assert (value_of("revenue", MEHR), value_of("revenue", SHAHRIVAR)) == (5000, 0)


def test_a_customer_who_becomes_a_test_takes_everything_along():
    """Then there is no order and no customer that counts, as in a company that never had one; a lead is somebody else's."""
    books = make_books()
    drain(at=NOW)

    Customer.objects.filter(pk=books.customer.pk).update(is_test=True)

    assert_right()
    keys = ("orders", "revenue", "new_customers", "active_customers", "lead_to_customer_rate", "leads")
    assert [value_of(key) for key in keys] == [None, None, None, None, 0, 1]
    assert CustomerFact.objects.count() == 0


def marks_of(cube):
    return list(DirtyDay.objects.filter(cube=cube.code).order_by("first_day").values_list("first_day", "keys"))


def test_a_few_new_rows_of_a_day_are_marked_by_key_and_added():
    make_order(placed_at=tehran(2025, 9, 23), customer=make_customer())
    drain(at=NOW)

    new = make_order(lines=(), placed_at=tehran(2025, 9, 23), customer=make_customer())

    assert marks_of(ORDERS) == [(date(2025, 9, 23), [new.pk])]
    assert_right()
    assert value_of("orders") == 2


def make_orders(count, customer):
    orders = [Order(customer=customer, placed_at=tehran(2025, 9, 23), status="paid", currency="IRR") for _ in range(count)]
    return [order.pk for order in Order.objects.bulk_create(orders)]


def test_rows_of_a_day_that_one_statement_brings_are_marked_by_key_up_to_a_thousand():
    customer = make_customer()

    keys = make_orders(1_000, customer)

    assert [(day, sorted(found)) for day, found in marks_of(ORDERS)] == [(date(2025, 9, 23), keys)]
    assert_right()
    assert value_of("orders") == 1_000


def test_more_new_rows_of_a_day_mark_the_day():
    make_orders(1_001, make_customer())

    assert marks_of(ORDERS) == [(date(2025, 9, 23), None)]
    assert_right()
    assert value_of("orders") == 1_001


def test_new_rows_that_have_become_many_are_folded_with_their_day(monkeypatch):
    monkeypatch.setattr(cells, "MANY", 2)
    customer = make_customer()
    make_orders(1, customer)
    drain(at=NOW)
    make_orders(1, customer), make_orders(2, customer)

    marks = cells.Marks.of(
        ORDERS.code, [], DirtyDay.objects.filter(cube=ORDERS.code).values_list("id", "first_day", "last_day", "keys")
    )

    assert (marks.days, marks.days_of_new, marks.keys) == ([date(2025, 9, 23)], [], [])
    assert_right()
    assert value_of("orders") == 4


def test_a_new_row_that_is_changed_before_the_drain_is_folded_with_its_day():
    order = make_order(lines=(), placed_at=tehran(2025, 9, 23), customer=make_customer())
    Order.objects.filter(pk=order.pk).update(placed_at=tehran(2025, 9, 24))

    assert marks_of(ORDERS) == [(date(2025, 9, 23), [order.pk]), (date(2025, 9, 23), None), (date(2025, 9, 24), None)]
    assert_right()
    days = Rollup.objects.filter(cube=ORDERS.code, grain=0, dimension=0).exclude(m1=0)
    assert list(days.values_list("start", "m1")) == [(date(2025, 9, 24), 1)]


def test_a_new_row_that_is_deleted_before_the_drain_counts_nowhere():
    make_order(placed_at=tehran(2025, 9, 23), customer=make_customer()).delete()

    assert_right()
    assert value_of("orders") is None


def test_lines_of_a_new_order_are_found_by_their_order():
    books = make_books()
    drain(at=NOW)

    order = make_order(placed_at=tehran(2025, 9, 20), customer=books.customer)

    assert (date(2025, 9, 20), [order.pk]) in marks_of(LINES)
    assert_right()


def test_a_table_that_is_believed_empty_is_analysed_before_it_is_joined():
    """As when statistics were taken while the first rows were still being written."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET relpages = 5, reltuples = 0 WHERE relname LIKE 'kpis_customer%' AND relkind = 'r'")
    make_order(customer=make_customer(), placed_at=tehran(2025, 9, 23))

    drain(at=NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples = 1 AND relname LIKE 'kpis_customer%'")
        assert {name for (name,) in cursor.fetchall()} == {"kpis_customerday", "kpis_customerfact", "kpis_customerspan"}
