"""Every KPI, in every period and by every dimension, against a second implementation that shares nothing with it."""

from datetime import date
from functools import cache
from itertools import pairwise

import pytest
from django.db import connection

from campaigns.models import Campaign, Channel
from crm.models import Team, User
from crm.periods import Calendar, Grain
from customers.models import Contract, Customer, Product
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from kpis.engine import find_drift
from kpis.readings import Query, read
from tests.kpis.oracle import FIGURES, oracle
from tests.kpis.proof import expected, of_dimension, periods_of, shown, without_zeros

pytestmark = pytest.mark.slow

# A day inside a Jalali month, a Gregorian month, a week and a quarter; rows go on after it.
TODAY = date(2025, 9, 20)
GRAINS = [
    (Calendar.JALALI, Grain.MONTH, date(2022, 3, 21)),
    (Calendar.GREGORIAN, Grain.MONTH, date(2022, 5, 1)),
    (Calendar.JALALI, Grain.WEEK, date(2024, 11, 1)),
    (Calendar.JALALI, Grain.QUARTER, date(2022, 3, 21)),
    (Calendar.GREGORIAN, Grain.QUARTER, date(2022, 1, 1)),
    (Calendar.JALALI, Grain.YEAR, date(2022, 3, 21)),
    (Calendar.GREGORIAN, Grain.YEAR, date(2022, 1, 1)),
    (Calendar.JALALI, Grain.FISCAL_QUARTER, date(2022, 3, 21)),
    (Calendar.JALALI, Grain.RANGE, date(2024, 11, 1)),
]
SUMMABLE = ["leads", "mqls", "sqls", "revenue", "orders", "new_customers", "lost_customers", "reactivated_customers"]
SUMMABLE += ["lead_generation_cost", "cost_per_purchase", "marketing_revenue", "demos_scheduled", "demos_held"]
SUMMABLE += ["net_customer_growth", "cost_per_lead", "customer_acquisition_cost", "nps", "csat", "mean_time_to_resolution"]
SUMMABLE += ["mean_time_to_resolution_business", "attitudinal_loyalty", "csat_mean", "tickets_opened", "operating_expenses"]
SUMMABLE += ["sessions", "organic_sessions", "pages_per_session", "social_engagement_rate", "cart_abandonment_rate"]
SUMMABLE += ["recovered_carts", "survey_response_rate", "social_engagement_rate_per_post"]

MODELS = {"channel": Channel, "owner": User, "team": Team, "product": Product, "campaign": Campaign}
QUARTERS = (Calendar.JALALI, Grain.QUARTER, date(2024, 3, 20))
# What a rep may not see at all, beside costs.
OF_TRAFFIC = {"sessions", "organic_sessions", "social_sessions", "social_session_share", "pages_per_session"}
OF_TRAFFIC |= {
    "site_engagement_rate",
    "social_engagement_rate",
    "social_engagement_rate_per_post",
    "landing_page_conversion_rate",
}
# Has a meaning only for campaigns whose goal is leads, which the oracle does not know.
GOAL_BOUND = {"cost_per_lead"}


def viewer_and_theirs(role):
    rep = User.objects.get(email="rep1@example.com")
    if role == "rep":
        return rep, ("owner", rep.pk)
    return User(email="m@example.com", role="manager", visibility="team", team=rep.team), ("team", rep.team_id)


@cache
def told(key, periods, today=TODAY, only=None):
    """Asked once, as the three years never change."""
    return expected(key, periods, today, only)


def test_the_oracle_knows_every_kpi_and_every_dimension():
    assert {key: {d.value for d in kpi.dimensions} for key, kpi in CATALOGUE.items()} == {
        key: set(figure.dimensions) for key, figure in FIGURES.items()
    }


def test_nothing_drifts_after_three_years_of_edits(history):
    assert find_drift() == []


@pytest.mark.parametrize("dimension", [None, *Dimension], ids=lambda each: each and each.value)
@pytest.mark.parametrize(("calendar", "grain", "first"), GRAINS, ids=str)
def test_every_period_and_member_is_what_the_rows_say(history, calendar, grain, first, dimension):
    periods = periods_of(calendar, grain, first, TODAY)
    keys = [key for key, kpi in CATALOGUE.items() if dimension is None or dimension in kpi.dimensions]
    name = dimension and dimension.value

    found = shown(keys, Query(periods, TODAY, by=dimension))

    wanted = {key: of_dimension(told(key, periods), name) for key in keys}
    assert [key for key in keys if without_zeros(found[key]) != wanted[key]] == []
    assert [key for key in keys if not wanted[key]] == []


@pytest.mark.parametrize(("first", "last"), [(date(2022, 9, 15), date(2022, 9, 25)), (date(2025, 3, 15), date(2025, 3, 24))])
def test_days_around_leap_days_and_changed_clocks(history, first, last):
    periods = periods_of(Calendar.JALALI, Grain.DAY, first, last)

    found = shown(CATALOGUE, Query(periods, TODAY))

    assert [key for key in FIGURES if without_zeros(found[key]) != of_dimension(told(key, periods), None)] == []


@pytest.mark.parametrize("dimension", [None, *Dimension], ids=lambda each: each and each.value)
@pytest.mark.parametrize("filtered", [Dimension.CHANNEL, Dimension.OWNER, Dimension.TEAM, Dimension.PRODUCT, Dimension.CAMPAIGN])
def test_one_member_filtered_and_split_by_the_others(history, filtered, dimension):
    """Where two dimensions meet, numbers come from stored days or from the rows instead of period sums."""
    member, periods = MODELS[filtered.value].objects.order_by("pk")[0].pk, periods_of(*QUARTERS, TODAY)
    keys = [key for key, kpi in CATALOGUE.items() if {filtered, dimension or filtered} <= set(kpi.dimensions)]

    found = shown(keys, Query(periods, TODAY, by=dimension, filters={filtered: member}))

    cells = {key: told(key, periods, only=(filtered.value, member)) for key in keys}
    name = dimension and dimension.value
    assert [key for key in keys if without_zeros(found[key]) != of_dimension(cells[key], name)] == []


PAIRS = [("channel", "owner"), ("owner", "campaign"), ("team", "channel"), ("product", "channel"), ("campaign", "team")]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_filters_at_once(history, first, second):
    """The rows of both filters are one cell of those of the first, taken apart by the second."""
    one, periods = MODELS[first].objects.order_by("pk")[0].pk, periods_of(*QUARTERS, TODAY)
    keys = [key for key, kpi in CATALOGUE.items() if {first, second} <= {name.value for name in kpi.dimensions}]
    told_of_one = {key: of_dimension(told(key, periods, only=(first, one)), second) for key in keys}
    others = sorted({member for cells in told_of_one.values() for _, _, member in cells})[:3]

    for other in others:
        filters = {Dimension(first): one, Dimension(second): other}
        found = shown(keys, Query(periods, TODAY, filters=filters))

        assert {key: without_zeros(found[key]) for key in keys if key not in GOAL_BOUND} == {
            key: {(i, None, 0): pair for (i, _, member), pair in told_of_one[key].items() if member == other}
            for key in keys
            if key not in GOAL_BOUND
        }
    assert others


@pytest.mark.parametrize("split", [Dimension.CHANNEL, Dimension.CAMPAIGN, Dimension.PRODUCT, Dimension.TEAM])
@pytest.mark.parametrize("role", ["rep", "manager"])
def test_what_is_theirs_taken_apart_and_filtered(history, role, split):
    periods, (viewer, only) = periods_of(*QUARTERS, TODAY), viewer_and_theirs(role)
    keys = [key for key, kpi in CATALOGUE.items() if split in kpi.dimensions and not (role == "rep" and kpi.needs_costs)]
    keys = [key for key in keys if {"owner", "team"} <= {name.value for name in CATALOGUE[key].dimensions}]
    wanted = {key: of_dimension(told(key, periods, only=only), split.value) for key in keys}
    member = min(member for cells in wanted.values() for _, _, member in cells)

    parts = shown(keys, Query(periods, TODAY, by=split, viewer=viewer))
    filtered = shown(keys, Query(periods, TODAY, filters={split: member}, viewer=viewer))

    assert {key: without_zeros(cells) for key, cells in parts.items()} == wanted
    assert {key: without_zeros(cells) for key, cells in filtered.items()} == {
        key: {(i, None, 0): pair for (i, _, which), pair in cells.items() if which == member} for key, cells in wanted.items()
    }


@pytest.mark.parametrize("role", ["rep", "manager"])
def test_a_rep_reads_what_is_theirs_and_a_manager_what_is_the_teams(history, role):
    periods = periods_of(*QUARTERS, TODAY)
    viewer, only = viewer_and_theirs(role)

    found = shown(CATALOGUE, Query(periods, TODAY, viewer=viewer))

    hidden = {key for key, kpi in CATALOGUE.items() if kpi.needs_costs} | OF_TRAFFIC if role == "rep" else set()
    assert {key for key in FIGURES if not without_zeros(found[key])} == hidden
    wrong = [key for key in FIGURES if without_zeros(found[key]) != of_dimension(told(key, periods, only=only), None)]
    assert set(wrong) == hidden


def test_jalali_months_gregorian_months_and_days_add_up_to_the_same(history):
    """All rows, expenses and losses lie in each span, so each way of cutting it gives the same sums."""
    today = date(2027, 4, 1)
    cuts = [
        periods_of(Calendar.JALALI, Grain.MONTH, date(2022, 3, 21), date(2027, 3, 20)),
        periods_of(Calendar.GREGORIAN, Grain.MONTH, date(2022, 1, 1), date(2027, 3, 31)),
        periods_of(Calendar.JALALI, Grain.DAY, date(2022, 3, 21), date(2027, 3, 20)),
        periods_of(Calendar.JALALI, Grain.FISCAL_YEAR, date(2022, 3, 21), date(2027, 3, 20)),
    ]

    found = [shown(SUMMABLE, Query(cut, today)) for cut in cuts]

    totals = [
        {key: (sum(a for a, _ in cells.values()), sum(b or 0 for _, b in cells.values())) for key, cells in each.items()}
        for each in found
    ]
    assert totals == [totals[0]] * 4
    # Over all time everybody who came has left, but for those whose contracts run on.
    assert [key for key, pair in totals[0].items() if not pair[0]] == []
    endless = Contract.objects.counted().filter(ends_on=None, customer__in=Customer.objects.counted()).values("customer")
    assert totals[0]["net_customer_growth"][0] == endless.distinct().count() > 0


@pytest.mark.parametrize("dimension", [None, *CATALOGUE["active_customers"].dimensions])
def test_the_base_at_the_end_is_the_base_at_the_start_and_the_growth(history, dimension):
    periods = periods_of(Calendar.JALALI, Grain.MONTH, date(2023, 3, 21), TODAY)
    keys = ("active_customers", "net_customer_growth", "churn_rate")
    tables = read([CATALOGUE[key] for key in keys], Query(periods, TODAY, by=dimension))
    active, growth, churn = ([tables[key].total, *tables[key].members.values()] for key in keys)

    for ends, edges in zip(active, growth, strict=True):
        steps = [after.value - before.value for before, after in pairwise(ends)]
        assert steps == [value.value for value in edges[1:]]
    for ends, starts in zip(active, churn, strict=True):
        assert [value.value for value in ends[:-1]] == [value.denominator for value in starts[1:]]


@pytest.mark.parametrize("dimension", [None, Dimension.CHANNEL])
def test_one_period_asked_of_the_oracle(history, dimension):
    """The short form that benchmarks use: a running month ends today."""
    (period,) = periods_of(Calendar.JALALI, Grain.MONTH, TODAY, TODAY)
    with connection.cursor() as cursor:
        found = oracle("orders", period.start, period.end, TODAY, dimension and dimension.value, cursor=cursor)

    table = read([CATALOGUE["orders"]], Query((period,), TODAY, by=dimension))["orders"]
    rows = {member: values[0] for member, values in table.members.items()} if dimension else {0: table.total[0]}
    assert found == {member: (value.numerator, None) for member, value in rows.items() if value.numerator}
    assert sum(top for top, _ in found.values()) == table.total[0].value
