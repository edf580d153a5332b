"""The scripts of writers and workers against the engine as it is."""

from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError, connection

from customers.models import Order
from kpis.catalogue.measures import LEADS_CREATED, ORDERS
from kpis.engine import cells, customers, drain, drain_step, find_drift, is_clean
from kpis.engine.customers import drain_customers
from kpis.models import DirtyDay, Failure
from leads.models import Lead
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import make_books, tehran
from tests.kpis.interleavings import (
    BUCKET,
    a_customer_changes_while_an_order_comes,
    a_customer_comes_to_the_site_while_their_lead_is_written,
    a_customer_is_deleted_and_written_anew,
    a_deal_moves_while_a_product_is_added,
    a_lead_comes_while_its_customer_is_computed,
    a_row_moves_to_another_day,
    a_writer_commits_after_the_drain,
    a_writer_commits_between_fold_and_commit,
    an_order_moves_while_a_line_is_added,
    then_right,
    two_cells_of_one_month_meet,
    two_workers_meet_in_one_cell,
    two_workers_meet_over_customers,
)
from tests.kpis.proof import NOW
from tests.kpis.sessions import session

pytestmark = [pytest.mark.usefixtures("live"), pytest.mark.slow]


def test_an_order_committed_after_a_drain_is_not_forgotten():
    a_writer_commits_after_the_drain()


def test_an_order_committed_while_its_day_is_folded_is_not_forgotten(monkeypatch):
    a_writer_commits_between_fold_and_commit(monkeypatch)


def test_a_day_that_a_row_leaves_is_folded_too():
    a_row_moves_to_another_day()


def test_two_workers_in_one_cell_count_nothing_twice(monkeypatch):
    two_workers_meet_in_one_cell(monkeypatch)


def test_two_cells_of_one_month_come_to_one_median(monkeypatch):
    two_cells_of_one_month_meet(monkeypatch)


def test_two_workers_over_customers_count_nobody_twice(monkeypatch):
    two_workers_meet_over_customers(monkeypatch)


def test_a_customer_who_changes_while_an_order_comes():
    a_customer_changes_while_an_order_comes()


def test_a_deal_that_moves_while_a_product_is_added():
    a_deal_moves_while_a_product_is_added()


def test_an_order_that_moves_while_a_line_is_added():
    an_order_moves_while_a_line_is_added()


def test_a_lead_that_comes_while_its_customer_is_computed(monkeypatch):
    a_lead_comes_while_its_customer_is_computed(monkeypatch)


def test_a_customer_who_comes_to_the_site_while_their_lead_is_written():
    a_customer_comes_to_the_site_while_their_lead_is_written()


def test_a_customer_deleted_and_written_anew():
    a_customer_is_deleted_and_written_anew()


def test_a_busy_cell_is_left_to_its_worker():
    make_order(placed_at=tehran(2025, 9, 23))
    with session() as worker:
        worker.execute("SELECT pg_advisory_xact_lock(7301, %s)", [ORDERS.code * 100_000 + BUCKET])
        assert cells.drain_cells(ORDERS.code, [BUCKET], at=NOW) is None
        while drain_step(at=NOW):
            pass
        assert set(DirtyDay.objects.values_list("cube", "bucket")) == {(ORDERS.code, BUCKET)}
    then_right()


@pytest.mark.parametrize("batch", [1, 2])
def test_customers_in_small_batches_come_to_the_same(batch):
    books = make_books()
    other = make_customer()
    drain(at=NOW)
    # The lead, counted for one customer, is given to another one who comes in another batch.
    Lead.objects.update(customer=other)
    Order.objects.filter(pk=books.order.pk).update(customer=other)

    drain(at=NOW, batch=batch)

    then_right()


@pytest.mark.parametrize("moment", ["refold", "recompute"])
def test_a_session_that_dies_between_statements_has_changed_nothing(monkeypatch, moment):
    make_books()
    module = cells if moment == "refold" else customers
    work = getattr(module, moment)

    def work_and_die(*args):
        work(*args)
        with session(autocommit=True) as killer:
            killer.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])

    drains = {"refold": lambda: cells.drain_cells(ORDERS.code, [BUCKET], at=NOW), "recompute": lambda: drain_customers(at=NOW)}
    dirty = DirtyDay.objects.count()
    with monkeypatch.context() as patched:
        patched.setattr(module, moment, work_and_die)
        with pytest.raises((OperationalError, InterfaceError)):
            drains[moment]()
    connection.close()

    assert DirtyDay.objects.count() == dirty
    then_right()


def test_a_cell_that_fails_waits_with_its_error_and_keeps_nobody_from_work(monkeypatch):
    make_books()
    fold = cells.refold

    def fail_for_leads(cursor, cube, marks):
        if cube is LEADS_CREATED:
            cursor.execute("SELECT 1 / 0")
        fold(cursor, cube, marks)

    with monkeypatch.context() as patched:
        patched.setattr(cells, "refold", fail_for_leads)
        progress = drain(at=NOW)
        assert set(DirtyDay.objects.values_list("cube", flat=True)) == {LEADS_CREATED.code}
        (failure,) = Failure.objects.all()
        assert (failure.cube, failure.attempts, failure.retry_at) == (LEADS_CREATED.code, 1, NOW + timedelta(seconds=2))
        assert "division by zero" in failure.error
        assert progress.failed == 1
        assert find_drift() == []

        drain(at=NOW + timedelta(seconds=1))  # too early: it is not tried
        assert Failure.objects.get().attempts == 1
        drain(at=NOW + timedelta(seconds=3))
        assert Failure.objects.get().attempts == 2

    drain(at=NOW + timedelta(hours=1))
    assert (Failure.objects.count(), is_clean()) == (0, True)
    then_right()
