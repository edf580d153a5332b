"""The funnel of a cohort: a worked example, a second implementation in plain SQL, the API, the page, and who sees what."""

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from django.db import connection

from crm.models import User
from crm.periods import Calendar, Grain
from crm.services import create_token
from kpis.catalogue import CATALOGUE
from kpis.catalogue.cubes.funnel import REACHED
from kpis.definitions import DIMENSION_CODES, Dimension
from kpis.engine import drain, find_drift, rebuild
from kpis.funnel import STEPS, Step
from kpis.models import GRAIN_CODES, FunnelFact, Rollup
from kpis.readings import Query, read
from kpis.readings.funnel import Funnel
from leads.models import Activity, Lead, Opportunity, Stage
from tests.api_client import Api
from tests.factories.campaigns import make_channel
from tests.factories.customers import make_customer, make_order
from tests.factories.kpis import tehran
from tests.factories.leads import make_quote
from tests.kpis.proof import NOW, TODAY, periods_of

MEHR = tehran(2025, 9, 24)
JALALI_MONTH = GRAIN_CODES["jalali", "month"]


def later(days):
    return MEHR + timedelta(days=days)


def lead(**facts):
    return Lead.objects.create(**{"name": "Lead", "created_at": MEHR, **facts})


def deal(lead, days):
    return Opportunity.objects.create(name="Deal", lead=lead, stage=Stage.objects.get(slug="contacted"), created_at=later(days))


def call(lead, days, **facts):
    return Activity.objects.create(**{"kind": "call", "lead": lead, "done_at": later(days), "outcome": "talked", **facts})


@pytest.fixture
def eight(omid):
    """Eight leads of 2 Mehr; each line says how far it comes, and on which day after."""
    lead(name="nothing")
    missed = lead(name="missed call", owner=omid)
    call(missed, 1, outcome="no_answer")
    call(missed, 1, kind="note", outcome="")
    call(missed, 1, done_at=None)
    lead(name="mql on day 2", owner=omid, mql_at=later(2))
    called = lead(name="called on day 1", mql_at=later(3))
    call(called, 1)
    lead(name="converted on day 4", mql_at=later(2), converted_at=later(4))  # prospect to opportunity: 2 days
    quoted = lead(name="quoted on day 9", mql_at=later(1), converted_at=later(3))  # 2 days, then 6 days to the quote
    make_quote(opportunity=deal(quoted, 5), issued_at=later(9))
    billed = lead(name="billed on day 5")  # no moment of a prospect or an opportunity: the invoice implies them
    make_quote(lead=billed, issued_at=later(1), order=make_order(status="pending", placed_at=later(5)))
    buyer = make_customer()
    make_order(customer=buyer, placed_at=later(-3))  # before the lead's day: not of this lead
    make_order(customer=buyer, placed_at=later(6))
    lead(name="bought on day 6", customer=buyer, owner=omid)
    lead(name="a test", is_test=True, mql_at=later(1))
    lead(name="of Shahrivar", created_at=tehran(2025, 9, 22), mql_at=later(1))
    drain(at=NOW)


def drain_everything_anew():
    rebuild()
    drain(at=NOW)


def mehr():
    return periods_of(Calendar.JALALI, Grain.MONTH, date(2025, 9, 23), date(2025, 9, 23))


def funnel(viewer=None, **query):
    return Funnel(Query(mehr(), date(2025, 12, 1), viewer=viewer, **query))


@pytest.mark.django_db
class TestOneCohort:
    def test_counts_shares_and_losses(self, eight):
        """8 leads; 6 were reached or came further; 4 opportunities (converted, quoted, billed, bought); 3; 2; 1."""
        steps = funnel().steps()

        assert [(figures.step, figures.count, figures.dropped) for figures in steps] == [
            ("lead", 8, 0),
            ("prospect", 6, 2),
            ("opportunity", 4, 2),
            ("quote", 3, 1),
            ("invoice", 2, 1),
            ("customer", 1, 1),
        ]
        assert [str(figures.share_of_first) for figures in steps] == ["1", "0.75", "0.5", "0.375", "0.25", "0.125"]
        assert [str(round(figures.share_of_previous, 4)) for figures in steps[1:]] == [
            "0.7500",
            "0.6667",
            "0.7500",
            "0.6667",
            "0.5000",
        ]

    def test_median_times(self, eight):
        """Since the lead: prospects on days 2, 1, 2, 1 → 1.5; opportunities 4, 3 → 3.5; quotes 9, 1 → 5; invoices 5, 6 → 5.5.

        Since the step before, of who has both moments: 1.5; 4−2 and 3−1 → 2; 9−3 → 6; 5−1 → 4; 6−6 → 0.
        """
        steps = funnel().steps()

        days = [figures.since_first and figures.since_first / timedelta(days=1) for figures in steps]
        assert days == [None, 1.5, 3.5, 5, 5.5, 6]
        days = [None if figures.since_previous is None else figures.since_previous / timedelta(days=1) for figures in steps]
        assert days == [None, 1.5, 2, 6, 4, 0]

    def test_people_of_a_step_and_those_lost_before_it(self, eight):
        def names(*asked, **how):
            return [person.lead.name for person in funnel().people(*asked, **how)]

        assert names(Step.LEAD, limit=3) == ["nothing", "missed call", "mql on day 2"]
        assert names(Step.PROSPECT, dropped=True) == ["nothing", "missed call"]
        assert names(Step.OPPORTUNITY, dropped=True) == ["mql on day 2", "called on day 1"]
        assert names(Step.INVOICE) == ["billed on day 5", "bought on day 6"]
        assert names(Step.CUSTOMER, dropped=True) == ["billed on day 5"]
        assert [person.lead.name for person in funnel().everybody(Step.QUOTE, page=2)] == [
            "quoted on day 9", "billed on day 5", "bought on day 6",
        ]  # fmt: skip

    def test_parts_add_up_and_a_rep_is_shown_their_own(self, eight, omid, hana):
        members = funnel(by=Dimension.OWNER).members()

        counts = {member: [figures.count for figures in steps] for member, steps in members.items()}
        assert counts == {0: [5, 4, 3, 2, 1, 0], omid.pk: [3, 2, 1, 1, 1, 1]}
        assert [figures.count for figures in funnel(omid).steps()] == counts[omid.pk]
        assert {person.lead.owner for person in funnel(omid).people(Step.LEAD)} == {omid}
        assert funnel(hana).is_hidden
        assert (funnel(hana).people(Step.LEAD), {figures.count for figures in funnel(hana).steps()}) == ([], {0})

    def test_sums_are_stored_and_move_with_their_leads(self, eight, omid):
        def stored(**where):
            rows = Rollup.objects.filter(cube=REACHED.code, grain=JALALI_MONTH, start=date(2025, 9, 23), **where)
            return {
                row[0]: [int(one) for one in row[1:]] for row in rows.values_list("member", "m1", "m2", "m3", "m4", "m5", "m6")
            }

        owner, channel = (DIMENSION_CODES[name] for name in (Dimension.OWNER, Dimension.CHANNEL))
        assert stored(dimension=0) == {0: [8, 6, 4, 3, 2, 1]}
        assert stored(dimension=owner) == {0: [5, 4, 3, 2, 1, 0], omid.pk: [3, 2, 1, 1, 1, 1]}
        assert find_drift() == []

        # "billed on day 5" came by a channel after all, and "bought on day 6" is nobody's
        came = make_channel()
        Lead.objects.filter(name="billed on day 5").update(channel=came)
        Lead.objects.filter(name="bought on day 6").update(owner=None)
        Lead.objects.filter(name="nothing").delete()
        assert find_drift() == []  # marked
        drain(at=NOW)
        assert stored(dimension=0) == {0: [7, 6, 4, 3, 2, 1]}
        assert stored(dimension=owner) == {0: [5, 5, 4, 3, 2, 1], omid.pk: [2, 1, 0, 0, 0, 0]}
        assert stored(dimension=channel) == {0: [6, 5, 3, 2, 1, 1], came.pk: [1, 1, 1, 1, 1, 0]}
        assert [figures.count for figures in funnel(by=Dimension.OWNER, filters={Dimension.CHANNEL: came.pk}).members()[0]] == [
            1, 1, 1, 1, 1, 0,
        ]  # fmt: skip
        assert find_drift() == []

    def test_what_differs_without_a_mark_is_drift(self, eight):
        Rollup.objects.filter(cube=REACHED.code, grain=JALALI_MONTH, dimension=0, start=date(2025, 9, 23)).update(m3=5)
        (found,) = find_drift()
        assert found.startswith("steps_of_leads: sum of grain 5, 2025-09-23, dimension 0/0 differs by")
        drain_everything_anew()
        FunnelFact.objects.filter(lead__name="nothing").update(created_on=date(2025, 9, 25))
        assert any(line.startswith("steps of leads: wrong for lead") for line in find_drift())

    def test_days_that_are_not_over_do_not_count(self, eight):
        """On the morning of 1 Mehr nobody of 2 Mehr has come; of two days there are sums as well."""
        assert [figures.count for figures in Funnel(Query(mehr(), date(2025, 9, 23))).steps()] == [0] * 6
        assert [figures.count for figures in Funnel(Query(mehr(), date(2025, 9, 24))).steps()] == [8, 6, 4, 3, 2, 1]

    def test_it_agrees_with_the_kpis(self, eight):
        keys = ["leads", "lead_to_customer_rate", "leads_invoiced"]
        found = read([CATALOGUE[key] for key in keys], Query(mehr(), TODAY))
        counts = {figures.step: figures.count for figures in funnel().steps()}

        assert [found[key].total[0].numerator for key in keys] == [counts["lead"], counts["customer"], counts["invoice"]]

    def test_nobody(self):
        steps = funnel().steps()

        assert [(figures.count, figures.share_of_first, figures.interval) for figures in steps] == [(0, None, None)] * 6


@pytest.mark.django_db
def test_the_planner_has_all_its_ways_again(eight):
    """What is switched off while the steps of leads are looked up is on for the rest of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name IN ('enable_hashjoin', 'enable_mergejoin') ORDER BY 1")
        assert cursor.fetchall() == [("enable_hashjoin", "on"), ("enable_mergejoin", "on")]


# The same told once more: how far each lead came, by asking of each step whether it or a later one was reached.
PLAIN = """
WITH person AS (
    SELECT l.id, l.owner_id,
           l.mql_at IS NOT NULL OR EXISTS (
               SELECT FROM leads_activity a WHERE a.lead_id = l.id AND a.done_at IS NOT NULL AND a.kind NOT IN ('task', 'note')
                  AND a.outcome NOT IN ('no_answer', 'wrong_number', 'no_show')) AS prospect,
           l.converted_at IS NOT NULL OR EXISTS (
               SELECT FROM leads_opportunity o LEFT JOIN customers_customer c ON c.id = o.customer_id
                WHERE o.lead_id = l.id AND (c.id IS NULL OR NOT (c.is_test OR c.is_spam))) AS opportunity,
           EXISTS (
               SELECT FROM leads_quote q LEFT JOIN leads_opportunity o ON o.id = q.opportunity_id
                 LEFT JOIN customers_customer c ON c.id = q.customer_id LEFT JOIN customers_customer d ON d.id = o.customer_id
                 LEFT JOIN leads_lead m ON m.id = q.lead_id LEFT JOIN leads_lead n ON n.id = o.lead_id
                WHERE l.id IN (q.lead_id, o.lead_id) AND q.issued_at IS NOT NULL
                  AND NOT coalesce(c.is_test OR c.is_spam, FALSE) AND NOT coalesce(d.is_test OR d.is_spam, FALSE)
                  AND NOT coalesce(m.is_test OR m.is_spam, FALSE) AND NOT coalesce(n.is_test OR n.is_spam, FALSE)) AS quote,
           EXISTS (SELECT FROM leads_opportunity_orders x JOIN leads_opportunity o ON o.id = x.opportunity_id
                     JOIN bill b ON b.id = x.order_id WHERE o.lead_id = l.id)
           OR EXISTS (SELECT FROM leads_quote q LEFT JOIN leads_opportunity o ON o.id = q.opportunity_id
                        JOIN bill b ON b.id = q.order_id WHERE l.id IN (q.lead_id, o.lead_id))
           OR (NOT EXISTS (SELECT FROM leads_opportunity o WHERE o.lead_id = l.id)
               AND NOT EXISTS (SELECT FROM leads_quote q WHERE q.lead_id = l.id)
               AND EXISTS (SELECT FROM bill b WHERE b.customer_id = l.customer_id AND b.day >= l.day)) AS invoice,
           EXISTS (SELECT FROM bill b WHERE b.customer_id = l.customer_id AND b.day >= l.day AND b.paid) AS customer
      FROM (SELECT *, (created_at AT TIME ZONE 'Asia/Tehran')::date AS day FROM leads_lead
             WHERE NOT is_test AND NOT is_spam AND merged_into_id IS NULL) l
     WHERE l.day BETWEEN %(first)s AND %(last)s)
SELECT count(*), count(*) FILTER (WHERE prospect OR opportunity OR quote OR invoice OR customer),
       count(*) FILTER (WHERE opportunity OR quote OR invoice OR customer), count(*) FILTER (WHERE quote OR invoice OR customer),
       count(*) FILTER (WHERE invoice OR customer), count(*) FILTER (WHERE customer)
  FROM person WHERE %(owner)s::bigint IS NULL OR owner_id = %(owner)s
"""
BILLS = """
    bill AS (SELECT o.id, o.customer_id, o.status IN ('paid', 'fulfilled') AS paid,
                    (o.placed_at AT TIME ZONE 'Asia/Tehran')::date AS day
               FROM customers_order o LEFT JOIN customers_customer c ON c.id = o.customer_id
              WHERE o.status NOT IN ('draft', 'cancelled') AND NOT coalesce(c.is_test OR c.is_spam, FALSE)),
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("calendar", "grain"), [(Calendar.JALALI, Grain.MONTH), (Calendar.GREGORIAN, Grain.QUARTER), (Calendar.JALALI, Grain.YEAR)]
)
def test_three_years_against_plain_sql(history, calendar, grain):
    rep, today = User.objects.get(email="rep1@example.com"), date(2025, 9, 20)
    for viewer in (None, rep):
        for period in periods_of(calendar, grain, date(2023, 3, 21), date(2025, 3, 20)):
            facts = {"first": period.start, "last": period.end, "owner": viewer and viewer.pk}
            with connection.cursor() as cursor:
                cursor.execute(PLAIN.replace("WITH", f"WITH {BILLS}", 1), facts)
                told = cursor.fetchone()
            query = Query((period,), today, viewer=viewer)

            assert tuple(figures.count for figures in Funnel(query).steps()) == told, period.key
        for step in STEPS[1:]:
            last = Funnel(query)
            assert len(list(last.everybody(step))) == last.steps()[STEPS.index(step)].count
    assert min(told) > 0 or grain is Grain.MONTH


@pytest.mark.django_db
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
