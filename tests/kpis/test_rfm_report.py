"""The RFM report: the API's answers, the page, what each viewer sees of it, and the segment as a side of figures."""

import csv
import re
from datetime import date
from io import StringIO
from random import Random

import pytest
from django.urls import reverse

from crm.models import User
from crm.services import create_token
from customers.models import Customer
from kpis.definitions import Dimension
from kpis.engine import drain
from kpis.models import Prediction, RfmCell, RfmSpan
from kpis.readings.rfm import Part, Ranking, Rfm, movement
from kpis.rfm import Segment
from tests.api_client import Api
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.factories.predictions import make_predictions
from tests.kpis.proof import NOW, parts
from tests.kpis.test_company_pages import questions
from tests.kpis.test_rfm import SNAPSHOT, make_ten

pytestmark = pytest.mark.django_db
AUGUST = date(2025, 8, 31)


@pytest.fixture
def ten():
    people = make_ten()
    drain(at=NOW)
    return people


@pytest.fixture
def api(sara, browse, now):
    token, token.secret = create_token(sara, scopes=["kpis:read", "customers:read"], at=now, name="report")
    return Api(browse(), token)


def test_the_report_counts_scores_and_segments(api, ten):
    found = api.get("/reports/rfm/", as_of="2025-09-30").json()

    results, following = found.pop("results"), found.pop("next")
    assert found == {
        "as_of": "2025-09-30",
        "window": 365,
        "stale": False,
        "customers": 10,
        "revenue": "41000",
        "scores": {
            "r": {"1": 2, "2": 2, "3": 2, "4": 2, "5": 2},
            "f": {"1": 4, "2": 0, "3": 2, "4": 3, "5": 1},
            "m": {"1": 4, "2": 0, "3": 2, "4": 3, "5": 1},
        },
        "segments": dict.fromkeys(Segment.values, 0) | {"champion": 2, "loyal": 2, "needs_attention": 2, "lost": 4},
    }
    assert ([row["customer"] for row in results], following) == (ten, None)
    assert results[1] == {
        "customer": ten[1],
        "external_id": None,
        "label": "مریم",
        "r": 5,
        "f": 4,
        "m": 4,
        "segment": "champion",
        "days": 10,
        "orders": 8,
        "revenue": "8000",
    }


def test_a_segment_is_listed_page_by_page(api, ten):
    first = api.get("/reports/rfm/", as_of="2025-09-30", segment="lost", limit=3).json()
    second = api.get("/reports/rfm/", as_of="2025-09-30", segment="lost", limit=3, cursor=first["next"]).json()

    assert [row["customer"] for row in first["results"] + second["results"]] == ten[6:]
    assert (first["customers"], second["next"]) == (10, None)


def test_any_day_and_window_is_computed_as_a_snapshot_would_be(api, ten):
    """The day after the snapshot everybody's last order is a day longer ago, and the scores are the same."""
    stored = api.get("/reports/rfm/", as_of="2025-09-30").json()
    live = api.get("/reports/rfm/", as_of="2025-10-01").json()
    of_all = api.get("/reports/rfm/", as_of="1404-07-08", calendar="jalali", window="all").json()

    assert [row["days"] for row in live["results"]] == [row["days"] + 1 for row in stored["results"]]
    assert (live["scores"], live["segments"], live["revenue"]) == (stored["scores"], stored["segments"], stored["revenue"])
    assert (of_all["as_of"], of_all["window"], of_all["scores"]) == ("2025-09-30", "all", stored["scores"])


def test_a_short_window_leaves_out_the_rest(api, ten):
    """Of the last 30 days: those of 5, 10 and 20 days ago, with 10, 8 and 8 orders. k of 3: 0, 1, 2 → 1, 2, 4."""
    found = api.get("/reports/rfm/", as_of="2025-09-30", window=30).json()

    assert [f"{row['r']}{row['f']}{row['m']}" for row in found["results"]] == ["544", "411", "211"]


def test_movement_adds_up(api, ten):
    """A month before, the first three had not bought; the others had the days 1 … 270 behind them."""
    found = api.get("/reports/rfm-movement/", **{"from": "2025-08-31", "to": "2025-09-30"}).json()

    assert (found["first"], found["last"], found["customers"]) == ("2025-08-31", "2025-09-30", 10)
    assert sum(found["rows"].values()) == sum(found["columns"].values()) == 10
    assert found["rows"]["none"] == 3
    assert found["columns"] == dict.fromkeys([*Segment.values, "none"], 0) | {
        "champion": 2,
        "loyal": 2,
        "needs_attention": 2,
        "lost": 4,
    }
    from_none = {row["after"]: row["customers"] for row in found["results"] if row["before"] is None}
    assert from_none == {"champion": 2, "loyal": 1}


@pytest.mark.parametrize(
    ("path", "parameters", "pointer"),
    [
        ("rfm", {"as_of": "yesterday"}, "as_of"),
        ("rfm", {"window": "0"}, "window"),
        ("rfm", {"window": "some"}, "window"),
        ("rfm", {"segment": "best"}, "segment"),
        ("rfm", {"cursor": "x"}, "cursor"),
        ("rfm", {"limit": "201"}, "limit"),
        ("rfm", {"month": "1"}, "month"),
        ("rfm-movement", {}, "from"),
        ("rfm-movement", {"from": "2025-09-30", "to": "2025-08-31"}, "from"),
    ],
)
def test_what_cannot_be_read_is_refused(api, path, parameters, pointer):
    answer = api.get(f"/reports/{path}/", **parameters)

    assert answer.status_code == 400
    assert pointer in answer.content.decode()


def test_a_token_without_customers_lists_none(sara, browse, now, ten):
    token, token.secret = create_token(sara, scopes=["kpis:read"], at=now, name="report")

    assert Api(browse(), token).get("/reports/rfm/").status_code == 403


def test_a_rep_is_shown_their_own_customers_by_the_companys_scores(ten, omid):
    Customer.objects.filter(pk__in=ten[:2]).update(owner=omid)
    drain(at=NOW)

    for rfm in (Rfm(SNAPSHOT, omid), Rfm(date(2025, 10, 1), omid)):
        assert [one.customer.pk for one in rfm.people()] == ten[:2]
        assert (rfm.total().customers, rfm.total().revenue) == (2, 18_000)
        assert {segment: group.customers for segment, group in rfm.segments().items() if group.customers} == {Segment.CHAMPION: 2}
    assert movement(Rfm(AUGUST, omid), Rfm(SNAPSHOT, omid)) == {(None, Segment.CHAMPION): 2}


def test_stored_cells_are_what_the_rows_say(ten):
    """The company's own groups come from the snapshot's cells; computed from the rows they are the same."""
    stored = Rfm(SNAPSHOT)
    groups = {scores: (group.customers, group.revenue) for scores, group in stored.groups.items()}
    RfmCell.objects.all().delete()
    everybody = Rfm(SNAPSHOT)
    everybody.__dict__["visible"] = Customer.objects.order_by().values("pk")

    assert {scores: (group.customers, group.revenue) for scores, group in everybody.groups.items()} == groups


def test_the_page_shows_grid_segments_and_customers(browse, sara, ten):
    """On 31 August seven had bought, 0 … 270 days before and 5, 3, 3, 1, 1, 1, 1 times: one champion (5-5), nobody loyal.

    At the end of the season before, on 30 June, there was no champion either.
    """
    page = browse(sara).get("/kpis/rfm/?segment=champion")
    august = browse(sara).get("/kpis/rfm/?segment=champion&compare=2025-08-31")
    text = page.content.decode()

    assert page.status_code == 200
    found = [[(row["name"], row["count"], row["change"]) for row in each.context["segments"]][:2] for each in (page, august)]
    assert found == [[("Champion", "2", "+2"), ("Loyal", "2", "+2")], [("Champion", "2", "+1"), ("Loyal", "2", "+2")]]
    assert [row["label"] for row in page.context["people"]] == ["مریم", "مریم"]
    assert text.count('class="shade-') == len({(r, f) for r, f, _ in Rfm(SNAPSHOT).groups})


def test_segments_show_what_their_customers_are_expected_to_bring_to_whoever_sees_costs(browse, sara, omid, ten):
    """The champions 1,000 and 4,000 Rial: 250 Toman on the average; one of the loyal has no prediction, the other 50 Rial."""
    make_predictions([SNAPSHOT], Random(1), NOW)
    Prediction.objects.update(value=0)
    for place, value in ((0, "1000"), (1, "4000"), (2, "50")):
        Prediction.objects.filter(fact=ten[place]).update(value=value)
    Prediction.objects.filter(fact=ten[3]).delete()
    address = "/kpis/rfm/?as_of=2025-09-30&value=1"

    page = browse(sara).get(address).context
    file = csv.reader(StringIO(b"".join(browse(sara).get(page["segment_files"]["csv"]).streaming_content).decode("utf-8-sig")))
    plain = browse(sara).get("/kpis/rfm/?as_of=2025-09-30").context

    assert [(row["name"], row["value"]) for row in page["segments"]][:3] == [
        ("Champion", "250 Toman"),
        ("Loyal", "5 Toman"),
        ("Potential loyalist", "—"),
    ]
    assert [(row[0], row[-1]) for row in [*file][:3]] == [
        ("RFM segment", "Mean predicted value (Toman)"),
        ("Champion", "250"),
        ("Loyal", "5"),
    ]
    assert (plain["is_valued"], plain["value_url"]) == (False, "?as_of=2025-09-30&value=1")
    assert browse(omid).get(address).context["value_url"] == ""
    assert browse(sara).get("/kpis/rfm/?as_of=2025-08-31&value=1").context["value_url"] == ""


def test_the_overview_shows_segments_beside_those_of_the_season_before(browse, sara, omid, ten):
    """By 30 June three had bought, once each, 28, 108 and 208 days before: 5-1, 4-1 and 2-1."""
    Customer.objects.filter(pk__in=ten[:2]).update(owner=omid)
    drain(at=NOW)

    def seen(user, query="period=2025-09"):
        """What the page says of whom it has not counted, and the counts that come after it."""
        page = browse(user).get(f"/kpis/?{query}").context["segments"]
        found = browse(user).get(page["counts_url"], HTTP_HX_REQUEST="true").context["segments"]
        assert (found["note"], [row["url"] for row in found["rows"]]) == (page["note"], [row["url"] for row in page["rows"]])
        return [(row["segment"], row["count"], row["change"]) for row in found["rows"] if row["count"] != "0"]

    of_sara = [("champion", "2", "+2"), ("loyal", "2", "+2"), ("needs_attention", "2", "+2"), ("lost", "4", "+3")]
    page = browse(sara).get("/kpis/?period=2025-09")
    assert seen(sara) == of_sara
    assert browse(sara).get("/kpis/?period=2025-09&channel=null").context["segments"] is None
    assert page.context["segments"]["note"] == "At the end of September 2025, beside the end of Q2 2025."
    assert browse(sara).get(page.context["segments"]["rows"][0]["url"]).context["people_title"] == "Champion"
    assert seen(omid) == [("champion", "2", "—")]  # who had not bought by then
    assert max(len(questions(browse(user), "/kpis/?period=2025-09&compare=last-year")) for user in (sara, omid)) <= 15


def test_the_overview_of_a_rep_does_not_wait_until_their_customers_are_counted(browse, sara, omid, ten):
    """Persian too: by names, with the way to each in the report, which is all there is without scripts."""
    User.objects.filter(pk=omid.pk).update(language="fa")

    asked = questions(browse(omid), "/kpis/?period=2025-09")
    page = browse(omid).get("/kpis/?period=2025-09").content.decode()

    assert [sql for sql in asked if "kpis_rfmspan" in sql] == []
    assert re.search(r'hx-get="/kpis/segments/\?period=2025-09" hx-trigger="revealed"', page)
    assert re.search(r'href="/kpis/rfm/\?as_of=2025-09-30[^"]*segment=champion#people">بهترین<', page)
    assert browse(omid).get("/kpis/segments/?period=2025-09").url == reverse("kpis:rfm")


def test_the_screen_and_the_paper_of_the_overview_show_segments(browse, sara, ten, printed):
    drain(at=NOW)

    page = browse(sara).get("/kpis/?period=2025-09&tv=1")
    browse(sara).get("/kpis/overview/pdf/?period=2025-09")

    (last,), _place = page.context["screens"][-1]
    assert [(row["name"], row["change"]) for row in last["segments"]["rows"]][:1] == [("Champion", "+2")]
    start = printed.index("RFM groups")
    assert printed[start + 2 : start + 8] == ["Segment", "Customers", "Change", "Champion", "2", "+2"]


def test_the_pages_movement_adds_up(browse, sara, ten):
    page = browse(sara).get("/kpis/rfm/?view=movement")

    assert (page.context["sum"], page.context["compare"], page.context["as_of"]) == ("10", "June 2025", "September 2025")
    assert sum(int(row["sum"]) for row in page.context["moves"]) == 10
    assert sum(int(count) for count in page.context["column_sums"]) == 10


def test_the_file_has_the_customers_of_the_segment(browse, sara, ten):
    answer = browse(sara).get("/kpis/rfm/csv/?as_of=2025-09-30&segment=lost")
    rows = list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

    assert [(int(row[0]), *row[5:]) for row in rows[1:]] == [
        (ten[6], "2", "1", "1", "Lost", "90", "1", "100.00"),
        (ten[7], "2", "1", "1", "Lost", "120", "1", "100.00"),
        (ten[8], "1", "1", "1", "Lost", "200", "1", "100.00"),
        (ten[9], "1", "1", "1", "Lost", "300", "1", "100.00"),
    ]


def test_customers_are_sorted_by_days_orders_and_amount_page_by_page(browse, sara, omid, ten):
    """Ten customers ordered 10, 8, 8, 5, 3, 3, 1, 1, 1 and 1 times for 1,000 each; equal ones the other way round, too."""
    falling = [ten[place] for place in (0, 2, 1, 3, 5, 4, 9, 8, 7, 6)]
    ranking, rfm = Ranking.of("amount"), Rfm(SNAPSHOT)
    first = rfm.ranked(Part(), ranking, limit=5)
    rest = rfm.ranked(Part(), ranking, after=ranking.place_of(first[-1]))
    Customer.objects.filter(pk__in=ten[:2]).update(owner=omid)
    client = browse(sara)

    def listed(query, user=sara):
        found = browse(user).get(f"/kpis/rfm/?as_of=2025-09-30&{query}").context["people"]
        return [int(row["url"].split("/")[-2]) for row in found]

    assert [one.customer.pk for one in (*first, *rest)] == falling
    assert (listed("sort=orders"), listed("sort=-amount"), listed("sort=days")) == (falling, falling[::-1], ten[::-1])
    assert listed("sort=amount&segment=lost") == [ten[9], ten[8], ten[7], ten[6]]
    assert listed("sort=amount", omid) == ten[:2]
    # 5 and 10 days ago; at the end of June both had never bought
    assert listed("view=movement&from=none&to=champion&sort=days") == [ten[1], ten[0]]
    file = client.get("/kpis/rfm/csv/?as_of=2025-09-30&sort=amount")
    rows = csv.reader(StringIO(b"".join(file.streaming_content).decode("utf-8-sig")))
    assert [int(row[0]) for row in [*rows][1:]] == falling


@pytest.mark.parametrize(
    "query",
    [
        "sort=name",
        "sort=amount&after=x",
        "view=all",
        "as_of=x",
        "as_of=2025-09-29",
        "compare=1404-01-01",
        "segment=best",
        "after=x",
    ],
)
def test_the_page_refuses_what_it_does_not_know(browse, sara, ten, query):
    assert browse(sara).get(f"/kpis/rfm/?{query}").status_code == 400


def test_the_page_before_the_first_month_has_ended(browse, sara):
    assert "None has ended yet" in browse(sara).get("/kpis/rfm/").content.decode()


def test_revenue_by_the_segment_of_the_day_before_the_period():
    """Shahrivar's end scores the two customers 1-1 and 5-3; what they buy in Mehr counts under that segment."""
    late, early, new = make_customer(), make_customer(), make_customer()
    make_order([(1, 500)], customer=early, placed_at=tehran(2025, 7, 1))
    make_order([(1, 100)], customer=late, placed_at=tehran(2025, 9, 1))
    make_order([(1, 100)], customer=late, placed_at=tehran(2025, 9, 2))
    for customer, amount in ((late, 7000), (early, 300), (new, 20)):
        make_order([(1, amount)], customer=customer, placed_at=tehran(2025, 9, 24))
    drain(at=NOW)

    # Of two: recency k = 0 → 5, k = 1 → 6 − 3 = 3; frequency k = 1 → 3, k = 0 → 1.
    spans = RfmSpan.objects.on(date(2025, 9, 22)).values_list("customer_id", "recency", "frequency")
    assert set(spans) == {(late.pk, 5, 3), (early.pk, 3, 1)}
    code = {name: number for number, name in enumerate(Segment.values, start=1)}
    assert parts("revenue", Dimension.SEGMENT) == {code["potential_loyalist"]: 7000, code["about_to_sleep"]: 300, 0: 20}


def test_a_report_takes_few_statements(ten, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        rfm = Rfm(SNAPSHOT)
        rfm.segments()
        rfm.people()


def test_the_page_of_a_customer_has_their_scores(browse, sara, omid, ten):
    """The first of the sheet is a 555; whoever does not see them is told nothing."""
    address = reverse("kpis:customer-rfm", args=[ten[0]])
    panel = browse(sara).get(address, headers={"HX-Request": "true"})

    shown = panel.context["span"]
    assert (panel.context["segment"], shown.recency, shown.frequency, shown.monetary) == (Segment.CHAMPION, 5, 5, 5)
    assert browse(sara).get(panel.context["report_url"]).status_code == 200
    assert f'hx-get="{address}"' in browse(sara).get(reverse("customers:customer-detail", args=[ten[0]])).content.decode()
    assert browse(omid).get(address).status_code == 404
