"""Reports by e-mail that somebody sends at once, and that two workers send: each goes out once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from crm.mails import send_mails
from crm.models import User
from kpis.models import Dashboard, Delivery, Mailing, Recipient
from kpis.services import plan_mailings, send_mailing_now, sending_now, switch_mailing
from kpis.services.mailings import plan_mailing
from tests.factories.mailings import DUE, MADE, make_mailing
from tests.kpis.sessions import at_the_same_time, session


class TestNow:
    """Sent by hand on 20 October: what has ended last is Shahrivar."""

    def test_it_sends_what_ended_last_and_once_more_as_a_mail_of_its_own(self, sara, omid):
        mailing = make_mailing(sara, sara, omid)

        counts = [send_mailing_now(mailing, at=MADE), send_mails(at=MADE)]
        again = MADE + timedelta(minutes=5)
        counts += [send_mailing_now(mailing, at=again), send_mails(at=again)]

        assert counts == [2, 2, 2, 2]
        assert {message.subject for message in mail.outbox} == {"Leads of the month: Shahrivar 1404"}
        assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == 4
        # its own time is as it was, and tells of the next month
        mailing.refresh_from_db()
        assert (mailing.next_at, plan_mailings(at=DUE)) == (DUE, 2)

    def test_by_hand_it_goes_out_once_in_five_minutes_whatever_became_of_it(self, sara):
        mailing = make_mailing(sara)
        send_mailing_now(mailing, at=MADE)
        Delivery.objects.update(mail="due", mail_tries=3, mail_at=MADE + timedelta(minutes=30))  # refused for now at MADE

        with pytest.raises(ValidationError) as refusal:
            send_mailing_now(mailing, at=MADE + timedelta(minutes=4))

        assert (refusal.value.code, Delivery.objects.get().mail_tries) == ("rate-limited", 3)
        assert send_mailing_now(mailing, at=MADE + timedelta(minutes=5)) == 1
        assert (Delivery.objects.get().mail_tries, send_mails(at=MADE + timedelta(minutes=5))) == (0, 1)

    @pytest.mark.parametrize("code", ["paused", "no-readers", "not-visible", "rate-limited"])
    def test_what_cannot_go_out_is_refused_in_words(self, sara, omid, code, monkeypatch):
        mailing = make_mailing(sara)
        match code:
            case "paused":
                switch_mailing(mailing, on=False, at=MADE)
            case "no-readers":
                mailing.recipients.update(unsubscribed_at=MADE)
            case "not-visible":
                Mailing.objects.update(kpi="", dashboard=Dashboard.objects.create(user=omid, name="His"))
            case "rate-limited":
                monkeypatch.setattr(sending_now, "MOST_AN_HOUR", 0)

        with pytest.raises(ValidationError) as refusal:
            send_mailing_now(mailing, at=MADE)

        assert (refusal.value.code, Delivery.objects.count()) == (code, 0)

    @pytest.mark.parametrize(("language", "told"), [("en", "have sent 0 mails in this hour"), ("fa", "۰ ایمیل")])
    def test_how_many_go_out_in_an_hour_is_said_in_the_owners_digits(self, sara, monkeypatch, language, told):
        monkeypatch.setattr(sending_now, "MOST_AN_HOUR", 0)
        sara.language = language
        sara.save()

        with override(language), pytest.raises(ValidationError, match=told):
            send_mailing_now(make_mailing(sara), at=MADE)

    def test_the_page_offers_it_to_its_owner_and_says_what_became_of_it(self, browse, sara, omid):
        mailing = make_mailing(sara, sara, omid, at=datetime.now(UTC))
        send, client = reverse("kpis:mailing-send", args=[mailing.pk]), browse(sara)
        Recipient.objects.filter(user=omid).update(unsubscribed_at=MADE)

        (offered,) = client.get("/reports/mail/").context["mine"]
        answers = [browse(omid).post(send).status_code, client.post(send).url]
        waiting = client.get("/reports/mail/").context["is_waiting"]
        Delivery.objects.update(mail="failed", mail_error="SMTPRecipientsRefused: no such mailbox")
        page = client.get("/reports/mail/")

        assert (offered["wanting"], answers, waiting) == (["Sara"], [404, "/reports/mail/"], True)
        assert [reader["reason"] for reader in page.context["mine"][0]["readers"]] == [
            "SMTPRecipientsRefused: no such mailbox",
            "",
        ]
        assert (page.context["is_waiting"], 'hx-trigger="every' in page.content.decode()) == (False, False)


class TestTwoAtOnce:
    """Commits are real here: two beats plan, two workers send."""

    def test_two_that_plan_or_send_at_the_same_time_do_it_once(self, live):
        mailing = make_mailing(User.objects.create_user("sara@example.com", language="en"), kpi="leads")

        with session() as first:
            first.execute("SELECT FROM kpis_mailing WHERE id = %s FOR UPDATE", [mailing.pk])
            with at_the_same_time(lambda: plan_mailing(mailing.pk, at=DUE)) as second:
                first.rollback()
        assert (second.result(), plan_mailings(at=DUE), plan_mailings(at=DUE)) == (0, 1, 0)

        delivery = Delivery.objects.get()
        with session() as sender:
            sender.execute("SELECT FROM kpis_delivery WHERE id = %s FOR UPDATE", [delivery.pk])
            assert send_mails(at=DUE) == 0
        assert [send_mails(at=DUE), send_mails(at=DUE)] == [1, 0]
