"""Targets through the API."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from crm.services import create_token
from kpis.engine import drain
from kpis.models import Target
from tests.api_client import Api
from tests.factories.kpis import tehran
from tests.factories.leads import make_lead
from tests.kpis.test_targets import make_target

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(browse, now):
    def of(user, scopes=("targets:read", "targets:write", "kpis:read")):
        token, token.secret = create_token(user, scopes=list(scopes), at=now, name="plan")
        return Api(browse(), token)

    return of


class TestApi:
    def test_a_target_is_made_known_again_and_read(self, api, sara, omid):
        sent = {"kpi": "lead_conversion_rate", "period": "1404-Q3", "owner": "omid@example.com", "value": "0.28"}

        made, again = api(sara).post("/targets/", sent), api(sara).post("/targets/", sent | {"value": "0.3"})

        assert (made.status_code, again.status_code) == (201, 200)
        row = again.json()
        assert row["id"] == made.json()["id"]
        shown = {name: row[name] for name in ("kpi", "calendar", "grain", "period", "start", "end", "scope", "owner", "value")}
        assert shown == {
            "kpi": "lead_conversion_rate",
            "calendar": "jalali",
            "grain": "quarter",
            "period": "1404-Q3",
            "start": "2025-09-23",
            "end": "2025-12-21",
            "scope": "owner",
            "owner": "omid@example.com",
            "value": "0.3",
        }
        assert (row["team"], row["set_by"]) == (None, "sara@example.com")

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            ({"kpi": "nonsense"}, ("/kpi", "invalid-choice")),
            ({"period": "1404-07-01"}, ("/period", "invalid-period")),
            ({"period": "1404-13"}, ("/period", "invalid-period")),
            ({"period": "1300"}, ("/period", "date-out-of-range")),
            ({"calendar": "gregorian"}, ("/calendar", "inconsistent")),
            ({"grain": "year"}, ("/grain", "inconsistent")),
            ({"scope": "team"}, ("/team", "required")),
            ({"scope": "company", "team": "Sales"}, ("/scope", "inconsistent")),
            ({"team": "Sales", "owner": "omid@example.com"}, ("/owner", "inconsistent")),
            ({"team": "Nobody"}, ("/team", "invalid-reference")),
            ({"kpi": "revenue", "value": "10.5"}, ("/value", "precision")),
            ({"kpi": "cost_per_lead", "owner": "omid@example.com"}, ("/owner", "not-narrowed")),
            ({"value": "ten"}, ("/value", "invalid-amount")),
            ({"value": None}, ("/value", "wrong-type")),
        ],
    )
    def test_what_is_wrong_is_named(self, api, sara, omid, change, fault):
        answer = api(sara).post("/targets/", {"kpi": "leads", "period": "1404-07", "value": "10"} | change)

        assert answer.status_code == 400
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [fault]
        assert Target.objects.count() == 0

    @pytest.mark.parametrize("missing", ["kpi", "period", "value"])
    def test_what_is_missing_is_named(self, api, sara, missing):
        sent = {"kpi": "leads", "period": "1404-07", "value": "10"}
        del sent[missing]

        answer = api(sara).post("/targets/", sent)

        assert [each["pointer"] for each in answer.json()["errors"]] == [f"/{missing}"]

    def test_a_year_in_one_call(self, api, sara):
        items = [{"kpi": "leads", "period": f"1404-{month:02}", "value": month} for month in range(1, 13)]

        first = api(sara).post("/targets/bulk/", {"items": items}).json()["results"]
        second = api(sara).post("/targets/bulk/", {"items": [*items[:2], items[2] | {"value": 30}, *items[3:4] * 2]})

        assert {each["status"] for each in first} == {"created"}
        assert [each["status"] for each in second.json()["results"]] == ["unchanged", "unchanged", "updated", "error", "error"]
        assert Target.objects.count() == 12

    def test_a_rep_reads_and_does_not_set(self, api, omid, nima):
        mine, others = make_target(person=omid), make_target(person=nima)

        assert [row["id"] for row in api(omid).get("/targets/").json()["results"]] == [mine.pk]
        assert api(omid).post("/targets/", {"kpi": "leads", "period": "1404", "value": 1}).status_code == 403
        assert api(omid).patch(f"/targets/{mine.pk}/", {"value": 1}).status_code == 403
        assert api(omid).get(f"/targets/{others.pk}/").status_code == 404

    def test_who_leads_a_team_does_not_touch_the_companys(self, api, mina, omid):
        company, person = make_target(), make_target(person=omid)

        changed = [api(mina).patch(f"/targets/{row.pk}/", {"value": 7}).status_code for row in (company, person)]
        deleted = [api(mina).send("delete", f"/targets/{row.pk}/", b"").status_code for row in (company, person)]

        assert (changed, deleted) == ([400, 200], [403, 204])
        assert list(Target.objects.values_list("value", flat=True)) == [Decimal(100)]

    def test_a_hidden_kpi_is_hidden(self, api, hana):
        make_target("leads")

        assert api(hana).get("/targets/").json()["results"] == []

    def test_lists_are_narrowed(self, api, sara, omid):
        make_target(key="1404-07")
        make_target(key="1404", person=omid)
        make_target("revenue", key="2025-10", team=omid.team)

        def kpis(**parameters):
            return [(row["kpi"], row["period"]) for row in api(sara).get("/targets/", **parameters).json()["results"]]

        assert kpis(scope="company") == [("leads", "1404-07")]
        assert kpis(owner="omid@example.com") == [("leads", "1404")]
        assert kpis(period="2025-10") == kpis(team="Sales") == kpis(kpi="revenue") == [("revenue", "2025-10")]
        assert api(sara).get("/targets/", scope="planet").status_code == 400
        assert api(sara).get("/targets/", period="planet").status_code == 400

    def test_values_carry_their_targets(self, api, sara, omid):
        """2 of 4 leads: 50 %; Omid has 1 of his 5: 20 %."""
        make_target(figure="4")
        make_target(person=omid, figure="5")
        make_lead(at=tehran(2025, 9, 24), owner=omid)
        make_lead(at=tehran(2025, 9, 24))
        drain(at=datetime(2026, 1, 1, tzinfo=UTC))

        asked = {"calendar": "jalali", "from": "1404-06-01", "to": "1404-07-30", "by": "owner"}
        results = api(sara).get("/kpis/leads/values/", **asked).json()["results"]

        assert [row["target"] for row in results[:2]] == [
            None,
            {"value": "4", "attainment": "0.5", "expected": None, "standing": "missed"},
        ]
        assert [row["target"] for row in results if row["dimension"] and row["dimension"]["id"] == omid.pk] == [
            None,
            {"value": "5", "attainment": "0.2", "expected": None, "standing": "missed"},
        ]
