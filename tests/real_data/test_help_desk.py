"""13,710 events of 3,804 cases of an Italian help desk, 2010 to 2012.

A case is a ticket: opened at its first event, resolved at its last, never reopened. The oracle takes the times by the bare
clock, so the organisation's zone is UTC: with a zone whose clocks change, such as Tehran's, cases that lie across a
change last an hour more or less. Our month is that of the resolution, as the oracle's.
Median and 90th percentile are those of the cards, month by month; of all 35 months, which are no period of a card, they
are worked out here from the rows behind the months, which therefore are the oracle's cases one by one.
Not comparable: events per case (a ticket has no events of this kind).
"""

from collections import defaultdict
from decimal import Decimal

import pytest

from tests.real_data.near import near

pytestmark = [pytest.mark.real_data, pytest.mark.django_db, pytest.mark.slow]

SPAN = ("2010-01-01", "2012-11-30")


def tickets_of(table):
    events = defaultdict(list)
    for row in table:
        events[row["CaseID"]].append(row["CompleteTimestamp"])
    return [{"external_id": case, "created_at": min(found), "resolved_at": max(found)} for case, found in events.items()]


@pytest.fixture(scope="module")
def desk(data_set, founded):
    """Sent shuffled, and then once more."""
    data = data_set("tickets")
    tickets = tickets_of(data.table("helpdesk.csv"))
    with founded(data, zone="UTC", currency="EUR", shuffled=2) as company:
        assert company.load("tickets", tickets) == {"created": 3804}
        company.refresh()
        assert company.load("tickets", tickets) == {"unchanged": 3804}
        company.settle()
        yield company


def percentile(values, share):
    """Linear interpolation between the two neighbours of a rank."""
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    low = ordered[int(rank)]
    high = ordered[min(int(rank) + 1, len(ordered) - 1)]
    return low + rank % 1 * (high - low)


def test_mean_time_month_by_month(desk):
    figures = desk.figures("mean_time_to_resolution", *SPAN)
    assert list(figures) == list(desk.oracle["helpdesk_it"]["by_month_of_last_event"])
    for month, expected in desk.oracle["helpdesk_it"]["by_month_of_last_event"].items():
        assert figures[month].denominator == figures[month].sample_size == expected["n"]
        assert figures[month].value == near(expected["mttr_hours_mean"])


def test_mean_time_of_all_is_no_mean_of_means(desk):
    years = desk.figures("mean_time_to_resolution", *SPAN, grain="year").values()
    seconds, tickets = sum(year.numerator for year in years), sum(year.denominator for year in years)
    assert tickets == desk.oracle["helpdesk_it"]["cases"]
    assert seconds / 3600 / tickets == near(desk.oracle["helpdesk_it"]["overall"]["mttr_hours_mean"])


def test_median_and_90th_percentile_month_by_month(desk):
    medians = desk.figures("median_time_to_resolution", *SPAN)
    ninetieths = desk.figures("p90_time_to_resolution", *SPAN)
    assert list(medians) == list(ninetieths) == list(desk.oracle["helpdesk_it"]["by_month_of_last_event"])
    for month, expected in desk.oracle["helpdesk_it"]["by_month_of_last_event"].items():
        assert medians[month].value == near(expected["mttr_hours_median"])
        assert ninetieths[month].value == near(expected["p90_hours_linear"])
        assert medians[month].sample_size == ninetieths[month].sample_size == expected["n"]


def test_the_rows_behind_all_months_have_the_median_and_the_percentile_of_all(desk):
    months = desk.oracle["helpdesk_it"]["by_month_of_last_event"]
    hours = [Decimal(row["amount"]) / 3600 for month in months for row in desk.rows("mean_time_to_resolution", month)]
    assert percentile(hours, Decimal("0.5")) == near(desk.oracle["helpdesk_it"]["overall"]["mttr_hours_median"])
    assert percentile(hours, Decimal("0.9")) == near(desk.oracle["helpdesk_it"]["overall"]["p90_hours_linear"])
