"""What a period is compared with: one that still runs with as much of another."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm.models import Organization
from crm.periods import parse_period
from kpis.catalogue import CATALOGUE
from kpis.readings import Query, read
from kpis.readings.summary import Choice, Compare, summarise, year_before
from tests.factories.customers import make_customer, make_order
from tests.factories.leads import make_lead
from tests.kpis.test_views import MEHR, leads_on, settle

pytestmark = pytest.mark.django_db


class TestRunningPeriod:
    """12 Mehr: the first twelve days of Shahrivar are what it is compared with."""

    def summary(self, compare=Compare.PREVIOUS):
        today = date(2025, 10, 4)
        choice = Choice(parse_period("1404-07"), compare, {}, today, None, Organization.current())
        return choice, summarise([CATALOGUE[key] for key in ("leads", "active_customers", "clv_predicted")], choice)

    def test_as_many_days_are_counted_of_the_period_before(self):
        leads_on(-30, -20, -19, -18)  # 1, 11, 12 and 13 Shahrivar
        leads_on(1, 12)
        settle()

        _choice, found = self.summary()

        assert (found["leads"].now.value, found["leads"].then.value) == (2, 3)

    def test_a_stock_is_that_of_the_same_evening(self):
        for day in (-30, -19, -18):
            make_order(customer=make_customer(), placed_at=MEHR + timedelta(days=day - 1))
        settle()

        _choice, found = self.summary()

        assert (found["active_customers"].now.value, found["active_customers"].then.value) == (3, 2)

    def test_what_is_fitted_at_the_end_of_a_period_is_not_compared_with_a_part_of_one(self):
        """Of 12 Shahrivar there is no fit; that of the evening of 31 Mordad would say nothing of it."""
        _choice, found = self.summary()

        assert found["clv_predicted"].then is None
        assert found["active_customers"].then is not None

    def test_the_year_before_is_cut_too(self):
        mehr_1403 = datetime(2024, 9, 22, 6, tzinfo=UTC)
        for days in (0, 11, 12):
            make_lead(at=mehr_1403 + timedelta(days=days))
        settle()

        choice, found = self.summary(Compare.LAST_YEAR)
        before = year_before(CATALOGUE["leads"], choice, [value.period for value in found["leads"].trend])

        assert found["leads"].then.value == 2
        assert (before[-1].period.key, before[-1].value) == ("1403-07", 2)

    def test_neighbouring_months_leave_no_day_out_and_count_none_twice(self):
        leads_on(0, 1, 30, 31)  # 31 Shahrivar, 1 and 30 Mehr, 1 Aban
        settle()

        periods = tuple(parse_period(key) for key in ("1404-06", "1404-07", "1404-08"))
        values = read([CATALOGUE["leads"]], Query(periods, date(2025, 12, 1)))["leads"].total

        assert [value.value for value in values] == [1, 2, 1]

    def test_a_month_to_come_stands_on_the_same_year_as_the_one_that_runs(self):
        make_order([(1, 100_000)], customer=make_customer(), placed_at=datetime(2025, 6, 1, 9, tzinfo=UTC))
        settle()

        periods = tuple(parse_period(key) for key in ("2025-10", "2025-11"))
        kpi = CATALOGUE["customer_lifetime_value_revenue"]
        values = read([kpi], Query(periods, date(2025, 10, 31)))[kpi.key].total

        # The year from 1 November 2024: one order of 100,000; of the active bases of 0 and 1 the mean is ½, so two orders a
        # year; 152 days since 1 June: 100,000 × 2 × 152 ÷ 365
        assert [round(value.value) for value in values] == [83_288, 83_288]


def test_an_earlier_period_is_chosen_to_be_compared_with(browse, sara):
    """One lead in Mordad (23 July on), two in Mehr: twice as many."""
    leads_on(1, 2)
    make_lead(at=datetime(2025, 8, 1, tzinfo=UTC))
    settle()

    page = browse(sara).get("/kpis/leads/?period=1404-07&compare=1404-05")

    change = page.context["card"].change
    assert (change["text"], change["words"]) == ("+100.0%", "vs Mordad 1404")
    assert ("1404-05", "Mordad 1404", True) in page.context["earlier_periods"]
    assert '<option value="1404-05" selected>' in page.content.decode()
