"""2,357 customers of a CD shop, January to September 1997: the sample that BG/NBD was published with.

Purchases of one customer on one day are one, as our order days are, and the value of repeat purchases is ours of the order
days after the first. Nothing is known of costs: each CD is said to cost nothing, so that margin is value. Published to three
digits are the parameters of BG/NBD (Fader, Hardie and Lee, 2005) and of Gamma-Gamma (Fader and Hardie, 2013); ours are within
1 % of them. Not comparable: Pareto/NBD (no model of ours), expectations over 39 weeks (ours are over 52), what was bought
after September, and the master of all customers, of whom the sample is a tenth.
"""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from kpis.engine.predictions import fit

pytestmark = [pytest.mark.real_data, pytest.mark.django_db, pytest.mark.slow]

END = "1997-09-30"


def orders_of(data):
    """A row is a customer's number in all and in the sample, the day, how many CDs, and their value."""
    for number, row in enumerate((data.folder / "CDNOW_sample.txt").read_text().splitlines()):
        _, customer, day, _, value = row.split()
        if day > END.replace("-", ""):
            continue
        yield {
            "external_id": str(number),
            "customer": {"external_id": customer},
            "placed_at": f"{day[:4]}-{day[4:6]}-{day[6:]}T12:00:00",
            "status": "fulfilled",
            "currency": "USD",
            "lines": [{"sku": "CD", "quantity": 1, "unit_price": value, "unit_cost": "0"}],
        }


@pytest.fixture(scope="module")
def shop(data_set, founded):
    data = data_set("cdnow")
    orders = list(orders_of(data))
    with founded(data, zone="UTC", currency="USD") as company:
        assert company.load("orders", orders) == {"created": len(orders)}
        company.refresh()
        fit(date.fromisoformat(END), at=timezone.now())
        yield company


def within_a_percent(found, published):
    return {name: Decimal(found[name]) for name in published} == pytest.approx(
        {name: Decimal(value) for name, value in published.items()}, rel=Decimal("0.01")
    )


def test_the_parameters_are_the_published_ones(shop):
    found, oracle = shop.get("/reports/predictions/", as_of=END), shop.oracle
    assert (found["as_of"], found["converged"], found["reason"]) == (END, True, None)
    assert found["customers"] == oracle["calibration"]["customers"]
    assert found["repeaters"] == oracle["calibration"]["repeaters"]
    published = oracle["bgnbd"]["published_FHL2005"]
    assert within_a_percent(found["purchases"], {name: published[name] for name in ("r", "alpha", "a", "b")})
    assert Decimal(found["purchases"]["log_likelihood"]) == pytest.approx(published["loglik"], abs=Decimal("0.1"))
    published = oracle["gamma_gamma"]["published_FH2013_note"]
    assert within_a_percent(found["spending"], {name: published[name] for name in ("p", "q", "v")})


def test_everybody_has_figures_of_their_own_that_add_up_to_the_card(shop):
    people, cursor = [], {}
    while cursor is not None:
        page = shop.get("/reports/predictions/", as_of=END, limit=200, **cursor)
        people += page["results"]
        cursor = {"cursor": page["next"]} if page["next"] else None
    mean_alive = sum(Decimal(one["alive"]) for one in people) / len(people)
    assert mean_alive == pytest.approx(shop.oracle["bgnbd"]["mean_p_alive"], rel=Decimal("0.001"))

    card = shop.figures("clv_predicted", END, END)["1997-09"]
    assert card.numerator == sum(Decimal(one["value"]) for one in people)
    assert card.denominator == len(people) == shop.oracle["calibration"]["customers"]
    assert card.state == ("closed", "estimated", False)
    assert len(shop.rows("clv_predicted", "1997-09")) == len(people)
