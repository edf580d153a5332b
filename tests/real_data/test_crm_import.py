"""A small CRM's export: 200 leads, 500 activities, 500 opportunities and 495 sales, 2024-07 to 2025-09.

A lead is converted when one of its activities has an opportunity, on the day the earliest of these was due; `qualified`
is its status, taken as MQL on the day it was created; `Lost` is disqualified. So `lcr_opportunity` is our cohort rate.
An opportunity closes on its `CloseDate` and is created when its activity is due: ten were closed before, and are in the
pipeline at no time. The open stages have ours of like meaning. The rate of won ones is by all years. A sale
is an order of its contact with one piece per line (`LinePrice` is the line's price). The oracle counts a sale whatever
was paid, and splits by that: the orders come in as pending and are paid one state after another. A demo is booked and
held on the day it is due. No card counts kinds of activities or splits the pipeline by stage: these come through the
lists, and the sum of the open stages is our pipeline.
Not comparable: `lcr_won_pct` (ours asks for an order of the lead's customer, not for a won opportunity).
"""

from collections import defaultdict
from decimal import Decimal

import pytest

from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db, pytest.mark.slow]

LEADS, SALES, CLOSED = ("2025-01-01", "2025-07-31"), ("2024-07-01", "2025-07-31"), ("2025-07-01", "2025-09-30")
KINDS = {"Call": "call", "Demo": "demo", "Email": "e-mail", "Follow-up": "task", "Meeting": "meeting"}
STAGES = {"Prospecting": "contacted", "Proposal Sent": "pro-forma", "Negotiation": "negotiation"}
ENDS = {"Closed Won": "won", "Closed Lost": "lost"}


def leads_of(data):
    names = {row["ContactID"]: row["FullName"] for row in data.table("fielddb/Contacts.csv")}
    activities = {row["ActivityID"]: row for row in data.table("fielddb/Activity.csv")}
    due = defaultdict(list)
    for row in data.table("fielddb/Opportunity.csv"):
        activity = activities[row["ActivityID"]]
        due[activity["LeadID"]].append(activity["DueDate"])
    for row in data.table("fielddb/Leads.csv"):
        status, created = row["LeadStatus"], row["CreatedDate"]
        yield {
            "external_id": row["LeadID"],
            "name": names[row["ContactID"]],
            "lead_source": row["LeadSource"],
            "created_at": created,
            "mql_at": created if status == "Qualified" else None,
            "converted_at": min(due[row["LeadID"]], default=None),
            "disqualified_at": created if status == "Lost" else None,
            "disqualified_reason": status if status == "Lost" else "",
        }


def activities_of(data):
    for row in data.table("fielddb/Activity.csv"):
        yield {
            "external_id": row["ActivityID"],
            "kind": KINDS[row["ActivityType"]],
            "lead": {"external_id": row["LeadID"]},
            "subject": row["Subject"],
            "booked_at": row["DueDate"],
            "due_at": row["DueDate"],
            "done_at": row["DueDate"] if row["Completed"] == "True" else None,
        }


def opportunities_of(data):
    activities = {row["ActivityID"]: row for row in data.table("fielddb/Activity.csv")}
    for row in data.table("fielddb/Opportunity.csv"):
        stage, activity = row["OpportunityStage"], activities[row["ActivityID"]]
        closed = row["CloseDate"] if stage in ENDS else None
        facts = {f"{ENDS[stage]}_at": closed} if closed else {"stage": STAGES[stage]}
        yield facts | {
            "external_id": row["OpportunityID"],
            "name": activity["Subject"],
            "lead": {"external_id": activity["LeadID"]},
            "amount": row["EstimatedValue"],
            "created_at": activity["DueDate"],
        }


def orders_of(data):
    lines = defaultdict(list)
    for row in data.table("fielddb/SalesLines.csv"):
        lines[row["SalesID"]].append({"sku": row["ItemNo"], "quantity": 1, "unit_price": row["LinePrice"]})
    for row in data.table("fielddb/Sales.csv"):
        yield {
            "external_id": row["SalesID"],
            "customer": {"external_id": row["ContactID"]},
            "placed_at": row["SalesDate"],
            "status": "pending",
            "lines": lines[row["SalesID"]],
        }


@pytest.fixture(scope="module")
def company(data_set, founded):
    """Sent shuffled, and then once more."""
    data = data_set("crm_import_samples")
    parts = {
        "leads": list(leads_of(data)),
        "activities": list(activities_of(data)),
        "opportunities": list(opportunities_of(data)),
        "orders": list(orders_of(data)),
    }
    with founded(data, zone="UTC", currency="USD", shuffled=7) as company:
        for resource, items in parts.items():
            assert company.load(resource, items) == {"created": len(items)}
        company.refresh()
        for resource, items in parts.items():
            assert company.load(resource, items) == {"unchanged": len(items)}
        company.settle()
        yield company


def test_leads_by_month(company):
    cards = ("leads", "mqls", "lead_conversion_rate_cohort")
    leads, mqls, cohort = (company.figures(card, *LEADS) for card in cards)
    assert list(leads) == list(company.oracle["by_created_month"])
    for month, expected in company.oracle["by_created_month"].items():
        assert leads[month].value == cohort[month].denominator == expected["leads"]
        assert mqls[month].value == expected["qualified"]
        assert cohort[month].numerator == expected["with_opportunity"]
        assert cohort[month].value * 100 == near(expected["lcr_opportunity_pct"])


def test_leads_by_source(company):
    cards = ("leads", "mqls", "lead_conversion_rate_cohort")
    leads, mqls, cohort = (company.members(card, "lead_source", *LEADS, grain="year") for card in cards)
    assert {source for source, _ in leads} == company.oracle["by_source"].keys()
    for source, expected in company.oracle["by_source"].items():
        key = source, "2025"
        assert leads[key].value == expected["leads"]
        assert mqls[key].value == expected["qualified"]
        assert cohort[key].numerator == expected["with_opportunity"]
        assert cohort[key].value * 100 == near(expected["lcr_opportunity_pct"])


def test_leads_in_all(company):
    expected = company.oracle["leads"]
    cohort = company.figures("lead_conversion_rate_cohort", *LEADS, grain="year")["2025"]
    period = company.figures("lead_conversion_rate", *LEADS, grain="year")["2025"]
    assert (cohort.numerator, cohort.denominator) == (expected["with_opportunity"], expected["leads"])
    assert cohort.value * 100 == near(expected["lcr_opportunity_pct"])
    # all leads were created and converted in this year: here, period and cohort must meet
    assert (period.numerator, period.denominator) == (cohort.numerator, cohort.denominator)
    assert company.figures("mqls", *LEADS, grain="year")["2025"].value == expected["qualified"]
    disqualified = [lead for lead in company.records("leads") if lead["disqualified_at"]]
    assert len(disqualified) == company.oracle["status"]["Lost"]


def test_win_rate(company):
    stages = company.oracle["stages"]
    won, closed = stages["Closed Won"], stages["Closed Won"] + stages["Closed Lost"]
    year = company.figures("win_rate", *CLOSED, grain="year")["2025"]
    assert (year.numerator, year.denominator) == (won, closed)
    assert year.value * 100 == near(company.oracle["win_rate_pct"])
    months = company.figures("win_rate", *CLOSED).values()
    assert (sum(month.numerator for month in months), sum(month.denominator for month in months)) == (won, closed)
    assert len(company.rows("win_rate", "2025")) == won


def test_stages_and_their_values(company):
    for name, slug in {**STAGES, **ENDS}.items():
        found = company.records("opportunities", stage=slug)
        assert len(found) == company.oracle["stages"][name]
        assert str(sum(Decimal(each["amount"]) for each in found)) == company.oracle["estimated_value_by_stage"][name]
    open_amounts = [Decimal(company.oracle["estimated_value_by_stage"][name]) for name in STAGES]
    assert company.figures("pipeline_value", *CLOSED)["2025-09"].value == sum(open_amounts)
    leads = {each["lead"] for each in company.records("opportunities", stage="won")}
    assert len(leads) == company.oracle["leads"]["with_won"]


def test_activities_by_kind(company):
    for name, kind in KINDS.items():
        assert len(company.records("activities", kind=kind)) == company.oracle["activities_by_type"][name]


def test_demos(company):
    booked = company.figures("demos_scheduled", "2025-03-01", "2025-08-31")
    assert {month: figure.value for month, figure in booked.items()} == company.oracle["demos_per_due_month"]
    held = company.figures("demos_held", "2025-01-01", "2025-12-31", grain="year")["2025"]
    assert held.value == len(company.rows("demos_held", "2025")) == company.oracle["demos_completed"]


def test_sales_are_paid_one_state_after_another(company, data_set):
    """Revenue appears on the day of the sale when its order is paid, however late that becomes known."""
    expected, sales = company.oracle["sales"], data_set("crm_import_samples").table("fielddb/Sales.csv")
    before = count = Decimal(0)
    for state in ("Paid", "Pending", "Overdue"):
        paid = [row["SalesID"] for row in sales if row["PaymentStatus"] == state]
        assert company.load("orders", [{"external_id": key, "status": "paid"} for key in paid]) == {"updated": len(paid)}
        company.refresh()
        years = [company.figures(card, *SALES, grain="year").values() for card in ("revenue", "orders")]
        revenue, orders = (sum(year.value for year in found) for found in years)
        assert orders - count == expected["by_payment_status"][state]["n"]
        assert revenue - before == Decimal(expected["by_payment_status"][state]["revenue"])
        before, count = revenue, orders
    assert (count, before) == (expected["sales"], Decimal(expected["revenue_lineprice"]))
    months = company.figures("revenue", *SALES)
    assert {month: figure.value for month, figure in months.items()} == {
        month: Decimal(amount) for month, amount in expected["by_month"].items()
    }
