"""Targets: what a figure should come to, how far it is, who may see and set it, and the doors it is set through."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from crm.models import Holiday, Organization
from crm.periods import parse_period
from kpis.catalogue import CATALOGUE
from kpis.models import Scope, Target, TargetEdit
from kpis.readings import Value
from kpis.readings.targets import Standing, attainment, scope_for, working_days
from kpis.services import TargetCell, set_targets, undo_target_edit
from kpis.services.targets import ChangedMeanwhileError
from tests.factories.campaigns import make_channel

pytestmark = pytest.mark.django_db
MEHR = parse_period("1404-07")  # 23 September to 22 October 2025: Tuesday to Wednesday
LEADS, CHURN, RATE, LOST = (CATALOGUE[key] for key in ("leads", "churn_rate", "lead_conversion_rate", "lost_customers"))


def value(number, period=MEHR):
    return Value(period, value=None if number is None else Decimal(number))


def reached(kpi, number, target, today):
    return attainment(kpi, value(number), Decimal(target), today, Organization.current())


def make_target(kpi="leads", key="1404-07", figure="100", **facts):
    period = parse_period(key)
    return Target.objects.create(
        kpi=kpi, calendar=period.calendar, grain=period.grain, start=period.start, value=Decimal(figure), **facts
    )


def cell(figure, seen=None, *, key="1404-07", scope=Scope.COMPANY, member=None):
    figures = [None if each is None else Decimal(each) for each in (figure, seen)]
    return TargetCell("leads", parse_period(key), scope, member, *figures)


class TestArithmetic:
    @pytest.mark.parametrize(
        ("first", "last", "days"),
        [
            # Tuesday 23 September to Wednesday 22 October 2025 are 30 days: 4 weeks of 5 and Tuesday, Wednesday.
            (date(2025, 9, 23), date(2025, 10, 22), 22),
            (date(2025, 9, 23), date(2025, 9, 23), 1),
            (date(2025, 9, 25), date(2025, 9, 26), 0),  # Thursday and Friday
            (date(2025, 9, 24), date(2025, 9, 23), 0),
        ],
    )
    def test_working_days(self, first, last, days):
        assert working_days(first, last, [5, 6, 0, 1, 2]) == days

    def test_a_flow_is_measured_by_the_working_days_that_have_passed(self):
        """By Wednesday 8 October 12 of 22 working days: 110 × 12 ÷ 22 = 60."""
        found = reached(LEADS, 60, 110, date(2025, 10, 8))

        assert (found.passed, found.working, found.expected, found.standing) == (12, 22, 60, Standing.ON_PACE)
        assert reached(LEADS, 59, 110, date(2025, 10, 8)).standing is Standing.BEHIND
        assert reached(LEADS, 110, 110, date(2025, 10, 8)).standing is Standing.REACHED

    def test_holidays_are_not_worked_on(self, django_assert_num_queries):
        """Of Mehr two working days (Sunday 28 September, Sunday 12 October) and a Friday: 20 days, 11 of them by 8 October."""
        Holiday.objects.bulk_create(Holiday(day=day, name="H") for day in (date(2025, 9, 28), date(2025, 10, 12)))
        Holiday.objects.create(day=date(2025, 9, 26), name="On a day off")
        Holiday.objects.create(day=date(2025, 10, 23), name="After the month")
        organization = Organization.current()

        with django_assert_num_queries(1):  # however many targets a page has
            found = [attainment(LEADS, value(66), Decimal(120), date(2025, 10, 8), organization) for _card in range(3)]

        # 120 × 11 ÷ 20
        assert {(each.passed, each.working, each.expected, each.standing) for each in found} == {(11, 20, 66, Standing.ON_PACE)}

    def test_of_a_flow_that_should_be_small_more_than_the_whole_is_missed_at_once(self):
        standings = [reached(LOST, lost, 22, date(2025, 10, 8)).standing for lost in (12, 13, 23)]

        assert standings == [Standing.ON_PACE, Standing.BEHIND, Standing.MISSED]

    @pytest.mark.parametrize(
        ("kpi", "figures", "share", "standing"),
        [
            (RATE, ("0.25", "0.28"), "0.89", Standing.MISSED),  # 25 ÷ 28 = 0.892…
            (RATE, ("0.28", "0.28"), "1.00", Standing.REACHED),
            (CHURN, ("0.05", "0.04"), "0.80", Standing.MISSED),  # less is good: 4 ÷ 5
            (CHURN, ("0.03", "0.04"), "1.33", Standing.REACHED),
            (CHURN, ("0", "0.04"), None, Standing.REACHED),
            (CATALOGUE["nps"], ("-10", "30"), None, Standing.MISSED),
            (CATALOGUE["nps"], ("40", "-5"), None, Standing.REACHED),
            (CATALOGUE["nps"], ("100", "30"), None, Standing.REACHED),  # not 333 % of it
        ],
    )
    def test_a_period_that_is_over(self, kpi, figures, share, standing):
        found = reached(kpi, *figures, date(2025, 10, 23))

        assert (found.share and str(round(found.share, 2)), found.standing, found.expected) == (share, standing, None)

    @pytest.mark.parametrize(
        ("kpi", "number", "target", "standing"),
        [
            (RATE, "0.25", "0.28", Standing.OUTSIDE),
            (RATE, "0.28", "0.28", Standing.WITHIN),
            (CHURN, "0.005", "0.05", Standing.WITHIN),  # of a few days: nobody knows yet whether that is on pace
            (CHURN, "0.06", "0.05", Standing.OUTSIDE),
            (CATALOGUE["active_customers"], "200", "220", Standing.OUTSIDE),
        ],
    )
    def test_a_rate_or_a_stock_has_no_pace(self, kpi, number, target, standing):
        found = reached(kpi, number, target, date(2025, 10, 8))

        assert (found.standing, found.expected) == (standing, None)

    def test_what_has_no_figure_or_has_not_begun_is_not_judged(self):
        assert reached(LEADS, None, 110, date(2025, 10, 8)).standing is Standing.UNKNOWN
        assert reached(LEADS, 0, 110, date(2025, 9, 22)).standing is Standing.UNKNOWN

    @pytest.mark.parametrize(("size", "standing"), [(29, Standing.UNKNOWN), (30, Standing.REACHED)])
    def test_what_stands_on_too_few_is_not_judged(self, size, standing):
        """Two answers of ten make a score of 100, and say nothing yet."""
        few = Value(MEHR, value=Decimal(100), sample_size=size)

        assert attainment(CATALOGUE["nps"], few, Decimal(30), date(2025, 10, 23), Organization.current()).standing is standing


class TestWhose:
    def test_a_figure_is_measured_by_the_target_of_what_it_counts(self, sara, mina, omid, nima):
        assert scope_for({}, sara) == (Scope.COMPANY, None)
        assert scope_for({}, mina) == (Scope.TEAM, mina.team_id)
        assert scope_for({}, omid) == (Scope.OWNER, omid.pk)
        assert scope_for({"owner": omid.pk}, mina) == (Scope.OWNER, omid.pk)
        assert scope_for({"channel": 7}, sara) == (Scope.CHANNEL, 7)
        assert scope_for({"channel": 7}, omid) is None
        assert scope_for({"channel": 0}, sara) is None
        assert scope_for({"channel": 7, "owner": omid.pk}, sara) is None
        assert scope_for({"product": 7}, sara) is None

    def test_one_sees_the_companys_ones_own_and_ones_teams(self, sara, mina, omid, nima, hana):
        make_target()
        make_target("customer_acquisition_cost")
        make_target(person=omid)
        make_target(person=nima)
        make_target(team=omid.team)
        make_target(channel=make_channel())

        def seen(user):
            return sorted(f"{row.scope}:{row.kpi}" for row in Target.objects.all().visible_to(user))

        assert seen(omid) == ["company:leads", "owner:leads"]
        assert seen(mina) == ["company:customer_acquisition_cost", "company:leads", "owner:leads", "team:leads"]
        assert len(seen(sara)) == 6
        assert seen(hana) == []  # support sees neither leads nor costs
        omid.is_active = False
        assert seen(omid) == []


class TestCells:
    def test_cells_are_written_together_and_taken_back_together(self, sara, now):
        make_target(figure="90")

        edit = set_targets([cell("100", "90"), cell("40", key="1404-08")], by=sara, at=now)

        assert stored() == {"1404-07": Decimal(100), "1404-08": Decimal(40)}
        assert set(Target.objects.values_list("set_by", flat=True)) == {sara.pk}
        undo_target_edit(edit, by=sara, at=now)
        assert stored() == {"1404-07": Decimal(90)}

    def test_an_emptied_cell_is_no_target_and_comes_back(self, sara, now):
        make_target()

        edit = set_targets([cell(None, "100")], by=sara, at=now)

        assert stored() == {}
        undo_target_edit(edit, by=sara, at=now)
        assert stored() == {"1404-07": Decimal(100)}

    def test_taking_back_leaves_alone_what_was_changed_since(self, sara, now):
        edit = set_targets([cell("10"), cell("20", key="1404-08")], by=sara, at=now)
        set_targets([cell("11", "10")], by=sara, at=now)

        undo_target_edit(edit, by=sara, at=now)

        assert stored() == {"1404-07": Decimal(11)}

    def test_what_somebody_else_wrote_meanwhile_is_not_overwritten(self, sara, now):
        make_target(figure="95")

        with pytest.raises(ChangedMeanwhileError) as caught:
            set_targets([cell("100", "90"), cell("40", key="1404-08")], by=sara, at=now)

        assert list(caught.value.found.values()) == [Decimal(95)]
        assert stored() == {"1404-07": Decimal(95)}

    def test_nothing_changed_is_no_edit(self, sara, now):
        make_target()

        assert set_targets([cell("100", "90")], by=sara, at=now) is None
        assert TargetEdit.objects.count() == 0

    def test_who_leads_a_team_decides_about_it_and_no_further(self, mina, omid, nima, now):
        set_targets([cell("5", scope=Scope.OWNER, member=omid.pk)], by=mina, at=now)

        for refused in (
            cell("5"),
            cell("5", scope=Scope.OWNER, member=nima.pk),
            cell("5", scope=Scope.TEAM, member=nima.team_id),
        ):
            with pytest.raises(PermissionDenied):
                set_targets([refused], by=mina, at=now)
        with pytest.raises(PermissionDenied):
            set_targets([cell("5", scope=Scope.OWNER, member=omid.pk)], by=omid, at=now)
        assert Target.objects.count() == 1


def stored():
    return {row.period.key: row.value for row in Target.objects.all()}
