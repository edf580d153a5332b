"""What every test of figures ends with: nothing dirty, nothing drifting, and the second implementation agrees."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import connection

from campaigns.models import Campaign
from crm.models import Organization
from crm.periods import Calendar, Grain, Period, periods_between
from kpis.catalogue import CATALOGUE
from kpis.definitions import Cube, Dimension, Kpi
from kpis.engine import drain, find_drift, is_clean
from kpis.engine.folding import aggregate
from kpis.readings import Query, Value, read
from tests.kpis.oracle import Key, Only, Pair, oracle_table, rounded

NOW = datetime(2025, 10, 1, 9, tzinfo=UTC)
TODAY = date(2025, 10, 1)


def periods_of(calendar: Calendar, grain: Grain, first: date, last: date) -> tuple[Period, ...]:
    """Those that touch some days; ranges are of 40 days each."""
    if grain is Grain.RANGE:
        ranges = [Period(calendar, grain, first, first + timedelta(days=39))]
        while ranges[-1].end < last:
            ranges.append(ranges[-1].next())
        return tuple(ranges)
    return tuple(periods_between(first, last, calendar, grain, Organization.current().calendar_rules))


def expected(key: str, periods: tuple[Period, ...], today: date = TODAY, only: Only = None) -> dict[Key, Pair]:
    """The oracle's word; a period ends today at the latest."""
    with connection.cursor() as cursor:
        cells = oracle_table(key, [(period.start, min(period.end, today)) for period in periods], cursor, only)
    if key != "cost_per_lead":
        return cells
    # It has a meaning only for campaigns whose goal is leads.
    campaigns = set(Campaign.objects.filter(goal="leads").values_list("pk", flat=True))
    return {cell: pair for cell, pair in cells.items() if cell[1] != "campaign" or cell[2] in campaigns}


def shown(keys: list[str], query: Query) -> dict[str, dict[Key, Pair]]:
    """{key: {(period index, dimension or None, member): (numerator, denominator)}}; what does not apply is left out."""
    found = {}
    for key, table in read([CATALOGUE[key] for key in keys], query).items():
        rows = table.members.items() if query.by else [(0, table.total)]
        cells = {(index, query.by and query.by.value, member): value for member, row in rows for index, value in enumerate(row)}
        found[key] = {cell: pair_of(CATALOGUE[key], v) for cell, v in cells.items() if v.reason != "not_applicable"}
    return found


def pair_of(kpi: Kpi, value: Value) -> Pair:
    """Both sides of a value; of a median or a model the value itself, in the unit of its rows."""
    if value.numerator is None and value.value is not None:
        return rounded(value.value * kpi.divisor), value.denominator
    return value.numerator, value.denominator


def without_zeros(cells: dict[Key, Pair]) -> dict[Key, Pair]:
    """Where nothing is, one side may say 0 and the other nothing."""
    return {cell: pair for cell, pair in cells.items() if any(pair)}


def of_dimension(cells: dict[Key, Pair], name: str | None) -> dict[Key, Pair]:
    return without_zeros({cell: pair for cell, pair in cells.items() if cell[1] == name})


def wrong_cells(
    keys: list[str] | None = None, first: date = date(2024, 3, 20), grain: Grain = Grain.YEAR, today: date = TODAY
) -> list[str]:
    """Where what is read differs from what the oracle says, in total and by every dimension."""
    periods = periods_of(Calendar.JALALI, grain, first, today)
    told = {key: expected(key, periods, today) for key in keys or CATALOGUE}
    wrong = []
    for dimension in (None, *Dimension):
        asked = [key for key in told if dimension is None or dimension in CATALOGUE[key].dimensions]
        for key, cells in shown(asked, Query(periods, today, by=dimension)).items():
            wanted, got = of_dimension(told[key], dimension and dimension.value), without_zeros(cells)
            differing = [cell for cell in wanted.keys() | got.keys() if wanted.get(cell) != got.get(cell)]
            # A KPI rightly says that it has no data where nothing of something that it needs counts.
            if differing and not (got.keys() & set(differing)) and lacks_data(key):
                continue
            wrong += [f"{key} {cell}: {got.get(cell)} is {wanted.get(cell)}" for cell in differing]
    return wrong


def lacks_data(key: str) -> bool:
    return any(not any(sums_of(cube).values()) for cube in CATALOGUE[key].required_cubes)


def sums_of(cube: Cube) -> dict[str, Decimal | int | None]:
    """What all of its rows come to."""
    return cube.rows().aggregate(**{f"all_{name}": aggregate(fold) for name, fold in cube.folds.items()})


def assert_right(keys: list[str] | None = None) -> None:
    """Drain, and find everything right."""
    drain(at=NOW)
    assert is_clean()
    assert find_drift() == []
    assert wrong_cells(keys) == []


def card(key: str, day: date = date(2025, 9, 23), *, today: date = TODAY, **query) -> Value:
    """One KPI in the Jalali month of a day (Mehr 1404 where none is given)."""
    periods = periods_of(Calendar.JALALI, Grain.MONTH, day, day)
    return read([CATALOGUE[key]], Query(periods, today, **query))[key].total[0]


def parts(key: str, by: Dimension, day: date = date(2025, 9, 23), **query) -> dict[int, Decimal | str]:
    """{member: value, or the reason why there is none} of the same month."""
    periods = periods_of(Calendar.JALALI, Grain.MONTH, day, day)
    members = read([CATALOGUE[key]], Query(periods, TODAY, by=by, **query))[key].members
    return {member: value.reason or value.value for member, (value,) in members.items()}


def value_of(key: str, day: date = date(2025, 9, 23)) -> Decimal | None:
    return card(key, day).value
