"""The scripts of writers and workers against broken engines, each of which they must catch."""

from dataclasses import replace

import pytest
from django.db import IntegrityError

from kpis import tracking
from kpis.catalogue.marks import MARKS
from kpis.catalogue.marks_of_engagement import CUSTOMERS_OF_VISITORS, VISITOR_NUMBER
from kpis.engine import customers, percentiles
from leads.models import Opportunity
from tests.kpis import mutants
from tests.kpis.interleavings import (
    a_customer_changes_while_an_order_comes,
    a_customer_comes_to_the_site_while_their_lead_is_written,
    a_customer_is_deleted_and_written_anew,
    a_deal_moves_while_a_product_is_added,
    a_lead_comes_while_its_customer_is_computed,
    a_row_moves_to_another_day,
    a_writer_commits_after_the_drain,
    a_writer_commits_between_fold_and_commit,
    two_cells_of_one_month_meet,
    two_workers_meet_in_one_cell,
)

pytestmark = [pytest.mark.usefixtures("live"), pytest.mark.slow]


# -- broken engines, each caught by its script ---------------------------------------------------------------------


def caught(script, *args):
    """The script ends with a complaint about figures, not with an error of its own."""
    with pytest.raises(AssertionError) as complaint:
        script(*args)
    return "differs by" in str(complaint.value) or "wrong for" in str(complaint.value)


def test_unique_marks_would_lose_a_late_commit(monkeypatch):
    mutants.unique_marks(monkeypatch)

    assert caught(a_writer_commits_after_the_drain)


def test_marks_deleted_after_folding_would_lose_a_commit(monkeypatch):
    mutants.marks_deleted_last(monkeypatch)

    assert caught(a_writer_commits_between_fold_and_commit, monkeypatch)


def test_forgotten_old_images_would_leave_a_day_behind(monkeypatch):
    mutants.old_images_forgotten(monkeypatch)

    assert caught(a_row_moves_to_another_day)


def test_without_the_cells_lock_a_day_would_count_twice(monkeypatch):
    mutants.no_cell_lock(monkeypatch)

    assert caught(two_workers_meet_in_one_cell, monkeypatch)


def test_without_the_percentiles_lock_two_cells_would_write_one_month(monkeypatch):
    monkeypatch.setattr(percentiles, "lock", lambda *_, **__: True)

    with pytest.raises(IntegrityError, match="kpis_rollup"):
        two_cells_of_one_month_meet(monkeypatch)


def test_parents_looked_up_at_once_would_miss_a_new_order():
    mutants.install_triggers([replace(mark, deferred="") for mark in MARKS])

    assert caught(a_customer_changes_while_an_order_comes)


def test_customers_of_a_visit_looked_up_at_once_would_miss_a_late_one():
    """As it is for a lead that is known already, whose customer is found while the visit is written."""
    found = CUSTOMERS_OF_VISITORS.replace("c.id", VISITOR_NUMBER)
    at_once = {"deferred": "", "query": found}
    mutants.install_triggers([replace(mark, **at_once) if mark.deferred == "visitor.customers" else mark for mark in MARKS])

    assert caught(a_customer_comes_to_the_site_while_their_lead_is_written)


def test_children_that_do_not_hold_their_parent_would_land_on_its_old_day():
    mutants.install_triggers([replace(mark, holds=None) for mark in MARKS])

    assert caught(a_deal_moves_while_a_product_is_added)
    assert Opportunity.objects.count() == 1


def test_leads_that_were_not_noted_would_be_written_and_never_counted(monkeypatch):
    """A late lead gets its fact although nothing was added for it; with its own mark it is taken back, and never was there."""
    write = customers.write_leads

    def write_late_ones_too(cursor, *, known):
        write(cursor, known=known)
        members, zeros = ", ".join(customers.MEMBERS), ", ".join("0" for _ in customers.MEMBERS)
        cursor.execute(
            f"INSERT INTO kpis_leadfact (lead_id, customer_id, created_on, has_ordered, {members})"
            f" SELECT l.id, l.customer_id, l.created_on, true, {zeros} FROM leads_lead l JOIN kpis_batch USING (customer_id)"
            " ON CONFLICT DO NOTHING"
        )

    monkeypatch.setattr(customers, "write_leads", write_late_ones_too)

    assert caught(a_lead_comes_while_its_customer_is_computed, monkeypatch)


def test_parents_marked_only_by_updates_would_miss_one_written_anew(monkeypatch):
    statement = tracking.statement

    def unless_deleted(mark, event):
        return "" if mark.deferred and event == "delete" else statement(mark, event)

    monkeypatch.setattr(tracking, "statement", unless_deleted)
    mutants.install_triggers()

    assert caught(a_customer_is_deleted_and_written_anew)
