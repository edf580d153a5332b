"""Reports by e-mail: when they are due, what is in them, who gets them, and that nobody gets one twice."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.urls import reverse

from crm.mails import send_mails
from crm.models import User
from kpis.engine import drain
from kpis.models import Dashboard, Delivery, Mailing, Recipient
from kpis.services import plan_mailings, set_mailing, switch_mailing
from kpis.services.mailings import token_of
from tests.factories.kpis import tehran
from tests.factories.leads import make_lead
from tests.factories.mailings import DUE, MADE, make_mailing
from tests.toasts import toasts


class TestClock:
    @pytest.mark.parametrize(
        ("cadence", "calendar", "after", "due"),
        [
            ("day", "jalali", MADE, tehran(2025, 10, 21, 8)),
            ("day", "jalali", tehran(2025, 10, 20, 7, 59), tehran(2025, 10, 20, 8)),
            ("day", "jalali", tehran(2025, 10, 20, 8), tehran(2025, 10, 21, 8)),
            # Weeks begin on Saturday.
            ("week", "jalali", MADE, tehran(2025, 10, 25, 8)),
            ("month", "jalali", MADE, DUE),
            ("month", "gregorian", MADE, tehran(2025, 11, 1, 8)),
        ],
    )
    def test_it_is_due_when_a_period_has_ended_and_the_hour_has_come(self, sara, cadence, calendar, after, due):
        assert make_mailing(sara, at=after, cadence=cadence, calendar=calendar).next_at == due

    def test_nothing_is_planned_before_and_once_at_its_time(self, sara):
        mailing = make_mailing(sara)

        assert [plan_mailings(at=at) for at in (DUE - timedelta(seconds=1), DUE, DUE, DUE + timedelta(days=1))] == [0, 1, 0, 0]
        mailing.refresh_from_db()
        assert mailing.next_at == tehran(2025, 11, 22, 8)  # 1 Azar
        assert list(Delivery.objects.values_list("start", "mail")) == [(tehran(2025, 9, 23).date(), "due")]

    def test_after_a_standstill_only_the_last_period_is_told_of(self, sara):
        make_mailing(sara, cadence="day")

        assert plan_mailings(at=tehran(2025, 10, 25, 9)) == 1
        assert [each.start for each in Delivery.objects.all()] == [tehran(2025, 10, 24).date()]

    def test_a_pause_sends_nothing_and_begins_anew_with_the_next_period(self, sara):
        mailing = make_mailing(sara)
        switch_mailing(mailing, on=False, at=MADE)
        assert plan_mailings(at=DUE) == 0

        switch_mailing(mailing, on=True, at=DUE + timedelta(days=1))

        assert (plan_mailings(at=DUE + timedelta(days=2)), mailing.next_at) == (0, tehran(2025, 11, 22, 8))

    def test_whoever_has_left_sends_and_gets_nothing(self, sara, omid):
        make_mailing(sara, sara, omid)
        User.objects.filter(pk=omid.pk).update(is_active=False)
        assert plan_mailings(at=DUE) == 1

        User.objects.filter(pk=sara.pk).update(is_active=False)
        assert (send_mails(at=DUE), list(Delivery.objects.values_list("mail", flat=True))) == (0, ["none"])

    def test_what_was_planned_by_whoever_has_left_is_not_sent(self, sara, omid):
        make_mailing(sara, omid)
        assert plan_mailings(at=DUE) == 1
        User.objects.filter(pk=sara.pk).update(is_active=False)

        assert (send_mails(at=DUE), list(Delivery.objects.values_list("mail", flat=True))) == (0, ["none"])

    def test_who_is_taken_off_and_put_back_gets_a_day_once(self, sara, omid):
        mailing = make_mailing(sara, sara, omid, cadence="day")
        first, later = tehran(2025, 10, 21, 8), tehran(2025, 10, 21, 9)
        assert (plan_mailings(at=first), send_mails(at=first)) == (2, 2)
        mailing.refresh_from_db()

        for readers in ([sara], [sara, omid]):
            set_mailing(mailing, {"hour": 9}, readers, at=first + timedelta(minutes=30))

        assert (mailing.next_at, plan_mailings(at=later), send_mails(at=later)) == (later, 0, 0)


class TestMail:
    def test_it_has_the_page_as_pdf_in_the_readers_language_and_a_way_out(self, sara):
        sara.language, sara.calendar = "fa", "jalali"
        sara.save()
        make_mailing(sara, name="سرنخ‌ها")
        plan_mailings(at=DUE)

        assert send_mails(at=DUE) == 1

        (message,) = mail.outbox
        delivery = Delivery.objects.get()
        assert (message.to, message.subject) == (["sara@example.com"], "سرنخ‌ها: مهر ۱۴۰۴")
        ((name, content, kind),) = message.attachments
        assert (name, content[:5], kind) == ("میزان ایجاد سرنخ-مهر ۱۴۰۴.pdf", b"%PDF-", "application/pdf")
        assert "/kpis/leads/?period=1404-07\n" in message.body
        door = message.extra_headers["List-Unsubscribe"].strip("<>")
        assert door in message.body
        assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert re.fullmatch(f"<delivery-{delivery.pk}-[0-9a-f]{{32}}@localhost>", message.extra_headers["Message-ID"])
        assert delivery.mail == "sent"

    def test_each_gets_what_they_may_see_themselves(self, sara, omid, nima, printed):
        make_lead(at=tehran(2025, 10, 1), owner=omid)
        make_lead(at=tehran(2025, 10, 1), owner=nima)
        make_lead(at=tehran(2025, 10, 1), owner=nima)
        drain(at=DUE)
        make_mailing(sara, sara, omid, nima)
        plan_mailings(at=DUE)

        assert send_mails(at=DUE) == 3

        # The number stands after the title, the days and the words: of all three leads, of one's own one, of one's own two.
        heads = [index for index, line in enumerate(printed) if line == "Mehr 1404 · vs Shahrivar 1404"]
        assert [printed[index + 2] for index in heads] == ["3", "1", "2"]

    def test_filters_and_what_it_is_compared_with_are_those_of_the_mailing(self, sara, printed):
        make_mailing(sara, query={"compare": "none", "owner": str(sara.pk)})
        plan_mailings(at=DUE)

        send_mails(at=DUE)

        assert printed[1:3] == ["Mehr 1404", "Owner: \u2068Sara\u2069"]
        assert f"/kpis/leads/?owner={sara.pk}&compare=none&period=1404-07\n" in mail.outbox[0].body

    def test_the_overview_goes_by_mail_too(self, sara):
        make_mailing(sara, kpi="", name="Overview")
        plan_mailings(at=DUE)

        assert (send_mails(at=DUE), mail.outbox[0].subject) == (1, "Overview: Mehr 1404")
        assert "/kpis/?period=1404-07\n" in mail.outbox[0].body

    def test_the_pages_own_name_is_said_in_each_readers_language(self, browse, sara, omid, monkeypatch, settings):
        """The form proposes it in the language of whoever makes the report; who chose none reads that of the installation."""
        settings.LANGUAGE_CODE = "fa"
        monkeypatch.setattr("kpis.services.mailings.printed", lambda *_args: b"%PDF-")
        User.objects.filter(pk=omid.pk).update(language="", calendar="jalali")
        make_mailing(sara, omid, kpi="", name="KPI overview")
        make_mailing(sara, sara, omid, name="میزان ایجاد سرنخ")
        plan_mailings(at=DUE)

        assert send_mails(at=DUE) == 3

        assert {(message.to[0], message.subject) for message in mail.outbox} == {
            ("omid@example.com", "نمای کلی شاخص‌ها: مهر ۱۴۰۴"),
            ("omid@example.com", "میزان ایجاد سرنخ: مهر ۱۴۰۴"),
            ("sara@example.com", "Leads generated: Mehr 1404"),
        }
        got = browse(User.objects.get(pk=omid.pk)).get("/reports/mail/").context["got"]
        assert [row["title"] for row in got] == ["نمای کلی شاخص‌ها", "میزان ایجاد سرنخ"]

    def test_a_dashboard_goes_to_whom_it_is_shared_with_under_their_own_rights(self, sara, omid, nima, printed):
        make_lead(at=tehran(2025, 10, 1), owner=nima)
        drain(at=DUE)
        tiles = [{"kpi": "leads", "shape": "card", "by": ""}]
        facts = {"name": "Mornings", "visibility": "everyone", "tiles": tiles, "view": {"grain": "month"}}
        board = Dashboard.objects.create(user=sara, **facts)
        make_mailing(sara, sara, omid, kpi="", dashboard=board, query={"compare": "none"})
        plan_mailings(at=DUE)

        assert send_mails(at=DUE) == 2

        # Sara sees the lead of Nima, Omid none: the number stands under the name of the card.
        assert [printed[index + 1] for index, line in enumerate(printed) if line == "Leads generated"] == ["1", "0"]
        assert f"/kpis/dashboards/{board.pk}/?compare=none&period=1404-07\n" in mail.outbox[0].body
        assert mail.outbox[0].body.startswith("Mornings, Mehr 1404, is attached.")

    @pytest.mark.parametrize("change", [{"visibility": "private"}, {"is_removed": True}])
    def test_a_dashboard_that_they_cannot_open_goes_to_nobody(self, browse, sara, omid, change):
        board = Dashboard.objects.create(user=sara, name="Mornings", visibility="everyone")
        make_mailing(sara, omid, kpi="", dashboard=board)
        plan_mailings(at=DUE)
        Dashboard.objects.update(**change)

        assert (send_mails(at=DUE), Delivery.objects.get().mail, mail.outbox) == (0, "none", [])
        assert browse(sara).get("/reports/mail/").context["mine"][0]["is_gone"] == ("is_removed" in change)

    def test_none_goes_to_who_may_not_see_the_kpi_any_more(self, sara, hana):
        make_mailing(sara, hana)
        plan_mailings(at=DUE)

        assert (send_mails(at=DUE), Delivery.objects.get().mail, mail.outbox) == (0, "none", [])

    def test_one_that_cannot_be_written_is_tried_again_and_keeps_nobody_elses_back(self, sara, omid, monkeypatch):
        make_mailing(sara, sara, omid)
        plan_mailings(at=DUE)
        usual = Recipient.objects.get(user=sara).pk

        def fail_once(recipient, *args):
            if recipient.pk == usual:
                raise RuntimeError("no paper")
            return b"%PDF-"

        monkeypatch.setattr("kpis.services.mailings.printed", fail_once)

        assert send_mails(at=DUE) == 1
        states = dict(Delivery.objects.values_list("recipient__user__name", "mail"))
        assert states == {"Sara": "due", "Omid": "sent"}
        assert Delivery.objects.get(mail="due").mail_at == DUE + timedelta(minutes=1)

    def test_a_worker_that_dies_over_the_writing_leaves_it_due(self, sara, monkeypatch):
        make_mailing(sara)
        plan_mailings(at=DUE)

        def die(*args):
            raise KeyboardInterrupt

        monkeypatch.setattr("kpis.services.mailings.printed", die)
        with pytest.raises(KeyboardInterrupt):
            send_mails(at=DUE)
        monkeypatch.undo()

        assert [send_mails(at=DUE), send_mails(at=DUE), len(mail.outbox)] == [1, 0, 1]


class TestUnsubscribing:
    @pytest.fixture
    def door(self, sara, omid):
        reader = make_mailing(sara, sara, omid).recipients.get(user=omid)
        return reverse("kpis:unsubscribe", args=[token_of(reader)])

    def test_looking_changes_nothing_and_one_click_without_signing_in_does(self, browse, omid, door):
        assert "Unsubscribe" in browse().get(door).content.decode()
        assert plan_mailings(at=DUE) == 2

        assert "You get no more" in browse().post(door, {"List-Unsubscribe": "One-Click"}).content.decode()

        # What was planned for him is not sent any more, and nothing is planned again.
        assert (send_mails(at=DUE), [message.to for message in mail.outbox]) == (1, [["sara@example.com"]])
        assert plan_mailings(at=tehran(2025, 11, 22, 8)) == 1

    def test_a_second_click_keeps_the_moment_of_the_first(self, browse, omid, door):
        browse().post(door)
        first = Recipient.objects.get(user=omid).unsubscribed_at
        browse().post(door)

        assert Recipient.objects.get(user=omid).unsubscribed_at == first

    @pytest.mark.parametrize("token", ["1", "1:x", "x", "۱:۲"])
    def test_nobody_speaks_for_somebody_else(self, browse, door, token):
        address = reverse("kpis:unsubscribe", args=[token])

        assert (browse().get(address).status_code, browse().post(address).status_code) == (404, 404)
        assert Recipient.objects.filter(unsubscribed_at__isnull=True).count() == 2

    def test_a_reader_takes_it_again_and_no_other_readers(self, browse, omid, nima, door):
        reader = Recipient.objects.get(user=omid)
        choose = reverse("kpis:mailing-choose", args=[reader.pk])

        assert browse(nima).post(choose).status_code == 404
        for is_off in (True, False):
            browse(omid).post(choose)
            reader.refresh_from_db()
            assert (reader.unsubscribed_at is not None) is is_off

    def test_who_unsubscribed_stays_so_when_its_owner_saves_it_again(self, browse, sara, omid, door):
        browse().post(door)
        mailing = Mailing.objects.get()

        set_mailing(mailing, {"hour": 9}, [sara, omid], at=MADE)

        assert list(mailing.recipients.wanting().values_list("user__name", flat=True)) == ["Sara"]

    def test_who_unsubscribed_stays_so_when_they_are_taken_off_and_put_back(self, browse, sara, omid, door):
        mailing = Mailing.objects.get()
        set_mailing(mailing, {}, [sara], at=MADE)
        assert mailing.reader_keys == [sara.pk]

        # Off the list the link of an old mail still says it, and neither page shows what one does not get.
        assert browse().post(door).status_code == 200
        assert browse(omid).get("/reports/mail/").context["got"] == []
        assert [reader["name"] for reader in browse(sara).get("/reports/mail/").context["mine"][0]["readers"]] == ["Sara"]
        set_mailing(mailing, {}, [sara, omid], at=MADE)

        assert mailing.reader_keys == sorted([sara.pk, omid.pk])
        assert list(mailing.recipients.wanting().values_list("user__name", flat=True)) == ["Sara"]


class TestPages:
    @pytest.fixture
    def sent(self, sara, omid):
        return {
            "token": str(uuid4()), "name": "Weekly", "page": "leads", "cadence": "week", "hour": "7", "compare": "last-year",
            "campaign": "", "channel": "", "owner": str(omid.pk), "readers": [str(sara.pk), str(omid.pk)],
        }  # fmt: skip

    def test_a_form_that_is_sent_twice_makes_one(self, browse, sara, sent):
        client = browse(sara)

        answers = [client.post("/reports/mail/new/", sent) for _number in range(2)]

        assert [answer.url for answer in answers] == ["/reports/mail/"] * 2
        mailing = Mailing.objects.get()
        assert (mailing.user, mailing.kpi, mailing.cadence, mailing.hour) == (sara, "leads", "week", 7)
        assert mailing.query == {"compare": "last-year", "owner": sent["owner"]}
        assert mailing.recipients.count() == 2

    def test_a_dashboard_can_be_chosen_for_whom_it_is_shared_with(self, browse, sara, omid, sent):
        board = Dashboard.objects.create(user=sara, name="Mornings", view={"channel": "null"})
        client, page = browse(sara), f"dashboard-{board.pk}"

        begun = client.get(f"/reports/mail/new/?dashboard={board.pk}&channel=null").context["form"].initial
        refused = client.post("/reports/mail/new/", sent | {"page": page})
        client.post("/reports/mail/new/", sent | {"page": page, "readers": [str(sara.pk)], "channel": "null"})

        assert {name: begun[name] for name in ("page", "name", "channel")} == {
            "page": page, "name": "Mornings", "channel": "null",
        }  # fmt: skip
        assert refused.context["form"].errors == {"readers": ["This dashboard is not shared with: Omid"]}
        mailing = Mailing.objects.get()
        assert (mailing.dashboard, mailing.kpi, mailing.query["channel"]) == (board, "", "null")
        assert browse(omid).post("/reports/mail/new/", sent | {"page": page}).context["form"].errors["page"]

    def test_with_other_readers_or_words_it_is_another_and_sent_twice_too(self, browse, sara, sent):
        client = browse(sara)

        for change in ({}, {"readers": [str(sara.pk)]}, {"readers": [str(sara.pk)]}, {"name": "New"}, {"name": "New"}):
            client.post("/reports/mail/new/", sent | change)

        made = Mailing.objects.order_by("pk")
        assert [(each.name, len(each.reader_keys)) for each in made] == [("Weekly", 2), ("Weekly", 1), ("New", 2)]

    @pytest.mark.parametrize(
        ("change", "fields"),
        [({"readers": []}, "readers"), ({"page": "x"}, "page"), ({"hour": "24"}, "hour"), ({"cadence": "year"}, "cadence"),
         ({"owner": "0"}, "owner"), ({"page": "sessions"}, "owner readers"),
         ({"name": ""}, "name"), ({"readers": ["999999"]}, "readers")],
    )  # fmt: skip
    def test_what_makes_no_sense_is_said_at_its_field_and_nothing_is_made(self, browse, sara, sent, change, fields):
        response = browse(sara).post("/reports/mail/new/", sent | change)

        assert (list(response.context["form"].errors), Mailing.objects.count()) == (fields.split(), 0)

    def test_readers_are_people_whose_records_one_may_see(self, browse, omid, sara, hana, sent):
        mine = {"owner": "", "page": "revenue"}

        others = browse(omid).post("/reports/mail/new/", sent | mine)
        blind = browse(sara).post("/reports/mail/new/", sent | {"owner": "", "readers": [str(hana.pk)]})

        assert list(others.context["form"].errors) == ["readers"]
        assert blind.context["form"].errors["readers"] == ["May not see this KPI: Hana"]

    @pytest.mark.parametrize("address", ["/reports/mail/", "/reports/mail/new/", "/alerts/new/?kpi=revenue"])
    def test_without_a_mail_server_pages_that_send_say_so(self, browse, sara, settings, address):
        client = browse(sara)
        before = client.get(address).content.decode()
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"

        assert ("EMAIL_URL" in before, "EMAIL_URL" in client.get(address).content.decode()) == (False, True)

    def test_the_page_it_is_made_from_fills_the_form(self, browse, sara):
        page = browse(sara).get("/kpis/leads/?period=1404-07&compare=none").content.decode()
        (link,) = re.findall(r'href="(/reports/mail/new/[^"]*)"', page)

        form = browse(sara).get(link.replace("&amp;", "&")).context["form"]

        assert (form["page"].value(), form["compare"].value(), form["readers"].value()) == ("leads", "none", [sara.pk])

    def test_ones_own_are_listed_with_their_next_time_and_others_are_not(self, browse, sara, omid):
        mailing = make_mailing(sara, omid, at=datetime.now(UTC))
        own = browse(sara).get("/reports/mail/").context
        his = browse(omid).get("/reports/mail/").context

        assert [row["mailing"] for row in own["mine"]] == [mailing]
        assert (his["mine"], [row["reader"].mailing for row in his["got"]]) == ([], [mailing])
        edits = [reverse(f"kpis:mailing-{verb}", args=[mailing.pk]) for verb in ("switch", "remove")]
        assert [browse(omid).post(address).status_code for address in edits] == [404, 404]
        assert browse(omid).get(reverse("kpis:mailing-edit", args=[mailing.pk])).status_code == 404

    def test_it_pauses_goes_on_is_deleted_and_put_back(self, browse, sara, omid):
        mailing, client = make_mailing(sara, omid, at=datetime.now(UTC)), browse(sara)
        switch, remove, restore = (reverse(f"kpis:mailing-{verb}", args=[mailing.pk]) for verb in ("switch", "remove", "restore"))

        states = []
        for _number in range(2):
            client.post(switch)
            mailing.refresh_from_db()
            states.append(mailing.is_on)
        page = client.post(remove, follow=True)

        due = mailing.next_at
        assert (states, page.context["mine"], plan_mailings(at=due)) == ([False, True], [], 0)
        assert toasts(page)[-1:] == [("The report “Leads of the month” was deleted.", restore)]
        assert browse(omid).get("/reports/mail/").context["got"] == []
        assert browse(omid).post(restore).status_code == 404

        client.post(restore)

        assert (len(client.get("/reports/mail/").context["mine"]), plan_mailings(at=due)) == (1, 1)
