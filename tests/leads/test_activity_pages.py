"""Writing an activity down on the page of a lead or an opportunity, or beside it on the page of the day."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from leads import services
from leads.models import Activity
from tests.factories.customers import make_customer
from tests.factories.leads import make_lead, make_opportunity
from tests.toasts import toasts

pytestmark = pytest.mark.django_db

# Tuesday 1 Mehr 1404, 10:30 in Tehran
NOON = datetime.fromisoformat("2025-09-23T10:30:00+03:30")
TOKEN = str(UUID(int=1))


@pytest.fixture(autouse=True)
def the_clock(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def url_of(name, row):
    return reverse(f"leads:{name}", args=[row.pk])


def written():
    return list(Activity.objects.order_by("pk").values_list("kind", "body", "due_at"))


def test_who_may_write_on_whose(browse, sara, omid, nima, hana):
    for name, row in (("lead-activity", make_lead(owner=omid)), ("opportunity-activity", make_opportunity(owner=omid))):
        statuses = [browse(user).get(url_of(name, row)).status_code for user in (sara, omid, nima, hana, None)]

        assert (name, statuses) == (name, [200, 200, 404, 403, 302])
    assert written() == []


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"due_on": "1404/13/01"}, {"due_on": ["There is no such day in the calendar."]}),
        (
            {"due_on": "9377-05-05"},
            {"due_on": ["“9377-05-05” is too far away: give a day from 1990-01-01 to 2030-12-31."]},
        ),
        ({"due_on": "1400/01/01"}, {"due_on": ["This day is over: plan for today or a later one."]}),
        ({"due_on": "+3", "due_time": "25:00"}, {"due_time": ["Enter a time of day, such as 10:30."]}),
        (
            {"outcome": "replied"},
            {"outcome": ["“Replied” does not fit “Note”, of which no result is noted."]},
        ),
        (
            {"kind": "call", "outcome": "clicked"},
            {"outcome": ["“Followed a link” does not fit “Call”. What fits: Talked · No answer · Wrong number."]},
        ),
        ({"kind": "nap"}, {"kind": ["Select a valid choice. nap is not one of the available choices."]}),
    ],
)
def test_a_note_is_not_lost_when_something_else_is_wrong(browse, omid, sent, errors):
    lead = make_lead(owner=omid)

    response = browse(omid).post(url_of("lead-activity", lead), {"kind": "note", "body": "a long note", **sent})

    form = response.context["form"]
    assert (dict(form.errors), form["body"].value(), written()) == (errors, "a long note", [])
    page = response.content.decode()
    assert ("a long note" in page, next(iter(errors.values()))[0] in page) == (True, True)


def test_what_is_planned_goes_back_to_the_page_it_came_from(browse, omid):
    lead = make_lead(owner=omid)

    response = browse(omid).post(url_of("lead-activity", lead), {"kind": "call", "due_on": "1404/07/03", "next": "/today/"})

    assert (response.url, written()) == ("/today/", [("call", "", datetime.fromisoformat("2025-09-25T09:00:00+03:30"))])


@pytest.mark.parametrize("of", ["lead", "opportunity", "customer"])
def test_a_result_with_a_day_is_what_was_done_and_the_next_step(browse, omid, of):
    row = {"lead": make_lead, "opportunity": make_opportunity, "customer": make_customer}[of](owner=omid)
    sent = {"kind": "call", "outcome": "talked", "body": "wants a price", "due_on": "1404/07/03", "token": TOKEN}
    client, url = browse(omid), url_of(f"{of}-activity", row)

    for _time in range(2):
        page = client.post(url, sent, follow=True)

    [undo] = {message.extra_tags for message in page.context["messages"]}
    assert list(Activity.objects.order_by("pk").values_list("kind", "outcome", "body", "due_at", "done_at", of)) == [
        ("call", "talked", "wants a price", None, NOON, row.pk),
        ("call", "", "", datetime.fromisoformat("2025-09-25T09:00:00+03:30"), None, row.pk),
    ]
    client.post(undo)
    assert written() == []


def test_a_reply_is_noted_with_the_message_it_answers(browse, omid):
    lead = make_lead(owner=omid)

    browse(omid).post(url_of("lead-activity", lead), {"kind": "message", "outcome": "replied", "body": "wants a price"})

    assert list(Activity.objects.replies().values_list("kind", "body", "done_at")) == [("message", "wants a price", NOON)]


class TestSentTwice:
    def test_a_note_is_one_note(self, browse, omid):
        client, opportunity = browse(omid), make_opportunity(owner=omid)
        token = client.get(url_of("opportunity-detail", opportunity)).context["activity_form"].initial["token"]

        for _time in range(2):
            client.post(url_of("opportunity-activity", opportunity), {"kind": "note", "body": "seen", "token": token})

        assert written() == [("note", "seen", None)]

    def test_with_other_words_it_is_another_note(self, browse, omid):
        client, url = browse(omid), url_of("lead-activity", make_lead(owner=omid))

        for body in ("seen", "seen again", "seen again"):
            client.post(url, {"kind": "note", "body": body, "token": TOKEN})

        assert written() == [("note", "seen", None), ("note", "seen again", None)]

    def test_forms_of_one_page_are_told_apart(self, browse, omid):
        client, leads = browse(omid), [make_lead(owner=omid, at=NOON) for _ in range(2)]
        sent = {"outcome": "no_answer", "when": "tomorrow", "token": client.get("/today/").context["token"]}

        silent = client.post(url_of("lead-contact", leads[0]), {"when": "tomorrow"}).context["form"].errors
        for lead in (*leads, *leads):
            client.post(url_of("lead-contact", lead), sent)

        # each lead: the call that was made, and the one of tomorrow
        assert [lead.activities.count() for lead in leads] == [2, 2]
        assert silent == {"outcome": ["Choose a result, or write what was said."]}

    def test_another_next_step_is_planned_too(self, browse, omid):
        client, lead = browse(omid), make_lead(owner=omid)

        for when in ("tomorrow", "week", "week"):
            client.post(url_of("lead-contact", lead), {"outcome": "no_answer", "when": when, "token": TOKEN})

        # Two calls that were made, one of tomorrow and one of the week after.
        assert lead.activities.count() == 4

    def test_a_next_step_is_planned_once(self, browse, omid):
        client, opportunity = browse(omid), make_opportunity(owner=omid)

        for _time in range(2):
            client.post(url_of("opportunity-plan", opportunity), {"when": "week", "token": TOKEN})

        assert written() == [("call", "", datetime.fromisoformat("2025-09-30T09:00:00+03:30"))]


def test_a_task_begins_with_whom_it_is_about(browse, omid, nima):
    url = reverse("leads:task-create")
    lead, deal, customer = (
        make_lead(name="Arya", owner=omid),
        make_opportunity(name="Arya", owner=omid),
        make_customer(name="Arya", owner=omid),
    )
    make_lead(name="Arya of another", owner=nima)
    make_customer(name="Babak", owner=omid)
    client = browse(omid)

    found = client.get(url, {"q": "arya"}).context

    assert [list(found[kind]) for kind in ("leads", "opportunities", "customers")] == [[lead], [deal], [customer]]
    assert client.get(url).context["customers"].count() == 2
    client.post(url_of("lead-plan", lead), {"when": "tomorrow"})
    assert list(Activity.objects.values_list("lead", "kind", "due_on", "done_at")) == [(lead.pk, "call", date(2025, 9, 24), None)]


def note(by, body, minutes=0, **facts):
    at = NOON - timedelta(minutes=minutes)
    return services.log_activity(**{"by": by, "at": at, "kind": "call", "body": body} | facts)


class TestTimelineOfACustomer:
    def test_it_holds_what_was_said_on_the_way_and_what_is_next(self, browse, omid, nima):
        customer = make_customer(name="Arya", owner=omid)
        lead = make_lead(name="Ali", owner=omid)
        note(omid, "wants a price", minutes=90, lead=lead)
        deal = services.convert_lead(lead, by=omid, at=NOON, customer=customer, opportunity_name="Big deal")
        note(omid, "agreed", minutes=30, opportunity=deal)
        note(omid, "late again", minutes=60, customer=customer)
        note(omid, "", opportunity=deal, due_at=NOON + timedelta(days=1))
        note(nima, "of another's lead", lead=make_lead(name="Hidden", owner=nima, customer=customer))
        note(omid, "of somebody else", customer=make_customer(name="Babak", owner=omid))

        page = browse(omid).get(url_of("customer-timeline", customer))

        assert [(entry["text"], entry.get("about"), entry.get("about_url")) for entry in page.context["entries"]] == [
            ("agreed", "Big deal", url_of("opportunity-detail", deal)),
            ("late again", None, None),
            ("wants a price", "Ali", url_of("lead-detail", lead)),
        ]
        assert [(step["title"], step["about"]) for step in page.context["steps"]] == [("Call", "Big deal")]
        of_deal = browse(omid).get(url_of("opportunity-detail", deal)).context["entries"]
        assert [(each["text"], each.get("about")) for each in of_deal if each["kind"] == "call"] == [
            ("agreed", None),
            ("wants a price", "Ali"),
        ]

    def test_the_page_of_a_customer_shows_what_is_newest_and_takes_a_note(self, browse, omid, hana):
        customer = make_customer(name="Arya", owner=omid)
        for minutes in range(6):
            note(omid, f"call {minutes}", minutes=minutes, customer=customer)
        url, client = url_of("customer-timeline", customer), browse(omid)
        home = reverse("customers:customer-detail", args=[customer.pk])
        come = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{home}"}

        part = client.get(url, headers=come)

        assert [entry["text"] for entry in part.context["entries"]] == [f"call {minutes}" for minutes in range(5)]
        assert [f'value="{home}"' in part.content.decode(), "<html" in part.content.decode()] == [True, False]
        assert len(client.get(url).context["entries"]) == 6
        assert [url in browse(user).get(home).content.decode() for user in (omid, hana)] == [True, False]
        sent = client.post(url_of("customer-activity", customer), {"kind": "note", "body": "calls back", "next": home})
        assert (sent.url, Activity.objects.get(body="calls back").customer) == (home, customer)

    def test_who_may_see_it(self, browse, sara, omid, nima, hana):
        for name in ("customer-timeline", "customer-activity"):
            url = url_of(name, make_customer(owner=omid))
            statuses = [browse(user).get(url).status_code for user in (sara, omid, nima, hana, None)]
            assert (name, statuses) == (name, [200, 200, 404, 403, 302])

    def test_it_costs_the_same_with_one_entry_of_each_and_three(self, browse, sara):
        customer, client, counts = make_customer(owner=sara), browse(sara), []
        pages = [url_of("customer-timeline", customer)]
        for wanted in (1, 3):
            while Activity.objects.filter(customer=customer).count() < wanted:
                lead = make_lead(owner=sara, customer=customer)
                note(sara, "x", lead=lead)
                deal = make_opportunity(owner=sara, customer=customer, lead=lead)
                for about in ({"lead": lead}, {"opportunity": deal}, {"customer": customer}):
                    note(sara, "x", **about)
                    note(sara, "x", due_at=NOON, **about)
            pages = [url_of("customer-timeline", customer), url_of("opportunity-detail", deal)]
            for page in pages:
                client.get(page)  # the first visit is remembered for the palette
                with CaptureQueriesContext(connection) as queries:
                    client.get(page)
                counts.append(len(queries))

        assert counts[:2] == counts[2:]
        assert max(counts) <= 20


class TestSlips:
    def undo(self, client, response):
        """Press the toast's button; what it says then."""
        return toasts(client.post(toasts(response)[-1][1]))[-1][0]

    def test_what_was_added_is_taken_back(self, browse, omid):
        client, lead = browse(omid), make_lead(owner=omid)
        page = url_of("lead-detail", lead)

        for name, sent in (
            ("lead-activity", {"kind": "demo", "body": "shown"}),
            ("lead-activity", {"kind": "call", "due_on": "+3"}),
            ("lead-plan", {"when": "week"}),
            ("lead-contact", {"outcome": "talked", "when": "tomorrow"}),
        ):
            response = client.post(url_of(name, lead), sent)
            before = lead.activities.count()
            back = client.post(toasts(response)[-1][1])
            assert (name, before > 0, written(), back.url) == (name, True, [], page)

    def test_what_somebody_worked_on_since_stays(self, browse, sara, omid):
        client, lead = browse(omid), make_lead(owner=omid)
        response = client.post(url_of("lead-activity", lead), {"kind": "call", "due_on": "+3"})
        services.finish_activity(Activity.objects.get(), by=sara, at=NOON, body="done")

        said = self.undo(client, response)

        assert said == "This entry, or whom it is about, was changed in the meantime: it stays as it is."
        assert Activity.objects.count() == 1

    def test_an_entry_is_corrected_and_that_taken_back(self, browse, omid):
        client, lead = browse(omid), make_lead(owner=omid)
        call = note(omid, "wants", lead=lead, outcome="talked")
        seen = client.get(url_of("activity-edit", call)).context["form"].initial["seen"]
        sent = {"seen": seen, "outcome": "no_answer", "body": "wants two", "done_on": "1404/06/31", "done_time": "10:30"}

        response = client.post(url_of("activity-edit", call), sent)

        def facts():
            return Activity.objects.values_list("outcome", "body", "done_at", "done_on").get()

        assert (response.url, facts()) == (
            url_of("lead-detail", lead),
            ("no_answer", "wants two", NOON - timedelta(days=1), date(2025, 9, 22)),
        )
        assert self.undo(client, response) == "Taken back."
        assert facts() == ("talked", "wants", NOON, date(2025, 9, 23))

    def test_what_cannot_be_is_said_and_nothing_is_lost(self, browse, omid):
        call = note(omid, "wants", lead=make_lead(owner=omid))
        sent = {"outcome": "held", "body": "wants two", "done_on": "1404/07/02", "done_time": "10:30"}

        form = browse(omid).post(url_of("activity-edit", call), sent).context["form"]

        assert list(form.errors) == ["outcome"]
        form = browse(omid).post(url_of("activity-edit", call), sent | {"outcome": ""}).context["form"]
        assert (dict(form.errors), form["body"].value()) == ({"done_on": ["The moment lies in the future."]}, "wants two")
        assert Activity.objects.get().body == "wants"

    def test_an_entry_is_removed_and_put_back(self, browse, omid):
        client, lead = browse(omid), make_lead(owner=omid)
        call = note(omid, "wants", lead=lead)

        response = client.post(url_of("activity-remove", call), {"next": "/today/"})

        assert (response.url, toasts(response)[0][0], written()) == ("/today/", "The entry was removed.", [])
        assert self.undo(client, response) == "Taken back."
        assert (written(), lead.activities.get().pk) == ([("call", "wants", None)], call.pk)

    def test_who_may(self, browse, sara, omid, nima, hana):
        lead = make_lead(owner=omid)
        own, of_sara, of_nima = (note(by, "x", lead=lead) for by in (omid, sara, nima))

        entries = browse(omid).get(url_of("lead-detail", lead)).context["entries"]

        ways = {entry["by"]: ("edit_url" in entry, "remove_url" in entry) for entry in entries if entry["kind"] == "call"}
        assert ways == {"Omid": (True, True), "Sara": (False, False), "Nima": (False, False)}
        for user, status in ((nima, 404), (hana, 403), (None, 302)):
            assert browse(user).post(url_of("activity-remove", own)).status_code == status
        assert browse(sara).post(url_of("activity-remove", of_nima)).status_code == 302
        assert set(Activity.objects.all()) == {own, of_sara}
