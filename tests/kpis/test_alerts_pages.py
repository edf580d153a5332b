"""The pages of alerts, and the bell."""

from calendar import MONDAY
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone

from crm.mails import send_mails
from crm.models import Organization, User
from kpis.engine import drain
from kpis.models import Alert, AlertRule
from kpis.readings.bells import path_of
from kpis.services import judge_rules, mark_alerts_read
from leads.models import Lead
from tests.factories.kpis import tehran
from tests.factories.leads import make_lead
from tests.kpis.test_alerts import AT, company, make_rule
from tests.toasts import toasts

pytestmark = pytest.mark.django_db


class TestPages:
    def test_a_rule_is_made_with_the_readers_units(self, browse, sara):
        data = {"kpi": "churn_rate", "condition": "above", "bound": "۵٪", "grain": "month", "by_email": "on", "of": ""}

        assert browse(sara).post("/alerts/new/", data).status_code == 302

        rule = AlertRule.objects.get()
        assert (rule.user, rule.bound, rule.calendar, rule.by_email) == (sara, Decimal("0.05"), "gregorian", True)
        page = browse(sara).get(f"/alerts/{rule.pk}/edit/")
        assert page.context["form"].initial["bound"] == "5"

    @pytest.mark.parametrize(("kpi", "bound"), [("revenue", "0.2"), ("churn_rate", "0.2"), ("nps", "20")])
    def test_a_change_is_typed_in_per_cent_or_points(self, browse, sara, kpi, bound):
        browse(sara).post("/alerts/new/", {"kpi": kpi, "condition": "falls", "bound": "20", "grain": "week", "of": ""})

        assert AlertRule.objects.get().bound == Decimal(bound)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"bound": "x"}, "bound"),
            ({"bound": ""}, "bound"),
            ({"bound": "-3", "condition": "falls"}, "bound"),
            ({"kpi": "x"}, "kpi"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(self, browse, sara, change, field):
        data = {"kpi": "leads", "condition": "above", "bound": "7", "grain": "month", "of": ""} | change

        answer = browse(sara).post("/alerts/new/", data)

        assert list(answer.context["form"].errors) == [field]
        assert AlertRule.objects.count() == 0

    def test_a_kpi_that_knows_no_owner_is_not_narrowed_to_one(self, browse, sara, omid):
        data = {"kpi": "cost_per_lead", "condition": "above", "bound": "7", "grain": "month", "of": f"owner:{omid.pk}"}

        assert list(browse(sara).post("/alerts/new/", data).context["form"].errors) == ["of"]

    def test_a_look_back_writes_nothing(self, browse, sara):
        data = {"kpi": "leads", "condition": "above", "bound": "7", "grain": "month", "of": "", "preview": "1"}

        answer = browse(sara).post("/alerts/new/", data)

        assert answer.context["preview_text"] == "In the last 90 days this would not have rung."
        assert AlertRule.objects.count() == 0

    def test_a_look_back_says_what_it_was_last(self, browse, sara):
        month_end = Organization.current().day_of(timezone.now()).replace(day=1) - timedelta(days=1)
        Lead.objects.bulk_create(Lead(name="x", created_at=tehran(month_end.year, month_end.month, 9)) for _ in range(3))
        drain(at=timezone.now())
        data = {"kpi": "leads", "condition": "above", "bound": "7", "grain": "month", "of": "", "preview": "1"}

        answer = browse(sara).post("/alerts/new/", data)
        make_lead(at=tehran(month_end.year, month_end.month, 9))
        marked = browse(sara).post("/alerts/new/", data)

        told = f"In the last complete period, {month_end:%B %Y}, it was 3."
        assert (answer.context["preview_last"], marked.context["preview_last"]) == (told, f"{told} (being updated)")

    def test_the_bell_counts_what_nobody_has_looked_at(self, browse, sara):
        make_rule(sara, condition="below", bound=40)
        company(sara, 45, 35)
        judge_rules(at=AT)
        client = browse(sara)

        before = client.get("/alerts/bell/").context["count"]
        client.post("/alerts/read/")

        assert (before, client.get("/alerts/bell/").context["count"]) == (1, 0)
        assert mark_alerts_read(sara, at=AT) == 0

    def test_what_rang_of_a_week_is_shown_by_the_week_that_has_its_first_day_now(self, browse, sara):
        saturday = Alert(rule=make_rule(sara), start=date(2025, 9, 6), calendar="gregorian", grain="week")
        Organization.objects.update(week_start=MONDAY)

        shown = browse(sara).get(f"{path_of(saturday)}&compare=2025-08-30/W")
        refused = browse(sara).get("/kpis/leads/", {"period": "2025-09/W"})

        assert (shown.status_code, shown.context["steps"]["label"]) == (200, "Week of 1 September 2025")
        assert refused.status_code == 400

    def test_what_rang_stands_in_the_overview_until_it_was_looked_at(self, browse, sara, omid):
        make_rule(sara, condition="below", bound=40)
        company(sara, 45, 35)
        judge_rules(at=AT)

        (alarm,) = browse(sara).get("/kpis/").context["alarms"]
        others = browse(omid).get("/kpis/").context["alarms"]
        mark_alerts_read(sara, at=AT)

        assert (alarm["url"].partition("?")[0], others) == ("/kpis/leads/", [])
        assert "below 40; it is 35, before 45" in alarm["text"]
        assert browse(sara).get("/kpis/").context["alarms"] == []

    def test_who_else_is_told_is_chosen_among_those_who_may_see_it(self, browse, sara, omid, hana):
        """Omid may switch his off, and see who made it; support sees no leads, and Omid nothing of another team."""
        client, data = (
            browse(sara),
            {"kpi": "leads", "condition": "above", "bound": "7", "grain": "month", "by_email": "on", "of": ""},
        )

        refused = client.post("/alerts/new/", data | {"readers": [omid.pk, hana.pk]}).context["form"]
        of_hana = client.post("/alerts/new/", data | {"readers": [omid.pk], "of": f"owner:{hana.pk}"}).context["form"]
        token = {"token": client.get("/alerts/new/").context["form"].initial["token"]}
        for _ in range(2):  # sent twice it is one
            client.post("/alerts/new/", data | token | {"readers": [omid.pk]})

        assert refused.errors["readers"] == [f"May not see this KPI: {hana}"]
        assert of_hana.errors["readers"] == [f"May not see this KPI: {omid}"]
        mine, shared = AlertRule.objects.order_by("pk")
        assert (shared.user, shared.shared_from, shared.by_email) == (omid, mine, True)
        (row,) = client.get("/alerts/").context["rules"]
        assert row["told"] == [(omid, True)]
        assert f"from {sara}" in browse(omid).get("/alerts/").content.decode()
        client.post(f"/alerts/{mine.pk}/switch/")
        (row,) = browse(omid).get("/alerts/").context["rules"]
        assert (row["rule"].is_on, row["rule"].goes_on) == (True, False)
        User.objects.filter(pk=omid.pk).update(is_active=False)  # not to be chosen any more, and taken off by nobody
        client.post(f"/alerts/{mine.pk}/edit/", data | {"bound": "8"})
        User.objects.filter(pk=omid.pk).update(is_active=True)
        client.post(f"/alerts/{mine.pk}/switch/")
        (row,) = browse(omid).get("/alerts/").context["rules"]
        assert (row["rule"].bound, row["rule"].goes_on) == (8, True)
        answers = [
            browse(omid).post(f"/alerts/{shared.pk}/{what}/").status_code for what in ("edit", "remove", "restore", "switch")
        ]
        assert answers == [404, 404, 404, 302]
        (row,) = client.get("/alerts/").context["rules"]
        assert row["told"] == [(omid, False)]
        client.post(f"/alerts/{mine.pk}/remove/")
        assert browse(omid).get("/alerts/").context["rules"] == []

    def test_muting_and_switching_are_for_ones_own(self, browse, sara, omid):
        mine, others = make_rule(omid), make_rule(sara)
        client = browse(omid)

        client.post(f"/alerts/{mine.pk}/mute/", {"days": "7"})
        client.post(f"/alerts/{mine.pk}/switch/")

        mine.refresh_from_db()
        assert (mine.muted_until is None, mine.is_on) == (False, False)
        for address in ("mute", "switch", "edit", "remove"):
            assert client.post(f"/alerts/{others.pk}/{address}/", {"days": "7"}).status_code == 404
        assert client.post(f"/alerts/{mine.pk}/mute/", {"days": "8"}).status_code == 400

    def test_one_that_is_removed_goes_with_what_it_rang_and_comes_back_with_it(self, browse, sara, omid):
        rule = make_rule(sara, condition="below", bound=40)
        company(sara, 45, 35)
        judge_rules(at=AT)
        client = browse(sara)

        response = client.post(f"/alerts/{rule.pk}/remove/", follow=True)

        assert (response.context["rules"], response.context["rung"]) == ([], [])
        undo = f"/alerts/{rule.pk}/restore/"
        assert toasts(response) == [("The alert “Leads generated below 40” was deleted.", undo)]
        assert (judge_rules(at=AT + timedelta(days=31)), send_mails(at=AT), mail.outbox) == (0, 0, [])  # and keeps silent
        assert browse(omid).post(undo).status_code == 404

        response = client.post(undo, follow=True)

        assert [len(response.context[name]) for name in ("rules", "rung")] == [1, 1]

    def test_the_page_shows_ones_own_rules_and_crossings(self, browse, sara, omid):
        make_rule(sara, condition="below", bound=40)
        company(sara, 45, 35)
        judge_rules(at=AT)

        page = browse(sara).get("/alerts/")

        assert [row["sentence"] for row in page.context["rules"]] == ["Leads generated below 40"]
        assert [row["sentence"] for row in page.context["rung"]] == [
            "September 2025: Leads generated below 40; it is 35, before 45"
        ]
        assert browse(omid).get("/alerts/").context["rung"] == []
