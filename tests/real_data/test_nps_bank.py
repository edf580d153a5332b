"""2,465 answers of a bank's NPS survey, January to June 2021.

Ours and the oracle's agree in everything they share: promoters 9–10, detractors 0–6, NPS = 100 · (P − D) ÷ n by the day of
the answer, and the margin of error at 95 % (ours is the half width of the interval from `lower` to `upper`).
Not comparable: `mean_score`, because no KPI gives the mean of the scores; markets, which are no dimension of ours.
"""

from decimal import Decimal

import pytest

from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]

HALF = ("2021-01-01", "2021-06-30")


def answers_of(table):
    for row in table:
        day, month, year = row["Survey date"].split("/")
        yield {"external_id": row["ID"], "survey": "nps", "score": int(row["NPS"]), "answered_at": f"20{year}-{month}-{day}"}


@pytest.fixture(scope="module", params=["once", "twice and shuffled"])
def bank(request, data_set, founded):
    data = data_set("nps_bank")
    answers = list(answers_of(data.table("NPStimeseries_2021H1.csv")))
    is_once = request.param == "once"
    with founded(data, zone="UTC", currency="GBP", shuffled=None if is_once else 3) as company:
        assert company.load("survey-answers", answers) == {"created": 2465}
        if not is_once:
            company.refresh()
            assert company.load("survey-answers", answers) == {"unchanged": 2465}
        company.settle()
        yield company


@pytest.mark.parametrize(("grain", "part"), [("month", "per_month"), ("quarter", "per_quarter")])
def test_score_and_margin_of_error(bank, grain, part):
    figures = bank.figures("nps", *HALF, grain=grain)
    assert list(figures) == list(bank.oracle[part])
    for key, expected in bank.oracle[part].items():
        figure = figures[key]
        assert figure.denominator == figure.sample_size == expected["n"]
        assert figure.numerator == expected["promoters"] - expected["detractors"]
        assert figure.value == near(expected["nps"])
        assert (figure.upper - figure.lower) / 2 == near(expected["moe95"])
        assert figure.state == ("closed", "exact", False)


def test_promoters_and_detractors_are_the_rows_behind_the_score(bank):
    for key, expected in bank.oracle["per_quarter"].items():
        amounts = [row["amount"] for row in bank.rows("nps", key)]
        assert (amounts.count("1"), amounts.count("-1")) == (expected["promoters"], expected["detractors"])
        everybody = bank.rows("nps", key, side="denominator")
        assert len(everybody) - len(amounts) == expected["passives"]


def test_the_half_year_is_no_mean_of_its_months(bank):
    months = bank.figures("nps", *HALF).values()
    score = 100 * sum(month.numerator for month in months) / sum(month.denominator for month in months)
    mean = sum(month.value for month in months) / 6
    assert (round(score, 3), round(mean, 3)) == (Decimal("12.819"), Decimal("12.738"))
    year = bank.figures("nps", *HALF, grain="year")["2021"]
    assert year.value == near(score)
