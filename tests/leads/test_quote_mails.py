"""Quotes that go to the customer by e-mail: what is in the mail, what becomes of it, and when it does not leave."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from crm.mails import send_mails
from crm.models import Organization, User
from customers.services import mails as sale_mails
from leads import services
from leads.models import QuoteMail
from tests.factories.customers import make_customer
from tests.factories.leads import make_opportunity, make_quote
from tests.toasts import toasts

pytestmark = pytest.mark.django_db

WORDS = {"address": "buyer@example.com", "subject": "Our offer", "body": "Dear Arya", "language": "en"}


@pytest.fixture
def quote(omid):
    Organization.objects.update(name="Pars")
    arya = make_customer(name="Arya", email="arya@example.com", owner=omid)
    return make_quote(opportunity=make_opportunity(owner=omid, customer=arya), number="Q-7", owner=omid)


def url_of(name, quote):
    return reverse(f"leads:quote-{name}", args=[quote.pk])


def write(client, quote, **words):
    """The form as it comes, but for some words."""
    first = client.get(url_of("mail", quote)).context["form"].initial
    return client.post(url_of("mail", quote), first | words)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Quote Q-7 from Pars", "Dear Arya,\n\nplease find attached: Quote Q-7.\n", "Quote Q-7.pdf")),
        ("fa", ("پیش‌فاکتور Q-7 از Pars", "Arya گرامی،\n\nپیش‌فاکتور Q-7 به پیوست", "پیش‌فاکتور Q-7.pdf")),
    ],
)
def test_it_leaves_with_its_paper_in_the_language_that_was_chosen(browse, omid, quote, language, said):
    subject, beginning, paper = said
    client = browse(omid)
    url = f"{url_of('mail', quote)}?language={language}"
    form = client.get(url).context["form"].initial

    answers = [client.post(url, form) for _time in range(2)]

    told = "The e-mail to \u2066arya@example.com\u2069 goes out within a minute; what becomes of it stands here."
    assert toasts(answers[0]) == [(told, url_of("recall", quote))]
    page = client.get(url_of("detail", quote))
    assert (page.context["quote"].status, page.context["is_waiting"], len(page.context["mails"])) == ("sent", True, 1)
    assert send_mails(at=timezone.now()) == 1
    (message,) = mail.outbox
    assert (message.to, message.reply_to, message.subject) == (["arya@example.com"], ["omid@example.com"], subject)
    assert message.body.startswith(beginning)
    ((name, content, kind),) = message.attachments
    assert (name, content[:5], kind) == (paper, b"%PDF-", "application/pdf")
    page = client.get(url_of("detail", quote))
    assert [row["state"] for row in page.context["mails"]] == ["e-mail sent"]
    assert (page.context["is_waiting"], "arya@example.com" in page.content.decode()) == (False, True)
    (told,) = [entry for entry in deal_page(client, quote) if entry["icon"] == "mail"]
    assert (told["title"], told["text"]) == ("Quote Q-7 by e-mail to \u2066arya@example.com\u2069", "e-mail sent")


def deal_page(client, quote):
    return client.get(reverse("leads:opportunity-detail", args=[quote.opportunity_id])).context["entries"]


def test_what_the_server_refuses_is_shown_and_sent_again(browse, omid, quote, mail_server):
    client = browse(omid)
    write(client, quote, address="old@example.com", subject="Our offer")
    mail_server.at_opening = ConnectionRefusedError("nobody there")
    first = QuoteMail.objects.get().mail_at
    send_mails(at=first)
    away = client.get(url_of("detail", quote)).context["mails"][0]
    mail_server.at_opening, mail_server.at_sending = None, SMTPRecipientsRefused({"old@example.com": (550, b"no such box")})
    send_mails(at=first + timedelta(minutes=1))
    page = client.get(url_of("detail", quote))
    mail_server.at_sending = None

    again = client.get(url_of("mail", quote)).context["form"].initial
    write(client, quote, address="new@example.com")

    assert (away["state"], away["reason"]) == ("e-mail is tried again", "ConnectionRefusedError: nobody there")
    (refused,) = page.context["mails"]
    assert (refused["state"], refused["tone"], refused["reason"]) == ("e-mail refused", "bad", "550 no such box")
    assert url_of("mail", quote) in page.content.decode()
    assert (again["address"], again["subject"]) == ("old@example.com", "Our offer")
    assert (send_mails(at=timezone.now()), mail.outbox[0].to) == (1, ["new@example.com"])


@pytest.mark.parametrize(("language", "told"), [("en", "Enter an e-mail address"), ("fa", "نشانی ایمیل را مانند")])
def test_what_is_no_address_is_said_and_nothing_is_lost(browse, omid, quote, language, told):
    omid.language = language
    omid.save()

    page = write(browse(omid), quote, address="arya at example", body="Long words")

    assert told in page.context["form"].errors["address"][0]
    assert ("Long words" in page.content.decode(), QuoteMail.objects.count()) == (True, 0)
    quote.refresh_from_db()
    assert quote.issued_at is None


def test_without_a_mail_server_the_page_says_so_before_anything_is_written(browse, omid, quote, settings):
    client, form = browse(omid), browse(omid).get(url_of("mail", quote)).context["form"].initial
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"

    pages = [client.get(url_of("mail", quote)), client.post(url_of("mail", quote), form)]

    shown = [(text in page.content.decode()) for page in pages for text in ("EMAIL_URL", 'name="address"')]
    assert (shown, QuoteMail.objects.count()) == ([True, False] * 2, 0)


class TestNotSent:
    @pytest.fixture
    def waiting(self, omid, quote):
        key = {"source": "page", "external_id": "1"}
        return services.mail_quote(quote, WORDS, by=omid, at=timezone.now(), key=key)

    def test_one_that_is_taken_back_stays_here_and_one_that_has_left_is_not_taken_back(self, browse, omid, quote, waiting):
        client = browse(omid)
        client.post(url_of("recall", quote))
        client.post(url_of("send", quote))  # said by hand: the mail does not go after all
        assert (send_mails(at=timezone.now()), QuoteMail.objects.get().mail) == (0, "none")

        write(client, quote)
        assert send_mails(at=timezone.now()) == 1

        assert toasts(client.post(url_of("recall", quote)))[-1][0] == "This quote went out by e-mail: make a revision instead."

    def test_one_that_was_answered_meanwhile(self, browse, omid, quote, waiting):
        services.decline_quote(quote, by=omid, at=timezone.now())

        assert (send_mails(at=timezone.now()), mail.outbox) == (0, [])
        page = browse(omid).get(url_of("detail", quote))
        assert page.context["mails"][0]["reason"].startswith("it was taken back or answered meanwhile")
        refused = write(browse(omid), quote, subject="Again")
        assert refused.context["form"].non_field_errors() == ["The customer has answered this quote already."]

    def test_one_of_a_quote_that_a_newer_version_has_replaced(self, browse, omid, quote, waiting):
        client = browse(omid)
        make_quote(opportunity=quote.opportunity, revision_of=quote, original=quote)

        assert (quote.replaced_by.count(), send_mails(at=timezone.now()), mail.outbox) == (1, 0, [])
        assert url_of("mail", quote) not in client.get(url_of("detail", quote)).content.decode()
        refused = write(client, quote, subject="Again").context["form"].non_field_errors()
        assert refused == ["A newer version has taken the place of this quote: send that one."]

    def test_who_sends_it_again_signs_with_their_own_name(self, browse, sara, quote, waiting):
        form = browse(sara).get(url_of("mail", quote)).context["form"].initial

        assert (form["address"], form["subject"] == WORDS["subject"]) == (WORDS["address"], False)
        assert form["body"].splitlines()[-2] == str(sara)

    def test_one_of_somebody_who_has_left(self, omid, waiting):
        User.objects.filter(pk=omid.pk).update(is_active=False)

        assert (send_mails(at=timezone.now()), QuoteMail.objects.get().mail) == (0, "none")

    def test_one_too_many_in_an_hour(self, browse, omid, quote, waiting, monkeypatch):
        monkeypatch.setattr(sale_mails, "MOST_AN_HOUR", 1)

        refused = write(browse(omid), quote, subject="Again")

        assert refused.context["form"].non_field_errors() == ["You have sent many mails in this hour: send this one later."]
