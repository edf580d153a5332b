"""Every verb of leads: it works, it refuses, and twice is once."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from campaigns.models import Campaign, Channel, LeadSource
from leads import services
from leads.models import Lead, LeadEvent
from tests.factories.leads import make_lead

pytestmark = pytest.mark.django_db


def events(lead):
    return list(LeadEvent.objects.filter(lead=lead).order_by("id").values_list("kind", flat=True))


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
        source = LeadSource.objects.get(slug="exhibition")

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
