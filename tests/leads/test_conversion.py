"""A lead becomes an opportunity, and two leads become one."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from campaigns.models import Channel, LeadSource
from customers.models import Customer
from leads import services
from leads.models import Lead, LeadEvent, Opportunity
from tests.factories.customers import make_customer
from tests.factories.leads import A_DAY, make_lead, make_opportunity, stage

pytestmark = pytest.mark.django_db


def events(lead):
    return list(LeadEvent.objects.filter(lead=lead).order_by("id").values_list("kind", flat=True))


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

    def test_whom_the_seller_does_not_see_is_none(self, omid, nima, now):
        hidden = make_customer(owner=nima, phone="+989121112233")
        own = make_customer(owner=omid, email="ali@example.com")

        by_mail = services.convert_lead(make_lead(phone="+989121112233", email="ali@example.com", owner=omid), by=omid, at=now)
        new = services.convert_lead(make_lead(phone="+989121112233", owner=omid), by=omid, at=now).customer

        assert by_mail.customer == own
        assert (new.owner, new.phone) == (omid, "+989121112233")
        assert not hidden.opportunities.exists()

    def test_an_opportunity_that_it_has_goes_on_with_what_is_given(self, omid, now):
        buyer = make_customer(owner=omid)
        lead = make_lead(owner=omid, phone="+989121112233")
        deal = make_opportunity(lead=lead, customer=buyer, name="Before", amount=500, owner=omid)

        kept = services.convert_lead(lead, by=omid, at=now, amount=Decimal(700))
        lead.refresh_from_db()

        assert (kept, kept.name, kept.amount, lead.customer, Customer.objects.count()) == (deal, "Before", 700, buyer, 1)
        services.undo_conversion(lead, by=omid, at=now)
        assert (Opportunity.objects.get(), Lead.objects.get().converted_at) == (deal, None)

    def test_one_without_a_customer_gets_the_leads(self, omid, now):
        lead = make_lead(owner=omid)
        make_opportunity(lead=lead, owner=omid)

        assert services.convert_lead(lead, by=omid, at=now).customer == Customer.objects.get()

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

    def test_what_is_planned_goes_on_with_the_opportunity_and_back(self, omid, now):
        lead = make_lead(owner=omid)
        done = services.log_activity(by=omid, at=now, kind="call", lead=lead)
        step = services.log_activity(by=omid, at=now, kind="demo", lead=lead, due_at=now + timedelta(days=1))

        opportunity = services.convert_lead(lead, by=omid, at=now)
        lead.refresh_from_db()
        later = services.log_activity(by=omid, at=now, kind="call", lead=lead, due_at=now + timedelta(days=2))

        assert set(opportunity.activities.planned()) == set(lead.activities.planned()) == {step, later}
        services.undo_conversion(lead, by=omid, at=now)
        assert list(lead.activities.order_by("pk").values_list("pk", "opportunity")) == [
            (done.pk, None), (step.pk, None), (later.pk, None),
        ]  # fmt: skip

    def test_a_step_that_was_done_as_the_lead_is_a_step_of_the_opportunity_once_it_is_open_again(self, omid, now):
        lead = make_lead(owner=omid)
        step = services.log_activity(by=omid, at=now, kind="call", lead=lead, due_at=now)
        after = services.finish_activity(step, by=omid, at=now, next_due_at=now + timedelta(days=1))
        opportunity = services.convert_lead(lead, by=omid, at=now)

        services.reopen_activity(step, by=omid, at=now, follow_up=after)

        assert list(opportunity.activities.all()) == [step]

    def test_undo_is_refused_once_a_step_was_taken(self, omid, now):
        lead = make_lead(owner=omid)
        step = services.log_activity(by=omid, at=now, kind="call", lead=lead, due_at=now)
        opportunity = services.convert_lead(lead, by=omid, at=now)
        services.finish_activity(step, by=omid, at=now, next_due_at=now + timedelta(days=1))

        with pytest.raises(ValidationError):
            services.undo_conversion(lead, by=omid, at=now)

        assert (opportunity.activities.count(), Lead.objects.get().converted_at) == (2, now)

    def test_undo_is_refused_once_somebody_worked_on_it(self, now):
        lead = make_lead()
        opportunity = services.convert_lead(lead, by=None, at=now)
        services.move_opportunity(opportunity, stage=stage("demo"), by=None, at=now)

        with pytest.raises(ValidationError) as refusal:
            services.undo_conversion(lead, by=None, at=now)

        assert refusal.value.code == "conflict"
        assert Opportunity.objects.get() == opportunity
        assert Lead.objects.get().converted_at == now


class TestMerge:
    def test_the_survivor_counts_from_the_earlier_day_with_what_both_knew(self, now):
        source = LeadSource.objects.create(slug="site", name="Site")
        later_source = LeadSource.objects.get(slug="exhibition")
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

    @pytest.mark.parametrize("case", ["itself", "merged", "two customers", "one is spam"])
    def test_impossible_merges_change_nothing(self, now, case):
        one, two = make_lead(), make_lead()
        if case == "itself":
            two = one
        elif case == "merged":
            services.merge_leads(two, into=make_lead(), by=None, at=now)
        elif case == "one is spam":
            Lead.objects.filter(pk=two.pk).update(is_spam=True)
        else:
            for lead in (one, two):
                services.edit_lead(lead, by=None, at=now, customer=Customer.objects.create(name="C"))

        with pytest.raises(ValidationError) as refusal:
            services.merge_leads(one, into=two, by=None, at=now)

        assert refusal.value.code == "conflict"
        assert Lead.objects.get(pk=one.pk).merged_into is None

    def test_a_lead_deleted_meanwhile_is_not_there(self, now):
        one, two = make_lead(), make_lead()
        Lead.objects.filter(pk=one.pk).delete()

        with pytest.raises(Lead.DoesNotExist):
            services.merge_leads(one, into=two, by=None, at=now)

    def test_a_merged_lead_is_not_changed_any_more(self, now):
        one, two = make_lead(), make_lead()
        services.merge_leads(one, into=two, by=None, at=now)

        with pytest.raises(ValidationError):
            services.qualify_lead(one, stage="mql", by=None, at=now)

        assert Lead.objects.get(pk=one.pk).mql_at is None
