"""Every verb of leads, opportunities and activities: it works, it refuses, and twice is once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from campaigns.models import Campaign, Channel, LeadSource
from customers.models import Customer
from leads import services
from leads.models import Activity, Lead, LeadEvent, Opportunity, StageChange
from tests.factories.leads import A_DAY, make_lead, make_opportunity, stage

pytestmark = pytest.mark.django_db


def events(lead):
    return list(LeadEvent.objects.filter(lead=lead).order_by("id").values_list("kind", flat=True))


def moves(opportunity):
    rows = StageChange.objects.filter(opportunity=opportunity).order_by("id")
    return [(row.from_stage and row.from_stage.slug, row.to_stage.slug, row.amount, row.probability) for row in rows]


class TestRegister:
    def test_a_lead_is_created_at_the_moment_with_a_dated_event(self, omid, now):
        lead = services.register_lead(by=omid, at=now, name="Ali", phone="+989121112233", owner=omid)

        assert (lead.created_at, lead.owner, lead.stage) == (now, omid, Lead.Stage.NEW)
        assert list(lead.events.values_list("kind", "at", "by")) == [("created", now, omid.pk)]

    def test_the_channel_comes_from_the_campaign(self, now):
        instagram = Channel.objects.create(slug="instagram", name="Instagram")
        campaign = Campaign.objects.create(name="Mehr", channel=instagram)

        assert services.register_lead(by=None, at=now, name="Ali", campaign=campaign).channel == instagram

    def test_a_source_alone_is_enough(self, now):
        source = LeadSource.objects.create(slug="exhibition", name="Exhibition")

        assert services.register_lead(by=None, at=now, lead_source=source).pk

    def test_nothing_at_all_is_refused(self, now):
        with pytest.raises(ValidationError) as refusal:
            services.register_lead(by=None, at=now)

        assert refusal.value.code == "required"
        assert Lead.objects.count() == 0

    def test_the_same_form_sent_twice_is_one_lead(self, now):
        first = services.register_lead(by=None, at=now, name="Ali", source="page", external_id="t1")
        second = services.register_lead(by=None, at=now, name="Ali", source="page", external_id="t1")

        assert first == second
        assert events(first) == ["created"]


class TestEdit:
    def test_changed_columns_are_saved(self, now):
        lead = services.edit_lead(make_lead(), by=None, at=now, name="Reza", notes="met at the stand")

        lead.refresh_from_db()
        assert (lead.name, lead.notes) == ("Reza", "met at the stand")

    def test_a_lead_without_any_identity_is_refused(self, now):
        lead = make_lead(name="Ali")

        with pytest.raises(ValidationError):
            services.edit_lead(lead, by=None, at=now, name="")

        lead.refresh_from_db()
        assert lead.name == "Ali"

    def test_states_are_not_edited(self, now):
        with pytest.raises(TypeError, match="converted_at"):
            services.edit_lead(make_lead(), by=None, at=now, converted_at=now)


class TestQualify:
    def test_mql_then_sql_keep_their_first_moments(self, omid, now):
        lead = services.qualify_lead(make_lead(), stage="mql", by=omid, at=now)
        lead = services.qualify_lead(lead, stage="sql", by=omid, at=now + timedelta(hours=1))
        lead = services.qualify_lead(lead, stage="mql", by=omid, at=now + timedelta(hours=2))

        assert (lead.mql_at, lead.sql_at, lead.stage) == (now, now + timedelta(hours=1), "sql")
        assert events(lead) == ["created", "mql", "sql"]

    def test_straight_to_sql_is_no_mql(self, now):
        lead = services.qualify_lead(make_lead(), stage="sql", by=None, at=now)

        assert (lead.mql_at, lead.sql_at) == (None, now)

    @pytest.mark.parametrize("wrong", ["converted", "", "new"])
    def test_other_stages_are_refused(self, now, wrong):
        lead = make_lead()

        with pytest.raises(ValidationError):
            services.qualify_lead(lead, stage=wrong, by=None, at=now)

        assert events(lead) == ["created"]

    def test_a_disqualified_lead_is_reopened_first(self, now):
        lead = services.disqualify_lead(make_lead(), reason="spam", by=None, at=now)

        with pytest.raises(ValidationError) as refusal:
            services.qualify_lead(lead, stage="mql", by=None, at=now)

        assert refusal.value.code == "conflict"
        assert Lead.objects.get().mql_at is None

    def test_a_slip_is_taken_back_once(self, now):
        lead = services.qualify_lead(make_lead(), stage="mql", by=None, at=now)
        services.unqualify_lead(lead, stage="mql", by=None, at=now)
        lead = services.unqualify_lead(lead, stage="mql", by=None, at=now)

        assert lead.mql_at is None
        assert events(lead) == ["created", "mql", "reopened"]


class TestDisqualify:
    def test_it_needs_a_reason_and_happens_once(self, now):
        lead = make_lead()
        with pytest.raises(ValidationError):
            services.disqualify_lead(lead, reason="  ", by=None, at=now)
        assert Lead.objects.get().disqualified_at is None

        services.disqualify_lead(lead, reason="Wrong number", by=None, at=now)
        lead = services.disqualify_lead(lead, reason="Other", by=None, at=now + timedelta(days=1))

        assert (lead.disqualified_at, lead.disqualified_reason) == (now, "Wrong number")
        assert events(lead) == ["created", "disqualified"]

    def test_a_converted_lead_is_not_disqualified(self, now):
        lead = make_lead()
        services.convert_lead(lead, by=None, at=now)

        with pytest.raises(ValidationError) as refusal:
            services.disqualify_lead(lead, reason="No", by=None, at=now)

        assert refusal.value.code == "conflict"
        assert Lead.objects.get().disqualified_at is None

    def test_reopening_takes_it_back_once(self, now):
        lead = services.disqualify_lead(make_lead(), reason="No", by=None, at=now)
        services.reopen_lead(lead, by=None, at=now)
        lead = services.reopen_lead(lead, by=None, at=now)

        assert (lead.disqualified_at, lead.disqualified_reason, lead.is_open) == (None, "", True)
        assert events(lead) == ["created", "disqualified", "reopened"]


class TestConvert:
    def test_a_new_customer_keeps_the_first_touch(self, omid, now):
        instagram = Channel.objects.create(slug="instagram", name="Instagram")
        source = LeadSource.objects.create(slug="site", name="Site")
        lead = make_lead(phone="+989121112233", channel=instagram, lead_source=source, owner=omid)

        opportunity = services.convert_lead(lead, by=omid, at=now, opportunity_name="Demo", amount=Decimal(500))

        customer = Customer.objects.get()
        assert (customer.name, customer.phone, customer.channel, customer.lead_source, customer.owner) == (
            "Ali Moradi", "+989121112233", instagram, source, omid,
        )  # fmt: skip
        assert (opportunity.name, opportunity.amount, opportunity.lead, opportunity.customer) == ("Demo", 500, lead, customer)
        assert (opportunity.owner, opportunity.stage.slug, opportunity.created_at) == (omid, "contacted", now)
        lead.refresh_from_db()
        assert (lead.converted_at, lead.customer) == (now, customer)

    def test_the_first_conversion_stays(self, now):
        lead = make_lead()
        first = services.convert_lead(lead, by=None, at=now)
        second = services.convert_lead(lead, by=None, at=now + timedelta(days=3), opportunity_name="Again")

        assert first == second
        assert Opportunity.objects.count() == Customer.objects.count() == 1
        lead.refresh_from_db()
        assert lead.converted_at == now
        assert events(lead) == ["created", "converted"]

    def test_the_only_customer_with_the_phone_is_linked(self, now):
        known = Customer.objects.create(name="Known", phone="+989121112233")
        Customer.objects.create(name="Other", email="ali@example.com")
        lead = make_lead(phone="+989121112233", email="ali@example.com")

        assert services.convert_lead(lead, by=None, at=now).customer == known

    def test_two_with_the_phone_leave_the_e_mail_to_decide(self, now):
        for name in ("One", "Two"):
            Customer.objects.create(name=name, phone="+989121112233")
        known = Customer.objects.create(name="Known", email="ali@example.com")
        lead = make_lead(phone="+989121112233", email="ali@example.com")

        assert services.convert_lead(lead, by=None, at=now).customer == known

    def test_two_candidates_are_none(self, now):
        for name in ("One", "Two"):
            Customer.objects.create(name=name, phone="+989121112233")

        customer = services.convert_lead(make_lead(phone="+989121112233"), by=None, at=now).customer

        assert customer.name == "Ali Moradi"
        assert Customer.objects.count() == 3

    def test_a_disqualified_lead_is_refused(self, now):
        lead = services.disqualify_lead(make_lead(), reason="No", by=None, at=now)

        with pytest.raises(ValidationError):
            services.convert_lead(lead, by=None, at=now)

        assert Opportunity.objects.count() == Customer.objects.count() == 0

    def test_undo_removes_an_untouched_opportunity_and_keeps_the_customer(self, now):
        lead = make_lead()
        services.convert_lead(lead, by=None, at=now)

        services.undo_conversion(lead, by=None, at=now)
        lead = services.undo_conversion(lead, by=None, at=now)

        assert (lead.converted_at, Opportunity.objects.count(), Customer.objects.count()) == (None, 0, 1)
        assert events(lead) == ["created", "converted", "unconverted"]

    def test_undo_is_refused_once_somebody_worked_on_it(self, now):
        lead = make_lead()
        opportunity = services.convert_lead(lead, by=None, at=now)
        services.move_opportunity(opportunity, stage=stage("demo"), by=None, at=now)

        with pytest.raises(ValidationError) as refusal:
            services.undo_conversion(lead, by=None, at=now)

        assert refusal.value.code == "conflict"
        assert Opportunity.objects.get() == opportunity
        assert Lead.objects.get().converted_at == now


class TestAssignAndArchive:
    def test_a_new_owner_is_noted_once(self, sara, omid, now):
        lead = services.assign_lead(make_lead(), owner=omid, by=sara, at=now)
        lead = services.assign_lead(lead, owner=omid, by=sara, at=now)

        assert lead.owner == omid
        assert list(lead.events.values_list("kind", "detail", "by")) == [("created", "", None), ("assigned", "Omid", sara.pk)]

    def test_somebody_who_left_gets_nothing(self, omid, now):
        omid.is_active = False
        omid.save()
        lead = make_lead()

        with pytest.raises(ValidationError):
            services.assign_lead(lead, owner=omid, by=None, at=now)

        assert Lead.objects.get().owner is None

    def test_archive_and_restore_are_each_done_once(self, now):
        lead = make_lead()
        for _time in range(2):
            lead = services.archive_lead(lead, by=None, at=now)
        assert set(Lead.objects.listed()) == set()
        for _time in range(2):
            lead = services.restore_lead(lead, by=None, at=now)

        assert set(Lead.objects.listed()) == {lead}
        assert events(lead) == ["created", "archived", "reopened"]


class TestMerge:
    def test_the_survivor_counts_from_the_earlier_day_with_what_both_knew(self, now):
        source = LeadSource.objects.create(slug="site", name="Site")
        later_source = LeadSource.objects.create(slug="exhibition", name="Exhibition")
        old = make_lead(name="Ali", phone="", lead_source=source, at=A_DAY)
        new = make_lead(name="", phone="+989121112233", lead_source=later_source, at=A_DAY + timedelta(days=9))
        services.qualify_lead(old, stage="mql", by=None, at=A_DAY + timedelta(days=1))
        activity = services.log_activity(by=None, at=now, kind="note", lead=old, body="hello")

        survivor = services.merge_leads(old, into=new, by=None, at=now)

        assert (survivor.pk, survivor.name, survivor.phone, survivor.lead_source) == (new.pk, "Ali", "+989121112233", source)
        assert (survivor.created_at, survivor.mql_at) == (A_DAY, A_DAY + timedelta(days=1))
        assert list(survivor.touches.values_list("lead_source", "at")) == [(later_source.pk, A_DAY + timedelta(days=9))]
        assert list(survivor.activities.all()) == [activity]
        assert list(Lead.objects.counted()) == [survivor]

    def test_twice_is_once(self, now):
        one, two = make_lead(), make_lead()
        services.merge_leads(one, into=two, by=None, at=now)
        survivor = services.merge_leads(one, into=two, by=None, at=now)

        assert survivor == two
        assert (events(one), events(two)) == (["created", "merged"], ["created", "merged"])

    def test_a_chain_ends_at_the_last_survivor(self, now):
        one, two, three = make_lead(), make_lead(), make_lead()
        services.merge_leads(one, into=two, by=None, at=now)
        services.merge_leads(two, into=three, by=None, at=now)

        assert set(Lead.objects.filter(merged_into=three)) == {one, two}

    @pytest.mark.parametrize("case", ["itself", "merged", "two customers"])
    def test_impossible_merges_change_nothing(self, now, case):
        one, two = make_lead(), make_lead()
        if case == "itself":
            two = one
        elif case == "merged":
            services.merge_leads(two, into=make_lead(), by=None, at=now)
        else:
            for lead in (one, two):
                services.edit_lead(lead, by=None, at=now, customer=Customer.objects.create(name="C"))

        with pytest.raises(ValidationError) as refusal:
            services.merge_leads(one, into=two, by=None, at=now)

        assert refusal.value.code == "conflict"
        assert Lead.objects.get(pk=one.pk).merged_into is None

    def test_a_merged_lead_is_not_changed_any_more(self, now):
        one, two = make_lead(), make_lead()
        services.merge_leads(one, into=two, by=None, at=now)

        with pytest.raises(ValidationError):
            services.qualify_lead(one, stage="mql", by=None, at=now)

        assert Lead.objects.get(pk=one.pk).mql_at is None


class TestOpportunities:
    def test_opening_writes_the_first_change(self, omid, now):
        opportunity = services.open_opportunity(by=omid, at=now, name="Big", amount=Decimal(900), owner=omid)

        assert moves(opportunity) == [(None, "contacted", Decimal(900), Decimal("0.10"))]

    @pytest.mark.parametrize(("facts", "code"), [({"name": " "}, "required"), ({"amount": Decimal(-1)}, "invalid-amount")])
    def test_opening_refuses(self, now, facts, code):
        with pytest.raises(ValidationError) as refusal:
            services.open_opportunity(**({"by": None, "at": now, "name": "Big"} | facts))

        assert refusal.value.code == code
        assert Opportunity.objects.count() == 0

    def test_a_closed_stage_is_no_start(self, now):
        with pytest.raises(ValidationError):
            services.open_opportunity(by=None, at=now, name="Big", stage=stage("won"))

        assert Opportunity.objects.count() == 0

    def test_the_same_form_sent_twice_is_one_opportunity(self, now):
        for _time in range(2):
            services.open_opportunity(by=None, at=now, name="Big", source="page", external_id="t1")

        assert StageChange.objects.count() == 1

    def test_a_move_is_dated_and_done_once(self, omid, now):
        opportunity = make_opportunity()
        for _time in range(2):
            opportunity = services.move_opportunity(opportunity, stage=stage("demo"), by=omid, at=now)

        assert opportunity.stage.slug == "demo"
        assert moves(opportunity) == [(None, "contacted", 100, Decimal("0.10")), ("contacted", "demo", 100, Decimal("0.30"))]

    @pytest.mark.parametrize(("slug", "code"), [("won", "amount-required"), ("lost", "reason-required")])
    def test_a_move_does_not_close(self, now, slug, code):
        opportunity = make_opportunity()

        with pytest.raises(ValidationError) as refusal:
            services.move_opportunity(opportunity, stage=stage(slug), by=None, at=now)

        assert refusal.value.code == code
        assert len(moves(opportunity)) == 1

    def test_winning_takes_the_final_amount_once(self, now):
        opportunity = make_opportunity()
        services.win_opportunity(opportunity, amount=Decimal(80), by=None, at=now)
        opportunity = services.win_opportunity(opportunity, amount=Decimal(70), by=None, at=now + timedelta(days=1))

        assert (opportunity.won_at, opportunity.amount, opportunity.stage.slug) == (now, 80, "won")
        assert moves(opportunity)[1:] == [("contacted", "won", 80, 1)]

    def test_losing_needs_a_reason_and_happens_once(self, now):
        opportunity = make_opportunity()
        with pytest.raises(ValidationError):
            services.lose_opportunity(opportunity, reason="", by=None, at=now)
        assert Opportunity.objects.get().lost_at is None

        services.lose_opportunity(opportunity, reason="Price", by=None, at=now)
        opportunity = services.lose_opportunity(opportunity, reason="Other", by=None, at=now)

        assert (opportunity.lost_at, opportunity.lost_reason) == (now, "Price")
        assert moves(opportunity)[1:] == [("contacted", "lost", 100, 0)]

    def test_one_close_at_a_time(self, now):
        opportunity = services.win_opportunity(make_opportunity(), by=None, at=now)

        with pytest.raises(ValidationError) as refusal:
            services.lose_opportunity(opportunity, reason="Price", by=None, at=now)

        assert refusal.value.code == "conflict"
        assert Opportunity.objects.get().lost_at is None

    def test_reopening_goes_back_to_the_stage_it_was_closed_from(self, now):
        opportunity = make_opportunity(stage="negotiation")
        services.lose_opportunity(opportunity, reason="Price", by=None, at=now)
        for _time in range(2):
            opportunity = services.reopen_opportunity(opportunity, by=None, at=now + timedelta(hours=1))

        assert (opportunity.lost_at, opportunity.lost_reason, opportunity.stage.slug) == (None, "", "negotiation")
        assert moves(opportunity)[-1] == ("lost", "negotiation", 100, Decimal("0.70"))
        assert len(moves(opportunity)) == 3

    def test_a_new_amount_is_a_dated_row_and_a_new_name_is_not(self, now):
        opportunity = make_opportunity()
        services.edit_opportunity(opportunity, by=None, at=now, name="Bigger")
        services.edit_opportunity(opportunity, by=None, at=now, amount=Decimal(250))
        services.edit_opportunity(opportunity, by=None, at=now, amount=Decimal(250))

        assert moves(opportunity)[1:] == [("contacted", "contacted", 250, Decimal("0.10"))]

    def test_stage_is_not_edited(self, now):
        with pytest.raises(TypeError, match="stage"):
            services.edit_opportunity(make_opportunity(), by=None, at=now, stage=stage("won"))


class TestActivities:
    def test_what_was_done_is_done_now(self, omid, now):
        activity = services.log_activity(by=omid, at=now, kind="call", lead=make_lead(), body="talked")

        assert (activity.done_at, activity.due_at, activity.owner, activity.booked_at) == (now, None, omid, None)

    def test_a_planned_demo_is_booked_and_not_done(self, omid, now):
        activity = services.log_activity(by=omid, at=now, kind="demo", lead=make_lead(), due_at=now + timedelta(days=2))

        assert (activity.booked_at, activity.done_at) == (now, None)
        assert list(Activity.objects.planned()) == [activity]

    def test_it_is_about_somebody_and_of_a_known_kind(self, now):
        for wrong in ({"kind": "call"}, {"kind": "dance", "lead": make_lead()}):
            with pytest.raises(ValidationError):
                services.log_activity(by=None, at=now, **wrong)

        assert Activity.objects.count() == 0

    def test_it_is_completed_once_and_reopened(self, now):
        activity = services.log_activity(by=None, at=now, kind="call", lead=make_lead(), due_at=now)
        services.complete_activity(activity, by=None, at=now, outcome="talked")
        activity = services.complete_activity(activity, by=None, at=now + timedelta(days=1))
        assert (activity.done_at, activity.outcome) == (now, "talked")

        activity = services.reopen_activity(activity, by=None, at=now)
        assert (activity.done_at, activity.outcome) == (None, "")

    def test_what_was_never_planned_stays_done(self, now):
        activity = services.log_activity(by=None, at=now, kind="note", lead=make_lead(), body="hello")

        assert services.reopen_activity(activity, by=None, at=now).done_at == now

    def test_a_done_one_is_not_moved(self, now):
        activity = services.log_activity(by=None, at=now, kind="note", lead=make_lead())

        with pytest.raises(ValidationError):
            services.reschedule_activity(activity, due_at=now, by=None, at=now)

    def test_a_planned_one_is_moved(self, now):
        activity = services.log_activity(by=None, at=now, kind="call", lead=make_lead(), due_at=now)
        later = now + timedelta(days=1)

        assert services.reschedule_activity(activity, due_at=later, by=None, at=now).due_at == later
