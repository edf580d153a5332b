"""The page of the day: what stands on it, for whom, and what its buttons do."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from crm.models import Organization
from customers.models import Answer, Customer, Survey
from leads import services
from leads.models import Activity, Lead
from tests.factories.customers import make_customer
from tests.factories.leads import A_DAY, make_lead, make_opportunity
from tests.toasts import toasts

pytestmark = pytest.mark.django_db

# Tuesday 1 Mehr 1404, 10:30 in Tehran
NOON = datetime.fromisoformat("2025-09-23T10:30:00+03:30")


@pytest.fixture(autouse=True)
def the_clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def plan(row, **facts):
    about = {"lead" if isinstance(row, Lead) else "opportunity": row}
    return services.log_activity(**{"by": None, "at": A_DAY, "kind": "call", "owner": row.owner, **about, **facts})


def shown(response):
    today = response.context["today"]
    steps = [(str(step["lead"] or step["opportunity"] or step["customer"]), step["mark"]["text"]) for step in today.steps]
    leads = [(str(lead), lead.mark["text"], lead.mark["tone"]) for lead in today.leads]
    return steps, leads, [str(opportunity) for opportunity in today.opportunities]


def url_of(name, row):
    return reverse(f"leads:{name}", args=[row.pk])


class TestAccess:
    def test_the_table(self, browse, sara, omid, nima, hana):
        lead = make_lead(owner=omid)
        call = plan(lead, due_at=NOON)
        opportunity = make_opportunity(owner=omid)
        table = {reverse("leads:today"): [200, 200, 200, 403, 302]}
        for url in (url_of("activity-finish", call), url_of("activity-snooze", call), url_of("lead-contact", lead)):
            table[url] = [200, 200, 404, 403, 302]
        customer = make_customer(owner=omid)
        for url in (
            url_of("lead-plan", lead),
            url_of("opportunity-plan", opportunity),
            url_of("customer-contact", customer),
            url_of("customer-plan", customer),
        ):
            table[url] = [200, 200, 404, 403, 302]

        for url, expected in table.items():
            assert (url, [browse(user).get(url).status_code for user in (sara, omid, nima, hana, None)]) == (url, expected)

    def test_nobody_works_off_the_day_of_another(self, browse, omid, nima, hana):
        lead, opportunity = make_lead(owner=omid), make_opportunity(owner=omid)
        call = plan(lead, due_at=NOON)
        urls = [url_of(name, call) for name in ("activity-finish", "activity-snooze", "activity-move-back")]
        urls += [url_of("lead-contact", lead), url_of("lead-plan", lead), url_of("opportunity-plan", opportunity)]
        urls += [url_of(name, make_customer(owner=omid)) for name in ("customer-contact", "customer-plan")]

        for url in urls:
            statuses = [browse(user).post(url, {"when": "tomorrow"}).status_code for user in (nima, hana)]
            assert (url, statuses) == (url, [404, 403])
        assert list(Activity.objects.values_list("done_at", "due_at")) == [(None, NOON)]

    def test_it_is_where_reps_land(self, browse, omid, sara, hana):
        assert [browse(user).get("/").url for user in (omid, sara, hana)] == ["/today/", "/kpis/", "/tickets/"]


class TestDay:
    def test_in_order_of_urgency(self, browse, omid):
        for name, hours in (("later today", 4), ("overdue", -72), ("an hour ago", -1), ("tomorrow", 24)):
            plan(make_lead(name=name, owner=omid), due_at=NOON + timedelta(hours=hours))
        make_lead(name="fresh", owner=omid, at=NOON - timedelta(minutes=12))
        make_lead(name="waiting", owner=omid, at=NOON - timedelta(minutes=61))
        make_lead(name="last week", owner=omid, at=NOON - timedelta(days=8))
        services.log_activity(
            by=omid, at=NOON, kind="call", lead=make_lead(name="called", owner=omid, at=NOON - timedelta(hours=2))
        )
        make_opportunity(name="adrift", owner=omid)
        plan(make_opportunity(name="planned", owner=omid), due_at=NOON + timedelta(days=3))

        response = browse(omid).get(reverse("leads:today"))

        assert shown(response) == (
            [("overdue", "Overdue by 3 days"), ("an hour ago", "Overdue since 09:30"), ("later today", "Today 14:30")],
            [("waiting", "Waiting for 1 hour", "warn"), ("fresh", "Waiting for 12 minutes", "info")],
            ["adrift"],
        )
        today = response.context["today"]
        assert (today.due_counts, today.new_count, today.adrift_count) == ({"overdue": 2, "today": 1}, 2, 1)
        # the one that was not planned
        assert today.done == {"week": 1, "today": 1}

    def test_the_organisation_says_how_long_is_too_long(self, browse, omid):
        Organization.objects.update(first_contact_minutes=30)
        for minutes in (29, 30):
            make_lead(name=str(minutes), owner=omid, at=NOON - timedelta(minutes=minutes))

        _steps, leads, _adrift = shown(browse(omid).get(reverse("leads:today")))

        assert leads == [("30", "Waiting for 30 minutes", "warn"), ("29", "Waiting for 29 minutes", "info")]

    def test_a_day_ends_at_midnight_in_tehran(self, browse, omid):
        for name, moment in (("still today", "2025-09-23T23:59:00+03:30"), ("tomorrow", "2025-09-24T00:00:00+03:30")):
            plan(make_lead(name=name, owner=omid), due_at=datetime.fromisoformat(moment))

        assert [name for name, _mark in shown(browse(omid).get(reverse("leads:today")))[0]] == ["still today"]

    def test_others_days_are_for_those_who_see_them(self, browse, sara, mina, omid, nima):
        for owner in (sara, omid, nima):
            make_opportunity(name=owner.name, owner=owner)

        def names(user, wish):
            return sorted(shown(browse(user).get(reverse("leads:today"), {"owner": wish}))[2])

        assert (names(sara, ""), names(sara, "all"), names(sara, omid.pk)) == (["Sara"], ["Nima", "Omid", "Sara"], ["Omid"])
        assert (names(mina, "all"), names(mina, nima.pk)) == (["Omid", "Sara"], [])
        assert (names(omid, "all"), names(omid, sara.pk), names(omid, "x")) == (["Omid"], ["Omid"], ["Omid"])

    def test_leads_of_nobody_wait_for_those_who_see_all(self, browse, sara, mina, omid):
        for name, owner in (("unowned", None), ("owned", omid)):
            make_lead(name=name, owner=owner, at=NOON - timedelta(minutes=12))

        def names(user, wish=""):
            return sorted(name for name, *_ in shown(browse(user).get(reverse("leads:today"), {"owner": wish}))[1])

        assert (names(sara), names(sara, omid.pk), names(mina), names(omid)) == (["unowned"], ["owned"], [], ["owned"])

    def test_the_number_to_call_is_that_of_whoever_it_is_about(self, browse, omid):
        customer = make_customer(name="Arya", phone="+982188776655", email="arya@example.org", owner=omid)
        deal = make_opportunity(owner=omid, lead=make_lead(name="Arya", owner=omid), customer=customer)
        plan(deal, due_at=NOON)

        assert "tel:+982188776655" in browse(omid).get(reverse("leads:today")).content.decode()
        page = browse(omid).get(reverse("leads:opportunity-detail", args=[deal.pk])).content.decode()
        ways = ("tel:+982188776655", "sms:+982188776655", "mailto:arya@example.org")
        assert [way in page for way in ways] == [True, True, True]

    def test_who_was_unhappy_waits_until_somebody_calls_or_plans_to(self, browse, omid, nima):
        csat, nps = (Survey.objects.get(slug=slug) for slug in ("csat", "nps"))

        def answer(survey, score, name, days=1, **facts):
            customer = Customer.objects.filter(name=name).first() or make_customer(name=name, **{"owner": omid, **facts})
            Answer.objects.create(survey=survey, score=score, customer=customer, answered_at=NOON - timedelta(days=days))
            return customer

        # 2 of 5 is what an organisation begins with, and 6 of 10 the best that a detractor gives
        called, planned = answer(csat, 2, "Arya", days=2), answer(nps, 6, "Babak")
        answer(csat, 1, "Arya", days=3)
        answer(csat, 1, "Cyrus", days=30)
        for survey, score, name in ((csat, 3, "content"), (nps, 7, "passive")):
            answer(survey, score, name)
        answer(csat, 1, "long ago", days=31)
        answer(csat, 1, "a colleague's", owner=nima)
        answer(csat, 1, "a test", is_test=True)
        reached = answer(csat, 1, "reached since", days=2)
        services.log_activity(by=omid, at=NOON, kind="call", lead=make_lead(customer=reached, owner=omid))
        services.log_activity(by=omid, at=NOON - timedelta(days=4), kind="call", customer=called)
        # planned before the answer, made after it
        promised = answer(csat, 1, "called as planned", days=2)
        Activity.objects.create(kind="call", customer=promised, created_at=NOON - timedelta(days=5), done_at=NOON)
        client = browse(omid)

        def unhappy():
            today = client.get(reverse("leads:today")).context["today"]
            return [(str(row.customer), row.score) for row in today.answers], today.unhappy_count

        assert unhappy() == ([("Cyrus", 1), ("Arya", 2), ("Babak", 6)], 3)
        client.post(url_of("customer-contact", called), {"outcome": "talked", "body": "The parcel was late.", "when": ""})
        client.post(url_of("customer-plan", planned), {"when": "tomorrow"})
        assert unhappy() == ([("Cyrus", 1)], 1)
        call, plan_ = Activity.objects.filter(customer__in=(called, planned)).order_by("-pk")[:2][::-1]
        assert (call.customer, call.outcome, call.done_at, call.owner) == (called, "talked", NOON, omid)
        assert (plan_.customer, plan_.done_at, plan_.due_on) == (planned, None, date(2025, 9, 24))

        Organization.objects.update(csat_low_score=3)
        assert unhappy() == ([("Cyrus", 1), ("content", 3)], 2)

    def test_an_empty_day_says_so(self, browse, omid, mina):
        assert "Nothing waits for you" in browse(omid).get(reverse("leads:today")).content.decode()
        assert 'href="/today/?owner=all"' in browse(mina).get(reverse("leads:today")).content.decode()

    def test_it_costs_the_same_with_one_row_of_each_and_three(self, browse, sara):
        client, counts = browse(sara), []
        for wanted in (1, 3):
            while Lead.objects.count() < 2 * wanted:
                plan(make_lead(owner=sara), due_at=NOON)
                make_lead(owner=sara, at=NOON)
                make_opportunity(owner=sara, customer=make_customer(owner=sara))
                unhappy = {"customer": make_customer(owner=sara), "score": 1, "answered_at": NOON}
                Answer.objects.create(survey=Survey.objects.get(slug="csat"), **unhappy)
                plan(make_opportunity(owner=sara, customer=make_customer(owner=sara)), due_at=NOON)
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("leads:today"))
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 15


class TestCampaigns:
    def make(self, name, ends_on, owner):
        return Campaign.objects.create(name=name, ends_on=ends_on, owner=owner)

    def waiting(self, client):
        return [str(campaign) for campaign in client.get(reverse("leads:today")).context["today"].campaigns]

    def test_one_that_has_ended_waits_for_its_owner(self, browse, omid, nima):
        """From the day after its end, for 60 days."""
        self.make("Ends today", date(2025, 9, 23), omid)
        self.make("Ended", date(2025, 9, 22), omid)
        self.make("Ended 60 days ago", date(2025, 7, 25), omid)
        self.make("Forgotten", date(2025, 7, 24), omid)
        self.make("Runs on", None, omid)
        self.make("Of another", date(2025, 9, 22), nima)

        assert self.waiting(browse(omid)) == ["Ended 60 days ago", "Ended"]

    def test_its_owner_closes_it_and_takes_that_back(self, browse, omid, nima):
        campaign = self.make("Ended", date(2025, 9, 22), omid)
        client = browse(omid)

        assert browse(nima).post(url_of("campaign-review", campaign)).status_code == 404
        closed = client.post(url_of("campaign-review", campaign))
        assert self.waiting(client) == []
        client.post(url_of("campaign-unreview", campaign))

        undo = url_of("campaign-unreview", campaign)
        assert toasts(closed) == [("The report card of Ended is closed.", undo)]
        assert self.waiting(client) == ["Ended"]


class TestFinishing:
    def test_result_note_and_next_step_in_one_go_and_back(self, browse, omid):
        call = plan(make_lead(owner=omid), due_at=NOON, body="ask again")
        client = browse(omid)

        sent = {"outcome": "talked", "body": "wants two", "when": "week", "next": "/today/"}
        response = client.post(url_of("activity-finish", call), sent)

        assert response.url == "/today/"
        call.refresh_from_db()
        follow_up = Activity.objects.planned().get()
        assert (call.done_at, call.outcome, call.body) == (NOON, "talked", "ask again\nwants two")
        # in a week, in the morning
        assert (follow_up.due_at.isoformat(), follow_up.kind, follow_up.lead) == ("2025-09-30T05:30:00+00:00", "call", call.lead)
        page = client.get(url_of("lead-detail", call.lead))
        assert "Talked\nask again" in page.context["entries"][0]["text"]

        client.post(toasts(response)[0][1])
        call.refresh_from_db()
        assert (call.done_at, list(Activity.objects.planned())) == (None, [call])

    def test_sent_twice_one_next_step_is_planned(self, browse, omid):
        call = plan(make_lead(owner=omid), due_at=NOON)
        for _time in range(2):
            browse(omid).post(url_of("activity-finish", call), {"outcome": "no_answer", "when": "tomorrow"})

        assert Activity.objects.planned().count() == 1

    @pytest.mark.parametrize(
        ("sent", "due"),
        [
            ({"when": "tomorrow"}, "2025-09-24T09:00"),
            ({"when": "week-start"}, "2025-09-27T09:00"),  # Saturday
            ({"when": "month"}, "2025-10-23T09:00"),
            ({"when": "date", "on": "1404/07/15", "clock": "۱۴:۳۰"}, "2025-10-07T14:30"),
            ({"when": "tomorrow", "on": "2025-10-01"}, "2025-10-01T09:00"),
        ],
    )
    def test_days_by_name_and_as_dates(self, browse, omid, sent, due):
        call = plan(make_lead(owner=omid), due_at=NOON)

        browse(omid).post(url_of("activity-finish", call), {"outcome": "no_answer", **sent})

        assert Activity.objects.planned().get().due_at == datetime.fromisoformat(f"{due}:00+03:30")

    def test_a_demo_nobody_came_to_is_marked_on_the_leads_page(self, browse, omid):
        lead, client = make_lead(owner=omid), browse(omid)
        demo = plan(lead, kind="demo", due_at=NOON)
        page = client.get(url_of("lead-detail", lead)).content.decode()

        client.post(url_of("activity-finish", demo), {"outcome": "no_show"})

        demo.refresh_from_db()
        assert ('value="no_show"><span>Did not turn up</span>' in page, demo.outcome, demo.done_at) == (True, "no_show", NOON)

    @pytest.mark.parametrize("kind", ["e-mail", "message"])
    def test_what_was_written_may_have_been_answered_or_clicked(self, browse, omid, kind):
        lead, client = make_lead(owner=omid), browse(omid)
        written = plan(lead, kind=kind, due_at=NOON)
        page = client.get(url_of("lead-detail", lead)).content.decode()
        assert 'value="replied"><span>Replied</span>' in page
        assert not Activity.objects.replies().exists()

        client.post(url_of("activity-finish", written), {"outcome": "clicked"})

        assert list(Activity.objects.replies()) == [written]

    @pytest.mark.parametrize(
        ("sent", "errors"),
        [
            ({"when": "date"}, {"on": ["Say which day."]}),
            ({"on": "1404/13/01"}, {"on": ["There is no such day in the calendar."]}),
            ({"on": "1400/01/01"}, {"on": ["This day is over: plan for today or a later one."]}),
            ({"outcome": "held"}, {"outcome": ["Select a valid choice. held is not one of the available choices."]}),
        ],
    )
    def test_what_cannot_be_read_keeps_what_was_typed(self, browse, omid, sent, errors):
        call = plan(make_lead(owner=omid), due_at=NOON)

        response = browse(omid).post(url_of("activity-finish", call), {"body": "a long note", **sent})

        assert dict(response.context["form"].errors) == errors
        assert "a long note" in response.content.decode()
        call.refresh_from_db()
        assert call.done_at is None

    def test_the_way_back_deletes_nothing_else(self, browse, omid):
        call = plan(make_lead(owner=omid), due_at=NOON)
        other = plan(call.lead, due_at=NOON + timedelta(days=5))
        client = browse(omid)
        client.post(url_of("activity-finish", call), {"body": "agreed"})

        client.post(f"{url_of('activity-reopen', call)}?follow_up={other.pk}")

        assert Activity.objects.planned().count() == 2


class TestLater:
    @pytest.mark.parametrize(
        ("sent", "due"),
        [
            ({"when": "hour"}, "2025-09-23T11:30"),
            ({"when": "tomorrow"}, "2025-09-24T16:00"),  # the time of day it had
            ({"on": "1404/07/15", "clock": "8"}, "2025-10-07T08:00"),
            ({"when": "hour", "on": "1404/07/15"}, "2025-10-07T16:00"),
        ],
    )
    def test_it_is_moved_and_moved_back(self, browse, omid, sent, due):
        before = datetime.fromisoformat("2025-09-20T16:00:00+03:30")
        call = plan(make_lead(owner=omid), due_at=before)
        client = browse(omid)

        response = client.post(url_of("activity-snooze", call), sent)
        call.refresh_from_db()
        moved = call.due_at
        client.post(toasts(response)[0][1])

        call.refresh_from_db()
        assert (moved, call.due_at) == (datetime.fromisoformat(f"{due}:00+03:30"), before)

    def test_a_day_must_be_said(self, browse, omid):
        call = plan(make_lead(owner=omid), due_at=NOON)

        response = browse(omid).post(url_of("activity-snooze", call), {})

        assert response.context["form"].errors == {"when": ["Say which day."]}

    @pytest.mark.parametrize("due", ["", "soon", "2025-09-20T16:00:00", "0001-01-01T00:00:00+00:00"])
    def test_no_moment_is_no_way_back(self, browse, omid, due):
        call = plan(make_lead(owner=omid), due_at=NOON)

        assert browse(omid).post(f"{url_of('activity-move-back', call)}?due={due}").status_code == 404


class TestContactAndPlan:
    def test_the_first_call_is_written_down_with_a_next_step(self, browse, omid):
        lead = make_lead(owner=omid, at=NOON)

        browse(omid).post(url_of("lead-contact", lead), {"outcome": "no_answer", "when": "tomorrow"})

        rows = list(lead.activities.order_by("pk").values_list("kind", "outcome", "done_at", "due_at"))
        tomorrow = datetime.fromisoformat("2025-09-24T09:00:00+03:30")
        assert rows == [("call", "no_answer", NOON, None), ("call", "", None, tomorrow)]
        assert shown(browse(omid).get(reverse("leads:today"))) == ([], [], [])

    def test_an_opportunity_gets_its_next_step(self, browse, omid):
        opportunity = make_opportunity(owner=omid)

        browse(omid).post(url_of("opportunity-plan", opportunity), {"when": "week-start", "kind": "meeting"})

        activity = opportunity.activities.get()
        assert (activity.kind, activity.owner, activity.done_at) == ("meeting", omid, None)
        assert activity.due_at == datetime.fromisoformat("2025-09-27T09:00:00+03:30")
