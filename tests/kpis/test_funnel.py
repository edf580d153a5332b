"""The funnel of a cohort: a worked example, and a second implementation in plain SQL."""

from datetime import date, timedelta

import pytest
from django.db import connection

from crm.models import User
from crm.periods import Calendar, Grain
from kpis.catalogue import CATALOGUE
from kpis.catalogue.cubes.funnel import REACHED
from kpis.definitions import DIMENSION_CODES, Dimension
from kpis.engine import drain, find_drift, rebuild
from kpis.funnel import STEPS, Step
from kpis.models import GRAIN_CODES, FunnelFact, Rollup
from kpis.readings import Query, read
from kpis.readings.funnel import Funnel
from leads.models import Lead
from tests.factories.campaigns import make_channel
from tests.kpis.proof import NOW, TODAY, periods_of

JALALI_MONTH = GRAIN_CODES["jalali", "month"]


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
