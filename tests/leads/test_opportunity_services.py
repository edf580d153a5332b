"""Every verb of opportunities and activities: it works, it refuses, and twice is once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from leads import services
from leads.models import Activity, Opportunity, StageChange
from tests.factories.leads import make_lead, make_opportunity, stage

pytestmark = pytest.mark.django_db


def moves(opportunity):
    rows = StageChange.objects.filter(opportunity=opportunity).order_by("id")
    return [(row.from_stage and row.from_stage.slug, row.to_stage.slug, row.amount, row.probability) for row in rows]


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
