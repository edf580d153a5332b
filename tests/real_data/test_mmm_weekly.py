"""208 weeks of simulated spend in five media and of revenue, November 2015 to November 2019.

A week is one expense per medium over its seven days and one order on its first; all of it belongs to one campaign, so that
our short-term ROMI over the whole span is the oracle's naive one: nothing is known of costs of goods. Amounts come with more
decimals than money has, so that each of the rows is off by at most half a cent: so are the sums.
Expenses are spread over their days: only sums over whole years of the weeks' first days can be compared, not the years of the
oracle. Weeks begin on Mondays, as its own do, so that what a campaign's page says still works of each week's spend is its
adstock; half a cent of a week weighs there as much as the sum of the powers of λ. Not comparable: its regression (no model of
ours claims what caused revenue).
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from kpis.readings.campaign_weeks import adstock_of
from tests.real_data.company import MONDAY

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]

MEDIA = ("tv_S", "ooh_S", "print_S", "search_S", "facebook_S")
SPAN = ("2015-11-23", "2019-11-17")
CENT = Decimal("0.01")


def money(text):
    return Decimal(text).quantize(CENT)


def slug_of(medium):
    return medium.lower().replace("_", "-")


def weeks_of(table):
    return [(date.fromisoformat(row["DATE"]), row) for row in table]


def expenses_of(table):
    for day, row in weeks_of(table):
        for medium in MEDIA:
            if amount := money(row[medium]):
                span = {"valid_from": f"{day}", "valid_to": f"{day + timedelta(days=6)}"}
                facts = {"kind": "ads", "channel": slug_of(medium), "campaign": {"external_id": "all", "source": "history"}}
                yield {"external_id": f"{day} {medium}", "amount": str(amount), **span, **facts}


def orders_of(table):
    for day, row in weeks_of(table):
        yield {
            "external_id": f"{day}",
            "customer": {"external_id": "market"},
            "campaign": {"external_id": "all", "source": "history"},
            "placed_at": f"{day}T12:00:00",
            "status": "paid",
            "currency": "EUR",
            "lines": [{"name": "Week", "quantity": 1, "unit_price": str(money(row["revenue"])), "unit_cost": "0"}],
        }


@pytest.fixture(scope="module")
def market(data_set, founded):
    data = data_set("mmm_weekly")
    table = data.table("dt_simulated_weekly.csv")
    with founded(data, zone="UTC", currency="EUR", shuffled=11, week_start=MONDAY) as company:
        company.load("channels", [{"slug": slug_of(name), "name": name, "kind": "other"} for name in MEDIA])
        campaign = {"external_id": "all", "name": "All", "starts_on": SPAN[0], "ends_on": SPAN[1], "goal": "sales"}
        assert company.load("campaigns", [campaign]) == {"created": 1}
        expenses = list(expenses_of(table))
        assert company.load("expenses", expenses) == {"created": len(expenses)}
        assert company.load("orders", orders_of(table)) == {"created": 208}
        company.settle()
        yield company


def about(expected, rows):
    return pytest.approx(Decimal(expected), abs=Decimal(rows) * CENT / 2, rel=0)


def test_spend_of_each_medium(market):
    read = market.members("operating_expenses", "channel", *SPAN, grain="year")
    for medium in MEDIA:
        assert sum(figure.value for (name, _), figure in read.items() if name == medium) == about(
            market.oracle["spend"][medium], 208
        )


def test_revenue_of_each_year_is_that_of_its_weeks(market):
    read = market.figures("revenue", *SPAN, grain="year")
    assert {year: figure.value for year, figure in read.items()} == {
        year: about(told["revenue"], 53) for year, told in market.oracle["per_year"].items()
    }


def test_return_of_the_whole_span(market):
    years = market.figures("romi_short", *SPAN, grain="year").values()
    returned, spent = sum(year.numerator for year in years), sum(year.denominator for year in years)
    assert spent == about(market.oracle["spend_total"], 5 * 208)
    assert 100 * returned / spent == pytest.approx(market.oracle["naive_romi_total_pct"], abs=Decimal("0.001"), rel=0)
    # Only one campaign, and all of its customers are its own: so the long term is the same.
    assert [year.value for year in market.figures("romi_long", *SPAN, grain="year").values()] == [year.value for year in years]


def test_what_still_works_of_the_spend_on_each_medium(market):
    read = market.members("operating_expenses", "channel", *SPAN, grain="week")
    for medium in MEDIA:
        decay = Decimal(market.oracle["adstock_theta"][medium])
        weeks = {figure.start: figure.value for (name, _), figure in read.items() if name == medium}
        works = adstock_of([weeks.get(f"{date.fromisoformat(SPAN[0]) + timedelta(weeks=week)}", 0) for week in range(208)], decay)
        most = CENT / 2 / (1 - decay)
        assert works[-1] == pytest.approx(Decimal(market.oracle["adstock_last_week"][medium]), abs=most, rel=0)
        assert sum(works) == pytest.approx(Decimal(market.oracle["adstock_sum"][medium]), abs=208 * most, rel=0)
