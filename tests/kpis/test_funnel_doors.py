"""The funnel of a cohort through its doors: the API, the page, the files, and who sees what."""

import csv
from io import StringIO

import pytest

from crm.services import create_token
from kpis.funnel import Step
from leads.models import Lead
from tests.api_client import Api
from tests.factories.funnel import later

pytestmark = pytest.mark.django_db


class TestDoors:
    @pytest.fixture
    def api(self, sara, browse, now):
        token, token.secret = create_token(sara, scopes=["kpis:read", "leads:read"], at=now, name="report")
        return Api(browse(), token)

    def test_the_api_tells_the_steps(self, api, eight):
        found = api.get("/reports/funnel/", period="1404-07", calendar="jalali").json()

        (cohort,) = found["results"]  # Wilson of 4 of 6
        assert (cohort["period"]["key"], cohort["dimension"], found["steps"]) == ("1404-07", None, list(Step.values))
        assert cohort["steps"][2] == {
            "step": "opportunity",
            "count": 4,
            "share_of_first": "0.5",
            "share_of_previous": "0.666666666667",
            "lower": "0.299993315138",
            "upper": "0.903228588894",
            "dropped": 2,
            "days_since_previous": "2",
            "days_since_first": "3.5",
            "reason": None,
        }

    def test_the_api_splits_and_filters(self, api, eight, omid):
        split = api.get("/reports/funnel/", period="1404-07", by="owner").json()["results"]
        alone = api.get("/reports/funnel/", period="1404-07", owner=omid.pk).json()["results"]
        days = api.get("/reports/funnel/", **{"from": "2025-09-01", "to": "2025-09-30", "grain": "week"}).json()["results"]

        assert [part["dimension"] and part["dimension"]["id"] for part in split] == [None, None, omid.pk]
        assert [step["count"] for step in alone[0]["steps"]] == [3, 2, 1, 1, 1, 1]
        assert sum(cohort["steps"][0]["count"] for cohort in days) == 9

    def test_the_api_lists_people(self, api, eight):
        asked = {"period": "1404-07", "step": "opportunity", "side": "dropped", "limit": 1}
        first = api.get("/reports/funnel/people/", **asked).json()
        second = api.get("/reports/funnel/people/", **asked, cursor=first["next"]).json()

        assert (first["total"], second["next"]) == (2, None)
        assert [row["label"] for row in first["results"] + second["results"]] == ["mql on day 2", "called on day 1"]
        assert first["results"][0]["moments"]["prospect"] == "2025-09-26T08:30:00+00:00"

    def test_who_may_not_see_leads_is_told_so(self, hana, browse, now, eight):
        token, token.secret = create_token(hana, scopes=["kpis:read"], at=now, name="report")
        api = Api(browse(), token)

        steps = api.get("/reports/funnel/", period="1404-07").json()["results"][0]["steps"]
        assert {(step["count"], step["reason"]) for step in steps} == {(None, "not_visible")}
        assert api.get("/reports/funnel/people/", period="1404-07", step="lead").status_code == 403
        assert "does not see" in browse(hana).get("/kpis/funnel/").content.decode()
        assert browse(hana).get("/kpis/funnel/csv/").status_code == 403

    @pytest.mark.parametrize(
        ("path", "parameters", "pointer"),
        [
            ("", {"period": "soon"}, "period"),
            ("", {"grain": "moon"}, "grain"),
            ("", {"by": "product"}, "by"),
            ("", {"owner": "x"}, "owner"),
            ("", {"from": "2010-01-01", "to": "2025-01-01"}, "from"),
            ("", {"month": "1"}, "month"),
            ("people/", {}, "step"),
            ("people/", {"step": "end"}, "step"),
            ("people/", {"step": "lead", "side": "dropped"}, "side"),
            ("people/", {"step": "lead", "cursor": "x"}, "cursor"),
            ("people/", {"step": "lead", "limit": "0"}, "limit"),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, api, path, parameters, pointer):
        answer = api.get(f"/reports/funnel/{path}", **parameters)

        assert answer.status_code == 400
        assert pointer in answer.content.decode()

    def test_the_page(self, browse, sara, eight):
        page = browse(sara).get("/kpis/funnel/?period=1404-07&step=opportunity&side=dropped&compare=none")

        rows = page.context["steps_of_funnel"]
        assert [(row["count"], row["of_first"], row["of_previous"], row["dropped"]) for row in rows] == [
            ("8", "100.0%", "—", ""),
            ("6", "75.0%", "75.0%", "2"),
            ("4", "50.0%", "66.7%", "2"),
            ("3", "37.5%", "75.0%", "1"),
            ("2", "25.0%", "66.7%", "1"),
            ("1", "12.5%", "50.0%", "1"),
        ]
        assert rows[2]["since_previous"] == "2.0 days"
        assert [row["label"] for row in page.context["people"]] == ["mql on day 2", "called on day 1"]
        assert page.context["people_title"] == "Dropped out before: Opportunity"

    def test_the_page_has_the_three_numbers_it_is_judged_by(self, browse, sara, eight):
        page = browse(sara).get("/kpis/funnel/?period=1404-07&by=channel&step=quote")

        # Two quotes, of which one became an invoice; of eight leads that one, and one by its customer.
        judged = [[(card.name, card.value_html, card.url) for card in cards] for cards in page.context["judged"]]
        one_of_two, two, a_quarter = (f'<data value="{exact}">{shown}</data>' for exact, shown in (
            ("0.500000000000", "50.0"), ("2", "2"), ("0.250000000000", "25.0")
        ))  # fmt: skip
        assert judged[0] == [("Quote to invoice rate", one_of_two, "/kpis/quote_to_invoice_rate/?period=1404-07")]
        assert judged[1][0][::2] == ("Quote to invoice rate, by amount", "/kpis/quote_to_invoice_value_rate/?period=1404-07")
        assert [card[:2] for card in judged[2]] == [("Leads that reached an invoice", two), ("Lead to invoice rate", a_quarter)]

    def test_each_count_of_a_part_leads_to_its_people(self, browse, sara, omid, eight):
        for viewer, of_nobody in ((sara, 5), (omid, None)):
            client = browse(viewer)
            parts = client.get("/kpis/funnel/?period=1404-07&by=owner").context["parts"]
            counts = {part["label"]: [int(cell["count"]) for cell in part["cells"]] for part in parts}
            led_to = {
                part["label"]: [len(client.get(f"/kpis/funnel/{cell['url']}").context["people"]) for cell in part["cells"]]
                for part in parts
            }

            # Of Omid's: a missed call, an MQL, and one who bought.
            assert counts["Omid"] == [3, 2, 1, 1, 1, 1]
            assert [each[0] for label, each in counts.items() if label != "Omid"] == ([of_nobody] if of_nobody else [])
            assert {label: each[: sum(map(bool, counts[label]))] for label, each in led_to.items()} == {
                label: [count for count in each if count] for label, each in counts.items()
            }

    def test_what_waits_to_be_computed_is_said(self, api, browse, sara, eight):
        def is_said():
            words = "Some of these figures are being updated." in browse(sara).get("/kpis/funnel/").content.decode()
            return words, api.get("/reports/funnel/", period="1404-07").json()["stale"]

        assert is_said() == (False, False)
        Lead.objects.filter(name="nothing").update(mql_at=later(1))
        assert is_said() == (True, True)

    def test_the_strip_of_the_overview_is_the_same_funnel(self, browse, sara, eight):
        client = browse(sara)
        strip = client.get("/kpis/?period=1404-07&funnel=cohort").context["funnel"]["steps"]
        rows = client.get("/kpis/funnel/?period=1404-07").context["steps_of_funnel"]

        assert [step["count_text"] for step in strip] == [row["count"] for row in rows]

    def test_the_files(self, browse, sara, eight):
        def read_file(what, query=""):
            answer = browse(sara).get(f"/kpis/funnel/csv/?period=1404-07&what={what}{query}")
            return list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

        assert [row[1:4] for row in read_file("steps")][1:4] == [
            ["lead", "8", "1"],
            ["prospect", "6", "0.75"],
            ["opportunity", "4", "0.5"],
        ]
        assert len(read_file("breakdown")) == 1 + 2 * 6
        assert [row[1] for row in read_file("people", "&step=invoice")] == ["Lead", "billed on day 5", "bought on day 6"]

    @pytest.mark.parametrize("query", ["by=product", "step=end", "step=lead&side=dropped", "after=x", "side=up", "period=x"])
    def test_the_page_refuses_what_it_does_not_know(self, browse, sara, query):
        assert browse(sara).get(f"/kpis/funnel/?{query}").status_code == 400
