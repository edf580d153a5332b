"""What begins all sums anew waits for whoever works on them, and takes them from nobody who is reading."""

from contextlib import ExitStack

import pytest

from crm.models import Organization
from crm.periods import Calendar
from kpis.engine import drain, rebuild
from kpis.engine.locks import own_transaction
from kpis.models import CalendarDay, Rollup
from kpis.readings.snapshot import one_snapshot
from kpis.services import change_calendar
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW
from tests.kpis.sessions import at_the_same_time

pytestmark = [pytest.mark.usefixtures("live"), pytest.mark.slow]
TUESDAY, MONDAY, SATURDAY = tehran(2025, 9, 23).date(), tehran(2025, 9, 22).date(), tehran(2025, 9, 20).date()


def sell():
    make_order(customer=make_customer(), placed_at=tehran(2025, 9, 23))
    drain(at=NOW)


def begin_weeks_on_monday():
    organization = Organization.current()
    organization.week_start = 0
    change_calendar(organization, fields=["week_start"])


def first_day(grain):
    return CalendarDay.objects.get(day=TUESDAY, grain=grain).start


def test_a_page_that_reads_keeps_the_sums_of_its_moment():
    sell()
    before = Rollup.objects.count()

    with ExitStack() as company, one_snapshot():
        assert Organization.objects.count() == 1  # the snapshot is taken
        company.enter_context(at_the_same_time(rebuild))
        shown = Rollup.objects.count()

    assert (shown, before > 0, Rollup.objects.count()) == (before, True, 0)


def test_a_worker_ends_its_work_before_the_week_begins_on_another_day():
    sell()

    with ExitStack() as company, own_transaction() as cursor:
        cursor.execute("SELECT FROM kpis_rollup LIMIT 1")
        company.enter_context(at_the_same_time(begin_weeks_on_monday))
        shown = first_day(1)

    assert (shown, first_day(1)) == (SATURDAY, MONDAY)


def test_of_two_rules_that_are_changed_at_once_both_hold():
    mine, theirs = Organization.current(), Organization.current()
    mine.week_start = 0
    change_calendar(mine, fields=["week_start"])
    theirs.fiscal_calendar, theirs.fiscal_month = Calendar.GREGORIAN, 9

    change_calendar(theirs, fields=["fiscal_calendar", "fiscal_month"])

    # The week of Tuesday 23 September begins on Monday, and the fiscal year on 1 September.
    assert (first_day(1), first_day(9)) == (MONDAY, tehran(2025, 9, 1).date())
