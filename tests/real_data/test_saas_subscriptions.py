"""5,000 subscriptions of 500 accounts of a fictitious software company over two years.

Whoever cancels on a day is no longer there on its evening: the day before is the contract's last, and the thirteen that
were cancelled on their first day have none. So an account is active on an evening as the oracle counts it at midnight, the
oracle's churn is our churn rate with both its sides, and what it calls new (there now, not a month ago) is our net growth
with the churned put back. Trials are loaded too: they must not count.
Not comparable: churn and numbers of subscriptions (we count customers, not contracts), recurring revenue (an agreed amount
is no order), mean lengths of subscriptions (ours are lifetimes of customers, with those who are still here), up- and
downgrades (a contract is no order line).
"""

from datetime import date, timedelta

import pytest

from crm.confidence import wilson
from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]

SPAN = ("2023-02-01", "2024-12-31")


def contracts_of(table):
    for row in table:
        last = row["end_date"] and str(date.fromisoformat(row["end_date"]) - timedelta(days=1))
        if last and last < row["start_date"]:
            continue
        yield {
            "external_id": row["subscription_id"],
            "customer": {"external_id": row["account_id"]},
            "plan": row["plan_tier"],
            "starts_on": row["start_date"],
            "ends_on": last or None,
            "monthly_amount": row["mrr_amount"],
            "is_trial": row["is_trial"] == "True",
        }


@pytest.fixture(scope="module")
def ravenstack(data_set, founded):
    data = data_set("saas_subscriptions")
    company_of = founded(data, zone="UTC", currency="USD", shuffled=5)
    table = data.table("ravenstack_subscriptions.csv")
    with company_of as company:
        accounts = sorted({row["account_id"] for row in table})
        assert company.load("customers", [{"external_id": key, "name": key} for key in accounts]) == {"created": 500}
        company.contracts = list(contracts_of(table))
        assert company.load("contracts", company.contracts) == {"created": len(company.contracts)}
        company.settle()
        yield company


def test_every_month_has_the_churn_of_accounts(ravenstack):
    churn, retention = (ravenstack.figures(card, *SPAN) for card in ("churn_rate", "retention_rate"))
    for month, expected in ravenstack.oracle["per_month"].items():
        start, left = expected["accounts_start"], expected["accounts_churned"]
        assert (churn[month].numerator, churn[month].denominator) == (left, start)
        assert 100 * churn[month].value == near(expected["accounts_churn_pct"])
        assert [churn[month].lower, churn[month].upper] == [near(str(bound)) for bound in wilson(left, start)]
        assert (retention[month].numerator, retention[month].denominator) == (start - left, start)
    assert churn.keys() == ravenstack.oracle["per_month"].keys()


def test_every_month_has_the_base_of_accounts(ravenstack):
    active, growth, new, lost, back = (
        ravenstack.figures(card, *SPAN)
        for card in ("active_customers", "net_customer_growth", "new_customers", "lost_customers", "reactivated_customers")
    )
    for month, expected in ravenstack.oracle["per_month"].items():
        grown = expected["accounts_new"] - expected["accounts_churned"]
        assert active[month].value == expected["accounts_start"] + grown
        assert growth[month].value == new[month].value + back[month].value - lost[month].value == grown


def test_who_left_is_named(ravenstack):
    """One account in November 2023 and one in September 2024; each is listed by the day on which it was gone."""
    for month in ("2023-11", "2024-09"):
        (row,) = ravenstack.rows("churn_rate", month)
        account = row["label"]
        ends = [
            one["ends_on"] for one in ravenstack.contracts if one["customer"]["external_id"] == account and not one["is_trial"]
        ]
        gone = date.fromisoformat(row["day"])
        assert str(gone)[:7] == month
        assert str(gone - timedelta(days=1)) in ends


def test_each_account_is_new_once_on_its_first_day(ravenstack):
    first = {}
    for one in ravenstack.contracts:
        if not one["is_trial"]:
            account = one["customer"]["external_id"]
            first[account] = min(one["starts_on"], first.get(account, one["starts_on"]))
    new = ravenstack.figures("new_customers", "2023-01-01", "2024-12-31")
    assert {month: figure.value for month, figure in new.items()} == {
        month: sum(day.startswith(month) for day in first.values()) for month in new
    }
    assert ravenstack.figures("customers_total", *SPAN)["2024-12"].value == len(first)
