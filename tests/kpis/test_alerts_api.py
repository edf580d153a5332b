"""Alerts through the API."""

from decimal import Decimal

import pytest

from crm.services import create_token
from kpis.models import AlertRule
from kpis.services import judge_rules
from tests.api_client import Api
from tests.kpis.test_alerts import AT, company, make_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(browse, now):
    def of(user):
        token, token.secret = create_token(user, scopes=["alerts:read", "alerts:write"], at=now, name="bells")
        return Api(browse(), token)

    return of


class TestApi:
    SENT = {"kpi": "churn_rate", "condition": "above", "bound": "0.05", "grain": "month"}

    def test_a_rule_is_made_changed_and_read_with_its_history(self, api, sara, omid):
        made = api(sara).post("/alerts/", self.SENT)
        row = api(sara).patch(f"/alerts/{made.json()['id']}/", {"bound": "0.04", "muted_until": "2025-10-01"}).json()

        assert made.status_code == 201
        names = (
            "kpi",
            "scope",
            "condition",
            "bound",
            "calendar",
            "grain",
            "by_email",
            "muted_until",
            "is_on",
            "is_ringing",
            "history",
        )
        assert {name: row[name] for name in names} == {
            "kpi": "churn_rate",
            "scope": "company",
            "condition": "above",
            "bound": "0.04",
            "calendar": "gregorian",
            "grain": "month",
            "by_email": True,
            "muted_until": "2025-10-01",
            "is_on": True,
            "is_ringing": False,
            "history": [],
        }
        told = [
            api(sara).patch(f"/alerts/{made.json()['id']}/", sent).json()["recipients"]
            for sent in ({"recipients": [omid.email]}, {"bound": "0.03"}, {"recipients": []})
        ]
        assert told == [[omid.email], [omid.email], []]
        assert api(omid).get("/alerts/").json()["results"] == []
        assert AlertRule.objects.get(user=omid).bound == Decimal("0.03")
        api(sara).patch(f"/alerts/{made.json()['id']}/", {"recipients": [omid.email]})
        unseen = api(sara).patch(f"/alerts/{made.json()['id']}/", {"kpi": "cost_per_lead", "bound": 5}).json()
        assert [(each["pointer"], each["code"]) for each in unseen["errors"]] == [("/recipients", "not-allowed")]

    def test_the_history_tells_each_crossing(self, api, sara):
        rule = make_rule(sara, condition="below", bound=40)
        company(sara, 45, 35)
        judge_rules(at=AT)

        (crossing,) = api(sara).get(f"/alerts/{rule.pk}/").json()["history"]

        assert {
            name: crossing[name] for name in ("period", "value", "before", "condition", "bound", "is_muted", "read_at", "mail")
        } == {
            "period": "2025-09",
            "value": "35",
            "before": "45",
            "condition": "below",
            "bound": "40",
            "is_muted": False,
            "read_at": None,
            "mail": "due",
        }

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            ({"kpi": "nonsense"}, ("/kpi", "invalid-choice")),
            ({"condition": "beside"}, ("/condition", "invalid-choice")),
            ({"condition": "rises", "bound": "-0.1"}, ("/bound", "out-of-range")),
            ({"grain": "year"}, ("/grain", "invalid-choice")),
            ({"team": "Nobody"}, ("/team", "invalid-reference")),
            ({"kpi": "revenue", "bound": "1.5"}, ("/bound", "precision")),
            ({"recipients": ["nobody@example.com"]}, ("/recipients/0", "invalid-reference")),
            ({"kpi": "leads", "recipients": ["hana@example.com"]}, ("/recipients/0", "not-allowed")),
        ],
    )
    @pytest.mark.usefixtures("hana")
    def test_what_is_wrong_is_named(self, api, sara, change, fault):
        answer = api(sara).post("/alerts/", self.SENT | change)

        assert (answer.status_code, [(each["pointer"], each["code"]) for each in answer.json()["errors"]]) == (400, [fault])
        assert AlertRule.objects.count() == 0

    def test_everybody_has_their_own(self, api, sara, omid):
        mine, others = make_rule(omid), make_rule(sara)

        assert [row["id"] for row in api(omid).get("/alerts/").json()["results"]] == [mine.pk]
        for method in ("get", "patch", "delete"):
            assert api(omid).send(method, f"/alerts/{others.pk}/", '{"bound": 1}').status_code == 404
        known = self.SENT | {"source": "shop", "external_id": "7"}
        AlertRule.objects.filter(pk=mine.pk).update(source="shop", external_id="7")
        assert api(sara).post("/alerts/", known).json()["errors"][0]["pointer"] == "/external_id"
        assert api(omid).send("delete", f"/alerts/{mine.pk}/", b"").status_code == 204
        assert list(AlertRule.objects.all()) == [others]
