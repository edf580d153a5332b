"""Retention cohorts: a worked example, the cells under edits, plain SQL over three years, the API, the page, the file."""

import csv
from datetime import date
from io import StringIO

import pytest
from django.db import connection

from campaigns.models import Channel
from crm.models import User
from crm.periods import Calendar, Grain
from crm.services import create_token
from customers.models import Customer, Order
from kpis.definitions import Dimension
from kpis.engine import drain
from kpis.models import CohortCell
from kpis.readings import Query
from kpis.readings.cohorts import Cohorts, averages
from tests.api_client import Api
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.kpis.proof import NOW, assert_right, periods_of

TODAY = date(2025, 10, 1)


def months(first, last, calendar=Calendar.GREGORIAN):
    return periods_of(calendar, Grain.MONTH, first, last)


def cohorts(first=date(2025, 7, 1), last=date(2025, 9, 30), *, calendar=Calendar.GREGORIAN, today=TODAY, **query):
    return Cohorts(Query(months(first, last, calendar), today, **query))


def told(found):
    """{cohort: [customers in month 0, 1, 2 …]}."""
    return {row.period.key: [cell.count for cell in row.cells] for row in found.table()}


@pytest.fixture
def five(omid):
    """Three customers of July, one of August, one of September; today is 1 October.

    a: July, July again, August, September · b: July, September · c: July · d: August, August · e: September.
    """
    channel = Channel.objects.create(slug="fair", name="Fair")
    people = {name: make_customer(name=name, owner=omid if name in "ad" else None) for name in "abcde"}
    Customer.objects.filter(name__in=["a", "e"]).update(channel=channel)
    bought = {
        "a": [(7, 5), (7, 20), (8, 31), (9, 1)],
        "b": [(7, 31), (9, 30)],
        "c": [(7, 1)],
        "d": [(8, 1), (8, 2)],
        "e": [(9, 23)],
    }
    for name, days in bought.items():
        for month, day in days:
            make_order(customer=people[name], placed_at=tehran(2025, month, day))
    make_order(customer=people["c"], placed_at=tehran(2025, 8, 3), status="pending")  # does not count
    drain(at=NOW)
    return people


@pytest.mark.django_db
class TestCells:
    def test_counts_and_shares(self, five):
        found = cohorts()
        july, august, september = found.table()

        assert told(found) == {"2025-07": [3, 1, 2, 0], "2025-08": [1, 0, 0], "2025-09": [1, 0]}
        assert [str(cell.share)[:6] for cell in july.cells] == ["1", "0.3333", "0.6666", "0"]
        assert [cell.is_running for cell in september.cells] == [False, True]
        # One month since, of the cohorts for which it is over: (1 + 0) of (3 + 1); two months: 2 of 3 (August's runs).
        assert [(cell.count, cell.size) for cell in averages([july, august, september])[:3]] == [(5, 5), (1, 4), (2, 3)]

    def test_the_jalali_months_are_others(self, five):
        """Tir ends on 22 July, Mordad on 22 August, Shahrivar on 22 September.

        a: Tir (5, 20 July), Shahrivar (31 August, 1 September) · b: Mordad (31 July), Mehr · c: Tir · d: Mordad · e: Mehr.
        """
        found = cohorts(date(2025, 7, 1), date(2025, 9, 25), calendar=Calendar.JALALI)

        assert told(found) == {"1404-04": [2, 0, 1, 0], "1404-05": [2, 0, 1], "1404-06": [0, 0], "1404-07": [1]}
        assert found.table()[2].cells[0].share is None

    def test_people_of_a_cell(self, five):
        found, (july, august, september) = cohorts(), months(date(2025, 7, 1), date(2025, 9, 30))

        def names(*asked, **how):
            return [member.customer.name for member in found.people(*asked, **how)]

        assert names(july, july) == ["a", "b", "c"]
        assert names(july, september) == ["a", "b"]
        assert names(july, september, absent=True) == ["c"]
        assert names(july, july, after=five["a"].pk, limit=1) == ["b"]
        assert [member.customer.name for member in found.everybody(july, july, page=2)] == ["a", "b", "c"]
        assert names(august, september) == []

    def test_narrowed_by_one_dimension_or_several(self, five, omid):
        """One is read from its cells, two from the days of the customers."""
        fair = Channel.objects.get().pk
        of_fair = cohorts(filters={Dimension.CHANNEL: fair})
        of_omid = cohorts(viewer=omid)
        of_both = cohorts(viewer=omid, filters={Dimension.CHANNEL: fair})
        of_team = cohorts(filters={Dimension.TEAM: omid.team_id})

        assert [found.is_stored for found in (of_fair, of_omid, of_both, of_team)] == [True, True, False, True]
        assert told(of_fair) == {"2025-07": [1, 1, 1, 0], "2025-08": [0, 0, 0], "2025-09": [1, 0]}
        assert told(of_omid) == told(of_team) == {"2025-07": [1, 1, 1, 0], "2025-08": [1, 0, 0], "2025-09": [0, 0]}
        assert told(of_both) == {"2025-07": [1, 1, 1, 0], "2025-08": [0, 0, 0], "2025-09": [0, 0]}
        (july, *_) = months(date(2025, 7, 1), date(2025, 7, 1))
        assert [member.customer.name for member in of_omid.people(july, july)] == ["a"]

    def test_edits_of_any_age_move_the_cells(self, five, omid):
        """An earlier first order moves a customer to another cohort; a cancelled, a moved and a deleted one take theirs out."""
        make_order(customer=five["e"], placed_at=tehran(2025, 8, 15))  # e is of August now, and came back
        Order.objects.filter(customer=five["b"], placed_on="2025-09-30").update(status="cancelled")
        Order.objects.filter(customer=five["d"], placed_on="2025-08-02").update(placed_at=tehran(2025, 9, 2))
        Order.objects.filter(customer=five["c"]).delete()
        Customer.objects.filter(name="a").update(owner=None)
        assert_right(["new_customers"])

        assert told(cohorts()) == {"2025-07": [2, 1, 1, 0], "2025-08": [2, 2, 0], "2025-09": [0, 0]}
        assert told(cohorts(viewer=omid)) == {"2025-07": [0, 0, 0, 0], "2025-08": [1, 1, 0], "2025-09": [0, 0]}

    def test_the_page_reads_cells_and_nothing_else(self, five, django_assert_num_queries):
        found = cohorts()
        with django_assert_num_queries(1) as asked:
            found.table()

        assert "kpis_cohortcell" in asked[0]["sql"]


PLAIN = """
WITH bought AS (
    SELECT DISTINCT o.customer_id, c.owner_id, c.channel_id, date_trunc('month', o.placed_at AT TIME ZONE 'Asia/Tehran') AS month
      FROM customers_order o JOIN customers_customer c ON c.id = o.customer_id
     WHERE o.status IN ('paid', 'fulfilled') AND NOT c.is_test AND NOT c.is_spam AND c.merged_into_id IS NULL)
SELECT f.month::date, b.month::date, count(*)
  FROM bought b JOIN (SELECT customer_id, min(month) AS month FROM bought GROUP BY 1) f USING (customer_id)
 WHERE (%(owner)s::bigint IS NULL OR owner_id = %(owner)s) AND (%(channel)s::bigint IS NULL OR channel_id = %(channel)s)
 GROUP BY 1, 2
"""


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["", "owner", "channel", "owner channel"])
def test_three_years_against_plain_sql(history, asked):
    rep, channel = User.objects.get(email="rep1@example.com"), Channel.objects.order_by("pk").first()
    facts = {"owner": rep.pk if "owner" in asked else None, "channel": channel.pk if "channel" in asked else None}
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, facts)
        plain = {(cohort, month): count for cohort, month, count in cursor.fetchall()}
    filters = {Dimension.CHANNEL: channel.pk} if "channel" in asked else {}
    viewer = rep if "owner" in asked else None
    found = cohorts(date(2021, 1, 1), date(2025, 12, 31), today=date(2025, 12, 31), filters=filters, viewer=viewer)

    cells = {(row.period.start, cell.month.start): cell.count for row in found.table() for cell in row.cells if cell.count}
    assert cells == plain
    assert len(plain) > 5


@pytest.mark.django_db
class TestDoors:
    @pytest.fixture
    def api(self, sara, browse, now):
        token, token.secret = create_token(sara, scopes=["kpis:read", "customers:read"], at=now, name="report")
        return Api(browse(), token)

    def test_the_api(self, api, five):
        found = api.get("/reports/cohorts/", **{"from": "2025-07-01", "to": "2025-07-31"}, months=1).json()

        assert (found["calendar"], found["grain"], found["stale"]) == ("gregorian", "month", False)
        (july,) = found["results"]
        assert (july["period"]["key"], july["customers"], len(july["cells"])) == ("2025-07", 3, 2)
        assert july["cells"][1] == {  # Wilson of 1 of 3
            "months_since": 1,
            "month": "2025-08",
            "customers": 1,
            "share": "0.333333333333",
            "lower": "0.06149194472",
            "upper": "0.792340399198",
            "is_running": False,
            "reason": None,
        }

    def test_the_api_lists_people(self, api, five):
        asked = {"cohort": "2025-07", "months_since": 2, "limit": 1}
        first = api.get("/reports/cohorts/people/", **asked).json()
        second = api.get("/reports/cohorts/people/", **asked, cursor=first["next"]).json()
        absent = api.get("/reports/cohorts/people/", cohort="2025-07", months_since=2, side="absent").json()

        assert (first["total"], second["next"], absent["total"]) == (2, None, 1)
        assert [row["label"] for row in first["results"] + second["results"] + absent["results"]] == ["a", "b", "c"]

    @pytest.mark.parametrize(
        ("path", "parameters", "pointer"),
        [
            ("", {"from": "soon"}, "from"),
            ("", {"channel": "x"}, "channel"),
            ("", {"months": "-1"}, "months"),
            ("", {"product": "1"}, "product"),
            ("", {"from": "2000-01-01", "to": "2025-01-01"}, "from"),
            ("people/", {}, "cohort"),
            ("people/", {"cohort": "2025"}, "cohort"),
            ("people/", {"cohort": "soon"}, "cohort"),
            ("people/", {"cohort": "2025-07", "months_since": "119"}, "months_since"),
            ("people/", {"cohort": "2025-07", "side": "up"}, "side"),
        ],
    )
    def test_what_cannot_be_read_is_refused(self, api, path, parameters, pointer):
        answer = api.get(f"/reports/cohorts/{path}", **parameters)

        assert answer.status_code == 400
        assert pointer in answer.content.decode()

    def test_a_token_without_customers_lists_none(self, sara, browse, now, five):
        token, token.secret = create_token(sara, scopes=["kpis:read"], at=now, name="report")

        assert Api(browse(), token).get("/reports/cohorts/people/", cohort="2025-07").status_code == 403

    def test_the_page_and_a_cell(self, browse, sara, five):
        page = browse(sara).get("/kpis/cohorts/?period=2025-09&cohort=2025-07&since=2")

        (july,) = [row for row in page.context["rows"] if row["label"] == "July 2025"]
        assert july["size"] == "3"
        assert [(cell["share"], cell["count"], cell["shade"]) for cell in july["cells"][:3]] == [
            ("100.0%", "3", 0),
            ("33.3%", "1", 3),  # half of the largest: the third of five
            ("66.7%", "2", 5),
        ]
        assert page.context["people_title"] == "First order in July 2025, ordered in September 2025"
        assert [member.customer.name for member in page.context["people"]] == ["a", "b"]

    def test_the_files(self, browse, sara, five):
        def read_file(query):
            answer = browse(sara).get(f"/kpis/cohorts/csv/?period=2025-09{query}")
            return list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

        july = [row[3:6] for row in read_file("") if row[1] == "2025-07"]
        assert july[:3] == [["0", "2025-07", "3"], ["1", "2025-08", "1"], ["2", "2025-09", "2"]]
        people = read_file("&what=people&cohort=2025-07&since=2&side=absent")
        assert [row[1] for row in people] == ["Customer", "c"]

    @pytest.mark.parametrize(
        "query", ["months=7", "cohort=x", "cohort=2025-07&since=99", "side=up", "since=x", "cohort=2025-07&after=x", "period=x"]
    )
    def test_the_page_refuses_what_it_does_not_know(self, browse, sara, five, query):
        assert browse(sara).get(f"/kpis/cohorts/?{query}").status_code == 400

    def test_the_page_of_nobody(self, browse, sara):
        page = browse(sara).get("/kpis/cohorts/")

        assert (page.status_code, CohortCell.objects.exists()) == (200, False)
