"""The alarm of landing pages: it rings for each page by itself, once per crossing, for those who look at traffic."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from campaigns.models import Campaign, Session
from crm.mails import send_mails
from crm.models import Organization
from crm.services import create_token
from kpis.engine import drain
from kpis.models import Alert, AlertRule
from kpis.readings.alerts import preview
from kpis.services import judge_rules
from tests.api_client import Api
from tests.factories.campaigns import make_landing_page
from tests.factories.kpis import tehran
from tests.toasts import toasts

pytestmark = pytest.mark.django_db
KPI = "landing_page_conversion_rate"
SENT = {"kpi": KPI, "condition": "alarm", "grain": "month"}
FORM = {"kpi": "busy_page", "grain": "month", "of": "", "by_email": "on"}


def after(month):
    return datetime(2025, month + 1, 1, 6, tzinfo=UTC)


def watch(user, **facts):
    facts = {"calendar": "gregorian", "grain": "month", "by_email": True} | facts
    return AlertRule.objects.create(user=user, kpi=KPI, condition="alarm", **facts)


def visit(page, month, visitors, conversions, **facts):
    at = tehran(2025, month, 10)
    Session.objects.bulk_create(
        Session(started_at=at, landing_page=page, converted_at=at if number < conversions else None, **facts)
        for number in range(visitors)
    )


@pytest.fixture
def site():
    """Three pages of 10 visitors with 5 conversions in each month from July to October, and two busy ones.

    Of 40 visitors 4 are 10 %, whose upper bound is 23.1 %: below the middle, 50 %. 20 are 50 %.
    """
    pages = [make_landing_page(title=title) for title in ("Busy", "Other", "A", "B", "C")]
    for month, conversions in ((7, (20, 20)), (8, (4, 20)), (9, (4, 4)), (10, (20, 4))):
        for page, count in zip(pages, conversions, strict=False):
            visit(page, month, 40, count)
        for page in pages[2:]:
            visit(page, month, 10, 5)
    drain(at=after(10))
    return pages


def test_each_page_rings_once_and_again_after_it_has_left_the_alarm(sara, site):
    """Busy in August and September, the other in September and October; both in November."""
    rule, (busy, other, *_rest) = watch(sara), site
    rung = {}
    for month in (7, 8, 9, 10):
        rung[month] = [judge_rules(at=after(month)), judge_rules(at=after(month))]
    for page in (busy, other):
        visit(page, 11, 40, 4)
    for page in site[2:]:
        visit(page, 11, 10, 5)
    drain(at=after(11))

    assert rung == {7: [0, 0], 8: [1, 0], 9: [1, 0], 10: [0, 0]}
    assert AlertRule.objects.get(pk=rule.pk).ringing_pages == [other.pk]
    assert judge_rules(at=after(11)) == 1
    told = [
        (alert.landing_page, alert.period.key, alert.value, alert.before, alert.bound) for alert in Alert.objects.order_by("pk")
    ]
    tenth, half = Decimal("0.1"), Decimal("0.5")
    assert told == [
        (busy, "2025-08", tenth, half, half),
        (other, "2025-09", tenth, half, half),
        (busy, "2025-11", tenth, half, half),
    ]


def test_a_month_without_visits_says_nothing_and_another_question_begins_in_silence(browse, sara, site):
    rule = watch(sara)
    judge_rules(at=after(9))

    assert judge_rules(at=after(11)) == 0
    rule.refresh_from_db()
    assert (rule.is_ringing, rule.ringing_pages) == (True, sorted(page.pk for page in site[:2]))
    browse(sara).post(f"/alerts/{rule.pk}/edit/", FORM | {"grain": "quarter"})
    rule.refresh_from_db()
    assert (rule.grain, rule.is_ringing) == ("quarter", False)


def test_a_campaign_of_its_own_is_judged_among_its_visitors(sara, site):
    """All of the campaign's 40 visitors to the busy page stay away in October, half of those to the three others do not."""
    campaign = Campaign.objects.create(name="Sale")
    watch(sara, campaign=campaign)
    visit(site[0], 10, 40, 4, campaign=campaign)
    for page in site[2:]:
        visit(page, 10, 10, 5, campaign=campaign)
    drain(at=after(10))

    assert judge_rules(at=after(10)) == 1
    (alert,) = Alert.objects.all()
    assert (alert.landing_page, alert.value) == (site[0], Decimal("0.1"))


def test_it_is_told_in_the_app_and_by_mail_until_it_was_seen(browse, sara, mina, site):
    """Seen by the page, by the crossing, and by all; each by oneself."""
    for user in (sara, mina):
        user.language, user.calendar = "en", "gregorian"
        user.save()
    watch(sara)
    watch(mina, by_email=False)
    client, busy = browse(sara), site[0]
    told = "August 2025: many visitors and few conversions on \u2068Busy\u2069; 10.0% convert, on the page in the middle 50.0%"

    judge_rules(at=after(8))
    send_mails(at=after(8))

    (message,) = mail.outbox
    link = f"/kpis/landing-pages/{busy.pk}/?period=2025-08"
    assert (message.to, message.subject, f"{link}\n" in message.body) == (["sara@example.com"], f"Alert: {told}", True)
    assert client.get("/kpis/").context["alarms"] == [{"text": told, "url": link}]
    assert [row["sentence"] for row in client.get("/alerts/").context["rules"]] == [
        "A landing page with many visitors and few conversions"
    ]
    assert client.get(link).context["is_unseen"] is True
    assert client.post(f"/kpis/landing-pages/{busy.pk}/seen/", {"next": link}).url == link
    assert (client.get("/kpis/").context["alarms"], client.get(link).context["is_unseen"]) == ([], False)
    judge_rules(at=after(9))
    (mine,), (hers, _first) = (Alert.objects.visible_to(user).unread().order_by("-pk") for user in (sara, mina))
    assert [client.post(f"/alerts/{alert.pk}/seen/").status_code for alert in (mine, hers)] == [302, 404]
    assert [client.get("/alerts/bell/").context["count"], browse(mina).get("/alerts/bell/").context["count"]] == [0, 2]


def test_the_campaigns_page_has_the_levers_and_seen_beside_it(browse, sara, now, site):
    campaign = Campaign.objects.create(name="Sale", starts_on="2025-08-01", ends_on="2025-08-31")
    visit(site[0], 8, 1, 0, campaign=campaign)
    drain(at=after(8))
    watch(sara)
    judge_rules(at=after(8))
    client = browse(sara)

    (before,) = client.get(f"/campaigns/{campaign.pk}/").context["landings"]
    client.post(before["seen_url"])
    (seen,) = client.get(f"/campaigns/{campaign.pk}/").context["landings"]

    assert before["alarm_url"] == seen["alarm_url"] == f"/kpis/landing-pages/{site[0].pk}/"
    assert (before["seen_url"], seen["seen_url"]) == (f"/kpis/landing-pages/{site[0].pk}/seen/", "")


class TestForm:
    def test_it_is_chosen_in_the_place_of_a_kpi(self, browse, sara):
        client = browse(sara)

        answer = client.post("/alerts/new/", FORM, follow=True)

        rule = AlertRule.objects.get()
        assert (rule.kpi, rule.condition, rule.bound, rule.by_email) == (KPI, "alarm", None, True)
        assert toasts(answer)[0][0] == "The alert “A landing page with many visitors and few conversions” was saved."
        form = client.get(f"/alerts/{rule.pk}/edit/").context["form"]
        assert form.initial["kpi"] == "busy_page"
        # and may become another one, which needs a bound
        changed = FORM | {"kpi": "leads", "condition": "above", "bound": ""}
        assert list(client.post(f"/alerts/{rule.pk}/edit/", changed).context["form"].errors) == ["bound"]
        client.post(f"/alerts/{rule.pk}/edit/", changed | {"bound": "7"})
        rule.refresh_from_db()
        assert (rule.kpi, rule.condition, rule.bound) == ("leads", "above", 7)

    def test_it_is_for_those_who_look_at_traffic(self, browse, sara, omid):
        offered = dict(browse(omid).get("/alerts/new/").context["form"].fields["kpi"].choices)
        refused = browse(sara).post("/alerts/new/", FORM | {"readers": [omid.pk]}).context["form"]
        narrowed = browse(sara).post("/alerts/new/", FORM | {"of": f"owner:{omid.pk}"}).context["form"]
        watch(omid)

        assert "busy_page" not in offered
        assert (list(refused.errors), list(narrowed.errors)) == (["readers"], ["of"])
        assert judge_rules(at=after(9)) == 0

    def test_a_look_back_counts_each_page_by_itself(self, browse, sara, site):
        """From 3 August on the months end in August, September and October: Busy in the first, the other in the second."""
        found = preview(watch(sara), after(10).date(), Organization.current())

        assert [(each.page.title, each.value.period.key, each.value.value) for each in found] == [
            ("Busy", "2025-08", Decimal("0.1")),
            ("Other", "2025-09", Decimal("0.1")),
        ]


class TestApi:
    @pytest.fixture
    def api(self, browse, sara, now):
        token, token.secret = create_token(sara, scopes=["alerts:read", "alerts:write"], at=now, name="bells")
        return Api(browse(), token)

    def test_a_rule_has_no_bound_and_its_history_the_page(self, api, site):
        made = api.post("/alerts/", SENT)
        judge_rules(at=after(8))

        row = api.get(f"/alerts/{made.json()['id']}/").json()

        assert (made.status_code, row["condition"], row["bound"], row["is_ringing"]) == (201, "alarm", None, True)
        (crossing,) = row["history"]
        names = ("period", "landing_page", "value", "before", "bound")
        assert [crossing[name] for name in names] == ["2025-08", site[0].pk, "0.1", "0.5", "0.5"]
        # another question with a bound of its own, and back
        bare = api.patch(f"/alerts/{row['id']}/", {"condition": "below"}).json()
        assert [(each["pointer"], each["code"]) for each in bare["errors"]] == [("/bound", "required")]
        answers = [api.patch(f"/alerts/{row['id']}/", sent).json() for sent in ({"condition": "below", "bound": "0.2"}, SENT)]
        assert [(each["bound"], each["is_ringing"]) for each in answers] == [("0.2", False), (None, False)]

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            ({"kpi": "leads"}, ("/condition", "inconsistent")),
            ({"bound": "0.2"}, ("/bound", "inconsistent")),
            ({"condition": "below"}, ("/bound", "required")),
        ],
    )
    def test_what_is_wrong_is_named(self, api, change, fault):
        answer = api.post("/alerts/", SENT | change)

        assert (answer.status_code, [(each["pointer"], each["code"]) for each in answer.json()["errors"]]) == (400, [fault])


def test_the_database_wants_a_bound_of_all_others_and_none_of_it(sara):
    for condition, bound in (("alarm", Decimal(1)), ("below", None)):
        with pytest.raises(IntegrityError, match="kpis_alertrule_bound"), transaction.atomic():
            AlertRule.objects.create(user=sara, kpi=KPI, condition=condition, bound=bound, calendar="jalali", grain="month")
