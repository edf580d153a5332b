"""Eleven campaigns in four channels over the 28 days of February 2021: spend, leads, orders and revenue of each day.

A row becomes one expense of its day, as many leads of its campaign as it says, and as many orders of new customers of that
campaign, which share its revenue (the cents that are over go to the first). The oracle's CPL is ours, as all campaigns want
leads; its cost per order is our cost per purchase; its weeks begin on Mondays, so ours do; its ROMI is our short-term one,
because goods are said to cost nothing and no campaign ends before the month does. A network is the first word of a campaign's
name, as the oracle takes it. Not comparable: impressions, clicks and what is made of them (no record of ours), orders ÷ leads
(ours follows each lead).
"""

import csv
from collections import defaultdict
from decimal import Decimal

import pytest

from tests.real_data.company import MONDAY
from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db, pytest.mark.slow]

FEBRUARY = ("2021-02-01", "2021-02-28")
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def table(data_set):
    with (data_set("marketing_daily").folder / "Marketing.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))


def amount(text):
    return Decimal(text.replace(",", "."))


def reference(name):
    return {"external_id": name, "source": "history"}


def expenses_of(table):
    for row in table:
        day = row["c_date"]
        facts = {"kind": "ads", "amount": str(amount(row["mark_spent"])), "valid_from": day, "valid_to": day}
        yield {"external_id": row["id"], "campaign": reference(row["campaign_name"]), **facts}


def leads_of(table):
    for row in table:
        for number in range(int(row["leads"])):
            facts = {"name": "Lead", "campaign": reference(row["campaign_name"]), "channel": row["category"]}
            yield {"external_id": f"{row['id']}-{number}", "created_at": f"{row['c_date']}T12:00:00", **facts}


def orders_of(table):
    for row in table:
        count = int(row["orders"])
        for number in range(count):
            cents = int(amount(row["revenue"]) / CENT)
            price = (cents // count + (cents % count if number == 0 else 0)) * CENT
            yield {
                "external_id": f"{row['id']}-{number}",
                "customer": {"external_id": f"{row['id']}-{number}"},
                "campaign": reference(row["campaign_name"]),
                "channel": row["category"],
                "placed_at": f"{row['c_date']}T12:00:00",
                "status": "paid",
                "currency": "EUR",
                "lines": [{"name": "Purchase", "quantity": 1, "unit_price": str(price), "unit_cost": "0"}],
            }


@pytest.fixture(scope="module")
def agency(data_set, table, founded):
    channels = {row["campaign_name"]: row["category"] for row in table}
    with founded(data_set("marketing_daily"), zone="UTC", currency="EUR", shuffled=7, week_start=MONDAY) as company:
        made = [{"slug": slug, "name": slug, "kind": "other", "is_marketing": True} for slug in sorted(set(channels.values()))]
        assert sum(company.load("channels", made).values()) == 4
        span = {"starts_on": FEBRUARY[0], "ends_on": FEBRUARY[1], "goal": "leads"}
        campaigns = [{"external_id": name, "name": name, "channel": slug, **span} for name, slug in channels.items()]
        assert company.load("campaigns", campaigns) == {"created": 11}
        assert company.load("expenses", expenses_of(table)) == {"created": 308}
        assert company.load("leads", leads_of(table)) == {"created": 65_579}
        assert company.load("orders", orders_of(table)) == {"created": 8043}
        company.settle()
        yield company


CARDS = ("cost_per_lead", "cost_per_purchase", "romi_short", "marketing_revenue", "average_order_value")


def assert_as_told(read, expected):
    lead, purchase, romi, revenue, order = read
    assert (lead.numerator, lead.denominator) == (Decimal(expected["mark_spent"]), int(expected["leads"]))
    assert lead.value == near(expected["cpl"])
    assert purchase.denominator == int(expected["orders"])
    assert purchase.value == near(expected["cost_per_order"])
    assert 100 * romi.value == near(expected["romi_pct"])
    assert revenue.value == Decimal(expected["revenue"])
    assert order.value == near(expected["aov"])


def test_the_whole_month(agency):
    assert_as_told([agency.figures(card, *FEBRUARY)["2021-02"] for card in CARDS], agency.oracle["total"])


@pytest.mark.parametrize(("dimension", "part"), [("campaign", "by_campaign"), ("channel", "by_channel")])
def test_parts(agency, dimension, part):
    read = [agency.members(card, dimension, *FEBRUARY) for card in CARDS]
    for name, expected in agency.oracle[part].items():
        assert_as_told([each[name, "2021-02"] for each in read], expected)
    assert [len(each) for each in read] == [len(agency.oracle[part])] * len(CARDS)


def test_networks_are_sums_of_campaigns_over_sums_of_campaigns(agency):
    read = {card: agency.members(card, "campaign", *FEBRUARY) for card in CARDS}
    sums = defaultdict(lambda: defaultdict(Decimal))
    for card, figures in read.items():
        for (name, _), figure in figures.items():
            sums[name.lower().split("_")[0]][card, "top"] += figure.numerator
            sums[name.lower().split("_")[0]][card, "bottom"] += figure.denominator or 0
    assert sorted(sums) == sorted(agency.oracle["by_network"])
    for network, expected in agency.oracle["by_network"].items():
        ratios = {card: sums[network][card, "top"] / sums[network][card, "bottom"] for card in CARDS[:3]}
        assert ratios["cost_per_lead"] == near(expected["cpl"])
        assert ratios["cost_per_purchase"] == near(expected["cost_per_order"])
        assert 100 * ratios["romi_short"] == near(expected["romi_pct"])


def test_every_day(agency):
    read = [agency.figures(card, *FEBRUARY, grain="day") for card in CARDS]
    for day, expected in agency.oracle["by_day"].items():
        assert_as_told([each[day] for each in read], expected)


def test_every_week(agency):
    read = [{figure.start: figure for figure in agency.figures(card, *FEBRUARY, grain="week").values()} for card in CARDS]
    weeks = agency.oracle["by_week_starting_monday_2021-02-01"]
    assert len(weeks) == 4
    for monday, expected in weeks.items():
        assert_as_told([each[monday] for each in read], expected)
