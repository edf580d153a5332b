"""Behind every number stand its rows: for each KPI, role, period and member they come to the number itself."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from crm.models import User
from crm.periods import Calendar, Grain
from customers.models import Category, Product
from kpis.catalogue import CATALOGUE
from kpis.definitions import Dimension
from kpis.readings import Query, read
from kpis.readings.rows import list_rows, totals_of
from kpis.readings.sorting import AMOUNT, NAME, Sorting
from kpis.readings.sources import sources_of
from tests.kpis.proof import periods_of

pytestmark = [pytest.mark.usefixtures("history"), pytest.mark.slow]
TODAY = date(2025, 9, 20)
# A whole Jalali month with the leap day, a running Gregorian quarter, a year.
MONTH = (Calendar.JALALI, Grain.MONTH, date(2025, 3, 20))
QUARTER = (Calendar.GREGORIAN, Grain.QUARTER, date(2025, 9, 1))
YEAR = (Calendar.JALALI, Grain.YEAR, date(2024, 6, 1))
# Each role with the periods that cost it something else: who sees all reads what is stored of all, a rep their own alone.
LOOKS = [
    *((MONTH, "system"), (MONTH, "rep"), (YEAR, "rep")),
    *((YEAR, "admin"), (QUARTER, "manager"), (YEAR, "manager")),
]


def viewer_of(role):
    rep = User.objects.get(email="rep1@example.com")
    return {
        "system": None,
        "admin": User(email="a@example.com", role="admin", visibility="all"),
        "manager": User(email="m@example.com", role="manager", visibility="team", team=rep.team),
        "rep": rep,
    }[role]


def sides(value):
    """The sides of a number that stand on rows."""
    return (
        {"numerator": value.numerator, "denominator": value.denominator} if value.reason not in ("not_visible", "no_data") else {}
    )


@pytest.mark.parametrize(("period", "role"), LOOKS, ids=[f"{role}-{calendar}-{grain}" for (calendar, grain, _), role in LOOKS])
@pytest.mark.parametrize("key", CATALOGUE)
def test_rows_come_to_the_number(key, period, role):
    calendar, grain, day = period
    query = Query(periods_of(calendar, grain, day, day), TODAY, viewer=viewer_of(role))
    (value,) = read([CATALOGUE[key]], query)[key].total

    shown = {side: amount for side, amount in sides(value).items() if amount is not None}
    totals = {side: totals_of(sources_of(CATALOGUE[key], side, query)) for side in shown}
    pages = {side: list_rows(CATALOGUE[key], side, query, limit=1) for side in shown}

    assert {side: amount for side, (_, amount) in totals.items()} == shown
    # A page that is not all of it tells of the rest what is stored.
    assert {side: (page.total, page.amount) for side, page in pages.items()} == totals


@pytest.mark.parametrize(
    ("key", "dimension"), [(key, dimension) for key, kpi in CATALOGUE.items() for dimension in kpi.dimensions]
)
def test_rows_of_each_member_come_to_its_number(key, dimension):
    query = Query(periods_of(Calendar.JALALI, Grain.QUARTER, date(2025, 1, 1), date(2025, 1, 1)), TODAY, by=dimension)
    wrong = []
    for member, (value,) in read([CATALOGUE[key]], query)[key].members.items():
        if value.reason == "not_applicable":
            continue
        of_member = Query(query.periods, TODAY, filters={dimension: member})
        for side, amount in sides(value).items():
            if amount is not None:
                totals = totals_of(sources_of(CATALOGUE[key], side, of_member))
                page = list_rows(CATALOGUE[key], side, of_member, limit=1)
                found = (totals[1], (page.total, page.amount))
                wrong += [(member, side, found, amount)] if found != (amount, totals) else []

    assert wrong == []


@pytest.mark.parametrize("key", [key for key, kpi in CATALOGUE.items() if {"product", "category"} <= set(kpi.dimensions)])
def test_products_of_a_category_come_to_what_its_rows_do(key):
    """What is stored of each product tells them; those of other categories have no part in it."""
    kpi, (category, *_) = CATALOGUE[key], Category.objects.order_by("pk")
    quarter = periods_of(Calendar.JALALI, Grain.QUARTER, date(2025, 1, 1), date(2025, 1, 1))
    whole = Query(quarter, TODAY, filters={Dimension.CATEGORY: category.pk})
    members = read([kpi], replace(whole, by=Dimension.PRODUCT))[key].members
    found = {product: value.numerator for product, (value,) in members.items() if value.numerator}

    assert found.keys() <= set(Product.objects.filter(category=category).values_list("pk", flat=True))
    for product, amount in found.items():
        rows = sources_of(kpi, "numerator", replace(whole, filters=whole.filters | {Dimension.PRODUCT: product}))
        assert totals_of(rows)[1] == amount
    assert sum(found.values()) == totals_of(sources_of(kpi, "numerator", whole))[1] != 0


@pytest.mark.parametrize("key", CATALOGUE)
def test_pages_put_together_are_all_the_rows_in_one_order(key):
    """By day, the earliest first, and by amount, the largest first."""
    query = Query(periods_of(Calendar.JALALI, Grain.YEAR, date(2024, 6, 1), date(2024, 6, 1)), TODAY)
    rows, total = walked(key, query, Sorting())
    by_amount, same_total = walked(key, query, Sorting(AMOUNT, is_falling=True))

    assert (len(rows), sum((row.amount for row in rows), Decimal(0))) == total == same_total
    assert [row.day for row in rows] == sorted(row.day for row in rows)
    assert sorted(by_amount, key=id_of) == sorted(rows, key=id_of)
    is_counted = all(row.amount == 1 for row in rows)  # nothing to sort by: they stay as they are
    assert by_amount == rows if is_counted else [row.amount for row in by_amount] == sorted(row.amount for row in rows)[::-1]


@pytest.mark.parametrize("key", ["leads_invoiced", "active_customers", "net_customer_growth", "pipeline_value"])
def test_rows_by_name_are_the_same_rows(key):
    """Of two relations, of one in which each stands several times, of three of which one is taken off, and of a stock."""
    query = Query(periods_of(Calendar.JALALI, Grain.YEAR, date(2024, 6, 1), date(2024, 6, 1)), TODAY)
    rows, total = walked(key, query, Sorting())
    by_name, same_total = walked(key, query, Sorting(NAME))

    assert (total, sorted(by_name, key=id_of)) == (same_total, sorted(rows, key=id_of))
    assert [row.label for row in by_name] == sorted(row.label for row in rows) != [row.label for row in rows]


def test_a_place_far_from_the_period_is_one_before_or_after_all_rows():
    """A place is what an address says; the days of money that is credited are looked for from there."""
    query = Query(periods_of(Calendar.JALALI, Grain.YEAR, date(2024, 6, 1), date(2024, 6, 1)), TODAY)
    long_ago, far_ahead = "0.00010101.5", "0.99991231.5"

    def listed(after="", *, is_falling=False):
        sorting = Sorting(is_falling=is_falling)
        return list_rows(CATALOGUE["marketing_revenue"], "numerator", query, sorting=sorting, after=after, limit=25).results

    assert listed(long_ago) == listed() != []
    assert listed(far_ahead, is_falling=True) == listed(is_falling=True) != []
    assert listed(far_ahead) == listed(long_ago, is_falling=True) == []


def walked(key, query, sorting):
    """All rows of a numerator, page by page, and what each page says they come to."""
    cursor, rows, pages = "", [], 0
    while cursor is not None:
        page = list_rows(CATALOGUE[key], "numerator", query, sorting=sorting, after=cursor, limit=25)
        rows, pages, cursor = rows + page.results, pages + 1, page.next

    assert pages == max(1, -(-page.total // 25))
    return rows, (page.total, page.amount)


def id_of(row):
    return row.type, row.id, row.day, row.amount
