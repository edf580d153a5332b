"""Alarm bells: what rings and what stays silent, once per crossing, in the app and by mail, to whom it belongs."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from smtplib import SMTPDataError, SMTPServerDisconnected
from urllib.parse import urlsplit

import pytest
from django.core import mail

from crm.mails import send_mails
from crm.models import Organization, User
from crm.periods import parse_period
from kpis.catalogue import CATALOGUE
from kpis.engine import drain
from kpis.engine.locks import JUDGING
from kpis.models import Alert, AlertRule
from kpis.readings import Value
from kpis.readings.alerts import Verdict, preview, verdict
from kpis.readings.bells import path_of
from kpis.services import judge_rules, set_alert
from kpis.services.alerts import ring
from leads.models import Lead
from tests.factories.campaigns import make_channel
from tests.factories.kpis import tehran
from tests.kpis.sessions import at_the_same_time, session

pytestmark = pytest.mark.django_db
SEPTEMBER, MONTH = parse_period("2025-09"), {"calendar": "gregorian", "grain": "month"}
AT = datetime(2025, 10, 1, 6, tzinfo=UTC)


def make_rule(user, kpi="leads", condition="below", bound=3, **facts):
    facts = MONTH | {"by_email": True} | facts
    return AlertRule.objects.create(user=user, kpi=kpi, condition=condition, bound=Decimal(bound), **facts)


def rule_of(kpi, condition, bound):
    return AlertRule(kpi=kpi, condition=condition, bound=Decimal(bound), calendar="gregorian", grain="month")


def value(number, low=None, high=None, sample=None, **facts):
    numbers = [None if each is None else Decimal(each) for each in (number, low, high)]
    return Value(SEPTEMBER, value=numbers[0], lower=numbers[1], upper=numbers[2], sample_size=sample, **facts)


def judged(rule, now, before=None):
    return verdict(rule, CATALOGUE[rule.kpi], now, before or value(None))


class TestVerdict:
    @pytest.mark.parametrize(
        ("condition", "now", "found"),
        [
            ("above", value("0.06", "0.052", "0.07", 900), Verdict.RINGS),  # the whole interval lies above 5 %
            ("above", value("0.06", "0.045", "0.08", 300), Verdict.UNDECIDED),  # it may still be 4.5 %
            ("above", value("0.05", "0.04", "0.06", 900), Verdict.QUIET),  # the bound itself is not above it
            ("above", value("0.06", "0.052", "0.07", 29), Verdict.UNDECIDED),  # fewer than 30
            ("above", value("0.06", "0.052", "0.07", 900, is_stale=True), Verdict.UNDECIDED),
            ("above", value(None), Verdict.UNDECIDED),
            ("below", value("0.03", "0.02", "0.045", 900), Verdict.RINGS),
            ("below", value("0.03", "0.02", "0.055", 900), Verdict.UNDECIDED),
            ("below", value("0.05", "0.04", "0.06", 900), Verdict.QUIET),
        ],
    )
    def test_a_rate_against_a_bound(self, condition, now, found):
        assert judged(rule_of("churn_rate", condition, "0.05"), now) is found

    def test_an_amount_has_no_interval(self):
        assert judged(rule_of("revenue", "below", 100), value(99)) is Verdict.RINGS
        assert judged(rule_of("revenue", "below", 100), value(100)) is Verdict.QUIET

    @pytest.mark.parametrize(
        ("condition", "now", "before", "found"),
        [
            ("falls", 80, 100, Verdict.RINGS),  # by a fifth
            ("falls", 81, 100, Verdict.QUIET),
            ("rises", 120, 100, Verdict.RINGS),
            ("rises", 80, 100, Verdict.QUIET),
            ("rises", 80, 0, Verdict.UNDECIDED),  # from nothing there is no share
        ],
    )
    def test_a_change_of_an_amount_is_a_share_of_what_was_before(self, condition, now, before, found):
        assert judged(rule_of("revenue", condition, "0.2"), value(now), value(before)) is found

    def test_a_change_of_a_rate_is_in_points_and_has_to_be_certain(self):
        """10 points more; √(0.03² + 0.04²) = 5 points of doubt leave 5, √(0.06² + 0.08²) = 10 leave nothing."""
        rule = rule_of("win_rate", "rises", "0.1")
        sure = value("0.5", "0.47", "0.53", 900), value("0.4", "0.36", "0.44", 900)
        unsure = value("0.5", "0.44", "0.56", 90), value("0.4", "0.32", "0.48", 90)

        assert judged(rule, *sure) is Verdict.RINGS
        assert judged(rule, *unsure) is Verdict.UNDECIDED
        assert judged(rule, sure[0], value("0.41", "0.37", "0.45", 900)) is Verdict.QUIET
        assert judged(rule, sure[0], value("0.4", "0.36", "0.44", 20)) is Verdict.UNDECIDED


def company(sara, *counts, owner=None):
    """So many leads in each month up to September 2025; thirty and more are counted without an interval."""
    period = SEPTEMBER
    for count in counts[::-1]:
        at = datetime(period.start.year, period.start.month, 10, 9, tzinfo=UTC)
        Lead.objects.bulk_create(Lead(name="x", created_at=at, owner=owner) for _ in range(count))
        period = period.previous()
    drain(at=AT)


class TestRinging:
    def test_it_rings_once_and_again_only_after_it_has_come_back(self, sara):
        """35, then 45 and 50 leads against a bound of 40 from below."""
        rule = make_rule(sara, condition="below", bound=40)
        company(sara, 45, 35)

        rung = [judge_rules(at=AT), judge_rules(at=AT), judge_rules(at=AT + timedelta(days=1))]

        assert rung == [1, 0, 0]
        (alert,) = Alert.objects.all()
        assert (alert.period, alert.value, alert.before, alert.raised_at) == (SEPTEMBER, 35, 45, AT)
        assert AlertRule.objects.get(pk=rule.pk).is_ringing
        make_lead_count(50, datetime(2025, 10, 5, tzinfo=UTC))
        assert judge_rules(at=datetime(2025, 11, 1, 6, tzinfo=UTC)) == 0
        assert not AlertRule.objects.get(pk=rule.pk).is_ringing
        make_lead_count(31, datetime(2025, 11, 5, tzinfo=UTC))
        assert judge_rules(at=datetime(2025, 12, 1, 6, tzinfo=UTC)) == 1

    def test_one_period_is_told_once_however_its_records_change(self, sara):
        make_rule(sara, condition="below", bound=40)
        company(sara, 45, 35)
        judge_rules(at=AT)

        late = make_lead_count(10, tehran(2025, 9, 12))
        judge_rules(at=AT)
        Lead.objects.filter(pk__in=late).delete()
        drain(at=AT)

        assert judge_rules(at=AT) == 0
        assert Alert.objects.count() == 1

    def test_the_running_period_is_not_judged(self, sara):
        make_rule(sara, condition="above", bound=40)
        company(sara, 45, 35)
        make_lead_count(60, tehran(2025, 10, 1))

        assert judge_rules(at=datetime(2025, 10, 20, tzinfo=UTC)) == 0

    def test_nothing_rings_while_the_demo_company_is_removed(self, sara):
        make_rule(sara, condition="below", bound=40)
        company(sara, 45, 35)

        with session() as removal:
            removal.execute("SELECT pg_advisory_xact_lock(%s, 0)", [JUDGING])
            meanwhile = judge_rules(at=AT)
            removal.rollback()

        assert (meanwhile, judge_rules(at=AT)) == (0, 1)

    def test_a_few_are_not_enough_to_be_sure(self, sara):
        """9 of Poisson's 4.1 to 17.1 may be more than 10; 2 of 0.2 to 7.2 are fewer."""
        make_rule(sara, condition="below", bound=10)
        company(sara, 12, 9)
        assert judge_rules(at=AT) == 0
        Lead.objects.filter(pk__in=list(Lead.objects.filter(created_at__month=9).values_list("pk", flat=True)[:7])).delete()
        drain(at=AT)

        assert judge_rules(at=AT) == 1

    def test_each_who_is_told_is_told_of_what_they_see(self, browse, sara, omid, nima, hana):
        """Omid's own 35 leads ring for him; the company's 75 do not for Sara; support sees no leads. Then he wants no more."""
        facts = {
            "user": sara,
            "kpi": "leads",
            "condition": "below",
            "bound": Decimal(40),
            "calendar": "gregorian",
            "grain": "month",
        }
        rule = set_alert(AlertRule(), facts, [omid, hana])
        company(sara, 45, 35, owner=omid)
        make_lead_count(40, tehran(2025, 9, 12), owner=nima)

        judge_rules(at=AT)
        send_mails(at=AT)

        assert [(alert.rule.user, alert.value) for alert in Alert.objects.all()] == [(omid, 35)]
        (message,) = mail.outbox
        door = message.extra_headers["List-Unsubscribe"].strip("<>")
        assert (message.to, door in message.body) == (["omid@example.com"], True)
        address = urlsplit(door).path
        assert browse().get(address).context["is_off"] is False
        assert browse().post(address).context["is_off"] is True
        assert browse().get(f"{address}x").status_code == 404
        # another bound asks anew, and whoever has unsubscribed stays so
        set_alert(rule, {"bound": Decimal(100)}, [omid, nima])
        shared = {one.user: (one.bound, one.is_on, one.is_ringing, one.is_removed) for one in rule.shared.all()}
        assert shared == {omid: (100, False, False, False), nima: (100, True, False, False), hana: (100, True, False, True)}
        judge_rules(at=AT)
        assert {(alert.rule.user, alert.value) for alert in Alert.objects.all()} == {(omid, 35), (nima, 40), (sara, 75)}
        # of Omid Nima may see nothing: that is no figure of 0
        set_alert(rule, {"person": omid}, [nima])
        judge_rules(at=AT)
        assert rule.shared.get(user=nima).is_ringing is False

    def test_a_muted_one_keeps_its_history_and_says_nothing(self, sara):
        make_rule(sara, condition="below", bound=40, muted_until=AT.date())
        company(sara, 45, 35)

        judge_rules(at=AT)

        assert list(Alert.objects.values_list("is_muted", "mail")) == [(True, "none")]
        assert Alert.objects.visible_to(sara).unread().count() == 0

    def test_who_is_off_or_gone_is_not_judged(self, sara, omid):
        make_rule(sara, condition="below", bound=40, is_on=False)
        make_rule(omid, condition="below", bound=40)
        omid.is_active = False
        omid.save()
        company(sara, 45, 35)

        assert judge_rules(at=AT) == 0

    def test_one_that_fails_stops_no_other(self, sara):
        make_rule(sara, grain="century")
        make_rule(sara, condition="below", bound=40)
        company(sara, 45, 35)

        assert judge_rules(at=AT) == 1

    def test_a_look_back_counts_crossings_of_ninety_days(self, sara):
        """From 3 July on the months end in July, August and September: 35, 45, 35 against 40 is two crossings."""
        company(sara, 45, 35, 45, 35)

        found = preview(make_rule(sara, condition="below", bound=40), AT.date(), Organization.current())

        assert [(each.value.period.key, each.value.value) for each in found] == [("2025-07", 35), ("2025-09", 35)]


def make_lead_count(count, at, **facts):
    found = Lead.objects.bulk_create(Lead(name="x", created_at=at, **facts) for _ in range(count))
    drain(at=AT)
    return [lead.pk for lead in found]


class TestMail:
    @pytest.fixture
    def alert(self, sara):
        sara.language, sara.calendar = "en", "gregorian"
        sara.save()
        make_rule(sara, condition="below", bound=40)
        company(sara, 45, 35)
        judge_rules(at=AT)
        return Alert.objects.get()

    def test_it_says_what_rang_in_the_readers_language(self, alert):
        assert send_mails(at=AT) == 1

        (message,) = mail.outbox
        assert (message.to, message.subject) == (
            ["sara@example.com"],
            "Alert: September 2025: Leads generated below 40; it is 35, before 45",
        )
        assert "/kpis/leads/?period=2025-09\n" in message.body
        assert re.fullmatch(f"<alert-{alert.pk}-[0-9a-f]{{32}}@localhost>", message.extra_headers["Message-ID"])

    def test_its_address_is_of_those_whom_the_rule_is_about(self, sara):
        fair = make_channel(slug="fair", name="Fair")
        rule = make_rule(sara, condition="below", bound=40, channel=fair)

        assert path_of(Alert(rule=rule, start=SEPTEMBER.start, **MONTH)) == f"/kpis/leads/?period=2025-09&channel={fair.pk}"

    @pytest.mark.parametrize("first", [SEPTEMBER.start + timedelta(days=n) for n in range(7)])
    def test_a_week_begins_on_the_day_on_which_the_companys_did(self, sara, first):
        alert = Alert(rule=make_rule(sara), start=first, calendar="gregorian", grain="week")

        assert (alert.period.start, alert.period.end) == (first, first + timedelta(days=6))
        assert path_of(alert).endswith(f"?period={first}%2FW")

    def test_it_is_sent_once_however_often_it_is_asked_for(self, alert):
        assert [send_mails(at=AT), send_mails(at=AT), judge_rules(at=AT), send_mails(at=AT)] == [1, 0, 0, 0]
        assert len(mail.outbox) == 1

    def test_where_the_server_cannot_be_reached_it_is_tried_again_later(self, alert, mail_server):
        mail_server.at_opening = ConnectionRefusedError("nobody there")
        send_mails(at=AT)
        alert.refresh_from_db()
        assert (alert.mail, alert.mail_tries, alert.mail_at) == ("due", 1, AT + timedelta(minutes=1))
        mail_server.at_opening = None

        assert send_mails(at=AT + timedelta(seconds=59)) == 0
        assert send_mails(at=AT + timedelta(minutes=1)) == 1

    def test_it_is_given_up_after_ten_tries_in_three_days(self, alert, mail_server):
        mail_server.at_opening = ConnectionRefusedError("nobody there")
        at = AT
        for _number in range(12):
            send_mails(at=at)
            alert.refresh_from_db()
            at = max(at, alert.mail_at)

        assert (alert.mail, alert.mail_tries) == ("failed", 10)
        assert timedelta(days=3) < at - AT < timedelta(days=4)

    @pytest.mark.parametrize(
        ("error", "state"),
        [
            (SMTPDataError(451, b"later"), "due"),
            (SMTPDataError(550, b"no"), "failed"),
            (SMTPServerDisconnected("gone"), "unknown"),
            (TimeoutError(), "unknown"),
        ],
    )
    def test_what_may_have_been_sent_is_not_sent_again(self, alert, mail_server, error, state):
        mail_server.at_sending = error
        send_mails(at=AT)
        mail_server.at_sending = None

        alert.refresh_from_db()
        assert alert.mail == state
        assert send_mails(at=AT + timedelta(hours=1)) == (1 if state == "due" else 0)

    def test_a_sender_that_died_leaves_a_mail_that_nobody_sends_twice(self, alert):
        Alert.objects.update(mail="sending", mail_at=AT)

        assert send_mails(at=AT + timedelta(minutes=14)) == 0
        assert send_mails(at=AT + timedelta(minutes=16)) == 0
        assert list(Alert.objects.values_list("mail", flat=True)) == ["unknown"]

    @pytest.mark.parametrize(
        ("backend", "text"), [("locmem", "e-mail sent"), ("filebased", "e-mail kept by the server: none is sent")]
    )
    def test_what_became_of_it_is_said_truly_where_there_is_no_server(self, settings, tmp_path, alert, backend, text):
        settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = f"django.core.mail.backends.{backend}.EmailBackend", tmp_path
        send_mails(at=AT)

        alert.refresh_from_db()
        assert alert.get_mail_display() == text

    def test_without_a_wish_for_mail_there_is_none(self, sara):
        make_rule(sara, condition="below", bound=40, by_email=False)
        company(sara, 45, 35)
        judge_rules(at=AT)

        assert (send_mails(at=AT), Alert.objects.unread().count()) == (0, 1)


class TestTwoAtOnce:
    """Commits are real here: a second session stands beside the one that judges or sends."""

    def test_a_mail_that_is_being_taken_is_left_to_its_sender(self, live):
        rule = make_rule(User.objects.create_user("sara@example.com"), condition="below", bound=40)
        facts = {"calendar": "gregorian", "grain": "month", "condition": "below", "bound": 40, "value": 35, "version": 1}
        alert = Alert.objects.create(rule=rule, start=SEPTEMBER.start, raised_at=AT, mail="due", mail_at=AT, **facts)

        with session() as sender:
            sender.execute("SELECT FROM kpis_alert WHERE id = %s FOR UPDATE", [alert.pk])
            assert send_mails(at=AT) == 0

        assert [send_mails(at=AT), send_mails(at=AT)] == [1, 0]

    def test_two_that_judge_at_the_same_time_tell_once(self, live):
        rule = make_rule(User.objects.create_user("sara@example.com"), condition="below", bound=40)
        now, before = value(35), value(45)

        with session() as first:
            first.execute("UPDATE kpis_alertrule SET is_ringing = true WHERE id = %s", [rule.pk])
            with at_the_same_time(lambda: ring(rule, now, before, is_beyond=True, today=AT.date(), at=AT)) as second:
                first.commit()

        assert (second.result(), Alert.objects.count()) == (False, 0)
