"""9,240 leads of an online school with their sources, and which of them converted.

The set has no dates: all leads are created on one day and convert on it, so that the period's rate and the cohort's are the
oracle's. Sources that differ in case only are one of ours, as in the oracle's case-folded part; no source is the unknown one.
Origins are loaded as channels. Not comparable: the other columns (activities, tags, cities), which are no dimension of ours.
"""

import pytest

from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db]

DAY = "2021-03-01"
MONTH = ("2021-03-01", "2021-03-31")


def slug_of(name):
    return name.lower().replace(" ", "-")


def leads_of(table):
    for row in table:
        lead = {"external_id": row["Prospect ID"], "name": row["Lead Number"], "channel": slug_of(row["Lead Origin"])}
        lead |= {"created_at": f"{DAY}T09:00:00", "converted_at": f"{DAY}T18:00:00" if row["Converted"] == "1" else None}
        yield lead | ({"lead_source": slug_of(row["Lead Source"])} if row["Lead Source"] else {})


@pytest.fixture(scope="module")
def school(data_set, founded):
    """Sent shuffled, and then once more."""
    data = data_set("xeducation_leads")
    table = data.table("Leads.csv")
    with founded(data, zone="Asia/Kolkata", currency="INR", shuffled=9) as company:
        origins = sorted({row["Lead Origin"] for row in table})
        company.load("channels", [{"slug": slug_of(name), "name": name, "kind": "other"} for name in origins])
        sources = sorted({row["Lead Source"].lower() for row in table} - {""})
        company.load("lead-sources", [{"slug": slug_of(name), "name": name} for name in sources])
        assert company.load("leads", leads_of(table)) == {"created": 9240}
        company.refresh()
        assert company.load("leads", leads_of(table)) == {"unchanged": 9240}
        company.settle()
        yield company


def assert_as_told(figure, expected):
    assert (figure.numerator, figure.denominator) == (expected["converted"], expected["leads"])
    assert 100 * figure.value == near(expected["lcr_pct"])


@pytest.mark.parametrize("card", ["lead_conversion_rate", "lead_conversion_rate_cohort"])
def test_all_leads(school, card):
    assert_as_told(school.figures(card, *MONTH)["2021-03"], school.oracle["overall"])


@pytest.mark.parametrize(("dimension", "part"), [("channel", "by Lead Origin"), ("lead_source", "by Lead Source, case-folded")])
def test_parts(school, dimension, part):
    told = dict(school.oracle[part])
    read = school.members("lead_conversion_rate_cohort", dimension, *MONTH)
    unknown = told.pop("(missing)", None)
    for name, expected in told.items():
        assert_as_told(read.pop((name, "2021-03")), expected)
    if unknown:
        (figure,) = read.values()
        assert figure.answered["dimension"]["id"] is None
        assert_as_told(figure, unknown)
    else:
        assert read == {}


def test_few_leads_say_so_by_their_interval(school):
    """Live chat: 2 of 2, which is anything from 34 % on; the sheet's 20 of 20 from 84 %."""
    figure = school.members("lead_conversion_rate_cohort", "lead_source", *MONTH)["live chat", "2021-03"]
    assert (figure.value, figure.upper, figure.sample_size) == (1, 1, 2)
    assert figure.lower == near("0.342380")  # 2 ÷ (2 + 1.959964²)
