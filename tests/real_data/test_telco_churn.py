"""7,043 customers of a fictitious telephone company, and who of them left within the last month.

The set gives no dates. With an inactivity threshold of 30 days each customer buys on 16 December, and those who stay again
on 15 January, which is just in time: the others are lost on that day. So January's churn rate is the oracle's `churn_pct`,
customers at its start are all of them, and its interval is Wilson's. Kinds of contracts are loaded as the customers' channels.
Not comparable: tenures and ARPU (no dates, and bills are no orders), 1 ÷ churn as a lifetime and what follows from it (our
tenure is a Kaplan–Meier mean, and our CLV knows margins and the costs of keeping and winning).
"""

import pytest

from crm.confidence import wilson
from crm.models import Organization
from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]

JANUARY = ("2021-01-01", "2021-01-31")


def slug_of(name):
    return name.lower().replace(" ", "-")


def orders_of(table):
    for row in table:
        days = ("2020-12-16",) if row["Churn"] == "Yes" else ("2020-12-16", "2021-01-15")
        for day in days:
            yield {
                "external_id": f"{row['customerID']} {day}",
                "customer": {"external_id": row["customerID"]},
                "channel": slug_of(row["Contract"]),
                "placed_at": f"{day}T12:00:00",
                "status": "paid",
                "currency": "USD",
                "lines": [{"name": "Bill", "quantity": 1, "unit_price": row["MonthlyCharges"]}],
            }


@pytest.fixture(scope="module")
def telco(data_set, founded):
    data = data_set("telco_churn")
    table = data.table("Telco-Customer-Churn.csv")
    with founded(data, zone="UTC", currency="USD") as company:
        Organization.objects.update(inactivity_days=30)
        contracts = sorted({row["Contract"] for row in table})
        company.load("channels", [{"slug": slug_of(name), "name": name, "kind": "other"} for name in contracts])
        assert company.load("orders", orders_of(table)) == {"created": 7043 + 7043 - 1869}
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


def test_by_contract(telco):
    churn, retention = (telco.members(card, "channel", *JANUARY) for card in ("churn_rate", "retention_rate"))
    for name, expected in telco.oracle["by_Contract"].items():
        assert_as_told(churn[name, "2021-01"], retention[name, "2021-01"], expected)
    assert len(churn) == 3
