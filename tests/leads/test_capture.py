"""Logging a lead in seconds: three fields, duplicates, and what one press changes."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from campaigns.models import LeadSource
from leads import services
from leads.models import Activity, Lead, Opportunity
from tests.factories.leads import make_lead
from tests.toasts import toasts

pytestmark = pytest.mark.django_db


def names(response):
    return [str(row) for row in response.context["rows"]]


class TestCreate:
    def test_three_fields_in_persian_digits_make_a_lead_of_mine(self, browse, omid):
        source = LeadSource.objects.create(slug="site", name="Site")
        client = browse(omid)

        typed = {"name": " علی ", "phone": "۰۹۱۲-۱۱۱-۲۲۳۳", "lead_source": source.pk}

        response = client.post(reverse("leads:lead-create"), typed)

        lead = Lead.objects.get()
        assert response.url == reverse("leads:lead-detail", args=[lead.pk])
        assert (lead.name, lead.phone, lead.lead_source, lead.owner) == ("علی", "+989121112233", source, omid)
        assert toasts(response) == [("علی was saved.", f"/leads/{lead.pk}/archive/")]
        assert client.get(reverse("leads:lead-create")).context["form"].initial["lead_source"] == source.pk

    def test_a_form_sent_twice_makes_one_lead(self, browse, omid):
        client = browse(omid)
        token = client.get(reverse("leads:lead-create")).context["form"].initial["token"]
        for _time in range(2):
            client.post(reverse("leads:lead-create"), {"name": "Ali", "token": token})

        assert Lead.objects.count() == 1

    def test_going_back_and_typing_somebody_else_makes_another_lead(self, browse, omid):
        client = browse(omid)
        token = client.get(reverse("leads:lead-create")).context["form"].initial["token"]
        for name in ("Ali", "Reza", "Reza", "Ali"):
            client.post(reverse("leads:lead-create"), {"name": name, "token": token})

        assert sorted(Lead.objects.values_list("name", flat=True)) == ["Ali", "Reza"]

    @pytest.mark.parametrize(
        ("typed", "field", "text"),
        [
            ({"phone": "123"}, "phone", "Enter a telephone number, such as 0912 345 6789."),
            ({"email": "ali@"}, "email", "Enter an e-mail address, such as name@example.com."),
            ({}, "__all__", "Give at least a name, a company, a phone, an e-mail address or a source."),
        ],
    )
    def test_errors_keep_what_was_typed(self, browse, omid, typed, field, text):
        response = browse(omid).post(reverse("leads:lead-create"), {"notes": "keep me"} | typed)

        assert response.context["form"].errors[field] == [text]
        assert "keep me" in response.content.decode()
        assert Lead.objects.count() == 0

    def test_a_likely_duplicate_is_shown_once_with_values_kept(self, browse, omid):
        make_lead(name="Ali Moradi", phone="+989121112233", owner=omid)
        client, typed = browse(omid), {"name": "Ali M.", "phone": "0912 111 2233", "company": "Arya"}

        warned = client.post(reverse("leads:lead-create"), typed).content.decode()
        assert Lead.objects.count() == 1
        assert "Looks like" in warned
        assert 'value="Arya"' in warned
        assert ["Create anyway" in warned, 'name="another"' in warned] == [True, True]

        client.post(reverse("leads:lead-create"), typed | {"anyway": "1"})
        assert Lead.objects.count() == 2

    def test_a_new_number_of_somebody_known_is_asked_about_in_the_edit_form_and_an_own_one_is_not(self, browse, omid):
        make_lead(name="Ali Moradi", phone="+989121112233", owner=omid)
        lead = make_lead(name="Reza", phone="+989129998877", owner=omid)
        client, url = browse(omid), reverse("leads:lead-edit", args=[lead.pk])

        answers = [client.post(url, {"phone": "0912 999 8877"}), client.post(url, {"phone": "0912 111 2233"})]
        typing = client.get(reverse("leads:lead-duplicates"), {"record": lead.pk, "phone": "09121112233"})

        assert [answer.status_code for answer in answers] == [302, 200]
        for page in (answers[1].content.decode(), typing.content.decode()):
            assert ("Looks like <bdi>Ali Moradi</bdi>" in page, "Looks like <bdi>Reza</bdi>" in page) == (True, False)
        assert "Save anyway" in answers[1].content.decode()
        assert Lead.objects.get(pk=lead.pk).phone == "+989129998877"
        client.post(url, {"phone": "0912 111 2233", "anyway": "1"})
        assert Lead.objects.get(pk=lead.pk).phone == "+989121112233"

    def test_of_a_colleagues_lead_only_the_owner_is_told(self, browse, omid, nima):
        make_lead(name="Secret Name", company="Secret Company", phone="+989121112233", owner=nima)

        page = browse(omid).get(reverse("leads:lead-duplicates"), {"phone": "09121112233"}).content.decode()

        assert "Nima" in page
        assert "Secret" not in page

    def test_half_a_number_warns_of_nothing(self, browse, omid):
        make_lead(phone="+989121112233", owner=omid)

        assert browse(omid).get(reverse("leads:lead-duplicates"), {"phone": "0912"}).content.decode().strip() == ""

    def test_save_and_add_another_goes_back_to_an_empty_form(self, browse, omid):
        response = browse(omid).post(reverse("leads:lead-create"), {"name": "Ali", "another": "1"})

        assert response.url == reverse("leads:lead-create")

    @pytest.mark.parametrize(
        ("wish", "target"),
        [("/leads/?view=mine", "/leads/?view=mine"), ("https://evil.example/", None), ("//evil.example", None)],
    )
    def test_it_returns_only_to_pages_of_ours(self, browse, omid, wish, target):
        response = browse(omid).post(reverse("leads:lead-create"), {"name": "Ali", "next": wish})

        assert response.url == (target or reverse("leads:lead-detail", args=[Lead.objects.get().pk]))


class TestActions:
    def post(self, client, name, lead, data=None):
        return client.post(reverse(f"leads:lead-{name}", args=[lead.pk]), data or {})

    def test_qualify_says_how_to_undo_and_the_undo_works(self, browse, omid):
        lead = make_lead(owner=omid)
        client = browse(omid)

        response = self.post(client, "qualify", lead, {"stage": "mql"})
        assert toasts(response) == [("Ali Moradi is MQL now.", f"/leads/{lead.pk}/unqualify/?stage=mql")]
        lead.refresh_from_db()
        assert lead.mql_at is not None

        # Also once the toast is gone.
        page = client.get(reverse("leads:lead-detail", args=[lead.pk])).content.decode()
        assert [f"/leads/{lead.pk}/unqualify/?stage={stage}" in page for stage in ("mql", "sql")] == [True, False]
        client.post(toasts(response)[0][1])
        lead.refresh_from_db()
        assert lead.mql_at is None

    def test_disqualify_and_reopen(self, browse, omid):
        lead = make_lead(owner=omid)
        client = browse(omid)

        response = self.post(client, "disqualify", lead, {"reason": "", "other": "Left the country"})
        lead.refresh_from_db()
        assert lead.disqualified_reason == "Left the country"

        client.post(toasts(response)[0][1])
        lead.refresh_from_db()
        assert lead.disqualified_at is None

    def test_a_refusal_is_a_message_and_changes_nothing(self, browse, omid):
        lead = make_lead(owner=omid)

        response = self.post(browse(omid), "disqualify", lead, {"reason": " "})

        assert toasts(response) == [("Say why this is no lead.", "")]
        lead.refresh_from_db()
        assert lead.disqualified_at is None

    def test_a_rep_who_gives_a_lead_away_goes_back_to_the_list(self, browse, omid, nima):
        lead = make_lead(owner=omid)

        response = self.post(browse(omid), "assign", lead, {"owner": nima.pk})

        lead.refresh_from_db()
        assert (lead.owner, response.url) == (nima, reverse("leads:lead-list"))

    def test_a_manager_may_take_an_assignment_back(self, browse, sara, omid, nima):
        lead = make_lead(owner=omid)
        client = browse(sara)

        response = self.post(client, "assign", lead, {"owner": nima.pk})
        client.post(toasts(response)[0][1])

        lead.refresh_from_db()
        assert lead.owner == omid

    def test_convert_makes_an_opportunity_that_can_be_undone(self, browse, omid):
        lead = make_lead(owner=omid)
        client = browse(omid)

        response = self.post(client, "convert", lead, {"opportunity_name": "Big", "amount": "۱۲۵٬۰۰۰"})
        opportunity = Opportunity.objects.get()
        assert response.url == reverse("leads:opportunity-detail", args=[opportunity.pk])
        assert opportunity.amount == 1_250_000  # typed in Toman, kept in Rial

        client.post(toasts(response)[0][1])
        assert Opportunity.objects.count() == 0

    def test_merge_offers_the_lead_with_the_same_phone(self, browse, omid):
        one = make_lead(name="One", phone="+989121112233", owner=omid)
        two = make_lead(name="Two", phone="+989121112233", owner=omid)
        make_lead(name="Three", owner=omid)
        client = browse(omid)

        offered = client.get(reverse("leads:lead-merge", args=[one.pk])).context["form"].fields["into"].queryset
        response = self.post(client, "merge", one, {"into": two.pk})

        assert set(offered) == {two}
        assert response.url == reverse("leads:lead-detail", args=[two.pk])
        one.refresh_from_db()
        assert one.merged_into == two

    def test_a_lead_is_not_merged_into_one_that_was_not_offered(self, browse, omid, nima):
        one, theirs = make_lead(phone="+989121112233", owner=omid), make_lead(phone="+989121112233", owner=nima)

        assert self.post(browse(omid), "merge", one, {"into": theirs.pk}).status_code == 200
        one.refresh_from_db()
        assert one.merged_into is None

    def test_archive_and_restore(self, browse, omid):
        lead = make_lead(owner=omid)
        client = browse(omid)

        response = self.post(client, "archive", lead)
        assert names(client.get(reverse("leads:lead-list"))) == []

        client.post(toasts(response)[0][1])
        assert names(client.get(reverse("leads:lead-list"))) == ["Ali Moradi"]


class TestActivities:
    def test_a_note_is_logged_and_a_plan_is_read_in_the_readers_calendar(self, browse, omid):
        omid.calendar = "jalali"
        omid.save()
        lead = make_lead(owner=omid)
        client, url = browse(omid), reverse("leads:lead-activity", args=[lead.pk])

        client.post(url, {"kind": "note", "body": "hello"})
        client.post(url, {"kind": "call", "due_on": "۱۴۰۹/۷/۱", "due_time": "۱۰:۳۰"})

        note, call = Activity.objects.order_by("pk")
        assert (note.body, note.due_at, note.owner) == ("hello", None, omid)
        assert (call.due_at, call.done_at) == (datetime(2030, 9, 23, 7, 0, tzinfo=UTC), None)

    @pytest.mark.parametrize(
        "wrong", [{"kind": "note"}, {"kind": "call"}, {"kind": "x", "body": "a"}, {"kind": "call", "due_on": "1404/13/01"}]
    )
    def test_what_cannot_be_read_is_said_and_not_kept(self, browse, omid, wrong):
        lead = make_lead(owner=omid)

        response = browse(omid).post(reverse("leads:lead-activity", args=[lead.pk]), wrong)

        assert (response.context["form"].is_valid(), Activity.objects.count()) == (False, 0)

    def test_done_and_undone(self, browse, omid, now):
        activity = services.log_activity(by=omid, at=now, kind="call", lead=make_lead(owner=omid), due_at=now)
        client = browse(omid)

        silent = client.post(reverse("leads:activity-finish", args=[activity.pk])).context["form"].errors
        response = client.post(reverse("leads:activity-finish", args=[activity.pk]), {"outcome": "no_answer"})
        assert silent == {"outcome": ["Choose a result, or write what was said."]}
        activity.refresh_from_db()
        assert activity.done_at is not None

        client.post(toasts(response)[0][1])
        activity.refresh_from_db()
        assert activity.done_at is None

    def test_nobody_finishes_the_work_of_another(self, browse, omid, nima, now):
        activity = services.log_activity(by=omid, at=now, kind="call", lead=make_lead(owner=omid), due_at=now)

        assert browse(nima).post(reverse("leads:activity-finish", args=[activity.pk])).status_code == 404
        activity.refresh_from_db()
        assert activity.done_at is None
