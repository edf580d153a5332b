"""7,043 customers of a fictitious telephone company, and who of them left within the last month.

Each has a contract that began as many months of 30 days ago as the set says, counted back from the last day of December,
so that everybody was there when January began; who left has one that ended on 30 January, and is lost on the 31st. So
January's churn rate is the oracle's `churn_pct`, customers at its start are all of them, and its interval is Wilson's.
Kinds of contracts stand as the customers' channels, kinds of payment as their campaigns, of internet as their lead sources,
and those above and below 65 have an owner each, so that there is something to split by.
Not comparable: ARPU (what is paid for a contract is no revenue of ours), 1 ÷ churn as a lifetime and what follows from it
(our tenure is a Kaplan–Meier mean, and our CLV knows margins and the costs of keeping and winning).
"""

from datetime import date, timedelta

import pytest

from crm.confidence import wilson
from crm.services import create_user
from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]

JANUARY = ("2021-01-01", "2021-01-31")
BEFORE = date(2020, 12, 31)
SPLITS = {"channel": "Contract", "campaign": "PaymentMethod", "lead_source": "InternetService", "owner": "SeniorCitizen"}


def slug_of(name):
    return name.lower().replace(" ", "-")


def email_of(senior):
    return f"senior-{senior}@example.com"


def customers_of(table):
    for row in table:
        yield {
            "external_id": row["customerID"],
            "channel": slug_of(row["Contract"]),
            "campaign": {"external_id": row["PaymentMethod"]},
            "lead_source": slug_of(row["InternetService"]),
            "owner": email_of(row["SeniorCitizen"]),
        }


def contracts_of(table):
    for row in table:
        yield {
            "external_id": row["customerID"],
            "customer": {"external_id": row["customerID"]},
            "plan": row["Contract"],
            "starts_on": str(BEFORE - timedelta(days=30 * int(row["tenure"]))),
            "ends_on": "2021-01-30" if row["Churn"] == "Yes" else None,
            "monthly_amount": row["MonthlyCharges"],
        }


@pytest.fixture(scope="module")
def telco(data_set, founded):
    data = data_set("telco_churn")
    table = data.table("Telco-Customer-Churn.csv")
    kinds = {column: sorted({row[column] for row in table}) for column in SPLITS.values()}
    with founded(data, zone="UTC", currency="USD") as company:
        for senior in kinds["SeniorCitizen"]:
            create_user(email_of(senior), role="rep", name=senior)
        channels = [{"slug": slug_of(name), "name": name, "kind": "other"} for name in kinds["Contract"]]
        sources = [{"slug": slug_of(name), "name": name} for name in kinds["InternetService"]]
        campaigns = [{"external_id": name, "name": name} for name in kinds["PaymentMethod"]]
        for resource, items in (("channels", channels), ("lead-sources", sources), ("campaigns", campaigns)):
            assert company.load(resource, items) == {"created": len(items)}
        assert company.load("customers", customers_of(table)) == {"created": 7043}
        assert company.load("contracts", contracts_of(table)) == {"created": 7043}
        company.settle()
        yield company


def assert_as_told(churn, retention, expected):
    left, everybody = expected["churned"], expected["customers_at_start"]
    assert (churn.numerator, churn.denominator) == (left, everybody)
    assert 100 * churn.value == near(expected["churn_pct"])
    assert [churn.lower, churn.upper] == [near(str(bound)) for bound in wilson(left, everybody)]
    assert (retention.numerator, retention.denominator) == (everybody - left, everybody)


def test_all_customers(telco):
    churn, retention = (telco.figures(card, *JANUARY)["2021-01"] for card in ("churn_rate", "retention_rate"))
    assert_as_told(churn, retention, telco.oracle["overall"])
    assert telco.figures("lost_customers", *JANUARY)["2021-01"].value == 1869
    assert telco.figures("active_customers", *JANUARY)["2021-01"].value == 7043 - 1869


@pytest.mark.parametrize(("dimension", "column"), SPLITS.items())
def test_by_kind(telco, dimension, column):
    churn, retention = (telco.members(card, dimension, *JANUARY) for card in ("churn_rate", "retention_rate"))
    assert {name for name, _ in churn} == telco.oracle[f"by_{column}"].keys()
    for name, expected in telco.oracle[f"by_{column}"].items():
        assert_as_told(churn[name, "2021-01"], retention[name, "2021-01"], expected)


def test_naive_tenure_is_the_mean_tenure_and_the_31_days_of_january(telco):
    days = telco.figures("naive_customer_tenure", *JANUARY)["2021-01"].value
    assert (days - 31) / 30 == near(telco.oracle["overall"]["avg_tenure_months"])
