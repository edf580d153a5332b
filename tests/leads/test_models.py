"""Questions to leads, opportunities and activities, each with rows that must not be found."""

from datetime import timedelta

import pytest

from customers.models import Customer
from leads import services
from leads.models import Activity, Lead, Opportunity
from leads.models.planning import has_next_step, next_due_at
from tests.factories.leads import A_DAY, make_lead, make_opportunity

pytestmark = pytest.mark.django_db


class TestLeads:
    def test_counted_leaves_out_tests_spam_and_merged_ones_but_not_archived_ones(self, now):
        counted, archived = make_lead(), make_lead()
        services.archive_lead(archived, by=None, at=now)
        make_lead(is_test=True)
        make_lead(is_spam=True)
        services.merge_leads(make_lead(), into=counted, by=None, at=now)

        assert set(Lead.objects.counted()) == {counted, archived}

    def test_open_leaves_out_converted_and_disqualified_ones(self, now):
        still_open, converted, disqualified = make_lead(), make_lead(), make_lead()
        services.convert_lead(converted, by=None, at=now)
        services.disqualify_lead(disqualified, reason="No", by=None, at=now)

        assert set(Lead.objects.open()) == {still_open}

    def test_visible_to_own_team_and_all(self, sara, mina, omid, nima):
        mine, theirs, nobodys = make_lead(owner=omid), make_lead(owner=nima), make_lead()

        seen = [set(Lead.objects.visible_to(user)) for user in (sara, mina, omid, nima)]

        assert seen == [{mine, theirs, nobodys}, {mine}, {mine}, {theirs}]

    def test_somebody_who_left_sees_nothing(self, sara):
        make_lead()
        sara.is_active = False

        assert set(Lead.objects.visible_to(sara)) == set()

    @pytest.mark.parametrize(
        "typed",
        [
            {"phone": "+989121112233"},
            {"email": "ali@example.com"},
            {"name": "على مرادي"},
            {"name": "مرادی", "company": "آریا"},
        ],
    )
    def test_resembling_finds_the_same_phone_address_or_folded_name(self, typed):
        known = make_lead(name="علی مرادی", company="شرکت آریا", phone="+989121112233", email="ali@example.com")
        make_lead(name="رضا", phone="+989129999999")

        assert set(Lead.objects.resembling(**typed)) == {known}

    @pytest.mark.parametrize("typed", [{}, {"name": "عل"}, {"phone": "+989120000000", "name": "علی مرادی"}])
    def test_resembling_stays_silent_on_too_little_and_trusts_a_given_phone(self, typed):
        make_lead(name="علی مرادی", phone="+989121112233")

        assert set(Lead.objects.resembling(**typed)) == set()

    def test_stage_follows_the_dates(self, now):
        lead = make_lead()
        stages = [lead.stage]
        for stage in ("mql", "sql"):
            lead = services.qualify_lead(lead, stage=stage, by=None, at=now)
            stages.append(lead.stage)
        services.convert_lead(lead, by=None, at=now)
        lead.refresh_from_db()

        assert [*stages, lead.stage] == ["new", "mql", "sql", "converted"]
        assert not lead.is_open

    def test_dates_out_of_order_are_kept_and_marked(self, now):
        lead = services.qualify_lead(make_lead(at=now), stage="mql", by=None, at=now - timedelta(days=1))

        assert lead.has_dates_out_of_order
        assert not make_lead().has_dates_out_of_order


class TestOpportunities:
    def test_counted_leaves_out_those_of_tests_and_spam(self):
        counted = make_opportunity()
        make_opportunity(lead=make_lead(is_spam=True))
        make_opportunity(customer=Customer.objects.create(name="T", is_test=True))

        assert set(Opportunity.objects.counted()) == {counted}

    def test_an_unowned_one_is_seen_by_the_owner_of_its_customer(self, omid, nima):
        of_omid = make_opportunity(customer=Customer.objects.create(name="C", owner=omid))
        taken_over = make_opportunity(customer=of_omid.customer, owner=nima)

        assert set(Opportunity.objects.visible_to(omid)) == {of_omid}
        assert set(Opportunity.objects.visible_to(nima)) == {taken_over}

    def test_search_needs_every_word_in_any_order(self):
        found = make_opportunity(name="سفارش بزرگ علي")
        make_opportunity(name="سفارش کوچک")

        assert set(Opportunity.objects.search("علی سفارش")) == {found}


class TestPlanning:
    def test_the_earliest_planned_step_counts_and_done_ones_do_not(self, now):
        planned, done, bare = make_lead(), make_lead(), make_lead()
        for days in (5, 2):
            services.log_activity(by=None, at=now, kind="call", lead=planned, due_at=now + timedelta(days=days))
        finished = services.log_activity(by=None, at=now, kind="call", lead=done, due_at=now)
        services.complete_activity(finished, by=None, at=now)

        rows = Lead.objects.annotate(due=next_due_at("lead"), has_step=has_next_step("lead"))

        assert {row.pk: (row.due, row.has_step) for row in rows} == {
            planned.pk: (now + timedelta(days=2), True),
            done.pk: (None, False),
            bare.pk: (None, False),
        }

    def test_an_activity_is_seen_by_its_owner_else_by_the_leads(self, omid, nima):
        lead = make_lead(owner=omid)
        own = services.log_activity(by=nima, at=A_DAY, kind="note", lead=lead)
        shared = services.log_activity(by=None, at=A_DAY, kind="note", lead=lead)

        assert set(Activity.objects.visible_to(omid)) == {shared}
        assert set(Activity.objects.visible_to(nima)) == {own}
