"""Loyalty in word and in deed, NPS by season, and the index of reports: worked examples, the API, pages and files."""

import csv
from datetime import date
from io import StringIO

import pytest
from django.db import connection

from crm.periods import Calendar, Grain
from crm.services import create_token
from customers.models import Answer, Invitation, Survey
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from kpis.engine import drain
from kpis.glances import SCORES
from kpis.loyalty import Loyalty
from kpis.readings import Query, read
from kpis.readings.loyalty import LoyaltyMatrix
from kpis.readings.promoters import answers_of, change, stored_answers
from tests.api_client import Api
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW, periods_of

TODAY = date(2025, 10, 1)


def said(survey, score, customer=None, on=(2025, 9, 24), **facts):
    asked = Survey.objects.get(slug=survey)
    return Answer.objects.create(survey=asked, customer=customer, score=score, answered_at=tehran(*on), **facts)


def bought(name, *days, **facts):
    customer = make_customer(name=name, **facts)
    for day in days:
        make_order(customer=customer, placed_at=tehran(*day))
    return customer


def rows_of(answer):
    return list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


@pytest.fixture
def seven(omid):
    """Mehr 1404 begins on 23 September; each customer's last answer in it, and whether they came back by its end."""
    said("loyalty", 5, bought("true", (2025, 1, 1), (2025, 9, 1), owner=omid))
    changed = bought("true after all", (2024, 1, 1), (2024, 12, 31))  # exactly 365 days: 2024 has 366
    said("loyalty", 1, changed, (2025, 9, 23))
    said("loyalty", 4, changed, (2025, 9, 25))  # the last answer stands
    said("loyalty", 4, bought("latent", (2025, 1, 1)))
    said("loyalty", 5, bought("latent, came back late", (2024, 1, 1), (2025, 1, 1)), (2025, 9, 26))  # 366 days
    said("loyalty", 4, bought("latent, not yet back", (2025, 9, 1), (2025, 10, 24)))  # Aban, after the period
    said("loyalty", 3, bought("spurious", (2025, 1, 1), (2025, 1, 2), owner=omid))
    said("loyalty", 2, make_customer(name="none"))
    said("loyalty", 5)  # of nobody known
    said("loyalty", 1, bought("of Shahrivar", (2025, 1, 1)), (2025, 9, 22))
    said("loyalty", 5, make_customer(name="a test", is_test=True))
    said("csat", 5, make_customer(name="asked something else"))
    drain(at=NOW)


def mehr():
    return periods_of(Calendar.JALALI, Grain.MONTH, date(2025, 9, 23), date(2025, 9, 23))


def matrix(**query):
    return LoyaltyMatrix(Query(mehr(), date(2025, 11, 1), **query))


@pytest.mark.django_db
class TestLoyalty:
    def test_everybody_who_answered_stands_in_one_cell(self, seven):
        found = matrix()

        assert {name: cell.count for name, cell in found.cells.items()} == {"true": 2, "latent": 3, "spurious": 1, "none": 1}
        assert (found.total, found.nameless, str(found.cells[Loyalty.TRUE].share)[:6]) == (7, 1, "0.2857")
        assert [member.customer.name for member in found.people(Loyalty.LATENT)] == [
            "latent",
            "latent, came back late",
            "latent, not yet back",
        ]
        assert [(member.customer.name, member.score) for member in found.everybody(Loyalty.TRUE, page=1)] == [
            ("true", 5),
            ("true after all", 4),
        ]
        assert len(found.people()) == 7

    def test_a_rep_is_shown_their_own(self, seven, omid):
        found = matrix(viewer=omid)

        assert {name: cell.count for name, cell in found.cells.items()} == {"true": 1, "latent": 0, "spurious": 1, "none": 0}
        assert (found.nameless, found.total) == (0, 2)
        assert matrix(filters={Dimension.OWNER: omid.pk}).cells == found.cells

    def test_the_matrix_of_nobody(self):
        assert {cell.share for cell in matrix().cells.values()} == {None}


PLAIN = """
WITH last_answer AS (
    SELECT DISTINCT ON (a.customer_id) a.customer_id, a.score
      FROM customers_answer a JOIN customers_survey s ON s.id = a.survey_id JOIN customers_customer c ON c.id = a.customer_id
     WHERE s.kind = 'loyalty' AND NOT c.is_test AND NOT c.is_spam
       AND (a.answered_at AT TIME ZONE 'Asia/Tehran')::date BETWEEN %(first)s AND %(last)s
     ORDER BY a.customer_id, a.answered_at DESC, a.id DESC),
bought AS (
    SELECT DISTINCT o.customer_id, (o.placed_at AT TIME ZONE 'Asia/Tehran')::date AS day FROM customers_order o
     WHERE o.status IN ('paid', 'fulfilled')),
placed AS (SELECT customer_id, min(day) AS day FROM bought GROUP BY 1)
SELECT a.score > 3, EXISTS (
           SELECT FROM placed p JOIN bought b USING (customer_id)
            WHERE p.customer_id = a.customer_id AND b.day > p.day AND b.day - p.day <= 365 AND b.day <= %(last)s), count(*)
  FROM last_answer a GROUP BY 1, 2
"""


@pytest.mark.slow
def test_three_years_of_loyalty_against_plain_sql(history):
    cells = {(True, True): "true", (True, False): "latent", (False, True): "spurious", (False, False): "none"}
    for period in periods_of(Calendar.JALALI, Grain.YEAR, date(2022, 3, 21), date(2025, 9, 1)):
        last = min(period.end, TODAY)
        with connection.cursor() as cursor:
            cursor.execute(PLAIN, {"first": period.start, "last": last})
            plain = {cells[likes, returned]: count for likes, returned, count in cursor.fetchall()}
        found = LoyaltyMatrix(Query((period,), TODAY))

        assert {name.value: cell.count for name, cell in found.cells.items() if cell.count} == plain
        assert {name.value: len(list(found.everybody(name))) for name in found.cells if found.cells[name].count} == plain


@pytest.mark.slow
def test_three_years_of_nps_agree_with_the_kpi(history):
    query = Query(periods_of(Calendar.JALALI, Grain.QUARTER, date(2022, 3, 21), date(2025, 9, 1)), TODAY)
    told = read([CATALOGUE["nps"]], query)["nps"].total

    found = [
        (one.promoters - one.detractors, one.count, one.score and round(one.score, 12), *(one.interval or (None, None)))
        for one in answers_of(query)
    ]
    assert found == [(v.numerator, v.denominator, v.value, v.lower, v.upper) for v in told]


@pytest.fixture
def seasons():
    """Spring 1404: 7 promoters, 2 passives, 1 detractor → +60. Summer: 5, 3, 2 → +30. Autumn runs: one promoter."""
    for on, scores in (
        ((2025, 6, 21), [9] * 4 + [10] * 3 + [7, 8] + [6]),
        ((2025, 6, 22), [9] * 5 + [8] * 3 + [0, 5]),
        ((2025, 9, 24), [10]),
    ):
        for score in scores:
            said("nps", score, make_customer(), on)
    drain(at=NOW)


@pytest.mark.django_db
class TestSeasons:
    def test_summer_against_spring(self, seasons):
        found = answers_of(Query(periods_of(Calendar.JALALI, Grain.QUARTER, date(2025, 4, 1), TODAY), TODAY))

        assert [(one.promoters, one.passives, one.detractors) for one in found] == [(7, 2, 1), (5, 3, 2), (1, 0, 0)]
        assert ([one.score for one in found], [change(found, i) for i in range(3)]) == ([60, 30, 100], [None, -30, 70])
        # 60 ± 196 × √((0.8 − 0.36) / 10) = 60 ± 41.11, and 30 ± 196 × √((0.7 − 0.09) / 10) = 30 ± 48.41
        bounds = [tuple(round(float(bound), 2) for bound in one.interval) for one in found[:2]]
        assert bounds == [(18.89, 100), (-18.41, 78.41)]

    def test_the_overview_shows_who_is_behind_each_score_as_it_is_stored(self, seasons, browse, sara, omid):
        """Of ten in summer and in spring 2 and 1 would warn others: shares of 20, 30, 50 and of 10, 20, 70."""
        query = Query(periods_of(Calendar.JALALI, Grain.QUARTER, date(2025, 4, 1), TODAY), TODAY)
        rows = browse(sara).get("/kpis/?period=1404-Q2").context["promoters"]["bars"]
        own = browse(omid).get("/kpis/?period=1404-Q2").context["promoters"]["bars"]

        assert stored_answers(query) == answers_of(query)
        assert [(row["score"], [part["percent"] for part in row["parts"]], row["is_small"]) for row in rows[:3]] == [
            ("+30", [20, 30, 50], True),
            ("+60", [10, 20, 70], True),
            ("—", [0, 0, 0], True),
        ]
        assert rows[0]["url"] == "/kpis/nps/?period=1404-Q2"
        assert {row["score"] for row in own} == {"—"}  # nobody that Omid sees has answered
        assert browse(sara).get("/kpis/?period=1404-Q2&channel=null").context["promoters"] is None

    def test_the_screen_and_the_paper_show_the_same(self, seasons, browse, sara, printed):
        page = browse(sara).get("/kpis/?period=1404-Q2&tv=1")
        browse(sara).get("/kpis/overview/pdf/?period=1404-Q2")

        (last,), _place = page.context["screens"][-1]
        assert [row["score"] for row in last["promoters"]["bars"]][:3] == ["+30", "+60", "—"]
        assert "/kpis/nps/" not in page.content.decode()  # nothing on a screen leads anywhere
        start = printed.index("NPS by period")
        told = "+60 in Spring 1404, +30 in Summer 1404; highest +60 in Spring 1404."
        assert printed[start + 1 : start + 7] == [told, *map(str, SCORES.values()), "Summer 1404", "+30 · 10 answers"]

    def test_the_gregorian_quarters_are_others(self, seasons):
        found = answers_of(Query(periods_of(Calendar.GREGORIAN, Grain.QUARTER, date(2025, 4, 1), TODAY), TODAY))

        assert [(one.period.key, one.count) for one in found] == [("2025-Q2", 20), ("2025-Q3", 1), ("2025-Q4", 0)]

    def test_the_api(self, seasons, sara, browse, now):
        token, token.secret = create_token(sara, scopes=["kpis:read"], at=now, name="report")
        body = Api(browse(), token).get("/reports/nps/", period="1404-Q2").json()

        assert body["grain"] == "quarter"
        (summer,) = body["results"]
        assert {name: summer[name] for name in ("promoters", "passives", "detractors", "answers", "value", "reason")} == {
            "promoters": 5,
            "passives": 3,
            "detractors": 2,
            "answers": 10,
            "value": "30",
            "reason": None,
        }

    def test_the_page_and_the_file_by_season(self, seasons, browse, sara):
        sara.calendar = "jalali"
        sara.save()
        page = browse(sara).get("/kpis/nps-seasons/?period=1404-06")
        rows = rows_of(browse(sara).get("/kpis/nps-seasons/csv/?period=1404-06"))

        # Of fewer than thirty answers it says so, as the card does; where nobody answered there is nothing to say it of.
        assert [(row["label"], row["score"], row["change"], row["sample"]) for row in page.context["rows"][:3]] == [
            ("Summer 1404", "+30.0", "−30.0", "Small sample (n = 10)"),
            ("Spring 1404", "+60.0", "—", "Small sample (n = 10)"),
            ("Winter 1403", "—", "—", ""),
        ]
        assert "Small sample (n = 10)" in page.content.decode()
        assert [row[4:5] + row[7:] for row in rows[-2:]] == [
            ["60", "", "10", "7", "2", "1", "0", "0", "0", "1"],
            ["30", "-30", "10", "5", "3", "2", "0", "0", "0", "1"],
        ]

    def test_the_page_has_the_response_rate_and_what_was_said(self, seasons, browse, sara, omid):
        """Of summer three invitations to the NPS survey arrived, one of which was answered; another is to another survey."""
        surveys = {
            kind: Survey.objects.get_or_create(slug=kind, defaults={"kind": kind, "name": kind})[0] for kind in ("nps", "csat")
        }
        buyer, moment = make_customer(), tehran(2025, 7, 1)
        for kind, answered_at in (("nps", moment), ("nps", None), ("nps", None), ("csat", moment)):
            facts = {"sent_at": moment, "delivered_at": moment, "answered_at": answered_at}
            Invitation.objects.create(survey=surveys[kind], customer=buyer, **facts)
        Answer.objects.filter(score=0).update(comment="دیر رسید")
        Answer.objects.filter(score=10, answered_on__lt="2025-06-22").update(comment="Fine")
        drain(at=NOW)

        page, own = (browse(user).get("/kpis/nps-seasons/?period=1404-06").context for user in (sara, omid))
        assert [row["response"] for row in page["rows"][:2]] == [("33.3%", "1 of 3"), ("—", "")]
        assert rows_of(browse(sara).get("/kpis/nps-seasons/csv/?period=1404-06"))[-1][-3:-1] == ["3", "1"]
        assert [(one["comment"], one["score"]) for one in page["comments"]] == [("دیر رسید", "0")]
        assert (own["rows"][0]["response"], own.get("comments")) == (("—", ""), None)

    def test_summer_against_spring_is_five_clicks_away(self, seasons, browse, sara):
        """From any page: KPIs, Reports, NPS by season, Seasons as CSV: four."""
        client = browse(sara)
        overview, index = client.get("/kpis/").content.decode(), client.get("/reports/").content.decode()
        season = client.get("/kpis/nps-seasons/").content.decode()

        assert 'href="/reports/"' in overview
        assert 'href="/kpis/nps-seasons/"' in index
        assert "/kpis/nps-seasons/csv/" in season


@pytest.mark.django_db
class TestDoors:
    @pytest.fixture
    def api(self, sara, browse, now):
        token, token.secret = create_token(sara, scopes=["kpis:read", "customers:read"], at=now, name="report")
        return Api(browse(), token)

    def test_the_api(self, api, seven):
        found = api.get("/reports/loyalty/", period="1404-07", loyalty="true", limit=1).json()
        rest = api.get("/reports/loyalty/", period="1404-07", loyalty="true", cursor=found["next"]).json()

        assert (found["customers"], found["anonymous"], rest["next"]) == (7, 1, None)
        assert [(cell["loyalty"], cell["customers"]) for cell in found["cells"]] == [
            ("true", 2),
            ("latent", 3),
            ("spurious", 1),
            ("none", 1),
        ]
        assert [(row["label"], row["second_order_on"]) for row in found["results"] + rest["results"]] == [
            ("true", "2025-09-01"),
            ("true after all", "2024-12-31"),
        ]

    @pytest.mark.parametrize(
        ("path", "parameters", "pointer"),
        [
            ("loyalty", {"period": "soon"}, "period"),
            ("loyalty", {"loyalty": "some"}, "loyalty"),
            ("loyalty", {"owner": "x"}, "owner"),
            ("loyalty", {"cursor": "x"}, "cursor"),
            ("nps", {"grain": "moon"}, "grain"),
            ("nps", {"from": "1990-01-01", "grain": "day", "to": "1990-06-01"}, "from"),
            ("nps", {"channel": "1"}, "channel"),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, api, path, parameters, pointer):
        answer = api.get(f"/reports/{path}/", **parameters)

        assert answer.status_code == 400
        assert pointer in answer.content.decode()

    def test_the_page_and_its_file(self, browse, sara, seven):
        page = browse(sara).get("/kpis/loyalty/?period=1404-07&loyalty=spurious")
        rows = rows_of(browse(sara).get("/kpis/loyalty/csv/?period=1404-07&loyalty=spurious"))

        assert [[cell["count"] for cell in row["cells"]] for row in page.context["rows"]] == [["2", "3"], ["1", "1"]]
        assert [row["customer"].name for row in page.context["people"]] == ["spurious"]
        assert [(row[1], *row[5:]) for row in rows[1:]] == [
            ("spurious", "Spurious loyalty", "3", "2025-09-24", "2025-01-01", "2025-01-02"),
        ]

    def test_without_a_period_the_running_year_is_shown(self, browse, sara):
        page = browse(sara).get("/kpis/loyalty/")

        assert page.context["total"] == "0"
        assert [link.label for link in page.context["grains"] if link.is_current] == ["Year"]

    @pytest.mark.parametrize("query", ["loyalty=all", "after=x", "period=x"])
    def test_the_page_refuses_what_it_does_not_know(self, browse, sara, query):
        assert browse(sara).get(f"/kpis/loyalty/?{query}").status_code == 400

    @pytest.mark.parametrize(
        ("who", "missing"),
        [
            ("sara", []),
            ("omid", ["Top pages", "Predicted value of customers"]),
            ("hana", ["Sales funnel", "Top pages", "Predicted value of customers"]),
        ],
    )
    def test_the_index_shows_what_one_may_open(self, browse, request, who, missing):
        client = browse(request.getfixturevalue(who))
        shown = client.get("/reports/").context["reports"]

        asked = ("Sales funnel", "Top pages", "NPS by season", "Predicted value of customers")
        assert [name for name in asked if name not in {str(report.name) for report in shown}] == missing
        assert {client.get(report.url).status_code for report in shown} == {200}
